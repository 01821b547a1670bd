use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{available_parallelism, scope};

use image::{ExtendedColorType, ImageEncoder as _, codecs::png::PngEncoder};
use thiserror::Error;

use super::chest::{Chest, DrawnBox, DrawnFindings};
use crate::dataset::{BOX_FRAME_PX, SeededRandom};
use crate::domain::{Finding, NO_FINDING, Part};
use crate::files::{Existing, csv_line, io_reason, write_file};
use crate::work::{Canceled, Progress, Watch};

/// Width and height of a drawn film, pixels.
const SIDE_PX: usize = 320;
/// Films of each patient, taken months apart.
const FILMS_PER_PATIENT: usize = 2;
/// Of ten patients, six are for training, two for validation, two for testing.
const TENTHS: [Part; 10] = [
    Part::Train,
    Part::Train,
    Part::Valid,
    Part::Train,
    Part::Test,
    Part::Train,
    Part::Train,
    Part::Valid,
    Part::Train,
    Part::Test,
];

const TABLE: &str = "films.csv";
const BOXES: &str = "BBox_List_2017.csv";
const README: &str = "README.txt";
const IMAGES: &str = "images";

/// A set of drawn films with its table, lists and boxes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SampleSet {
    /// Patients, two films of each; the lists need ten or more.
    pub n_patients: usize,
    /// The same seed draws the same files.
    pub seed: u64,
}

impl Default for SampleSet {
    fn default() -> Self {
        Self {
            n_patients: 240,
            seed: 2,
        }
    }
}

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SampleCounts {
    /// Films in train, valid and test.
    pub n_films: [usize; 3],
    /// Films with a mass, an effusion, a cardiomegaly, and with none.
    pub n_with: [usize; 4],
}

/// Why a set could not be written.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum SampleError {
    #[error("expected a new or empty folder, got one with files: {}", path.display())]
    NotEmpty { path: PathBuf },
    #[error("expected 10 to 10000 patients, got {0}")]
    Patients(usize),
    #[error("cannot write ({}): {}", io_reason(source), path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("cannot write the picture ({0})")]
    Picture(#[from] image::ImageError),
    #[error("canceled")]
    Canceled(#[from] Canceled),
}

/// One film before it is drawn.
#[derive(Clone, Debug)]
struct PlannedFilm {
    name: String,
    patient: usize,
    follow_up: usize,
    age: usize,
    is_woman: bool,
    findings: DrawnFindings,
    part: Part,
}

impl PlannedFilm {
    fn findings(&self) -> Vec<Finding> {
        let DrawnFindings {
            mass,
            effusion,
            cardiomegaly,
        } = self.findings;
        let drawn = [
            (Finding::Cardiomegaly, cardiomegaly),
            (Finding::Effusion, effusion),
            (Finding::Mass, mass),
        ];
        let drawn = drawn.into_iter().filter(|(_, is_drawn)| *is_drawn);
        drawn.map(|(finding, _)| finding).collect()
    }
}

impl SampleSet {
    /// Draws the films into `folder`, which is made if it is missing and must be empty if it is not.
    ///
    /// Films come first, the table last. If that fails or is canceled, what was written is removed.
    pub fn write(&self, folder: &Path, watch: &dyn Watch) -> Result<SampleCounts, SampleError> {
        if !(10..=10_000).contains(&self.n_patients) {
            return Err(SampleError::Patients(self.n_patients));
        }
        let is_new = !folder.exists();
        let images = folder.join(IMAGES);
        if !is_new
            && fs::read_dir(folder)
                .map_err(failed(folder))?
                .next()
                .is_some()
        {
            let path = folder.to_owned();
            return Err(SampleError::NotEmpty { path });
        }
        fs::create_dir_all(&images).map_err(failed(&images))?;
        let films = self.plan();
        let written = self.write_all(&films, folder, watch);
        if written.is_err() {
            // The folder was empty: all in it is ours. What cannot be removed stays.
            for film in &films {
                let _ = fs::remove_file(images.join(&film.name));
            }
            for (name, _) in texts(&films, &[], self.seed) {
                let _ = fs::remove_file(folder.join(name));
            }
            let _ = fs::remove_dir(&images);
            if is_new {
                let _ = fs::remove_dir(folder);
            }
        }
        written
    }

    fn plan(&self) -> Vec<PlannedFilm> {
        let mut films = Vec::new();
        for patient in 1..=self.n_patients {
            let mut random = SeededRandom::for_stream(self.seed, &[patient as u64, 0]);
            let part = TENTHS.get(patient % TENTHS.len());
            let part = part.copied().unwrap_or(Part::Train);
            let is_woman = random.below(2) == 0;
            let age = 25 + random.below(60);
            // Rare, as in hospitals, though not as rare: few films must do.
            let findings = DrawnFindings {
                mass: random.uniform() < 0.17,
                effusion: random.uniform() < 0.17,
                cardiomegaly: random.uniform() < 0.14,
            };
            for follow_up in 0..FILMS_PER_PATIENT {
                films.push(PlannedFilm {
                    name: format!("drawn{patient:05}_{follow_up:03}.png"),
                    patient,
                    follow_up,
                    age: age + follow_up / 2,
                    is_woman,
                    findings,
                    part,
                });
            }
        }
        films
    }

    fn write_all(
        &self,
        films: &[PlannedFilm],
        folder: &Path,
        watch: &dyn Watch,
    ) -> Result<SampleCounts, SampleError> {
        let boxes = self.write_films(films, &folder.join(IMAGES), watch)?;
        for (name, text) in texts(films, &boxes, self.seed) {
            let path = folder.join(name);
            let written = write_file(&path, text.as_bytes(), Existing::Keep);
            written.map_err(failed(&path))?;
        }
        let n_in = |part| films.iter().filter(|film| film.part == part).count();
        let n_with = |is_so: fn(&DrawnFindings) -> bool| {
            films.iter().filter(|film| is_so(&film.findings)).count()
        };
        Ok(SampleCounts {
            n_films: Part::ALL.map(n_in),
            n_with: [
                n_with(|found| found.mass),
                n_with(|found| found.effusion),
                n_with(|found| found.cardiomegaly),
                n_with(|found| *found == DrawnFindings::default()),
            ],
        })
    }

    /// Draws on all cores; the boxes of the masses, in the films' order.
    fn write_films(
        &self,
        films: &[PlannedFilm],
        images: &Path,
        watch: &dyn Watch,
    ) -> Result<Vec<Option<DrawnBox>>, SampleError> {
        let n_threads = available_parallelism().map_or(1, usize::from);
        let n_done = AtomicUsize::new(0);
        let n_per_thread = films.len().div_ceil(n_threads).max(1);
        let work = |films: &[PlannedFilm]| -> Result<Vec<Option<DrawnBox>>, SampleError> {
            let mut boxes = Vec::new();
            for film in films {
                watch.check()?;
                boxes.push(self.write_film(film, images)?);
                watch.progress(Progress {
                    n_done: n_done.fetch_add(1, Ordering::Relaxed) + 1,
                    n_total: self.n_patients * FILMS_PER_PATIENT,
                    unit: "films drawn",
                });
            }
            Ok(boxes)
        };
        scope(|scope| {
            let chunks = films.chunks(n_per_thread);
            let running: Vec<_> = chunks.map(|films| scope.spawn(|| work(films))).collect();
            let mut boxes = Vec::new();
            for thread in running {
                match thread.join() {
                    Ok(found) => boxes.extend(found?),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            Ok(boxes)
        })
    }

    fn write_film(
        &self,
        film: &PlannedFilm,
        images: &Path,
    ) -> Result<Option<DrawnBox>, SampleError> {
        let patient = film.patient as u64;
        let mut of_patient = SeededRandom::for_stream(self.seed, &[patient, 1]);
        let film_stream = [patient, 2 + film.follow_up as u64];
        let mut of_film = SeededRandom::for_stream(self.seed, &film_stream);
        let chest = Chest::new(&mut of_patient);
        let (pixels, drawn_box) = chest.film(film.findings, SIDE_PX, &mut of_film);
        let mut bytes = Vec::new();
        PngEncoder::new(&mut bytes).write_image(
            pixels.as_raw(),
            pixels.width(),
            pixels.height(),
            ExtendedColorType::L8,
        )?;
        let path = images.join(&film.name);
        write_file(&path, &bytes, Existing::Keep).map_err(failed(&path))?;
        Ok(drawn_box)
    }
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> SampleError {
    let path = path.to_owned();
    |source| SampleError::Write { path, source }
}

/// The files beside the films; the table is the last.
fn texts(
    films: &[PlannedFilm],
    boxes: &[Option<DrawnBox>],
    seed: u64,
) -> Vec<(&'static str, String)> {
    let mut texts = vec![
        (README, readme(films.len(), seed)),
        (BOXES, box_list(films, boxes)),
    ];
    for (part, name) in
        Part::ALL
            .into_iter()
            .zip(["train_list.txt", "valid_list.txt", "test_list.txt"])
    {
        let listed = films.iter().filter(|film| film.part == part);
        let lines: Vec<&str> = listed.flat_map(|film| [film.name.as_str(), "\n"]).collect();
        let text = lines.concat();
        texts.push((name, text));
    }
    texts.push((TABLE, table(films)));
    texts
}

fn readme(n_films: usize, seed: u64) -> String {
    format!(
        "{n_films} chest films drawn by `thorax sample-data` from seed {seed}. No patient is behind them, and\n\
         nothing that a network learns from them is true of patients.\n\n\
         {TABLE}: findings, as NIH's table has them. train_list.txt, valid_list.txt, test_list.txt: a split by patient.\n\
         {BOXES}: where the masses are.\n"
    )
}

fn table(films: &[PlannedFilm]) -> String {
    let header = [
        "Image Index",
        "Finding Labels",
        "Follow-up #",
        "Patient ID",
        "Patient Age",
        "Patient Sex",
        "View Position",
    ];
    let mut text = csv_line(header);
    for film in films {
        let names: Vec<_> = film
            .findings()
            .iter()
            .map(|finding| finding.name())
            .collect();
        let labels = if names.is_empty() {
            NO_FINDING.to_owned()
        } else {
            names.join("|")
        };
        text += &csv_line([
            film.name.clone(),
            labels,
            film.follow_up.to_string(),
            film.patient.to_string(),
            film.age.to_string(),
            if film.is_woman { "F" } else { "M" }.to_owned(),
            "PA".to_owned(),
        ]);
    }
    text
}

fn box_list(films: &[PlannedFilm], boxes: &[Option<DrawnBox>]) -> String {
    // As NIH's list is written, whose brackets fall into four cells.
    let mut text = String::from("Image Index,Finding Label,Bbox [x,y,w,h],,,\n");
    for (film, found) in films.iter().zip(boxes) {
        if let Some(found) = found {
            let [x, y, side] =
                [found.x, found.y, found.side].map(|part| f64::from(part) * BOX_FRAME_PX);
            let mass = Finding::Mass.name();
            text += &format!(
                "{},{mass},{x:.1},{y:.1},{side:.1},{side:.1},,,\n",
                film.name
            );
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{DataSet, Split, SplitLists, SplitRule};
    use crate::work::{StopSignal, Unwatched};

    const SMALL: SampleSet = SampleSet {
        n_patients: 30,
        seed: 5,
    };

    #[test]
    fn a_set_is_read_as_any_other_and_its_lists_share_no_patient() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("films");
        let counts = SMALL.write(&root, &Unwatched).unwrap();
        assert_eq!(counts.n_films, [36, 12, 12]);
        let data = DataSet::open(&root, None).unwrap();
        assert_eq!((data.table.rows.len(), data.files.missing.len()), (60, 0));
        assert!(
            data.files.notices().is_empty(),
            "{:?}",
            data.files.notices()
        );
        let [masses, ..] = counts.n_with;
        assert_eq!(data.boxes.len(), masses);
        assert!(masses > 0 && data.boxes.iter().all(|b| b.finding == Finding::Mass));
        let list = |name: &str| Some(root.join(name));
        let rule = SplitRule::Lists(SplitLists {
            train: list("train_list.txt"),
            valid: list("valid_list.txt"),
            test: list("test_list.txt"),
            ..SplitLists::default()
        });
        let split = Split::new(&data.table, &rule).unwrap();
        assert!(split.leaks(&data.table).is_empty());
        assert_eq!(split.parts().map(|(_, rows)| rows.len()), [36, 12, 12]);
    }

    #[test]
    fn the_same_seed_writes_the_same_bytes_and_another_seed_others() {
        let folder = tempfile::tempdir().unwrap();
        let film = |name: &str, seed| {
            let root = folder.path().join(name);
            SampleSet {
                seed,
                n_patients: 10,
            }
            .write(&root, &Unwatched)
            .unwrap();
            fs::read(root.join("images/drawn00007_001.png")).unwrap()
        };
        assert!(film("a", 1) == film("b", 1));
        assert!(film("c", 2) != film("d", 1));
    }

    #[test]
    fn a_folder_with_files_is_left_alone_and_a_canceled_set_leaves_none() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("mine.txt"), "mine").unwrap();
        let refused = SMALL.write(folder.path(), &Unwatched).unwrap_err();
        assert!(refused.to_string().contains("empty folder"), "{refused}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        let stop = StopSignal::default();
        stop.give();
        let root = folder.path().join("new");
        assert!(matches!(
            SMALL.write(&root, &stop),
            Err(SampleError::Canceled(_))
        ));
        assert!(!root.exists());
        let none = SampleSet {
            n_patients: 0,
            seed: 1,
        };
        assert!(matches!(
            none.write(&root, &Unwatched),
            Err(SampleError::Patients(0))
        ));
    }
}
