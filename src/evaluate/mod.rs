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
mod plot_axis;
mod line_plot;
mod plots;
mod picture;
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
pub use line_plot::{LinePlot, PlotAxis, PlotLine, PlotMark};
pub use localization::{LabelLocalization, Localization, MapRule, localize};
pub use opened_set::{OpenedSet, ScoreSource};
pub use ordered_films::OrderedFilms;
pub use picture::save_plots;
pub use plot_axis::{AxisScale, round_step, tick_text};
pub use plots::{
    BehindCurves, LabelPlot, RATE_COLORS, RELIABILITY_COLORS, SCORE_COLORS, curves_behind,
    label_plots, place_in_precision_recall, place_in_roc,
};
pub use prevalence::Prevalence;
pub use report::html_report;
pub use run_plots::{CurveLook, curve_look, save_curves};
pub use score::{EvaluationData, ScoredFolder, score_films};
pub use subgroups::{Subgroup, SubgroupAuc, subgroups};
pub use written::Written;
