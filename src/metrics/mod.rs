//! Figures that judge scores: plain `f64` functions on slices.
//!
//! Undefined is an error or `None`, never 0, 0.5 or NaN: one class alone has no AUC.

mod roc;
mod delong;
mod normal;

pub use delong::AucEstimate;
pub use normal::normal_quantile;
pub use roc::{RocError, roc_auc};
