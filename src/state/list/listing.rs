use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;

use super::results::{ListedResults, list_results};
use super::{FilmEntry, FilmNote, Sidecar};
use crate::dataset::{FilmRow, Sex, ViewPosition, table_above};
use crate::domain::{PatientAge, PatientSex, Visit};
use crate::files::write_whole;
use crate::imaging::{FoundFilms, PassedOver, film_record, list_named_films, place_of_film};
use crate::results::ResultsFolder;
use crate::state::Services;
use crate::work::{Canceled, JobContext, Task, Watch as _, cause_chain};

/// Films found below the paths that were opened, and what could not be looked into.
#[derive(Default)]
pub struct Listing {
    pub films: Vec<FilmEntry>,
    /// What is no film in the folders.
    pub passed_over: PassedOver,
    /// Paths that could not be looked into.
    pub missing: Vec<PathBuf>,
    pub errors: Vec<String>,
    /// What is wrong with a DICOMDIR, whose films are there nevertheless.
    pub faults: Vec<String>,
    /// They are those of a DICOMDIR.
    pub by_patient: bool,
    /// Films whose scores are there already.
    pub results: Vec<ListedResults>,
}

pub fn start_listing(task: &mut Task<Listing>, services: &Services, paths: Vec<PathBuf>) {
    let elsewhere = services.notes_folder();
    task.start("list films", &services.wake, move |ctx| {
        let mut listing = Listing::default();
        let (results, paths): (Vec<_>, Vec<_>) = paths
            .into_iter()
            .partition(|path| ResultsFolder::is_at(path));
        for root in results {
            match list_results(&root, &mut listing.films, ctx) {
                Ok(found) => listing.results.push(found),
                Err(error) if Canceled::caused(error.as_ref()) => return Err(error),
                Err(error) => listing.errors.push(cause_chain(&error)),
            }
        }
        for (path, found) in list_named_films(&paths) {
            ctx.check()?;
            match found {
                Ok(found) => take_films(&mut listing, found, ctx)?,
                Err(error) => {
                    listing.errors.push(error.to_string());
                    listing.missing.push(path.to_owned());
                }
            }
        }
        look_around(&mut listing, elsewhere.as_deref(), ctx)?;
        Ok(listing)
    });
}

/// Films that are known by their paths, with what is said of them beside; `missing` are those that are not there.
pub fn list_known(
    films: Vec<PathBuf>,
    elsewhere: Option<&Path>,
    ctx: &JobContext,
) -> anyhow::Result<Listing> {
    let mut listing = Listing::default();
    let is_missing = |film: &&PathBuf| {
        // Of a film in an archive, the archive: the first part of its name.
        let (folder, name) = place_of_film(film);
        let file = name.iter().next().map(|first| folder.join(first));
        file.is_none_or(|file| !file.exists())
    };
    listing.missing = films.iter().filter(is_missing).cloned().collect();
    listing.films = films.into_iter().map(FilmEntry::new).collect();
    look_around(&mut listing, elsewhere, ctx)?;
    Ok(listing)
}

/// Puts films on the list, with what their files or a DICOMDIR say of patient and time.
fn take_films(
    listing: &mut Listing,
    mut found: FoundFilms,
    ctx: &JobContext,
) -> anyhow::Result<()> {
    listing.passed_over.extend(&found.passed_over);
    listing.faults.append(&mut found.faults);
    listing.by_patient |= found.of_medium;
    for path in found.films {
        ctx.check()?;
        // A disc is slow: what its directory says is not asked of the films.
        let said = found.records.remove(&path);
        let record = said.or_else(|| film_record(&path));
        let mut entry = FilmEntry::new(path);
        if let Some(record) = record {
            entry.learn(record);
        }
        listing.films.push(entry);
    }
    Ok(())
}

/// Adds the labels of the table above the films, and their saved marks and notes.
fn look_around(
    listing: &mut Listing,
    elsewhere: Option<&Path>,
    ctx: &JobContext,
) -> anyhow::Result<()> {
    let mut known: BTreeMap<PathBuf, Surroundings> = BTreeMap::new();
    for film in &mut listing.films {
        let (folder, name) = place_of_film(&film.path);
        let around = match known.entry(folder) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                ctx.check()?;
                let around = Surroundings::of(entry.key(), elsewhere, &mut listing.errors);
                entry.insert(around)
            }
        };
        around.tell(film, &name.to_string_lossy());
    }
    Ok(())
}

/// What lies beside the films of one folder.
struct Surroundings {
    rows: BTreeMap<String, FilmRow>,
    labels: Vec<Arc<str>>,
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
                Err(error) => errors.push(cause_chain(&error)),
            }
        }
        let notes = notes.films;
        let table = table_above(folder).unwrap_or_else(|error| {
            errors.push(error.to_string());
            None
        });
        let (rows, labels) = table.map_or_else(Default::default, |table| {
            let labels = table.labels.iter().map(Arc::from).collect();
            let rows = table.rows.into_iter();
            (rows.map(|row| (row.image.clone(), row)).collect(), labels)
        });
        Self {
            rows,
            labels,
            notes,
        }
    }

    /// `name` is the film's below the folder: its file name, or a path that leads into an archive.
    fn tell(&self, film: &mut FilmEntry, name: &str) {
        if let Some(row) = self.rows.get(&film.name) {
            let findings = row.findings.iter();
            let findings = findings.filter_map(|idx| self.labels.get(idx).cloned());
            film.truth = Some(findings.collect());
            film.patient_id = Some(row.patient_id.clone());
            let known = std::mem::replace(&mut film.visit, visit_of(row));
            film.visit.complete_with(known);
        }
        if let Some(note) = self.notes.get(name) {
            film.mark = note.mark;
            film.note.clone_from(&note.note);
            film.measurements.clone_from(&note.measurements);
            film.note_times = note.times();
        }
    }
}

/// What a row of a table says.
fn visit_of(row: &FilmRow) -> Visit {
    let view = row.view_position.and_then(|view| match view {
        ViewPosition::Pa => Some("PA"),
        ViewPosition::Ap => Some("AP"),
        ViewPosition::Other => None,
    });
    Visit {
        sex: row.sex.map(|sex| match sex {
            Sex::Female => PatientSex::Female,
            Sex::Male => PatientSex::Male,
        }),
        age: row.age_years.and_then(PatientAge::of_years),
        view: view.map(Into::into),
        follow_up: row.follow_up,
        study: None,
    }
}

/// The sample film, for new users.
const DRAWN_FILM: &[u8] = include_bytes!("../../../assets/phantom.png");

/// Where it lies once it is opened.
fn drawn_film_path() -> PathBuf {
    std::env::temp_dir().join("thorax/drawn-film.png")
}

/// Whether a film is the sample film.
pub fn is_drawn_film(path: &Path) -> bool {
    path == drawn_film_path()
}

pub fn start_drawn_film(task: &mut Task<Listing>, services: &Services) {
    task.start("drawn film", &services.wake, move |_| {
        let path = drawn_film_path();
        let folder = path.parent().unwrap_or(&path);
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot create the folder {}", folder.display()))?;
        write_whole(&path, DRAWN_FILM)
            .with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Listing {
            films: vec![FilmEntry::new(path)],
            ..Listing::default()
        })
    });
}
