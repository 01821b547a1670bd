use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::io;
use std::path::Path;

use super::{FilmResult, ResultFormat, ResultWriter, ResultsError, ResultsFolder, ShardSummary};
use crate::files::{Existing, io_reason, write_file_by};
use crate::work::{Canceled, Progress, Watch};

/// Films of a group of rows of a merged file, at most.
const GROUP: usize = 4096;

/// What merging was ended by.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum MergeError {
    #[error(transparent)]
    Results(#[from] ResultsError),
    #[error(transparent)]
    Canceled(#[from] Canceled),
    #[error("cannot write the merged results ({})", io_reason(.0))]
    Write(#[from] io::Error),
}

/// Writes the results of all shards into one file, in the order of the input.
///
/// An error names what is missing or double: a shard that is not done, a chunk that is not there or has another number
/// of films than was said, a place of the input that is there twice. In memory is one chunk of each shard.
pub fn merge(
    folder: &ResultsFolder,
    to: &Path,
    existing: Existing,
    watch: &dyn Watch,
) -> Result<ShardSummary, MergeError> {
    let format = ResultFormat::of_name(to).ok_or_else(|| ResultsError::Ending {
        path: to.to_owned(),
    })?;
    let summaries = folder.summaries()?;
    let sum = |value: fn(&ShardSummary) -> u64| summaries.iter().map(value).sum::<u64>();
    let all = ShardSummary {
        n_films: sum(|summary| summary.n_films),
        n_failed: sum(|summary| summary.n_failed),
        n_chunks: sum(|summary| summary.n_chunks),
    };
    write_file_by(to, existing, |file| {
        let findings = &folder.manifest.findings;
        let mut writer = ResultWriter::new(file, format, findings, false)?;
        let mut films = MergedFilms::of(folder, &summaries)?;
        let (mut n_done, mut group) = (0_usize, Vec::new());
        loop {
            let next = films.next_film()?;
            let is_last = next.is_none();
            group.extend(next);
            if group.len() == GROUP || is_last {
                watch.check()?;
                n_done += group.len();
                writer.write(&group)?;
                group.clear();
                watch.progress(Progress {
                    n_done,
                    n_total: usize::try_from(all.n_films).unwrap_or(usize::MAX),
                    unit: "films merged",
                });
            }
            if is_last {
                break;
            }
        }
        writer.finish()?;
        Ok(all)
    })
}

/// The films of all shards in the order of the input.
pub struct MergedFilms<'a> {
    shards: Vec<ShardFilms<'a>>,
    /// The next place of each shard, the least on top.
    next: BinaryHeap<Reverse<(u64, usize)>>,
    last: Option<u64>,
}

/// The films of one shard, chunk by chunk.
struct ShardFilms<'a> {
    folder: &'a ResultsFolder,
    shard: u32,
    summary: ShardSummary,
    n_chunks_read: u64,
    n_films_read: u64,
    films: VecDeque<FilmResult>,
}

impl<'a> MergedFilms<'a> {
    /// Begins with the first film; `summaries` are those of all shards.
    pub fn of(folder: &'a ResultsFolder, summaries: &[ShardSummary]) -> Result<Self, ResultsError> {
        let mut merged = Self {
            shards: Vec::new(),
            next: BinaryHeap::new(),
            last: None,
        };
        for (shard, summary) in (0..).zip(summaries) {
            merged.shards.push(ShardFilms {
                folder,
                shard,
                summary: *summary,
                n_chunks_read: 0,
                n_films_read: 0,
                films: VecDeque::new(),
            });
        }
        for place in 0..merged.shards.len() {
            merged.look_up(place)?;
        }
        Ok(merged)
    }

    /// The next film, without its place; `None` behind the last one.
    pub fn next_film(&mut self) -> Result<Option<FilmResult>, ResultsError> {
        let Some(Reverse((row, place))) = self.next.pop() else {
            return Ok(None);
        };
        let shard = self.shards.get_mut(place);
        let film = shard.and_then(|shard| shard.films.pop_front());
        if self.last.is_some_and(|last| last >= row) {
            let path = self.shards.get(place).map(ShardFilms::path);
            let reason = format!("place {row} of the input is there twice or out of order");
            return Err(ResultsError::broken(&path.unwrap_or_default(), reason));
        }
        self.last = Some(row);
        self.look_up(place)?;
        Ok(film.map(|film| FilmResult { row: None, ..film }))
    }

    fn look_up(&mut self, place: usize) -> Result<(), ResultsError> {
        let Some(shard) = self.shards.get_mut(place) else {
            return Ok(());
        };
        if shard.films.is_empty() {
            shard.read_chunk()?;
        }
        if let Some(film) = shard.films.front() {
            let row = film.row;
            let row = row.ok_or_else(|| ResultsError::broken(&shard.path(), "expected rows"))?;
            self.next.push(Reverse((row, place)));
        }
        Ok(())
    }
}

impl ShardFilms<'_> {
    /// The chunk that was read last.
    fn path(&self) -> std::path::PathBuf {
        let chunk = self.n_chunks_read.saturating_sub(1);
        self.folder.chunk_path(self.shard, chunk)
    }

    /// Reads the next chunk, and behind the last one checks that none is missing.
    fn read_chunk(&mut self) -> Result<(), ResultsError> {
        let ShardSummary {
            n_films, n_chunks, ..
        } = self.summary;
        if self.n_chunks_read == n_chunks {
            if self.n_films_read == n_films {
                return Ok(());
            }
            let n_read = self.n_films_read;
            let reason = format!("expected {n_films} films in {n_chunks} chunks, got {n_read}");
            return Err(ResultsError::broken(&self.path(), reason));
        }
        let chunk = self.n_chunks_read;
        let films = self.folder.read_chunk(self.shard, chunk)?;
        let films = films.ok_or_else(|| ResultsError::Incomplete {
            path: self.folder.chunk_path(self.shard, chunk),
            reason: "the chunk is not there".to_owned(),
        })?;
        self.n_chunks_read += 1;
        self.n_films_read += films.len() as u64;
        let is_last = self.n_chunks_read == n_chunks;
        if films.is_empty() || films.len() != self.folder.manifest.chunk_films && !is_last {
            let reason = format!("expected a whole chunk, got {} films", films.len());
            return Err(ResultsError::broken(&self.path(), reason));
        }
        self.films = films.into();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::film_result::tests::films;
    use crate::results::manifest::tests::manifest;
    use crate::results::read_films;
    use crate::work::Unwatched;

    fn film(row: u64) -> FilmResult {
        let mut film = films().remove(row as usize % 3);
        film.row = Some(row);
        film.path = format!("{row}.png");
        film
    }

    /// Two shards that are done: places 0, 3, 4 and 1, 2, two films a chunk.
    fn folder(root: &Path, format: ResultFormat) -> ResultsFolder {
        let folder = ResultsFolder::create(root, manifest(format)).unwrap();
        let write = |shard, chunk, rows: &[u64]| {
            let films: Vec<FilmResult> = rows.iter().map(|&row| film(row)).collect();
            folder.write_chunk(shard, chunk, &films).unwrap();
        };
        write(0, 0, &[0, 3]);
        write(0, 1, &[4]);
        write(1, 0, &[1, 2]);
        let summary = |n_films, n_chunks| ShardSummary {
            n_films,
            n_chunks,
            n_failed: 1,
        };
        folder.finish_shard(0, summary(3, 2)).unwrap();
        folder.finish_shard(1, summary(2, 1)).unwrap();
        folder
    }

    #[test]
    fn all_films_are_in_one_file_in_the_order_of_the_input() {
        for format in ResultFormat::ALL {
            let place = tempfile::tempdir().unwrap();
            let folder = folder(&place.path().join("out"), format);
            for to in ResultFormat::ALL {
                let file = place.path().join("all").with_extension(to.ending());
                let all = merge(&folder, &file, Existing::Keep, &Unwatched).unwrap();
                assert_eq!((all.n_films, all.n_failed, all.n_chunks), (5, 2, 3));
                let expected = (0..5).map(|row| FilmResult {
                    row: None,
                    ..film(row)
                });
                let merged = read_films(&file, to, &folder.manifest.findings).unwrap();
                assert_eq!(merged, expected.collect::<Vec<_>>());
                assert!(merge(&folder, &file, Existing::Keep, &Unwatched).is_err());
            }
        }
    }

    #[test]
    fn what_is_missing_or_double_is_named_and_nothing_is_written() {
        let check = |damage: &dyn Fn(&ResultsFolder), named: &str| {
            let place = tempfile::tempdir().unwrap();
            let folder = folder(&place.path().join("out"), ResultFormat::Jsonl);
            damage(&folder);
            let file = place.path().join("all.csv");
            let error = merge(&folder, &file, Existing::Keep, &Unwatched).unwrap_err();
            let error = error.to_string();
            assert!(error.contains(named), "{error}");
            assert!(!file.exists());
        };
        let remove = |path: &Path| std::fs::remove_file(path).unwrap();
        check(
            &|folder| remove(&folder.shard_file(1)),
            "1 of 2 shards are not done: 1",
        );
        check(
            &|folder| remove(&folder.chunk_path(0, 1)),
            "00000-000001.jsonl",
        );
        check(
            &|folder| folder.write_chunk(1, 0, &[film(1), film(3)]).unwrap(),
            "place 3 of the input is there twice",
        );
        check(
            &|folder| folder.write_chunk(0, 1, &[film(4), film(5)]).unwrap(),
            "expected 3 films in 2 chunks, got 4",
        );
        check(
            &|folder| folder.write_chunk(0, 0, &[film(0)]).unwrap(),
            "a whole chunk",
        );
    }

    #[test]
    fn a_file_of_another_ending_is_refused() {
        let place = tempfile::tempdir().unwrap();
        let folder = folder(&place.path().join("out"), ResultFormat::Csv);
        let file = place.path().join("all.xlsx");
        let error = merge(&folder, &file, Existing::Keep, &Unwatched).unwrap_err();
        assert!(error.to_string().contains(".jsonl"), "{error}");
    }
}
