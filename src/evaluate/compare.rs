use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::{EvaluateError, LabelColumn, ScoredSet};
use crate::metrics::PairedAuc;
use crate::train::{FilmPrediction, Predictions};

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

/// A film on which two models disagree.
#[derive(Clone, Debug, PartialEq)]
pub struct FilmDifference {
    /// Where it lies.
    pub path: PathBuf,
    /// Whether it has the finding.
    pub positive: bool,
    /// Score of the first model.
    pub first: f64,
    /// Score of the second.
    pub second: f64,
}

/// Compares two sets label by label on the films in common, by their files' names; an error where
/// there are none.
pub fn compare(
    first: &ScoredSet,
    second: &ScoredSet,
) -> Result<Vec<LabelDifference>, EvaluateError> {
    let (first, second) = common(first, second)?;
    let differences = first.columns.iter().filter_map(|column| {
        let other = second.columns.get(second.position(&column.name).ok()?)?;
        let paired = PairedAuc::of(&column.scores, &other.scores, &column.positives);
        Some(LabelDifference {
            name: column.name.clone(),
            first_auc: column.auc.map(|auc| auc.auc),
            second_auc: other.auc.map(|auc| auc.auc),
            paired: paired.ok(),
        })
    });
    Ok(differences.collect())
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
    let films = first.predictions.films.iter().zip(&own.positives);
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
    let others: BTreeMap<OsString, &FilmPrediction> = second
        .predictions
        .films
        .iter()
        .map(|film| (file_name(&film.path), film))
        .collect();
    let films = first.predictions.films.iter();
    let pairs = films.filter_map(|film| Some((film, *others.get(&file_name(&film.path))?)));
    let (own, other): (Vec<_>, Vec<_>) = pairs
        .map(|(own, other)| (own.clone(), other.clone()))
        .unzip();
    if own.is_empty() {
        return Err(EvaluateError::NothingInCommon);
    }
    let set = |set: &ScoredSet, films| {
        let labels = set.predictions.labels.clone();
        ScoredSet::new(set.name.clone(), Predictions { labels, films })
    };
    Ok((set(first, own)?, set(second, other)?))
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
            truth: vec![positive],
        };
        let predictions = Predictions {
            labels: vec!["Mass".to_owned()],
            films: films.iter().map(film).collect(),
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
}
