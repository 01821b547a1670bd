//! The work of evaluation jobs: reading, scoring, comparing, writing.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{ComparedSet, EvaluationPick, OpenedSet};
use crate::dataset::FilmCache;
use crate::domain::Part;
use crate::evaluate::{
    EvaluationData, Figures, Prevalence, ReportParts, compare, figures_csv,
    freeze_operating_points, html_report, save_plots, score_films, shared_patients,
};
use crate::files::write_whole;
use crate::model::{Classifier, ModelFile};
use crate::scores::{Predictions, ScoredSet};
use crate::work::{JobContext, Progress};

/// Reads predictions and ranks them; `model` is the file of the model in use.
pub fn open(path: &Path, model: Option<&Path>) -> anyhow::Result<OpenedSet> {
    let set = read(path)?;
    opened(set, Vec::new(), model)
}

fn read(path: &Path) -> anyhow::Result<ScoredSet> {
    let predictions = Predictions::load(path)?;
    Ok(ScoredSet::new(path.display().to_string(), predictions)?)
}

fn opened(
    set: ScoredSet,
    warnings: Vec<String>,
    model: Option<&Path>,
) -> anyhow::Result<OpenedSet> {
    let leak = match model {
        Some(model) => shared_patients(&set, model)?,
        None => None,
    };
    Ok(OpenedSet {
        set: Arc::new(set),
        warnings,
        leak,
    })
}

/// Scores the test part of a folder with the model in use.
pub fn score(
    folder: &Path,
    classifier: &Classifier,
    cache_folder: Option<PathBuf>,
    ctx: &JobContext<String>,
) -> anyhow::Result<OpenedSet> {
    ctx.send("Reading the table".to_owned());
    let data = EvaluationData::open(folder, None, None, Some(Part::Test))?;
    ctx.send(format!("Scoring the {}", data.split));
    let cache_folder = cache_folder.unwrap_or_else(FilmCache::default_folder);
    let n_threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut progress = |n_done, n_total| {
        ctx.set_progress(Progress { n_done, n_total });
        ctx.check_cancelled().is_ok()
    };
    let scored = score_films(classifier, &data, &cache_folder, n_threads, &mut progress);
    ctx.check_cancelled()?;
    let scored = scored?;
    let warnings = scored.warnings();
    let name = format!("{} on the {}", classifier.id(), data.split);
    opened(
        ScoredSet::new(name, scored.predictions)?,
        warnings,
        classifier.path(),
    )
}

/// Reads other scores of the same films.
pub fn compare_with(set: &ScoredSet, path: &Path) -> anyhow::Result<ComparedSet> {
    let other = read(path)?;
    Ok(ComparedSet {
        differences: compare(set, &other)?,
        set: Arc::new(other),
    })
}

/// What is to be written.
pub enum Saved {
    /// A page with everything.
    Report {
        set: Arc<ScoredSet>,
        thresholds: Vec<f64>,
        prevalence: Prevalence,
        comparison: Option<ComparedSet>,
        warnings: Vec<String>,
        thresholds_from: String,
        classifier: Option<Arc<Classifier>>,
    },
    /// A table of figures.
    Figures {
        set: Arc<ScoredSet>,
        thresholds: Vec<f64>,
    },
    /// Every plot of every label.
    Plots {
        set: Arc<ScoredSet>,
        classifier: Option<Arc<Classifier>>,
    },
    /// A model with operating points: its file, or the default one.
    Model {
        from: Option<PathBuf>,
        points: Vec<(String, f64, String)>,
    },
}

impl Saved {
    /// Writes it whole or not at all; what was written, for the notice.
    pub fn write(
        self,
        pick: EvaluationPick,
        to: PathBuf,
    ) -> anyhow::Result<(EvaluationPick, PathBuf)> {
        match self {
            Self::Report {
                set,
                thresholds,
                prevalence,
                comparison,
                warnings,
                thresholds_from,
                classifier,
            } => {
                let comparison = comparison.as_ref();
                let html = html_report(&ReportParts {
                    figures: &Figures::of(&set, &thresholds),
                    set: &set,
                    thresholds_from: &thresholds_from,
                    prevalence,
                    bootstrap: None,
                    model: classifier.as_deref().map(Classifier::card),
                    card: classifier.as_deref().map_or_else(Vec::new, card_facts),
                    warnings,
                    subgroups: &[],
                    localization: &[],
                    comparison: comparison
                        .map(|other| (other.set.name.as_str(), other.differences.as_slice())),
                });
                write(&to, html.as_bytes())?;
            }
            Self::Figures { set, thresholds } => {
                write(&to, &figures_csv(&Figures::of(&set, &thresholds)))?;
            }
            Self::Plots { set, classifier } => {
                save_plots(&set, classifier.as_deref().map(Classifier::card), &to)?;
            }
            Self::Model { from, points } => {
                let file = match from {
                    Some(from) => ModelFile::load(&from)?,
                    None => Classifier::default_file()?,
                };
                freeze_operating_points(&file, &to, None, &points)?;
            }
        }
        Ok((pick, to))
    }
}

fn card_facts(classifier: &Classifier) -> Vec<(String, String)> {
    let facts = classifier.card().facts().into_iter();
    let facts = facts.map(|(name, value)| (name.to_owned(), value));
    let id = ("Model in use".to_owned(), classifier.id().to_owned());
    std::iter::once(id).chain(facts).collect()
}

fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    use anyhow::Context as _;
    write_whole(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}
