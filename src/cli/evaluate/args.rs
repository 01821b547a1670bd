//! What `thorax evaluate` is told.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::targets::{Target, parse_prevalence, parse_threshold};
use crate::cli::DeviceArgs;
use crate::domain::Part;
use crate::evaluate::Prevalence;
use crate::explain::CamMethod;

#[derive(Debug, Args)]
pub struct EvaluateArgs {
    /// Scores and truth: path, `patient_id`, label:FINDING…, score:FINDING…
    #[arg(long, value_name = "CSV")]
    pub predictions: Option<PathBuf>,
    /// The model to score with, whose operating points are used; the default model without it
    #[arg(long, value_name = "FILE")]
    pub model: Option<PathBuf>,
    /// A folder of films with its table, or the table: scored now, or, with --predictions, told
    /// apart by view, sex, age and visit
    #[arg(long, value_name = "FOLDER", required_unless_present = "predictions")]
    pub data: Option<PathBuf>,
    /// Which films of the folder; by its own lists, or else by patient as a training parts them
    #[arg(long, value_enum, default_value_t = PartArg::Test)]
    pub split: PartArg,
    /// A list of the films to train on, in place of the folder's
    #[arg(long, value_name = "FILE")]
    pub train_list: Option<PathBuf>,
    /// A list of the films for validation
    #[arg(long, value_name = "FILE")]
    pub valid_list: Option<PathBuf>,
    /// A list of the films for testing
    #[arg(long, value_name = "FILE")]
    pub test_list: Option<PathBuf>,
    /// Thresholds of some labels, over the model's operating points and 0.5
    #[arg(long, value_name = "LABEL=T", value_delimiter = ',', value_parser = parse_threshold)]
    pub thresholds: Vec<(String, f64)>,
    /// Thresholds of all labels for a target: sensitivity=X, specificity=X, ppv=X, flagged=X, f1,
    /// youden, or cost=X false alarms for a missed film
    #[arg(long, value_name = "TARGET")]
    pub solve: Option<Target>,
    /// Predictions to choose those thresholds by, as of validation films; these films without it
    #[arg(long, value_name = "CSV", requires = "solve")]
    pub on: Option<PathBuf>,
    /// Writes the model with the thresholds as its operating points
    #[arg(long, value_name = "FILE", requires = "model")]
    pub save_model: Option<PathBuf>,
    /// Writes into that file too how the scores of these films are spread: for validation films
    #[arg(long, requires = "save_model")]
    pub histograms: bool,
    /// Share of people with a finding, for PPV and NPV: set, nih, pool, or a number
    #[arg(long, value_name = "SHARE", default_value = "set", value_parser = parse_prevalence)]
    pub prevalence: Prevalence,
    /// Intervals of the AUCs by drawing patients so many times; 0 for none
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub bootstrap: usize,
    /// Decides who is drawn
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Other predictions of the same films, to compare with
    #[arg(long, value_name = "CSV")]
    pub compare: Option<PathBuf>,
    /// Compares maps with the folder's boxes; scores those films once more
    #[arg(long, requires = "data")]
    pub boxes: bool,
    /// Which maps those are
    #[arg(long, value_enum, default_value_t = MapMethod::GradCam)]
    pub map_method: MapMethod,
    /// Share of a map's largest value from which a place belongs to it
    #[arg(long, value_name = "SHARE", default_value_t = 0.5, value_parser = parse_cut)]
    pub map_cut: f32,
    /// Writes a page with everything, readable without this program
    #[arg(long, value_name = "HTML")]
    pub report: Option<PathBuf>,
    /// Folder for every plot of every label, as SVG and as PNG, made if need be
    #[arg(long, value_name = "DIR")]
    pub plots: Option<PathBuf>,
    /// Writes the figures as a table
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,
    /// Writes scores and truth of the films
    #[arg(long, value_name = "FILE")]
    pub save_predictions: Option<PathBuf>,
    /// How the figures are printed
    #[arg(long, value_enum, default_value_t = EvaluationFormat::Table)]
    pub format: EvaluationFormat,
    #[command(flatten)]
    pub device: DeviceArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PartArg {
    /// What networks learn from: figures of these say little
    Train,
    /// What thresholds are chosen by
    Valid,
    /// What figures are told of
    Test,
    /// All films of the table
    All,
}

impl PartArg {
    /// The part; `None` for all films.
    pub fn part(self) -> Option<Part> {
        match self {
            Self::Train => Some(Part::Train),
            Self::Valid => Some(Part::Valid),
            Self::Test => Some(Part::Test),
            Self::All => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EvaluationFormat {
    /// For reading
    Table,
    /// One row a label
    Csv,
    /// One object
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum MapMethod {
    /// Channels weighted by their mean gradient
    GradCam,
    /// Every place weighted by its own gradient: faithful to this network's head
    HiresCam,
}

impl From<MapMethod> for CamMethod {
    fn from(method: MapMethod) -> Self {
        match method {
            MapMethod::GradCam => Self::GradCam,
            MapMethod::HiresCam => Self::HiResCam,
        }
    }
}

fn parse_cut(text: &str) -> Result<f32, String> {
    let cut = text.parse().ok().filter(|cut| *cut > 0.0 && *cut <= 1.0);
    cut.ok_or_else(|| format!("expected a share above 0 and at most 1, got {text:?}"))
}
