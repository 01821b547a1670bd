use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::domain::Part;

use super::lists::read_list;
use super::{DataError, FilmTable, SeededRandom};

/// How much of a table becomes the validation and the test part; the rest is for training.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SplitShares {
    /// Decides who or what goes where.
    pub seed: u64,
    /// Share of the films, at least 0; together with `test_share` below 1.
    pub valid_share: f64,
    /// Share of the films, at least 0.
    pub test_share: f64,
}

impl Default for SplitShares {
    /// Seven tenths for training, one for validation, two for testing, as with NIH's lists.
    fn default() -> Self {
        Self {
            seed: 0,
            valid_share: 0.1,
            test_share: 0.2,
        }
    }
}

/// By what a table is divided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum SplitRule {
    /// All films of a patient in one part: the only rule whose figures tell of other patients.
    ByPatient(SplitShares),
    /// Film by film, as the notebook does. Patients leak: scores will look better than they are.
    ByImage(SplitShares),
    /// As files with lists say.
    Lists(SplitLists),
}

/// Files with names of films, one a line: bare names or paths, compared by file name. A table with
/// a column of films and one of parts, as MIMIC-CXR's split, may be the list of every part.
///
/// Without a list for training, all films that no other list names are trained on. Without one
/// for validation, whole patients are taken out of the training part, `valid_share` of its films.
/// Without one for testing there is no test part.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SplitLists {
    /// Films to train on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub train: Option<PathBuf>,
    /// Films that choose checkpoints and thresholds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid: Option<PathBuf>,
    /// Films for the final figures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test: Option<PathBuf>,
    /// Used where the list for validation is missing.
    pub shares: SplitShares,
}

/// Row indices of the three parts, each in table order; no row in two parts.
///
/// Rows that a list for training leaves out are in no part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// Films for training.
    pub train: Vec<usize>,
    /// Films for selecting checkpoints and thresholds.
    pub valid: Vec<usize>,
    /// Films for the final metrics.
    pub test: Vec<usize>,
}

/// A patient with films in more than one part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leak {
    /// As the table spells them.
    pub patient_id: String,
    /// Films in the parts for training, validation and testing.
    pub parts: [usize; 3],
}

/// Errors from splitting a table.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum SplitError {
    #[error(
        "expected shares of at least 0 that sum to less than 1, \
         got {valid_share} for validation and {test_share} for testing"
    )]
    Shares { valid_share: f64, test_share: f64 },
    #[error(transparent)]
    List(#[from] DataError),
    #[error("the list is empty: {}", path.display())]
    EmptyList { path: PathBuf },
    #[error("expected names of films of the table, none of {n_names} matches: {}", path.display())]
    ForeignList { path: PathBuf, n_names: usize },
    #[error(
        "expected each film in one list, {n_films} are in two, such as {image}: {} and {}",
        first.display(),
        second.display()
    )]
    TwoLists {
        image: String,
        n_films: usize,
        first: PathBuf,
        second: PathBuf,
    },
}

impl Split {
    /// Divides the rows; the same table, rule and lists give the same parts for ever.
    ///
    /// By patient or image the parts do not depend on the order of the rows.
    pub fn new(table: &FilmTable, rule: &SplitRule) -> Result<Self, SplitError> {
        let all: Vec<usize> = (0..table.rows.len()).collect();
        match rule {
            SplitRule::ByPatient(shares) => Ok(by_patient(table, &all, shares.checked()?)),
            SplitRule::ByImage(shares) => Ok(by_image(table, shares.checked()?)),
            SplitRule::Lists(lists) => by_lists(table, lists),
        }
    }

    /// The patients with films in more than one part, in order of their ids.
    pub fn leaks(&self, table: &FilmTable) -> Vec<Leak> {
        let mut films: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
        for (part, rows) in [&self.train, &self.valid, &self.test]
            .into_iter()
            .enumerate()
        {
            for row in rows.iter().filter_map(|row_idx| table.rows.get(*row_idx)) {
                let counts = films.entry(&row.patient_id).or_default();
                if let Some(count) = counts.get_mut(part) {
                    *count += 1;
                }
            }
        }
        let leaking = films
            .into_iter()
            .filter(|(_, parts)| parts.iter().filter(|n_films| **n_films > 0).count() > 1);
        leaking
            .map(|(patient_id, parts)| Leak {
                patient_id: patient_id.to_owned(),
                parts,
            })
            .collect()
    }

    /// The three parts with their names, in the order train, valid, test.
    pub fn parts(&self) -> [(&'static str, &[usize]); 3] {
        [
            ("train", &self.train),
            ("valid", &self.valid),
            ("test", &self.test),
        ]
    }
}

impl SplitShares {
    fn checked(self) -> Result<Self, SplitError> {
        let (valid_share, test_share) = (self.valid_share, self.test_share);
        if valid_share >= 0.0 && test_share >= 0.0 && valid_share + test_share < 1.0 {
            return Ok(self);
        }
        Err(SplitError::Shares {
            valid_share,
            test_share,
        })
    }
}

/// Patients in random order fill the test part, then the one for validation.
fn by_patient(table: &FilmTable, rows: &[usize], shares: SplitShares) -> Split {
    let mut films: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for row_idx in rows {
        if let Some(row) = table.rows.get(*row_idx) {
            films.entry(&row.patient_id).or_default().push(*row_idx);
        }
    }
    let mut patients: Vec<Vec<usize>> = films.into_values().collect();
    SeededRandom::new(shares.seed).shuffle(&mut patients);
    let mut split = Split::default();
    for films in patients {
        // Taken where that brings the part nearer to its share: patients have 1 to 184 films.
        let fits = |part: &[usize], share: f64| {
            let (n_part, n_films) = (part.len() as f64, films.len() as f64);
            n_part + n_films / 2.0 <= share * rows.len() as f64
        };
        let part = if fits(&split.test, shares.test_share) {
            &mut split.test
        } else if fits(&split.valid, shares.valid_share) {
            &mut split.valid
        } else {
            &mut split.train
        };
        part.extend(films);
    }
    sorted(split)
}

fn by_image(table: &FilmTable, shares: SplitShares) -> Split {
    let rows = table.rows.iter().enumerate();
    let mut images: Vec<(&str, usize)> = rows.map(|(idx, row)| (row.image.as_str(), idx)).collect();
    images.sort_unstable();
    SeededRandom::new(shares.seed).shuffle(&mut images);
    let n_films = |share: f64| (share * images.len() as f64).round() as usize;
    let (n_test, n_valid) = (n_films(shares.test_share), n_films(shares.valid_share));
    let mut rows = images.iter().map(|(_, row_idx)| *row_idx);
    let test = rows.by_ref().take(n_test).collect();
    let valid = rows.by_ref().take(n_valid).collect();
    let train = rows.collect();
    sorted(Split { train, valid, test })
}

fn sorted(mut split: Split) -> Split {
    for part in [&mut split.train, &mut split.valid, &mut split.test] {
        part.sort_unstable();
    }
    split
}

fn by_lists(table: &FilmTable, lists: &SplitLists) -> Result<Split, SplitError> {
    let mut taken: BTreeMap<usize, &PathBuf> = BTreeMap::new();
    let test = rows_of(table, lists.test.as_ref(), Part::Test, &mut taken)?;
    let valid = rows_of(table, lists.valid.as_ref(), Part::Valid, &mut taken)?;
    let train = match &lists.train {
        Some(_) => rows_of(table, lists.train.as_ref(), Part::Train, &mut taken)?,
        None => (0..table.rows.len())
            .filter(|row_idx| !taken.contains_key(row_idx))
            .collect(),
    };
    if lists.valid.is_some() {
        return Ok(Split { train, valid, test });
    }
    // The share of the test part has no say in what is carved out for validation.
    let shares = SplitShares {
        test_share: 0.0,
        ..lists.shares
    };
    let carved = by_patient(table, &train, shares.checked()?);
    Ok(Split { test, ..carved })
}

/// The rows that a list names, in table order; none without a list.
fn rows_of<'a>(
    table: &FilmTable,
    list: Option<&'a PathBuf>,
    part: Part,
    taken: &mut BTreeMap<usize, &'a PathBuf>,
) -> Result<Vec<usize>, SplitError> {
    let Some(path) = list else {
        return Ok(vec![]);
    };
    let listed = read_list(table, path, part)?;
    if listed.rows.is_empty() {
        let (path, n_names) = (path.clone(), listed.unknown.len());
        if n_names == 0 {
            return Err(SplitError::EmptyList { path });
        }
        return Err(SplitError::ForeignList { path, n_names });
    }
    let in_two = |row_idx: &&usize| taken.contains_key(row_idx);
    let n_films = listed.rows.iter().filter(in_two).count();
    let shared = listed.rows.iter().find(in_two);
    if let Some((row_idx, first)) = shared.and_then(|idx| Some((idx, taken.get(idx)?))) {
        let row = table.rows.get(*row_idx);
        return Err(SplitError::TwoLists {
            image: row.map_or_else(String::new, |row| row.image.clone()),
            n_films,
            first: (*first).clone(),
            second: path.clone(),
        });
    }
    taken.extend(listed.rows.iter().map(|row_idx| (*row_idx, path)));
    Ok(listed.rows)
}

#[cfg(test)]
#[path = "split_tests.rs"]
mod tests;
