//! The choice of columns for a table of scores that others have written.

use std::path::{Path, PathBuf};

use anyhow::ensure;

use crate::dataset::TableFile;
use crate::evaluate::OpenedSet;
use crate::scores::{FindingColumns, ScoreColumns, ScoreLayout, ScoreTable};

/// Rows that are shown of a table.
const N_ROWS: usize = 4;

/// What opening scores has led to.
#[derive(Clone, Debug)]
pub enum Opened {
    /// Scores.
    Set(Box<OpenedSet>),
    /// A table whose columns are to be chosen.
    Foreign(Box<ScoreColumnsDraft>),
}

/// A choice of columns being edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScoreColumnsDraft {
    /// The table whose header this is.
    pub table: PathBuf,
    /// Its columns, in their order.
    pub header: Vec<String>,
    /// Its first rows.
    pub rows: Vec<Vec<String>>,
    /// Names the film.
    pub film: Option<String>,
    /// The person.
    pub patient: Option<String>,
    /// Whether each row is of one film and one finding.
    pub is_long: bool,
    /// Names the finding of a row.
    pub finding: Option<String>,
    /// Label and score: of each finding, or the first of them of every row.
    pub pairs: Vec<PairDraft>,
}

/// Label and score of one finding.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PairDraft {
    /// The finding's name; blank until it is typed.
    pub name: String,
    /// Its column of labels.
    pub label: Option<String>,
    /// Its column of scores.
    pub score: Option<String>,
}

impl ScoreColumnsDraft {
    /// Reads header and first rows; `None` where the program knows the table's columns, or it is no
    /// CSV.
    pub(super) fn read_foreign(path: &Path) -> anyhow::Result<Option<Self>> {
        if path.is_dir() || ScoreTable::open(path)?.is_some() {
            return Ok(None);
        }
        let mut file = TableFile::open(path)?;
        let header = file.header().to_vec();
        if ScoreColumns::are_own(&header) {
            return Ok(None);
        }
        ensure!(
            header.len() > 1,
            "expected a table with columns of labels and scores, got {} column: {}",
            header.len(),
            path.display()
        );
        let mut rows = Vec::new();
        while rows.len() < N_ROWS
            && let Some(row) = file.next_row()?
        {
            let cells = (0..header.len()).map(|column| row.cell(column).to_owned());
            rows.push(cells.collect());
        }
        ensure!(
            !rows.is_empty(),
            "expected rows below the header, got none: {}",
            path.display()
        );
        Ok(Some(Self::new(path.to_owned(), header, rows)))
    }

    /// Starts from what the names suggest.
    pub fn new(table: PathBuf, header: Vec<String>, rows: Vec<Vec<String>>) -> Self {
        let guess = ScoreColumns::guess(&header).unwrap_or_else(|| {
            let layout = ScoreLayout::Wide(Vec::new());
            let (film, patient) = ScoreColumns::film_and_patient(&header, &layout);
            ScoreColumns {
                film,
                patient,
                layout,
            }
        });
        let draft = |finding: String, label, score| PairDraft {
            name: finding,
            label: Some(label),
            score: Some(score),
        };
        let (finding, mut pairs) = match guess.layout {
            ScoreLayout::Wide(pairs) => {
                let pairs = pairs.into_iter();
                let pairs = pairs.map(|pair| draft(pair.finding, pair.label, pair.score));
                (None, pairs.collect())
            }
            ScoreLayout::Long {
                finding,
                label,
                score,
            } => (Some(finding), vec![draft(String::new(), label, score)]),
        };
        if pairs.is_empty() {
            pairs.push(PairDraft::default());
        }
        Self {
            table,
            header,
            rows,
            film: guess.film,
            patient: guess.patient,
            is_long: finding.is_some(),
            finding,
            pairs,
        }
    }

    /// The finished choice, or what is missing in it.
    pub fn to_columns(&self) -> Result<ScoreColumns, &'static str> {
        let label = |pair: &PairDraft| pair.label.clone().ok_or("Choose the column of labels");
        let score = |pair: &PairDraft| pair.score.clone().ok_or("Choose the column of scores");
        let layout = if self.is_long {
            let pair = self.pairs.first().ok_or("Choose the column of labels")?;
            let finding = self.finding.clone();
            ScoreLayout::Long {
                finding: finding.ok_or("Choose the column that names the finding")?,
                label: label(pair)?,
                score: score(pair)?,
            }
        } else {
            let mut pairs = Vec::new();
            for pair in &self.pairs {
                let (label, score) = (label(pair)?, score(pair)?);
                if label == score {
                    return Err("Choose two columns, one of labels and one of scores");
                }
                let named = FindingColumns::named_by(&label, &score);
                let typed = pair.name.trim();
                pairs.push(FindingColumns {
                    finding: if typed.is_empty() {
                        named.finding
                    } else {
                        typed.to_owned()
                    },
                    ..named
                });
            }
            if pairs.is_empty() {
                return Err("Add a finding");
            }
            ScoreLayout::Wide(pairs)
        };
        Ok(ScoreColumns {
            film: self.film.clone(),
            patient: self.patient.clone(),
            layout,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(header: &str) -> ScoreColumnsDraft {
        let header = header.split(',').map(ToOwned::to_owned).collect();
        ScoreColumnsDraft::new(PathBuf::from("t.csv"), header, Vec::new())
    }

    #[test]
    fn what_is_missing_is_named_until_nothing_is() {
        let mut draft = draft("image,a,b");
        assert_eq!(draft.film.as_deref(), Some("image"));
        assert_eq!(draft.to_columns(), Err("Choose the column of labels"));
        draft.pairs[0].label = Some("a".to_owned());
        assert_eq!(draft.to_columns(), Err("Choose the column of scores"));
        draft.pairs[0].score = Some("b".to_owned());
        draft.pairs[0].name = "Mass".to_owned();
        let columns = draft.to_columns().unwrap();
        assert_eq!(columns.to_string(), "Mass: label a, score b; film image");
        draft.is_long = true;
        assert!(draft.to_columns().is_err());
    }

    #[test]
    fn a_guess_is_a_finished_choice() {
        for header in ["finding,y_true,y_score", "a_true,a_pred,b_true,b_pred"] {
            let draft = draft(header);
            let guess = ScoreColumns::guess(&draft.header);
            assert_eq!(draft.to_columns().ok(), guess);
        }
    }
}
