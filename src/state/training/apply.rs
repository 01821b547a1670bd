use std::path::PathBuf;
use std::sync::Arc;

use super::{
    Activity, CheckReport, Closing, ColumnsDraft, ConfigFile, EchoReport, Preview, RunChoices,
    RunRecord, RunState, ShownRun, TrainingCommand, TrainingJob, TrainingOrder, TrainingPage,
    TrainingPick, TrainingState, check,
};
use crate::evaluate::save_curves;
use crate::files::Existing;
use crate::model::ModelSource;
use crate::state::{Effect, ModelRequest, PickKind, Shared, Workspace};
use crate::train::{FieldGroup, FieldKind, RunFolder, TrainConfig};
use crate::work::{JobContext, Task, Watch as _};

impl TrainingState {
    /// Carries out a command from the training panels.
    pub fn apply(&mut self, command: TrainingCommand, shared: &mut Shared) -> Vec<Effect> {
        match command {
            TrainingCommand::ShowPage(page) => return self.show(page),
            TrainingCommand::Edit(config) => self.edit_config(*config, shared),
            TrainingCommand::ResetConfig => {
                let data = self.form.config.data.clone();
                let config = TrainConfig {
                    data,
                    ..TrainConfig::default()
                };
                self.edit_config(config, shared);
                self.form.takes_own_lists = true;
            }
            TrainingCommand::ShowText(shown) => self.form.show_text(shown),
            TrainingCommand::EditText(text) => {
                self.form.set_text(text);
                self.remember_form(shared);
            }
            TrainingCommand::EditRunFolder(folder) => {
                self.form.run_folder = folder;
                self.remember_form(shared);
            }
            TrainingCommand::Pick(pick) => return vec![Effect::AskPath(PickKind::Training(pick))],
            TrainingCommand::TakePath(pick, path) => return self.take_path(pick, path, shared),
            TrainingCommand::ChooseColumns => self.read_columns(shared),
            TrainingCommand::EditColumns(draft) => self.files.columns = Task::Done(draft),
            TrainingCommand::CloseColumns { take } => self.close_columns(take, shared),
            TrainingCommand::ForgetColumns => {
                self.change_config(shared, |config| config.columns = None);
            }
            TrainingCommand::Check => return self.start_check(shared),
            TrainingCommand::DryRun => self.start_dry_run(shared),
            TrainingCommand::Preview => self.start_preview(shared),
            TrainingCommand::CancelChecks => {
                self.live.start_after_check = false;
                self.check.cancel();
                self.dry_run.cancel();
                self.preview.cancel();
            }
            TrainingCommand::Start => return self.begin(shared),
            TrainingCommand::ResumeRun => return self.resume(shared),
            TrainingCommand::Pause => self.tell(TrainingJob::pause),
            TrainingCommand::GoOn => self.tell(TrainingJob::go_on),
            TrainingCommand::Stop => self.tell(TrainingJob::stop),
            TrainingCommand::ListRuns => self.runs.look_again(),
            TrainingCommand::ForgetRunsFolder(folder) => {
                let folders = &mut shared.settings.training.runs_folders;
                folders.retain(|known| *known != folder);
            }
            TrainingCommand::ResumeAt(root) => return self.resume_at(root, shared),
            TrainingCommand::OpenScores { run, part } => {
                let table = RunFolder::at(&run).predictions_path(part);
                return vec![Effect::Open(vec![table])];
            }
            TrainingCommand::UseInViewer(run) => {
                return vec![
                    load(RunFolder::at(&run).best_path()),
                    Effect::ShowWorkspace(Workspace::Viewer),
                ];
            }
            TrainingCommand::OpenRun(root) => return self.open_run(root, shared),
            TrainingCommand::Compare(root) => return self.compare_runs(vec![root], shared),
            TrainingCommand::CompareAll(roots) => return self.compare_runs(roots, shared),
            TrainingCommand::ShowOfRun(choices) => {
                if let Some(run) = &mut self.run {
                    run.choices = *choices;
                }
            }
            TrainingCommand::DropCompared(place) => {
                if place < self.compared.records.len() {
                    self.compared.records.remove(place);
                }
            }
            TrainingCommand::ScoreWithPaused => return self.score_with_paused(),
            TrainingCommand::ScoreWithEpoch(epoch) => {
                return self.score_with_file(|folder| folder.epoch_path(epoch));
            }
            TrainingCommand::ScoreWithBest => return self.score_with_file(RunFolder::best_path),
            TrainingCommand::OrderFilms(order) => self.gallery.order = order,
            TrainingCommand::WantPictures(ranks) => self.gallery.want(ranks),
            TrainingCommand::OpenFilm(path) => return self.open_scored_film(path),
            TrainingCommand::AskClose => self.closing = Closing::Asked,
            TrainingCommand::GoOnTraining => self.closing = Closing::No,
            TrainingCommand::StopAndClose => {
                self.closing = Closing::Finishing;
                self.tell(TrainingJob::stop);
            }
        }
        Vec::new()
    }

    /// Takes a path that was picked or typed.
    pub fn take_path(
        &mut self,
        pick: TrainingPick,
        path: PathBuf,
        shared: &mut Shared,
    ) -> Vec<Effect> {
        match pick {
            TrainingPick::DataFolder | TrainingPick::Table => {
                self.change_config(shared, |config| {
                    if config.data != path {
                        // They were chosen for another table.
                        config.columns = None;
                    }
                    config.data = path;
                });
            }
            TrainingPick::NewRunFolder => {
                self.form.run_folder = path.display().to_string();
                self.remember_form(shared);
            }
            TrainingPick::Run => return self.open_run(path, shared),
            TrainingPick::RunsFolder => {
                shared.settings.training.remember_runs_folder(&path);
                self.runs.look_again();
                return self.show(TrainingPage::Runs);
            }
            TrainingPick::Curves => self.save_curves(path, shared),
            TrainingPick::ComparedRun => return self.compare_runs(vec![path], shared),
            TrainingPick::Field(key) => {
                if let Some(FieldKind::DataFile(at) | FieldKind::ModelFile(at)) =
                    FieldGroup::field(key).map(|field| &field.kind)
                {
                    self.change_config(shared, |config| *(at.get_mut)(config) = Some(path));
                }
            }
            TrainingPick::LoadConfig => {
                let work = move |_: &_| Ok(ConfigFile::load(&path)?);
                let wake = &shared.services.wake;
                self.files.config.start("load configuration", wake, work);
            }
            TrainingPick::SaveConfig => {
                let config = self.form.config.clone();
                let work = move |_: &_| Ok(ConfigFile::save(&config, &path)?);
                let wake = &shared.services.wake;
                self.files.config.start("save configuration", wake, work);
            }
        }
        Vec::new()
    }

    fn show(&mut self, page: TrainingPage) -> Vec<Effect> {
        if page == TrainingPage::Runs {
            self.runs.look_again();
        }
        self.page = page;
        vec![Effect::ShowWorkspace(Workspace::Training)]
    }

    pub(super) fn edit_config(&mut self, config: TrainConfig, shared: &mut Shared) {
        self.form.edit(config);
        self.remember_form(shared);
    }

    /// The lists that are in the folder of the data are the split where none was chosen.
    pub(super) fn take_own_lists(&mut self, shared: &mut Shared) {
        let echo = self.live.echo.current();
        if let Some(lists) = echo.and_then(EchoReport::own_lists)
            && self.form.take_own_lists(lists)
        {
            self.remember_form(shared);
        }
    }

    fn change_config(&mut self, shared: &mut Shared, change: impl FnOnce(&mut TrainConfig)) {
        let mut config = self.form.config.clone();
        change(&mut config);
        self.edit_config(config, shared);
    }

    fn remember_form(&self, shared: &mut Shared) {
        let settings = &mut shared.settings.training;
        settings.config = self.form.to_toml().ok();
        settings.run_folder = Some(self.form.run_folder.clone());
    }

    fn read_columns(&mut self, shared: &Shared) {
        let config = &self.form.config;
        let (data, columns) = (config.data.clone(), config.columns.clone());
        let work = move |_: &_| ColumnsDraft::read(&data, columns.as_ref());
        self.files
            .columns
            .start("read columns", &shared.services.wake, work);
    }

    fn close_columns(&mut self, take: bool, shared: &mut Shared) {
        let draft = std::mem::take(&mut self.files.columns);
        if let (true, Task::Done(draft)) = (take, draft)
            && let Ok(map) = draft.to_map()
        {
            self.change_config(shared, |config| {
                config.data = draft.table;
                config.columns = Some(map);
            });
        }
    }

    fn start_check(&mut self, shared: &Shared) -> Vec<Effect> {
        if !self.can_check() {
            return Vec::new();
        }
        (self.dry_run, self.preview) = (Task::Idle, Task::Idle);
        self.live.start_after_check = false;
        let config = self.form.config.clone();
        let root = PathBuf::from(self.form.run_folder.trim());
        let work = move |_: &_| Ok(CheckReport::make(&config, &root)?);
        self.check.start("check", &shared.services.wake, work);
        self.show(TrainingPage::Check)
    }

    fn start_dry_run(&mut self, shared: &Shared) {
        if self.is_running() {
            return;
        }
        self.live.speed.cancel();
        let config = self.form.config.clone();
        let services = shared.services.clone();
        self.dry_run
            .start("dry run", &shared.services.wake, move |ctx| {
                check::try_steps(&config, &services.device, services.cache_folder, ctx)
            });
    }

    fn start_preview(&mut self, shared: &Shared) {
        let live = self
            .live
            .echo
            .current()
            .and_then(|live| live.parts.as_ref().ok());
        let Some(check) = self.valid_check().or(live) else {
            return;
        };
        let config = self.form.config.clone();
        let preflight = Arc::clone(&check.preflight);
        self.preview
            .start("preview", &shared.services.wake, move |ctx| {
                Ok(Arc::new(Preview::make(&preflight, &config, ctx)?))
            });
    }

    /// Begins the run of the form; without a check of its data it is checked first.
    pub(super) fn begin(&mut self, shared: &mut Shared) -> Vec<Effect> {
        if self.start_obstacle().is_some() {
            return Vec::new();
        }
        let Some(check) = self.valid_check() else {
            let effects = self.start_check(shared);
            self.live.start_after_check = self.check.is_running();
            return effects;
        };
        let config = Box::new(self.form.config.clone());
        let root = check.root.clone();
        let record = RunRecord::beginning(root.clone(), (*config).clone());
        self.start_training(record, TrainingOrder::Begin(config, root), shared)
    }

    fn resume(&mut self, shared: &mut Shared) -> Vec<Effect> {
        let Some(run) = self.run.take_if(|run| run.can_resume()) else {
            return Vec::new();
        };
        self.resume_from(run.record, shared)
    }

    pub(super) fn resume_from(&mut self, record: RunRecord, shared: &mut Shared) -> Vec<Effect> {
        let config = Box::new(record.config.clone());
        let order = TrainingOrder::Resume(config, record.folder.clone());
        self.start_training(record, order, shared)
    }

    /// Reads the run first: what it was set to decides on which device it goes on.
    fn resume_at(&mut self, root: PathBuf, shared: &Shared) -> Vec<Effect> {
        if self.is_running() || self.runs.opening.is_running() {
            return Vec::new();
        }
        self.runs.resumed = Some(root.clone());
        self.open_run(root, shared)
    }

    fn start_training(
        &mut self,
        record: RunRecord,
        order: TrainingOrder,
        shared: &mut Shared,
    ) -> Vec<Effect> {
        self.live.speed.cancel();
        shared.settings.training.remember_run(&record.folder);
        let services = &shared.services;
        let job = TrainingJob::start(
            order,
            services.device.clone(),
            services.cache_folder.clone(),
            &services.wake,
        );
        let state = RunState::Running {
            job,
            activity: Activity::Preparing,
        };
        let choices = RunChoices::default();
        self.run = Some(ShownRun {
            record,
            state,
            choices,
        });
        self.show(TrainingPage::Run)
    }

    fn tell(&self, order: impl FnOnce(&TrainingJob)) {
        if let Some(ShownRun {
            state: RunState::Running { job, .. },
            ..
        }) = &self.run
        {
            order(job);
        }
    }

    /// A running training stays in view: another run is compared with it.
    fn open_run(&mut self, root: PathBuf, shared: &Shared) -> Vec<Effect> {
        if self.is_running() {
            return self.compare_runs(vec![root], shared);
        }
        let work = move |_: &_| Ok(RunRecord::read(&root)?);
        self.runs
            .opening
            .start("open run", &shared.services.wake, work);
        self.show(TrainingPage::Run)
    }

    /// Without a run in view the first one becomes that.
    fn compare_runs(&mut self, mut roots: Vec<PathBuf>, shared: &Shared) -> Vec<Effect> {
        if self.run.is_none() && !roots.is_empty() {
            let first = roots.remove(0);
            self.open_run(first, shared);
        }
        let work = move |ctx: &JobContext| {
            let mut records = Vec::new();
            for root in roots {
                ctx.check()?;
                records.push(RunRecord::read(&root)?);
            }
            Ok(records)
        };
        let wake = &shared.services.wake;
        self.compared.opening.start("open runs", wake, work);
        self.show(TrainingPage::Run)
    }

    /// Writes the curves that are shown into a folder.
    fn save_curves(&mut self, folder: PathBuf, shared: &Shared) {
        let Some(run) = &self.run else {
            return;
        };
        let choices = run.choices.curves.clone();
        let records: Vec<RunRecord> = std::iter::once(&run.record)
            .chain(&self.compared.records)
            .cloned()
            .collect();
        let wake = &shared.services.wake;
        self.compared.saving.start("save curves", wake, move |_| {
            let runs: Vec<_> = records.iter().map(RunRecord::curved).collect();
            save_curves(&runs, &choices, &folder, Existing::Keep)?;
            Ok(folder)
        });
    }

    fn score_with_paused(&self) -> Vec<Effect> {
        let Some(run) = &self.run else {
            return Vec::new();
        };
        let Some(file) = run.paused_model() else {
            return Vec::new();
        };
        let step = run.record.live.last_step.as_ref();
        let place = step.map_or_else(String::new, |step| {
            format!(", epoch {} step {}", step.epoch, step.step)
        });
        let request = ModelRequest::Moment {
            file: Arc::clone(file),
            name: format!("{}{place}", run.record.name()),
        };
        vec![
            Effect::LoadModel(request),
            Effect::ShowWorkspace(Workspace::Viewer),
        ]
    }

    /// The film with the scores that the gallery shows, not those of some other model.
    fn open_scored_film(&self, path: PathBuf) -> Vec<Effect> {
        let run = self.run.as_ref();
        let mut effects = Vec::new();
        if run.is_some_and(|run| !run.record.kept_epochs.is_empty()) {
            effects = self.score_with_file(RunFolder::best_path);
        }
        effects.push(Effect::Open(vec![path]));
        effects
    }

    fn score_with_file(&self, path: impl FnOnce(&RunFolder) -> PathBuf) -> Vec<Effect> {
        let Some(run) = &self.run else {
            return Vec::new();
        };
        let path = path(&RunFolder::at(&run.record.folder));
        vec![load(path)]
    }
}

fn load(path: PathBuf) -> Effect {
    Effect::LoadModel(ModelRequest::Source(ModelSource::File(path)))
}
