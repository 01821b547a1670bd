//! The work of evaluation jobs: scoring and writing.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{BootstrapFound, EvaluationPick, MapsFound, SubgroupsFound};
use crate::dataset::{FilmCache, LabelRules};
use crate::domain::{PartChoice, Threshold};
use crate::evaluate::{
    Choices, ComparedSet, EvaluateError, Evaluation, EvaluationData, Figures, OpenedSet,
    Prevalence, ScoreSource, Written, figures_csv, freeze_operating_points, html_report,
    save_plots,
};
use crate::files::{Existing, write_file};
use crate::imaging::is_kept_film;
use crate::model::{Classifier, ModelFile, ModelSource};
use crate::scores::ScoredSet;
use crate::work::{JobContext, Unwatched};

/// Scores a part of a folder's films with the model in use.
pub fn score(
    folder: &Path,
    part: PartChoice,
    classifier: &Classifier,
    cache_folder: Option<PathBuf>,
    ctx: &JobContext,
) -> anyhow::Result<OpenedSet> {
    ctx.set_stage("Reading the table");
    let data = EvaluationData::open(folder, None, None, part.part(), LabelRules::default())?;
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

/// All that the window shows of an evaluation.
pub struct OnScreen {
    /// The scores, with the model that made them.
    pub opened: OpenedSet,
    /// One for each label.
    pub thresholds: Vec<Threshold>,
    /// The prevalence for PPV and NPV.
    pub prevalence: Prevalence,
    /// Other scores of the same films.
    pub comparison: Option<ComparedSet>,
    /// The curves of all labels are drawn behind those of one.
    pub curves_behind: bool,
    /// Intervals by patients, where they were made.
    pub bootstrap: Option<BootstrapFound>,
    /// Subgroups, where they were made.
    pub subgroups: Option<SubgroupsFound>,
    /// Maps against boxes, where they were made.
    pub maps: Option<MapsFound>,
}

impl OnScreen {
    /// The same as one evaluation; nothing is worked out again but figures.
    fn evaluation(self) -> Result<Evaluation, EvaluateError> {
        let maps = self.maps;
        let choices = Choices {
            thresholds: &self.thresholds,
            prevalence: self.prevalence,
            comparison: self.comparison,
            curves_behind: self.curves_behind,
            warnings: maps.iter().flat_map(|maps| maps.warnings.clone()).collect(),
            ..Choices::default()
        };
        let evaluation = Evaluation::of(&self.opened, choices, &Unwatched)?;
        Ok(Evaluation {
            bootstrap: self.bootstrap,
            subgroups: self.subgroups.map_or_else(Vec::new, |found| found.groups),
            localization: maps.map(|maps| maps.localization),
            ..evaluation
        })
    }
}

/// What is to be written.
pub enum SaveRequest {
    /// A page with everything.
    Report(Box<OnScreen>),
    /// A table of figures.
    Figures {
        set: Arc<ScoredSet>,
        thresholds: Vec<Threshold>,
        prevalence: Prevalence,
    },
    /// Every plot of every label.
    Plots(Box<OnScreen>),
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
            Self::Report(shown) => {
                let author = shown.opened.author.clone();
                let evaluation = shown.evaluation()?;
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
            Self::Plots(shown) => {
                let author = shown.opened.author.clone();
                let card = author.as_ref().map(|author| &author.card);
                let evaluation = shown.evaluation()?;
                save_plots(&evaluation, card, &Written::now(), &to, Existing::Keep)?;
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
