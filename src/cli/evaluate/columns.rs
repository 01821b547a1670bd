//! Arguments that say what the columns of someone else's table of scores hold.

use clap::Args;

use crate::scores::{FindingColumns, ScoreColumns, ScoreLayout};

#[derive(Clone, Debug, Args)]
pub struct ScoreColumnArgs {
    /// Columns of labels in tables of scores with other columns than ours, one per finding
    #[arg(
        long = "label-columns",
        id = "label-columns",
        value_name = "COLUMN,...",
        value_delimiter = ','
    )]
    #[arg(requires_all = ["predictions", "score-columns"])]
    labels: Vec<String>,
    /// Columns of scores, in the order of --label-columns
    #[arg(
        long = "score-columns",
        id = "score-columns",
        value_name = "COLUMN,...",
        value_delimiter = ','
    )]
    #[arg(requires = "label-columns")]
    scores: Vec<String>,
    /// Column of findings in a table with one row per film and finding
    #[arg(
        long = "finding-column",
        value_name = "COLUMN",
        requires = "label-columns"
    )]
    finding: Option<String>,
    /// Column that names the film; default: rows are numbered
    #[arg(
        long = "image-column",
        value_name = "COLUMN",
        requires = "label-columns"
    )]
    image: Option<String>,
    /// Column of the patient; default: each film counts as a patient of its own
    #[arg(
        long = "patient-column",
        value_name = "COLUMN",
        requires = "label-columns"
    )]
    patient: Option<String>,
}

impl ScoreColumnArgs {
    /// The columns; `None` where the names of a table's columns say what they hold.
    pub fn columns(&self) -> anyhow::Result<Option<ScoreColumns>> {
        let (labels, scores) = (&self.labels, &self.scores);
        if labels.is_empty() {
            return Ok(None);
        }
        anyhow::ensure!(
            labels.len() == scores.len(),
            "expected as many --score-columns as --label-columns, got {} and {}",
            scores.len(),
            labels.len()
        );
        let layout = match (&self.finding, labels.as_slice(), scores.as_slice()) {
            (None, ..) => {
                let pairs = labels.iter().zip(scores);
                let pairs = pairs.map(|(label, score)| FindingColumns::named_by(label, score));
                ScoreLayout::Wide(pairs.collect())
            }
            (Some(finding), [label], [score]) => ScoreLayout::Long {
                finding: finding.clone(),
                label: label.clone(),
                score: score.clone(),
            },
            (Some(_), ..) => anyhow::bail!(
                "expected one column of labels and one of scores beside --finding-column, got {}",
                labels.len()
            ),
        };
        Ok(Some(ScoreColumns {
            film: self.image.clone(),
            patient: self.patient.clone(),
            layout,
        }))
    }
}
