use std::path::PathBuf;
use std::sync::Arc;

use super::{
    Activity, CheckReport, Closing, ColumnsDraft, ConfigFile, Made, Preview, RunForm, RunRecord,
    RunState, ShownRun, TrainingCommand, TrainingJob, TrainingOrder, TrainingPage, TrainingPick,
    check,
};
use crate::model::ModelSource;
use crate::state::jobs::ModelRequest;
use crate::state::{AppState, NoticeKind, PickKind, Workspace};
use crate::train::{Order, RunFolder, TrainConfig};

impl AppState {
    /// Carries out a command from the training panels.
    pub(in crate::state) fn apply_training(&mut self, command: TrainingCommand) {
        let desk = &mut self.training;
        match command {
            TrainingCommand::ShowPage(page) => self.show_training_page(page),
            TrainingCommand::Edit(config) => self.edit_config(*config),
            TrainingCommand::ResetConfig => {
                let data = desk.form.config.data.clone();
                self.edit_config(TrainConfig {
                    data,
                    ..TrainConfig::default()
                });
            }
            TrainingCommand::ShowText(shown) => desk.form.show_text(shown),
            TrainingCommand::EditText(text) => {
                desk.form.set_text(text);
                self.remember_form();
            }
            TrainingCommand::EditRunFolder(folder) => {
                desk.form.run_folder = folder;
                self.remember_form();
            }
            TrainingCommand::Pick(pick) => self.pick(PickKind::Training(pick)),
            TrainingCommand::TakePath(pick, path) => self.take_training_path(pick, path),
            TrainingCommand::ChooseColumns => self.read_columns(),
            TrainingCommand::EditColumns(draft) => desk.columns = Made::Done(draft),
            TrainingCommand::CloseColumns { take } => self.close_columns(take),
            TrainingCommand::ForgetColumns => self.change_config(|config| config.columns = None),
            TrainingCommand::Check
            | TrainingCommand::DryRun
            | TrainingCommand::Preview
            | TrainingCommand::CancelChecks => self.apply_to_checks(&command),
            TrainingCommand::Start
            | TrainingCommand::Pause
            | TrainingCommand::GoOn
            | TrainingCommand::Stop
            | TrainingCommand::ResumeRun => self.apply_to_run(&command),
            TrainingCommand::OpenRun(root) => self.open_run(root),
            TrainingCommand::Compare(root) => self.compare_run(root),
            TrainingCommand::DropCompared(place) => {
                if place < desk.compared.len() {
                    desk.compared.remove(place);
                }
            }
            TrainingCommand::ScoreWithPaused => self.score_with_paused(),
            TrainingCommand::ScoreWithEpoch(epoch) => {
                self.score_with_file(|folder| folder.epoch_path(epoch));
            }
            TrainingCommand::ScoreWithBest => self.score_with_file(RunFolder::best_path),
            TrainingCommand::OrderFilms(order) => desk.gallery.order = order,
            TrainingCommand::WantPictures(ranks) => {
                if let Err(error) = desk.gallery.want(ranks) {
                    let text = format!("cannot start a thread: {error}");
                    self.shared.notices.push(NoticeKind::Error, text);
                }
            }
            TrainingCommand::OpenFilm(path) => self.open_scored_film(path),
            TrainingCommand::AskClose => desk.closing = Closing::Asked,
            TrainingCommand::GoOnTraining => desk.closing = Closing::No,
            TrainingCommand::StopAndClose => {
                desk.closing = Closing::Finishing;
                self.give_order(Order::Stop);
            }
        }
    }

    fn show_training_page(&mut self, page: TrainingPage) {
        self.workspace = Workspace::Training;
        self.training.page = page;
    }

    pub(super) fn edit_config(&mut self, config: TrainConfig) {
        self.training.form.set(config);
        self.remember_form();
    }

    fn change_config(&mut self, change: impl FnOnce(&mut TrainConfig)) {
        let mut config = self.training.form.config.clone();
        change(&mut config);
        self.edit_config(config);
    }

    fn remember_form(&mut self) {
        let form: &RunForm = &self.training.form;
        let settings = &mut self.shared.settings.training;
        settings.config = form.to_toml().ok();
        settings.run_folder = Some(form.run_folder.clone());
    }

    pub(in crate::state) fn take_training_path(&mut self, pick: TrainingPick, path: PathBuf) {
        match pick {
            TrainingPick::DataFolder | TrainingPick::Table => self.change_config(|config| {
                if config.data != path {
                    // They were chosen for another table.
                    config.columns = None;
                }
                config.data = path;
            }),
            TrainingPick::NewRunFolder => {
                self.training.form.run_folder = path.display().to_string();
                self.remember_form();
            }
            TrainingPick::Run => self.open_run(path),
            TrainingPick::ComparedRun => self.compare_run(path),
            TrainingPick::TrainList => self.change_config(|config| config.train_list = Some(path)),
            TrainingPick::ValidList => self.change_config(|config| config.valid_list = Some(path)),
            TrainingPick::TestList => self.change_config(|config| config.test_list = Some(path)),
            TrainingPick::InitModel => self.change_config(|config| config.init = Some(path)),
            TrainingPick::LoadConfig => {
                let work = move |_: &_| Ok(ConfigFile::load(&path)?);
                let wake = &self.shared.services.wake;
                self.training
                    .config_file
                    .start("load configuration", wake, work);
            }
            TrainingPick::SaveConfig => {
                let config = self.training.form.config.clone();
                let work = move |_: &_| Ok(ConfigFile::save(&config, &path)?);
                let wake = &self.shared.services.wake;
                self.training
                    .config_file
                    .start("save configuration", wake, work);
            }
        }
    }

    fn read_columns(&mut self) {
        let config = &self.training.form.config;
        let (data, columns) = (config.data.clone(), config.columns.clone());
        let work = move |_: &_| ColumnsDraft::read(&data, columns.as_ref());
        let wake = &self.shared.services.wake;
        self.training.columns.start("read columns", wake, work);
    }

    fn close_columns(&mut self, take: bool) {
        let draft = std::mem::take(&mut self.training.columns);
        if let (true, Made::Done(draft)) = (take, draft)
            && let Ok(map) = draft.to_map()
        {
            self.change_config(|config| {
                config.data = draft.table;
                config.columns = Some(map);
            });
        }
    }

    fn apply_to_checks(&mut self, command: &TrainingCommand) {
        let desk = &mut self.training;
        let wake = &self.shared.services.wake;
        let config = desk.form.config.clone();
        match command {
            TrainingCommand::Check if desk.can_check() => {
                (desk.dry_run, desk.preview) = (Made::Not, Made::Not);
                let root = PathBuf::from(desk.form.run_folder.trim());
                let work = move |_: &_| Ok(CheckReport::make(&config, &root)?);
                desk.check.start("check", wake, work);
                self.show_training_page(TrainingPage::Check);
            }
            TrainingCommand::DryRun if !desk.is_running() => {
                let device = self.shared.services.device.clone();
                let folder = desk.cache_folder.clone();
                desk.dry_run.start("dry run", wake, move |ctx| {
                    check::try_steps(&config, &device, folder, ctx)
                });
            }
            TrainingCommand::Preview => {
                if let Some(check) = desk.check.done() {
                    let preflight = Arc::clone(&check.preflight);
                    desk.preview.start("preview", wake, move |ctx| {
                        Ok(Arc::new(Preview::make(&preflight, config.augment, ctx)?))
                    });
                }
            }
            TrainingCommand::CancelChecks => {
                desk.check.cancel();
                desk.dry_run.cancel();
                desk.preview.cancel();
            }
            _ => {}
        }
    }

    fn apply_to_run(&mut self, command: &TrainingCommand) {
        match command {
            TrainingCommand::Start if self.training.start_obstacle().is_none() => {
                if let Some(check) = self.training.check.done() {
                    let config = Box::new(check.config.clone());
                    let root = check.root.clone();
                    let record = RunRecord::beginning(root.clone(), (*config).clone());
                    self.start_training(record, TrainingOrder::Begin(config, root));
                }
            }
            TrainingCommand::ResumeRun => {
                if let Some(run) = self.training.run.take_if(|run| run.can_resume()) {
                    let config = Box::new(run.record.config.clone());
                    let order = TrainingOrder::Resume(config, run.record.folder.clone());
                    self.start_training(run.record, order);
                }
            }
            TrainingCommand::Pause => self.give_order(Order::Pause),
            TrainingCommand::GoOn => self.give_order(Order::Run),
            TrainingCommand::Stop => self.give_order(Order::Stop),
            _ => {}
        }
    }

    fn start_training(&mut self, record: RunRecord, order: TrainingOrder) {
        self.shared.settings.training.remember_run(&record.folder);
        let device = self.shared.services.device.clone();
        let folder = self.training.cache_folder.clone();
        let job = TrainingJob::start(order, device, folder, self.shared.services.wake.clone());
        let state = match job {
            Ok(job) => RunState::Running {
                job,
                activity: Activity::Preparing,
            },
            Err(error) => {
                let text = format!("cannot start a thread: {error}");
                self.shared.notices.push(NoticeKind::Error, text.clone());
                RunState::Failed(text)
            }
        };
        self.training.run = Some(ShownRun { record, state });
        self.show_training_page(TrainingPage::Run);
    }

    fn give_order(&self, order: Order) {
        if let Some(ShownRun {
            state: RunState::Running { job, .. },
            ..
        }) = &self.training.run
        {
            job.give(order);
        }
    }

    /// A running training stays in view: another run is compared with it.
    fn open_run(&mut self, root: PathBuf) {
        if self.training.is_running() {
            self.compare_run(root);
            return;
        }
        let wake = &self.shared.services.wake;
        let work = move |_: &_| Ok(RunRecord::read(&root)?);
        self.training.opening.start("open run", wake, work);
        self.show_training_page(TrainingPage::Run);
    }

    fn compare_run(&mut self, root: PathBuf) {
        let wake = &self.shared.services.wake;
        let work = move |_: &_| Ok(RunRecord::read(&root)?);
        self.training.comparing.start("open run", wake, work);
        self.show_training_page(TrainingPage::Run);
    }

    fn score_with_paused(&mut self) {
        let Some(run) = &self.training.run else {
            return;
        };
        if let Some(file) = run.paused_model() {
            let step = run.record.last_step.as_ref();
            let place = step.map_or_else(String::new, |step| {
                format!(", epoch {} step {}", step.epoch, step.step)
            });
            let name = format!("{}{place}", run.record.name());
            let file = Arc::clone(file);
            self.shared.load_model(ModelRequest::Moment { file, name });
            self.workspace = Workspace::Viewer;
        }
    }

    /// The film with the scores that the gallery shows, not those of some other model.
    fn open_scored_film(&mut self, path: PathBuf) {
        let run = self.training.run.as_ref();
        if run.is_some_and(|run| !run.record.kept_epochs.is_empty()) {
            self.score_with_file(RunFolder::best_path);
        }
        self.open(vec![path]);
    }

    fn score_with_file(&mut self, path: impl FnOnce(&RunFolder) -> PathBuf) {
        if let Some(run) = &self.training.run {
            let path = path(&RunFolder::at(&run.record.folder));
            self.shared
                .load_model(ModelRequest::Source(ModelSource::File(path)));
        }
    }
}
