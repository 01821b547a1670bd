//! Command-line values of thresholds and prevalence.

use std::fmt;
use std::str::FromStr;

use crate::evaluate::Prevalence;
use crate::metrics::{OperatingTarget, SolveError};
use crate::scores::LabelColumn;

/// The target of the thresholds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    /// At a prevalence that differs from label to label.
    Ppv(f64),
    /// Anything else.
    Other(OperatingTarget),
}

impl Target {
    /// The threshold of one label.
    pub fn solve(self, column: &LabelColumn, prevalence: Prevalence) -> Result<f64, SolveError> {
        let target = match self {
            Self::Other(target) => target,
            Self::Ppv(at_least) => {
                let own = column.prevalence();
                let prevalence = prevalence.of(&column.name, own).unwrap_or(own);
                OperatingTarget::Ppv {
                    at_least,
                    prevalence,
                }
            }
        };
        target.solve(&column.ranked)
    }
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = "expected sensitivity=X, specificity=X, ppv=X, flagged=X, cost=X, f1 or youden";
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (text, None),
        };
        let number = || value.and_then(|value| value.parse::<f64>().ok());
        let share = || {
            let share = number().filter(|share| (0.0..=1.0).contains(share));
            share.ok_or_else(|| format!("expected {name}=X with X in 0..=1, got {text:?}"))
        };
        let other = |target| Ok(Self::Other(target));
        match name {
            "sensitivity" => other(OperatingTarget::Sensitivity(share()?)),
            "specificity" => other(OperatingTarget::Specificity(share()?)),
            "ppv" => Ok(Self::Ppv(share()?)),
            "flagged" => other(OperatingTarget::FlaggedShare(share()?)),
            "cost" => {
                let cost = number().filter(|cost| cost.is_finite() && *cost > 0.0);
                let cost =
                    cost.ok_or_else(|| format!("expected cost=X with X > 0, got {text:?}"))?;
                other(OperatingTarget::Cost(cost))
            }
            "f1" if value.is_none() => other(OperatingTarget::MaxF1),
            "youden" if value.is_none() => other(OperatingTarget::Youden),
            _ => Err(format!("{known}, got {text:?}")),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ppv(least) => write!(f, "PPV of at least {least}"),
            Self::Other(OperatingTarget::Ppv { at_least, .. }) => {
                write!(f, "PPV of at least {at_least}")
            }
            Self::Other(OperatingTarget::Sensitivity(least)) => {
                write!(f, "sensitivity of at least {least}")
            }
            Self::Other(OperatingTarget::Specificity(least)) => {
                write!(f, "specificity of at least {least}")
            }
            Self::Other(OperatingTarget::FlaggedShare(most)) => {
                write!(f, "at most {most} of the films flagged")
            }
            Self::Other(OperatingTarget::MaxF1) => write!(f, "highest F1"),
            Self::Other(OperatingTarget::Youden) => write!(f, "Youden's index"),
            Self::Other(OperatingTarget::Cost(cost)) => {
                write!(f, "lowest cost, a miss costing {cost} false alarms")
            }
        }
    }
}

/// `label=threshold`.
pub fn parse_threshold(text: &str) -> Result<(String, f64), String> {
    let (label, value) = text
        .rsplit_once('=')
        .ok_or_else(|| format!("expected label=threshold, got {text:?}"))?;
    let value = value.trim().parse().ok();
    let value = value.filter(|value| (0.0..=1.0).contains(value));
    let value = value.ok_or_else(|| format!("expected a threshold in 0..=1, got {text:?}"))?;
    Ok((label.trim().to_owned(), value))
}

/// `set`, `nih`, `pool`, or a share.
pub fn parse_prevalence(text: &str) -> Result<Prevalence, String> {
    match text {
        "set" => Ok(Prevalence::ThisSet),
        "nih" => Ok(Prevalence::NaturalNih),
        "pool" => Ok(Prevalence::NotebookPool),
        other => {
            let share = other
                .parse()
                .ok()
                .filter(|share| *share > 0.0 && *share < 1.0);
            let expected = "expected set, nih, pool, or a fraction above 0 and below 1";
            share
                .map(Prevalence::Stated)
                .ok_or_else(|| format!("{expected}, got {other:?}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_say_themselves_and_what_is_wrong() {
        let target = |text: &str| text.parse::<Target>();
        let sensitivity = Target::Other(OperatingTarget::Sensitivity(0.9));
        assert_eq!(target("sensitivity=0.9"), Ok(sensitivity));
        assert_eq!(sensitivity.to_string(), "sensitivity of at least 0.9");
        assert_eq!(target("youden"), Ok(Target::Other(OperatingTarget::Youden)));
        for wrong in ["sensitivity", "ppv=2", "cost=0", "f1=1", "recall=0.5"] {
            assert!(target(wrong).is_err(), "{wrong}");
        }
        assert_eq!(parse_threshold("a=b=0.5"), Ok(("a=b".to_owned(), 0.5)));
        assert!(parse_threshold("a=1.5").is_err() && parse_threshold("a").is_err());
        assert_eq!(parse_prevalence("0.1"), Ok(Prevalence::Stated(0.1)));
        assert!(parse_prevalence("1").is_err());
    }
}
