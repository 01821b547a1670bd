//! Which thresholds are used, and by whom they were chosen.

use super::EvaluateArgs;
use crate::domain::Threshold;
use crate::evaluate::{Figures, thresholds};
use crate::model::Classifier;
use crate::scores::ScoredSet;

/// Whether a model may have made the scores of a set; so where the set does not say.
pub fn made_by(set: &ScoredSet, model: &Classifier) -> bool {
    let made_by = set.predictions.model.as_ref();
    made_by.is_none_or(|made_by| made_by == model.identity())
}

/// The thresholds of a call.
pub struct Chosen {
    /// One for each label of the set.
    pub thresholds: Vec<f64>,
    /// Where they come from, in words.
    pub from: String,
    /// Those that were chosen just now: label, threshold, how.
    pub points: Vec<(String, f64, String)>,
    /// The other films that they were chosen on, and the figures there.
    pub origin: Option<(String, Figures)>,
}

impl Chosen {
    /// The model's operating points, or else 0.5; over them what is solved for; over that what is
    /// stated.
    pub fn new(
        args: &EvaluateArgs,
        set: &ScoredSet,
        classifier: Option<&Classifier>,
        warnings: &mut Vec<String>,
    ) -> anyhow::Result<Self> {
        let classifier = classifier.filter(|model| made_by(set, model));
        let of_model = |label: &str| -> Option<f64> {
            let card = classifier?.card();
            let point = card.operating_points.of(label)?.as_ref()?;
            Some(f64::from(point.threshold.get()))
        };
        let half = f64::from(Threshold::HALF.get());
        let default = |label: &str| of_model(label).unwrap_or(half);
        let columns = set.columns.iter();
        let n_of_model = columns.filter(|column| of_model(&column.name).is_some());
        let (n_of_model, n_labels) = (n_of_model.count(), set.columns.len());
        let mut from = match n_of_model {
            0 => "0.5, no operating points".to_owned(),
            n if n == n_labels => "the model's operating points".to_owned(),
            n => format!("the model's operating points for {n} of {n_labels} labels, else 0.5"),
        };
        let uncertain = args.labels.rules().uncertain;
        let other = args.on.as_deref();
        let other = other.map(|path| ScoredSet::load(path, uncertain));
        let other = other.transpose()?;
        let mut points = Vec::new();
        if let Some(target) = &args.solve {
            let chosen_on = other.as_ref().unwrap_or(set);
            if other.is_none() {
                let text = "thresholds are chosen on the films they are evaluated on: scores \
                            at them come out too good; choose on validation with --on";
                warnings.push(text.to_owned());
            }
            for column in &chosen_on.columns {
                let (n_pos, n_films) = (column.ranked.n_pos(), column.scores.len());
                match target.solve(column, args.prevalence) {
                    Ok(threshold) => {
                        let by = format!(
                            "{target} on {}, {n_pos} of {n_films} films positive",
                            chosen_on.name
                        );
                        points.push((column.name.clone(), threshold, by));
                    }
                    Err(error) => warnings.push(format!("{}: {target} {error}", column.name)),
                }
            }
            from = format!("{target}, chosen on {}", chosen_on.name);
        }
        for (label, threshold) in &args.thresholds {
            let column = set.columns.get(set.position(label)?);
            let name = column.map_or(label, |column| &column.name).clone();
            points.retain(|(other, ..)| *other != name);
            points.push((name, *threshold, "stated on the command line".to_owned()));
        }
        if !args.thresholds.is_empty() {
            from += "; some stated";
        }
        let of_set = |set: &ScoredSet| {
            let known = points
                .iter()
                .filter(|(name, ..)| set.position(name).is_ok());
            let known = known.map(|(name, threshold, _)| (name.clone(), *threshold));
            thresholds(set, default, &known.collect::<Vec<_>>())
        };
        let origin = match &other {
            Some(other) => Some((other.name.clone(), Figures::of(other, &of_set(other)?))),
            None => None,
        };
        Ok(Self {
            thresholds: of_set(set)?,
            from,
            origin,
            points,
        })
    }
}
