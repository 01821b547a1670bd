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
use crate::domain::Threshold;
use crate::evaluate::{
    Bootstrap, BootstrapInterval, EvaluateError, EvaluationData, Figures, LabelDifference,
    LabelLocalization, MapRule, ReportParts, Subgroup, bootstrap_aucs, compare, figures_csv,
    figures_json, freeze_operating_points, html_report, localize, save_plots, score_films,
    shared_patients, subgroups,
};
use crate::files::write_whole;
use crate::model::{Classifier, ModelFile};
use crate::scores::{Predictions, ScoredSet};
pub use args::EvaluateArgs;
use args::EvaluationFormat;
use chosen::{Chosen, made_by};

mod args;
mod chosen;
mod targets;
mod text;

/// Exit code of a program ended by an interrupt (128 + SIGINT).
const INTERRUPTED: u8 = 130;

/// Everything that was asked for.
struct Evaluated {
    set: ScoredSet,
    figures: Figures,
    chosen: Chosen,
    warnings: Vec<String>,
    bootstrap: Option<(Bootstrap, Vec<Option<BootstrapInterval>>)>,
    subgroups: Vec<Subgroup>,
    localization: Vec<LabelLocalization>,
    comparison: Option<(String, Vec<LabelDifference>)>,
}

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
        let mut warnings = Vec::new();
        let data = self.data()?;
        let set = match (&args.predictions, &classifier, &data) {
            (Some(path), ..) => load_set(path)?,
            (None, Some(classifier), Some(data)) => self.scored(classifier, data, &mut warnings)?,
            _ => anyhow::bail!("expected --predictions CSV or --data FOLDER"),
        };
        let chosen = Chosen::new(args, &set, classifier.as_ref(), &mut warnings)?;
        let thresholds = &chosen.thresholds;
        if let Some(model) = &args.model {
            warnings.extend(leak_warning(&set, model)?);
        }
        // Calibration and card apply only to the model's own scores.
        let author = classifier.as_ref().filter(|model| made_by(&set, model));
        if let (Some(made_by), Some(model), None) = (&set.predictions.model, &classifier, author) {
            warnings.push(format!(
                "the scores were made by {made_by}, not by {}: its operating points and \
                 calibration are not applied",
                model.identity()
            ));
        }
        let repeated = set.predictions.repeated();
        if let Some(first) = repeated.first() {
            warnings.push(format!(
                "{} films are listed more than once and counted each time, for example {}",
                repeated.len(),
                first.display()
            ));
        }
        let evaluated = Evaluated {
            figures: Figures::of(&set, thresholds),
            bootstrap: self.bootstrap(&set)?,
            subgroups: data.as_ref().map_or_else(Vec::new, |data| {
                subgroups(&set, &data.data.table, thresholds)
            }),
            localization: self.localization(
                classifier.as_ref(),
                data.as_ref(),
                &set,
                thresholds,
            )?,
            comparison: self.comparison(&set)?,
            chosen,
            warnings,
            set,
        };
        self.write(&evaluated, author)
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

    fn scored(
        &self,
        classifier: &Classifier,
        data: &EvaluationData,
        warnings: &mut Vec<String>,
    ) -> anyhow::Result<ScoredSet> {
        let bar = progress_bar("films");
        let cache_folder = FilmCache::default_folder();
        let n_threads = std::thread::available_parallelism().map_or(1, usize::from);
        let mut progress = |n_done, n_total| self.goes_on(&bar, n_done, n_total);
        let scored = score_films(classifier, data, &cache_folder, n_threads, &mut progress);
        bar.finish_and_clear();
        let scored = scored?;
        warnings.extend(scored.warnings());
        let name = format!("{} on the {}", classifier.id(), data.split);
        Ok(ScoredSet::new(name, scored.predictions)?)
    }

    fn bootstrap(
        &self,
        set: &ScoredSet,
    ) -> anyhow::Result<Option<(Bootstrap, Vec<Option<BootstrapInterval>>)>> {
        let n_replicates = self.args.bootstrap;
        if n_replicates == 0 {
            return Ok(None);
        }
        let settings = Bootstrap {
            n_replicates,
            seed: self.args.seed,
            ..Bootstrap::default()
        };
        let bar = progress_bar("replicates");
        let keep_going = |n_done| self.goes_on(&bar, n_done, n_replicates);
        let intervals = bootstrap_aucs(set, &settings, &keep_going);
        bar.finish_and_clear();
        Ok(Some((settings, intervals?)))
    }

    fn localization(
        &self,
        classifier: Option<&Classifier>,
        data: Option<&EvaluationData>,
        set: &ScoredSet,
        thresholds: &[f64],
    ) -> anyhow::Result<Vec<LabelLocalization>> {
        let (Some(classifier), Some(data), true) = (classifier, data, self.args.boxes) else {
            return Ok(Vec::new());
        };
        let half = f64::from(Threshold::HALF.get());
        let of_label = |name: &str| {
            let place = set.position(name).ok();
            place
                .and_then(|place| thresholds.get(place).copied())
                .unwrap_or(half)
        };
        let cuts: Vec<f64> = classifier.card().labels.iter().map(of_label).collect();
        let rule = MapRule {
            method: self.args.map_method.into(),
            cut: self.args.map_cut,
        };
        let bar = progress_bar("films with boxes");
        let mut progress = |n_done, n_total| self.goes_on(&bar, n_done, n_total);
        let boxes = &data.data.boxes;
        let found = localize(classifier, &data.films(), boxes, &cuts, rule, &mut progress);
        bar.finish_and_clear();
        let (labels, unreadable) = found?;
        for reason in unreadable {
            output::complain(&reason);
        }
        Ok(labels)
    }

    fn comparison(
        &self,
        set: &ScoredSet,
    ) -> anyhow::Result<Option<(String, Vec<LabelDifference>)>> {
        let Some(path) = &self.args.compare else {
            return Ok(None);
        };
        let other = load_set(path)?;
        let differences = compare(set, &other)?;
        Ok(Some((other.name, differences)))
    }

    fn write(&self, evaluated: &Evaluated, classifier: Option<&Classifier>) -> anyhow::Result<()> {
        let args = self.args;
        if let Some(path) = &args.report {
            write(path, self.report(evaluated, classifier).as_bytes())?;
        }
        if let Some(folder) = &args.plots {
            save_plots(&evaluated.set, classifier.map(Classifier::card), folder)?;
        }
        if let Some(path) = &args.csv {
            write(path, &figures_csv(&evaluated.figures))?;
        }
        if let Some(path) = &args.save_predictions {
            evaluated.set.predictions.save(path)?;
        }
        if let (Some(to), Some(from)) = (&args.save_model, &args.model) {
            let (set, points) = (&evaluated.set, &evaluated.chosen.points);
            freeze_operating_points(
                &ModelFile::load(from)?,
                to,
                args.histograms.then_some(set),
                points,
            )?;
        }
        for warning in &evaluated.warnings {
            output::complain(warning);
        }
        let bootstrap = evaluated.bootstrap.as_ref();
        let bootstrap = bootstrap.map(|(settings, found)| (settings, found.as_slice()));
        output::answer(&match args.format {
            EvaluationFormat::Table => text::table(evaluated, args.prevalence),
            EvaluationFormat::Csv => String::from_utf8(figures_csv(&evaluated.figures))?,
            EvaluationFormat::Json => {
                let json = figures_json(&evaluated.figures, bootstrap);
                serde_json::to_string_pretty(&json)? + "\n"
            }
        })
    }

    fn report(&self, evaluated: &Evaluated, classifier: Option<&Classifier>) -> String {
        let card = classifier.map_or_else(Vec::new, |classifier| {
            let id = ("Model".to_owned(), classifier.id().to_owned());
            let facts = classifier.card().facts().into_iter();
            let facts = facts.map(|(name, value)| (name.to_owned(), value));
            std::iter::once(id).chain(facts).collect()
        });
        let bootstrap = evaluated.bootstrap.as_ref();
        let comparison = evaluated.comparison.as_ref();
        html_report(&ReportParts {
            set: &evaluated.set,
            figures: &evaluated.figures,
            thresholds_from: &evaluated.chosen.from,
            prevalence: self.args.prevalence,
            bootstrap: bootstrap.map(|(settings, found)| (settings, found.as_slice())),
            model: classifier.map(Classifier::card),
            card,
            warnings: evaluated.warnings.clone(),
            subgroups: &evaluated.subgroups,
            localization: &evaluated.localization,
            comparison: comparison.map(|(name, found)| (name.as_str(), found.as_slice())),
        })
    }

    fn goes_on(&self, bar: &ProgressBar, n_done: usize, n_total: usize) -> bool {
        bar.set_length(n_total as u64);
        bar.set_position(n_done as u64);
        !self.interrupted.load(Ordering::Relaxed)
    }
}

fn load_set(path: &Path) -> anyhow::Result<ScoredSet> {
    let predictions = Predictions::load(path)?;
    Ok(ScoredSet::new(path.display().to_string(), predictions)?)
}

fn leak_warning(set: &ScoredSet, model: &Path) -> Result<Option<String>, EvaluateError> {
    let shared = shared_patients(set, model)?;
    Ok(shared.and_then(|shared| {
        let first = shared.patients.first()?;
        Some(format!(
            "{} patients with {} films, such as {first}, were in this model's training: figures \
             come out too good",
            shared.patients.len(),
            shared.n_films
        ))
    }))
}

fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
    }
    write_whole(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

fn progress_bar(what: &str) -> ProgressBar {
    // Drawn on stderr, and only where that is a terminal.
    let bar = ProgressBar::new(1).with_message(what.to_owned());
    match ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}, {eta} left") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
