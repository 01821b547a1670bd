use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use crate::dataset::{ColumnMap, LabelColumns, column_like, read_header};
use crate::domain::is_no_finding;

/// NIH's list of boxes is next to the table of films and is not such a table.
const BOXES: &str = "BBox_List_2017";

/// A column mapping being edited: the meaning of each column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnsDraft {
    /// The table whose header this is.
    pub table: PathBuf,
    /// Its columns, in their order.
    pub header: Vec<String>,
    /// Names the film.
    pub image: Option<String>,
    /// Where the film's file is, if another column says so.
    pub path: Option<String>,
    /// The person.
    pub patient: Option<String>,
    /// Whether one column holds all findings, as in `Effusion|Mass`.
    pub is_joined: bool,
    /// That column.
    pub joined: Option<String>,
    /// Whether each column of the header is a label with 0 and 1.
    pub is_label: Vec<bool>,
    /// The patient's age.
    pub age: Option<String>,
    /// The patient's sex.
    pub sex: Option<String>,
    /// PA, AP or another view.
    pub view_position: Option<String>,
}

impl ColumnsDraft {
    /// Reads the header of `data`, or of the one table in the folder `data`.
    pub(super) fn read(data: &Path, current: Option<&ColumnMap>) -> anyhow::Result<Self> {
        let table = if data.is_dir() {
            the_table_in(data)?
        } else {
            data.to_owned()
        };
        let header = read_header(&table)?;
        Ok(Self::new(table, header, current))
    }

    /// Starts from `current` or else from what the names suggest.
    pub fn new(table: PathBuf, header: Vec<String>, current: Option<&ColumnMap>) -> Self {
        let guess = current.cloned().or_else(|| ColumnMap::guess(&header));
        let named = |words: &[&str]| column_like(&header, words);
        let Some(map) = guess else {
            return Self {
                image: named(&["image", "file", "path", "dicom"]),
                path: None,
                patient: named(&["patient", "subject", "person"]),
                is_joined: false,
                joined: named(&["finding", "label"]),
                is_label: vec![false; header.len()],
                age: named(&["age"]).filter(|name| !name.to_lowercase().contains("image")),
                sex: named(&["sex", "gender"]),
                view_position: named(&["view"]),
                table,
                header,
            };
        };
        let (is_joined, joined, labels) = match map.labels {
            LabelColumns::OneEach { columns } => (false, None, columns),
            LabelColumns::Joined { column, .. } => (true, Some(column), Vec::new()),
        };
        Self {
            is_label: header.iter().map(|name| labels.contains(name)).collect(),
            image: Some(map.image),
            path: map.path,
            patient: Some(map.patient),
            is_joined,
            joined,
            age: map.age,
            sex: map.sex,
            view_position: map.view_position,
            table,
            header,
        }
    }

    /// The finished choice, or what is missing in it.
    pub fn to_map(&self) -> Result<ColumnMap, &'static str> {
        let image = self.image.clone();
        let patient = self.patient.clone();
        let labels = if self.is_joined {
            LabelColumns::Joined {
                column: self.joined.clone().ok_or("Choose the column of findings")?,
                labels: Vec::new(),
            }
        } else {
            let pairs = self.header.iter().zip(&self.is_label);
            let chosen = pairs.filter(|(_, is_label)| **is_label);
            let columns: Vec<String> = chosen.map(|(name, _)| name.clone()).collect();
            if columns.iter().all(|name| is_no_finding(name)) {
                return Err("Choose at least one column as label");
            }
            LabelColumns::OneEach { columns }
        };
        Ok(ColumnMap {
            image: image.ok_or("Choose the column that names the film")?,
            path: self.path.clone(),
            patient: patient.ok_or("Choose the column of the patient")?,
            labels,
            follow_up: None,
            age: self.age.clone(),
            sex: self.sex.clone(),
            view_position: self.view_position.clone(),
        })
    }
}

fn the_table_in(folder: &Path) -> anyhow::Result<PathBuf> {
    let entries = folder
        .read_dir()
        .with_context(|| format!("cannot look into {}", folder.display()))?;
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let is_table = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_csv = [".csv", ".csv.gz"]
            .iter()
            .any(|end| name.to_lowercase().ends_with(end));
        is_csv && !name.starts_with(BOXES)
    };
    let mut tables: Vec<PathBuf> = paths.filter(is_table).collect();
    tables.sort();
    match tables.as_slice() {
        [table] => Ok(table.clone()),
        [] => bail!("expected a CSV, found none: {}", folder.display()),
        _ => {
            let names = tables.iter().filter_map(|path| path.file_name());
            let names: Vec<_> = names.map(|name| name.to_string_lossy()).collect();
            let names = names.join(", ");
            bail!("several tables, name the one to use as data: {names}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(header: &str) -> ColumnsDraft {
        let header = header.split(',').map(ToOwned::to_owned).collect();
        ColumnsDraft::new(PathBuf::from("t.csv"), header, None)
    }

    #[test]
    fn a_table_that_is_known_needs_no_choice() {
        let draft = draft("Image Index,Patient ID,Finding Labels");
        let map = draft.to_map().unwrap();
        assert_eq!((map.image.as_str(), draft.is_joined), ("Image Index", true));
    }

    #[test]
    fn the_table_of_boxes_is_not_the_table_of_films() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("BBox_List_2017.csv"), "Image Index,x").unwrap();
        assert!(ColumnsDraft::read(folder.path(), None).is_err());
        std::fs::write(path("own.CSV"), "file,who,mass").unwrap();
        let draft = ColumnsDraft::read(folder.path(), None).unwrap();
        assert_eq!(draft.table, path("own.CSV"));
        std::fs::write(path("other.csv"), "file,who,mass").unwrap();
        let error = ColumnsDraft::read(folder.path(), None)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("other.csv") && error.contains("own.CSV"),
            "{error}"
        );
    }

    #[test]
    fn what_is_missing_is_named_until_nothing_is() {
        let mut draft = draft("filename,subject,pneumonia,edema");
        assert_eq!(draft.image.as_deref(), Some("filename"));
        assert_eq!(draft.to_map(), Err("Choose at least one column as label"));
        draft.is_label[3] = true;
        draft.patient = None;
        assert_eq!(draft.to_map(), Err("Choose the column of the patient"));
        draft.patient = Some("subject".to_owned());
        let columns = vec!["edema".to_owned()];
        assert_eq!(
            draft.to_map().unwrap().labels,
            LabelColumns::OneEach { columns }
        );
    }
}
