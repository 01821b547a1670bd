//! Exports of a scored film: images, tables, DICOM. Originals are never modified.
//!
//! Every export carries the notice, the model's name with the checksum of its weights, and what may
//! be wrong with the film as input.

mod dicom_file;
mod files;
mod film_export;
mod names;
mod scores_csv;
mod secondary_capture;
mod structured_report;

pub use dicom_file::{ExportError, FreshUid};
pub use files::{ExportKind, Pictures, export_film, export_maps};
pub use film_export::FilmExport;
use film_export::write_export;
pub use names::ExportFolder;
pub use scores_csv::scores_csv;
pub use secondary_capture::secondary_capture;
pub use structured_report::structured_report;
