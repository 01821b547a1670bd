//! Which thresholds are used, and by whom they were chosen.

use super::EvaluateArgs;
use crate::domain::{Threshold, ThresholdOrigin};
use crate::evaluate::{Figures, ScoreAuthor, thresholds};
use crate::model::Classifier;
use crate::scores::ScoredSet;

/// The thresholds of a call.
pub struct Chosen {
    /// One for each label of the set.
    pub thresholds: Vec<Threshold>,
    /// Those that were chosen just now, with their labels.
    pub points: Vec<(String, Threshold)>,
    /// The other films that they were chosen on, and the figures there.
    pub origin: Option<(String, Figures)>,
}

impl Chosen {
    /// The operating points of the model that made the scores (`author`), or else unset; over them what is
    /// solved for; over that what is stated.
    pub fn new(
        args: &EvaluateArgs,
        set: &ScoredSet,
        classifier: Option<&Classifier>,
        author: Option<&ScoreAuthor>,
        warnings: &mut Vec<String>,
    ) -> anyhow::Result<Self> {
        let default = |label: &str| {
            let card = author.map(|author| &author.card);
            let point = card.and_then(|card| card.operating_points.of(label)?.as_ref());
            Threshold::of_model(point)
        };
        let rules = args.score_rules()?;
        let other = args.on.as_deref();
        let other = other.map(|path| ScoredSet::load(path, &rules));
        let other = other.transpose()?;
        let named = set.predictions.model.as_ref();
        let named = named.or(classifier.map(Classifier::identity));
        if let (Some(other), Some(author)) = (&other, named) {
            anyhow::ensure!(
                other.may_be_of(author),
                "expected scores of {author} to choose thresholds on, got others. {}: {}",
                other.author_text(),
                other.name
            );
        }
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
                    Ok(value) => {
                        let name = &chosen_on.name;
                        let origin = ThresholdOrigin::Solved {
                            target: target.to_string(),
                            set: format!("{name}, {n_pos} of {n_films} films positive"),
                        };
                        points.push((column.name.clone(), Threshold::new(value, origin)?));
                    }
                    Err(error) => warnings.push(format!("{}: {target} {error}", column.name)),
                }
            }
        }
        for (label, value) in &args.thresholds {
            let column = set.columns.get(set.position(label)?);
            let name = column.map_or(label, |column| &column.name).clone();
            let at = "the command line".to_owned();
            let stated = Threshold::new(*value, ThresholdOrigin::Moved { at })?;
            points.retain(|(other, _)| *other != name);
            points.push((name, stated));
        }
        let of_set = |set: &ScoredSet| {
            let known = points.iter();
            let known = known.filter(|(name, _)| set.position(name).is_ok());
            thresholds(set, default, &known.cloned().collect::<Vec<_>>())
        };
        let origin = match &other {
            Some(other) => Some((other.name.clone(), Figures::of(other, &of_set(other)?))),
            None => None,
        };
        Ok(Self {
            thresholds: of_set(set)?,
            origin,
            points,
        })
    }
}
