use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;

use super::{FilmEntry, FilmNote, Sidecar};
use crate::dataset::table_above;
use crate::files::write_whole;
use crate::imaging::{PassedOver, list_named_films, place_of_film};
use crate::state::Services;
use crate::work::{JobContext, Task, Watch as _};

/// Films found below the paths that were opened, and what could not be looked into.
#[derive(Default)]
pub struct Listing {
    pub films: Vec<FilmEntry>,
    /// What is no film in the folders.
    pub passed_over: PassedOver,
    /// Paths that could not be looked into.
    pub missing: Vec<PathBuf>,
    pub errors: Vec<String>,
}

pub fn start_listing(task: &mut Task<Listing>, services: &Services, paths: Vec<PathBuf>) {
    let elsewhere = services.notes_folder();
    task.start("list films", &services.wake, move |ctx| {
        let mut listing = Listing::default();
        for (path, found) in list_named_films(&paths) {
            ctx.check()?;
            match found {
                Ok(found) => {
                    let films = found.films.into_iter();
                    listing.films.extend(films.map(FilmEntry::new));
                    listing.passed_over.extend(&found.passed_over);
                }
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

    /// `name` is the film's below the folder: its file name, or a path that leads into an archive.
    fn tell(&self, film: &mut FilmEntry, name: &str) {
        if let Some((patient_id, found)) = self.truths.get(&film.name) {
            film.patient_id = Some(patient_id.clone());
            film.truth = Some(found.clone());
        }
        if let Some(note) = self.notes.get(name) {
            film.mark = note.mark;
            film.note.clone_from(&note.note);
            film.measurements.clone_from(&note.measurements);
            film.note_times = note.times();
        }
    }
}

/// The sample film, for new users.
const DRAWN_FILM: &[u8] = include_bytes!("../../../assets/phantom.png");

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
            ..Listing::default()
        })
    });
}
