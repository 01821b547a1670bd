//! The terms of the field as types: labels, scores, thresholds, films, gray windows, spaces.
//!
//! Values here are valid because they exist. Nothing in this module knows files, tensors or windows.

mod correction;
mod display;
mod finding;
mod labels;
mod measurement;
mod model_identity;
mod number;
mod orientation;
mod part;
mod film;
mod score;
mod space;
mod study_date;
mod threshold;
mod threshold_origin;
mod training_point;
mod visit;
mod window;

pub use correction::{Correction, Remedy};
pub use display::{Display, GrayChoice};
pub use film::{
    Contrast, DicomIdentity, Film, FilmInfo, GrayTable, ModalityMap, PatientOrientation,
    PixelSpacing, Pixels, PixelsError, RuledOut, SpacingSource,
};
pub use finding::{Finding, NO_FINDING, is_no_finding, label_name, plain_name};
pub use labels::{Labels, LabelsError, PerFinding};
pub use measurement::{GrayStats, Measurement, MeasurementKind, RegionStats, cardiothoracic_ratio};
pub use model_identity::ModelIdentity;
pub use number::{
    NumberError, number_text, parse_number, parse_whole_number, percent_of, rounded_share,
};
pub use orientation::Orientation;
pub use part::{Part, PartChoice, PartError};
pub use score::{Score, ScoreError, sigmoid};
pub use space::{Point, ScreenFromImage, Size};
pub use study_date::{StudyDate, StudyTime};
pub use threshold::{OperatingPoint, Threshold, ThresholdError};
pub use threshold_origin::ThresholdOrigin;
pub use training_point::TrainingPoint;
pub use visit::{PatientAge, PatientSex, StudyInfo, Visit};
pub use window::{NamedWindow, Voi, VoiFunction, Window, WindowError};

/// Shown on screen at all times and written into every export.
pub const NOTICE: &str = "Research and education only. Not a medical device.";
