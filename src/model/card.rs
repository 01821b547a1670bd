use serde::{Deserialize, Serialize};

use super::{MapRecord, ScoreHistogram, TestRecord};
use crate::domain::{Labels, OperatingPoint, PerFinding, Threshold, TrainingPoint};
use crate::imaging::{Interpolation, Preprocessing};
use thorax_engine::NetworkSpec;

/// The model card: everything needed to use and to assess the weights.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelCard {
    /// Display name.
    pub name: String,
    /// The label of each output, in order.
    pub labels: Labels,
    /// Shape of the network.
    pub architecture: NetworkSpec,
    /// How a film becomes the network's input.
    pub preprocessing: Preprocessing,
    /// The threshold chosen for each label; `None` if nobody chose one.
    pub operating_points: PerFinding<Option<OperatingPoint>>,
    /// From score to probability; `None` where nobody calibrated.
    pub calibration: PerFinding<Option<Calibration>>,
    /// How validation films with and without each label score; `None` where nobody counted.
    pub validation_scores: PerFinding<Option<ScoreHistogram>>,
    /// How well each label ranks test films; `None` where nobody measured.
    pub tests: PerFinding<Option<TestRecord>>,
    /// How the label's maps meet radiologists' boxes; `None` where nobody measured.
    pub maps: PerFinding<Option<MapRecord>>,
    /// Share of films with the label in training, in `[0, 1]`; `None` where it is not known.
    pub class_frequencies: PerFinding<Option<f64>>,
    /// Where the weights come from.
    pub provenance: Provenance,
}

/// From a logit to a probability.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case", deny_unknown_fields)]
pub enum Calibration {
    /// `sigmoid(slope * logit + intercept)` (Platt 1999).
    Platt {
        /// Multiplies the logit.
        slope: f64,
        /// Added to it.
        intercept: f64,
        /// Data it was fitted on.
        fitted_on: String,
    },
}

/// Where weights come from; `None` where it is not known.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Provenance {
    /// Films they were trained on.
    pub data: Option<String>,
    /// How films were split into train, valid and test.
    pub split: Option<String>,
    /// Seed of the training.
    pub seed: Option<u64>,
    /// Day of the training, as in 2026-11-23.
    pub date: Option<String>,
    /// The run and the epoch of the weights. Came later: older files have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<TrainingPoint>,
    /// What trained them.
    pub software: Option<String>,
    /// Loss, schedule and augmentation, as text.
    pub training: Option<String>,
    /// The quality of the weights, with the data it was measured on.
    pub evaluation: Option<String>,
    /// Known weaknesses of data and model.
    pub limits: Option<String>,
    /// Terms of use, acknowledgment and citation.
    pub terms: Option<String>,
}

impl ModelCard {
    /// Where films' thresholds start: the operating points, unset where there is none.
    pub fn thresholds(&self) -> PerFinding<Threshold> {
        let points = &self.operating_points;
        points.map(|point| Threshold::of_model(point.as_ref()))
    }

    /// A card with labels, preprocessing and provenance only: no thresholds, no calibration.
    ///
    /// `None` unless there are as many labels as outputs and the input has the network's side.
    pub fn new(
        name: String,
        labels: Labels,
        architecture: NetworkSpec,
        preprocessing: Preprocessing,
        provenance: Provenance,
    ) -> Option<Self> {
        let fits =
            labels.len() == architecture.n_outputs() && preprocessing.side() == architecture.side();
        fits.then(|| Self {
            operating_points: labels.map(|_, _| None),
            calibration: labels.map(|_, _| None),
            validation_scores: labels.map(|_, _| None),
            tests: labels.map(|_, _| None),
            maps: labels.map(|_, _| None),
            class_frequencies: labels.map(|_, _| None),
            name,
            labels,
            architecture,
            preprocessing,
            provenance,
        })
    }

    /// The card as text: names and values, unknown ones as `n/a`.
    pub fn facts(&self) -> Vec<(&'static str, String)> {
        let provenance = &self.provenance;
        let known = |value: &Option<String>| value.clone().unwrap_or_else(|| "n/a".to_owned());
        let n_points = count(&self.operating_points);
        let n_calibrated = count(&self.calibration);
        let n_labels = self.labels.len();
        let seed = provenance.seed.map(|seed| seed.to_string());
        let run = provenance.run.as_ref().map(ToString::to_string);
        vec![
            ("Network", self.network_text()),
            ("Input", self.input_text()),
            ("Labels", n_labels.to_string()),
            (
                "Operating points",
                format!("{n_points} of {n_labels} labels"),
            ),
            (
                "Calibration",
                format!("{n_calibrated} of {n_labels} labels"),
            ),
            ("Maps in boxes", self.maps_text()),
            ("Data", known(&provenance.data)),
            ("Split", known(&provenance.split)),
            ("Training", known(&provenance.training)),
            ("Run", known(&run)),
            ("Seed", known(&seed)),
            ("Date", known(&provenance.date)),
            ("Software", known(&provenance.software)),
            ("Evaluation", known(&provenance.evaluation)),
            ("Limits", known(&provenance.limits)),
            ("Terms", known(&provenance.terms)),
        ]
    }

    /// Over all labels, by map method.
    fn maps_text(&self) -> String {
        let records = || self.maps.values().iter().flatten();
        let Some(first) = records().next() else {
            return "n/a".to_owned();
        };
        let of_method = |method: &String| {
            let figures = records().filter_map(|record| record.methods.get(method));
            let (hits, n) = figures.fold((0, 0), |(hits, n), of| (hits + of.hits, n + of.n));
            format!("{method} {hits} of {n}")
        };
        let methods: Vec<String> = first.methods.keys().map(of_method).collect();
        format!("{}, {}", methods.join(", "), first.measured_on)
    }

    fn network_text(&self) -> String {
        let config = &self.architecture;
        format!(
            "ResNet-v2 of depth {}, {} outputs",
            config.depth(),
            config.n_outputs()
        )
    }

    fn input_text(&self) -> String {
        let side = self.preprocessing.side();
        let how = match self.preprocessing.interpolation() {
            Interpolation::Nearest => "nearest pixel",
            Interpolation::Bilinear => "bilinear, not antialiased",
            Interpolation::Area => "area",
            Interpolation::Lanczos => "Lanczos, antialiased",
        };
        format!(
            "{side} x {side} px gray, {how}, divided by {:.0}",
            self.preprocessing.scale().recip()
        )
    }
}

fn count<T>(values: &PerFinding<Option<T>>) -> usize {
    values.values().iter().flatten().count()
}
