use super::Threshold;

/// Who chose a threshold, and on which films.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ThresholdOrigin {
    /// The operating point of the model file, with the words it carries there.
    Model {
        /// Rule and films, as `Youden's index on valid, 218 films`.
        how: String,
    },
    /// Found by a rule on labeled films.
    Solved {
        /// The rule, as `sensitivity at least 0.9`.
        target: String,
        /// The name of the set of scores.
        set: String,
    },
    /// Moved by the user.
    Moved {
        /// Where: the name of the set of scores in view, or the viewer.
        at: String,
    },
    /// Nobody chose it: 0.5 is used.
    Unset,
}

impl ThresholdOrigin {
    /// In words that a model file can carry.
    pub fn words(&self) -> String {
        match self {
            Self::Model { how } => how.clone(),
            Self::Solved { target, set } => format!("{target} on {set}"),
            Self::Moved { at } => format!("set by hand on {at}"),
            Self::Unset => "not set".to_owned(),
        }
    }

    /// Whether somebody chose it here, so that it is worth writing into a model; the model's own
    /// and those that nobody set are not.
    pub fn is_chosen_here(&self) -> bool {
        match self {
            Self::Solved { .. } | Self::Moved { .. } => true,
            Self::Model { .. } | Self::Unset => false,
        }
    }

    /// Where the thresholds of some labels come from, in one line.
    pub fn summary(thresholds: &[Threshold]) -> String {
        let mut kinds: Vec<(String, usize)> = Vec::new();
        for threshold in thresholds {
            let kind = threshold.origin().kind();
            match kinds.iter_mut().find(|(known, _)| *known == kind) {
                Some((_, n_labels)) => *n_labels += 1,
                None => kinds.push((kind, 1)),
            }
        }
        let n_all = thresholds.len();
        let kinds = kinds.into_iter().map(|(kind, n_labels)| {
            if n_labels == n_all {
                kind
            } else {
                format!("{kind} for {n_labels} of {n_all} labels")
            }
        });
        kinds.collect::<Vec<_>>().join("; ")
    }

    /// What labels have in common whose thresholds were chosen in the same way.
    fn kind(&self) -> String {
        match self {
            Self::Model { .. } => "the model's operating points".to_owned(),
            Self::Solved { target, .. } => target.clone(),
            Self::Moved { .. } => self.words(),
            Self::Unset => "0.5, not set".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_of_several_origins_are_counted_in_one_line() {
        let unset = Threshold::unset();
        let one = std::slice::from_ref(&unset);
        assert_eq!(ThresholdOrigin::summary(one), "0.5, not set");
        let solved = |set: &str| {
            let origin = ThresholdOrigin::Solved {
                target: "highest F1".to_owned(),
                set: set.to_owned(),
            };
            Threshold::new(0.2, origin).unwrap()
        };
        let moved = Threshold::moved(0.2, "test.csv").unwrap();
        let all = [
            solved("valid, 3 of 9"),
            unset,
            solved("valid, 4 of 9"),
            moved,
        ];
        assert_eq!(
            ThresholdOrigin::summary(&all),
            "highest F1 for 2 of 4 labels; 0.5, not set for 1 of 4 labels; set by hand on test.csv \
             for 1 of 4 labels"
        );
    }
}
