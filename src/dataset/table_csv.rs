//! From rows of cells to rows of films; what is not believed is a warning, what cannot be an error.

use std::collections::BTreeMap;
use std::path::Path;

use crate::domain::{is_no_finding, label_name};

use super::cells::{parse_age, parse_follow_up, parse_sex, parse_view, plain_id};
use super::error::excerpt;
use super::parsed_row::{ParsedRow, TableWarning};
use super::path_parts::{file_name, patient_of_path, view_of_path};
use super::repeats::{Repeats, unite};
use super::studies::StudyFilms;
use super::table_columns::{Columns, LabelCells, PatientColumn};
use super::{
    ColumnMap, DataError, FilmRow, FilmTable, FindingSet, LabelRules, TableFile, TableRow,
    ViewPosition,
};

/// A table as read from its file, before its films are looked up.
#[derive(Debug)]
pub(super) struct TableCsv {
    pub table: FilmTable,
    /// Where each row says that its file is: a path, or the file's name alone.
    pub places: Vec<String>,
    /// Rows of the file, twins included.
    pub n_rows: usize,
    pub repeats: Repeats,
    pub warnings: Vec<TableWarning>,
    /// Words of lists of findings that are no label, with the films that have them.
    pub other_words: BTreeMap<String, usize>,
    /// Studies that have labels, but no film.
    pub empty_studies: Vec<String>,
}

/// Reads a table; its columns are guessed without a map.
pub(super) fn read_table(
    path: &Path,
    map: Option<&ColumnMap>,
    rules: LabelRules,
) -> Result<TableCsv, DataError> {
    let mut file = TableFile::open(path)?;
    let columns = Columns::find(path, &file, map)?;
    let (mut rows, mut other_words) = (Vec::new(), BTreeMap::new());
    while let Some(row) = file.next_row()? {
        row.check_length()?;
        let row = Row {
            cells: row,
            columns: &columns,
            rules,
        };
        rows.push(row.parse(&mut other_words)?);
    }
    if rows.is_empty() {
        let path = path.to_owned();
        return Err(DataError::NoRows { path });
    }
    let n_rows = rows.len();
    let mut empty_studies = Vec::new();
    if columns.traits.study == Some(columns.image) {
        let films = StudyFilms::beside(path)?;
        (rows, empty_studies) = films.films_of(rows);
    }
    name_films(&mut rows);
    let (rows, repeats) = unite(rows, columns.traits.rows_are_marks, rules.readers);
    let (mut films, mut places) = (Vec::new(), Vec::new());
    let mut warnings = Vec::new();
    for row in rows {
        let line = row.line;
        let texts = row.warnings.into_iter();
        warnings.extend(texts.map(|text| TableWarning { line, text }));
        films.push(row.film);
        places.push(row.place);
    }
    let labels = columns.names.settle(path, &mut films)?;
    Ok(TableCsv {
        table: FilmTable {
            labels,
            rows: films,
        },
        places,
        n_rows,
        repeats,
        warnings,
        other_words,
        empty_studies,
    })
}

struct Row<'a> {
    cells: TableRow<'a>,
    columns: &'a Columns,
    rules: LabelRules,
}

/// The labels of one row.
#[derive(Default)]
struct RowLabels {
    findings: FindingSet,
    unknown: FindingSet,
    /// What a column "No Finding" says.
    no_finding: Option<bool>,
}

impl Row<'_> {
    fn parse(&self, other_words: &mut BTreeMap<String, usize>) -> Result<ParsedRow, DataError> {
        let columns = self.columns;
        let image = self
            .cells
            .needed(columns.image, "the image's name")?
            .replace('\\', "/");
        let place = columns
            .path
            .map(|column| self.cells.cell(column).replace('\\', "/"));
        let place = place.filter(|place| !place.is_empty());
        let place = place.unwrap_or_else(|| image.clone());
        let mut warnings = Vec::new();
        let labels = self.labels(&mut warnings, other_words)?;
        let is_empty = labels.findings.is_empty();
        let film = FilmRow {
            image: plain_id(file_name(&image)).to_owned(),
            path: None,
            patient_id: self.patient()?,
            findings: labels.findings,
            unknown: labels.unknown,
            no_finding: is_empty && (labels.unknown.is_empty() || labels.no_finding == Some(true)),
            follow_up: self.believed(columns.follow_up, parse_follow_up, &mut warnings),
            age_years: self.believed(columns.age, parse_age, &mut warnings),
            sex: self.believed(columns.sex, parse_sex, &mut warnings),
            view_position: self.view(&place, &mut warnings),
        };
        if film.image.is_empty() {
            return Err(self.cells.error(columns.image, "the image's name"));
        }
        let reader = columns.traits.reader.map(|column| self.cells.cell(column));
        Ok(ParsedRow {
            line: self.cells.line,
            image: plain_id(&image).to_owned(),
            place: plain_id(&place).to_owned(),
            reader: reader.unwrap_or_default().to_owned(),
            film,
            warnings,
        })
    }

    fn patient(&self) -> Result<String, DataError> {
        match self.columns.patient {
            PatientColumn::Own(column) => {
                let id = self.cells.needed(column, "a patient")?;
                Ok(plain_id(id).to_owned())
            }
            PatientColumn::InPath { column, is_needed } => {
                let path = self.cells.needed(column, "a patient")?;
                let expected = "a patient's folder such as patient00001, \
                    or a column of patients such as Patient ID";
                match patient_of_path(path) {
                    Some(patient) => Ok(patient.to_owned()),
                    None if is_needed => Err(self.cells.error(column, expected)),
                    None => Ok(path.to_owned()),
                }
            }
        }
    }

    fn view(&self, place: &str, warnings: &mut Vec<String>) -> Option<ViewPosition> {
        let own = self.believed(self.columns.view_position, parse_view, warnings);
        let lateral = self.columns.traits.lateral;
        let is_lateral =
            lateral.is_some_and(|column| self.cells.cell(column).eq_ignore_ascii_case("lateral"));
        own.or_else(|| is_lateral.then_some(ViewPosition::Other))
            .or_else(|| view_of_path(place))
    }

    /// The value of an optional column; a warning if it is implausible, `None` if blank.
    fn believed<T>(
        &self,
        column: Option<usize>,
        parse: fn(&str) -> Option<T>,
        warnings: &mut Vec<String>,
    ) -> Option<T> {
        let column = column?;
        let cell = self.cells.cell(column);
        if cell.is_empty() || cell.eq_ignore_ascii_case("nan") {
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
    fn labels(
        &self,
        warnings: &mut Vec<String>,
        other_words: &mut BTreeMap<String, usize>,
    ) -> Result<RowLabels, DataError> {
        match &self.columns.labels {
            LabelCells::OneEach {
                columns,
                no_finding,
            } => {
                let mut labels = RowLabels::default();
                for (idx, column) in columns.iter().enumerate() {
                    match self.label(*column)? {
                        Some(true) => labels.findings.insert(idx),
                        Some(false) => {}
                        None => labels.unknown.insert(idx),
                    }
                }
                if let Some(column) = no_finding {
                    labels.no_finding = self.label(*column)?;
                }
                let contradicted = match labels.no_finding {
                    Some(true) => !labels.findings.is_empty(),
                    Some(false) => labels.findings.is_empty() && labels.unknown.is_empty(),
                    None => false,
                };
                if contradicted {
                    warnings.push("No Finding contradicts the other labels".to_owned());
                }
                Ok(labels)
            }
            LabelCells::Joined { column } => self.joined(*column, other_words),
        }
    }

    fn label(&self, column: usize) -> Result<Option<bool>, DataError> {
        if self.columns.traits.mask != Some(column) {
            return self.cells.label(column, self.rules.uncertain);
        }
        // Pairs of a start and a length, or -1 where there is no mask.
        let cell = self.cells.cell(column);
        let is_run = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        match cell {
            "" => Ok(None),
            "-1" => Ok(Some(false)),
            _ if cell.split_whitespace().all(is_run) => Ok(Some(true)),
            _ => Err(self.cells.error(column, "a run-length mask or -1")),
        }
    }

    /// Findings in one cell: joined by '|', or a list in brackets, of which words that are no label
    /// are counted. Known labels may be joined by ';' or ',' too.
    fn joined(
        &self,
        column: usize,
        other_words: &mut BTreeMap<String, usize>,
    ) -> Result<RowLabels, DataError> {
        let names = &self.columns.names;
        let cell = self.cells.cell(column);
        let mut labels = RowLabels::default();
        if cell.is_empty() || cell.eq_ignore_ascii_case("nan") {
            labels.unknown = FindingSet::all();
            return Ok(labels);
        }
        let list = cell
            .strip_prefix('[')
            .and_then(|cell| cell.strip_suffix(']'));
        let words: Vec<&str> = match list {
            Some(list) => words_of_list(list),
            None if names.may_be_joined_by_commas(cell) => {
                cell.split([';', ',']).map(str::trim).collect()
            }
            None => cell.split('|').map(str::trim).collect(),
        };
        let says_nothing = |word: &&str| is_no_finding(word);
        if list.is_none() && words.len() > 1 && words.iter().any(says_nothing) {
            return Err(self.cells.error(column, &names.expected()));
        }
        for word in words.iter().filter(|word| !is_no_finding(word)) {
            let known = (!word.is_empty()).then(|| names.index(label_name(word)));
            match (known.flatten(), list) {
                (Some(idx), _) => labels.findings.insert(idx),
                (None, Some(_)) => *other_words.entry((*word).to_owned()).or_default() += 1,
                (None, None) => {
                    let got = if word.is_empty() { cell } else { word };
                    return Err(self.cells.error_of(column, &names.expected(), got));
                }
            }
        }
        Ok(labels)
    }
}

/// The words of a list as Python writes it, in quotes or not.
fn words_of_list(list: &str) -> Vec<&str> {
    let quote = |letter: char| letter == '\'' || letter == '"';
    let mut words: Vec<&str> = Vec::new();
    let mut rest = list.trim();
    while !rest.is_empty() {
        let (word, after) = match rest.chars().next().filter(|letter| quote(*letter)) {
            Some(mark) => {
                let inside = rest.get(1..).unwrap_or_default();
                inside.split_once(mark).unwrap_or((inside, ""))
            }
            None => rest.split_once(',').unwrap_or((rest, "")),
        };
        words.push(word.trim());
        rest = after.trim_start_matches(|letter: char| letter == ',' || letter.is_whitespace());
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Names films by their paths where different paths end in the same file name.
fn name_films(rows: &mut [ParsedRow]) {
    let mut paths = BTreeMap::new();
    let needs_folders = rows.iter().any(|row| {
        let image = row.image.as_str();
        *paths.entry(file_name(image)).or_insert(image) != image
    });
    if needs_folders {
        for row in rows {
            row.film.image.clone_from(&row.image);
        }
    }
}

#[cfg(test)]
#[path = "table_csv_tests.rs"]
mod tests;
