use serde::{Deserialize, Serialize};

/// A reader's answer to one finding of a film.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The film has the finding.
    Present,
    /// It has not.
    Absent,
    /// The reader cannot tell: an answer of its own, not counted in agreement.
    Unsure,
}

impl Answer {
    /// All, in the order of their keys.
    pub const ALL: [Self; 3] = [Self::Present, Self::Absent, Self::Unsure];

    /// As the log has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Absent => "absent",
            Self::Unsure => "unsure",
        }
    }

    /// The answer that the log calls so.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|answer| answer.name() == name)
    }

    /// Yes or no; `None` for *unsure*.
    pub fn decision(self) -> Option<bool> {
        match self {
            Self::Present => Some(true),
            Self::Absent => Some(false),
            Self::Unsure => None,
        }
    }
}

/// How sure a reader is of an answer, in five steps as reading studies have them (ICRU report 79): 1 is a guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Confidence(u8);

impl Confidence {
    /// All, from the least on.
    pub const ALL: [Self; 5] = [Self(1), Self(2), Self(3), Self(4), Self(5)];

    /// The step of this number, 1 to 5.
    pub fn new(step: u8) -> Option<Self> {
        (1..=5).contains(&step).then_some(Self(step))
    }

    /// Its number, 1 to 5.
    pub fn get(self) -> u8 {
        self.0
    }

    /// In the reader's words.
    pub fn words(self) -> &'static str {
        match self.0 {
            1 => "guess",
            2 => "low",
            3 => "medium",
            4 => "high",
            _ => "certain",
        }
    }

    /// One step up or down from here, or to the first step from none; the ends hold.
    pub fn stepped(from: Option<Self>, step: i8) -> Self {
        match from {
            None if step > 0 => Self(1),
            None => Self(5),
            Some(Self(now)) => Self(now.saturating_add_signed(step).clamp(1, 5)),
        }
    }
}

/// A command about the answers to the film in view of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerCommand {
    /// Answer this finding, or take its answer back; it is then the one that is asked for.
    Set(usize, Option<Answer>),
    /// Answer the finding that is asked for and go on to the next, or take its answer back.
    SetAsked(Option<Answer>),
    /// Say how sure the answer to the finding that is asked for is.
    SetConfidence(Option<Confidence>),
    /// More confidence in it, or less.
    StepConfidence(i8),
    /// Ask for this finding.
    Ask(usize),
    /// Ask for the finding so many places further.
    StepAsked(isize),
}

impl From<Confidence> for u8 {
    fn from(confidence: Confidence) -> Self {
        confidence.0
    }
}

impl TryFrom<u8> for Confidence {
    type Error = String;

    fn try_from(step: u8) -> Result<Self, String> {
        Self::new(step).ok_or_else(|| format!("expected a confidence of 1 to 5, got {step}"))
    }
}

/// What a reader says about one finding: the answer and how sure, each if given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReaderAnswer {
    /// Present, absent or unsure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    /// How sure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Confidence>,
}

impl ReaderAnswer {
    /// Whether nothing was said.
    pub fn is_blank(&self) -> bool {
        *self == Self::default()
    }

    /// Its place on the scale from certainly absent, -5, over unsure, 0, to certainly present, 5, for an ROC curve.
    ///
    /// `None` without an answer, and for a yes or no without a confidence: a middle one would be made up.
    pub fn rating(&self) -> Option<f64> {
        let sure = || {
            self.confidence
                .map(|confidence| f64::from(confidence.get()))
        };
        match self.answer? {
            Answer::Present => sure(),
            Answer::Absent => sure().map(|sure| -sure),
            Answer::Unsure => Some(0.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratings_run_from_certainly_absent_to_certainly_present() {
        let rating = |answer, confidence| {
            ReaderAnswer {
                answer,
                confidence: Confidence::new(confidence),
            }
            .rating()
        };
        let (present, absent) = (Some(Answer::Present), Some(Answer::Absent));
        let ratings = [
            rating(absent, 5),
            rating(absent, 1),
            rating(Some(Answer::Unsure), 4),
            rating(present, 1),
            rating(present, 5),
        ];
        assert_eq!(ratings, [-5.0, -1.0, 0.0, 1.0, 5.0].map(Some));
        assert_eq!((rating(present, 0), rating(None, 3)), (None, None));
    }

    #[test]
    fn confidence_has_five_steps_and_its_ends_hold() {
        assert_eq!((Confidence::new(0), Confidence::new(6)), (None, None));
        let [least, .., most] = Confidence::ALL;
        assert_eq!(Confidence::stepped(None, 1), least);
        assert_eq!(Confidence::stepped(None, -1), most);
        assert_eq!(Confidence::stepped(Some(most), 1), most);
        assert_eq!(Confidence::stepped(Some(least), -1), least);
        assert_eq!(Confidence::stepped(Some(least), 1).get(), 2);
        assert!(serde_json::from_str::<Confidence>("6").is_err());
    }
}
