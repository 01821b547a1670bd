//! Tables that are too large to be in memory: figures one finding at a time, nothing that needs all films at once.

use super::text;
use super::{EvaluationFormat, Work};
use crate::cli::progress::ProgressLine;
use crate::cli::{device_for_command, open_model, output};
use crate::domain::{Threshold, ThresholdOrigin, label_name, plain_name};
use crate::evaluate::{
    Bootstrap, LargeChoices, LargeEvaluation, ScoreAuthor, Written, figures_csv, figures_json,
};
use crate::scores::{ScoreTable, ScoresError};

/// What is said of the one figure that is missing.
const NO_MICRO: &str = "the AUC of all scores together (micro) is not computed of so many films";

impl Work<'_> {
    /// Evaluates a table label by label.
    pub(super) fn large(&self, table: &ScoreTable) -> anyhow::Result<()> {
        let args = self.args;
        let n_rows = table.n_rows();
        let refused = [
            ("--data", args.data.is_some()),
            ("--solve", args.solve.is_some()),
            ("--compare", args.compare.is_some()),
            ("--boxes", args.boxes),
            ("--report", args.report.is_some()),
            ("--plots", args.plots.is_some()),
            ("--save-predictions", args.save_predictions.is_some()),
            ("--save-model", args.save_model.is_some()),
        ];
        if let Some((option, _)) = refused.iter().find(|(_, is_given)| *is_given) {
            anyhow::bail!(
                "a table of {n_rows} rows is evaluated one finding at a time, without {option}; its labels are columns \
                 label:FINDING: {}",
                table.name().display()
            );
        }
        let thresholds = self.thresholds_of(table)?;
        let line = ProgressLine::new("{bar:30} {pos}/{len} {msg}, {eta} left")?;
        let choices = LargeChoices {
            thresholds: &thresholds,
            uncertain: args.labels.rules().uncertain,
            bootstrap: (args.bootstrap > 0).then(|| Bootstrap {
                n_replicates: args.bootstrap,
                seed: args.seed,
                ..Bootstrap::default()
            }),
        };
        let found = LargeEvaluation::of(table, choices, &line);
        line.bar.finish_and_clear();
        self.write_large(table, &found?, &thresholds)
    }

    fn write_large(
        &self,
        table: &ScoreTable,
        found: &LargeEvaluation,
        thresholds: &[Threshold],
    ) -> anyhow::Result<()> {
        let args = self.args;
        let (figures, model) = (&found.figures, found.model.as_ref());
        let csv = figures_csv(figures, args.prevalence, model, &Written::now());
        if let Some(path) = &args.csv {
            self.write_file(path, &csv)?;
        }
        let mut warnings = vec![NO_MICRO.to_owned()];
        if found.n_unscored > 0 {
            let n_unscored = found.n_unscored;
            warnings.push(format!("{n_unscored} films without scores are left out"));
        }
        for warning in &warnings {
            output::complain(warning);
        }
        output::answer(&match args.format {
            EvaluationFormat::Csv => String::from_utf8(csv)?,
            EvaluationFormat::Json => {
                let bootstrap = found.bootstrap.as_ref();
                let bootstrap = bootstrap.map(|(settings, found)| (settings, found.as_slice()));
                let mut json = figures_json(figures, args.prevalence, model, bootstrap, None);
                if let Some(json) = json.as_object_mut() {
                    json.insert("warnings".to_owned(), warnings.into());
                }
                serde_json::to_string_pretty(&json)? + "\n"
            }
            EvaluationFormat::Table => {
                let author = match model {
                    Some(model) => format!("Scores of {model}"),
                    None => "The scores name no model".to_owned(),
                };
                let mut text = format!(
                    "{}, {} films of {} patients\n{author}\n\n",
                    table.name().display(),
                    found.n_films,
                    found.n_patients
                );
                text += &text::figures_table(figures, args.prevalence);
                text += &text::bootstrap_table(figures, found.bootstrap.as_ref());
                text + &text::footer(thresholds, args.prevalence)
            }
        })
    }

    /// The operating points of the model that made the scores, and what is stated over them.
    fn thresholds_of(&self, table: &ScoreTable) -> anyhow::Result<Vec<Threshold>> {
        let args = self.args;
        let author = table.model()?;
        let mut classifier = None;
        if args.model.is_some() {
            let device = device_for_command(args.device)?;
            classifier = Some(open_model(args.model.as_ref(), &device)?);
            classifier = classifier.filter(|model| {
                let is_author = args.says_made_by(author.as_ref(), model.identity());
                if !is_author {
                    output::complain(&format!(
                        "the scores do not name {}: its operating points are not applied",
                        model.identity()
                    ));
                }
                is_author
            });
        }
        let stated = classifier.map(|model| ScoreAuthor::of(&model, None));
        let find = || ScoreAuthor::find(author.as_ref(), Some(table.name()), None);
        let found = stated.or_else(find);
        let card = found.as_ref().map(|author| &author.card);
        let names: Vec<&str> = table.labels().collect();
        let default = |name: &&str| {
            let point = card.and_then(|card| card.operating_points.of(name)?.as_ref());
            Threshold::of_model(point)
        };
        let mut thresholds: Vec<Threshold> = names.iter().map(default).collect();
        for (label, value) in &args.thresholds {
            let plain = |name: &str| plain_name(label_name(name));
            let mut pairs = names.iter().zip(&mut thresholds);
            let slot = pairs.find(|(name, _)| plain(name) == plain(label));
            let (_, slot) = slot.ok_or_else(|| ScoresError::UnknownLabel {
                name: label.clone(),
                known: names.join(", "),
            })?;
            let at = "the command line".to_owned();
            *slot = Threshold::new(*value, ThresholdOrigin::Moved { at })?;
        }
        Ok(thresholds)
    }
}
