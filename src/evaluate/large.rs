use super::{
    Bootstrap, BootstrapInterval, BootstrappedAucs, EvaluateError, Figures, LabelFigures,
    OrderedFilms,
};
use crate::dataset::Uncertain;
use crate::domain::{ModelIdentity, Threshold};
use crate::scores::{LabelColumn, ScoreTable};
use crate::work::{Progress, Watch};

/// What is asked for about a table that is too large to be in memory.
#[derive(Clone, Copy, Debug)]
pub struct LargeChoices<'a> {
    /// One for each label of the table.
    pub thresholds: &'a [Threshold],
    /// What its uncertain labels mean.
    pub uncertain: Uncertain,
    /// Intervals by patients drawn again and again.
    pub bootstrap: Option<Bootstrap>,
}

/// Figures of a table that was read one label at a time.
#[derive(Clone, Debug)]
pub struct LargeEvaluation {
    /// Films with scores.
    pub n_films: usize,
    /// Films without scores, which are in no figure.
    pub n_unscored: usize,
    /// Patients.
    pub n_patients: usize,
    /// The model that made the scores; `None` where the table does not say.
    pub model: Option<ModelIdentity>,
    /// Figures at the thresholds; the AUC of all scores together is not computed.
    pub figures: Figures,
    /// Intervals, for each label and the macro AUC.
    pub bootstrap: Option<(Bootstrap, Vec<Option<BootstrapInterval>>)>,
}

impl LargeEvaluation {
    /// Evaluates a table label by label: the figures are those of [`super::Evaluation`] to the bit.
    ///
    /// In memory is one label at a time, at most some 100 bytes a row, and some 70 bytes a patient. An error where the
    /// table lacks labels.
    pub fn of(
        table: &ScoreTable,
        choices: LargeChoices<'_>,
        watch: &dyn Watch,
    ) -> Result<Self, EvaluateError> {
        let LargeChoices {
            thresholds,
            uncertain,
            bootstrap,
        } = choices;
        if !table.has_truth() {
            let path = table.name().to_owned();
            return Err(crate::scores::ScoresError::NoLabels { path }.into());
        }
        let names: Vec<String> = table.labels().map(ToOwned::to_owned).collect();
        let patients = table.patients()?;
        let mut aucs =
            bootstrap.map(|settings| BootstrappedAucs::new(settings, patients.n_patients));
        let (mut labels, mut n_scored) = (Vec::new(), 0);
        for (place, (name, threshold)) in names.iter().zip(thresholds).enumerate() {
            watch.check()?;
            watch.progress(Progress {
                n_done: place,
                n_total: names.len(),
                unit: "findings",
            });
            let column = table.column(place, uncertain)?;
            n_scored = n_scored.max(column.n_scored);
            let column = LabelColumn::new(name.clone(), column.scores, column.truth)?;
            labels.push(LabelFigures::of(&column, threshold));
            if let Some(aucs) = &mut aucs {
                let is_defined = column.auc.is_some();
                let ordered = OrderedFilms::of(&column, &patients.of_rows);
                drop(column);
                aucs.add(&[(ordered, is_defined)], watch)?;
            }
        }
        let intervals = aucs.map(BootstrappedAucs::intervals);
        Ok(Self {
            n_films: n_scored,
            n_unscored: table.n_rows() - n_scored,
            n_patients: patients.n_patients,
            model: table.model()?,
            figures: Figures::of_labels(labels, None),
            bootstrap: bootstrap.zip(intervals),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::bootstrap_aucs;
    use crate::scores::{FilmPrediction, Predictions, ScoredSet};
    use crate::work::Unwatched;

    /// 90 films of 30 patients, two labels, some of them unknown, many scores alike.
    fn predictions() -> Predictions {
        let film = |n: usize| {
            let score = |k: usize| f64::from((n * (7 + k) % 23) as u32 as f32 / 23.0);
            FilmPrediction {
                path: format!("{n}.png").into(),
                patient_id: format!("p{}", n * 11 % 30),
                scores: vec![score(0), score(5)],
                truth: vec![
                    Some(n.is_multiple_of(3)),
                    (!n.is_multiple_of(10)).then_some(n % 4 == 1),
                ],
            }
        };
        Predictions {
            labels: ["Mass", "Edema"].map(str::to_owned).to_vec(),
            films: (0..90).map(film).collect(),
            model: Some(ModelIdentity::new("Mine", "174a1ab0", None)),
        }
    }

    #[test]
    fn one_label_at_a_time_gives_the_figures_of_all_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.parquet");
        predictions().save(&path).unwrap();
        let table = ScoreTable::open(&path).unwrap().unwrap();
        assert_eq!(
            table.predictions(Uncertain::Ignore).unwrap(),
            (predictions(), 0)
        );
        let set = ScoredSet::new("set".to_owned(), predictions()).unwrap();
        let thresholds = vec![Threshold::unset(); 2];
        let bootstrap = Bootstrap {
            n_replicates: 60,
            ..Bootstrap::default()
        };
        let choices = LargeChoices {
            thresholds: &thresholds,
            uncertain: Uncertain::Ignore,
            bootstrap: Some(bootstrap),
        };
        let found = LargeEvaluation::of(&table, choices, &Unwatched).unwrap();
        let expected = Figures {
            micro_auc: None,
            ..Figures::of(&set, &thresholds)
        };
        assert_eq!(found.figures, expected);
        assert_eq!(
            (found.n_films, found.n_unscored, found.n_patients),
            (90, 0, 30)
        );
        assert_eq!(found.model, predictions().model);
        let intervals = bootstrap_aucs(&set, &bootstrap, &Unwatched).unwrap();
        assert_eq!(found.bootstrap.unwrap().1, intervals);
    }
}
