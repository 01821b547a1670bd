use std::fs;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};

use super::{TrainArgs, output};
use crate::domain::NOTICE;
use crate::model::ComputeDevice;
use crate::train::{
    Ending, EpochMetrics, FieldGroup, Order, PreparedRun, RunFolder, StepMetrics, TrainConfig,
    TrainControl, TrainError, TrainEvent, TrainReport, TrainSetup, resume, train,
};

/// Exit code of a program ended by an interrupt (128 + SIGINT).
const INTERRUPTED: u8 = 130;

/// Trains without a window; an interrupt saves a checkpoint first.
pub fn run(args: &TrainArgs) -> anyhow::Result<ExitCode> {
    let (config, root) = match &args.resume {
        Some(root) => (RunFolder::open(root)?.config()?, root),
        None => (
            config(args)?,
            args.out
                .as_ref()
                .context("expected --out RUN or --resume RUN")?,
        ),
    };
    let setup = TrainSetup::new(device(args, &config)?);
    let n_interrupts = stop_on_interrupt(&setup.control)?;
    let mut display = Display::new();
    let mut on_event = |event| display.show(event);
    let result = match args.resume {
        Some(_) => resume(root, &setup, &mut on_event),
        None => train(&config, root, &setup, &mut on_event),
    };
    display.bar.finish_and_clear();
    let was_interrupted = n_interrupts.load(Ordering::Relaxed) > 0;
    let report = match result {
        // Told to stop while films were decoded: nothing is lost.
        Err(TrainError::Cache(_) | TrainError::Stopped) if was_interrupted => {
            return Ok(ExitCode::from(INTERRUPTED));
        }
        result => result?,
    };
    output::answer(&text(&report))?;
    Ok(if report.ending == Ending::Stopped {
        ExitCode::from(INTERRUPTED)
    } else {
        ExitCode::SUCCESS
    })
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
        Some(path) => {
            fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?
        }
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
    for pair in &args.set {
        let (key, value) = pair
            .split_once('=')
            .with_context(|| format!("expected key=value after --set, got {pair:?}"))?;
        changes.push((key.trim().to_owned(), value.trim().to_owned()));
    }
    let config = TrainConfig::from_toml(&text, &changes)?;
    anyhow::ensure!(
        !config.data.as_os_str().is_empty(),
        "expected --data FOLDER, or data in the configuration"
    );
    Ok(config)
}

fn device(args: &TrainArgs, config: &TrainConfig) -> anyhow::Result<ComputeDevice> {
    let mut device = args.device;
    if device.threads.is_none() && config.threads > 0 {
        device.threads = u16::try_from(config.threads).ok();
    }
    super::device_for_command(device)
}

/// The first interrupt stops the training after its step; a second one ends the program.
fn stop_on_interrupt(control: &TrainControl) -> anyhow::Result<Arc<AtomicUsize>> {
    let n_interrupts = Arc::new(AtomicUsize::new(0));
    let (control, counted) = (control.clone(), Arc::clone(&n_interrupts));
    ctrlc::set_handler(move || {
        if counted.fetch_add(1, Ordering::Relaxed) > 0 {
            std::process::exit(i32::from(INTERRUPTED));
        }
        control.give(Order::Stop);
    })
    .context("cannot listen for interrupts")?;
    Ok(n_interrupts)
}

/// Progress of a training in the terminal, drawn on stderr.
struct Display {
    bar: ProgressBar,
    n_epochs: usize,
}

impl Display {
    fn new() -> Self {
        let bar = ProgressBar::no_length();
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}");
        Self {
            bar: match style {
                Ok(style) => bar.with_style(style),
                Err(_) => bar,
            },
            n_epochs: 0,
        }
    }

    fn show(&mut self, event: TrainEvent) {
        match event {
            TrainEvent::Decoding { n_done, n_total } => {
                self.bar.set_length(n_total as u64);
                self.bar.set_position(n_done as u64);
                self.bar.set_message("films decoded");
            }
            TrainEvent::Prepared(PreparedRun { n_epochs, .. }) => self.n_epochs = n_epochs,
            TrainEvent::StepDone(step) => self.show_step(&step),
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

fn text(report: &TrainReport) -> String {
    let ending = match report.ending {
        Ending::Finished => "finished",
        Ending::StoppedEarly => "stopped early: no improvement",
        Ending::Stopped => "stopped; resume with `thorax train --resume`",
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
