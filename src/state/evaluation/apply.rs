use std::path::PathBuf;

use super::work::{self, SaveRequest};
use super::{EvaluationCommand, EvaluationPick, EvaluationState, Locked, TableSort};
use crate::dataset::Uncertain;
use crate::domain::{Threshold, ThresholdOrigin};
use crate::evaluate::{ComparedSet, Figures, OpenedSet, ScoreSource};
use crate::model::ModelSource;
use crate::state::{Effect, Model, ModelRequest, PickKind, Shared, Workspace};
use crate::work::Task;

impl EvaluationState {
    /// Carries out a command of evaluation.
    pub fn apply(&mut self, command: EvaluationCommand, shared: &mut Shared) -> Vec<Effect> {
        if self.needs_a_yes(&command) {
            self.asked = Some(command);
            return Vec::new();
        }
        match command {
            EvaluationCommand::Confirm => return self.confirm(),
            EvaluationCommand::Decline => self.asked = None,
            EvaluationCommand::Pick(pick) => {
                return vec![Effect::AskPath(PickKind::Evaluation(pick))];
            }
            EvaluationCommand::Take(pick, path) => self.take_path(pick, path, shared),
            EvaluationCommand::Cancel => {
                self.opening.cancel();
                self.analyses.cancel();
            }
            EvaluationCommand::Bootstrap => {
                if let Some(set) = self.scored().cloned() {
                    let wake = &shared.services.wake;
                    self.analyses.start_bootstrap(set, wake);
                }
            }
            EvaluationCommand::DropComparison => {
                (self.comparison, self.listed.different) = (Task::Idle, None);
            }
            EvaluationCommand::SelectLabel(label_idx) => {
                self.chosen.select_label(label_idx);
                if self.listed.different.is_some() {
                    self.find_different();
                }
            }
            EvaluationCommand::SetThreshold(threshold) => {
                let set = self.scored();
                let at = set.map_or_else(String::new, |set| set.films_text());
                self.chosen.move_to(threshold, &at);
            }
            EvaluationCommand::EndMove => self.chosen.end_move(),
            EvaluationCommand::Undo => self.chosen.undo(),
            EvaluationCommand::SetPrevalence(prevalence) => self.prevalence = prevalence,
            EvaluationCommand::SetTarget(target) => self.chosen.target = target,
            EvaluationCommand::Solve { all } => self.solve(all),
            EvaluationCommand::Lock(locked) => self.lock(locked),
            EvaluationCommand::JudgeOnTest => {
                if let Some(table) = self.test_table().cloned() {
                    self.lock(true);
                    self.open_predictions(table, shared);
                }
            }
            EvaluationCommand::ShowColumns(columns) => shared.settings.evaluation.columns = columns,
            EvaluationCommand::SortTable(by) => {
                let settings = &mut shared.settings.evaluation;
                settings.sort = TableSort::clicked(settings.sort, by);
            }
            EvaluationCommand::ShowCell(cell) => {
                (self.listed.cell, self.listed.different) = (cell, None);
            }
            EvaluationCommand::ShowDifferent(shown) => {
                (self.listed.cell, self.listed.different) = (None, None);
                if shown {
                    self.find_different();
                }
            }
            EvaluationCommand::ShowAllLabels(shown) => self.all_labels = shown,
            EvaluationCommand::WantPictures(paths) => self.listed.pictures.want(paths),
            EvaluationCommand::OpenFilm(path) => return self.open_film(path, shared),
            EvaluationCommand::Back => {
                self.film_opened = false;
                return vec![Effect::ShowWorkspace(Workspace::Evaluation)];
            }
        }
        Vec::new()
    }

    /// Choosing on test films makes their figures look better than those of new films will be.
    fn needs_a_yes(&self, command: &EvaluationCommand) -> bool {
        if let EvaluationCommand::Solve { .. } = command {
            return self.is_of_test_films() && self.chosen.locked().is_none();
        }
        command.pick() == Some(EvaluationPick::Model) && self.has_points_of_test_films()
    }

    fn confirm(&mut self) -> Vec<Effect> {
        let asked = self.asked.take();
        if let Some(EvaluationCommand::Solve { all }) = asked {
            self.solve(all);
        }
        let pick = asked.as_ref().and_then(EvaluationCommand::pick);
        let ask = pick.map(|pick| Effect::AskPath(PickKind::Evaluation(pick)));
        ask.into_iter().collect()
    }

    /// Takes a path that was picked or typed.
    pub fn take_path(&mut self, pick: EvaluationPick, path: PathBuf, shared: &mut Shared) {
        match pick {
            EvaluationPick::Predictions => self.open_predictions(path, shared),
            EvaluationPick::DataFolder => self.score_folder(path, shared),
            EvaluationPick::Compared => self.compare_with(path, shared),
            EvaluationPick::Report => self.save_report(path, shared),
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
                if let Some(set) = self.scored().cloned() {
                    let author = self.author().cloned();
                    let saved = SaveRequest::Plots { set, author };
                    self.save(pick, path, saved, shared);
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

    /// Reads scores; those in view stay until then.
    pub fn open_predictions(&mut self, path: PathBuf, shared: &Shared) {
        let model = shared.model.classifier().cloned();
        self.opening
            .start("scores", &shared.services.wake, move |ctx| {
                let source = ScoreSource::Predictions {
                    path: &path,
                    uncertain: Uncertain::Ignore,
                };
                Ok(OpenedSet::open(source, model.as_deref(), ctx)?)
            });
    }

    /// Another model is in use: its thresholds count if it made the scores, unless some were moved
    /// here.
    pub fn model_changed(&mut self, model: &Model) {
        self.take_author(model);
        self.take_thresholds(model);
    }

    fn score_folder(&mut self, folder: PathBuf, shared: &mut Shared) {
        let Some(classifier) = shared.model.classifier().cloned() else {
            shared.say_error("no model to score with");
            return;
        };
        let cache_folder = shared.services.cache_folder.clone();
        self.opening
            .start("scoring", &shared.services.wake, move |ctx| {
                work::score(&folder, &classifier, cache_folder, ctx)
            });
    }

    fn compare_with(&mut self, path: PathBuf, shared: &Shared) {
        if let Some(set) = self.scored().cloned() {
            self.comparison
                .start("comparison", &shared.services.wake, move |_| {
                    Ok(ComparedSet::load(&set, &path, Uncertain::Ignore)?)
                });
        }
    }

    fn solve(&mut self, all: bool) {
        let Some(set) = self.scored().cloned() else {
            return;
        };
        if self.chosen.locked().is_some() {
            return;
        }
        let target_form = self.chosen.target;
        let (mut solved, mut notes) = (Vec::new(), Vec::new());
        for (label_idx, column) in set.columns.iter().enumerate() {
            if !all && label_idx != self.chosen.label_idx() {
                continue;
            }
            let prevalence = self.prevalence_of(column);
            let target = target_form.target(prevalence.unwrap_or_else(|| column.prevalence()));
            match target.solve(&column.ranked) {
                Ok(value) => {
                    let origin = ThresholdOrigin::Solved {
                        target: target_form.words(),
                        set: set.films_text(),
                    };
                    // A threshold that is solved for is one of the scores.
                    let threshold = Threshold::new(value, origin).ok();
                    solved.extend(threshold.map(|threshold| (label_idx, threshold)));
                }
                Err(error) => notes.push(format!("{}: {error}", column.name.replace('_', " "))),
            }
        }
        self.chosen.take_solved(solved);
        self.chosen.solve_notes = notes;
    }

    fn lock(&mut self, locked: bool) {
        let set = self.scored().filter(|_| locked);
        self.chosen.lock = set.map(|set| Locked {
            chosen_on: set.films_text(),
            model: set.predictions.model.clone(),
            figures: Figures::of(set, self.chosen.thresholds()),
        });
        self.chosen.lock_holds = locked;
    }

    fn open_film(&mut self, path: PathBuf, shared: &Shared) -> Vec<Effect> {
        let label = self.column().map(|column| &column.name);
        let labels = shared.model.classifier();
        let labels = labels.map(|classifier| &classifier.card().labels);
        let finding_idx = label.and_then(|label| labels?.position(label));
        self.film_opened = true;
        let film = path.clone();
        let select = finding_idx.map(|finding_idx| Effect::SelectFinding { finding_idx, film });
        select
            .into_iter()
            .chain([Effect::Open(vec![path])])
            .collect()
    }

    fn save_report(&mut self, to: PathBuf, shared: &Shared) {
        let Some(opened) = &self.set else {
            return;
        };
        let saved = SaveRequest::Report {
            opened: opened.clone(),
            thresholds: self.chosen.thresholds().to_vec(),
            prevalence: self.prevalence,
            comparison: self.comparison.done().cloned(),
            author: self.author().cloned(),
        };
        self.save(EvaluationPick::Report, to, saved, shared);
    }

    fn save(&mut self, pick: EvaluationPick, to: PathBuf, saved: SaveRequest, shared: &Shared) {
        let wake = &shared.services.wake;
        self.saving
            .start("saving", wake, move |_| saved.write(pick, to));
    }

    /// Takes in what the jobs of evaluation have reported.
    pub fn poll(&mut self, shared: &mut Shared) -> Vec<Effect> {
        if shared.polled(&mut self.opening) {
            self.take_set(shared);
        }
        self.comparison.poll();
        self.analyses.poll(shared);
        self.listed.pictures.poll();
        if shared.polled(&mut self.saving) {
            return self.say_saved(shared);
        }
        Vec::new()
    }

    fn say_saved(&self, shared: &mut Shared) -> Vec<Effect> {
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

    /// A set has come, or has not: locked thresholds, or else the model's, or else 0.5.
    pub(super) fn take_set(&mut self, shared: &mut Shared) {
        if self.opening.error().is_some() {
            // It stays where the panel shows it.
            return;
        }
        let Some(Ok(opened)) = self.opening.take() else {
            return;
        };
        let last = opened.set.columns.len().saturating_sub(1);
        let lock = self.chosen.lock.as_ref();
        self.chosen.lock_holds =
            lock.is_some_and(|lock| lock.model == opened.set.predictions.model);
        self.set = Some(opened);
        self.chosen.forget_moves();
        self.listed.cell = None;
        self.listed.different = None;
        self.asked = None;
        self.take_author(&shared.model);
        self.take_thresholds(&shared.model);
        self.comparison = Task::Idle;
        self.analyses.clear();
        let label_idx = self.chosen.label_idx().min(last);
        self.chosen.select_label(label_idx);
    }
}
