//! `thorax sample-data`: a set of drawn films, to try the program and to learn on.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::output;
use super::progress::{INTERRUPTED, ProgressLine};
use crate::domain::{Finding, NO_FINDING, Part};
use crate::phantom::{SampleError, SampleSet};

#[derive(Debug, Args)]
pub struct SampleDataArgs {
    /// New or empty folder for films, table, lists and boxes
    folder: PathBuf,
    /// Number of patients, two films of each, 10 to 10000
    #[arg(long, value_name = "N", default_value_t = SampleSet::default().n_patients)]
    patients: usize,
    /// Random seed; the same seed draws the same films
    #[arg(long, default_value_t = SampleSet::default().seed)]
    seed: u64,
}

/// Draws the films and says what they show.
pub fn run(args: &SampleDataArgs) -> anyhow::Result<ExitCode> {
    let line = ProgressLine::new("{bar:30} {pos}/{len} {msg}, {eta} left")?;
    let set = SampleSet {
        n_patients: args.patients,
        seed: args.seed,
    };
    let written = set.write(&args.folder, &line);
    line.bar.finish_and_clear();
    let counts = match written {
        Err(SampleError::Canceled(_)) => return Ok(ExitCode::from(INTERRUPTED)),
        written => written?,
    };
    let n_films: usize = counts.n_films.iter().sum();
    let mut text = format!(
        "{}: {n_films} drawn films of {} patients\n",
        args.folder.display(),
        args.patients
    );
    let parts = Part::ALL.iter().zip(counts.n_films);
    let parts: Vec<_> = parts.map(|(part, n)| format!("{n} {part}")).collect();
    text += &format!("films: {}\n", parts.join(", "));
    let [masses, effusions, hearts, none] = counts.n_with;
    for (name, n) in [
        (Finding::Cardiomegaly.name(), hearts),
        (Finding::Effusion.name(), effusions),
        (Finding::Mass.name(), masses),
        (NO_FINDING, none),
    ] {
        text += &format!("  {name}: {n}\n");
    }
    output::answer(&text)?;
    Ok(ExitCode::SUCCESS)
}
