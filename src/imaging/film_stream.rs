use std::path::{Path, PathBuf};
use std::vec;

use super::archive;
use super::folder_walk::FolderWalk;
use super::found_films::{FoundFilms, PassedOver};
use super::list::{ListError, has_film, kind_of, list_films};
use super::sniff::FileKind;

/// Which films are wanted, by their paths: the others are not even looked at.
pub type Wanted = Box<dyn Fn(&Path) -> bool + Send>;

/// The films at paths that were named together, found one at a time: folders are walked as films are asked for.
///
/// What counts as a film is as in [`list_films`], and so is the order, but for folders that are links: theirs come
/// behind the others. Where one of the paths is a film, a ZIP archive beside it is an error: it was taken for a
/// film, as by `*`.
pub struct FilmStream {
    paths: vec::IntoIter<PathBuf>,
    /// One of the paths is a film.
    has_film: bool,
    wanted: Wanted,
    /// What the path in work holds.
    current: Option<Current>,
    n_candidates: u64,
    passed_over: PassedOver,
    faults: Vec<String>,
}

/// A film, or a path below which no films could be listed.
#[derive(Debug)]
pub struct StreamedFilm {
    /// Its place among all files and paths that were come upon, wanted or not, from 0; rises from film to film.
    pub place: u64,
    /// The film, or the path.
    pub path: PathBuf,
    /// Why there is no film.
    pub fault: Option<ListError>,
}

enum Current {
    Listed(vec::IntoIter<PathBuf>),
    Folder {
        root: PathBuf,
        walk: FolderWalk,
        /// A film was found, or a file was not looked at.
        has_films: bool,
        passed_over: PassedOver,
    },
}

impl FilmStream {
    /// Films at `paths`, of which only those that `wanted` takes are given.
    pub fn new(paths: Vec<PathBuf>, wanted: Wanted) -> Self {
        Self {
            has_film: has_film(&paths),
            paths: paths.into_iter(),
            wanted,
            current: None,
            n_candidates: 0,
            passed_over: PassedOver::default(),
            faults: Vec::new(),
        }
    }

    /// DICOM objects without an image so far.
    pub fn passed_over(&self) -> &PassedOver {
        &self.passed_over
    }

    /// What is wrong with DICOMDIRs so far, a sentence each.
    pub fn faults(&self) -> &[String] {
        &self.faults
    }

    /// Takes up the next path; its error counts as a film.
    fn take_up(&mut self, path: PathBuf) -> Result<(), ListError> {
        if self.has_film && archive::is_archive(&path) {
            return Err(ListError::ArchiveAmongFilms { path });
        }
        if !path.is_dir() {
            let FoundFilms {
                films,
                passed_over,
                faults,
                ..
            } = list_films(&path)?;
            self.passed_over.extend(&passed_over);
            self.faults.extend(faults);
            self.current = Some(Current::Listed(films.into_iter()));
            return Ok(());
        }
        match FolderWalk::new(&path) {
            Ok(walk) => {
                self.current = Some(Current::Folder {
                    root: path,
                    walk,
                    has_films: false,
                    passed_over: PassedOver::default(),
                });
                Ok(())
            }
            Err(cause) => Err(ListError::Unreadable { path, cause }),
        }
    }

    /// The next candidate is at this place, and whether it is wanted.
    fn place_of(&mut self, path: &Path) -> (u64, bool) {
        let place = self.n_candidates;
        self.n_candidates += 1;
        (place, (self.wanted)(path))
    }

    fn fault(&mut self, path: PathBuf, fault: ListError) -> Option<StreamedFilm> {
        let (place, wanted) = self.place_of(&path);
        wanted.then_some(StreamedFilm {
            place,
            path,
            fault: Some(fault),
        })
    }
}

impl Iterator for FilmStream {
    type Item = StreamedFilm;

    fn next(&mut self) -> Option<StreamedFilm> {
        loop {
            let Some(mut current) = self.current.take() else {
                let path = self.paths.next()?;
                if let Err(fault) = self.take_up(path.clone())
                    && let Some(film) = self.fault(path, fault)
                {
                    return Some(film);
                }
                continue;
            };
            match current.next() {
                Some(path) => {
                    let (place, wanted) = self.place_of(&path);
                    let is_film = current.look_at(&path, wanted);
                    self.current = Some(current);
                    if is_film {
                        return Some(StreamedFilm {
                            place,
                            path,
                            fault: None,
                        });
                    }
                }
                None => {
                    if let Some((root, fault)) = current.end(&mut self.passed_over)
                        && let Some(film) = self.fault(root, fault)
                    {
                        return Some(film);
                    }
                }
            }
        }
    }
}

impl Current {
    fn next(&mut self) -> Option<PathBuf> {
        match self {
            Self::Listed(films) => films.next(),
            Self::Folder { walk, .. } => walk.next(),
        }
    }

    /// Whether a file is a film that is wanted.
    fn look_at(&mut self, path: &Path, wanted: bool) -> bool {
        let Self::Folder {
            has_films,
            passed_over,
            ..
        } = self
        else {
            return wanted;
        };
        if !wanted {
            *has_films = true;
            return false;
        }
        match kind_of(path) {
            FileKind::Film => {
                *has_films = true;
                true
            }
            FileKind::WithoutImage(name) => {
                passed_over.count(name);
                false
            }
            FileKind::Other => false,
        }
    }

    /// A folder without films is an error.
    fn end(self, all: &mut PassedOver) -> Option<(PathBuf, ListError)> {
        let Self::Folder {
            root,
            has_films,
            passed_over,
            ..
        } = self
        else {
            return None;
        };
        if has_films {
            all.extend(&passed_over);
            return None;
        }
        let path = root.clone();
        Some((root, ListError::NoFilms { path, passed_over }))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

    fn folder_of(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            let bytes = if name.contains("t.") { b"a,b" } else { PNG };
            fs::write(path, bytes).unwrap();
        }
        folder
    }

    #[test]
    fn films_come_as_they_are_listed_and_paths_without_films_keep_their_place() {
        let folder = folder_of(&["a/2.png", "a/1", "a/t.csv", "empty/t.csv", "c.png"]);
        let path = |name: &str| folder.path().join(name);
        let paths = ["c.png", "a", "missing", "empty"].map(path);
        let all = FilmStream::new(paths.to_vec(), Box::new(|_| true));
        let found: Vec<_> = all.map(|film| (film.path, film.fault.is_some())).collect();
        let expected = [
            (path("c.png"), false),
            (path("a/1"), false),
            (path("a/2.png"), false),
            (path("missing"), true),
            (path("empty"), true),
        ];
        assert_eq!(found, expected);
        assert_eq!(
            list_films(&path("a")).unwrap().films,
            [path("a/1"), path("a/2.png")]
        );
    }

    #[test]
    fn films_that_are_wanted_here_and_there_are_all_films_at_the_same_places() {
        let folder = folder_of(&["1", "2", "3", "t.csv", "4"]);
        let places = |wanted: Wanted| -> Vec<(u64, PathBuf)> {
            let stream = FilmStream::new(vec![folder.path().to_owned()], wanted);
            stream.map(|film| (film.place, film.path)).collect()
        };
        let is_even = |path: &Path| path.ends_with("2") || path.ends_with("4");
        let mut parts = places(Box::new(is_even));
        assert_eq!(parts.len(), 2);
        parts.extend(places(Box::new(move |path| !is_even(path))));
        parts.sort();
        assert_eq!(parts, places(Box::new(|_| true)));
    }
}
