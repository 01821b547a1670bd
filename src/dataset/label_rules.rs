use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What a table of labels leaves to its user.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LabelRules {
    /// What an uncertain label means.
    pub uncertain: Uncertain,
    /// When several readers' labels of a film count.
    pub readers: Readers,
}

/// What an uncertain label means, -1 in the tables of `CheXpert` and MIMIC-CXR.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Uncertain {
    /// Not known, as a blank: left out of loss and metrics.
    #[default]
    Ignore,
    /// The finding is present.
    Positive,
    /// The finding is absent.
    Negative,
}

/// When a finding is present of which several readers were asked, as in VinDr-CXR.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Readers {
    /// More than half of the film's readers marked it.
    #[default]
    Majority,
    /// At least one did.
    Any,
}

/// A word that names no rule.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("expected {expected}, got {got:?}")]
pub struct LabelRuleError {
    expected: &'static str,
    got: String,
}

impl Uncertain {
    /// The value of an uncertain label; `None` where it is not known.
    pub fn value(self) -> Option<bool> {
        match self {
            Self::Ignore => None,
            Self::Positive => Some(true),
            Self::Negative => Some(false),
        }
    }
}

impl Readers {
    /// Whether a finding counts as present that `n_marked` of `n_asked` readers marked.
    pub fn agree(self, n_marked: usize, n_asked: usize) -> bool {
        match self {
            Self::Majority => 2 * n_marked > n_asked,
            Self::Any => n_marked > 0,
        }
    }
}

impl fmt::Display for Uncertain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ignore => "ignore",
            Self::Positive => "positive",
            Self::Negative => "negative",
        })
    }
}

impl FromStr for Uncertain {
    type Err = LabelRuleError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut rules = [Self::Ignore, Self::Positive, Self::Negative].into_iter();
        rules
            .find(|rule| rule.to_string() == text)
            .ok_or_else(|| LabelRuleError {
                expected: "ignore, positive or negative",
                got: text.to_owned(),
            })
    }
}

impl fmt::Display for Readers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Majority => "majority",
            Self::Any => "any",
        })
    }
}

impl FromStr for Readers {
    type Err = LabelRuleError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut rules = [Self::Majority, Self::Any].into_iter();
        rules
            .find(|rule| rule.to_string() == text)
            .ok_or_else(|| LabelRuleError {
                expected: "majority or any",
                got: text.to_owned(),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_read_as_they_are_written_and_others_list_them() {
        for rule in [Uncertain::Ignore, Uncertain::Positive, Uncertain::Negative] {
            assert_eq!(rule.to_string().parse(), Ok(rule));
        }
        for rule in [Readers::Majority, Readers::Any] {
            assert_eq!(rule.to_string().parse(), Ok(rule));
        }
        let error = "zero".parse::<Uncertain>().unwrap_err().to_string();
        assert_eq!(error, "expected ignore, positive or negative, got \"zero\"");
    }

    #[test]
    fn half_of_the_readers_are_no_majority() {
        assert!(Readers::Majority.agree(2, 3) && !Readers::Majority.agree(1, 2));
        assert!(Readers::Any.agree(1, 3) && !Readers::Any.agree(0, 3));
    }
}
