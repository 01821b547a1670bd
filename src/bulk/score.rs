use std::path::PathBuf;

use super::{OpenedAhead, ReadyFilm};
use crate::domain::{PerFinding, Score};
use crate::film::ScoringError;
use crate::imaging::{Concerns, FilmRecord, ModelInput};
use crate::model::Classifier;
use crate::work::cause_chain;

/// What is known of a film after it was scored, or was to be.
#[derive(Clone, Debug)]
pub struct BulkFilm {
    /// Its place in the source.
    pub place: u64,
    /// Its path.
    pub path: PathBuf,
    /// What to know about the film; `None` where it could not be opened.
    pub concerns: Option<Concerns>,
    /// Patient, study and view; empty where it could not be opened.
    pub record: FilmRecord,
    /// Scores, or the chain of causes why there are none.
    pub scores: Result<PerFinding<Score>, String>,
    /// The file's window was set aside, as was asked for.
    pub window_set_aside: bool,
}

impl BulkFilm {
    /// A film without scores.
    pub fn failed(place: u64, path: PathBuf, error: String) -> Self {
        Self {
            place,
            path,
            concerns: None,
            record: FilmRecord::default(),
            scores: Err(error),
            window_set_aside: false,
        }
    }

    /// An opened film with its scores.
    pub fn of(
        place: u64,
        path: PathBuf,
        film: ReadyFilm,
        scores: Result<PerFinding<Score>, String>,
    ) -> Self {
        Self {
            place,
            path,
            concerns: Some(film.concerns),
            record: film.record,
            scores,
            window_set_aside: film.window_set_aside,
        }
    }
}

/// Scores films together; the same to the bit as one by one.
pub fn score_opened(classifier: &Classifier, films: Vec<OpenedAhead>) -> Vec<BulkFilm> {
    let mut films = films;
    let ready = films.iter_mut().filter_map(|film| film.film.as_mut().ok());
    // The film keeps an empty one.
    let inputs: Vec<_> = ready
        .map(|film| {
            let (side, values) = (film.input.side, std::mem::take(&mut film.input.values));
            ModelInput { side, values }
        })
        .collect();
    let mut scores = classifier.score_inputs(&inputs).into_iter();
    let scored = films.into_iter().map(|opened| {
        let OpenedAhead { place, path, film } = opened;
        let film = match film {
            Ok(film) => film,
            Err(error) => return BulkFilm::failed(place, path, error),
        };
        let scores = match scores.next() {
            Some(Ok(scores)) => Ok(scores),
            Some(Err(source)) => {
                let source = Box::new(source);
                let path = path.clone();
                Err(cause_chain(&ScoringError { path, source }.into()))
            }
            None => Err("no scores were computed".to_owned()),
        };
        BulkFilm::of(place, path, film, scores)
    });
    scored.collect()
}
