//! From the text of a CSV to rows of films; what is not believed is a warning, what cannot be an error.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::domain::Labels;

use super::cells::{parse_age, parse_follow_up, parse_sex, parse_view};
use super::columns::NO_FINDING;
use super::error::excerpt;
use super::table::MAX_LABELS;
use super::{
    ColumnMap, DataError, FilmRow, FilmTable, FindingSet, LabelColumns, TableFile, TableRow,
};

/// A cell of a table that was not believed, and left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableWarning {
    /// Line of the table's file, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub text: String,
}

/// A table as read from its file, before its films are looked up.
#[derive(Debug)]
pub(super) struct TableCsv {
    pub table: FilmTable,
    /// Where each row says that its file is: a path, or the file's name alone.
    pub places: Vec<String>,
    /// Rows of the file, twins included.
    pub n_rows: usize,
    /// Images of rows that repeat an earlier row's image and were left out; once for each.
    pub duplicate_rows: Vec<String>,
    pub warnings: Vec<TableWarning>,
}

/// Reads a table; its columns are guessed without a map.
pub(super) fn read_table(path: &Path, map: Option<&ColumnMap>) -> Result<TableCsv, DataError> {
    let mut file = TableFile::open(path)?;
    let columns = Columns::find(path, file.header().to_vec(), map)?;
    let mut rows = Vec::new();
    while let Some(row) = file.next_row()? {
        row.check_length()?;
        rows.push(
            Row {
                row,
                columns: &columns,
            }
            .parse()?,
        );
    }
    if rows.is_empty() {
        let path = path.to_owned();
        return Err(DataError::NoRows { path });
    }
    let labels = columns.labels(path, &rows)?;
    collect(&labels, rows, &columns, path)
}

/// Column indices of a row.
struct Columns {
    header: Vec<String>,
    image: usize,
    path: Option<usize>,
    patient: usize,
    labels: LabelCells,
    follow_up: Option<usize>,
    age: Option<usize>,
    sex: Option<usize>,
    view_position: Option<usize>,
}

enum LabelCells {
    OneEach {
        columns: Vec<(usize, String)>,
        no_finding: Option<usize>,
    },
    Joined {
        column: usize,
        /// Empty where the labels are those that are found.
        labels: Vec<String>,
    },
}

impl Columns {
    fn find(path: &Path, header: Vec<String>, map: Option<&ColumnMap>) -> Result<Self, DataError> {
        let guessed = match map {
            Some(_) => None,
            None => ColumnMap::guess(&header),
        };
        let missing = |expected: String| DataError::Columns {
            path: path.to_owned(),
            line: 1,
            expected,
            found: header.clone(),
        };
        let Some(map) = map.or(guessed.as_ref()) else {
            return Err(missing(ColumnMap::EXPECTED.to_owned()));
        };
        let position = |name: &str| header.iter().position(|cell| cell == name);
        let names = map.columns();
        if !names.iter().all(|name| position(name).is_some()) {
            let quoted: Vec<String> = names.iter().map(|name| excerpt(name)).collect();
            return Err(missing(quoted.join(", ")));
        }
        // All are there: what a map names is found from here on.
        let at = |name: &String| position(name).unwrap_or(usize::MAX);
        let labels = match &map.labels {
            LabelColumns::OneEach { columns } => LabelCells::OneEach {
                columns: columns
                    .iter()
                    .filter(|name| *name != NO_FINDING)
                    .map(|name| (at(name), name.clone()))
                    .collect(),
                no_finding: columns.iter().find(|name| *name == NO_FINDING).map(at),
            },
            LabelColumns::Joined { column, labels } => LabelCells::Joined {
                column: at(column),
                labels: labels.clone(),
            },
        };
        Ok(Self {
            image: at(&map.image),
            path: map.path.as_ref().map(at),
            patient: at(&map.patient),
            labels,
            follow_up: map.follow_up.as_ref().map(at),
            age: map.age.as_ref().map(at),
            sex: map.sex.as_ref().map(at),
            view_position: map.view_position.as_ref().map(at),
            header,
        })
    }

    /// The labels in output order: as the columns or the map say, or as the rows have them.
    fn labels(&self, path: &Path, rows: &[ParsedRow]) -> Result<Labels, DataError> {
        let names: Vec<String> = match &self.labels {
            LabelCells::OneEach { columns, .. } => {
                columns.iter().map(|(_, name)| name.clone()).collect()
            }
            LabelCells::Joined { labels, .. } if labels.is_empty() => {
                let found: BTreeSet<&String> = rows.iter().flat_map(|row| &row.findings).collect();
                found.into_iter().cloned().collect()
            }
            LabelCells::Joined { labels, .. } => labels.clone(),
        };
        let path = path.to_owned();
        if names.len() > MAX_LABELS {
            let n_labels = names.len();
            return Err(DataError::TooManyLabels { path, n_labels });
        }
        Labels::new(names).map_err(|source| DataError::Labels { path, source })
    }

    fn findings_column(&self) -> &str {
        let column = match &self.labels {
            LabelCells::Joined { column, .. } => Some(*column),
            LabelCells::OneEach { columns, .. } => columns.first().map(|(column, _)| *column),
        };
        let name = column.and_then(|column| self.header.get(column));
        name.map(String::as_str).unwrap_or_default()
    }
}

/// A row whose labels are still names.
struct ParsedRow {
    line: u64,
    /// The value of the image column, with `/` between folders.
    image: String,
    place: String,
    findings: Vec<String>,
    film: FilmRow,
    warnings: Vec<String>,
}

struct Row<'a> {
    row: TableRow<'a>,
    columns: &'a Columns,
}

impl Row<'_> {
    fn parse(&self) -> Result<ParsedRow, DataError> {
        let columns = self.columns;
        let image = self
            .row
            .needed(columns.image, "the image's name")?
            .replace('\\', "/");
        let place = columns
            .path
            .map(|column| self.row.cell(column).replace('\\', "/"));
        let place = place.filter(|place| !place.is_empty());
        let mut warnings = Vec::new();
        let findings = self.findings(&mut warnings)?;
        let film = FilmRow {
            image: file_name(&image).to_owned(),
            path: None,
            patient_id: self.row.needed(columns.patient, "a patient")?.to_owned(),
            findings: FindingSet::empty(),
            follow_up: self.believed(columns.follow_up, parse_follow_up, &mut warnings),
            age_years: self.believed(columns.age, parse_age, &mut warnings),
            sex: self.believed(columns.sex, parse_sex, &mut warnings),
            view_position: self.believed(columns.view_position, parse_view, &mut warnings),
        };
        if film.image.is_empty() {
            return Err(self.row.error(columns.image, "the image's name"));
        }
        Ok(ParsedRow {
            line: self.row.line,
            place: place.unwrap_or_else(|| image.clone()),
            image,
            findings,
            film,
            warnings,
        })
    }

    /// The value of an optional column; a warning if it is implausible, `None` if blank.
    fn believed<T>(
        &self,
        column: Option<usize>,
        parse: fn(&str) -> Option<T>,
        warnings: &mut Vec<String>,
    ) -> Option<T> {
        let column = column?;
        let cell = self.row.cell(column);
        if cell.is_empty() {
            return None;
        }
        let value = parse(cell);
        if value.is_none() {
            let name = self.columns.header.get(column).map_or("", String::as_str);
            warnings.push(format!("{name}: {} is not understood", excerpt(cell)));
        }
        value
    }

    /// Labels decide what is learned, so nothing in them is guessed.
    fn findings(&self, warnings: &mut Vec<String>) -> Result<Vec<String>, DataError> {
        match &self.columns.labels {
            LabelCells::OneEach {
                columns,
                no_finding,
            } => {
                let mut found = Vec::new();
                for (column, name) in columns {
                    if self.row.flag(*column)? {
                        found.push(name.clone());
                    }
                }
                if let Some(column) = no_finding
                    && self.row.flag(*column)? != found.is_empty()
                {
                    warnings.push(format!("{NO_FINDING} contradicts the other labels"));
                }
                Ok(found)
            }
            LabelCells::Joined { column, labels } => {
                let expected = "findings joined by '|', or No Finding";
                let cell = self.row.needed(*column, expected)?;
                if cell == NO_FINDING {
                    return Ok(vec![]);
                }
                let names = cell.split('|').map(|name| name.trim().to_owned());
                let names: Vec<String> = names.collect();
                let known = |name: &String| labels.is_empty() || labels.contains(name);
                let sound = |name: &String| !name.is_empty() && name != NO_FINDING;
                if !names.iter().all(|name| sound(name) && known(name)) {
                    return Err(self.row.error(*column, expected));
                }
                Ok(names)
            }
        }
    }
}

/// Numbers the labels, names the films and leaves out twins.
fn collect(
    labels: &Labels,
    parsed: Vec<ParsedRow>,
    columns: &Columns,
    path: &Path,
) -> Result<TableCsv, DataError> {
    let n_rows = parsed.len();
    let by_path = names_need_folders(&parsed);
    let (mut rows, mut places) = (Vec::with_capacity(n_rows), Vec::with_capacity(n_rows));
    let (mut warnings, mut duplicate_rows) = (Vec::new(), Vec::new());
    let mut seen = BTreeSet::new();
    for row in parsed {
        let mut film = row.film;
        if by_path {
            film.image.clone_from(&row.image);
        }
        if !seen.insert(film.image.clone()) {
            duplicate_rows.push(film.image);
            continue;
        }
        for name in &row.findings {
            let finding_idx = labels.position(name).ok_or_else(|| DataError::Cell {
                path: path.to_owned(),
                line: row.line,
                column: columns.findings_column().to_owned(),
                expected: "a known label".to_owned(),
                got: excerpt(name),
            })?;
            film.findings.insert(finding_idx);
        }
        let line = row.line;
        let texts = row.warnings.into_iter();
        warnings.extend(texts.map(|text| TableWarning { line, text }));
        rows.push(film);
        places.push(row.place);
    }
    let table = FilmTable {
        labels: labels.clone(),
        rows,
    };
    Ok(TableCsv {
        table,
        places,
        n_rows,
        duplicate_rows,
        warnings,
    })
}

/// Whether different paths end in the same file name, which then names no film.
fn names_need_folders(parsed: &[ParsedRow]) -> bool {
    let mut paths = BTreeMap::new();
    parsed.iter().any(|row| {
        let image = row.image.as_str();
        *paths.entry(file_name(image)).or_insert(image) != image
    })
}

/// The part after the last slash.
pub(super) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
#[path = "table_csv_tests.rs"]
mod tests;
