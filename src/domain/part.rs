use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// A part of a split of films.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Films for training.
    Train,
    /// Films for selecting epochs and thresholds.
    Valid,
    /// Films for the reported metrics.
    Test,
}

/// A name that is none of the parts.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("expected train, valid or test, got {0:?}")]
pub struct PartError(pub String);

impl Part {
    /// All parts, in the order of run folders and reports.
    pub const ALL: [Self; 3] = [Self::Train, Self::Valid, Self::Test];

    /// As run folders and lists call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Valid => "valid",
            Self::Test => "test",
        }
    }

    /// Its place in [`Self::ALL`].
    pub fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Part {
    type Err = PartError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = Self::ALL.into_iter();
        parts
            .find(|part| part.name() == text)
            .ok_or_else(|| PartError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_read_by_their_names_and_an_unknown_one_lists_them() {
        for (place, part) in Part::ALL.into_iter().enumerate() {
            assert_eq!(part.name().parse(), Ok(part));
            assert_eq!(part.index(), place);
        }
        let error = "tset".parse::<Part>().unwrap_err().to_string();
        assert_eq!(error, "expected train, valid or test, got \"tset\"");
    }
}
