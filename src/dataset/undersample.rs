use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

use super::{FilmTable, SeededRandom};

/// Which films without a finding are kept; films with one always are.
///
/// Written `none`, `every-fifth`, `0.2` (a share, seed 0) or `0.2@7` (seed 7).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Undersampling {
    /// All of them.
    #[default]
    None,
    /// The notebook's rule: the fifth, the tenth, and so on in table order.
    EveryFifth,
    /// A random choice.
    Fraction {
        /// Share that is kept, in `[0, 1]`.
        share: f64,
        /// Decides which.
        seed: u64,
    },
}

/// A text that names no rule.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("expected none, every-fifth, or a share from 0 to 1 as in 0.2 or 0.2@SEED, got {got:?}")]
pub struct UndersamplingError {
    /// The text.
    pub got: String,
}

/// How many films without a finding the notebook's rule passes for each that it keeps, plus one.
const FIFTH: usize = 5;

/// The `rows` that the rule keeps, in table order.
///
/// Which are kept of a share depends on the films' names and the seed, not on the rows' order.
pub fn undersample(table: &FilmTable, rows: &[usize], rule: &Undersampling) -> Vec<usize> {
    let mut rows = rows.to_vec();
    rows.sort_unstable();
    let film = |row_idx: usize| table.rows.get(row_idx);
    let no_finding = |row_idx: usize| film(row_idx).is_some_and(|row| row.no_finding);
    let mut normal: Vec<usize> = rows
        .iter()
        .copied()
        .filter(|idx| no_finding(*idx))
        .collect();
    let kept = match rule {
        Undersampling::None => return rows,
        Undersampling::EveryFifth => normal
            .chunks_exact(FIFTH)
            .filter_map(|five| five.last().copied())
            .collect(),
        Undersampling::Fraction { share, seed } => {
            let n_kept = (share.clamp(0.0, 1.0) * normal.len() as f64).round() as usize;
            normal.sort_by_key(|row_idx| film(*row_idx).map(|row| row.image.as_str()));
            SeededRandom::new(*seed).shuffle(&mut normal);
            normal.truncate(n_kept);
            normal
        }
    };
    rows.retain(|row_idx| !no_finding(*row_idx));
    rows.extend(kept);
    rows.sort_unstable();
    rows
}

impl FromStr for Undersampling {
    type Err = UndersamplingError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || UndersamplingError {
            got: text.to_owned(),
        };
        match text {
            "none" => return Ok(Self::None),
            "every-fifth" => return Ok(Self::EveryFifth),
            _ => {}
        }
        let (share, seed) = match text.split_once('@') {
            Some((share, seed)) => (share, seed.parse().map_err(|_| error())?),
            None => (text, 0),
        };
        let share: f64 = share.parse().map_err(|_| error())?;
        if (0.0..=1.0).contains(&share) {
            Ok(Self::Fraction { share, seed })
        } else {
            Err(error())
        }
    }
}

impl fmt::Display for Undersampling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::EveryFifth => f.write_str("every-fifth"),
            Self::Fraction { share, seed: 0 } => write!(f, "{share}"),
            Self::Fraction { share, seed } => write!(f, "{share}@{seed}"),
        }
    }
}

impl Serialize for Undersampling {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Undersampling {
    /// Takes the text, and a bare number for a share.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Text(String),
            Share(f64),
        }
        let text = match Written::deserialize(deserializer)? {
            Written::Text(text) => text,
            Written::Share(share) => share.to_string(),
        };
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dataset::samples::table;

    fn kept(text: &str, rows: &[usize], films: &FilmTable) -> Vec<usize> {
        undersample(films, rows, &text.parse().unwrap())
    }

    #[test]
    fn the_fifth_of_five_without_a_finding_is_kept() {
        // Rows 0, 3, 6, … have a finding.
        let films = table(20, |row| (row, if row % 3 == 0 { &[1] } else { &[] }));
        let all: Vec<usize> = (0..20).collect();
        assert_eq!(
            kept("every-fifth", &all, &films),
            [0, 3, 6, 7, 9, 12, 14, 15, 18]
        );
        assert_eq!(kept("none", &all, &films), all);
        // Rows in another order are the same rows.
        let reversed: Vec<usize> = (0..20).rev().collect();
        assert_eq!(kept("every-fifth", &reversed, &films).len(), 9);
    }

    #[test]
    fn rules_are_written_as_they_are_read() {
        for text in ["none", "every-fifth", "0.2", "0.25@7", "1", "0"] {
            let rule: Undersampling = text.parse().unwrap();
            assert_eq!(rule.to_string(), text);
            let json = serde_json::to_string(&rule).unwrap();
            assert_eq!(json, format!("{text:?}"));
            assert_eq!(serde_json::from_str::<Undersampling>(&json).unwrap(), rule);
        }
        let (share, seed) = (0.5, 0);
        let number: Undersampling = serde_json::from_str("0.5").unwrap();
        assert_eq!(number, Undersampling::Fraction { share, seed });
        for text in ["", "fifth", "1.1", "-0.1", "NaN", "0.2@", "0.2@-1"] {
            assert!(text.parse::<Undersampling>().is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn findings_stay_and_the_share_is_exact(
            with in prop::collection::vec(any::<bool>(), 1..200),
            share in 0.0..=1.0,
            seed in any::<u64>(),
        ) {
            let films = table(with.len(), |row| (row, if with[row] { &[0] } else { &[] }));
            let all: Vec<usize> = (0..with.len()).collect();
            let n_normal = with.iter().filter(|with| !**with).count();
            let rule = Undersampling::Fraction { share, seed };
            let kept = undersample(&films, &all, &rule);
            prop_assert!(kept.is_sorted());
            prop_assert!(all.iter().all(|row| !with[*row] || kept.contains(row)));
            let n_kept = kept.iter().filter(|row| !with[**row]).count();
            prop_assert_eq!(n_kept, (share * n_normal as f64).round() as usize);
            prop_assert_eq!(&undersample(&films, &all, &rule), &kept);
            let fifth = undersample(&films, &all, &Undersampling::EveryFifth);
            prop_assert_eq!(fifth.len(), with.len() - n_normal + n_normal / 5);
        }
    }
}
