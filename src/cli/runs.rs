//! `thorax runs`: the training runs below a folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use super::progress::ProgressLine;
use super::{Format, output};
use crate::evaluate::save_curves;
use crate::files::{Existing, csv_line, path_text};
use crate::imaging::is_kept_film;
use crate::train::{CurveChoices, CurvedRun, RunFolder, RunRow, RunState, runs_below};

#[derive(Debug, Args)]
pub struct RunsArgs {
    /// Folder with runs, up to three folders deep, or one run
    folder: PathBuf,
    /// Write the curves of these runs into this folder: a CSV of all figures, AUC and loss as SVG and PNG
    #[arg(long, value_name = "DIR")]
    curves: Option<PathBuf>,
    /// Replace files in the folder of --curves
    #[arg(long, requires = "curves")]
    overwrite: bool,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

/// Columns of table and CSV, before the settings that differ.
const COLUMNS: [&str; 12] = [
    "run",
    "state",
    "epochs_done",
    "epochs",
    "best_epoch",
    "valid_auc",
    "test_auc",
    "started",
    "n_train",
    "n_valid",
    "n_test",
    "data",
];

/// Lists runs; those that run or can be resumed come first, then the newest.
pub fn run(args: &RunsArgs) -> anyhow::Result<ExitCode> {
    let line = ProgressLine::new("")?;
    let rows = runs_below(&args.folder, &line)?;
    if rows.is_empty() {
        output::complain(&format!("no runs in {}", args.folder.display()));
    }
    for row in &rows {
        if let RunState::Broken(why) = &row.state {
            output::complain(&format!("{}: {why}", row.folder.display()));
        }
    }
    if let Some(folder) = &args.curves {
        save_all_curves(&rows, folder, args.overwrite)?;
    }
    output::answer(&match args.format {
        Format::Table => table(args, &rows),
        Format::Csv => csv(args, &rows),
        Format::Json => json(&rows)?,
    })?;
    Ok(ExitCode::SUCCESS)
}

/// The first run of the list as the one in view, the others as compared with it.
fn save_all_curves(rows: &[RunRow], folder: &Path, overwrite: bool) -> anyhow::Result<()> {
    let mut runs = Vec::new();
    for row in rows {
        if let RunState::Broken(_) = row.state {
            continue;
        }
        let run = RunFolder::open(&row.folder)?;
        let steps = run.steps()?;
        let steps: Vec<_> = steps.iter().map(|s| [s.epochs_done(), s.loss]).collect();
        runs.push((run.name(), run.config()?, run.history()?, steps));
    }
    let curved = runs.iter().map(|(name, config, epochs, steps)| CurvedRun {
        name: name.clone(),
        config,
        epochs,
        steps,
    });
    let curved: Vec<_> = curved.collect();
    let existing = Existing::for_output(overwrite, is_kept_film);
    Ok(save_curves(
        &curved,
        &CurveChoices::default(),
        folder,
        existing,
    )?)
}

/// The run's path below the folder that was asked for, which tells runs of one name apart.
fn name(args: &RunsArgs, row: &RunRow) -> String {
    let below = row.folder.strip_prefix(&args.folder).unwrap_or(&row.folder);
    if below.as_os_str().is_empty() {
        row.name.clone()
    } else {
        path_text(below).into_owned()
    }
}

fn auc(value: Option<f64>) -> String {
    value.map_or("n/a".to_owned(), |auc| format!("{auc:.3}"))
}

fn table(args: &RunsArgs, rows: &[RunRow]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let header = [
        "Run", "State", "Epoch", "Best", "Valid", "Test", "Started", "Films", "Differs",
    ];
    let mut lines = vec![header.map(str::to_owned)];
    for row in rows {
        let [train, valid, test] = row.n_films;
        lines.push([
            output::printable(&name(args, row)).into_owned(),
            row.state.name().to_owned(),
            format!("{}/{}", row.n_epochs_done, row.n_epochs),
            row.best_epoch.map_or("n/a".to_owned(), |e| e.to_string()),
            auc(row.valid_auc),
            auc(row.test_auc),
            row.started_text(),
            format!("{train}/{valid}/{test}"),
            output::printable(&row.differing_text()).into_owned(),
        ]);
    }
    let mut text = columns(&lines);
    text += "\nValid and Test are macro AUCs with the best epoch's weights; Started is UTC; \
             Films are train/valid/test\n";
    // Most often it is the same for all.
    let mut by_data: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for row in rows {
        by_data.entry(&row.data).or_default().push(name(args, row));
    }
    for (data, names) in &by_data {
        let of = if by_data.len() == 1 {
            String::new()
        } else {
            format!(" of {}", names.join(", "))
        };
        let line = format!("Data{of}: {}", data.display());
        text += &format!("{}\n", output::printable(&line));
    }
    text
}

/// Columns side by side, each as wide as its widest cell; the last is as long as it is.
fn columns<const N: usize>(lines: &[[String; N]]) -> String {
    let mut widths = [0; N];
    for line in lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut text = String::new();
    for line in lines {
        let cells = line.iter().zip(widths);
        let cells: Vec<_> = cells
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        text += cells.join("  ").trim_end();
        text.push('\n');
    }
    text
}

fn csv(args: &RunsArgs, rows: &[RunRow]) -> String {
    let number = |value: Option<f64>| value.map_or(String::new(), |v| v.to_string());
    // Every row whose settings are known has the same keys.
    let keys = rows.iter().find(|row| !row.differing.is_empty());
    let keys: Vec<_> = keys.map_or_else(Vec::new, |row| row.differing.keys().collect());
    let header = COLUMNS.iter().copied();
    let mut text = csv_line(header.chain(keys.iter().map(|key| key.as_str())));
    for row in rows {
        let mut cells = vec![
            name(args, row),
            row.state.name().to_owned(),
            row.n_epochs_done.to_string(),
            row.n_epochs.to_string(),
            row.best_epoch.map_or(String::new(), |e| e.to_string()),
            number(row.valid_auc),
            number(row.test_auc),
            row.started.clone().unwrap_or_default(),
        ];
        cells.extend(row.n_films.iter().map(ToString::to_string));
        cells.push(path_text(&row.data).into_owned());
        let value = |key: &&String| row.differing.get(*key).cloned().unwrap_or_default();
        cells.extend(keys.iter().map(value));
        text += &csv_line(cells);
    }
    text
}

/// One run in the JSON output; a contract with scripts.
#[derive(Serialize)]
struct JsonRun<'a> {
    folder: String,
    name: &'a str,
    state: &'static str,
    /// Why its files cannot be read.
    error: Option<&'a str>,
    epochs_done: usize,
    epochs: usize,
    best_epoch: Option<usize>,
    valid_auc: Option<f64>,
    test_auc: Option<f64>,
    started: Option<&'a str>,
    data: String,
    /// In train, valid and test.
    n_films: [usize; 3],
    differing: &'a BTreeMap<String, String>,
}

fn json(rows: &[RunRow]) -> anyhow::Result<String> {
    let run = |row| {
        let RunRow {
            folder,
            name,
            state,
            n_epochs_done,
            n_epochs,
            best_epoch,
            valid_auc,
            test_auc,
            started,
            data,
            n_films,
            differing,
            ..
        }: &RunRow = row;
        JsonRun {
            folder: path_text(folder).into_owned(),
            name,
            state: state.name(),
            error: match state {
                RunState::Broken(why) => Some(why),
                _ => None,
            },
            epochs_done: *n_epochs_done,
            epochs: *n_epochs,
            best_epoch: *best_epoch,
            valid_auc: *valid_auc,
            test_auc: *test_auc,
            started: started.as_deref(),
            data: path_text(data).into_owned(),
            n_films: *n_films,
            differing,
        }
    };
    let runs: Vec<_> = rows.iter().map(run).collect();
    Ok(serde_json::to_string_pretty(&runs)? + "\n")
}
