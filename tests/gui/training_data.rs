//! A dozen drawn films with a table, small enough to be trained on in a test.

use std::fmt::Write as _;
use std::path::PathBuf;

use thorax::dataset::Undersampling;
use thorax::model::ComputeDevice;
use thorax::train::{ScheduleKind, TrainConfig, TrainEvent, TrainSetup, train};
use thorax::work::{StopSignal, Watch};

/// Films of train, valid and test; one patient each.
const N_FILMS: [usize; 3] = [12, 6, 4];

/// A folder with drawn films, a table, lists and a configuration.
pub struct TrainingData {
    folder: tempfile::TempDir,
}

impl TrainingData {
    /// `leak` puts the first validation film under the first training film's patient.
    pub fn new(leak: bool) -> Self {
        let data = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let mut table = "path,Patient ID,Mass,Edema,Hernia\n".to_owned();
        let mut lists = [String::new(), String::new(), String::new()];
        let parts = N_FILMS.iter().enumerate();
        let parts = parts.flat_map(|(part, n_films)| std::iter::repeat_n(part, *n_films));
        for (n, part) in parts.enumerate() {
            let name = format!("film{n:02}.png");
            data.draw(&name, n);
            let patient = if leak && n == N_FILMS[0] { 0 } else { n };
            // A hernia stands in one training film only: its AUC is undefined elsewhere.
            let (mass, edema, hernia) = (n % 2, usize::from(n % 3 == 0), usize::from(n == 0));
            writeln!(table, "{name},{patient},{mass},{edema},{hernia}").unwrap();
            writeln!(lists[part], "{name}").unwrap();
        }
        std::fs::write(data.path("table.csv"), table).unwrap();
        for (name, list) in ["train.txt", "valid.txt", "test.txt"].iter().zip(lists) {
            std::fs::write(data.path(name), list).unwrap();
        }
        data
    }

    fn draw(&self, name: &str, n: usize) {
        let bright = if n % 2 == 1 { 120 } else { 0 };
        let gray = |x: u32, y: u32| image::Luma([(x * 2 + y + bright + n as u32) as u8]);
        let film = image::GrayImage::from_fn(40, 40, gray);
        film.save(self.path(name)).unwrap();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A network that trains in seconds.
    pub fn config(&self, epochs: usize) -> TrainConfig {
        TrainConfig {
            name: "Test".to_owned(),
            data: self.path("table.csv"),
            train_list: Some(self.path("train.txt")),
            valid_list: Some(self.path("valid.txt")),
            test_list: Some(self.path("test.txt")),
            undersample: Undersampling::None,
            depth: 11,
            side: 32,
            schedule: ScheduleKind::Constant,
            warmup_epochs: 0.0,
            epochs,
            batch_size: 4,
            threads: 1,
            ..TrainConfig::default()
        }
    }

    /// A run that was trained to its end, in a folder of this name.
    pub fn trained(&self, name: &str, config: &TrainConfig) -> PathBuf {
        self.train(name, config, &StopSignal::default(), |_| ());
        self.path(name)
    }

    /// A run that was stopped after its first epoch.
    pub fn interrupted(&self, name: &str, config: &TrainConfig) -> PathBuf {
        let stop = StopSignal::default();
        self.train(name, config, &stop, |event| {
            if let TrainEvent::EpochDone(_) = event {
                stop.give();
            }
        });
        self.path(name)
    }

    fn train(
        &self,
        name: &str,
        config: &TrainConfig,
        watch: &dyn Watch,
        mut on_event: impl FnMut(TrainEvent),
    ) {
        let mut setup = TrainSetup::new(ComputeDevice::cpu());
        setup.cache_folder = self.path("cache");
        train(config, &self.path(name), &setup, watch, &mut on_event).unwrap();
    }

    /// The same in a file, as `thorax train --config` takes it.
    pub fn config_file(&self, epochs: usize) -> PathBuf {
        let path = self.path("small.toml");
        self.config(epochs).save(&path).unwrap();
        path
    }
}
