//! Which columns of a table of someone else's scores hold what.

use std::fmt;

use crate::dataset::column_like;
use crate::domain::{label_name, plain_name};

/// Parts of the names of score columns.
const SCORE_WORDS: &[&str] = &[
    "score",
    "scores",
    "pred",
    "preds",
    "predicted",
    "prediction",
    "predictions",
    "prob",
    "probs",
    "proba",
    "probability",
    "output",
    "sigmoid",
];
/// Parts of the names of label columns.
const LABEL_WORDS: &[&str] = &[
    "true",
    "truth",
    "label",
    "labels",
    "target",
    "targets",
    "gt",
    "actual",
    "reference",
    "groundtruth",
];
/// Parts that say nothing more beside those.
const FILLERS: &[&str] = &["y", "ground"];
/// Names of the column of findings, without case, spaces and underscores.
const FINDING_NAMES: &[&str] = &[
    "finding",
    "findingname",
    "class",
    "classname",
    "pathology",
    "disease",
    "labelname",
];
/// The name of a finding that no column names.
const UNNAMED: &str = "Finding";

/// What the columns of a table of scores hold, by the names in its header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScoreColumns {
    /// Names the film; without it, rows are numbered.
    pub film: Option<String>,
    /// The person; without it, each film counts as a patient of its own.
    pub patient: Option<String>,
    /// Labels and scores.
    pub layout: ScoreLayout,
}

/// How a table holds labels and scores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScoreLayout {
    /// One row per film, two columns per finding.
    Wide(Vec<FindingColumns>),
    /// One row per film and finding.
    Long {
        /// Names the finding.
        finding: String,
        /// 0 or 1.
        label: String,
        /// From 0 to 1.
        score: String,
    },
}

/// Label and score of one finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingColumns {
    /// The finding's name.
    pub finding: String,
    /// Its column of labels.
    pub label: String,
    /// Its column of scores.
    pub score: String,
}

impl FindingColumns {
    /// Names the finding by what the two columns' names have beside words such as `true` and `score`.
    pub fn named_by(label: &str, score: &str) -> Self {
        let [of_label, of_score] = [label, score].map(|column| Role::of(column).1);
        let named = [of_label, of_score].into_iter();
        let finding = named.into_iter().find(|name| !name.is_empty());
        let finding = finding.unwrap_or_else(|| UNNAMED.to_owned());
        Self {
            finding: label_name(&finding).to_owned(),
            label: label.to_owned(),
            score: score.to_owned(),
        }
    }
}

impl ScoreColumns {
    /// Whether a table is in the program's own format, which needs no mapping.
    pub fn are_own(header: &[String]) -> bool {
        let is_own = |cell: &String| cell.starts_with("label:") || cell.starts_with("score:");
        header.iter().any(is_own)
    }

    /// What the names suggest: `y_true` and `y_score`, `Effusion_true` and `Effusion_score`,
    /// `Effusion` and `Effusion_prob`; `None` without such a pair.
    pub fn guess(header: &[String]) -> Option<Self> {
        let roles: Vec<(Role, String)> = header.iter().map(|name| Role::of(name)).collect();
        let named = || header.iter().zip(&roles);
        let label_of = |stem: &str| {
            let same = |role: Role| {
                named().find(|(_, (other, name))| {
                    *other == role && plain_name(name) == plain_name(stem)
                })
            };
            let bare = || same(Role::Other).filter(|_| !stem.is_empty());
            same(Role::Label).or_else(bare).map(|(column, _)| column)
        };
        let scores = named().filter(|(_, (role, _))| *role == Role::Score);
        let pairs: Vec<FindingColumns> = scores
            .filter_map(|(score, (_, stem))| Some(FindingColumns::named_by(label_of(stem)?, score)))
            .collect();
        let is_finding = |name: &&String| FINDING_NAMES.contains(&plain_name(name).as_str());
        let finding = header.iter().find(is_finding);
        let layout = match (pairs.as_slice(), finding) {
            ([], _) => return None,
            ([one], Some(finding)) if finding != &one.label => ScoreLayout::Long {
                finding: finding.clone(),
                label: one.label.clone(),
                score: one.score.clone(),
            },
            _ => ScoreLayout::Wide(pairs),
        };
        let (film, patient) = Self::film_and_patient(header, &layout);
        Some(Self {
            film,
            patient,
            layout,
        })
    }

    /// The columns, beside those of `layout`, that look like film and patient.
    pub fn film_and_patient(
        header: &[String],
        layout: &ScoreLayout,
    ) -> (Option<String>, Option<String>) {
        let taken = layout.columns();
        let free = header.iter().filter(|name| !taken.contains(&name.as_str()));
        let free: Vec<String> = free.cloned().collect();
        let patient = column_like(&free, &["patient", "subject", "person"]);
        let rest: Vec<String> = free
            .into_iter()
            .filter(|name| Some(name) != patient.as_ref())
            .collect();
        let film = column_like(&rest, &["image", "film", "file", "path", "dicom"]);
        (film, patient)
    }
}

impl ScoreLayout {
    /// The columns that it names.
    pub fn columns(&self) -> Vec<&str> {
        match self {
            Self::Wide(pairs) => {
                let names = pairs.iter().flat_map(|pair| [&pair.label, &pair.score]);
                names.map(String::as_str).collect()
            }
            Self::Long {
                finding,
                label,
                score,
            } => vec![finding, label, score],
        }
    }
}

impl fmt::Display for ScoreColumns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.layout {
            ScoreLayout::Wide(pairs) => {
                for (place, pair) in pairs.iter().enumerate() {
                    let comma = if place > 0 { "; " } else { "" };
                    write!(
                        f,
                        "{comma}{}: label {}, score {}",
                        pair.finding, pair.label, pair.score
                    )?;
                }
            }
            ScoreLayout::Long {
                finding,
                label,
                score,
            } => write!(f, "finding {finding}, label {label}, score {score}")?,
        }
        for (what, column) in [("film", &self.film), ("patient", &self.patient)] {
            if let Some(column) = column {
                write!(f, "; {what} {column}")?;
            }
        }
        Ok(())
    }
}

/// What a column's name says that it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Label,
    Score,
    Other,
}

impl Role {
    /// The role, and the rest of the name.
    fn of(column: &str) -> (Self, String) {
        let parts = column.split(|letter: char| !letter.is_alphanumeric());
        let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
        let has = |words: &[&str]| {
            let mut parts = parts.iter().map(|part| part.to_lowercase());
            parts.any(|part| words.contains(&part.as_str()))
        };
        let role = if has(SCORE_WORDS) {
            Self::Score
        } else if has(LABEL_WORDS) {
            Self::Label
        } else {
            return (Self::Other, column.to_owned());
        };
        let says_more = |part: &&&str| {
            let part = part.to_lowercase();
            ![SCORE_WORDS, LABEL_WORDS, FILLERS]
                .concat()
                .contains(&part.as_str())
        };
        let rest: Vec<&str> = parts.iter().filter(says_more).copied().collect();
        (role, rest.join("_"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guess(header: &str) -> Option<String> {
        let header: Vec<String> = header.split(',').map(ToOwned::to_owned).collect();
        ScoreColumns::guess(&header).map(|columns| columns.to_string())
    }

    #[test]
    fn pairs_of_columns_are_told_by_their_names() {
        for (header, expected) in [
            ("y_true,y_score", "Finding: label y_true, score y_score"),
            (
                "image,Effusion_true,Effusion_score,Mass_true,Mass_score",
                "Effusion: label Effusion_true, score Effusion_score; \
                 Mass: label Mass_true, score Mass_score; film image",
            ),
            (
                "Patient ID,Pleural Thickening,prob_Pleural_Thickening",
                "Pleural_Thickening: label Pleural Thickening, \
                 score prob_Pleural_Thickening; patient Patient ID",
            ),
            (
                "finding,y_true,y_score",
                "finding finding, label y_true, score y_score",
            ),
            (
                "pathology,file_name,target,prediction",
                "finding pathology, label target, score prediction; film file_name",
            ),
        ] {
            assert_eq!(guess(header).as_deref(), Some(expected), "{header}");
        }
        for header in ["a,b", "path,patient_id", "y_true,Effusion", "y_score"] {
            assert_eq!(guess(header), None, "{header}");
        }
    }
}
