//! `thorax data`: a summary of a data set, its split and undersampling.

use std::io::{self, IsTerminal as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::{LabelArgs, output};
use crate::dataset::{
    ColumnMap, DataSet, LabelColumns, Leak, PartSummary, Split, SplitLists, SplitRule, SplitShares,
    Undersampling, read_header, read_list, undersample,
};
use crate::domain::Part;

mod json;
mod table;

#[derive(Debug, Args)]
pub struct DataArgs {
    /// Folder with films (at any depth) and a CSV, or the CSV; its films may be missing
    source: PathBuf,
    /// Undersamples films without a finding: every-fifth, or a fraction such as 0.2
    #[arg(long, value_name = "RULE", default_value_t = Undersampling::None)]
    undersample: Undersampling,
    /// Undersamples validation and test too, not only training
    #[arg(long)]
    undersample_all: bool,
    /// Splits the films into train, valid and test
    #[arg(long, value_enum)]
    split: Option<SplitChoice>,
    #[command(flatten)]
    lists: ListArgs,
    /// Fraction of the films for validation
    #[arg(long, value_name = "SHARE", default_value_t = SplitShares::default().valid_share)]
    valid_share: f64,
    /// Fraction of the films for testing
    #[arg(long, value_name = "SHARE", default_value_t = SplitShares::default().test_share)]
    test_share: f64,
    /// Random seed of the split and the undersampling
    #[arg(long, default_value_t = SplitShares::default().seed)]
    seed: u64,
    #[command(flatten)]
    columns: ColumnArgs,
    #[command(flatten)]
    labels: LabelArgs,
    /// Output format
    #[arg(long, value_enum, default_value_t = ReportFormat::Table)]
    format: ReportFormat,
}

/// Lists imply a split by lists.
#[derive(Debug, Args)]
struct ListArgs {
    /// List of training films, one per line; default: all films in no other list
    #[arg(long = "train-list", id = "train-list", value_name = "FILE")]
    train: Option<PathBuf>,
    /// List of validation films; default: patients taken from training
    #[arg(long = "valid-list", id = "valid-list", value_name = "FILE")]
    valid: Option<PathBuf>,
    /// List of test films
    #[arg(long = "test-list", id = "test-list", value_name = "FILE")]
    test: Option<PathBuf>,
}

/// Column names, for a CSV with a custom header.
#[derive(Debug, Args)]
struct ColumnArgs {
    /// Column of the film's name or path, if the header is not NIH's
    #[arg(long, value_name = "COLUMN")]
    image_column: Option<String>,
    /// Column of the patient
    #[arg(long, value_name = "COLUMN")]
    patient_column: Option<String>,
    /// Column of all findings, joined by '|' or as a list in brackets
    #[arg(long, value_name = "COLUMN", conflicts_with = "label_columns")]
    findings_column: Option<String>,
    /// Columns with 0 or 1, blank (unknown) or -1 (uncertain), one per label, in the order of the
    /// model's outputs
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    label_columns: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum SplitChoice {
    /// By patient: all films of a patient in one part
    Patient,
    /// By image: patients leak, scores will look better than they are
    Image,
    /// By lists
    Lists,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ReportFormat {
    /// Human-readable text
    Table,
    /// JSON, one object
    Json,
}

/// The printed report, in either format.
struct Report {
    data: DataSet,
    undersampling: Undersampling,
    rule: Option<SplitRule>,
    /// The films that would be used: all parts together, or the whole table without a split.
    used: PartSummary,
    /// Contents of each part; the whole table under the name "all" without a split.
    parts: Vec<PartReport>,
    /// Rows left out by a training list.
    n_in_no_part: usize,
    leaks: Vec<Leak>,
    notices: Vec<String>,
}

struct PartReport {
    name: &'static str,
    before: PartSummary,
    after: PartSummary,
}

/// Prints a summary of the data set; leaks and missing films are reported, not errors.
pub fn run(args: &DataArgs) -> anyhow::Result<ExitCode> {
    let report = args.report()?;
    let text = match args.format {
        ReportFormat::Json => json::text(&report)?,
        ReportFormat::Table => {
            let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
            table::text(&report, io::stdout().is_terminal() && !plain)
        }
    };
    output::answer(&text)?;
    Ok(ExitCode::SUCCESS)
}

impl DataArgs {
    fn report(&self) -> anyhow::Result<Report> {
        let rule = self.rule()?;
        let columns = self.columns.map(&self.source)?;
        let data = DataSet::open_by(&self.source, columns.as_ref(), self.labels.rules())?;
        let mut notices = data.files.notices();
        let all: Vec<usize> = (0..data.table.rows.len()).collect();
        let split = match &rule {
            Some(rule) => Some(Split::new(&data.table, rule)?),
            None => None,
        };
        let parts = match &split {
            Some(split) => split.parts().to_vec(),
            None => vec![("all", &all[..])],
        };
        let (mut used, mut reports) = (Vec::new(), Vec::new());
        let undersampling = self.undersampling();
        for (name, rows) in parts {
            let touched = name != "valid" && name != "test" || self.undersample_all;
            let rule = if touched {
                undersampling
            } else {
                Undersampling::None
            };
            let kept = undersample(&data.table, rows, &rule);
            reports.push(PartReport {
                name,
                before: PartSummary::of(&data.table, rows),
                after: PartSummary::of(&data.table, &kept),
            });
            used.extend(kept);
        }
        if let Some(SplitRule::Lists(lists)) = &rule {
            notices.extend(unknown_names(&data, lists)?);
        }
        let leaks = split.map_or_else(Vec::new, |split| split.leaks(&data.table));
        if matches!(rule, Some(SplitRule::ByImage(_))) {
            let text = "a split by image puts films of one patient into several parts: scores \
                        from it come out too good; split by patient";
            notices.push(text.to_owned());
        }
        let n_in_parts: usize = reports.iter().map(|part| part.before.n_films).sum();
        Ok(Report {
            used: PartSummary::of(&data.table, &used),
            undersampling,
            rule,
            parts: reports,
            n_in_no_part: data.table.rows.len() - n_in_parts,
            leaks,
            notices,
            data,
        })
    }

    /// The rule, with the seed of the command line unless it has one of its own.
    fn undersampling(&self) -> Undersampling {
        match self.undersample {
            Undersampling::Fraction { share, seed: 0 } => Undersampling::Fraction {
                share,
                seed: self.seed,
            },
            rule => rule,
        }
    }

    fn rule(&self) -> anyhow::Result<Option<SplitRule>> {
        let shares = SplitShares {
            seed: self.seed,
            valid_share: self.valid_share,
            test_share: self.test_share,
        };
        let ListArgs { train, valid, test } = &self.lists;
        let listed = [train, valid, test];
        let listed = listed.iter().any(|list| list.is_some());
        anyhow::ensure!(
            !listed || matches!(self.split, None | Some(SplitChoice::Lists)),
            "expected --split lists with --train-list, --valid-list or --test-list"
        );
        anyhow::ensure!(
            listed || self.split != Some(SplitChoice::Lists),
            "expected --train-list, --valid-list or --test-list with --split lists"
        );
        Ok(match self.split {
            None if !listed => None,
            Some(SplitChoice::Patient) => Some(SplitRule::ByPatient(shares)),
            Some(SplitChoice::Image) => Some(SplitRule::ByImage(shares)),
            None | Some(SplitChoice::Lists) => Some(SplitRule::Lists(SplitLists {
                train: train.clone(),
                valid: valid.clone(),
                test: test.clone(),
                shares,
            })),
        })
    }
}

impl ColumnArgs {
    /// The columns named, over what the header of a CSV tells by itself; `None` if none is.
    fn map(&self, source: &std::path::Path) -> anyhow::Result<Option<ColumnMap>> {
        let labels = match (&self.findings_column, self.label_columns.as_slice()) {
            (Some(column), _) => Some(LabelColumns::Joined {
                column: column.clone(),
                labels: vec![],
            }),
            (None, []) => None,
            (None, columns) => Some(LabelColumns::OneEach {
                columns: columns.to_vec(),
            }),
        };
        if labels.is_none() && self.image_column.is_none() && self.patient_column.is_none() {
            return Ok(None);
        }
        let guess = if source.is_file() {
            ColumnMap::guess(&read_header(source)?)
        } else {
            None
        };
        let image = self.image_column.clone();
        let patient = self.patient_column.clone();
        let (image, patient, labels, rest) = match guess {
            Some(map) => (
                image.unwrap_or_else(|| map.image.clone()),
                patient.unwrap_or_else(|| map.patient.clone()),
                labels.unwrap_or_else(|| map.labels.clone()),
                Some(map),
            ),
            None => match (image, patient, labels) {
                (Some(image), Some(patient), Some(labels)) => (image, patient, labels, None),
                _ => anyhow::bail!(
                    "expected --image-column, --patient-column, and --findings-column or \
                     --label-columns for a CSV with a header of its own"
                ),
            },
        };
        let rest = rest.as_ref();
        Ok(Some(ColumnMap {
            image,
            path: rest.and_then(|map| map.path.clone()),
            patient,
            labels,
            follow_up: rest.and_then(|map| map.follow_up.clone()),
            age: rest.and_then(|map| map.age.clone()),
            sex: rest.and_then(|map| map.sex.clone()),
            view_position: rest.and_then(|map| map.view_position.clone()),
        }))
    }
}

/// Says of each list how many of its films the table has not: normal where the table is a part.
fn unknown_names(data: &DataSet, lists: &SplitLists) -> anyhow::Result<Vec<String>> {
    let mut notices = Vec::new();
    let paths = [&lists.train, &lists.valid, &lists.test];
    for (part, path) in Part::ALL.into_iter().zip(paths) {
        let Some(path) = path else {
            continue;
        };
        let listed = read_list(&data.table, path, part)?;
        if let Some(first) = listed.unknown.first() {
            let n_unknown = listed.unknown.len();
            let path = path.display();
            notices.push(format!(
                "{n_unknown} films of a list are not in the table, such as {first}: {path}"
            ));
        }
        if listed.n_repeated > 0 {
            let (n_repeated, path) = (listed.n_repeated, path.display());
            notices.push(format!("{n_repeated} lines repeat an earlier film: {path}"));
        }
    }
    Ok(notices)
}
