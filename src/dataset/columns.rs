use serde::{Deserialize, Serialize};

use crate::domain::Finding;

/// The name of the empty set of findings in tables and lists.
pub const NO_FINDING: &str = "No Finding";

/// Column mapping of a CSV, by the names in the header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnMap {
    /// Names the film: NIH's image index, or a path whose last part names it.
    pub image: String,
    /// Where the film's file is, if a column of its own says so; may be blank in a row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The person. Where each film is of another one, the column of the image will do.
    pub patient: String,
    /// What was found.
    pub labels: LabelColumns,
    /// Number of the film among the patient's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follow_up: Option<String>,
    /// Age: years, or NIH's older `058Y`, `011M`, `003W`, `012D`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age: Option<String>,
    /// `F` or `M`, or the words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<String>,
    /// `PA`, `AP` or another view.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub view_position: Option<String>,
}

/// How a table says what was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum LabelColumns {
    /// One column a label, with 0 or 1; the columns' names are the labels.
    OneEach {
        /// In the order of the model's outputs. "No Finding" is checked, but is no label.
        columns: Vec<String>,
    },
    /// One column with all findings, as in `Effusion|Mass`, or `No Finding`.
    Joined {
        /// The column.
        column: String,
        /// The labels in output order, any other being an error; if none, those found, sorted.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        labels: Vec<String>,
    },
}

/// Names that each column goes by, in tables that need no map; letter case does not count.
const IMAGE: &[&str] = &["Image Index"];
const PATH: &[&str] = &["path"];
const PATIENT: &[&str] = &["Patient ID", "patient_id"];
const FINDINGS: &[&str] = &["Finding Labels"];
const FOLLOW_UP: &[&str] = &["Follow-up #"];
const AGE: &[&str] = &["Patient Age"];
const SEX: &[&str] = &["Patient Gender", "Patient Sex"];
const VIEW: &[&str] = &["View Position"];

impl ColumnMap {
    /// The columns required without a column map, for error messages.
    pub(super) const EXPECTED: &str = "\"Image Index\" or \"path\", \"Patient ID\", and \
        \"Finding Labels\" or one column per finding";

    /// The column map of NIH's and the notebook's tables, detected from the header; `None` for any other.
    ///
    /// Where findings have columns of their own, those are the labels; else the 14 of NIH are.
    pub fn guess(header: &[String]) -> Option<Self> {
        let find = |names: &[&str]| -> Option<String> {
            let named = |name: &&str| header.iter().find(|cell| cell.eq_ignore_ascii_case(name));
            names.iter().find_map(named).cloned()
        };
        let path = find(PATH);
        let is_finding = |cell: &&String| Finding::ALL.iter().any(|f| f.name() == cell.as_str());
        let mut columns: Vec<String> = header.iter().filter(is_finding).cloned().collect();
        let labels = if columns.is_empty() {
            LabelColumns::Joined {
                column: find(FINDINGS)?,
                labels: Finding::ALL.iter().map(ToString::to_string).collect(),
            }
        } else {
            columns.extend(header.iter().find(|cell| *cell == NO_FINDING).cloned());
            LabelColumns::OneEach { columns }
        };
        Some(Self {
            image: find(IMAGE).or_else(|| path.clone())?,
            path,
            patient: find(PATIENT)?,
            labels,
            follow_up: find(FOLLOW_UP),
            age: find(AGE),
            sex: find(SEX),
            view_position: find(VIEW),
        })
    }

    /// The columns that the map names and a table must therefore have.
    pub fn columns(&self) -> Vec<&str> {
        let labels: Vec<&String> = match &self.labels {
            LabelColumns::OneEach { columns } => columns.iter().collect(),
            LabelColumns::Joined { column, .. } => vec![column],
        };
        let optional = [
            &self.path,
            &self.follow_up,
            &self.age,
            &self.sex,
            &self.view_position,
        ];
        [&self.image, &self.patient]
            .into_iter()
            .chain(labels)
            .chain(optional.into_iter().flatten())
            .map(String::as_str)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guess(header: &str) -> Option<ColumnMap> {
        let cells: Vec<String> = header.split(',').map(ToOwned::to_owned).collect();
        ColumnMap::guess(&cells)
    }

    #[test]
    fn both_headers_of_nih_are_known() {
        let v2017 = "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,\
            View Position,OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y],";
        let map = guess(v2017).unwrap();
        assert_eq!(map.image, "Image Index");
        assert_eq!(map.age.as_deref(), Some("Patient Age"));
        assert!(matches!(&map.labels, LabelColumns::Joined { labels, .. } if labels.len() == 14));
        assert_eq!(guess(v2017.trim_end_matches(',')), Some(map));
    }

    #[test]
    fn columns_of_single_findings_come_before_the_joined_one() {
        let map = guess("path,Patient ID,Finding Labels,Mass,Edema,No Finding").unwrap();
        let columns = ["Mass", "Edema", NO_FINDING]
            .map(ToOwned::to_owned)
            .to_vec();
        assert_eq!(map.labels, LabelColumns::OneEach { columns });
        assert_eq!(map.image, "path");
        assert_eq!(guess("path,Mass"), None);
        assert_eq!(guess("Image Index,Patient ID"), None);
    }

    #[test]
    fn a_map_stands_in_json_and_comes_back() {
        let map = guess("path,Patient ID,Mass").unwrap();
        let json = serde_json::to_string(&map).unwrap();
        assert_eq!(serde_json::from_str::<ColumnMap>(&json).unwrap(), map);
        let written = r#"{"image":"file","patient":"who","labels":{"joined":{"column":"what"}}}"#;
        let map: ColumnMap = serde_json::from_str(written).unwrap();
        assert_eq!(map.columns(), ["file", "who", "what"]);
    }
}
