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

/// One part of a split, or all films.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartChoice {
    /// The films of this part.
    One(Part),
    /// All films, whatever their part.
    All,
}

/// A name that is none of the parts.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("expected {expected}, got {got:?}")]
pub struct PartError {
    expected: &'static str,
    got: String,
}

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

    /// The part that the name of a table tells: `test_predictions.csv`, `r1 valid.csv`; `None` where
    /// it names none, or several.
    pub fn told_by(name: &str) -> Option<Self> {
        let words = name.split(|c: char| !c.is_ascii_alphanumeric());
        let parts = words.filter_map(|word| match word.to_ascii_lowercase().as_str() {
            "train" | "training" => Some(Self::Train),
            "valid" | "validation" | "val" => Some(Self::Valid),
            "test" => Some(Self::Test),
            _ => None,
        });
        let parts: Vec<Self> = parts.collect();
        let (first, others) = parts.split_first()?;
        others.iter().all(|part| part == first).then_some(*first)
    }

    /// Its films, in words.
    pub fn films_text(self) -> &'static str {
        match self {
            Self::Train => "training films",
            Self::Valid => "validation films",
            Self::Test => "test films",
        }
    }

    fn named(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.name() == text)
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
        Self::named(text).ok_or_else(|| PartError {
            expected: "train, valid or test",
            got: text.to_owned(),
        })
    }
}

impl PartChoice {
    const ALL_FILMS: &str = "all";

    /// The part; `None` for all films.
    pub fn part(self) -> Option<Part> {
        match self {
            Self::One(part) => Some(part),
            Self::All => None,
        }
    }
}

impl fmt::Display for PartChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.part().map_or(Self::ALL_FILMS, Part::name))
    }
}

impl FromStr for PartChoice {
    type Err = PartError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match Part::named(text) {
            Some(part) => Ok(Self::One(part)),
            None if text == Self::ALL_FILMS => Ok(Self::All),
            None => Err(PartError {
                expected: "train, valid, test or all",
                got: text.to_owned(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_told_by_a_name_that_names_one() {
        for (name, part) in [
            ("test_predictions.csv", Some(Part::Test)),
            ("r1 Validation.csv", Some(Part::Valid)),
            ("train_val_list.csv", None),
            ("latest.csv", None),
        ] {
            assert_eq!(Part::told_by(name), part, "{name}");
        }
    }

    #[test]
    fn parts_are_read_by_their_names_and_an_unknown_one_lists_them() {
        for (place, part) in Part::ALL.into_iter().enumerate() {
            assert_eq!(part.name().parse(), Ok(part));
            assert_eq!(part.index(), place);
        }
        let error = "tset".parse::<Part>().unwrap_err().to_string();
        assert_eq!(error, "expected train, valid or test, got \"tset\"");
        for text in ["train", "valid", "test", "all"] {
            assert_eq!(text.parse::<PartChoice>().unwrap().to_string(), text);
        }
        let error = "tset".parse::<PartChoice>().unwrap_err().to_string();
        assert_eq!(error, "expected train, valid, test or all, got \"tset\"");
    }
}
