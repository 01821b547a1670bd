//! One file from the chunks of all shards.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;

use super::output;
use super::progress::{INTERRUPTED, ProgressLine};
use crate::files::Existing;
use crate::imaging::is_kept_film;
use crate::results::{MergeError, ResultsFolder, merge};

#[derive(Debug, Args)]
pub struct MergeArgs {
    /// Folder that `thorax classify --out` made
    folder: PathBuf,
    /// File to write; its ending says the format: .parquet, .csv or .jsonl
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Replaces the file if it exists, but never a film
    #[arg(long)]
    overwrite: bool,
}

/// Checks that nothing is missing or double, and writes one file in the order of the input.
pub fn run(args: &MergeArgs) -> anyhow::Result<ExitCode> {
    let to = &args.output;
    let existing = Existing::for_output(args.overwrite, is_kept_film);
    let cannot = || format!("cannot write {}; --overwrite replaces files", to.display());
    existing.check(to).with_context(cannot)?;
    let folder = ResultsFolder::open(&args.folder)?;
    let line = ProgressLine::new("{bar:30} {pos}/{len} {msg}, {eta} left")?;
    let merged = merge(&folder, to, existing, &line);
    line.bar.finish_and_clear();
    let all = match merged {
        Err(MergeError::Canceled(_)) => return Ok(ExitCode::from(INTERRUPTED)),
        other => other?,
    };
    output::answer(&format!(
        "{} films, {} without scores: {}\n",
        all.n_films,
        all.n_failed,
        to.display()
    ))?;
    Ok(ExitCode::SUCCESS)
}
