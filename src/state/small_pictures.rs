use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::imaging::GrayPicture;
use crate::imaging::read_film;
use crate::work::{JobContext, Latest, Wake, Watch as _, cause_chain};

/// Pixels along the longer side of a small picture.
const PICTURE_SIDE_PX: usize = 160;
/// Small pictures kept; of 160 pixels a side they take 25 MB.
const MAX_PICTURES: usize = 1000;

/// A film and its small picture, or why there is none.
type Picture = (PathBuf, Result<GrayPicture, String>);

/// Small pictures of films as far as they were asked for, read on a thread of their own.
pub struct SmallPictures {
    /// By the film's path; the reason where there is none.
    pub known: BTreeMap<PathBuf, Result<Arc<GrayPicture>, String>>,
    loader: Latest<Vec<PathBuf>, (), Picture>,
    wanted: Vec<PathBuf>,
}

impl SmallPictures {
    /// None yet.
    pub(in crate::state) fn new(wake: Wake) -> Self {
        Self {
            known: BTreeMap::new(),
            loader: Latest::new("small pictures", wake, read_pictures),
            wanted: Vec::new(),
        }
    }

    /// Whether some of these are neither there nor being read.
    pub fn lacks(&self, paths: &[PathBuf]) -> bool {
        let mut missing = paths.iter().filter(|path| !self.known.contains_key(*path));
        missing.any(|path| !(self.is_busy() && self.wanted.contains(path)))
    }

    /// Whether pictures are being read.
    pub fn is_busy(&self) -> bool {
        self.loader.is_busy()
    }

    /// Asks for the pictures that are not there yet.
    pub(in crate::state) fn want(&mut self, paths: Vec<PathBuf>) {
        let missing = paths
            .into_iter()
            .filter(|path| !self.known.contains_key(path));
        let missing: Vec<PathBuf> = missing.collect();
        if missing.is_empty() || (missing == self.wanted && self.loader.is_busy()) {
            return;
        }
        self.wanted.clone_from(&missing);
        self.loader.request(missing);
    }

    /// Takes in what has come.
    pub(in crate::state) fn poll(&mut self) {
        let (pictures, _) = self.loader.poll();
        for (path, picture) in pictures {
            if self.known.len() >= MAX_PICTURES {
                // Those in view are asked for again.
                self.known.clear();
            }
            self.known.insert(path, picture.map(Arc::new));
        }
    }
}

fn read_pictures(paths: Vec<PathBuf>, ctx: &JobContext<Picture>) -> anyhow::Result<()> {
    for path in paths {
        ctx.check()?;
        let picture = picture_of(&path);
        ctx.send((path, picture));
    }
    Ok(())
}

fn picture_of(path: &Path) -> Result<GrayPicture, String> {
    let film = read_film(path).map_err(|error| cause_chain(&error.into()))?;
    Ok(GrayPicture::of_film(&film).within(PICTURE_SIDE_PX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_film_that_is_gone_has_a_reason_in_its_pictures_place() {
        let error = picture_of(Path::new("/gone/film.png")).unwrap_err();
        assert!(error.contains("film.png"), "{error}");
    }
}
