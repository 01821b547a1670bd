//! Federated averaging by files.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;

use super::output;
use crate::files::Existing;
use crate::imaging::is_kept_film;
use crate::model::{ModelFile, average_models};

#[derive(Debug, Args)]
pub struct AverageArgs {
    /// Models of one network and one list of findings, at least two
    #[arg(required = true, num_args = 2.., value_name = "MODELS")]
    models: Vec<PathBuf>,
    /// One number above 0 for each, as in 1692,2266: usually its training films; default: all alike
    #[arg(long, value_name = "NUMBERS", value_delimiter = ',')]
    weights: Vec<f64>,
    /// Model file to write
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Name of the model; default: that of the file
    #[arg(long)]
    name: Option<String>,
    /// Replaces the file if it exists, but never a film
    #[arg(long)]
    overwrite: bool,
}

/// Writes the weighted mean of models.
pub fn run(args: &AverageArgs) -> anyhow::Result<ExitCode> {
    let to = &args.output;
    let existing = Existing::for_output(args.overwrite, is_kept_film);
    let cannot = || format!("cannot write {}; --overwrite replaces files", to.display());
    existing.check(to).with_context(cannot)?;
    let models = args.models.iter().map(|path| ModelFile::load(path));
    let models: Vec<ModelFile> = models.collect::<Result<_, _>>()?;
    let weights = match args.weights.as_slice() {
        [] => vec![1.0; models.len()],
        weights => weights.to_vec(),
    };
    let stem = to.file_stem().unwrap_or_default().to_string_lossy();
    let name = args.name.clone().unwrap_or_else(|| stem.into_owned());
    let mean = average_models(name, &models, &weights)?;
    mean.save_as(to, existing)?;
    output::answer(&format!("{}: {}\n", mean.identity(), to.display()))?;
    Ok(ExitCode::SUCCESS)
}
