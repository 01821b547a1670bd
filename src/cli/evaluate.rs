//! Judges scores: of a CSV, or of films scored now.

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};

use super::{device_for_command, open_model, output};
use crate::dataset::{DataSet, FilmCache, SplitLists, SplitRule};
use crate::evaluate::{
    Bootstrap, Choices, ComparedSet, Evaluation, EvaluationData, EvaluationStep, MapRule,
    MapsOfFilms, OpenedSet, ScoreSource, figures_csv, figures_json, freeze_operating_points,
    html_report, save_plots,
};
use crate::files::write_whole;
use crate::model::{Classifier, ModelFile};
pub use args::EvaluateArgs;
use args::EvaluationFormat;
use chosen::Chosen;

mod args;
mod chosen;
mod targets;
mod text;

/// Exit code of a program ended by an interrupt (128 + SIGINT).
const INTERRUPTED: u8 = 130;

/// Prints how good scores are; nothing is written before all is known.
pub fn run(args: &EvaluateArgs) -> anyhow::Result<ExitCode> {
    let interrupted = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&interrupted);
    ctrlc::set_handler(move || {
        if told.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(INTERRUPTED));
        }
    })
    .context("cannot listen for interrupts")?;
    let work = Work {
        args,
        interrupted: &interrupted,
    };
    match work.all() {
        Err(_) if interrupted.load(Ordering::Relaxed) => Ok(ExitCode::from(INTERRUPTED)),
        other => other.map(|()| ExitCode::SUCCESS),
    }
}

struct Work<'a> {
    args: &'a EvaluateArgs,
    interrupted: &'a AtomicBool,
}

impl Work<'_> {
    fn all(&self) -> anyhow::Result<()> {
        let args = self.args;
        let scores_now = args.predictions.is_none();
        let classifier = if scores_now || args.model.is_some() || args.boxes {
            let device = device_for_command(args.device)?;
            Some(open_model(args.model.as_ref(), &device)?)
        } else {
            None
        };
        let bar = progress_bar();
        let evaluated = self.evaluate(classifier.as_ref(), &bar);
        bar.finish_and_clear();
        let (evaluation, chosen) = evaluated?;
        let author = classifier
            .as_ref()
            .filter(|model| evaluation.set.may_be_of(model.identity()));
        self.write(&evaluation, &chosen, author)
    }

    fn evaluate(
        &self,
        classifier: Option<&Classifier>,
        bar: &ProgressBar,
    ) -> anyhow::Result<(Evaluation, Chosen)> {
        let args = self.args;
        let data = self.data()?;
        let progress = |step: EvaluationStep, n_done: usize, n_total: usize| {
            let step = step.to_string();
            if bar.message() != step {
                bar.reset();
                bar.set_message(step);
            }
            bar.set_length(n_total as u64);
            bar.set_position(n_done as u64);
            !self.interrupted.load(Ordering::Relaxed)
        };
        let cache_folder = FilmCache::default_folder();
        let source = match (&args.predictions, classifier, &data) {
            (Some(path), ..) => ScoreSource::Predictions(path),
            (None, Some(classifier), Some(data)) => ScoreSource::Films {
                data,
                classifier,
                cache_folder: &cache_folder,
            },
            _ => anyhow::bail!("expected --predictions CSV or --data FOLDER"),
        };
        let opened = OpenedSet::open(source, classifier, &progress)?;
        let set = &opened.set;
        let mut warnings = Vec::new();
        let chosen = Chosen::new(args, set, classifier, &mut warnings)?;
        // Operating points, calibration and card apply only to the model's own scores.
        if let (Some(author), Some(model)) = (&set.predictions.model, classifier)
            && !set.may_be_of(model.identity())
        {
            let other = format!(
                "the scores were made by {author}, not by {}",
                model.identity()
            );
            anyhow::ensure!(
                !args.boxes,
                "{other}, whose maps and scores --boxes would take"
            );
            anyhow::ensure!(
                args.save_model.is_none(),
                "{other}: thresholds and histograms of these scores are not saved into it"
            );
            warnings.push(format!(
                "{other}: its operating points and calibration are not applied"
            ));
        }
        let maps = classifier.zip(data.as_ref()).filter(|_| args.boxes);
        let comparison = args.compare.as_deref();
        let choices = Choices {
            thresholds: &chosen.thresholds,
            prevalence: args.prevalence,
            bootstrap: (args.bootstrap > 0).then(|| Bootstrap {
                n_replicates: args.bootstrap,
                seed: args.seed,
                ..Bootstrap::default()
            }),
            table: data.as_ref().map(|data| &data.data.table),
            maps: maps.map(|(classifier, data)| MapsOfFilms {
                classifier,
                data,
                rule: MapRule {
                    method: args.map_method.into(),
                    cut: args.map_cut,
                },
            }),
            comparison: comparison
                .map(|path| ComparedSet::load(set, path))
                .transpose()?,
            warnings,
        };
        Ok((Evaluation::of(&opened, choices, &progress)?, chosen))
    }

    /// The folder's part, or with predictions only its table.
    fn data(&self) -> anyhow::Result<Option<EvaluationData>> {
        let args = self.args;
        let Some(source) = &args.data else {
            return Ok(None);
        };
        if args.predictions.is_some() {
            let data = DataSet::open(source, None)?;
            let rows = (0..data.table.rows.len()).collect();
            let split = String::new();
            return Ok(Some(EvaluationData { data, rows, split }));
        }
        let lists = SplitLists {
            train: args.train_list.clone(),
            valid: args.valid_list.clone(),
            test: args.test_list.clone(),
            ..SplitLists::default()
        };
        let rule = (lists != SplitLists::default()).then_some(SplitRule::Lists(lists));
        let data = EvaluationData::open(source, None, rule, args.split.part())?;
        Ok(Some(data))
    }

    fn write(
        &self,
        evaluation: &Evaluation,
        chosen: &Chosen,
        author: Option<&Classifier>,
    ) -> anyhow::Result<()> {
        let args = self.args;
        let model = evaluation.set.predictions.model.as_ref();
        if let Some(path) = &args.report {
            write(path, html_report(evaluation, author).as_bytes())?;
        }
        if let Some(folder) = &args.plots {
            save_plots(&evaluation.set, author.map(Classifier::card), folder)?;
        }
        if let Some(path) = &args.csv {
            write(path, &figures_csv(&evaluation.figures, model))?;
        }
        if let Some(path) = &args.save_predictions {
            evaluation.set.predictions.save(path)?;
        }
        if let (Some(to), Some(from)) = (&args.save_model, &args.model) {
            let histograms = args.histograms.then_some(evaluation.set.as_ref());
            freeze_operating_points(&ModelFile::load(from)?, to, histograms, &chosen.points)?;
        }
        for warning in &evaluation.warnings {
            output::complain(warning);
        }
        let bootstrap = evaluation.bootstrap.as_ref();
        let bootstrap = bootstrap.map(|(settings, found)| (settings, found.as_slice()));
        output::answer(&match args.format {
            EvaluationFormat::Table => text::table(evaluation, chosen),
            EvaluationFormat::Csv => String::from_utf8(figures_csv(&evaluation.figures, model))?,
            EvaluationFormat::Json => {
                let json = figures_json(&evaluation.figures, model, bootstrap);
                serde_json::to_string_pretty(&json)? + "\n"
            }
        })
    }
}

fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
    }
    write_whole(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

fn progress_bar() -> ProgressBar {
    // Drawn on stderr, and only where that is a terminal.
    let bar = ProgressBar::new(1);
    match ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}, {eta} left") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
