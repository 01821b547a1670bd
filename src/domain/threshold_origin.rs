/// Who chose a threshold, and on which films.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ThresholdOrigin {
    /// The operating point of the model file, with the words it carries there.
    Model {
        /// Rule and films, as `Youden's index on valid, 218 films`.
        chosen_by: String,
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
            Self::Model { chosen_by } => chosen_by.clone(),
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
}
