//! The card as JSON, and the checks that a card from elsewhere has to pass.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, Serializer};
use thiserror::Error;

use super::card::{Calibration, ModelCard, Provenance};
use super::{MapRecord, ScoreHistogram, TestRecord};
use crate::domain::{Labels, LabelsError, OperatingPoint, PerFinding};
use crate::imaging::Preprocessing;
use thorax_engine::NetworkSpec;

/// The version of the format that this program writes, and the only one that it reads.
pub const FORMAT_VERSION: u64 = 1;

/// Why a text is not a model's card.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum CardError {
    #[error("the model's metadata is invalid: {0}")]
    Json(#[from] serde_json::Error),
    #[error("expected model format version {FORMAT_VERSION}, got {0}")]
    Version(u64),
    #[error("the model's labels are invalid: {0}")]
    Labels(#[from] LabelsError),
    #[error("expected {n_outputs} labels for as many outputs, got {n_labels}")]
    LabelCount { n_labels: usize, n_outputs: usize },
    #[error("expected input of {network} x {network} pixels as the network has, got {input}")]
    InputSide { network: usize, input: usize },
    #[error("the metadata's {what} name {name:?}, which is not a label of the model")]
    UnknownLabel { what: &'static str, name: String },
    #[error("expected hits of at most all boxes and shares in 0..=1 in the maps of {name}")]
    Maps { name: String },
    #[error("expected AUCs in 0..=1 in the test of {name}")]
    Tests { name: String },
    #[error("expected a class frequency in 0..=1 for {name}, got {value}")]
    Frequency { name: String, value: f64 },
}

#[derive(Deserialize)]
struct VersionOnly {
    format_version: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CardFields {
    format_version: u64,
    name: String,
    labels: Vec<String>,
    architecture: NetworkSpec,
    preprocessing: Preprocessing,
    operating_points: BTreeMap<String, OperatingPoint>,
    calibration: BTreeMap<String, Calibration>,
    class_frequencies: BTreeMap<String, f64>,
    /// Came later: older files have none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    validation_scores: BTreeMap<String, ScoreHistogram>,
    /// Came later too.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    maps: BTreeMap<String, MapRecord>,
    /// And later still.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    tests: BTreeMap<String, TestRecord>,
    provenance: Provenance,
}

impl ModelCard {
    /// Reads what [`ModelCard::to_json`] wrote.
    pub fn from_json(text: &str) -> Result<Self, CardError> {
        // The version first: another one may have other fields.
        let VersionOnly { format_version } = serde_json::from_str(text)?;
        if format_version != FORMAT_VERSION {
            return Err(CardError::Version(format_version));
        }
        let fields: CardFields = serde_json::from_str(text)?;
        let labels = Labels::new(fields.labels)?;
        let (n_labels, n_outputs) = (labels.len(), fields.architecture.n_outputs());
        if n_labels != n_outputs {
            return Err(CardError::LabelCount {
                n_labels,
                n_outputs,
            });
        }
        let (network, input) = (fields.architecture.side(), fields.preprocessing.side());
        if network != input {
            return Err(CardError::InputSide { network, input });
        }
        for (name, &value) in &fields.class_frequencies {
            if !(0.0..=1.0).contains(&value) {
                let name = name.clone();
                return Err(CardError::Frequency { name, value });
            }
        }
        for (name, record) in &fields.maps {
            if !record.is_sound() {
                let name = name.clone();
                return Err(CardError::Maps { name });
            }
        }
        for (name, record) in &fields.tests {
            if !record.is_sound() {
                let name = name.clone();
                return Err(CardError::Tests { name });
            }
        }
        Ok(Self {
            name: fields.name,
            architecture: fields.architecture,
            preprocessing: fields.preprocessing,
            operating_points: by_label(&labels, fields.operating_points, "operating points")?,
            calibration: by_label(&labels, fields.calibration, "calibrations")?,
            validation_scores: by_label(&labels, fields.validation_scores, "validation scores")?,
            maps: by_label(&labels, fields.maps, "maps")?,
            tests: by_label(&labels, fields.tests, "tests")?,
            class_frequencies: by_label(&labels, fields.class_frequencies, "class frequencies")?,
            provenance: fields.provenance,
            labels,
        })
    }

    /// The card as JSON, the same text for the same card.
    pub fn to_json(&self) -> Result<String, CardError> {
        Ok(serde_json::to_string(self)?)
    }
}

impl Serialize for ModelCard {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = CardFields {
            format_version: FORMAT_VERSION,
            name: self.name.clone(),
            labels: self.labels.iter().map(ToOwned::to_owned).collect(),
            architecture: self.architecture,
            preprocessing: self.preprocessing,
            operating_points: by_name(&self.operating_points),
            calibration: by_name(&self.calibration),
            validation_scores: by_name(&self.validation_scores),
            maps: by_name(&self.maps),
            tests: by_name(&self.tests),
            class_frequencies: by_name(&self.class_frequencies),
            provenance: self.provenance.clone(),
        };
        fields.serialize(serializer)
    }
}

fn by_name<T: Clone>(values: &PerFinding<Option<T>>) -> BTreeMap<String, T> {
    let known = values.iter();
    known
        .filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)))
        .collect()
}

fn by_label<T>(
    labels: &Labels,
    mut values: BTreeMap<String, T>,
    what: &'static str,
) -> Result<PerFinding<Option<T>>, CardError> {
    let by_label = labels.map(|_, name| values.remove(name));
    match values.into_keys().next() {
        Some(name) => Err(CardError::UnknownLabel { what, name }),
        None => Ok(by_label),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Threshold, TrainingPoint};
    use crate::imaging::Interpolation;
    use crate::model::MapFigures;

    fn card() -> ModelCard {
        let architecture = NetworkSpec::new(56, 128, 14).unwrap();
        let preprocessing = Preprocessing::new(128, Interpolation::Area, 1.0 / 255.0).unwrap();
        let provenance = Provenance {
            data: Some("drawn films".to_owned()),
            seed: Some(7),
            ..Provenance::default()
        };
        let labels = Labels::nih_14();
        let name = "test".to_owned();
        let mut card =
            ModelCard::new(name, labels, architecture, preprocessing, provenance).unwrap();
        let moved = Threshold::moved(0.123, "valid").unwrap();
        *card.operating_points.get_mut(3).unwrap() = Some(OperatingPoint::of(&moved));
        *card.calibration.get_mut(4).unwrap() = Some(Calibration::Platt {
            slope: 1.1,
            intercept: -3.0,
            fitted_on: "valid".to_owned(),
        });
        *card.class_frequencies.get_mut(5).unwrap() = Some(0.04);
        card
    }

    fn error_of(change: impl Fn(&mut serde_json::Value)) -> String {
        let mut json = serde_json::to_value(card()).unwrap();
        change(&mut json);
        ModelCard::from_json(&json.to_string())
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn a_card_survives_the_file() {
        let card = card();
        let text = card.to_json().unwrap();
        assert_eq!(ModelCard::from_json(&text).unwrap(), card);
        assert_eq!(card.to_json().unwrap(), text);
    }

    #[test]
    fn the_run_is_written_where_there_is_one_and_a_card_without_reads_as_before() {
        let mut card = card();
        assert!(!card.to_json().unwrap().contains("\"run\""));
        card.provenance.run = Some(TrainingPoint::at("r1", 12, 5, 5));
        let text = card.to_json().unwrap();
        assert!(text.contains(r#""run":{"name":"r1","epoch":12}"#), "{text}");
        assert_eq!(ModelCard::from_json(&text).unwrap(), card);
    }

    #[test]
    fn hits_on_boxes_are_kept_and_impossible_ones_refused() {
        let mut card = card();
        assert!(
            !card.to_json().unwrap().contains("\"maps\""),
            "older programs read it"
        );
        let figures = MapFigures {
            n: 19,
            hits: 12,
            mean_iou: 0.125,
            mean_outside_body: Some(0.2),
            deletion: None,
            insertion: None,
        };
        let record = MapRecord {
            measured_on: "validation films".to_owned(),
            map_threshold: 0.3,
            methods: [("hires-cam".to_owned(), figures)].into(),
        };
        let text = record.hits_text("hires-cam").unwrap();
        assert_eq!(
            text,
            "Hit 12 of 19 boxes on validation films (mean IoU 0.12)"
        );
        assert_eq!(record.hits_text("guided"), None);
        *card.maps.get_mut(1).unwrap() = Some(record);
        let text = card.to_json().unwrap();
        assert_eq!(ModelCard::from_json(&text).unwrap(), card);
        let facts = card.facts();
        let maps = facts.iter().find(|(name, _)| *name == "Maps in boxes");
        assert_eq!(maps.unwrap().1, "hires-cam 12 of 19, validation films");
        for wrong in [
            text.replace("\"hits\":12", "\"hits\":20"),
            text.replace("0.125", "1.5"),
        ] {
            let error = ModelCard::from_json(&wrong).unwrap_err().to_string();
            assert!(error.contains("maps of Cardiomegaly"), "{error}");
        }
    }

    #[test]
    fn figures_of_a_test_are_kept_and_impossible_ones_refused() {
        let mut card = card();
        assert!(!card.to_json().unwrap().contains("\"tests\""));
        *card.tests.get_mut(1).unwrap() = Some(TestRecord {
            measured_on: "8 test films".to_owned(),
            n_pos: 3,
            auc: 0.875,
            interval: Some((0.75, 1.0)),
        });
        let text = card.to_json().unwrap();
        assert_eq!(ModelCard::from_json(&text).unwrap(), card);
        for wrong in ["1.5", "-0.1"] {
            let text = text.replace("0.875", wrong);
            let error = ModelCard::from_json(&text).unwrap_err().to_string();
            assert!(error.contains("test of Cardiomegaly"), "{error}");
        }
        let text = text.replace("[0.75,1.0]", "[1.0,0.75]");
        assert!(ModelCard::from_json(&text).is_err());
    }

    #[test]
    fn another_version_is_refused_before_its_fields_are_read() {
        let error = ModelCard::from_json(r#"{"format_version": 2}"#).unwrap_err();
        assert_eq!(error.to_string(), "expected model format version 1, got 2");
    }

    #[test]
    fn what_does_not_fit_together_is_refused() {
        let error = error_of(|json| json["labels"] = serde_json::json!(["Mass"]));
        assert!(error.contains("expected 14 labels"), "{error}");
        let error = error_of(|json| json["preprocessing"]["side"] = 64.into());
        assert!(error.contains("expected input of 128"), "{error}");
        let error = error_of(|json| json["class_frequencies"]["Flu"] = 0.1.into());
        assert!(error.contains("Flu"), "{error}");
        let error = error_of(|json| json["class_frequencies"]["Mass"] = 1.5.into());
        assert!(error.contains("1.5"), "{error}");
        let error = error_of(|json| json["operating_points"]["Edema"]["threshold"] = 1.5.into());
        assert!(error.contains("threshold in 0..=1"), "{error}");
        let error = error_of(|json| json["architecture"]["depth"] = 50.into());
        assert!(error.contains("depth of 9n + 2"), "{error}");
        let error = error_of(|json| json["surprise"] = 1.into());
        assert!(error.contains("surprise"), "{error}");
    }

    #[test]
    fn unknown_facts_are_said_to_be_so() {
        let facts = card().facts();
        let split = facts.iter().find(|(name, _)| *name == "Split").unwrap();
        assert_eq!(split.1, "n/a");
    }
}
