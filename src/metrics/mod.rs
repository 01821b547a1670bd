//! Figures that judge scores: plain `f64` functions on slices.
//!
//! Undefined is an error or `None`, never 0, 0.5 or NaN: one class alone has no AUC.

mod roc;
mod delong;
mod normal;
mod calibration;
mod operating_point;

pub use calibration::{Platt, PlattError};
pub use delong::AucEstimate;
pub use normal::normal_quantile;
pub use operating_point::youden_threshold;
pub use roc::{RocError, roc_auc};
