use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{FilmResult, Manifest, ResultWriter, ResultsError, read_films};
use crate::files::{Existing, read_text_bounded, write_file, write_file_by, write_whole};

const MANIFEST: &str = "manifest.json";
/// The folder of the chunks: nothing else is in it, so that a whole folder can be read as one table.
const CHUNKS: &str = "chunks";
/// The folder of what is said of shards that are done.
const SHARDS: &str = "shards";
/// Bytes of a manifest or of what is said of a shard, at most.
const MAX_TEXT_BYTES: u64 = 1 << 20;
/// A manifest that another process is writing takes its name a moment before its content where the disk knows no links.
const WAIT: Duration = Duration::from_millis(50);
const N_WAITS: usize = 100;

/// A folder of results: `manifest.json`, `chunks/SHARD-CHUNK.parquet`, and `shards/SHARD.json` of each shard that is
/// done.
#[derive(Clone, Debug)]
pub struct ResultsFolder {
    root: PathBuf,
    /// What all of its results have in common.
    pub manifest: Manifest,
}

/// What is said of a shard that is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShardSummary {
    /// Its films.
    pub n_films: u64,
    /// Those without scores.
    pub n_failed: u64,
    /// Its chunks.
    pub n_chunks: u64,
}

impl ResultsFolder {
    /// Begins a folder, or goes on with one of the same manifest; several processes may do so at once.
    pub fn create(root: &Path, manifest: Manifest) -> Result<Self, ResultsError> {
        for folder in [CHUNKS, SHARDS] {
            let folder = root.join(folder);
            fs::create_dir_all(&folder).map_err(|cause| write_error(&folder, cause))?;
        }
        let path = root.join(MANIFEST);
        match write_file(&path, manifest.text().as_bytes(), Existing::Keep) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let there = read_manifest(&path)?;
                manifest.check_same(&there, &path)?;
            }
            Err(cause) => return Err(write_error(&path, cause)),
        }
        Ok(Self {
            root: root.to_owned(),
            manifest,
        })
    }

    /// Opens a folder of results.
    pub fn open(root: &Path) -> Result<Self, ResultsError> {
        let path = root.join(MANIFEST);
        if !path.is_file() {
            let path = root.to_owned();
            return Err(ResultsError::NoManifest { path });
        }
        Ok(Self {
            manifest: read_manifest(&path)?,
            root: root.to_owned(),
        })
    }

    /// Whether a folder holds results, by its manifest.
    pub fn is_at(root: &Path) -> bool {
        root.is_dir() && Self::open(root).is_ok()
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The file of a chunk, both numbers from 0.
    pub fn chunk_path(&self, shard: u32, chunk: u64) -> PathBuf {
        let ending = self.manifest.format.ending();
        let name = format!("{shard:05}-{chunk:06}.{ending}");
        self.root.join(CHUNKS).join(name)
    }

    /// The films of a chunk; `None` where it is yet to be written.
    pub fn read_chunk(
        &self,
        shard: u32,
        chunk: u64,
    ) -> Result<Option<Vec<FilmResult>>, ResultsError> {
        let path = self.chunk_path(shard, chunk);
        if !path.exists() {
            return Ok(None);
        }
        let Manifest {
            format, findings, ..
        } = &self.manifest;
        read_films(&path, *format, findings).map(Some)
    }

    /// Writes a chunk whole or not at all.
    pub fn write_chunk(
        &self,
        shard: u32,
        chunk: u64,
        films: &[FilmResult],
    ) -> Result<(), ResultsError> {
        let path = self.chunk_path(shard, chunk);
        let Manifest {
            format, findings, ..
        } = &self.manifest;
        let written = write_file_by(&path, Existing::Replace, |file| {
            let mut writer = ResultWriter::new(file, *format, findings, true)?;
            writer.write(films)?;
            writer.finish()
        });
        written.map_err(|cause| write_error(&path, cause))
    }

    /// Says that a shard is done.
    pub fn finish_shard(&self, shard: u32, summary: ShardSummary) -> Result<(), ResultsError> {
        let path = self.shard_file(shard);
        let text = serde_json::to_string(&summary).unwrap_or_default() + "\n";
        write_whole(&path, text.as_bytes()).map_err(|cause| write_error(&path, cause))
    }

    /// What is said of a shard; `None` where it is not done.
    pub fn summary(&self, shard: u32) -> Result<Option<ShardSummary>, ResultsError> {
        let path = self.shard_file(shard);
        if !path.exists() {
            return Ok(None);
        }
        let text = read_text(&path)?;
        let summary = serde_json::from_str(&text);
        summary
            .map(Some)
            .map_err(|error| ResultsError::broken(&path, error))
    }

    /// What is said of all shards; an error names those that are not done.
    pub fn summaries(&self) -> Result<Vec<ShardSummary>, ResultsError> {
        let (mut summaries, mut missing) = (Vec::new(), Vec::new());
        for shard in 0..self.manifest.n_shards {
            match self.summary(shard)? {
                Some(summary) => summaries.push(summary),
                None => missing.push(shard.to_string()),
            }
        }
        let n_all = self.manifest.n_shards;
        let (n_missing, first) = (missing.len(), missing.iter().take(20));
        let first = first.cloned().collect::<Vec<_>>().join(", ");
        let reason = match n_missing {
            0 => return Ok(summaries),
            1..=20 => format!("{n_missing} of {n_all} shards are not done: {first}"),
            _ => format!("{n_missing} of {n_all} shards are not done: {first} and others"),
        };
        Err(ResultsError::Incomplete {
            path: self.root.clone(),
            reason,
        })
    }

    pub(super) fn shard_file(&self, shard: u32) -> PathBuf {
        self.root.join(SHARDS).join(format!("{shard:05}.json"))
    }
}

fn read_manifest(path: &Path) -> Result<Manifest, ResultsError> {
    let mut text = read_text(path)?;
    for _ in 0..N_WAITS {
        if !text.is_empty() {
            break;
        }
        sleep(WAIT);
        text = read_text(path)?;
    }
    Manifest::parse(&text, path)
}

fn read_text(path: &Path) -> Result<String, ResultsError> {
    read_text_bounded(path, MAX_TEXT_BYTES).map_err(|error| ResultsError::broken(path, error))
}

fn write_error(path: &Path, cause: io::Error) -> ResultsError {
    ResultsError::Write {
        path: path.to_owned(),
        cause,
    }
}
