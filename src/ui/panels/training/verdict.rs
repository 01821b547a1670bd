use super::text::count_text;
use crate::state::{EchoReport, TrainingPage, TrainingState};
use crate::train::Preset;

/// How far a step is from a run that can start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grade {
    /// Nothing against it.
    Ok,
    /// It can start, with a weakness.
    Warning,
    /// It cannot start.
    Problem,
    /// Not known yet.
    Open,
}

/// What is to be said of a step.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// How bad it is.
    pub grade: Grade,
    /// In a few words.
    pub text: String,
}

impl Grade {
    /// As it is written in front of the words.
    pub fn mark(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "!",
            Self::Problem => "x",
            Self::Open => "-",
        }
    }
}

impl Verdict {
    /// A verdict of this grade.
    pub fn new(grade: Grade, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { grade, text }
    }
}

/// The verdicts of the steps, in their order.
pub fn step_verdicts(training: &TrainingState) -> [(TrainingPage, Verdict); 5] {
    [
        (TrainingPage::Data, data_verdict(training)),
        (TrainingPage::Balance, balance_verdict(training)),
        (TrainingPage::Recipe, recipe_verdict(training)),
        (TrainingPage::Check, check_verdict(training)),
        (TrainingPage::Run, run_verdict(training)),
    ]
}

fn data_verdict(training: &TrainingState) -> Verdict {
    if training.form.config.data.as_os_str().is_empty() {
        return Verdict::new(Grade::Open, "Choose the data");
    }
    let Some(echo) = training.live.echo.current() else {
        return Verdict::new(Grade::Open, "Looking…");
    };
    found_verdict(echo)
}

/// Films and patients of the data, or what is wrong with them.
pub fn found_verdict(echo: &EchoReport) -> Verdict {
    let data = match &echo.data {
        Ok(data) => data,
        Err(error) => return Verdict::new(Grade::Problem, error),
    };
    let n_films = data.table.rows.len();
    let n_missing = data.files.missing.len();
    if n_missing > 0 {
        let share = 100.0 * n_missing as f64 / n_films.max(1) as f64;
        let text = format!(
            "{} of {} films missing ({share:.0} %)",
            count_text(n_missing),
            count_text(n_films)
        );
        // Half a data set is hardly what was meant.
        let is_grave = 2 * n_missing > n_films;
        let grade = if is_grave {
            Grade::Problem
        } else {
            Grade::Warning
        };
        return Verdict::new(grade, text);
    }
    if let Err(error) = &echo.parts {
        return Verdict::new(Grade::Problem, error);
    }
    if let Some(error) = &echo.run_folder_error {
        return Verdict::new(Grade::Problem, error);
    }
    Verdict::new(
        Grade::Ok,
        format!(
            "{} films, {} patients",
            count_text(n_films),
            count_text(echo.n_patients)
        ),
    )
}

fn balance_verdict(training: &TrainingState) -> Verdict {
    let parts = training.live.echo.current().map(|echo| echo.parts.as_ref());
    let Some(Ok(report)) = parts else {
        return Verdict::new(Grade::Open, "No data yet");
    };
    let [train, ..] = &report.parts;
    let (before, after) = (train.split.n_no_finding, train.used.n_no_finding);
    let text = if before == after {
        format!("No Finding {}", count_text(before))
    } else {
        format!("No Finding {} to {}", count_text(before), count_text(after))
    };
    Verdict::new(Grade::Ok, text)
}

fn recipe_verdict(training: &TrainingState) -> Verdict {
    let form = &training.form;
    if let Some(error) = form.text_error.as_ref().or(form.error.as_ref()) {
        return Verdict::new(Grade::Problem, error);
    }
    let config = &form.config;
    let preset = Preset::nearest(config);
    let text = match preset.changed(config).len() {
        0 => preset.name().to_owned(),
        n_changed => format!("{}, {n_changed} changed", preset.name()),
    };
    Verdict::new(Grade::Ok, text)
}

fn check_verdict(training: &TrainingState) -> Verdict {
    if training.check.is_running() {
        return Verdict::new(Grade::Open, "Checking…");
    }
    if let Some(error) = training.check.error() {
        return Verdict::new(Grade::Problem, error);
    }
    let Some(check) = training.valid_check() else {
        return Verdict::new(Grade::Open, "Not checked");
    };
    if let Some(obstacle) = check.obstacles.first() {
        Verdict::new(Grade::Problem, obstacle)
    } else if let Some(warning) = check.preflight.warnings.first() {
        Verdict::new(Grade::Warning, warning)
    } else {
        match check.labels.iter().filter(|label| label.is_weak()).count() {
            0 => Verdict::new(Grade::Ok, "No problem found"),
            1 => Verdict::new(Grade::Warning, "1 finding is not learned"),
            n_weak => Verdict::new(Grade::Warning, format!("{n_weak} findings are not learned")),
        }
    }
}

fn run_verdict(training: &TrainingState) -> Verdict {
    let Some(run) = &training.run else {
        return Verdict::new(Grade::Open, "Not started");
    };
    let text = match &run.record.live.last_step {
        Some(step) => format!("epoch {} of {}", step.epoch, run.record.config.epochs),
        None => run.phase().words().to_owned(),
    };
    Verdict::new(Grade::Ok, text)
}
