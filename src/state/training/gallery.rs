use std::path::PathBuf;

use crate::domain::Part;
use crate::scores::{FilmPrediction, Predictions};
use crate::state::SmallPictures;
use crate::train::RunFolder;
use crate::work::Task;
use crate::work::Wake;

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
    /// Names, scores and labels.
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

    /// The film at `rank`, and its loss.
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
    pub films: Task<ScoredFilms>,
    /// In which order.
    pub order: FilmOrder,
    /// Small pictures.
    pub pictures: SmallPictures,
    /// The run and the epoch that `films` are of.
    pub(super) source: Option<(PathBuf, usize)>,
}

impl Gallery {
    pub(super) fn new(wake: Wake) -> Self {
        Self {
            films: Task::Idle,
            order: FilmOrder::default(),
            pictures: SmallPictures::new(wake),
            source: None,
        }
    }

    /// Reads films again if what is shown is of another run or of an older best epoch.
    pub(super) fn keep_up(&mut self, source: Option<(PathBuf, usize)>, wake: &Wake) {
        if self.source == source || self.films.running().is_some() {
            return;
        }
        self.films = Task::Idle;
        if let Some((root, _)) = source.clone() {
            self.films.start("validation films", wake, move |_| {
                let folder = RunFolder::open(&root)?;
                Ok(ScoredFilms::new(folder.predictions(Part::Valid)?))
            });
        }
        self.source = source;
    }

    /// Asks for the pictures of films in view that are not there yet.
    pub(super) fn want(&mut self, ranks: std::ops::Range<usize>) {
        if let Some(films) = self.films.done() {
            let paths = ranks.filter_map(|rank| films.at(rank, self.order));
            let paths = paths.map(|(film, _)| film.path.clone());
            self.pictures.want(paths.collect());
        }
    }

    /// Takes in small pictures.
    pub(super) fn poll(&mut self) {
        self.films.poll();
        self.pictures.poll();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn films() -> ScoredFilms {
        let film = |name: &str, score: f32| FilmPrediction {
            path: name.into(),
            patient_id: "1".to_owned(),
            scores: vec![f64::from(score)],
            truth: vec![Some(true)],
        };
        ScoredFilms::new(Predictions {
            labels: vec!["Mass".to_owned()],
            films: vec![film("a", 0.9), film("b", 0.1), film("c", 0.5)],
            model: None,
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
}
