use std::fs::File;
use std::io::{self, BufRead as _, BufReader, BufWriter, Write as _};
use std::path::Path;

use super::column::Column;
use super::parquet_file::{ParquetTable, ParquetWriter, cells_of, kinds_of};
use super::{FilmResult, ResultFormat, ResultsError, csv_file, jsonl};
use crate::files::open_regular;

/// A file of results that is being written, a few thousand films at a time.
pub enum ResultWriter<'a> {
    /// Columns.
    Parquet(ParquetWriter<BufWriter<&'a mut File>>, Vec<Column>),
    /// Lines of cells.
    Csv(BufWriter<&'a mut File>, Vec<Column>),
    /// Lines of JSON, and the findings.
    Jsonl(BufWriter<&'a mut File>, Vec<String>),
}

impl<'a> ResultWriter<'a> {
    /// Begins a file; `with_rows` keeps the films' places in the input.
    pub fn new(
        file: &'a mut File,
        format: ResultFormat,
        findings: &[String],
        with_rows: bool,
    ) -> io::Result<Self> {
        let columns = Column::all(findings, with_rows);
        let mut file = BufWriter::new(file);
        Ok(match format {
            ResultFormat::Parquet => {
                let writer = ParquetWriter::new(file, &kinds_of(&columns))?;
                Self::Parquet(writer, columns)
            }
            ResultFormat::Csv => {
                file.write_all(csv_file::header(&columns).as_bytes())?;
                Self::Csv(file, columns)
            }
            ResultFormat::Jsonl => Self::Jsonl(file, findings.to_vec()),
        })
    }

    /// Adds films: in a file of columns, one group of rows.
    pub fn write(&mut self, films: &[FilmResult]) -> io::Result<()> {
        match self {
            // No group of rows is empty.
            Self::Parquet(..) if films.is_empty() => Ok(()),
            Self::Parquet(writer, columns) => writer.write(cells_of(films, columns)),
            Self::Csv(file, columns) => films
                .iter()
                .try_for_each(|film| file.write_all(csv_file::line(film, columns).as_bytes())),
            Self::Jsonl(file, findings) => films
                .iter()
                .try_for_each(|film| file.write_all(jsonl::json_line(film, findings).as_bytes())),
        }
    }

    /// Ends the file.
    pub fn finish(self) -> io::Result<()> {
        match self {
            Self::Parquet(writer, _) => writer.finish(),
            Self::Csv(mut file, _) | Self::Jsonl(mut file, _) => file.flush(),
        }
    }
}

/// Reads a whole file of results, such as a chunk, whose findings are known.
///
/// Every film is checked: it has a score and a decision for each finding, or an error.
pub fn read_films(
    path: &Path,
    format: ResultFormat,
    findings: &[String],
) -> Result<Vec<FilmResult>, ResultsError> {
    let broken = |reason: String| ResultsError::broken(path, reason);
    let other = || broken("expected the findings of the manifest".to_owned());
    let open = || -> Result<BufReader<File>, ResultsError> {
        let file = open_regular(path).map_err(|cause| ResultsError::Read {
            path: path.to_owned(),
            cause: cause.into(),
        })?;
        Ok(BufReader::new(file))
    };
    let films = match format {
        ResultFormat::Parquet => {
            let table = ParquetTable::open(path)?;
            let columns = Column::of_names(table.names());
            let (columns, of_file) =
                columns.ok_or_else(|| broken("expected the columns of results".to_owned()))?;
            if of_file != findings {
                return Err(other());
            }
            let mut films = Vec::new();
            for group in 0..table.n_groups() {
                films.extend(table.films(group, &columns)?);
            }
            films
        }
        ResultFormat::Csv => {
            let (films, of_file) = csv_file::read(open()?).map_err(broken)?;
            if of_file != findings {
                return Err(other());
            }
            films
        }
        ResultFormat::Jsonl => {
            let mut films = Vec::new();
            for line in open()?.lines() {
                let line = line.map_err(|cause| broken(cause.to_string()))?;
                films.push(jsonl::film_of_line(&line, findings).map_err(broken)?);
            }
            films
        }
    };
    let checked: Result<(), String> = films.iter().try_for_each(|film| film.check(findings.len()));
    checked.map_err(broken)?;
    Ok(films)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::{Existing, write_file_by};
    use crate::results::film_result::tests::films;

    #[test]
    fn films_come_back_to_the_bit_from_every_format() {
        let folder = tempfile::tempdir().unwrap();
        let findings = ["Mass", "Edema"].map(str::to_owned);
        for format in ResultFormat::ALL {
            for with_rows in [true, false] {
                let mut films = films();
                if !with_rows {
                    for film in &mut films {
                        film.row = None;
                    }
                }
                let path = folder.path().join(format!("a.{}", format.ending()));
                assert_eq!(ResultFormat::of_name(&path), Some(format));
                write_file_by(&path, Existing::Replace, |file| {
                    let mut writer = ResultWriter::new(file, format, &findings, with_rows)?;
                    writer.write(&films[..2])?;
                    writer.write(&[])?;
                    writer.write(&films[2..])?;
                    writer.finish()
                })
                .unwrap();
                let read = read_films(&path, format, &findings).unwrap();
                assert_eq!(read, films, "{format:?}");
                let other = read_films(&path, format, &findings[..1]).unwrap_err();
                assert!(other.to_string().contains("a."), "{other}");
            }
        }
    }

    #[test]
    fn damaged_files_are_refused_with_their_names() {
        let folder = tempfile::tempdir().unwrap();
        let findings = ["Mass".to_owned()];
        for format in ResultFormat::ALL {
            let path = folder.path().join(format!("b.{}", format.ending()));
            for bytes in [
                &b"PAR1"[..],
                b"PAR1\xff\xff\xff\x7fPAR1",
                b"\xff\xfe{}\n",
                b"x\ny\n",
            ] {
                std::fs::write(&path, bytes).unwrap();
                let error = read_films(&path, format, &findings)
                    .unwrap_err()
                    .to_string();
                assert!(error.contains("b."), "{error}");
            }
        }
    }
}
