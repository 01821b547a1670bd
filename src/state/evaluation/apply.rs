use std::path::{Path, PathBuf};

use super::analysis_jobs::{MapModel, MapsJob, SubgroupsJob};
use super::{
    EvaluationCommand, EvaluationPick, EvaluationState, EvaluationTab, Locked, Opened, TableSort,
};
use crate::domain::{Part, PartChoice, Threshold, ThresholdOrigin};
use crate::evaluate::Figures;
use crate::state::{Effect, Model, PickKind, Shared, Workspace};
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
            EvaluationCommand::EditColumns(draft) => self.start.columns = Some(*draft),
            EvaluationCommand::CloseColumns { take } => self.close_columns(take, shared),
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
            EvaluationCommand::ScorePart(part) => self.start.part = part,
            EvaluationCommand::StepFilm { forward } => return self.step_film(forward, shared),
            EvaluationCommand::Close => {
                if !self.opening.is_running() {
                    self.close();
                }
            }
            EvaluationCommand::ShowTab(tab) => shared.settings.evaluation.tab = tab,
            EvaluationCommand::Subgroups => self.start_subgroups(shared),
            EvaluationCommand::SetMapRule(rule) => self.analyses.map_rule = rule,
            EvaluationCommand::Maps => self.start_maps(shared),
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
                } else if let Some(films) = self.films_to_judge(&shared.model).cloned() {
                    self.lock(true);
                    self.score_folder(films, PartChoice::One(Part::Test), shared);
                }
            }
            EvaluationCommand::ShowColumns(columns) => shared.settings.evaluation.columns = columns,
            EvaluationCommand::SortTable(by) => {
                let settings = &mut shared.settings.evaluation;
                settings.sort = TableSort::clicked(settings.sort, by);
            }
            EvaluationCommand::ShowCell(cell) => {
                shared.settings.evaluation.tab = EvaluationTab::Films;
                (self.listed.cell, self.listed.different) = (cell, None);
            }
            EvaluationCommand::ShowDifferent(shown) => {
                (self.listed.cell, self.listed.different) = (None, None);
                if shown {
                    shared.settings.evaluation.tab = EvaluationTab::Films;
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

    /// Another model is in use: its thresholds count if it made the scores, unless some were moved
    /// here.
    pub fn model_changed(&mut self, model: &Model) {
        self.take_author(model);
        self.take_thresholds(model);
    }

    pub(super) fn start_subgroups(&mut self, shared: &Shared) {
        if let (Some(opened), Some(films)) = (&self.set, self.films_table()) {
            let job = SubgroupsJob {
                opened: opened.clone(),
                thresholds: self.chosen.thresholds().to_vec(),
                films: films.clone(),
            };
            self.analyses.start_subgroups(job, &shared.services.wake);
        }
    }

    pub(super) fn start_maps(&mut self, shared: &mut Shared) {
        let (Some(opened), Some(films)) = (&self.set, self.films_table()) else {
            return;
        };
        let in_use = shared.model.classifier();
        let in_use = in_use.filter(|_| self.is_of_model_in_use(&shared.model));
        let source = || self.author().and_then(|author| author.source.clone());
        let model = match in_use {
            Some(classifier) => Some(MapModel::InUse(classifier.clone())),
            None => source().map(|source| MapModel::File(source, shared.services.device.clone())),
        };
        let Some(model) = model else {
            shared
                .say_error("the model that made these scores is not known: open it in the viewer");
            return;
        };
        let job = MapsJob {
            opened: opened.clone(),
            thresholds: self.chosen.thresholds().to_vec(),
            films: films.clone(),
            model,
            rule: self.analyses.map_rule,
        };
        self.analyses.start_maps(job, &shared.services.wake);
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

    /// Shows the first page again.
    fn close(&mut self) {
        (self.set, self.start.columns) = (None, None);
        self.opening = Task::Idle;
        self.comparison.detach();
        self.analyses.clear();
        self.chosen.forget_moves();
        self.listed.cell = None;
        self.listed.different = None;
        self.asked = None;
        self.film_opened = false;
        self.start.forget_search();
    }

    /// The film beside the one in view, in the list that is shown under the plots.
    fn step_film(&mut self, forward: bool, shared: &mut Shared) -> Vec<Effect> {
        let current = shared.films.current_path();
        let Some((place, _)) = current.and_then(|path| self.place_in_list(path)) else {
            return Vec::new();
        };
        let next = if forward {
            place.checked_add(1)
        } else {
            place.checked_sub(1)
        };
        let film = next.and_then(|next| self.listed_films().get(next).copied());
        let path = film.and_then(|film| {
            let films = &self.scored()?.predictions.films;
            Some(films.get(film)?.path.clone())
        });
        path.map_or_else(Vec::new, |path| self.open_film(path, shared))
    }

    /// Shows a film of the list in the viewer; of one that is not on this machine, such as those of the built-in
    /// model, there are only the scores.
    fn open_film(&mut self, path: PathBuf, shared: &mut Shared) -> Vec<Effect> {
        // The film itself, or an archive that it is in.
        if !path.ancestors().any(Path::is_file) {
            shared.say_error(format!("no such film on this machine: {}", path.display()));
            return Vec::new();
        }
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

    /// Takes in what the jobs of evaluation have reported.
    pub fn poll(&mut self, shared: &mut Shared) -> Vec<Effect> {
        // The open choice of columns shows an error itself.
        let has_ended = if self.start.columns.is_some() {
            self.opening.poll()
        } else {
            shared.polled(&mut self.opening)
        };
        if has_ended {
            self.take_set(shared);
        }
        self.comparison.poll();
        self.start.runs.poll();
        self.start.built_in.poll();
        self.analyses.poll(shared);
        self.listed.pictures.poll();
        if shared.polled(&mut self.saving) {
            return self.say_saved(shared);
        }
        Vec::new()
    }

    /// A set has come, or has not: locked thresholds, or else the model's, or else 0.5.
    pub(super) fn take_set(&mut self, shared: &mut Shared) {
        if self.opening.error().is_some() {
            // It stays where the panel shows it.
            return;
        }
        let opened = match self.opening.take() {
            Some(Ok(Opened::Set(opened))) => *opened,
            Some(Ok(Opened::Foreign(draft))) => {
                self.start.columns = Some(*draft);
                return;
            }
            Some(Err(_)) | None => return,
        };
        self.start.columns = None;
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
