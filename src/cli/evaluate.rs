//! Judges scores: of a CSV, or of films scored now.

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;

use super::progress::{INTERRUPTED, ProgressLine};
use super::{device_for_command, open_model, output};
use crate::dataset::{SplitLists, SplitRule};
use crate::evaluate::{
    Bootstrap, BuiltInScores, Choices, ComparedSet, Evaluation, EvaluationData, MapRule,
    MapsOfFilms, OpenedSet, ScoreAuthor, ScoreSource, Written, figures_csv, figures_json,
    freeze_operating_points, html_report, save_plots,
};
use crate::files::{Existing, write_file};
use crate::imaging::is_kept_film;
use crate::model::{Classifier, ModelFile};
use crate::scores::{ScoreTable, ScoredSet};
use crate::work::{Canceled, Watch};
pub use args::EvaluateArgs;
use args::EvaluationFormat;
use chosen::Chosen;

mod args;
mod chosen;
mod columns;
mod large;
mod targets;
mod text;

/// Prints how good scores are; nothing is written before all is known.
pub fn run(args: &EvaluateArgs) -> anyhow::Result<ExitCode> {
    let mut args = args.clone();
    if let Some(part) = args.built_in {
        let scores = BuiltInScores::lay_out(&args.cache_folder())?;
        args.predictions = Some(scores.table(part));
    }
    match (Work { args: &args }).all() {
        Err(error) if Canceled::caused(error.as_ref()) => Ok(ExitCode::from(INTERRUPTED)),
        other => other.map(|()| ExitCode::SUCCESS),
    }
}

struct Work<'a> {
    args: &'a EvaluateArgs,
}

impl Work<'_> {
    fn all(&self) -> anyhow::Result<()> {
        let args = self.args;
        anyhow::ensure!(
            args.predictions.is_some() || args.data.is_some(),
            "expected scores that were saved, as in `thorax evaluate --predictions scores.csv`, or films to score \
             now, as in `thorax evaluate --model best.safetensors --data FOLDER --split test`"
        );
        self.check_outputs()?;
        if let Some(path) = &args.predictions
            && let Some(table) = ScoreTable::open(path)?
            && table.n_rows() >= args.large_from
        {
            return self.large(&table);
        }
        let scores_now = args.predictions.is_none();
        let classifier = if scores_now || args.model.is_some() || args.boxes {
            let device = device_for_command(args.device)?;
            Some(open_model(args.model.as_ref(), &device)?)
        } else {
            None
        };
        let line = ProgressLine::new("{bar:30} {pos}/{len} {msg}, {eta} left")?;
        let evaluated = self.evaluate(classifier.as_ref(), &line);
        line.bar.finish_and_clear();
        let (evaluation, chosen, author) = evaluated?;
        self.write(&evaluation, &chosen, author.as_deref())
    }

    fn evaluate(
        &self,
        classifier: Option<&Classifier>,
        watch: &dyn Watch,
    ) -> anyhow::Result<(Evaluation, Chosen, Option<Arc<ScoreAuthor>>)> {
        let args = self.args;
        let mut data = self.data()?;
        let cache_folder = args.cache_folder();
        let rules = args.score_rules()?;
        let source = match (&args.predictions, classifier, &data) {
            (Some(path), _, data) => ScoreSource::Predictions {
                path,
                rules: &rules,
                table: data.as_ref().map(|data| &data.data.table),
            },
            (None, Some(classifier), Some(data)) => ScoreSource::Films {
                data,
                classifier,
                cache_folder: &cache_folder,
            },
            _ => anyhow::bail!("expected --predictions CSV or --data FOLDER"),
        };
        let opened = OpenedSet::open(source, classifier, watch)?;
        let set = &opened.set;
        if let (Some(_), Some(data)) = (&args.predictions, &mut data) {
            data.keep_films_of(set);
        }
        let mut warnings = Vec::new();
        let stated = classifier
            .filter(|model| args.says_made_by(set.predictions.model.as_ref(), model.identity()));
        let stated = stated.map(|model| Arc::new(ScoreAuthor::of(model, None)));
        let author = stated.or_else(|| opened.author.clone());
        let chosen = Chosen::new(args, set, classifier, author.as_deref(), &mut warnings)?;
        if let Some(model) = classifier {
            warnings.extend(self.check_author(set, model)?);
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
                    method: args.map_method,
                    cut: args.map_cut,
                    curves: args.curves,
                },
            }),
            comparison: comparison
                .map(|path| ComparedSet::load(set, path, &rules))
                .transpose()?,
            curves_behind: args.curves_behind,
            warnings,
        };
        let evaluation = Evaluation::of(&opened, choices, watch)?;
        Ok((evaluation, chosen, author))
    }

    /// Operating points, calibration and card apply only to the model's own scores: what is said of
    /// others, and an error where more is asked for.
    fn check_author(&self, set: &ScoredSet, model: &Classifier) -> anyhow::Result<Option<String>> {
        let (args, identity) = (self.args, model.identity());
        if args.says_made_by(set.predictions.model.as_ref(), identity) {
            return Ok(None);
        }
        let Some(author) = &set.predictions.model else {
            return Ok(Some(format!(
                "the scores name no model: operating points and calibration of {identity} are not \
                 applied; --scores-of-model says that it made them"
            )));
        };
        let other = format!("the scores were made by {author}, not by {identity}");
        anyhow::ensure!(
            !args.boxes,
            "{other}, whose maps and scores --boxes would take"
        );
        anyhow::ensure!(
            args.save_model.is_none(),
            "{other}: thresholds and histograms of these scores are not saved into it"
        );
        Ok(Some(format!(
            "{other}: its operating points and calibration are not applied"
        )))
    }

    /// The folder's part, or with predictions only its table.
    fn data(&self) -> anyhow::Result<Option<EvaluationData>> {
        let args = self.args;
        let Some(source) = &args.data else {
            return Ok(None);
        };
        if args.predictions.is_some() {
            let data = EvaluationData::of_table(source, args.labels.rules())?;
            return Ok(Some(data));
        }
        let lists = SplitLists {
            train: args.train_list.clone(),
            valid: args.valid_list.clone(),
            test: args.test_list.clone(),
            ..SplitLists::default()
        };
        let rule = (lists != SplitLists::default()).then_some(SplitRule::Lists(lists));
        let data =
            EvaluationData::open(source, None, rule, args.split.part(), args.labels.rules())?;
        Ok(Some(data))
    }

    /// What becomes of files that are there.
    fn existing(&self) -> Existing {
        Existing::for_output(self.args.overwrite, is_kept_film)
    }

    /// Before the work: an error for a file that would not be written after it.
    fn check_outputs(&self) -> anyhow::Result<()> {
        let args = self.args;
        let files = [
            &args.report,
            &args.csv,
            &args.save_predictions,
            &args.save_model,
        ];
        let files: Vec<_> = files.into_iter().flatten().collect();
        for (place, path) in files.iter().enumerate() {
            self.existing().check(path).with_context(|| {
                format!(
                    "cannot write {}; --overwrite replaces files",
                    path.display()
                )
            })?;
            anyhow::ensure!(
                !files.iter().take(place).any(|other| other == path),
                "expected two files, got one for both: {}",
                path.display()
            );
        }
        Ok(())
    }

    fn write(
        &self,
        evaluation: &Evaluation,
        chosen: &Chosen,
        author: Option<&ScoreAuthor>,
    ) -> anyhow::Result<()> {
        let (args, existing) = (self.args, self.existing());
        let written = Written::now();
        let model = evaluation.set.predictions.model.as_ref();
        if let Some(path) = &args.report {
            self.write_file(path, html_report(evaluation, author, &written).as_bytes())?;
        }
        if let Some(folder) = &args.plots {
            let card = author.map(|author| &author.card);
            save_plots(evaluation, card, &written, folder, existing)?;
        }
        if let Some(path) = &args.csv {
            self.write_file(
                path,
                &figures_csv(&evaluation.figures, args.prevalence, model, &written),
            )?;
        }
        if let Some(path) = &args.save_predictions {
            evaluation.set.predictions.save_as(path, existing)?;
        }
        if let (Some(to), Some(from)) = (&args.save_model, &args.model) {
            let histograms = args.histograms.then_some(evaluation.set.as_ref());
            let file = ModelFile::load(from)?;
            let maps = evaluation.localization.as_ref().filter(|_| args.hit_rates);
            let maps = maps.map(|found| (found, args.films_text()));
            freeze_operating_points(&file, to, histograms, maps, &chosen.points, existing)?;
        }
        for warning in &evaluation.warnings {
            output::complain(warning);
        }
        let bootstrap = evaluation.bootstrap.as_ref();
        let bootstrap = bootstrap.map(|(settings, found)| (settings, found.as_slice()));
        output::answer(&match args.format {
            EvaluationFormat::Table => text::table(evaluation, chosen),
            EvaluationFormat::Csv => String::from_utf8(figures_csv(
                &evaluation.figures,
                args.prevalence,
                model,
                &written,
            ))?,
            EvaluationFormat::Json => {
                let mut json = figures_json(
                    &evaluation.figures,
                    args.prevalence,
                    model,
                    bootstrap,
                    evaluation.localization.as_ref(),
                );
                if let Some(json) = json.as_object_mut() {
                    let warnings = evaluation.warnings.as_slice().into();
                    json.insert("warnings".to_owned(), warnings);
                }
                serde_json::to_string_pretty(&json)? + "\n"
            }
        })
    }

    fn write_file(&self, path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)
                .with_context(|| format!("cannot create {}", folder.display()))?;
        }
        write_file(path, bytes, self.existing())
            .with_context(|| format!("cannot write {}", path.display()))
    }
}
