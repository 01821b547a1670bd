use serde::{Deserialize, Serialize};

use crate::domain::{Finding, is_no_finding, label_name, plain_name};

/// Column mapping of a CSV, by the names in the header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnMap {
    /// Names the film: NIH's image index, or a path whose last part names it.
    pub image: String,
    /// Where the film's file is, if a column of its own says so; may be blank in a row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The person. The column of the image or path will do: where it names a patient, as
    /// `patient00001/…` does, that one counts, else each film is of another one.
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
    /// One column a label, with 0 or 1, blank where unknown or -1 where uncertain; the columns' names
    /// are the labels.
    OneEach {
        /// In the order of the model's outputs. "No Finding" is checked, but is no label.
        columns: Vec<String>,
    },
    /// One column with all findings, as in `Effusion|Mass` or `['mass', 'edema']`, or `No Finding`.
    Joined {
        /// The column.
        column: String,
        /// The labels in output order, any other being an error; if none, those found, sorted.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        labels: Vec<String>,
    },
}

/// Names that each column goes by in tables that need no map, without case, spaces and underscores.
///
/// From the headers of NIH, `CheXpert`, MIMIC-CXR, `PadChest`, VinDr-CXR, RSNA and SIIM; the first
/// that a header has is taken.
const IMAGE: &[&str] = &[
    "imageindex",
    "imageid",
    "dicomid",
    "image",
    "imagename",
    "filename",
];
const PATH: &[&str] = &["path"];
const PATIENT: &[&str] = &["patientid", "subjectid"];
const FINDINGS: &[&str] = &["findinglabels", "labels"];
const FOLLOW_UP: &[&str] = &["followup#"];
const AGE: &[&str] = &["patientage", "age"];
const SEX: &[&str] = &[
    "patientgender",
    "patientsex",
    "sex",
    "gender",
    "patientsexdicom",
];
const VIEW: &[&str] = &["projection", "viewposition", "ap/pa"];
/// One study of several films, in MIMIC-CXR's tables of labels.
const STUDY: &[&str] = &["studyid"];
/// One finding a row, in VinDr-CXR's tables of boxes.
const ONE_FINDING: &[&str] = &["classname"];
/// 0 or 1 for pneumonia, in RSNA's table of boxes.
const RSNA_TARGET: &str = "target";
/// A mask of a pneumothorax or -1, in SIIM's table.
const SIIM_MASK: &str = "encodedpixels";
/// Labels of `CheXpert`, MIMIC-CXR and VinDr-CXR that are none of the 14 findings.
const OTHER_LABELS: &[&str] = &[
    "aorticenlargement",
    "calcification",
    "claviclefracture",
    "copd",
    "enlargedcardiomediastinum",
    "enlargedpa",
    "fracture",
    "ild",
    "lungcavity",
    "lungcyst",
    "lunglesion",
    "lungopacity",
    "lungtumor",
    "mediastinalshift",
    "nodule/mass",
    "otherdisease",
    "otherdiseases",
    "otherlesion",
    "pleuralother",
    "ribfracture",
    "supportdevices",
    "tuberculosis",
];

impl ColumnMap {
    /// The columns required without a column map, for error messages.
    pub(super) const EXPECTED: &str = "\"Image Index\" or \"path\", \"Patient ID\", and \
        \"Finding Labels\" or one column per finding";

    /// The column map of the public data sets' tables, detected from the header; `None` for any other.
    ///
    /// Where findings have columns of their own, those are the labels; else the 14 of NIH are, and
    /// for one finding a row those that are found. Where no column has patients, the paths name them, or
    /// each film counts as one where the data set tells of none.
    pub fn guess(header: &[String]) -> Option<Self> {
        let find = |names: &[&str]| find_column(header, names);
        let path = find(PATH);
        let traits = HeaderTraits::of(header);
        let one_target = traits.mask.or(traits.rsna_target);
        let one_target = one_target.and_then(|column| header.get(column).cloned());
        let rsna_film = one_target.as_ref().and_then(|_| find(PATIENT));
        let image = find(IMAGE).or_else(|| path.clone());
        let image = image.or(rsna_film).or_else(|| find(STUDY))?;
        let is_label = |cell: &&String| {
            Finding::named(cell).is_some() || OTHER_LABELS.contains(&plain_name(cell).as_str())
        };
        let mut columns: Vec<String> = header.iter().filter(is_label).cloned().collect();
        let labels = if columns.iter().any(|cell| Finding::named(cell).is_some()) {
            columns.extend(header.iter().find(|cell| is_no_finding(cell)).cloned());
            LabelColumns::OneEach { columns }
        } else if let Some(column) = find(ONE_FINDING) {
            let labels = Vec::new();
            LabelColumns::Joined { column, labels }
        } else if let Some(column) = one_target {
            let columns = vec![column];
            LabelColumns::OneEach { columns }
        } else {
            LabelColumns::Joined {
                column: find(FINDINGS)?,
                labels: Finding::ALL.iter().map(ToString::to_string).collect(),
            }
        };
        let place = if traits.patients_are_unknown {
            Some(image.clone())
        } else {
            path.clone()
        };
        Some(Self {
            patient: find(PATIENT).or(place)?,
            image,
            path,
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

/// The first of `names` that is a column, as the header spells it.
fn find_column(header: &[String], names: &[&str]) -> Option<String> {
    let named = |name: &&str| header.iter().find(|cell| plain_name(cell) == **name);
    names.iter().find_map(named).cloned()
}

/// The first column whose name contains one of `words`, in whatever case.
pub fn column_like(header: &[String], words: &[&str]) -> Option<String> {
    let has = |name: &&String| {
        let name = name.to_lowercase();
        words.iter().any(|word| name.contains(word))
    };
    header.iter().find(has).cloned()
}

/// Whether a header calls the column of films so.
pub(super) fn names_film(column: &str) -> bool {
    let plain = plain_name(column);
    [IMAGE, PATH].concat().contains(&plain.as_str())
}

/// Where a header has the first of `names`.
fn find_place(header: &[String], names: &[&str]) -> Option<usize> {
    let named = |name: &&str| header.iter().position(|cell| plain_name(cell) == **name);
    names.iter().find_map(named)
}

/// What a header says beside the columns of a map.
pub(super) struct HeaderTraits {
    /// Who read the film, in tables with a row for each reader.
    pub reader: Option<usize>,
    /// Whether the rows of a film are marks in it, such as boxes, and belong together.
    pub rows_are_marks: bool,
    /// Whether the films are known to be of one patient each, or no patient is known.
    pub patients_are_unknown: bool,
    /// `Frontal` or `Lateral`.
    pub lateral: Option<usize>,
    /// SIIM's column of masks of a pneumothorax, -1 where there is none.
    pub mask: Option<usize>,
    /// RSNA's column of 0 or 1 for pneumonia.
    pub rsna_target: Option<usize>,
    /// The study that a row is of, where the table does not name films.
    pub study: Option<usize>,
}

impl HeaderTraits {
    pub fn of(header: &[String]) -> Self {
        let find = |names: &[&str]| find_place(header, names);
        let reader = find(&["radid", "reader", "readerid", "radiologist"]);
        let mask = find(&[SIIM_MASK]);
        let has_boxes = find(&["xmin", "x"]).is_some() && find(&["ymin", "y"]).is_some();
        let rsna_target = find(&[RSNA_TARGET]).filter(|_| has_boxes);
        let names_films = find(IMAGE).or_else(|| find(PATH)).is_some();
        Self {
            rows_are_marks: reader.is_some() || mask.is_some() || has_boxes,
            patients_are_unknown: reader.is_some()
                || mask.is_some()
                || rsna_target.is_some()
                || find(ONE_FINDING).is_some(),
            lateral: find(&["frontal/lateral"]),
            study: find(STUDY).filter(|_| !names_films),
            reader,
            mask,
            rsna_target,
        }
    }

    /// The label that a column with a value for each film is about.
    pub fn label_of<'a>(&self, column: usize, name: &'a str) -> &'a str {
        if self.mask == Some(column) {
            return Finding::Pneumothorax.name();
        }
        if self.rsna_target == Some(column) {
            return Finding::Pneumonia.name();
        }
        label_name(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::NO_FINDING;

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
        assert_eq!(guess("path,Mass").unwrap().patient, "path");
        assert_eq!(guess("filename,Mass"), None);
        assert_eq!(guess("Image Index,Patient ID"), None);
    }

    #[test]
    fn the_headers_of_public_data_sets_are_known() {
        let check = |header: &str, image: &str, patient: &str, view: Option<&str>| {
            let map = guess(header).unwrap_or_else(|| panic!("{header}"));
            assert_eq!((map.image.as_str(), map.patient.as_str()), (image, patient));
            assert_eq!(map.view_position.as_deref(), view, "{header}");
            map.labels
        };
        let columns = |labels| match labels {
            LabelColumns::OneEach { columns } => columns.len(),
            LabelColumns::Joined { labels, .. } => labels.len(),
        };
        let chexpert = "Path,Sex,Age,Frontal/Lateral,AP/PA,No Finding,Enlarged Cardiomediastinum,\
            Cardiomegaly,Lung Opacity,Lung Lesion,Edema,Consolidation,Pneumonia,Atelectasis,\
            Pneumothorax,Pleural Effusion,Pleural Other,Fracture,Support Devices";
        let labels = check(chexpert, "Path", "Path", Some("AP/PA"));
        assert_eq!(columns(labels), 14);
        let mimic = "subject_id,study_id,Atelectasis,Lung Opacity,No Finding";
        assert_eq!(columns(check(mimic, "study_id", "subject_id", None)), 3);
        let padchest = ",ImageID,ImageDir,StudyDate_DICOM,StudyID,PatientID,PatientBirth,\
            PatientSex_DICOM,ViewPosition_DICOM,Projection,Labels,Localizations";
        let labels = check(padchest, "ImageID", "PatientID", Some("Projection"));
        assert_eq!(columns(labels), 14);
        let vindr = "image_id,class_name,class_id,rad_id,x_min,y_min,x_max,y_max";
        assert_eq!(columns(check(vindr, "image_id", "image_id", None)), 0);
        let vindr = "image_id,rad_id,Aortic enlargement,Atelectasis,Nodule/Mass,No finding";
        assert_eq!(columns(check(vindr, "image_id", "image_id", None)), 4);
        let rsna = "patientId,x,y,width,height,Target";
        assert_eq!(columns(check(rsna, "patientId", "patientId", None)), 1);
        let siim = "ImageId, EncodedPixels";
        assert_eq!(columns(check(siim, "ImageId", "ImageId", None)), 1);
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
