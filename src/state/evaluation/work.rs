//! The work of evaluation jobs: scoring and writing.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::EvaluationPick;
use crate::dataset::{FilmCache, LabelRules};
use crate::domain::{Part, Threshold};
use crate::evaluate::{
    Choices, ComparedSet, Evaluation, EvaluationData, Figures, OpenedSet, Prevalence, ScoreAuthor,
    ScoreSource, Written, figures_csv, freeze_operating_points, html_report, save_plots,
};
use crate::files::{Existing, write_file};
use crate::imaging::is_kept_film;
use crate::model::{Classifier, ModelFile, ModelSource};
use crate::scores::ScoredSet;
use crate::work::{JobContext, Unwatched};

/// Scores the test part of a folder with the model in use.
pub fn score(
    folder: &Path,
    classifier: &Classifier,
    cache_folder: Option<PathBuf>,
    ctx: &JobContext,
) -> anyhow::Result<OpenedSet> {
    ctx.set_stage("Reading the table");
    let data = EvaluationData::open(folder, None, None, Some(Part::Test), LabelRules::default())?;
    ctx.set_stage(format!("Scoring the {}", data.split));
    let source = ScoreSource::Films {
        data: &data,
        classifier,
        cache_folder: &cache_folder.unwrap_or_else(FilmCache::default_folder),
    };
    Ok(OpenedSet::open(source, Some(classifier), ctx)?)
}

/// The dialog has asked whether a file is replaced, and a typed path names a new one.
const CHOSEN: Existing = Existing::ReplaceUnless(is_kept_film);

/// What is to be written.
pub enum SaveRequest {
    /// A page with everything.
    Report {
        opened: OpenedSet,
        thresholds: Vec<Threshold>,
        prevalence: Prevalence,
        comparison: Option<ComparedSet>,
        author: Option<Arc<ScoreAuthor>>,
    },
    /// A table of figures.
    Figures {
        set: Arc<ScoredSet>,
        thresholds: Vec<Threshold>,
        prevalence: Prevalence,
    },
    /// Every plot of every label.
    Plots {
        set: Arc<ScoredSet>,
        author: Option<Arc<ScoreAuthor>>,
    },
    /// A copy of a model with operating points.
    Model {
        from: ModelSource,
        points: Vec<(String, Threshold)>,
    },
}

impl SaveRequest {
    /// Writes it whole or not at all; what was written, for the notice.
    pub fn write(
        self,
        pick: EvaluationPick,
        to: PathBuf,
    ) -> anyhow::Result<(EvaluationPick, PathBuf)> {
        match self {
            Self::Report {
                opened,
                thresholds,
                prevalence,
                comparison,
                author,
            } => {
                let choices = Choices {
                    thresholds: &thresholds,
                    prevalence,
                    comparison,
                    ..Choices::default()
                };
                let evaluation = Evaluation::of(&opened, choices, &Unwatched)?;
                let html = html_report(&evaluation, author.as_deref(), &Written::now());
                write(&to, html.as_bytes())?;
            }
            Self::Figures {
                set,
                thresholds,
                prevalence,
            } => {
                let figures = Figures::of(&set, &thresholds);
                let model = set.predictions.model.as_ref();
                write(
                    &to,
                    &figures_csv(&figures, prevalence, model, &Written::now()),
                )?;
            }
            Self::Plots { set, author } => {
                let card = author.as_ref().map(|author| &author.card);
                save_plots(&set, card, &to, Existing::Keep)?;
            }
            Self::Model { from, points } => {
                let file = match from {
                    ModelSource::File(path) => ModelFile::load(&path)?,
                    ModelSource::Default => Classifier::default_file()?,
                };
                freeze_operating_points(&file, &to, None, None, &points, CHOSEN)?;
            }
        }
        Ok((pick, to))
    }
}

fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    use anyhow::Context as _;
    write_file(path, bytes, CHOSEN).with_context(|| format!("cannot write {}", path.display()))
}
