use super::ReaderAnswer;
use crate::domain::{PerFinding, Score, Threshold};

/// A film to which the reader has committed: what was said, and what the network said, for good.
#[derive(Clone, Debug, PartialEq)]
pub struct CommittedFilm {
    /// One a finding, in the session's order.
    pub findings: Vec<CommittedFinding>,
    /// Time that the reader took, in seconds.
    pub seconds: f64,
    /// When, RFC 3339.
    pub committed: String,
    /// Name and checksum of the model.
    pub model_id: String,
    /// The window in use, as text.
    pub window: String,
    /// Warnings about the film as input.
    pub input: String,
}

/// What reader, network and label say about one finding of a film.
#[derive(Clone, Debug, PartialEq)]
pub struct CommittedFinding {
    /// The finding, as the model spells it.
    pub name: String,
    /// The reader's answer.
    pub reader: ReaderAnswer,
    /// The network's; `None` of a film that was refused as input.
    pub network: Option<NetworkAnswer>,
    /// Whether the film's table names the finding; `None` without a table.
    pub label: Option<bool>,
}

/// A score, and what a threshold made of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NetworkAnswer {
    /// In `[0, 1]`.
    pub score: f32,
    /// `None` of a finding for which nobody chose a threshold: the network says neither yes nor no.
    pub decision: Option<NetworkDecision>,
}

/// A score beside the threshold that was in use.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NetworkDecision {
    /// In `[0, 1]`.
    pub threshold: f32,
    /// Whether the score was at or above it.
    pub above: bool,
}

/// What is known at a commit, besides the reader's answers.
pub struct Commit<'a> {
    /// What the model scored; `None` of a film that was refused as input.
    pub scores: Option<&'a PerFinding<Score>>,
    /// The thresholds in use.
    pub thresholds: &'a PerFinding<Threshold>,
    /// Whether a table names the label; `None` where it does not say.
    pub label: &'a dyn Fn(&str) -> Option<bool>,
    /// Name and checksum of the model.
    pub model_id: &'a str,
    /// The window in use when the reader committed, as text.
    pub window: &'a str,
    /// Warnings about the film as input.
    pub input: &'a str,
    /// Now, RFC 3339.
    pub now: String,
}

impl CommittedFilm {
    /// Puts together what reader, network and labels say.
    pub(super) fn of(answers: &[ReaderAnswer], seconds: f64, commit: &Commit<'_>) -> Self {
        let names = commit.thresholds.iter().enumerate();
        let findings = names
            .zip(answers)
            .map(|((idx, (name, threshold)), reader)| {
                let score = commit.scores.and_then(|scores| scores.get(idx));
                CommittedFinding {
                    name: name.to_owned(),
                    reader: *reader,
                    network: score.map(|score| NetworkAnswer {
                        score: score.get(),
                        decision: threshold.is_set().then(|| NetworkDecision {
                            threshold: threshold.value_f32(),
                            above: score.is_positive(threshold),
                        }),
                    }),
                    label: (commit.label)(name),
                }
            });
        Self {
            findings: findings.collect(),
            seconds,
            committed: commit.now.clone(),
            model_id: commit.model_id.to_owned(),
            window: commit.window.to_owned(),
            input: commit.input.to_owned(),
        }
    }

    /// Findings that the reader left without an answer.
    pub fn n_open(&self) -> usize {
        let findings = self.findings.iter();
        findings
            .filter(|found| found.reader.answer.is_none())
            .count()
    }
}

impl CommittedFinding {
    /// The reader's yes or no.
    pub fn reader_decision(&self) -> Option<bool> {
        self.reader.answer?.decision()
    }

    /// The network's yes or no.
    pub fn network_decision(&self) -> Option<bool> {
        Some(self.network?.decision?.above)
    }

    /// Whether reader and network say the same; `None` where one of them does not say yes or no.
    pub fn agrees(&self) -> Option<bool> {
        Some(self.reader_decision()? == self.network_decision()?)
    }
}
