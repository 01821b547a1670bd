//! How good scores are: figures of every label, intervals, subgroups, places, reports.
//!
//! Works on predictions alone, from wherever they come; films are needed only to score anew and to
//! see whether maps meet boxes.

mod error;
mod figures;
mod figure;
mod ordered_films;
mod bootstrap;
mod leaks;
mod compare;
mod subgroups;
mod localization;
mod score;
mod author;
mod built_in;
mod opened_set;
mod freeze;
mod identity;
mod prevalence;
mod evaluation;
mod large;
mod written;
mod export;
mod svg;
mod plots;
mod picture;
mod line_plot;
mod run_plots;
mod report;

pub use author::ScoreAuthor;
pub use bootstrap::{Bootstrap, BootstrapInterval, BootstrappedAucs, Replicate, bootstrap_aucs};
pub use built_in::BuiltInScores;
pub use compare::{ComparedSet, FilmDifference, LabelDifference, compare, most_different_films};
pub use error::EvaluateError;
pub use evaluation::{Choices, Evaluation, MapsOfFilms};
pub use export::{figures_csv, figures_json};
pub use figure::Figure;
pub use figures::{Figures, LabelFigures, thresholds};
pub use freeze::freeze_operating_points;
pub use identity::{scores_text, thresholds_text};
pub use large::{LargeChoices, LargeEvaluation};
pub use leaks::{SharedPatients, shared_patients};
pub use line_plot::{LinePlot, PlotLine, round_step};
pub use localization::{LabelLocalization, Localization, MapRule, localize};
pub use opened_set::{OpenedSet, ScoreSource};
pub use ordered_films::OrderedFilms;
pub use picture::save_plots;
pub use plots::{LabelPlot, label_plots, place_in_precision_recall, place_in_roc};
pub use prevalence::Prevalence;
pub use report::html_report;
pub use run_plots::save_curves;
pub use score::{EvaluationData, ScoredFolder, score_films};
pub use subgroups::{Subgroup, SubgroupAuc, subgroups};
pub use svg::{Curve, PlotMark, PlotText, curve_svg};
pub use written::Written;
