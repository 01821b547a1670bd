use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::DataType;
use parquet::errors::ParquetError;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::reader::{FileReader as _, SerializedFileReader};

use crate::files::open_regular;
use crate::results::column::{Cell, Column, ColumnKind};
use crate::results::{FilmResult, ResultsError};
use crate::work::caught;

/// A Parquet file by whomever it was written, read column by column.
pub struct ParquetTable {
    path: std::path::PathBuf,
    reader: SerializedFileReader<File>,
    names: Vec<String>,
}

impl ParquetTable {
    /// Opens a file and reads its footer.
    pub fn open(path: &Path) -> Result<Self, ResultsError> {
        let file = open_regular(path).map_err(|cause| ResultsError::Read {
            path: path.to_owned(),
            cause: cause.into(),
        })?;
        // A footer of a stranger's file: a panic of the reader is an error of the file.
        let reader = caught(|| SerializedFileReader::new(file));
        let reader = reader.map_err(|panic| ResultsError::broken(path, panic))?;
        let reader = reader.map_err(|error| ResultsError::broken(path, error))?;
        let columns = reader.metadata().file_metadata().schema_descr();
        let names = columns.columns().iter();
        let names = names.map(|column| column.path().string()).collect();
        Ok(Self {
            path: path.to_owned(),
            reader,
            names,
        })
    }

    /// Whether a file begins as Parquet does.
    pub fn is_at(path: &Path) -> bool {
        let mut head = [0; 4];
        let read = open_regular(path).map(|mut file| file.read_exact(&mut head));
        matches!(read, Ok(Ok(()))) && head == *b"PAR1"
    }

    /// Names of the columns, those within others with dots.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Groups of rows; each column of one is read at once.
    pub fn n_groups(&self) -> usize {
        self.reader.num_row_groups()
    }

    /// Rows of all groups.
    pub fn n_rows(&self) -> usize {
        let n_rows = self.reader.metadata().file_metadata().num_rows();
        usize::try_from(n_rows).unwrap_or(0)
    }

    /// The texts of a column in a group of rows; `None` where a cell is empty.
    pub fn texts(&self, group: usize, column: usize) -> Result<Vec<Option<String>>, ResultsError> {
        self.column(group, column, |reader, n_rows| match reader {
            ColumnReader::ByteArrayColumnReader(reader) => {
                let values = values(reader, n_rows, |bytes| {
                    String::from_utf8_lossy(bytes.data()).into_owned()
                })?;
                Ok(Some(values))
            }
            // Numbers of patients, as some write them.
            ColumnReader::Int64ColumnReader(reader) => {
                Ok(Some(values(reader, n_rows, ToString::to_string)?))
            }
            ColumnReader::Int32ColumnReader(reader) => {
                Ok(Some(values(reader, n_rows, ToString::to_string)?))
            }
            _ => Ok(None),
        })
    }

    /// The numbers of a column in a group of rows, yes and no as 1 and 0; `None` where a cell is empty.
    pub fn numbers(&self, group: usize, column: usize) -> Result<Vec<Option<f64>>, ResultsError> {
        self.column(group, column, |reader, n_rows| {
            Ok(Some(match reader {
                ColumnReader::FloatColumnReader(reader) => {
                    values(reader, n_rows, |value| f64::from(*value))?
                }
                ColumnReader::DoubleColumnReader(reader) => values(reader, n_rows, |value| *value)?,
                ColumnReader::Int32ColumnReader(reader) => {
                    values(reader, n_rows, |value| f64::from(*value))?
                }
                ColumnReader::Int64ColumnReader(reader) => {
                    values(reader, n_rows, |value| *value as f64)?
                }
                ColumnReader::BoolColumnReader(reader) => {
                    values(reader, n_rows, |value| f64::from(u8::from(*value)))?
                }
                _ => return Ok(None),
            }))
        })
    }

    /// The films of a group of rows, in a file of this program.
    pub fn films(&self, group: usize, columns: &[Column]) -> Result<Vec<FilmResult>, ResultsError> {
        let n_rows = self.n_rows_of(group)?;
        let empty = FilmResult::new(String::new(), String::new());
        let mut films = vec![empty; n_rows];
        for (place, column) in columns.iter().enumerate() {
            if column.kind() == ColumnKind::Text {
                let texts = self.texts(group, place)?;
                for (film, text) in films.iter_mut().zip(texts) {
                    if let Some(text) = text {
                        column.put(film, Cell::Text(text.into()));
                    }
                }
                continue;
            }
            let numbers = self.numbers(group, place)?;
            for (film, number) in films.iter_mut().zip(numbers) {
                let cell = number.map(|number| match column.kind() {
                    ColumnKind::Place => Cell::Place(number as u64),
                    ColumnKind::Flag => Cell::Flag(number != 0.0),
                    ColumnKind::Score | ColumnKind::Text => Cell::Score(number as f32),
                });
                if let Some(cell) = cell {
                    column.put(film, cell);
                }
            }
        }
        Ok(films)
    }

    /// Rows of a group.
    pub fn n_rows_of(&self, group: usize) -> Result<usize, ResultsError> {
        let groups = self.reader.metadata().row_groups();
        let n_rows = groups.get(group).map(RowGroupMetaData::num_rows);
        let n_rows = n_rows.and_then(|n_rows| usize::try_from(n_rows).ok());
        n_rows.ok_or_else(|| ResultsError::broken(&self.path, "a group of rows is missing"))
    }

    /// Reads a column; `read` says `None` of one of another kind.
    fn column<T>(
        &self,
        group: usize,
        column: usize,
        read: impl FnOnce(&mut ColumnReader, usize) -> Result<Option<Vec<Option<T>>>, ParquetError>,
    ) -> Result<Vec<Option<T>>, ResultsError> {
        let n_rows = self.n_rows_of(group)?;
        let name = self.names.get(column).map_or("", String::as_str);
        let broken = |reason: String| ResultsError::broken(&self.path, format!("{name}: {reason}"));
        let read = caught(|| {
            let group = self.reader.get_row_group(group)?;
            read(&mut group.get_column_reader(column)?, n_rows)
        });
        let values = read.map_err(broken)?;
        let values = values.map_err(|error| broken(error.to_string()))?;
        let values = values.ok_or_else(|| broken("a column of another kind".to_owned()))?;
        if values.len() != n_rows {
            return Err(broken(format!(
                "expected {n_rows} rows, got {}",
                values.len()
            )));
        }
        Ok(values)
    }
}

/// The values of a flat column, with those that are missing.
fn values<D: DataType, T>(
    reader: &mut ColumnReaderImpl<D>,
    n_rows: usize,
    value: impl Fn(&D::T) -> T,
) -> Result<Vec<Option<T>>, ParquetError> {
    let (mut levels, mut found) = (Vec::new(), Vec::new());
    let (n_read, ..) = reader.read_records(n_rows, Some(&mut levels), None, &mut found)?;
    let mut found = found.iter().map(value);
    if levels.is_empty() {
        // A column in which no cell can be empty.
        return Ok(found.map(Some).collect());
    }
    let present = levels.iter().copied().max().unwrap_or_default().max(1);
    let cells = levels.iter().take(n_read);
    Ok(cells
        .map(|&level| if level == present { found.next() } else { None })
        .collect())
}
