//! What becomes of paths: scores that are read or made, and files that are written.

use std::path::PathBuf;

use super::work::{self, OnScreen, SaveRequest};
use super::{EvaluationPick, EvaluationState, EvaluationTab, Opened, ScoreColumnsDraft};
use crate::domain::PartChoice;
use crate::evaluate::{ComparedSet, OpenedSet, ScoreSource};
use crate::model::ModelSource;
use crate::scores::{ScoreColumns, ScoreRules};
use crate::state::{Effect, ModelRequest, Shared};
use crate::work::Task;

impl EvaluationState {
    /// Takes a path that was picked or typed.
    pub fn take_path(&mut self, pick: EvaluationPick, path: PathBuf, shared: &mut Shared) {
        match pick {
            EvaluationPick::Predictions => self.open_predictions(path, shared),
            EvaluationPick::DataFolder => self.score_folder(path, self.start.part, shared),
            EvaluationPick::Compared => {
                shared.settings.evaluation.tab = EvaluationTab::Comparison;
                self.compare_with(path, shared);
            }
            EvaluationPick::Films => {
                self.analyses.films = Some(path);
                match shared.settings.evaluation.tab {
                    EvaluationTab::Maps => self.start_maps(shared),
                    EvaluationTab::Subgroups => self.start_subgroups(shared),
                    EvaluationTab::Films | EvaluationTab::Comparison => {}
                }
            }
            EvaluationPick::Report => {
                if let Some(shown) = self.on_screen() {
                    self.save(pick, path, SaveRequest::Report(shown), shared);
                }
            }
            EvaluationPick::Figures => {
                if let Some(set) = self.scored().cloned() {
                    let thresholds = self.chosen.thresholds().to_vec();
                    let prevalence = self.prevalence;
                    let saved = SaveRequest::Figures {
                        set,
                        thresholds,
                        prevalence,
                    };
                    self.save(pick, path, saved, shared);
                }
            }
            EvaluationPick::Plots => {
                if let Some(shown) = self.on_screen() {
                    self.save(pick, path, SaveRequest::Plots(shown), shared);
                }
            }
            EvaluationPick::Model => {
                if let Some(text) = self.why_not_saved() {
                    shared.say_error(text);
                } else if let Some(from) = self.author().and_then(|author| author.source.clone()) {
                    let points = self.points();
                    self.save(pick, path, SaveRequest::Model { from, points }, shared);
                }
            }
        }
    }

    /// Looks for runs while the first page is shown.
    pub fn keep_current(&mut self, shared: &Shared) {
        if self.set.is_none() {
            self.start.keep_up(shared);
        }
    }

    /// Reads scores; those in view stay until then, or until the columns of a table of others are
    /// chosen.
    pub fn open_predictions(&mut self, path: PathBuf, shared: &Shared) {
        self.start.columns = None;
        self.read_predictions(path, None, shared);
    }

    fn read_predictions(&mut self, path: PathBuf, columns: Option<ScoreColumns>, shared: &Shared) {
        let model = shared.model.classifier().cloned();
        self.opening
            .start("scores", &shared.services.wake, move |ctx| {
                if columns.is_none()
                    && let Some(draft) = ScoreColumnsDraft::read_foreign(&path)?
                {
                    return Ok(Opened::Foreign(Box::new(draft)));
                }
                let rules = ScoreRules {
                    columns,
                    ..ScoreRules::default()
                };
                let source = ScoreSource::Predictions {
                    path: &path,
                    rules: &rules,
                    table: None,
                };
                let opened = OpenedSet::open(source, model.as_deref(), ctx)?;
                Ok(Opened::Set(Box::new(opened)))
            });
    }

    /// The choice stays open until its table is read.
    pub(super) fn close_columns(&mut self, take: bool, shared: &Shared) {
        if !take {
            self.start.columns = None;
            if self.opening.error().is_some() {
                self.opening = Task::Idle;
            }
        } else if let Some(draft) = &self.start.columns
            && let Ok(columns) = draft.to_columns()
        {
            self.read_predictions(draft.table.clone(), Some(columns), shared);
        }
    }

    /// Scores a part of a folder's films by the model in use.
    pub(super) fn score_folder(&mut self, folder: PathBuf, part: PartChoice, shared: &mut Shared) {
        let Some(classifier) = shared.model.classifier().cloned() else {
            shared.say_error("no model to score with");
            return;
        };
        let cache_folder = shared.services.cache_folder.clone();
        self.opening
            .start("scoring", &shared.services.wake, move |ctx| {
                let opened = work::score(&folder, part, &classifier, cache_folder, ctx)?;
                Ok(Opened::Set(Box::new(opened)))
            });
    }

    fn compare_with(&mut self, path: PathBuf, shared: &Shared) {
        if let Some(set) = self.scored().cloned() {
            self.comparison
                .start("comparison", &shared.services.wake, move |_| {
                    Ok(ComparedSet::load(&set, &path, &ScoreRules::default())?)
                });
        }
    }

    /// What reports and plots are made of.
    fn on_screen(&self) -> Option<Box<OnScreen>> {
        Some(Box::new(OnScreen {
            opened: self.set.clone()?,
            thresholds: self.chosen.thresholds().to_vec(),
            prevalence: self.prevalence,
            comparison: self.comparison.done().cloned(),
            curves_behind: self.all_labels,
            bootstrap: self.analyses.bootstrap.done().cloned(),
            subgroups: self.analyses.subgroups.done().cloned(),
            maps: self.analyses.maps.done().cloned(),
        }))
    }

    fn save(&mut self, pick: EvaluationPick, to: PathBuf, saved: SaveRequest, shared: &Shared) {
        let wake = &shared.services.wake;
        self.saving
            .start("saving", wake, move |_| saved.write(pick, to));
    }

    pub(super) fn say_saved(&self, shared: &mut Shared) -> Vec<Effect> {
        let Some((pick, path)) = self.saving.done() else {
            return Vec::new();
        };
        shared.say(format!("Saved: {}", path.display()));
        if *pick != EvaluationPick::Model {
            return Vec::new();
        }
        if !self.is_of_model_in_use(&shared.model) {
            return Vec::new();
        }
        // The viewer has the same weights and uses the thresholds at once.
        let request = ModelRequest::Source(ModelSource::File(path.clone()));
        vec![Effect::LoadModel(request)]
    }
}
