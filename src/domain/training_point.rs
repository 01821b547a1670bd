use std::fmt;

use serde::{Deserialize, Serialize};

/// Which training weights come from, and when they were taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingPoint {
    /// Name of the run: the last component of its folder.
    #[serde(rename = "name")]
    pub run: String,
    /// The epoch, from 1; 0 before the first step.
    pub epoch: usize,
    /// Steps of the epoch that were done, where it was not whole, as in a paused training.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<usize>,
}

impl TrainingPoint {
    /// After `n_done` of the `n_steps` of an epoch, from 1.
    pub fn at(run: impl Into<String>, epoch: usize, n_done: usize, n_steps: usize) -> Self {
        let (epoch, step) = match n_done {
            0 => (epoch.saturating_sub(1), None),
            n_done if n_done < n_steps => (epoch, Some(n_done)),
            _ => (epoch, None),
        };
        Self {
            run: run.into(),
            epoch,
            step,
        }
    }

    /// Reads a run and what [`Self::epoch_text`] wrote.
    pub fn parse(run: &str, epoch: &str) -> Option<Self> {
        let (epoch, step) = match epoch.split_once(" step ") {
            Some((epoch, step)) => (epoch, Some(step.trim().parse().ok()?)),
            None => (epoch, None),
        };
        Some(Self {
            run: run.to_owned(),
            epoch: epoch.trim().parse().ok()?,
            step,
        })
    }

    /// The epoch, and the step within one that was not whole: `12`, `4 step 17`.
    pub fn epoch_text(&self) -> String {
        match self.step {
            Some(step) => format!("{} step {step}", self.epoch),
            None => self.epoch.to_string(),
        }
    }
}

impl fmt::Display for TrainingPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "run {}, epoch {}", self.run, self.epoch_text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_is_whole_after_its_last_step_and_before_the_first_of_the_next() {
        let text = |epoch, n_done| TrainingPoint::at("r1", epoch, n_done, 9).epoch_text();
        assert_eq!(text(4, 8), "4 step 8");
        assert_eq!(text(4, 9), "4");
        assert_eq!(text(5, 0), "4");
        assert_eq!(text(1, 0), "0");
    }

    #[test]
    fn a_point_is_read_back_as_it_is_written() {
        for n_done in [3, 9] {
            let point = TrainingPoint::at("r 1", 4, n_done, 9);
            let read = TrainingPoint::parse("r 1", &point.epoch_text());
            assert_eq!(read, Some(point));
        }
        assert_eq!(TrainingPoint::parse("r1", "last"), None);
    }
}
