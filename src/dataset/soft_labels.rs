use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::domain::{label_name, plain_name};

use super::columns::names_film;
use super::film_names::FilmNames;
use super::text::read_text;
use super::{DataError, FilmTable, TableFile, TableRow};

/// Scores of other networks, the teachers, for films of a table: what labels are mixed with in
/// training (Hinton et al. 2015).
#[derive(Clone, Debug, PartialEq)]
pub struct SoftLabels {
    /// The table's file.
    pub path: PathBuf,
    /// SHA-256 of its text, decompressed: 64 hexadecimal digits.
    pub fingerprint: String,
    /// By row of the table of films.
    films: BTreeMap<usize, SoftFilm>,
    /// Films that the file names, those of the table and others.
    n_names: usize,
}

/// The soft labels of one film.
#[derive(Clone, Debug, PartialEq)]
struct SoftFilm {
    /// One for each label of the table of films, in `[0, 1]`; `None` where there is none.
    values: Vec<Option<f32>>,
    /// Networks that they are the mean of, where the file says so.
    n_teachers: Option<u32>,
}

/// Soft labels among some films.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SoftSummary {
    /// Films with a soft label.
    pub n_films: usize,
    /// Least and most networks that a film's soft labels are the mean of; `None` where the file does
    /// not say.
    pub n_teachers: Option<(u32, u32)>,
}

impl SoftLabels {
    /// Reads a table with a column of films, one for each finding with values from 0 to 1 or blank,
    /// and maybe one of `teachers`; others are passed over.
    ///
    /// Films are matched by name as those of lists are, findings by their names; films that
    /// `table` has not are left out.
    pub fn read(path: &Path, table: &FilmTable) -> Result<Self, DataError> {
        let text = read_text(path)?;
        let fingerprint = format!("{:x}", Sha256::digest(&text));
        let mut file = TableFile::with_header(path, text)?;
        let columns = SoftColumns::of(file.header(), table).ok_or_else(|| {
            file.header_error("\"Image Index\" and one per finding, named as in the table of films")
        })?;
        let names = FilmNames::of(table);
        let mut soft = Self {
            path: path.to_owned(),
            fingerprint,
            films: BTreeMap::new(),
            n_names: 0,
        };
        while let Some(row) = file.next_row()? {
            let name = row.needed(columns.film, "the film's name")?;
            let film = columns.parse(row)?;
            soft.n_names += 1;
            if let Some(row_idx) = names.row_of(name)
                && soft.films.insert(row_idx, film).is_some()
            {
                return Err(row.error(columns.film, "each film once"));
            }
        }
        Ok(soft)
    }

    /// The soft label `finding_idx` of the film in a row of the table, in `[0, 1]`.
    pub fn value(&self, row_idx: usize, finding_idx: usize) -> Option<f32> {
        let film = self.films.get(&row_idx)?;
        film.values.get(finding_idx).copied().flatten()
    }

    /// How many of these rows of the table have soft labels, and of how many teachers; an error
    /// where none has.
    pub fn among(&self, rows: &[usize]) -> Result<SoftSummary, DataError> {
        let films = rows.iter().filter_map(|row_idx| self.films.get(row_idx));
        let films = films.filter(|film| film.values.iter().any(Option::is_some));
        let films: Vec<_> = films.collect();
        if films.is_empty() {
            return Err(DataError::ForeignSoftLabels {
                path: self.path.clone(),
                n_names: self.n_names,
            });
        }
        let teachers = || films.iter().filter_map(|film| film.n_teachers);
        Ok(SoftSummary {
            n_films: films.len(),
            n_teachers: teachers().min().zip(teachers().max()),
        })
    }
}

/// The columns of a table of soft labels.
struct SoftColumns {
    film: usize,
    /// One for each label of the table of films.
    labels: Vec<Option<usize>>,
    teachers: Option<usize>,
}

impl SoftColumns {
    /// `None` without films or findings.
    fn of(header: &[String], table: &FilmTable) -> Option<Self> {
        let of_label = |label: &str| {
            let mut cells = header.iter();
            cells.position(|cell| label_name(cell) == label_name(label))
        };
        let labels: Vec<_> = table.labels.iter().map(of_label).collect();
        labels.iter().any(Option::is_some).then_some(())?;
        Some(Self {
            film: header.iter().position(|cell| names_film(cell))?,
            labels,
            teachers: header
                .iter()
                .position(|cell| plain_name(cell) == "teachers"),
        })
    }

    fn parse(&self, row: TableRow<'_>) -> Result<SoftFilm, DataError> {
        let value = |column: &Option<usize>| match column {
            Some(column) => row.soft_label(*column),
            None => Ok(None),
        };
        let n_teachers = self.teachers.map(|column| {
            let count = row.cell(column).parse().ok();
            count.ok_or_else(|| row.error(column, "a number of networks"))
        });
        Ok(SoftFilm {
            values: self.labels.iter().map(value).collect::<Result<_, _>>()?,
            n_teachers: n_teachers.transpose()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write as _;

    use super::*;
    use crate::dataset::samples;

    /// Films `0000.png` to `0003.png`.
    fn read(text: &[u8]) -> Result<SoftLabels, DataError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("soft.csv.gz");
        fs::write(&path, text).unwrap();
        SoftLabels::read(&path, &samples::table(4, |row| (row, &[])))
    }

    fn error(text: &str) -> String {
        read(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn values_are_found_by_name_or_stem_of_the_film_and_spelling_of_the_finding() {
        let text = "Image Index,teachers,Mass,pleural thickening,Other\n\
                    images/0001.png,2,0.25,,x\n0003.jpg,5,1,0.5,y\n9999.png,1,0,0,z\n";
        let soft = read(text.as_bytes()).unwrap();
        let place = |name: &str| crate::domain::Labels::nih_14().position(name).unwrap();
        let (mass, pleural) = (place("Mass"), place("Pleural_Thickening"));
        let values = [
            (1, mass, Some(0.25)),
            (1, pleural, None),
            (3, mass, Some(1.0)),
            (3, pleural, Some(0.5)),
            (3, place("Edema"), None),
            (0, mass, None),
        ];
        for (row, finding, value) in values {
            assert_eq!(soft.value(row, finding), value, "{row} {finding}");
        }
        let n_teachers = |rows: &[usize]| soft.among(rows).unwrap().n_teachers;
        assert_eq!(n_teachers(&[0, 1]), Some((2, 2)));
        assert_eq!(n_teachers(&[0, 1, 2, 3]), Some((2, 5)));
        assert_eq!(soft.among(&[0, 1, 2, 3]).unwrap().n_films, 2);
        let error = soft.among(&[0, 2]).unwrap_err().to_string();
        assert!(error.contains("none of 3 names matches"), "{error}");
    }

    #[test]
    fn a_compressed_table_is_the_same_as_a_plain_one() {
        let text = b"Image Index;Mass\n0000.png;0,25\n";
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(text).unwrap();
        let (plain, compressed) = (read(text).unwrap(), read(&gzip.finish().unwrap()).unwrap());
        assert_eq!(plain.films, compressed.films);
        assert_eq!(plain.fingerprint, compressed.fingerprint);
        let summary = plain.among(&[0]).unwrap();
        assert_eq!((summary.n_films, summary.n_teachers), (1, None));
        assert_ne!(
            plain.fingerprint,
            read(b"Image Index;Mass\n0000.png;0,26\n")
                .unwrap()
                .fingerprint
        );
    }

    #[test]
    fn what_is_no_soft_label_is_named_with_its_line() {
        for cell in ["1.01", "-0.1", "yes", "inf"] {
            let error = error(&format!("Image Index,Mass\n0000.png,{cell}\n"));
            let expected = format!("expected 0 to 1 or blank in column \"Mass\", got \"{cell}\"");
            assert!(
                error.contains(&expected) && error.contains("line 2"),
                "{error}"
            );
        }
        let twice = error("Image Index,Mass\n0000.png,0\n0000.jpg,1\n");
        assert!(
            twice.contains("each film once") && twice.contains("line 3"),
            "{twice}"
        );
        let teachers = error("Image Index,Mass,teachers\n0000.png,0,two\n");
        assert!(teachers.contains("a number of networks"), "{teachers}");
        for header in ["Image Index,Growth", "Mass,Edema"] {
            let error = error(&format!("{header}\n"));
            assert!(error.contains("one per finding"), "{error}");
        }
        assert!(error("Image Index,Mass\n,0\n").contains("the film's name"));
    }
}
