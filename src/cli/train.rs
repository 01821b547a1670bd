use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use indicatif::ProgressBar;

use super::progress::{INTERRUPTED, ProgressLine};
use super::resume_command::resume_command;
use super::{DeviceArgs, LabelArgs, output};
use crate::domain::NOTICE;
use crate::files::read_text_bounded;
use crate::model::ComputeDevice;
use crate::train::{
    Ending, EpochMetrics, FieldGroup, PreparedRun, RunFolder, RunRow, RunState, StepMetrics,
    TrainConfig, TrainEvent, TrainReport, TrainSetup, resume, train,
};
use crate::work::{Canceled, cause_chain};
use thorax_ranks::Ranks;

/// Larger files are no configurations, which have some kilobytes.
const MAX_CONFIG_BYTES: u64 = 1 << 20;

#[derive(Debug, Args)]
#[command(after_long_help = keys_help())]
pub struct TrainArgs {
    /// A folder of films with its table of labels, or the table
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Folder of the run, created if missing
    #[arg(long, value_name = "RUN", conflicts_with = "resume")]
    out: Option<PathBuf>,
    /// Resumes a stopped run
    #[arg(long, value_name = "RUN", conflicts_with_all = ["data", "config", "set", "epochs",
        "learning_rate", "batch_size", "uncertain", "readers"])]
    resume: Option<PathBuf>,
    /// Configuration file: a run's `config.toml`, or one saved in the window
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Passes over the training films, as `--set epochs=N`
    #[arg(long, value_name = "N")]
    epochs: Option<String>,
    /// Size of a step, as `--set learning_rate=X`
    #[arg(long, value_name = "X")]
    learning_rate: Option<String>,
    /// Films per step, as `--set batch_size=N`
    #[arg(long, value_name = "N")]
    batch_size: Option<String>,
    /// Overrides one key of the configuration file; `--help` lists the keys
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Folder for decoded films, created if missing; default: the user's cache folder
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,
    #[command(flatten)]
    labels: LabelArgs,
    #[command(flatten)]
    device: DeviceArgs,
}

/// Trains without a window; an interrupt saves a checkpoint first.
pub fn run(args: &TrainArgs) -> anyhow::Result<ExitCode> {
    let ranks = Ranks::join()?;
    let result = run_together(args, &ranks);
    if let Err(error) = &result
        && ranks.size() > 1
    {
        // The others wait for this process: they end with it.
        output::complain(&format!(
            "process {} of {}: {}",
            ranks.rank(),
            ranks.size(),
            cause_chain(error)
        ));
        ranks.abort();
    }
    result
}

fn run_together(args: &TrainArgs, ranks: &Ranks) -> anyhow::Result<ExitCode> {
    if let Some(root) = &args.resume
        && let Some(report) = report_of_finished(root)?
    {
        if ranks.is_first() {
            output::complain(&format!(
                "{}: finished, nothing is left to resume; the figures are those of its end",
                root.display()
            ));
            output::answer(&text(&report, ""))?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let (config, root) = match &args.resume {
        Some(root) => (RunFolder::open(root)?.config()?, root),
        None => (
            config(args)?,
            args.out
                .as_ref()
                .context("expected --out RUN or --resume RUN")?,
        ),
    };
    let mut setup = TrainSetup::new(device(args, &config, ranks)?);
    setup.ranks = ranks.clone();
    if let Some(folder) = &args.cache {
        setup.cache_folder.clone_from(folder);
    }
    let line = ProgressLine::new("{prefix}{bar:30} {pos}/{len} {msg}")?;
    let mut display = Display {
        bar: line.bar.clone(),
        n_epochs: 0,
    };
    // One process tells for all.
    let first = ranks.is_first();
    let mut on_event = |event| {
        if first {
            display.show(event);
        }
    };
    let result = match args.resume {
        Some(_) => resume(root, &setup, &line, &mut on_event),
        None => train(&config, root, &setup, &line, &mut on_event),
    };
    line.bar.finish_and_clear();
    let again = resume_command(root, args.cache.as_deref(), args.device);
    let again = match ranks.size() {
        1 => again,
        n_ranks => format!("mpiexec -n {n_ranks} {again}"),
    };
    let report = match result {
        // Told to stop while films were decoded: nothing is lost.
        Err(error) if Canceled::caused(&error) && ranks.size() > 1 => return Err(error.into()),
        Err(error) if Canceled::caused(&error) => {
            output::complain(&match args.resume {
                Some(_) => format!("stopped before the first step; resume with: {again}"),
                None => "stopped before the first step: there is no run yet".to_owned(),
            });
            return Ok(ExitCode::from(INTERRUPTED));
        }
        result => result?,
    };
    if first {
        output::answer(&text(&report, &again))?;
    }
    Ok(if report.ending == Ending::Stopped {
        ExitCode::from(INTERRUPTED)
    } else {
        ExitCode::SUCCESS
    })
}

/// What a run has ended with; `None` where something is left to do, or to complain about.
fn report_of_finished(root: &Path) -> anyhow::Result<Option<TrainReport>> {
    let ending = match RunRow::read(root)?.state {
        RunState::Finished => Ending::Finished,
        RunState::StoppedEarly => Ending::StoppedEarly,
        RunState::Running | RunState::Interrupted | RunState::Broken(_) => return Ok(None),
    };
    let folder = RunFolder::open(root)?;
    Ok(Some(TrainReport {
        folder: root.to_owned(),
        ending,
        epochs: folder.history()?,
        test_auc: folder.info()?.test_auc,
    }))
}

/// The keys of `--set` with their defaults and ranges, for `--help`.
pub fn keys_help() -> String {
    let defaults = TrainConfig::default();
    let mut text = "Keys of --set and of the configuration file:\n".to_owned();
    for group in FieldGroup::ALL {
        text += &format!("\n{}:\n", group.title());
        for field in group.fields() {
            let mut setting = field.key.to_owned();
            let default = field.value(&defaults);
            if !default.is_empty() {
                setting += &format!(" = {default}");
            }
            let (label, allowed, help) = (field.label, field.allowed(), field.help);
            text += &format!("  {setting:<29}{label} ({allowed})\n{:31}{help}\n", "");
        }
    }
    text
}

fn config(args: &TrainArgs) -> anyhow::Result<TrainConfig> {
    let text = match &args.config {
        Some(path) => read_text_bounded(path, MAX_CONFIG_BYTES)
            .with_context(|| format!("cannot read {}", path.display()))?,
        None => String::new(),
    };
    let mut changes = Vec::new();
    if let Some(data) = &args.data {
        let path = toml::Value::String(data.to_string_lossy().into_owned());
        changes.push(("data".to_owned(), path.to_string()));
    }
    let uncertain = args
        .labels
        .uncertain
        .map(|rule| ("uncertain", rule.to_string()));
    let readers = args
        .labels
        .readers
        .map(|rule| ("readers", rule.to_string()));
    for (key, rule) in uncertain.into_iter().chain(readers) {
        changes.push((key.to_owned(), toml::Value::String(rule).to_string()));
    }
    let options = [
        ("epochs", &args.epochs),
        ("learning_rate", &args.learning_rate),
        ("batch_size", &args.batch_size),
    ];
    for (key, value) in options {
        changes.extend(value.clone().map(|value| (key.to_owned(), value)));
    }
    for pair in &args.set {
        let (key, value) = pair
            .split_once('=')
            .with_context(|| format!("expected key=value after --set, got {pair:?}"))?;
        let key = key.trim();
        let doubled = options
            .iter()
            .any(|(k, given)| *k == key && given.is_some());
        anyhow::ensure!(
            !doubled,
            "expected {key} once, got --{} and --set {pair}",
            key.replace('_', "-")
        );
        changes.push((key.to_owned(), value.trim().to_owned()));
    }
    let config = TrainConfig::from_toml(&text, &changes)?;
    anyhow::ensure!(
        !config.data.as_os_str().is_empty(),
        "expected --data FOLDER, or data in the configuration"
    );
    Ok(config)
}

fn device(args: &TrainArgs, config: &TrainConfig, ranks: &Ranks) -> anyhow::Result<ComputeDevice> {
    let mut device = args.device;
    if device.threads.is_none() && config.threads > 0 {
        device.threads = u16::try_from(config.threads).ok();
    }
    if device.threads.is_none() && ranks.size() > 1 {
        // The machine's cores are for all processes on it.
        let n_cores = std::thread::available_parallelism().map_or(1, usize::from);
        device.threads = u16::try_from((n_cores / ranks.n_local()).max(1)).ok();
    }
    super::device_for_command(device)
}

/// Events of a training in the terminal, on its progress line.
struct Display {
    bar: ProgressBar,
    n_epochs: usize,
}

impl Display {
    fn show(&mut self, event: TrainEvent) {
        match event {
            TrainEvent::Prepared(PreparedRun { n_epochs, .. }) => self.n_epochs = n_epochs,
            TrainEvent::StepDone(step) => self.show_step(&step),
            TrainEvent::ScoringStarted { part, .. } => self.bar.set_prefix(format!("{part}: ")),
            TrainEvent::ScoringDone(_) => self.bar.set_prefix(""),
            TrainEvent::SaveFailed(reason) => self.say(&format!("not saved: {reason}")),
            TrainEvent::Log(line) => self.say(&line),
            TrainEvent::EpochDone(_)
            | TrainEvent::Saved(_)
            | TrainEvent::Paused(_)
            | TrainEvent::Resumed => {}
        }
    }

    fn show_step(&self, step: &StepMetrics) {
        self.bar.set_length(step.n_steps as u64);
        self.bar.set_position(step.step as u64);
        let left = std::time::Duration::from_secs_f64(step.eta_secs.max(0.0));
        self.bar.set_message(format!(
            "steps of epoch {}/{}, loss {:.4}, {:.1} films/s, {} left",
            step.epoch,
            self.n_epochs,
            step.loss,
            step.films_per_s,
            indicatif::HumanDuration(left)
        ));
    }

    fn say(&self, line: &str) {
        self.bar.suspend(|| output::complain(line));
    }
}

/// `again` is the command that resumes the run.
fn text(report: &TrainReport, again: &str) -> String {
    let ending = match report.ending {
        Ending::Finished => "finished".to_owned(),
        Ending::StoppedEarly => "stopped early: no improvement".to_owned(),
        Ending::Stopped => format!("stopped; resume with: {again}"),
    };
    let number = |value: Option<f64>| value.map_or("n/a".to_owned(), |v| format!("{v:.3}"));
    let best = report.epochs.iter().rev().find(|epoch| epoch.is_best);
    let valid = best.and_then(|epoch: &EpochMetrics| epoch.valid_auc.macro_mean());
    let mut text = format!("{}: {ending}\n", report.folder.display());
    text += &format!("epochs: {}\n", report.epochs.len());
    let epoch = best.map_or("n/a".to_owned(), |epoch| epoch.epoch.to_string());
    text += &format!(
        "best epoch: {epoch}\nmacro AUC on validation: {}\n",
        number(valid)
    );
    if let Some(test) = &report.test_auc {
        text += &format!("macro AUC on test: {}\n", number(test.macro_mean()));
        for (label, auc) in &test.labels {
            text += &match auc {
                Some(auc) => format!(
                    "  {label}: {:.3} [{}, {}], {} positive of {}\n",
                    auc.auc,
                    number(auc.low),
                    number(auc.high),
                    auc.n_pos,
                    auc.n_pos + auc.n_neg
                ),
                None => format!("  {label}: n/a\n"),
            };
        }
    }
    text + NOTICE + "\n"
}
