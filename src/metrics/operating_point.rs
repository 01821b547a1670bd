use thiserror::Error;

use super::{Confusion, RankedScores};

/// The target of a threshold, on the given films.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OperatingTarget {
    /// Sensitivity of at least this, and then the highest specificity.
    Sensitivity(f64),
    /// Specificity of at least this, and then the highest sensitivity.
    Specificity(f64),
    /// PPV of at least this at a prevalence, and then the highest sensitivity.
    Ppv {
        /// In `[0, 1]`.
        at_least: f64,
        /// Share of people with the finding, in `[0, 1]`.
        prevalence: f64,
    },
    /// At most this share of the films flagged, and then the highest sensitivity.
    FlaggedShare(f64),
    /// The highest F1.
    MaxF1,
    /// The highest sensitivity + specificity - 1 (Youden 1950).
    Youden,
    /// The lowest cost; the value is the cost of a miss, in false alarms.
    Cost(f64),
}

/// Why there is no such threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SolveError {
    /// The target needs films that are not there.
    #[error("not defined: {n_pos} films with the finding, {n_neg} without")]
    Undefined {
        /// Films with the finding.
        n_pos: usize,
        /// Films without it.
        n_neg: usize,
    },
    /// No threshold achieves it.
    #[error("not reachable by any threshold")]
    NotReachable,
}

/// Room for shares that are not exact in binary: 0.9 of 10 films are 9.
const ROUNDING: f64 = 1e-12;

impl OperatingTarget {
    /// The threshold that achieves the target, one of the scores; of several as good, the highest.
    pub fn solve(self, scores: &RankedScores) -> Result<f64, SolveError> {
        let (n_pos, n_neg) = (scores.n_pos(), scores.n_neg());
        let needs_pos = !matches!(self, Self::Specificity(_) | Self::FlaggedShare(_));
        let needs_neg = !matches!(
            self,
            Self::Sensitivity(_) | Self::FlaggedShare(_) | Self::MaxF1
        );
        if (needs_pos && n_pos == 0) || (needs_neg && n_neg == 0) || n_pos + n_neg == 0 {
            return Err(SolveError::Undefined { n_pos, n_neg });
        }
        let mut best: Option<(f64, f64)> = None;
        for step in scores.steps() {
            let Some(gain) = self.gain(&scores.confusion(Some(step))) else {
                continue;
            };
            if best.is_none_or(|(highest, _)| gain > highest) {
                best = Some((gain, step.threshold));
            }
        }
        best.map(|(_, threshold)| threshold)
            .ok_or(SolveError::NotReachable)
    }

    /// The quality of a threshold; `None` if it misses the target.
    fn gain(self, counts: &Confusion) -> Option<f64> {
        let reaches = |value: Option<f64>, least: f64| value.is_some_and(|v| v >= least - ROUNDING);
        match self {
            // Of integers, so that equals are equal.
            Self::Sensitivity(least) => {
                reaches(counts.sensitivity(), least).then_some(counts.true_negatives as f64)
            }
            Self::Specificity(least) => {
                reaches(counts.specificity(), least).then_some(counts.true_positives as f64)
            }
            Self::Ppv {
                at_least,
                prevalence,
            } => {
                let reached = reaches(counts.ppv_at(prevalence), at_least);
                reached.then_some(counts.true_positives as f64)
            }
            Self::FlaggedShare(most) => {
                let flagged = counts.flagged_share()?;
                (flagged <= most + ROUNDING).then_some(counts.true_positives as f64)
            }
            Self::MaxF1 => counts.f1(),
            Self::Youden => counts.youden_index(),
            Self::Cost(of_missed) => {
                let missed = of_missed * counts.false_negatives as f64;
                Some(-missed - counts.false_positives as f64)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TARGETS: [OperatingTarget; 9] = [
        OperatingTarget::Sensitivity(0.9),
        OperatingTarget::Sensitivity(0.3),
        OperatingTarget::Specificity(0.8),
        OperatingTarget::Ppv {
            at_least: 0.3,
            prevalence: 0.1,
        },
        OperatingTarget::FlaggedShare(0.25),
        OperatingTarget::MaxF1,
        OperatingTarget::Youden,
        OperatingTarget::Cost(5.0),
        OperatingTarget::Cost(0.2),
    ];

    fn ranked(films: &[(u8, bool)]) -> (RankedScores, Vec<f64>, Vec<bool>) {
        let scores: Vec<f64> = films.iter().map(|(s, _)| f64::from(*s) / 12.0).collect();
        let positives: Vec<bool> = films.iter().map(|(_, p)| *p).collect();
        let ranked = RankedScores::of(&scores, &positives).unwrap();
        (ranked, scores, positives)
    }

    #[test]
    fn sides_that_do_not_overlap_are_cut_at_the_lowest_positive() {
        let (ranked, ..) = ranked(&[(1, false), (11, true), (2, false), (9, true)]);
        for target in [
            OperatingTarget::Youden,
            OperatingTarget::MaxF1,
            OperatingTarget::Sensitivity(1.0),
            OperatingTarget::Specificity(1.0),
            OperatingTarget::FlaggedShare(0.5),
        ] {
            assert_eq!(target.solve(&ranked), Ok(9.0 / 12.0), "{target:?}");
        }
    }

    #[test]
    fn no_healthy_film_is_flagged_without_a_find_in_return() {
        // Below the second score there are only negative films.
        let (ranked, ..) = ranked(&[(11, true), (9, true), (5, false), (4, false), (1, false)]);
        for target in [
            OperatingTarget::Specificity(0.3),
            OperatingTarget::FlaggedShare(0.8),
        ] {
            assert_eq!(target.solve(&ranked), Ok(9.0 / 12.0), "{target:?}");
        }
    }

    #[test]
    fn what_no_threshold_achieves_is_not_reachable() {
        let (ranked, ..) = ranked(&[(1, true), (11, false), (10, true)]);
        let error = OperatingTarget::Specificity(1.0)
            .solve(&ranked)
            .unwrap_err();
        assert_eq!(error, SolveError::NotReachable);
        let ppv = OperatingTarget::Ppv {
            at_least: 0.99,
            prevalence: 0.01,
        };
        assert_eq!(ppv.solve(&ranked), Err(SolveError::NotReachable));
    }

    #[test]
    fn one_side_alone_leaves_targets_undefined() {
        let (ranked, ..) = ranked(&[(1, false), (2, false)]);
        let undefined = Err(SolveError::Undefined { n_pos: 0, n_neg: 2 });
        assert_eq!(OperatingTarget::Youden.solve(&ranked), undefined);
        assert_eq!(OperatingTarget::Sensitivity(0.5).solve(&ranked), undefined);
        assert!(OperatingTarget::Specificity(0.5).solve(&ranked).is_ok());
    }

    proptest! {
        #[test]
        fn no_other_threshold_is_better(
            films in prop::collection::vec((0_u8..12, any::<bool>()), 2..40),
        ) {
            let (ranked, scores, positives) = ranked(&films);
            for target in TARGETS {
                let gain = |t: f64| target.gain(&Confusion::count(&scores, &positives, t));
                match target.solve(&ranked) {
                    Ok(threshold) => {
                        prop_assert!(scores.contains(&threshold));
                        let best = gain(threshold).unwrap();
                        for &other in &scores {
                            prop_assert!(gain(other).is_none_or(|g| g <= best), "{:?}", target);
                        }
                    }
                    Err(SolveError::NotReachable) => {
                        prop_assert!(scores.iter().all(|&t| gain(t).is_none()));
                    }
                    Err(SolveError::Undefined { n_pos, n_neg }) => {
                        prop_assert!(n_pos == 0 || n_neg == 0);
                    }
                }
            }
        }
    }
}
