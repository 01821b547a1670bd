use std::process::ExitCode;
use std::thread::available_parallelism;

use super::{BenchArgs, InfoFormat, output};
use crate::bench::{BenchReport, measure};
use crate::model::ComputeDevice;

/// Prints what this machine does; nothing of it depends on a model file.
pub fn run(args: &BenchArgs) -> anyhow::Result<ExitCode> {
    let n_threads = match args.threads {
        Some(n_threads) => usize::from(n_threads),
        None => available_parallelism().map_or(1, usize::from),
    };
    let device = ComputeDevice::cpu_with_threads(n_threads)?;
    let report = measure(&device)?;
    let text = match args.format {
        InfoFormat::Json => serde_json::to_string_pretty(&report)? + "\n",
        InfoFormat::Text => text(&report),
    };
    output::answer(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn text(report: &BenchReport) -> String {
    let peak = match report.train_peak_mib {
        Some(mib) => format!("{mib:.0} MiB"),
        None => "n/a".to_owned(),
    };
    let lines = [
        ("Device", report.device.clone()),
        ("Instructions", report.instruction_set.to_owned()),
        ("Threads", report.threads.to_string()),
        ("Multiply-adds", format!("{:.0} GFLOP/s", report.fma_gflops)),
        ("Score one film", format!("{:.1} ms", report.score_ms)),
        (
            "Score and map one film",
            format!("{:.1} ms", report.maps_ms),
        ),
        (
            "Score in batches of 32",
            format!("{:.1} films/s", report.score_films_per_s),
        ),
        (
            "Train in batches of 32",
            format!("{:.1} films/s", report.train_films_per_s),
        ),
        ("Memory at its peak", peak),
    ];
    lines
        .map(|(name, value)| format!("{name:<24}{value}\n"))
        .concat()
}
