use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Made;
use crate::imaging::{GrayPicture, read_film};
use crate::train::{FilmPrediction, Predictions, RunFolder};
use crate::worker::{JobContext, Latest, Wake, cause_chain};

/// Pixels along the longer side of a small picture.
const PICTURE_SIDE_PX: usize = 160;
/// Small pictures kept; of 160 pixels a side they take 25 MB.
const MAX_PICTURES: usize = 1000;

/// In which order validation films are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FilmOrder {
    /// Highest loss first.
    #[default]
    WorstFirst,
    /// Lowest loss first.
    BestFirst,
}

/// Validation films with what is true of them and what the best model says.
#[derive(Debug)]
pub struct ScoredFilms {
    /// Names, scores and truth.
    pub predictions: Predictions,
    /// Places in `predictions.films`, highest loss first.
    pub by_loss: Vec<usize>,
    /// Loss of each film, in the order of `predictions.films`.
    pub losses: Vec<f64>,
}

impl ScoredFilms {
    /// Sorts by loss; films of the same loss in the order of the table.
    pub fn new(predictions: Predictions) -> Self {
        let losses: Vec<f64> = predictions.films.iter().map(FilmPrediction::loss).collect();
        let mut by_loss: Vec<usize> = (0..losses.len()).collect();
        let loss = |place: &usize| losses.get(*place).copied().unwrap_or(0.0);
        by_loss.sort_by(|a, b| loss(b).total_cmp(&loss(a)));
        Self {
            predictions,
            by_loss,
            losses,
        }
    }

    /// The film that stands at `rank`, and its loss.
    pub fn at(&self, rank: usize, order: FilmOrder) -> Option<(&FilmPrediction, f64)> {
        let rank = match order {
            FilmOrder::WorstFirst => rank,
            FilmOrder::BestFirst => self.by_loss.len().checked_sub(rank + 1)?,
        };
        let place = *self.by_loss.get(rank)?;
        Some((self.predictions.films.get(place)?, *self.losses.get(place)?))
    }
}

/// The gallery: films in order, small pictures as far as they were asked for.
pub struct Gallery {
    /// The films; read when the page is shown.
    pub films: Made<ScoredFilms>,
    /// In which order.
    pub order: FilmOrder,
    /// Small pictures by the film's path; the reason where there is none.
    pub pictures: BTreeMap<PathBuf, Result<Arc<GrayPicture>, String>>,
    /// The run and the epoch that `films` are of.
    pub(super) source: Option<(PathBuf, usize)>,
    pub(super) loader: Latest<Vec<PathBuf>, Picture, ()>,
    pub(super) wanted: Vec<PathBuf>,
}

/// A film and its small picture, or why there is none.
pub type Picture = (PathBuf, Result<GrayPicture, String>);

impl Gallery {
    pub(super) fn new(wake: Wake) -> Self {
        Self {
            films: Made::Not,
            order: FilmOrder::default(),
            pictures: BTreeMap::new(),
            source: None,
            loader: Latest::new("small pictures", wake, read_pictures),
            wanted: Vec::new(),
        }
    }

    /// Reads films again if what is shown is of another run or of an older best epoch.
    pub(super) fn keep_up(&mut self, source: Option<(PathBuf, usize)>, wake: &Wake) {
        if self.source == source || self.films.working().is_some() {
            return;
        }
        self.films = Made::Not;
        if let Some((root, _)) = source.clone() {
            self.films.start("validation films", wake, move |_| {
                let folder = RunFolder::open(&root)?;
                Ok(ScoredFilms::new(folder.predictions("valid")?))
            });
        }
        self.source = source;
    }

    /// Asks for the pictures of films in view that are not there yet.
    pub(super) fn want(&mut self, ranks: std::ops::Range<usize>) -> std::io::Result<()> {
        let Some(films) = self.films.done() else {
            return Ok(());
        };
        let paths = ranks.filter_map(|rank| films.at(rank, self.order));
        let paths = paths.map(|(film, _)| film.path.clone());
        let missing = paths.filter(|path| !self.pictures.contains_key(path));
        let missing: Vec<PathBuf> = missing.collect();
        if missing.is_empty() || (missing == self.wanted && self.loader.is_busy()) {
            return Ok(());
        }
        self.wanted.clone_from(&missing);
        self.loader.request(missing)
    }

    /// Takes in small pictures.
    pub(super) fn poll(&mut self) -> std::io::Result<()> {
        self.films.poll();
        let (pictures, _) = self.loader.poll()?;
        for (path, picture) in pictures {
            if self.pictures.len() >= MAX_PICTURES {
                // Scrolled on for long; what is in view is asked for again.
                self.pictures.clear();
            }
            self.pictures.insert(path, picture.map(Arc::new));
        }
        Ok(())
    }
}

fn read_pictures(paths: Vec<PathBuf>, ctx: &JobContext<Picture>) -> anyhow::Result<()> {
    for path in paths {
        ctx.check_cancelled()?;
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

    fn films() -> ScoredFilms {
        let film = |name: &str, score: f32| FilmPrediction {
            path: name.into(),
            patient_id: "1".to_owned(),
            scores: vec![f64::from(score)],
            truth: vec![true],
        };
        ScoredFilms::new(Predictions {
            labels: vec!["Mass".to_owned()],
            films: vec![film("a", 0.9), film("b", 0.1), film("c", 0.5)],
        })
    }

    #[test]
    fn films_are_sorted_by_how_wrong_they_are() {
        let films = films();
        let names = |order| -> Vec<String> {
            let films = (0..4).filter_map(|rank| films.at(rank, order));
            films
                .map(|(film, _)| film.path.display().to_string())
                .collect()
        };
        assert_eq!(names(FilmOrder::WorstFirst), ["b", "c", "a"]);
        assert_eq!(names(FilmOrder::BestFirst), ["a", "c", "b"]);
    }

    #[test]
    fn a_film_that_is_gone_has_a_reason_in_its_pictures_place() {
        let error = picture_of(Path::new("/gone/film.png")).unwrap_err();
        assert!(error.contains("film.png"), "{error}");
    }
}
