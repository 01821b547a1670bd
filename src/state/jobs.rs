use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;

use crate::dataset::{FindingBox, boxes_of_film, table_above};
use crate::domain::{Film, PerFinding};
use crate::explain::{CamMethod, Heatmap, class_activation_maps};
use crate::files::write_whole;
use crate::imaging::{GrayCounts, InputCheck, Pyramid, list_films, read_film};
use crate::model::{Classifier, ComputeDevice, Inference, ModelFile, ModelSource};
use crate::work::{JobContext, Task, Wake, Watch as _};

use super::{EvaluationPick, FilmEntry, FilmNote, Sidecar, TrainingPick};

/// The services that the program needs; tests provide their own.
#[derive(Clone)]
pub struct Services {
    /// Asks the user for files.
    pub picker: Arc<dyn FilePicker>,
    /// Called by jobs when there is something new to look at.
    pub wake: Wake,
    /// Where the network runs.
    pub device: ComputeDevice,
    /// A folder of the program's own; `None` where there is none.
    pub data_folder: Option<PathBuf>,
    /// Folder of decoded films; `None` for the user's cache folder.
    pub cache_folder: Option<PathBuf>,
}

impl Services {
    /// Folder of notes on films whose own folder cannot be written to.
    pub fn notes_folder(&self) -> Option<PathBuf> {
        let folder = self.data_folder.as_ref()?;
        Some(folder.join("notes"))
    }
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PickKind {
    /// Any number of films.
    Films,
    /// A folder of films.
    Folder,
    /// A new file for the log of a blinded session.
    ReadingLog,
    /// A folder for exports.
    ExportFolder,
    /// One model file.
    Model,
    /// One model file, for the film beside.
    ComparedModel,
    /// One path for training.
    Training(TrainingPick),
    /// One path for evaluation.
    Evaluation(EvaluationPick),
}

/// The answer of a file dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picked {
    /// The user chose these.
    Files(Vec<PathBuf>),
    /// The user chose nothing.
    Nothing,
    /// No file dialog is available: a path must be typed.
    NoDialog,
}

/// A way to ask the user for files. May wait as long as the user does; runs on a job's thread.
pub trait FilePicker: Send + Sync {
    /// Asks for files of one kind.
    fn pick(&self, kind: PickKind) -> Picked;
}

/// A decoded film and what the screen needs of it.
#[derive(Debug)]
pub struct OpenedFilm {
    /// The film at full depth.
    pub film: Film,
    /// Its smaller copies, for the screen.
    pub pyramid: Pyramid,
    /// How often each part of its range occurs, and the windows that follow.
    pub counts: GrayCounts,
    /// Whether it is fit to be scored.
    pub check: InputCheck,
    /// Radiologists' boxes of the film, if a list of them is in a folder above it.
    pub boxes: Vec<FindingBox>,
}

impl OpenedFilm {
    /// Makes the smaller copies and the counts, and looks for boxes beside the file.
    pub fn new(film: Film) -> Self {
        Self {
            pyramid: Pyramid::of(&film.pixels),
            counts: GrayCounts::of(&film),
            check: InputCheck::of(&film),
            boxes: boxes_of_film(&film.path),
            film,
        }
    }

    /// Bytes of its pixels and their smaller copies.
    pub fn n_bytes(&self) -> usize {
        size_of_val(self.film.pixels.values()) + self.pyramid.n_bytes()
    }
}

/// All that the network says about one film.
#[derive(Debug)]
pub struct ScoredFilm {
    /// The film.
    pub opened: Arc<OpenedFilm>,
    /// Scores and the features behind them.
    pub inference: Inference,
    /// One map a finding, by `method`.
    pub maps: PerFinding<Heatmap>,
    /// How the maps were made.
    pub method: CamMethod,
    /// Time for scores and maps.
    pub elapsed: Duration,
}

impl ScoredFilm {
    /// The same scored film with maps by another method.
    #[must_use]
    pub fn with_method(&self, classifier: &Classifier, method: CamMethod) -> Self {
        Self {
            opened: Arc::clone(&self.opened),
            maps: maps(classifier, &self.inference, method),
            inference: self.inference.clone(),
            method,
            elapsed: self.elapsed,
        }
    }
}

/// Progress of scoring a film.
#[derive(Debug)]
pub enum FilmEvent {
    /// The film is decoded; scores follow.
    Opened(Arc<OpenedFilm>),
}

/// A request to open and score one film.
pub struct FilmRequest {
    pub path: PathBuf,
    /// The film, if it is decoded already.
    pub opened: Option<Arc<OpenedFilm>>,
    /// Without one the film is opened only.
    pub classifier: Option<Arc<Classifier>>,
    pub method: CamMethod,
}

/// Films found below the paths that were opened, and what could not be looked into.
pub struct Listing {
    pub films: Vec<FilmEntry>,
    /// Paths that could not be looked into.
    pub missing: Vec<PathBuf>,
    pub errors: Vec<String>,
}

/// A model to load.
#[derive(Clone, Debug)]
pub enum ModelRequest {
    /// From a file, or the built-in one.
    Source(ModelSource),
    /// The weights of a paused training.
    Moment {
        /// Weights and card.
        file: Arc<ModelFile>,
        /// Run, epoch and step.
        name: String,
    },
}

impl PartialEq for ModelRequest {
    /// The same file or the very same weights; equal weights elsewhere are another request.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Source(a), Self::Source(b)) => a == b,
            (Self::Moment { file, name }, Self::Moment { file: f, name: n }) => {
                Arc::ptr_eq(file, f) && name == n
            }
            (Self::Source(_), Self::Moment { .. }) | (Self::Moment { .. }, Self::Source(_)) => {
                false
            }
        }
    }
}

pub fn start_loading(task: &mut Task<Classifier>, services: &Services, request: ModelRequest) {
    let device = services.device.clone();
    task.start("model", &services.wake, move |_| {
        Ok(match request {
            ModelRequest::Source(source) => Classifier::open(&source, &device)?,
            ModelRequest::Moment { file, .. } => Classifier::new(&file, None, &device)?,
        })
    });
}

pub fn start_listing(task: &mut Task<Listing>, services: &Services, paths: Vec<PathBuf>) {
    let elsewhere = services.notes_folder();
    task.start("list films", &services.wake, move |ctx| {
        let mut listing = Listing {
            films: Vec::new(),
            missing: Vec::new(),
            errors: Vec::new(),
        };
        for path in paths {
            ctx.check()?;
            match list_films(&path) {
                Ok(films) => listing.films.extend(films.into_iter().map(FilmEntry::new)),
                Err(error) => {
                    listing.errors.push(error.to_string());
                    listing.missing.push(path);
                }
            }
        }
        look_around(&mut listing, elsewhere.as_deref(), ctx)?;
        Ok(listing)
    });
}

/// Adds the labels of the table above the films, and their saved marks and notes.
fn look_around(
    listing: &mut Listing,
    elsewhere: Option<&Path>,
    ctx: &JobContext,
) -> anyhow::Result<()> {
    let mut known: BTreeMap<PathBuf, Surroundings> = BTreeMap::new();
    for film in &mut listing.films {
        let folder = film.path.parent().unwrap_or(Path::new(".")).to_owned();
        let around = match known.entry(folder) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                ctx.check()?;
                let around = Surroundings::of(entry.key(), elsewhere, &mut listing.errors);
                entry.insert(around)
            }
        };
        around.tell(film);
    }
    Ok(())
}

/// What lies beside the films of one folder.
struct Surroundings {
    truths: BTreeMap<String, (String, Vec<Arc<str>>)>,
    notes: BTreeMap<String, FilmNote>,
}

impl Surroundings {
    fn of(folder: &Path, elsewhere: Option<&Path>, errors: &mut Vec<String>) -> Self {
        let mut notes = Sidecar::default();
        let own = elsewhere.map(|place| Sidecar::path(folder, Some(place)));
        for path in [Some(Sidecar::path(folder, None)), own]
            .into_iter()
            .flatten()
        {
            match Sidecar::read(&path) {
                Ok(sidecar) => notes.take_newer(sidecar),
                Err(error) => errors.push(format!("{error:#}")),
            }
        }
        let notes = notes.films;
        let table = table_above(folder).unwrap_or_else(|error| {
            errors.push(error.to_string());
            None
        });
        let truths = table.map_or_else(BTreeMap::new, |table| {
            let names: Vec<Arc<str>> = table.labels.iter().map(Arc::from).collect();
            let rows = table.rows.into_iter().map(|row| {
                let found = row
                    .findings
                    .iter()
                    .filter_map(|idx| names.get(idx).cloned());
                (row.image, (row.patient_id, found.collect()))
            });
            rows.collect()
        });
        Self { truths, notes }
    }

    fn tell(&self, film: &mut FilmEntry) {
        if let Some((patient_id, found)) = self.truths.get(&film.name) {
            film.patient_id = Some(patient_id.clone());
            film.truth = Some(found.clone());
        }
        if let Some(note) = self.notes.get(&film.name) {
            film.mark = note.mark;
            film.note.clone_from(&note.note);
        }
    }
}

/// The sample film, for new users.
const DRAWN_FILM: &[u8] = include_bytes!("../../assets/phantom.png");

pub fn start_drawn_film(task: &mut Task<Listing>, services: &Services) {
    task.start("drawn film", &services.wake, move |_| {
        let folder = std::env::temp_dir().join("thorax");
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("cannot create the folder {}", folder.display()))?;
        let path = folder.join("drawn-film.png");
        write_whole(&path, DRAWN_FILM)
            .with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Listing {
            films: vec![FilmEntry::new(path)],
            missing: vec![],
            errors: vec![],
        })
    });
}

pub fn open_and_score(
    request: FilmRequest,
    ctx: &JobContext<FilmEvent>,
) -> anyhow::Result<Option<ScoredFilm>> {
    let opened = if let Some(opened) = request.opened {
        opened
    } else {
        let film = read_film(&request.path)?;
        ctx.check()?;
        Arc::new(OpenedFilm::new(film))
    };
    ctx.check()?;
    ctx.send(FilmEvent::Opened(Arc::clone(&opened)));
    let Some(classifier) = request.classifier else {
        return Ok(None);
    };
    let started = Instant::now();
    let reading = classifier
        .score(&opened.film)
        .with_context(|| format!("cannot score {}", opened.film.path.display()))?;
    ctx.check()?;
    let maps = maps(&classifier, &reading, request.method);
    Ok(Some(ScoredFilm {
        maps,
        inference: reading,
        method: request.method,
        elapsed: started.elapsed(),
        opened,
    }))
}

pub fn maps(
    classifier: &Classifier,
    reading: &Inference,
    method: CamMethod,
) -> PerFinding<Heatmap> {
    class_activation_maps(
        &reading.features,
        classifier.head(),
        &reading.scores,
        method,
    )
}
