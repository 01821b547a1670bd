use std::path::PathBuf;
use std::sync::Arc;

use super::work::{self, Saved};
use super::{EvaluationCommand, EvaluationPick, Locked};
use crate::domain::{Threshold, ThresholdOrigin};
use crate::evaluate::{ComparedSet, Figures, OpenedSet, ScoreSource};
use crate::model::ModelSource;
use crate::state::jobs::ModelRequest;
use crate::state::{AppState, Made, ModelOrigin, NoticeKind, PickKind, Workspace};

impl AppState {
    /// Carries out a command of evaluation.
    pub(in crate::state) fn apply_evaluation(&mut self, command: EvaluationCommand) {
        let desk = &mut self.evaluation;
        match command {
            EvaluationCommand::Pick(pick) => self.pick(PickKind::Evaluation(pick)),
            EvaluationCommand::Take(pick, path) => self.take_evaluation_path(pick, path),
            EvaluationCommand::Cancel => desk.opening.cancel(),
            EvaluationCommand::DropComparison => {
                (desk.comparison, desk.different) = (Made::Not, None);
            }
            EvaluationCommand::SelectLabel(label_idx) => {
                desk.label_idx = label_idx;
                if desk.different.is_some() {
                    desk.find_different();
                }
                desk.move_began_at = None;
                desk.moving = false;
            }
            EvaluationCommand::SetThreshold(threshold) => self.move_threshold(threshold),
            EvaluationCommand::EndMove => desk.moving = false,
            EvaluationCommand::Undo => desk.take_back(),
            EvaluationCommand::SetPrevalence(prevalence) => desk.prevalence = prevalence,
            EvaluationCommand::SetTarget(target) => desk.target = target,
            EvaluationCommand::Solve { all } => self.solve(all),
            EvaluationCommand::Freeze(frozen) => self.freeze(frozen),
            EvaluationCommand::ShowCell(cell) => (desk.cell, desk.different) = (cell, None),
            EvaluationCommand::ShowDifferent(shown) => {
                (desk.cell, desk.different) = (None, None);
                if shown {
                    desk.find_different();
                }
            }
            EvaluationCommand::ShowAllLabels(shown) => desk.all_labels = shown,
            EvaluationCommand::WantPictures(paths) => {
                if let Err(error) = desk.pictures.want(paths) {
                    let text = format!("cannot start a thread: {error}");
                    self.notices.push(NoticeKind::Error, text);
                }
            }
            EvaluationCommand::OpenFilm(path) => self.open_evaluated_film(path),
            EvaluationCommand::Back => {
                desk.film_opened = false;
                self.workspace = Workspace::Evaluation;
            }
        }
    }

    pub(in crate::state) fn take_evaluation_path(&mut self, pick: EvaluationPick, path: PathBuf) {
        match pick {
            EvaluationPick::Predictions => self.open_predictions(path),
            EvaluationPick::DataFolder => self.score_folder(path),
            EvaluationPick::Compared => self.compare_with(path),
            EvaluationPick::Report
            | EvaluationPick::Figures
            | EvaluationPick::Plots
            | EvaluationPick::Model => {
                self.save_evaluation(pick, path);
            }
        }
    }

    /// Reads scores; those in view stay until then.
    pub(in crate::state) fn open_predictions(&mut self, path: PathBuf) {
        let model = self.model_path();
        let wake = self.services.wake.clone();
        self.evaluation.opening.start("scores", &wake, move |_| {
            let source = ScoreSource::Predictions(&path);
            Ok(OpenedSet::open(source, model.as_deref(), &|_, _, _| true)?)
        });
    }

    fn score_folder(&mut self, folder: PathBuf) {
        let Some(loaded) = &self.model.loaded else {
            let text = "no model to score with";
            self.notices.push(NoticeKind::Error, text);
            return;
        };
        let classifier = Arc::clone(&loaded.classifier);
        let cache_folder = self.training.cache_folder.clone();
        let wake = self.services.wake.clone();
        self.evaluation.opening.start("scoring", &wake, move |ctx| {
            work::score(&folder, &classifier, cache_folder, ctx)
        });
    }

    fn compare_with(&mut self, path: PathBuf) {
        let Some(set) = self.evaluation.scored().cloned() else {
            return;
        };
        let wake = self.services.wake.clone();
        self.evaluation
            .comparison
            .start("comparison", &wake, move |_| {
                Ok(ComparedSet::load(&set, &path)?)
            });
    }

    fn model_path(&self) -> Option<PathBuf> {
        match &self.model.loaded.as_ref()?.origin {
            ModelOrigin::File(path) => Some(path.clone()),
            ModelOrigin::Default | ModelOrigin::Moment(_) => None,
        }
    }

    fn move_threshold(&mut self, threshold: f64) {
        let desk = &mut self.evaluation;
        let before = desk.threshold();
        if desk.frozen.is_some() || !threshold.is_finite() || threshold == before {
            return;
        }
        if !desk.moving {
            desk.remember();
            desk.moving = true;
            desk.move_began_at = Some(before);
        }
        let label_idx = desk.label_idx;
        if let Some(slot) = desk.thresholds.get_mut(label_idx) {
            *slot = threshold.clamp(0.0, 1.0);
        }
        let at = desk
            .scored()
            .map_or_else(String::new, |set| set.name.clone());
        if let Some(origin) = desk.origins.get_mut(label_idx) {
            *origin = ThresholdOrigin::Moved { at };
        }
    }

    fn solve(&mut self, all: bool) {
        let desk = &mut self.evaluation;
        let Some(set) = desk.scored().cloned() else {
            return;
        };
        if desk.frozen.is_some() {
            return;
        }
        desk.remember();
        desk.moving = false;
        desk.move_began_at = Some(desk.threshold());
        desk.solve_notes.clear();
        for (label_idx, column) in set.columns.iter().enumerate() {
            if !all && label_idx != desk.label_idx {
                continue;
            }
            let prevalence = desk.prevalence_of(column);
            let target = desk
                .target
                .target(prevalence.unwrap_or_else(|| column.prevalence()));
            match (
                target.solve(&column.ranked),
                desk.thresholds.get_mut(label_idx),
                desk.origins.get_mut(label_idx),
            ) {
                (Ok(threshold), Some(slot), Some(origin)) => {
                    *slot = threshold;
                    *origin = ThresholdOrigin::Solved {
                        target: desk.target.words(),
                        set: set.name.clone(),
                    };
                }
                (Err(error), ..) => {
                    let name = column.name.replace('_', " ");
                    desk.solve_notes.push(format!("{name}: {error}"));
                }
                (Ok(_), ..) => {}
            }
        }
    }

    fn freeze(&mut self, frozen: bool) {
        let desk = &mut self.evaluation;
        desk.frozen = match desk.scored() {
            Some(set) if frozen => Some(Locked {
                chosen_on: set.name.clone(),
                figures: Figures::of(set, &desk.thresholds),
                origins: desk.origins.clone(),
            }),
            _ => None,
        };
    }

    fn open_evaluated_film(&mut self, path: PathBuf) {
        let label = self.evaluation.column().map(|column| column.name.clone());
        if let (Some(label), Some(loaded)) = (label, &self.model.loaded) {
            self.selected = loaded
                .classifier
                .card()
                .labels
                .position(&label)
                .or(self.selected);
        }
        self.evaluation.film_opened = true;
        self.open(vec![path]);
    }

    fn save_evaluation(&mut self, pick: EvaluationPick, to: PathBuf) {
        let desk = &self.evaluation;
        let Some(opened) = desk.set.as_ref() else {
            return;
        };
        let (set, thresholds) = (Arc::clone(&opened.set), desk.thresholds.clone());
        let loaded = self.model.loaded.as_ref();
        let classifier = loaded
            .filter(|_| !self.scores_are_of_another_model())
            .map(|loaded| Arc::clone(&loaded.classifier));
        let saved = match pick {
            EvaluationPick::Report => Saved::Report {
                opened: opened.clone(),
                thresholds,
                prevalence: desk.prevalence,
                comparison: desk.comparison.done().cloned(),
                warnings: self.other_model_text().into_iter().collect(),
                thresholds_from: self.thresholds_from(),
                classifier,
            },
            EvaluationPick::Plots => Saved::Plots { set, classifier },
            EvaluationPick::Figures => Saved::Figures { set, thresholds },
            EvaluationPick::Model => Saved::Model {
                from: self.model_path(),
                points: self.points(),
            },
            _ => return,
        };
        let wake = self.services.wake.clone();
        self.evaluation
            .saving
            .start("saving", &wake, move |_| saved.write(pick, to));
    }

    fn thresholds_from(&self) -> String {
        match &self.evaluation.frozen {
            Some(frozen) => format!("chosen on {}, locked", frozen.chosen_on),
            None => "as set in the window".to_owned(),
        }
    }

    /// The thresholds that were chosen here, with how, for a model file; the others stay as the
    /// file has them.
    fn points(&self) -> Vec<(String, f64, String)> {
        let desk = &self.evaluation;
        let Some(set) = desk.scored() else {
            return Vec::new();
        };
        let labels = self.model.loaded.as_ref();
        let labels = labels.map(|loaded| loaded.classifier.card().labels.clone());
        let known = |name: &str| labels.as_ref().is_some_and(|l| l.position(name).is_some());
        let thresholds = desk.thresholds.iter().zip(&desk.origins);
        let columns = set.columns.iter().zip(thresholds);
        columns
            .filter(|(column, (_, origin))| known(&column.name) && origin.is_chosen_here())
            .map(|(column, (&threshold, origin))| (column.name.clone(), threshold, origin.words()))
            .collect()
    }

    /// Takes in what the jobs of evaluation have reported.
    pub(in crate::state) fn poll_evaluation(&mut self) {
        if self.evaluation.opening.poll() {
            self.take_set();
        }
        self.evaluation.comparison.poll();
        if self.evaluation.saving.poll() {
            match &self.evaluation.saving {
                Made::Done((pick, path)) => {
                    let (pick, path) = (*pick, path.clone());
                    let text = format!("Saved: {}", path.display());
                    self.notices.push(NoticeKind::Info, text);
                    if pick == EvaluationPick::Model {
                        // The viewer uses the thresholds at once.
                        self.load_model(ModelRequest::Source(ModelSource::File(path)));
                    }
                }
                Made::Failed(error) => {
                    let error = error.clone();
                    self.notices.push(NoticeKind::Error, error);
                }
                _ => {}
            }
        }
        if let Err(error) = self.evaluation.pictures.poll() {
            let text = format!("cannot start a thread: {error}");
            self.notices.push(NoticeKind::Error, text);
        }
    }

    /// A set has come, or has not: thresholds held fast, or else the model's, or else 0.5.
    fn take_set(&mut self) {
        let opened = match std::mem::take(&mut self.evaluation.opening) {
            Made::Done(opened) => opened,
            other => {
                if let Some(error) = other.error() {
                    self.notices.push(NoticeKind::Error, error);
                }
                self.evaluation.opening = other;
                return;
            }
        };
        let set = Arc::clone(&opened.set);
        self.evaluation.set = Some(opened);
        self.evaluation.forget_moves();
        self.take_thresholds();
        let desk = &mut self.evaluation;
        desk.comparison = Made::Not;
        desk.label_idx = desk.label_idx.min(set.columns.len().saturating_sub(1));
    }

    /// Thresholds held fast, or else the model's, or else 0.5; those that were moved stay.
    pub(in crate::state) fn take_thresholds(&mut self) {
        let Some(set) = self.evaluation.scored().cloned() else {
            return;
        };
        if self.evaluation.has_moved() {
            return;
        }
        let unset = (f64::from(Threshold::HALF.get()), ThresholdOrigin::Unset);
        let loaded = self
            .model
            .loaded
            .as_ref()
            .filter(|_| !self.scores_are_of_another_model());
        let of_model = |label: &str| loaded?.thresholds.with_origin(label);
        let locked = self.evaluation.frozen.as_ref();
        let of_label = |label: &str| {
            let held = locked.and_then(|locked| locked.threshold(label));
            let found = held.or_else(|| of_model(label));
            found.unwrap_or_else(|| unset.clone())
        };
        let found = set.columns.iter().map(|column| of_label(&column.name));
        (self.evaluation.thresholds, self.evaluation.origins) = found.unzip();
    }

    /// Whether the scores in view were made by other weights than those of the model in use, whose
    /// thresholds and calibration then say nothing about them.
    pub fn scores_are_of_another_model(&self) -> bool {
        let made_by = self.evaluation.scored_by();
        let loaded = self.model.loaded.as_ref();
        made_by
            .zip(loaded)
            .is_some_and(|(made_by, loaded)| made_by != loaded.classifier.identity())
    }

    /// Says that the scores in view are of another model than the one in use.
    pub fn other_model_text(&self) -> Option<String> {
        let made_by = self
            .evaluation
            .scored_by()
            .filter(|_| self.scores_are_of_another_model())?;
        Some(format!(
            "These scores were made by {made_by}, not by the model in use: its thresholds and \
             calibration are not applied"
        ))
    }
}
