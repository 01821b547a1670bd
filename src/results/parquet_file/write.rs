use std::io::{self, Write};
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as PhysicalType};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{Type, TypePtr};

use crate::results::FilmResult;
use crate::results::column::{Cell, Column, ColumnKind};

/// Writes films as Parquet, a row group at a time.
pub struct ParquetWriter<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    columns: Vec<Column>,
}

impl<W: Write + Send> ParquetWriter<W> {
    /// A file with these columns.
    pub fn new(file: W, columns: Vec<Column>) -> io::Result<Self> {
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by(concat!("thorax version ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        let schema = schema(&columns).map_err(io::Error::other)?;
        let writer = SerializedFileWriter::new(file, schema, Arc::new(properties));
        Ok(Self {
            writer: writer.map_err(io::Error::other)?,
            columns,
        })
    }

    /// Writes films as one row group; none are no group.
    pub fn write(&mut self, films: &[FilmResult]) -> io::Result<()> {
        if films.is_empty() {
            return Ok(());
        }
        self.write_group(films).map_err(io::Error::other)
    }

    fn write_group(&mut self, films: &[FilmResult]) -> Result<(), ParquetError> {
        let mut group = self.writer.next_row_group()?;
        let mut columns = self.columns.iter();
        while let Some(mut writer) = group.next_column()? {
            let Some(column) = columns.next() else {
                break;
            };
            write_column(writer.untyped(), column, films)?;
            writer.close()?;
        }
        group.close()?;
        Ok(())
    }

    /// Writes the footer, without which a file cannot be read.
    pub fn finish(self) -> io::Result<()> {
        self.writer.close().map_err(io::Error::other)?;
        Ok(())
    }
}

fn schema(columns: &[Column]) -> Result<TypePtr, ParquetError> {
    let field = |column: &Column| {
        let physical = match column.kind() {
            ColumnKind::Place => PhysicalType::INT64,
            ColumnKind::Text => PhysicalType::BYTE_ARRAY,
            ColumnKind::Score => PhysicalType::FLOAT,
            ColumnKind::Flag => PhysicalType::BOOLEAN,
        };
        let is_text = column.kind() == ColumnKind::Text;
        let field = Type::primitive_type_builder(&column.name(), physical)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(is_text.then_some(LogicalType::String))
            .build()?;
        Ok(Arc::new(field))
    };
    let fields: Result<Vec<_>, ParquetError> = columns.iter().map(field).collect();
    let schema = Type::group_type_builder("results").with_fields(fields?);
    Ok(Arc::new(schema.build()?))
}

fn write_column(
    writer: &mut ColumnWriter<'_>,
    column: &Column,
    films: &[FilmResult],
) -> Result<(), ParquetError> {
    // 1 where a film has a cell in this column.
    let mut levels = Vec::with_capacity(films.len());
    let mut cells = Vec::new();
    for film in films {
        let cell = column.cell(film);
        levels.push(i16::from(cell.is_some()));
        cells.extend(cell);
    }
    let cells = cells.into_iter();
    let levels = Some(levels.as_slice());
    match writer {
        ColumnWriter::Int64ColumnWriter(writer) => {
            let places = cells.filter_map(|cell| match cell {
                Cell::Place(place) => Some(place.cast_signed()),
                Cell::Text(_) | Cell::Score(_) | Cell::Flag(_) => None,
            });
            writer.write_batch(&places.collect::<Vec<_>>(), levels, None)?;
        }
        ColumnWriter::ByteArrayColumnWriter(writer) => {
            let texts = cells.filter_map(|cell| match cell {
                Cell::Text(text) => Some(ByteArray::from(text.as_bytes().to_vec())),
                Cell::Place(_) | Cell::Score(_) | Cell::Flag(_) => None,
            });
            writer.write_batch(&texts.collect::<Vec<_>>(), levels, None)?;
        }
        ColumnWriter::FloatColumnWriter(writer) => {
            let scores = cells.filter_map(|cell| match cell {
                Cell::Score(score) => Some(score),
                Cell::Place(_) | Cell::Text(_) | Cell::Flag(_) => None,
            });
            writer.write_batch(&scores.collect::<Vec<_>>(), levels, None)?;
        }
        ColumnWriter::BoolColumnWriter(writer) => {
            let flags = cells.filter_map(|cell| match cell {
                Cell::Flag(flag) => Some(flag),
                Cell::Place(_) | Cell::Text(_) | Cell::Score(_) => None,
            });
            writer.write_batch(&flags.collect::<Vec<_>>(), levels, None)?;
        }
        _ => return Err(ParquetError::General("a column of another kind".to_owned())),
    }
    Ok(())
}
