//! States of the program without a window, for the walk over all actions.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::dataset::Undersampling;
use crate::domain::{Measurement, Point, Size};
use crate::model::ComputeDevice;
use crate::scores::{FilmPrediction, Predictions};
use crate::state::{
    AppState, Command, CompareCommand, DisplayChange, DisplayCommand, EvaluationCommand,
    FilePicker, ListCommand, MeasureCommand, PickKind, Picked, Services, Settings, ThemeChoice,
    Tool, TrainingCommand, ViewerArea, ViewerCommand, Workspace,
};
use crate::train::{ScheduleKind, TrainConfig};

/// Jobs on a busy machine get this long.
const PATIENCE: Duration = Duration::from_mins(1);
/// Films of the list, all of one patient.
const N_FILMS: usize = 3;
/// Films of a list that is being scored: so many that it is not done before it is stopped.
const N_TO_SCORE: usize = 40;

/// A state of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fixture {
    /// The model in use and nothing open.
    Nothing,
    /// Three films of one patient listed, the second scored and in view.
    Film,
    /// The same with everything moved: window, zoom, tool, threshold, a measurement, part of the
    /// film covered, one change undone; dark colors and large text.
    Changed,
    /// A film that its range leaves without contrast.
    Dim,
    /// A film being opened.
    Opening,
    /// A film whose opening was stopped.
    Stopped,
    /// A long list being scored in the background.
    Scoring,
    /// Another film beside the one in view.
    Compared,
    /// A model from a file in use.
    OtherModel,
    /// A blinded session, its first film scored behind the scenes.
    Blinded,
    /// The same, at its second film.
    BlindedFurther,
    /// A table of scores in evaluation, one threshold moved.
    Evaluated,
    /// A film of that table in the viewer.
    FilmOfTable,
    /// A training configured.
    Configured,
    /// Its data checked.
    Checked,
    /// It is running.
    Running,
    /// A run from the disk that can go on.
    Run,
}

impl Fixture {
    pub const ALL: [Self; 17] = [
        Self::Nothing,
        Self::Film,
        Self::Changed,
        Self::Dim,
        Self::Opening,
        Self::Stopped,
        Self::Scoring,
        Self::Compared,
        Self::OtherModel,
        Self::Blinded,
        Self::BlindedFurther,
        Self::Evaluated,
        Self::FilmOfTable,
        Self::Configured,
        Self::Checked,
        Self::Running,
        Self::Run,
    ];

    pub fn stage(self) -> Stage {
        let mut stage = Stage::new();
        match self {
            Self::Nothing => {}
            Self::Film => stage.open_film(),
            Self::Changed => stage.change_all(),
            Self::Dim => {
                let phantom = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/phantom.png");
                let mut film = image::open(phantom).unwrap().into_luma8();
                film.pixels_mut().for_each(|pixel| pixel.0[0] /= 8);
                let path = stage.path("dim.png");
                film.save(&path).unwrap();
                stage.state.apply(Command::Open(vec![path]));
                stage.until_scored();
            }
            Self::Opening => {
                stage.open_film();
                stage.view(ViewerCommand::ShowFilm(2));
            }
            Self::Stopped => {
                stage.open_film();
                stage.view(ViewerCommand::ShowFilm(2));
                stage.state.apply(Command::Cancel);
            }
            Self::Scoring => {
                stage.open_films(N_TO_SCORE);
                stage.list(ListCommand::ScoreAll);
            }
            Self::Compared => {
                stage.open_film();
                stage.view(ViewerCommand::Compare(CompareCommand::ShowFilm(0)));
                stage.until("the film beside", |state| {
                    let compare = state.viewer.compare.as_ref();
                    compare.is_some_and(|compare| compare.film.reading().is_some())
                });
            }
            Self::OtherModel => {
                let model = concat!(env!("CARGO_MANIFEST_DIR"), "/weights/thorax.safetensors");
                stage.state.apply(Command::Open(vec![model.into()]));
                stage.until("the model", |state| !state.shared.model.is_loading());
            }
            Self::Blinded => stage.start_session(),
            Self::BlindedFurther => {
                stage.start_session();
                stage.list(ListCommand::StepBlinded(1));
            }
            Self::Evaluated => stage.open_scores(),
            Self::FilmOfTable => {
                stage.open_scores();
                let film = stage.path("film0.png");
                stage.evaluate(EvaluationCommand::OpenFilm(film));
            }
            Self::Configured => stage.configure(),
            Self::Checked => stage.check(),
            Self::Running => stage.start_training(),
            Self::Run => {
                stage.start_training();
                stage.until("a step", |state| {
                    let run = state.training.run.as_ref();
                    run.is_some_and(|run| run.record.live.last_step.is_some())
                });
                stage.train(TrainingCommand::Stop);
                stage.until("the end", |state| !state.training.is_running());
            }
        }
        stage
    }
}

/// Asks nobody: every path is typed.
struct NoDialog;

impl FilePicker for NoDialog {
    fn pick(&self, _kind: PickKind) -> Picked {
        Picked::NoDialog
    }
}

/// A state, and the folder with its files.
pub struct Stage {
    /// Before the folder: jobs that write there end first.
    pub(super) state: AppState,
    folder: tempfile::TempDir,
}

impl Stage {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let services = Services {
            picker: Arc::new(NoDialog),
            wake: Arc::new(|| ()),
            device: ComputeDevice::cpu(),
            data_folder: None,
            cache_folder: Some(folder.path().join("cache")),
        };
        let state = AppState::new(Settings::default(), services);
        let mut stage = Self { state, folder };
        stage.until("the model", |state| state.shared.model.loaded.is_some());
        stage
    }

    /// Polls until something has come true.
    pub fn until(&mut self, what: &str, done: impl Fn(&AppState) -> bool) {
        let started = Instant::now();
        while !done(&self.state) {
            if started.elapsed() > PATIENCE {
                let notices = self.state.shared.notices.iter();
                let texts: Vec<_> = notices.map(|notice| notice.text.as_str()).collect();
                panic!("{what} never came; notices: {texts:?}");
            }
            self.state.poll();
            std::thread::park_timeout(Duration::from_millis(1));
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn view(&mut self, command: ViewerCommand) {
        self.state.apply(Command::Viewer(command));
    }

    fn list(&mut self, command: ListCommand) {
        self.state.apply(Command::List(command));
    }

    fn evaluate(&mut self, command: EvaluationCommand) {
        self.state.apply(Command::Evaluation(command));
    }

    fn train(&mut self, command: TrainingCommand) {
        self.state.apply(Command::Training(command));
    }

    /// Writes films of one patient, with a table that says so.
    fn write_films(&self, n_films: usize) {
        let phantom = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/phantom.png");
        let film = image::open(phantom).unwrap().thumbnail(128, 128);
        film.into_luma8().save(self.path("film0.png")).unwrap();
        let mut table = "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,\
                         Patient Sex,View Position\n"
            .to_owned();
        for n in 0..n_films {
            if n > 0 {
                let copy = self.path(&format!("film{n}.png"));
                std::fs::copy(self.path("film0.png"), copy).unwrap();
            }
            writeln!(table, "film{n}.png,No Finding,{n},7,50,F,PA").unwrap();
        }
        std::fs::write(self.path("Data_Entry_2017_v2020.csv"), table).unwrap();
    }

    fn open_films(&mut self, n_films: usize) {
        self.write_films(n_films);
        let folder = self.folder.path().to_owned();
        self.state.apply(Command::Open(vec![folder]));
        self.until_scored();
    }

    pub fn until_scored(&mut self) {
        self.until("the scores", |state| {
            state.shared.films.film.reading().is_some()
        });
    }

    fn open_film(&mut self) {
        self.open_films(N_FILMS);
        self.view(ViewerCommand::ShowFilm(1));
        self.until_scored();
        self.view(ViewerCommand::SelectFinding(Some(4)));
        let area = ViewerArea {
            top_left: Point { x: 0.0, y: 50.0 },
            size: Size {
                width: 640.0,
                height: 480.0,
            },
            pixels_per_point: 1.0,
        };
        self.view(ViewerCommand::SetAreas {
            area: Some(area),
            beside: None,
        });
    }

    fn change_all(&mut self) {
        self.open_film();
        self.view(ViewerCommand::StepFinding(1));
        let ends = [Point { x: 10.0, y: 10.0 }, Point { x: 60.0, y: 10.0 }];
        let display = |command| ViewerCommand::Display(command);
        let change = |change| display(DisplayCommand::Change(change));
        for command in [
            change(DisplayChange::UsePreset(1)),
            change(DisplayChange::Zoom(2.0)),
            display(DisplayCommand::Measure(MeasureCommand::Add(
                Measurement::Length(ends),
            ))),
            change(DisplayChange::Invert),
            display(DisplayCommand::UseTool(Tool::Pan)),
            display(DisplayCommand::Cover {
                path: vec![Point { x: 0.5, y: 0.5 }],
                covers: true,
            }),
            ViewerCommand::SetThreshold(0, 0.9),
            ViewerCommand::EndThresholdMove,
            change(DisplayChange::Turn(1)),
            ViewerCommand::Undo,
        ] {
            self.view(command);
        }
        self.state.apply(Command::SetTheme(ThemeChoice::Dark));
        self.state.apply(Command::SetScale(1.5));
    }

    fn start_session(&mut self) {
        self.open_film();
        self.list(ListCommand::StartBlinded);
        self.until("the prompt", |state| state.shared.prompt.is_some());
        let log = self.path("log.csv").display().to_string();
        self.state.apply(Command::EditPath(log));
        self.state.apply(Command::UseTypedPath);
        self.until_scored();
        self.list(ListCommand::Answer(0, Some(true)));
    }

    fn open_scores(&mut self) {
        self.write_films(N_FILMS);
        let films = (0..N_FILMS).map(|n| FilmPrediction {
            path: self.path(&format!("film{n}.png")),
            patient_id: n.to_string(),
            scores: vec![0.2 + 0.3 * n as f64],
            truth: vec![Some(n == 2)],
        });
        let predictions = Predictions {
            labels: vec!["Mass".to_owned()],
            films: films.collect(),
            model: None,
        };
        let table = self.path("predictions.csv");
        predictions.save(&table).unwrap();
        self.state.apply(Command::Open(vec![table]));
        self.until("the scores", |state| state.evaluation.scored().is_some());
        self.evaluate(EvaluationCommand::SetThreshold(0.6));
        self.evaluate(EvaluationCommand::EndMove);
    }

    fn configure(&mut self) {
        let mut table = "path,Patient ID,Mass,Edema\n".to_owned();
        let mut lists = [const { String::new() }; 3];
        for n in 0..12_usize {
            let name = format!("film{n}.png");
            let gray = |x: u32, y: u32| image::Luma([(x * 2 + y + 100 * (n as u32 % 2)) as u8]);
            let film = image::GrayImage::from_fn(40, 40, gray);
            film.save(self.path(&name)).unwrap();
            writeln!(table, "{name},{n},{},{}", n % 2, n / 2 % 2).unwrap();
            writeln!(lists[n / 4], "{name}").unwrap();
        }
        std::fs::write(self.path("table.csv"), table).unwrap();
        let [train_list, valid_list, test_list] = ["train", "valid", "test"].map(|part| {
            let list = self.path(&format!("{part}.txt"));
            Some(list)
        });
        let paths = [&train_list, &valid_list, &test_list];
        for (path, list) in paths.into_iter().flatten().zip(lists) {
            std::fs::write(path, list).unwrap();
        }
        let config = TrainConfig {
            data: self.path("table.csv"),
            train_list,
            valid_list,
            test_list,
            undersample: Undersampling::None,
            depth: 11,
            side: 32,
            schedule: ScheduleKind::Constant,
            warmup_epochs: 0.0,
            // More than can be done before it is stopped.
            epochs: 1000,
            batch_size: 4,
            threads: 1,
            ..TrainConfig::default()
        };
        let run = self.path("run").display().to_string();
        self.train(TrainingCommand::Edit(Box::new(config)));
        self.train(TrainingCommand::EditRunFolder(run));
        let show = Command::ShowWorkspace(Workspace::Training);
        self.state.apply(show);
    }

    fn check(&mut self) {
        self.configure();
        self.train(TrainingCommand::Check);
        self.until("the check", |state| !state.training.is_checking());
        assert_eq!(self.state.training.start_obstacle(), None);
    }

    fn start_training(&mut self) {
        self.check();
        self.train(TrainingCommand::Start);
        assert!(self.state.training.is_running());
    }
}
