use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::domain::LabelsError;
use crate::files::open_fault;

use super::table::MAX_LABELS;
use super::text::MAX_TEXT_BYTES;

/// Errors from reading a data set; texts name line and path.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum DataError {
    #[error("{}: {}", open_fault(cause), path.display())]
    Unreadable { path: PathBuf, cause: io::Error },
    #[error("expected at most {MAX_TEXT_BYTES} bytes of text, got more: {}", path.display())]
    TooLarge { path: PathBuf },
    #[error("expected text in UTF-8 or UTF-16, got other bytes in line {line}: {}", path.display())]
    NotText { path: PathBuf, line: usize },
    #[error(
        "expected one CSV with the columns {expected}, found {}: {}",
        listed(others, "no CSV"),
        path.display()
    )]
    NoTable {
        path: PathBuf,
        expected: String,
        /// CSV files that have other columns.
        others: Vec<String>,
    },
    #[error(
        "expected one table, found {}: name the one to use",
        listed(tables, "none")
    )]
    SeveralTables { tables: Vec<String> },
    #[error(
        "expected the columns {expected}, found {}, in line {line}: {}",
        listed(found, "none"),
        path.display()
    )]
    Columns {
        path: PathBuf,
        line: u64,
        expected: String,
        found: Vec<String>,
    },
    #[error("expected {expected} fields, got {got}, in line {line}: {}", path.display())]
    Fields {
        path: PathBuf,
        line: u64,
        expected: usize,
        got: usize,
    },
    #[error("expected {expected} in column {column:?}, got {got}, in line {line}: {}", path.display())]
    Cell {
        path: PathBuf,
        line: u64,
        column: String,
        expected: String,
        got: String,
    },
    #[error("the table has two columns {column:?}: {}", path.display())]
    TwinColumns { path: PathBuf, column: String },
    #[error(
        "the table has one row per study; expected a table of their films beside it, such as \
         mimic-cxr-2.0.0-metadata.csv: {}",
        path.display()
    )]
    NoFilmsOfStudies { path: PathBuf },
    #[error("no image of the table was found under {}", root.display())]
    NoImages { root: PathBuf },
    #[error("expected rows below the header, got none: {}", path.display())]
    NoRows { path: PathBuf },
    #[error("{source}: {}", path.display())]
    Labels { path: PathBuf, source: LabelsError },
    #[error("expected at most {MAX_LABELS} labels, got {n_labels}: {}", path.display())]
    TooManyLabels { path: PathBuf, n_labels: usize },
    #[error("expected soft labels of training films, none of {n_names} names matches: {}", path.display())]
    ForeignSoftLabels { path: PathBuf, n_names: usize },
    #[error("a quote opened in line {line} is never closed: {}", path.display())]
    OpenQuote { path: PathBuf, line: u64 },
    #[error("not a CSV ({source}): {}", path.display())]
    Csv { path: PathBuf, source: csv::Error },
}

/// Maximum number of names listed in a message.
const MAX_LISTED: usize = 30;

/// Names in a row, or what to say where there are none.
fn listed(names: &[String], none: &str) -> String {
    if names.is_empty() {
        return none.to_owned();
    }
    let shown: Vec<String> = names.iter().take(MAX_LISTED).map(|s| excerpt(s)).collect();
    let more = names.len().saturating_sub(MAX_LISTED);
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    shown.join(", ") + &more
}

/// A cell as messages quote it: escaped, and not longer than a line.
pub(super) fn excerpt(cell: &str) -> String {
    const MAX_CHARS: usize = 80;
    if cell.chars().nth(MAX_CHARS).is_none() {
        return format!("{cell:?}");
    }
    let start: String = cell.chars().take(MAX_CHARS).collect();
    format!("{start:?}…")
}
