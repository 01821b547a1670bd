//! Arguments of `thorax classify`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::bulk::Shard;
use crate::cli::DeviceArgs;

#[derive(Debug, Args)]
pub struct ClassifyArgs {
    /// Films, or folders of films
    #[arg(required_unless_present = "list")]
    pub paths: Vec<PathBuf>,
    /// File with the paths of films, one a line, in place of paths; - for standard input
    #[arg(long, value_name = "FILE", conflicts_with = "paths")]
    pub list: Option<PathBuf>,
    /// Model file or Keras weights; default: the built-in model
    #[arg(long)]
    pub model: Option<PathBuf>,
    /// Output format; default: table, or parquet with --out
    #[arg(long, value_enum)]
    pub format: Option<FilmFormat>,
    /// Folder for results in chunks of 4,096 films, created if missing: the same command goes on where it was
    /// ended. Films without scores are rows, not errors
    #[arg(long, value_name = "DIR", conflicts_with_all = ["cam", "jitter"])]
    pub out: Option<PathBuf>,
    /// Scores part I (from 0) of N of the films, by a hash of their paths; default: what SLURM arrays, Kubernetes
    /// indexed jobs (with `JOB_COMPLETIONS`), Open MPI or PMI say in the environment, else all films
    #[arg(long, value_name = "I/N", requires = "out")]
    pub shard: Option<Shard>,
    /// Films of a chunk
    #[arg(long, value_name = "N", hide = true, requires = "out", default_value_t = 4096,
          value_parser = clap::value_parser!(u32).range(1..=1 << 20))]
    pub chunk: u32,
    /// Folder for PNG overlays of the maps on the films, created if missing
    #[arg(long, value_name = "DIR")]
    pub cam: Option<PathBuf>,
    /// Findings to draw maps of; default: those above threshold, or the highest if there is none
    #[arg(long, value_name = "LABEL", requires = "cam")]
    pub cam_label: Vec<String>,
    /// Replaces files of these names in that folder, except films; default: the next free number
    #[arg(long, requires = "cam")]
    pub overwrite: bool,
    /// Sets the file's window aside where it leaves a film without contrast, and chooses one by the film's gray
    /// values; the results say so
    #[arg(long)]
    pub auto_window: bool,
    /// Rotates every film by degrees clockwise before it is scored; the results say so
    #[arg(long, value_name = "DEGREES", value_parser = ["90", "180", "270"])]
    pub rotate: Option<String>,
    /// Exchanges black and white of every film before it is scored; the results say so
    #[arg(long)]
    pub invert: bool,
    /// Measures the stability of scores under N small shifts, rotations and exposure changes of each film
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(2..=1000))]
    pub jitter: Option<u16>,
    #[command(flatten)]
    pub device: DeviceArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FilmFormat {
    /// Human-readable text
    Table,
    /// CSV, one row per film
    Csv,
    /// JSON, an array of objects
    Json,
    /// JSON, one object per line
    Jsonl,
    /// Apache Parquet, with --out
    Parquet,
}
