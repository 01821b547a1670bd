//! Results in chunks that a kill does not lose.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use sha2::{Digest as _, Sha256};

use super::{ClassifyArgs, FilmFormat, films_of, opening_of, tell_source};
use crate::bulk::{BulkScoring, Shard};
use crate::cli::{device_for_command, n_threads_of, open_model, output};
use crate::domain::Threshold;
use crate::files::{open_regular, path_text};
use crate::results::{FilmChanges, Manifest, ResultFormat, ResultsFolder};

/// Scores the films of one shard into `folder`. A film without scores is a row and no failure: a scheduler would start
/// the shard again and again.
pub fn run(args: &ClassifyArgs, folder: &Path, format: FilmFormat) -> anyhow::Result<ExitCode> {
    let format = match format {
        FilmFormat::Parquet => ResultFormat::Parquet,
        FilmFormat::Csv => ResultFormat::Csv,
        FilmFormat::Jsonl => ResultFormat::Jsonl,
        FilmFormat::Table | FilmFormat::Json => {
            anyhow::bail!("expected --format parquet, csv or jsonl with --out")
        }
    };
    let shard = shard_of(args)?;
    let device = device_for_command(args.device)?;
    let classifier = open_model(args.model.as_ref(), &device)?;
    let thresholds = classifier.card().thresholds();
    let opening = opening_of(args, &classifier, false);
    let labels = classifier.card().labels.iter();
    let mut manifest = Manifest::new(
        classifier.id().to_owned(),
        labels.map(ToOwned::to_owned).collect(),
        thresholds.values().iter().map(Threshold::value).collect(),
        opening.preprocessing,
    );
    manifest.changes = FilmChanges {
        quarter_turns: opening.correction.quarter_turns,
        inverted: opening.correction.inverted,
        auto_window: opening.auto_window,
    };
    manifest.list = digest_of(args)?;
    manifest.n_shards = shard.n_shards();
    manifest.chunk_films = args.chunk as usize;
    manifest.format = format;
    let results = ResultsFolder::create(folder, manifest)?;
    let mut films = films_of(args, shard)?;
    let scoring = BulkScoring {
        classifier: &classifier,
        thresholds: &thresholds,
        opening,
        n_threads: n_threads_of(&device),
    };
    let bar = output::progress_count();
    let done = scoring.score_into(&results, shard, &mut films, |n| bar.set_position(n));
    bar.finish_and_clear();
    let done = done?;
    tell_source(&films)?;
    let (summary, kept) = (done.summary, done.n_chunks_kept);
    let (index, n_shards) = (shard.index(), shard.n_shards());
    let kept = match kept {
        0 => String::new(),
        n => format!(", {n} of them there before"),
    };
    output::answer(&format!(
        "shard {index} of {n_shards}: {} films, {} without scores, {} chunks{kept}: {}\n",
        summary.n_films,
        summary.n_failed,
        summary.n_chunks,
        folder.display()
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// The shard that was asked for, or else the one that a scheduler names.
fn shard_of(args: &ClassifyArgs) -> anyhow::Result<Shard> {
    if let Some(shard) = args.shard {
        return Ok(shard);
    }
    let found = Shard::of_environment(|name| std::env::var(name).ok())?;
    let Some((shard, variable)) = found else {
        return Ok(Shard::ALL);
    };
    let (index, n_shards) = (shard.index(), shard.n_shards());
    output::complain(&format!(
        "shard {index} of {n_shards}, by {variable}; --shard 0/1 for all films"
    ));
    Ok(shard)
}

/// SHA-256 of a list's bytes, or of the paths that were named. Of standard input nothing is known before it is read: the
/// chunks that are there are compared with it film by film.
fn digest_of(args: &ClassifyArgs) -> anyhow::Result<String> {
    let mut digest = Sha256::new();
    match &args.list {
        Some(list) if list == Path::new("-") => return Ok("standard input".to_owned()),
        Some(list) => {
            let file = open_regular(list).map_err(io::Error::from);
            let read = file.and_then(|file| update(&mut digest, file));
            read.with_context(|| format!("cannot read the list {}", list.display()))?;
        }
        None => {
            for path in &args.paths {
                digest.update(path_text(path).as_bytes());
                digest.update([0]);
            }
        }
    }
    Ok(format!("{:x}", digest.finalize()))
}

fn update(digest: &mut Sha256, mut file: File) -> io::Result<()> {
    let mut buffer = vec![0; 1 << 16];
    loop {
        let n_bytes = file.read(&mut buffer)?;
        if n_bytes == 0 {
            return Ok(());
        }
        digest.update(buffer.get(..n_bytes).unwrap_or_default());
    }
}
