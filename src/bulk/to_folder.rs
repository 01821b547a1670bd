use std::collections::VecDeque;
use std::io;
use std::sync::{Mutex, PoisonError};

use thiserror::Error;

use super::{BulkFilm, FilmSource, Opening, Shard, SourceFilm, open_ahead, score_opened};
use crate::dataset::patient_of_path;
use crate::domain::{PerFinding, Threshold};
use crate::files::{io_reason, path_text};
use crate::model::Classifier;
use crate::results::{FilmResult, InputResult, ResultsError, ResultsFolder, ShardSummary};

/// What scores films, and how.
pub struct BulkScoring<'a> {
    /// The model.
    pub classifier: &'a Classifier,
    /// Positive iff score >= threshold.
    pub thresholds: &'a PerFinding<Threshold>,
    /// How films are opened.
    pub opening: Opening,
    /// Threads that open films; as many score them.
    pub n_threads: usize,
}

/// What scoring into a folder was ended by; what is written stays.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum BulkError {
    #[error(transparent)]
    Results(#[from] ResultsError),
    #[error("cannot start a thread: {}", io_reason(.0))]
    Thread(#[from] io::Error),
    #[error("cannot read the list to its end: {0}")]
    List(String),
}

/// A shard that is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScoredShard {
    /// All of it.
    pub summary: ShardSummary,
    /// Chunks that were there already.
    pub n_chunks_kept: u64,
}

impl BulkScoring<'_> {
    /// The row of a film.
    pub fn result_of(&self, film: BulkFilm) -> FilmResult {
        let path = path_text(&film.path).into_owned();
        let scores = film.scores.as_ref().ok();
        let positive = scores.map(|scores| {
            let pairs = scores.values().iter().zip(self.thresholds.values());
            pairs
                .map(|(score, threshold)| score.is_positive(threshold))
                .collect()
        });
        let scores = scores.map(|scores| scores.values().iter().map(|s| s.get()).collect());
        let study = film.record.visit.study;
        let study = study.and_then(|study| study.study_uid.or(study.accession));
        let by_path = || patient_of_path(&path).map(ToOwned::to_owned);
        FilmResult {
            row: Some(film.place),
            patient: film.record.patient_id.or_else(by_path),
            study,
            view: film.record.visit.view.map(String::from),
            scores,
            positive,
            input: film.concerns.map(|concerns| InputResult {
                level: concerns.verdict().to_owned(),
                reasons: concerns.reasons().map(ToOwned::to_owned).collect(),
            }),
            error: film.scores.err(),
            model: self.classifier.id().to_owned(),
            path,
        }
    }

    /// Scores the films of a shard into a folder, chunk by chunk; a chunk that is there is kept.
    ///
    /// Each chunk is written whole or not at all, so that a process that is killed loses the chunk in work and no
    /// other, and the same call goes on behind the last one. A film without scores is a row. That a chunk which is
    /// there has the films that it would get is checked. `tell` hears how many films are done.
    pub fn score_into(
        &self,
        folder: &ResultsFolder,
        shard: Shard,
        films: &mut FilmSource,
        mut tell: impl FnMut(u64),
    ) -> Result<ScoredShard, BulkError> {
        let chunk_films = folder.manifest.chunk_films;
        let chunks = Mutex::new(VecDeque::new());
        let mut unscored = Unscored::new(films, folder, shard, &chunks);
        let mut chunk = ChunkInWork::default();
        let mut n_failed = 0;
        let mut n_told = 0;
        open_ahead(&mut unscored, &self.opening, self.n_threads, |opened| {
            for film in score_opened(self.classifier, opened) {
                if chunk.films.is_empty() {
                    let mut chunks = chunks.lock().unwrap_or_else(PoisonError::into_inner);
                    chunk.number = chunks.pop_front();
                }
                n_failed += u64::from(film.scores.is_err());
                n_told += 1;
                chunk.films.push(self.result_of(film));
                if chunk.films.len() == chunk_films {
                    chunk.write(folder, shard)?;
                }
            }
            tell(n_told);
            Ok::<_, BulkError>(())
        })?;
        let Unscored {
            n_films,
            n_chunks_kept,
            n_failed_before,
            fault,
            ..
        } = unscored;
        if let Some(fault) = fault {
            return Err(fault.into());
        }
        // A list that broke off ends in the middle of a chunk, which is not written.
        if let Some(error) = films.unread() {
            return Err(BulkError::List(io_reason(error)));
        }
        chunk.write(folder, shard)?;
        let summary = ShardSummary {
            n_films,
            n_failed: n_failed + n_failed_before,
            n_chunks: n_films.div_ceil(chunk_films as u64),
        };
        folder.finish_shard(shard.index(), summary)?;
        Ok(ScoredShard {
            summary,
            n_chunks_kept,
        })
    }
}

/// The films of a chunk so far.
#[derive(Default)]
struct ChunkInWork {
    number: Option<u64>,
    films: Vec<FilmResult>,
}

impl ChunkInWork {
    fn write(&mut self, folder: &ResultsFolder, shard: Shard) -> Result<(), ResultsError> {
        if let Some(number) = self.number.take() {
            folder.write_chunk(shard.index(), number, &self.films)?;
        }
        self.films.clear();
        Ok(())
    }
}

/// The films of a shard that are in no chunk yet.
struct Unscored<'a> {
    films: &'a mut FilmSource,
    folder: &'a ResultsFolder,
    shard: Shard,
    /// Numbers of the chunks that films were given for, in order.
    begun: &'a Mutex<VecDeque<u64>>,
    /// The chunk that the next film is in.
    chunk: u64,
    n_left_in_chunk: usize,
    n_films: u64,
    n_chunks_kept: u64,
    n_failed_before: u64,
    fault: Option<ResultsError>,
    is_over: bool,
}

impl<'a> Unscored<'a> {
    fn new(
        films: &'a mut FilmSource,
        folder: &'a ResultsFolder,
        shard: Shard,
        begun: &'a Mutex<VecDeque<u64>>,
    ) -> Self {
        Self {
            films,
            folder,
            shard,
            begun,
            chunk: 0,
            n_left_in_chunk: 0,
            n_films: 0,
            n_chunks_kept: 0,
            n_failed_before: 0,
            fault: None,
            is_over: false,
        }
    }

    /// Passes over chunks that are there, up to one that is not.
    fn begin_chunk(&mut self) -> Result<(), ResultsError> {
        let chunk_films = self.folder.manifest.chunk_films;
        while let Some(kept) = self.folder.read_chunk(self.shard.index(), self.chunk)? {
            for film in &kept {
                let next = self.films.next();
                self.check_same(film, next.as_ref())?;
                self.n_films += 1;
                self.n_failed_before += u64::from(film.error.is_some());
            }
            self.n_chunks_kept += 1;
            if kept.len() < chunk_films {
                self.is_over = true;
                return match self.films.next() {
                    None => Ok(()),
                    Some(film) => Err(self.other(format!("{} is new", film.path.display()))),
                };
            }
            self.chunk += 1;
        }
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        begun.push_back(self.chunk);
        self.n_left_in_chunk = chunk_films;
        Ok(())
    }

    fn check_same(&self, kept: &FilmResult, next: Option<&SourceFilm>) -> Result<(), ResultsError> {
        let Some(next) = next else {
            return Err(self.other(format!("{} is missing", kept.path)));
        };
        let path = path_text(&next.path);
        if kept.path == path && kept.row == Some(next.place) {
            return Ok(());
        }
        let row = kept.row.unwrap_or_default();
        let reason = format!("{path} at {} now, {} at {row} then", next.place, kept.path);
        Err(self.other(reason))
    }

    fn other(&self, reason: String) -> ResultsError {
        ResultsError::OtherFilms {
            path: self.folder.chunk_path(self.shard.index(), self.chunk),
            reason,
        }
    }
}

impl Iterator for Unscored<'_> {
    type Item = SourceFilm;

    fn next(&mut self) -> Option<SourceFilm> {
        if self.n_left_in_chunk == 0
            && !self.is_over
            && let Err(fault) = self.begin_chunk()
        {
            self.fault = Some(fault);
            self.is_over = true;
        }
        if self.is_over {
            return None;
        }
        let film = self.films.next();
        self.is_over = film.is_none();
        film.inspect(|_| {
            self.n_films += 1;
            self.n_left_in_chunk -= 1;
            if self.n_left_in_chunk == 0 {
                self.chunk += 1;
            }
        })
    }
}
