use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{
    CheckReport, ColumnsDraft, ConfigFile, DataEcho, DryRunReport, Gallery, KnownRuns, Preview,
    RunForm, RunPhase, RunRecord, ShownRun, SpeedProbe,
};
use crate::state::TrainingSettings;
use crate::work::{Task, Wake};

/// All that the training panels show.
pub struct TrainingState {
    /// The page in view.
    pub page: TrainingPage,
    /// The configuration being edited.
    pub form: RunForm,
    /// Files that the form reads and writes.
    pub files: FormFiles,
    /// What is found out by itself while the form is edited.
    pub live: LiveFindings,
    /// The result of the check before a run.
    pub check: Task<CheckReport>,
    /// The result of a dry run.
    pub dry_run: Task<DryRunReport>,
    /// Changed training films to look at.
    pub preview: Task<Arc<Preview>>,
    /// The run in view.
    pub run: Option<ShownRun>,
    /// The runs on this machine, and the opening of one.
    pub runs: KnownRuns,
    /// Runs compared with the one in view.
    pub compared: ComparedRuns,
    /// Validation films.
    pub gallery: Gallery,
    /// Whether the window is about to close.
    pub closing: Closing,
}

/// Files that the form reads and writes.
#[derive(Default)]
pub struct FormFiles {
    /// A configuration being read or written.
    pub config: Task<ConfigFile>,
    /// The choice of columns, while it is open or its header is being read.
    pub columns: Task<ColumnsDraft>,
}

/// What is found out by itself while the form is edited.
pub struct LiveFindings {
    /// What is at the data's path.
    pub echo: DataEcho,
    /// How fast the form's training would be.
    pub speed: SpeedProbe,
    /// Whether a training is to start as soon as the check has found nothing against it.
    pub(super) start_after_check: bool,
}

/// Runs whose curves are drawn with those of the run in view.
#[derive(Default)]
pub struct ComparedRuns {
    /// Runs being read from their folders.
    pub opening: Task<Vec<RunRecord>>,
    /// The curves being written into a folder.
    pub saving: Task<PathBuf>,
    /// Runs that were read, in the order in which they came.
    pub records: Vec<RunRecord>,
}

/// What is in view of training.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TrainingPage {
    /// The runs on this machine.
    #[default]
    Runs,
    /// Which films, and how they are split.
    Data,
    /// How many films each finding has, and what the loss makes of it.
    Balance,
    /// Network, optimizer, augmentation.
    Recipe,
    /// The check before a run.
    Check,
    /// Curves and figures.
    Run,
    /// Validation films.
    Films,
}

impl TrainingPage {
    /// All, in the order in which they are needed.
    pub const ALL: [Self; 7] = [
        Self::Runs,
        Self::Data,
        Self::Balance,
        Self::Recipe,
        Self::Check,
        Self::Run,
        Self::Films,
    ];

    /// The steps from data to run, numbered from 1 on the screen.
    pub const STEPS: [Self; 5] = [
        Self::Data,
        Self::Balance,
        Self::Recipe,
        Self::Check,
        Self::Run,
    ];

    /// In the user's words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Runs => "Runs",
            Self::Data => "Data",
            Self::Balance => "Balance",
            Self::Recipe => "Recipe",
            Self::Check => "Check",
            Self::Run => "Run",
            Self::Films => "Validation films",
        }
    }
}

/// Whether the window is about to close.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Closing {
    /// It is not.
    #[default]
    No,
    /// The user is being asked.
    Asked,
    /// The batch is being finished and saved.
    Finishing,
    /// Nothing is left to do.
    Now,
}

impl TrainingState {
    /// Starts with what the settings remember and no run.
    pub fn new(settings: &TrainingSettings, wake: Wake) -> Self {
        let folder = settings.run_folder.as_deref();
        Self {
            page: TrainingPage::default(),
            form: RunForm::remembered(settings.config.as_deref(), folder),
            files: FormFiles::default(),
            live: LiveFindings {
                echo: DataEcho::new(wake.clone()),
                speed: SpeedProbe::new(wake.clone()),
                start_after_check: false,
            },
            check: Task::Idle,
            dry_run: Task::Idle,
            preview: Task::Idle,
            run: None,
            runs: KnownRuns::new(wake.clone()),
            compared: ComparedRuns::default(),
            gallery: Gallery::new(wake),
            closing: Closing::No,
        }
    }

    /// Whether a training is running or paused.
    pub fn is_running(&self) -> bool {
        self.run.as_ref().is_some_and(ShownRun::is_running)
    }

    /// What the run in view is at.
    pub fn phase(&self) -> Option<RunPhase> {
        self.run.as_ref().map(ShownRun::phase)
    }

    /// The check, if it is of the data and the run folder that the form says now. Other settings
    /// do not change what it found.
    pub fn valid_check(&self) -> Option<&CheckReport> {
        let check = self.check.done()?;
        let same_folder = check.root.as_os_str() == self.form.run_folder.trim();
        let same_data = check.config.data_settings() == self.form.config.data_settings();
        (same_data && same_folder).then_some(check)
    }

    /// Why a run cannot be started now; `None` if it can.
    pub fn start_obstacle(&self) -> Option<String> {
        if self.is_running() {
            return Some("A training is running".to_owned());
        }
        if let Some(error) = self.form.text_error.as_ref().or(self.form.error.as_ref()) {
            return Some(error.clone());
        }
        match self.valid_check() {
            Some(check) => check.obstacles.first().cloned(),
            None if self.check.running().is_some() => Some("The check is running".to_owned()),
            None if self.form.config.data.as_os_str().is_empty() => {
                Some("Choose the data first".to_owned())
            }
            None if self.form.run_folder.trim().is_empty() => {
                Some("Choose a folder for the run first".to_owned())
            }
            // The start begins with it.
            None => None,
        }
    }

    /// Whether a path dropped on the window is meant as the data: a folder or a table, while the data
    /// are being chosen.
    pub fn takes_data(&self, path: &Path) -> bool {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let name = name.to_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        let is_table = Path::new(name).extension().is_some_and(|end| end == "csv");
        self.page == TrainingPage::Data && (is_table || path.is_dir())
    }

    /// Whether a check, dry run or preview is running.
    pub fn is_checking(&self) -> bool {
        self.check.running().is_some()
            || self.dry_run.running().is_some()
            || self.preview.running().is_some()
    }

    /// Whether changed films can be made: the data are known, and nothing else is at work.
    pub fn can_preview(&self) -> bool {
        let live = self
            .live
            .echo
            .current()
            .is_some_and(|echo| echo.parts.is_ok());
        (live || self.valid_check().is_some()) && !self.is_checking()
    }

    /// Whether a check can be started now.
    pub fn can_check(&self) -> bool {
        let has_data = !self.form.config.data.as_os_str().is_empty();
        let readable = self.form.error.is_none() && self.form.text_error.is_none();
        has_data && readable && !self.is_checking()
    }
}
