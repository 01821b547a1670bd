use std::io;
use std::path::PathBuf;

use super::{PathList, Shard};
use crate::imaging::{FilmStream, PassedOver};

/// The films of one shard, found one at a time: named on the command line, or in a list.
pub struct FilmSource {
    shard: Shard,
    films: Films,
}

enum Films {
    Named(Box<FilmStream>),
    /// With the place of the next line that is not blank.
    Listed(PathList, u64),
}

/// A film to score, or a path where there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFilm {
    /// Its place among all that was named or listed, whatever the shard, from 0; rises from film to film.
    pub place: u64,
    /// Its path.
    pub path: PathBuf,
    /// Why there is no film at the path; `None` where it is yet to be opened.
    pub fault: Option<String>,
}

impl FilmSource {
    /// Films, folders and archives, as far as they are in `shard`. Folders are walked as films are asked for, and files
    /// of other shards are not opened.
    pub fn named(paths: Vec<PathBuf>, shard: Shard) -> Self {
        let wanted = Box::new(move |path: &std::path::Path| shard.holds(path));
        let films = Films::Named(Box::new(FilmStream::new(paths, wanted)));
        Self { shard, films }
    }

    /// The films of a list, as far as they are in `shard`; each line is a film, and none is a folder.
    pub fn listed(list: PathList, shard: Shard) -> Self {
        let films = Films::Listed(list, 0);
        Self { shard, films }
    }

    /// DICOM objects without an image that were passed over so far.
    pub fn passed_over(&self) -> Option<&PassedOver> {
        match &self.films {
            Films::Named(films) => Some(films.passed_over()),
            Films::Listed(..) => None,
        }
    }

    /// What is wrong with DICOMDIRs so far, a sentence each.
    pub fn faults(&self) -> &[String] {
        match &self.films {
            Films::Named(films) => films.faults(),
            Films::Listed(..) => &[],
        }
    }

    /// Why the list could not be read to its end, if so.
    pub fn unread(&self) -> Option<&io::Error> {
        match &self.films {
            Films::Named(_) => None,
            Films::Listed(list, _) => list.fault(),
        }
    }
}

impl Iterator for FilmSource {
    type Item = SourceFilm;

    fn next(&mut self) -> Option<SourceFilm> {
        let (list, n_lines) = match &mut self.films {
            Films::Named(films) => {
                let film = films.next()?;
                return Some(SourceFilm {
                    place: film.place,
                    path: film.path,
                    fault: film.fault.map(|fault| fault.to_string()),
                });
            }
            Films::Listed(list, n_lines) => (list, n_lines),
        };
        loop {
            let path = list.next()?;
            let place = *n_lines;
            *n_lines += 1;
            if self.shard.holds(&path) {
                return Some(SourceFilm {
                    place,
                    path,
                    fault: None,
                });
            }
        }
    }
}
