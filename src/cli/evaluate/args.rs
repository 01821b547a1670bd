//! Arguments of `thorax evaluate`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::columns::ScoreColumnArgs;
use super::targets::{Target, parse_prevalence, parse_threshold};
use crate::cli::{DeviceArgs, LabelArgs};
use crate::dataset::FilmCache;
use crate::domain::{ModelIdentity, Part, PartChoice};
use crate::evaluate::{BuiltInScores, Prevalence};
use crate::explain::{MAP_THRESHOLD, MapMethod};
use crate::scores::ScoreRules;

#[derive(Clone, Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of its own"
)]
pub struct EvaluateArgs {
    /// CSV or Parquet file of scores and labels (path, `patient_id`, label:FINDING…, score:FINDING…; a CSV with other
    /// columns is read by their names, as `y_true` and `y_score`, or as --label-columns says), or the folder of
    /// `classify --out` or its merged Parquet file, with the films' table by --data
    #[arg(long, value_name = "FILE")]
    pub predictions: Option<PathBuf>,
    /// The built-in model's own scores of its validation or test films, which the program carries with it
    #[arg(long, value_name = "PART", value_parser = parse_built_in, conflicts_with_all = ["predictions", "data", "model"])]
    pub built_in: Option<Part>,
    /// Model to score with and to take operating points from; default: the built-in model
    #[arg(long, value_name = "FILE")]
    pub model: Option<PathBuf>,
    /// Takes it that --model made the scores of --predictions, which name no model: its operating points
    /// and calibration apply to them. Without it they apply only where the scores name the model
    #[arg(long, requires = "predictions", requires = "model")]
    pub scores_of_model: bool,
    /// Folder of films with its table, or the table: films to score, or, with --predictions, the
    /// source of the subgroups by view, sex, age and visit, and of labels that the predictions lack
    #[arg(long, value_name = "FOLDER")]
    pub data: Option<PathBuf>,
    /// Part of the folder's films: train, valid (thresholds are chosen on it), test (metrics are
    /// reported on it) or all; split by the folder's own lists, or by patient as in training
    #[arg(long, value_name = "PART", default_value_t = PartChoice::One(Part::Test))]
    pub split: PartChoice,
    /// List of training films, in place of the folder's
    #[arg(long, value_name = "FILE")]
    pub train_list: Option<PathBuf>,
    /// List of validation films
    #[arg(long, value_name = "FILE")]
    pub valid_list: Option<PathBuf>,
    /// List of test films
    #[arg(long, value_name = "FILE")]
    pub test_list: Option<PathBuf>,
    #[command(flatten)]
    pub columns: ScoreColumnArgs,
    #[command(flatten)]
    pub labels: LabelArgs,
    /// Thresholds of some labels; they override the model's operating points and 0.5
    #[arg(long, value_name = "LABEL=T", value_delimiter = ',', value_parser = parse_threshold)]
    pub thresholds: Vec<(String, f64)>,
    /// Solves for the thresholds that meet a target: sensitivity=X, specificity=X, ppv=X, flagged=X,
    /// f1, youden, or cost=X (cost of a miss, in false alarms)
    #[arg(long, value_name = "TARGET")]
    pub solve: Option<Target>,
    /// Predictions to solve on, such as those of validation films; default: the evaluated films
    #[arg(long, value_name = "CSV", requires = "solve")]
    pub on: Option<PathBuf>,
    /// Writes a copy of the model with these thresholds as its operating points
    #[arg(long, value_name = "FILE", requires = "model")]
    pub save_model: Option<PathBuf>,
    /// Also stores the score histograms of these films in that file; meant for validation films
    #[arg(long, requires = "save_model")]
    pub histograms: bool,
    /// Also stores in that file how often maps meet boxes, by finding and method; meant for validation
    /// films
    #[arg(long, requires = "save_model", requires = "boxes")]
    pub hit_rates: bool,
    /// Prevalence for PPV and NPV: set, nih, pool, or a number
    #[arg(long, value_name = "SHARE", default_value = "set", value_parser = parse_prevalence)]
    pub prevalence: Prevalence,
    /// Number of bootstrap replicates (by patient) for AUC intervals; 0 for none
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub bootstrap: usize,
    /// Random seed of the bootstrap
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Predictions of another model on the same films, to compare with
    #[arg(long, value_name = "CSV")]
    pub compare: Option<PathBuf>,
    /// Compares maps with the folder's boxes; scores those films again
    #[arg(long, requires = "data")]
    pub boxes: bool,
    /// Method that table and report show: hires-cam (exact), grad-cam, grad-cam-4x4, guided,
    /// guided-4x4 or occlusion (slow); JSON has all fast ones and this one
    #[arg(long, value_name = "METHOD", default_value_t = MapMethod::default())]
    pub map_method: MapMethod,
    /// Map threshold, as a fraction of the map's maximum
    #[arg(long, value_name = "SHARE", default_value_t = MAP_THRESHOLD, value_parser = parse_cut)]
    pub map_cut: f32,
    /// Also measures deletion and insertion curves of every method, and the occlusion map: minutes
    /// for a hundred boxes
    #[arg(long, requires = "boxes")]
    pub curves: bool,
    /// Writes a self-contained HTML report
    #[arg(long, value_name = "HTML")]
    pub report: Option<PathBuf>,
    /// Folder for all plots of all labels, as SVG and PNG, created if missing
    #[arg(long, value_name = "DIR")]
    pub plots: Option<PathBuf>,
    /// Draws the ROC and precision-recall curves of all labels behind those of each, in plots and report
    #[arg(long)]
    pub curves_behind: bool,
    /// Writes the metrics as CSV
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,
    /// Writes scores and labels of the films as CSV
    #[arg(long, value_name = "FILE")]
    pub save_predictions: Option<PathBuf>,
    /// Replaces files that exist, but never a film
    #[arg(long)]
    pub overwrite: bool,
    /// Rows from which a Parquet table is read one finding at a time
    #[arg(long, value_name = "N", hide = true, default_value_t = 1_000_000)]
    pub large_from: usize,
    /// Folder for decoded films, created if missing; default: the user's cache folder
    #[arg(long, value_name = "DIR")]
    pub cache: Option<PathBuf>,
    /// Output format
    #[arg(long, value_enum, default_value_t = EvaluationFormat::Table)]
    pub format: EvaluationFormat,
    #[command(flatten)]
    pub device: DeviceArgs,
}

impl EvaluateArgs {
    /// Whether a model made scores: they name it, or they name none and the user says so.
    pub fn says_made_by(&self, named: Option<&ModelIdentity>, model: &ModelIdentity) -> bool {
        named.map_or(self.scores_of_model, |named| named == model)
    }

    /// Where decoded films are, and tables of scores that the program carries with it.
    pub fn cache_folder(&self) -> PathBuf {
        self.cache.clone().unwrap_or_else(FilmCache::default_folder)
    }

    /// How tables of scores are read.
    pub fn score_rules(&self) -> anyhow::Result<ScoreRules> {
        Ok(ScoreRules {
            uncertain: self.labels.rules().uncertain,
            columns: self.columns.columns()?,
        })
    }

    /// Which films are evaluated, in words.
    pub fn films_text(&self) -> &'static str {
        let part = self.split.part().filter(|_| self.predictions.is_none());
        match part {
            Some(Part::Train) => "training films",
            Some(Part::Valid) => "validation films",
            Some(Part::Test) => "test films",
            None => "all films of a table",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EvaluationFormat {
    /// Human-readable text
    Table,
    /// CSV, one row per label
    Csv,
    /// JSON, one object
    Json,
}

fn parse_built_in(text: &str) -> Result<Part, String> {
    let part = text.parse().ok();
    let part = part.filter(|part| BuiltInScores::PARTS.contains(part));
    part.ok_or_else(|| format!("expected valid or test, got {text:?}"))
}

fn parse_cut(text: &str) -> Result<f32, String> {
    let cut = text.parse().ok().filter(|cut| *cut > 0.0 && *cut <= 1.0);
    cut.ok_or_else(|| format!("expected a fraction above 0 and at most 1, got {text:?}"))
}
