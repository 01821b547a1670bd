use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::EvaluateError;
use crate::metrics::PairedAuc;
use crate::scores::{FilmPrediction, LabelColumn, Predictions, ScoreRules, ScoredSet};

/// One label under two models, on the films that both scored.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelDifference {
    /// As the first set spells it.
    pub name: String,
    /// AUC of the first; `None` where one class is missing.
    pub first_auc: Option<f64>,
    /// AUC of the second.
    pub second_auc: Option<f64>,
    /// First less second, with its variance.
    pub paired: Option<PairedAuc>,
}

/// Other scores of the same films.
#[derive(Clone, Debug)]
pub struct ComparedSet {
    /// As it was read.
    pub set: Arc<ScoredSet>,
    /// On the films in common.
    pub differences: Vec<LabelDifference>,
}

impl ComparedSet {
    /// Reads a CSV of predictions and compares `set` with it.
    pub fn load(set: &ScoredSet, path: &Path, rules: &ScoreRules) -> Result<Self, EvaluateError> {
        let other = ScoredSet::load(path, rules)?;
        Ok(Self {
            differences: compare(set, &other)?,
            set: Arc::new(other),
        })
    }
}

/// A film on which two models disagree.
#[derive(Clone, Debug, PartialEq)]
pub struct FilmDifference {
    /// Its path.
    pub path: PathBuf,
    /// Whether it has the finding; `None` where that is not known.
    pub positive: Option<bool>,
    /// Score of the first model.
    pub first: f64,
    /// Score of the second.
    pub second: f64,
}

/// Compares two sets label by label on the films in common, by their files' names, or by whole paths
/// where a name is ambiguous; an error if there are none, or if their labels differ.
pub fn compare(
    first: &ScoredSet,
    second: &ScoredSet,
) -> Result<Vec<LabelDifference>, EvaluateError> {
    let (first, second) = common(first, second)?;
    let pairs = first.columns.iter().filter_map(|column| {
        let place = second.position(&column.name).ok()?;
        Some((column, second.columns.get(place)?))
    });
    let difference = |(column, other): (&LabelColumn, &LabelColumn)| {
        check_truth(&first, column, other)?;
        let others = other.scores.iter().zip(&other.truth);
        let pairs = column.scores.iter().zip(&column.truth).zip(others);
        // A film counts where both sets know its label.
        let known = pairs.filter_map(|((own, truth), (other, known))| {
            let positive = (*truth).filter(|_| known.is_some())?;
            Some(((*own, *other), positive))
        });
        let (scores, positives): (Vec<(f64, f64)>, Vec<bool>) = known.unzip();
        let (own, other_scores): (Vec<f64>, Vec<f64>) = scores.into_iter().unzip();
        let paired = PairedAuc::of(&own, &other_scores, &positives);
        Ok(LabelDifference {
            name: column.name.clone(),
            first_auc: column.auc.map(|auc| auc.auc),
            second_auc: other.auc.map(|auc| auc.auc),
            paired: paired.ok(),
        })
    };
    pairs.map(difference).collect()
}

/// Areas over other truths are no matter of the models.
fn check_truth(
    set: &ScoredSet,
    column: &LabelColumn,
    other: &LabelColumn,
) -> Result<(), EvaluateError> {
    let truths = column.truth.iter().zip(&other.truth);
    let films = set.predictions.films.iter().zip(truths);
    let mut differing = films.filter(|(_, (own, other))| {
        let both = own.zip(**other);
        both.is_some_and(|(own, other)| own != other)
    });
    match differing.next() {
        None => Ok(()),
        Some((film, _)) => Err(EvaluateError::OtherTruth {
            label: column.name.clone(),
            n_films: 1 + differing.count(),
            path: film.path.clone(),
        }),
    }
}

/// The films whose scores of one label differ most, most first.
pub fn most_different_films(
    first: &ScoredSet,
    second: &ScoredSet,
    label: &str,
) -> Result<Vec<FilmDifference>, EvaluateError> {
    let (first, second) = common(first, second)?;
    let column = |set: &ScoredSet| -> Result<LabelColumn, EvaluateError> {
        let place = set.position(label)?;
        let column = set.columns.get(place).cloned();
        column.ok_or(EvaluateError::NothingInCommon)
    };
    let (own, other) = (column(&first)?, column(&second)?);
    let films = first.predictions.films.iter().zip(&own.truth);
    let scores = own.scores.iter().zip(&other.scores);
    let mut films: Vec<FilmDifference> = films
        .zip(scores)
        .map(|((film, &positive), (&first, &second))| FilmDifference {
            path: film.path.clone(),
            positive,
            first,
            second,
        })
        .collect();
    let distance = |film: &FilmDifference| (film.first - film.second).abs();
    films.sort_by(|a, b| distance(b).total_cmp(&distance(a)));
    Ok(films)
}

/// Both sets reduced to the films in common, in the order of the first.
fn common(first: &ScoredSet, second: &ScoredSet) -> Result<(ScoredSet, ScoredSet), EvaluateError> {
    let by_name = names_are_unique(first) && names_are_unique(second);
    let key = |film: &FilmPrediction| {
        if by_name {
            file_name(&film.path)
        } else {
            film.path.clone().into_os_string()
        }
    };
    let others = second.predictions.films.iter();
    let others: BTreeMap<OsString, &FilmPrediction> =
        others.map(|film| (key(film), film)).collect();
    let films = first.predictions.films.iter();
    let pairs = films.filter_map(|film| Some((film, *others.get(&key(film))?)));
    let (own, other): (Vec<_>, Vec<_>) = pairs
        .map(|(own, other)| (own.clone(), other.clone()))
        .unzip();
    if own.is_empty() {
        return Err(EvaluateError::NothingInCommon);
    }
    let set = |set: &ScoredSet, films| {
        let predictions = Predictions {
            labels: set.predictions.labels.clone(),
            films,
            model: set.predictions.model.clone(),
        };
        ScoredSet::new(set.name.clone(), predictions)
    };
    Ok((set(first, own)?, set(second, other)?))
}

fn names_are_unique(set: &ScoredSet) -> bool {
    let films = set.predictions.films.iter();
    let names: BTreeSet<OsString> = films.map(|film| file_name(&film.path)).collect();
    names.len() == set.n_films()
}

fn file_name(path: &Path) -> OsString {
    path.file_name().unwrap_or(path.as_os_str()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(name: &str, films: &[(&str, f64, bool)]) -> ScoredSet {
        let film = |&(path, score, positive): &(&str, f64, bool)| FilmPrediction {
            path: path.into(),
            patient_id: path.to_owned(),
            scores: vec![score],
            truth: vec![Some(positive)],
        };
        let predictions = Predictions {
            labels: vec!["Mass".to_owned()],
            films: films.iter().map(film).collect(),
            model: None,
        };
        ScoredSet::new(name.to_owned(), predictions).unwrap()
    }

    #[test]
    fn films_are_matched_by_name_whatever_their_order_and_folder() {
        let first = set(
            "a",
            &[
                ("x/1.png", 0.9, true),
                ("x/2.png", 0.1, false),
                ("3.png", 0.5, true),
            ],
        );
        let second = set(
            "b",
            &[
                ("y/2.png", 0.8, false),
                ("y/1.png", 0.7, true),
                ("9.png", 0.1, true),
            ],
        );
        let differences = compare(&first, &second).unwrap();
        assert_eq!(differences[0].first_auc, Some(1.0));
        assert_eq!(differences[0].second_auc, Some(0.0));
        assert_eq!(differences[0].paired.unwrap().difference, 1.0);
        let films = most_different_films(&first, &second, "Mass").unwrap();
        assert_eq!(films.len(), 2);
        assert_eq!(films[0].path, Path::new("x/2.png"));
        let foreign = set("c", &[("8.png", 0.1, true)]);
        assert!(compare(&first, &foreign).is_err());
    }

    #[test]
    fn films_of_one_name_are_matched_by_folder() {
        let first = set("a", &[("x/1.png", 0.9, true), ("y/1.png", 0.1, false)]);
        let second = set("b", &[("y/1.png", 0.2, false), ("x/1.png", 0.8, true)]);
        let differences = compare(&first, &second).unwrap();
        assert_eq!(differences[0].second_auc, Some(1.0));
    }

    #[test]
    fn sets_of_other_truths_are_not_compared() {
        let first = set("a", &[("1.png", 0.9, true), ("2.png", 0.1, false)]);
        let second = set("b", &[("1.png", 0.9, true), ("2.png", 0.1, true)]);
        let error = compare(&first, &second).unwrap_err().to_string();
        assert!(error.contains("Mass") && error.contains("2.png"), "{error}");
    }
}
