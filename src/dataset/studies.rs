//! Labels of studies, as of MIMIC-CXR, become labels of films through a table that lists both.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::domain::plain_name;

use super::cells::{parse_view, plain_id};
use super::parsed_row::ParsedRow;
use super::{DataError, TableFile, ViewPosition};

/// The films of each study.
pub(super) struct StudyFilms {
    by_study: BTreeMap<String, Vec<StudyFilm>>,
}

struct StudyFilm {
    image: String,
    view_position: Option<ViewPosition>,
}

impl StudyFilms {
    /// Reads the table of films beside a table of studies: MIMIC-CXR's metadata or, without them, its
    /// split.
    pub fn beside(table: &Path) -> Result<Self, DataError> {
        let folder = match table.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut names: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        names.sort();
        let named = |word: &str| {
            names.iter().find(|path| {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let name = name.to_lowercase();
                let plain = name.strip_suffix(".gz").unwrap_or(&name);
                plain.contains(word) && plain.strip_suffix(".csv").is_some()
            })
        };
        let path = named("metadata").or_else(|| named("split"));
        let path = path.ok_or_else(|| DataError::NoFilmsOfStudies {
            path: table.to_owned(),
        })?;
        Self::read(path)
    }

    fn read(path: &Path) -> Result<Self, DataError> {
        let mut file = TableFile::open(path)?;
        let header = file.header();
        let find = |name: &str| header.iter().position(|cell| plain_name(cell) == name);
        let (Some(image), Some(study)) = (find("dicomid"), find("studyid")) else {
            return Err(file.header_error("\"dicom_id\", \"study_id\""));
        };
        let view = find("viewposition");
        let mut by_study: BTreeMap<String, Vec<StudyFilm>> = BTreeMap::new();
        while let Some(row) = file.next_row()? {
            row.check_length()?;
            let films = by_study.entry(plain_id(row.needed(study, "a study")?).to_owned());
            let view = view.map(|column| row.cell(column));
            films.or_default().push(StudyFilm {
                image: row.needed(image, "the image's name")?.to_owned(),
                view_position: view.filter(|view| !view.is_empty()).and_then(parse_view),
            });
        }
        Ok(Self { by_study })
    }

    /// A row for each film of each row's study, and the studies that have none.
    pub fn films_of(&self, rows: Vec<ParsedRow>) -> (Vec<ParsedRow>, Vec<String>) {
        let (mut films, mut empty) = (Vec::new(), Vec::new());
        for row in rows {
            let Some(of_study) = self.by_study.get(&row.image) else {
                empty.push(row.image);
                continue;
            };
            for film in of_study {
                let mut row = row.clone();
                let (patient, study) = (&row.film.patient_id, &row.image);
                let group = patient.get(..2).unwrap_or_default();
                row.place = format!("files/p{group}/p{patient}/s{study}/{}", film.image);
                row.image.clone_from(&film.image);
                row.film.image.clone_from(&film.image);
                row.film.view_position = row.film.view_position.or(film.view_position);
                films.push(row);
            }
        }
        (films, empty)
    }
}
