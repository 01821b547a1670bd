//! Metrics of scores: plain `f64` functions on slices.
//!
//! Undefined is an error or `None`, never 0, 0.5 or NaN: one class alone has no AUC.

mod roc;
mod confusion;
mod agreement;
mod ranked;
mod delong;
mod normal;
mod wilson;
mod reliability;
mod calibration;
mod operating_point;
mod summary;

pub use agreement::{Agreement, Kappa};
pub use calibration::{Platt, PlattError, logit, undo_weighting};
pub use confusion::Confusion;
pub use delong::{AucEstimate, PairedAuc};
pub use normal::normal_quantile;
pub use operating_point::{OperatingTarget, SolveError};
pub use ranked::{PrecisionRecallPoint, RankedScores, RocPoint, ScoreStep};
pub use reliability::{Bins, ReliabilityBin, brier_score, expected_calibration_error, reliability};
pub use roc::{RocError, roc_auc};
pub use summary::Summary;
pub use wilson::wilson_interval;
