//! Scores of many films with their labels, wherever they come from, and what is drawn of them.
//!
//! [`Predictions`] is a table of scores that names its model; [`ScoredSet`] is that table ranked
//! label by label; [`score_part()`] makes the table with a model; [`LabelCurves`] is what is drawn.
//! Training, evaluation, the window and the report all read scores through these.

mod error;
mod predictions;
mod save_parquet;
mod score_columns;
mod labelled;
mod foreign_table;
mod score_part;
mod score_table;
mod scored_set;
mod calibration;
mod curves;

pub use calibration::{CalibrationView, ProbabilityRule};
pub use curves::{BandedCurve, LabelCurves};
pub use error::ScoresError;
pub use labelled::{LoadedScores, ScoreRules};
pub use predictions::{FilmPrediction, Predictions};
pub use score_columns::{FindingColumns, ScoreColumns, ScoreLayout};
pub use score_part::{PartFilm, ScoredPart, part_logits, score_part};
pub use score_table::{ScoreTable, TableColumn, TablePatients};
pub use scored_set::{LabelColumn, ScoredSet};
