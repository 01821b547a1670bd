//! Rows that repeat a film: united where they are marks or readers of it, else named.

use std::collections::BTreeMap;

use super::parsed_row::{ParsedRow, TableWarning};
use super::{FilmRow, FindingSet, Readers};

/// What became of rows that repeat a film.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Repeats {
    /// Images of rows that were left out, once for each.
    pub left_out: Vec<String>,
    /// Those of them that say something else than the row that counts.
    pub conflicts: Vec<TableWarning>,
    /// Films whose rows were united.
    pub n_united: usize,
}

/// One row for each film, in the order of their first rows.
///
/// Rows that are marks, such as boxes, are united: a reader has found what any of their rows says, and
/// `readers` decides where they differ. Of other rows the first counts.
pub(super) fn unite(
    rows: Vec<ParsedRow>,
    rows_are_marks: bool,
    readers: Readers,
) -> (Vec<ParsedRow>, Repeats) {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut films: Vec<Vec<ParsedRow>> = Vec::new();
    for row in rows {
        let place = places.get(&row.film.image);
        if let Some(film) = place.and_then(|place| films.get_mut(*place)) {
            film.push(row);
        } else {
            places.insert(row.film.image.clone(), films.len());
            films.push(vec![row]);
        }
    }
    let mut repeats = Repeats::default();
    let one_of = |rows: Vec<ParsedRow>| {
        if rows_are_marks {
            repeats.n_united += usize::from(rows.len() > 1);
            return united(rows, readers);
        }
        let mut rows = rows.into_iter();
        let first = rows.next()?;
        for row in rows {
            if let Some(text) = difference(&first, &row) {
                let line = row.line;
                repeats.conflicts.push(TableWarning { line, text });
            }
            repeats.left_out.push(row.film.image);
        }
        Some(first)
    };
    let films = films.into_iter().filter_map(one_of).collect();
    (films, repeats)
}

/// What a row says of a film that an earlier one contradicts.
fn difference(first: &ParsedRow, row: &ParsedRow) -> Option<String> {
    let labels = |film: &FilmRow| (film.findings, film.unknown);
    let other = if labels(&first.film) != labels(&row.film) {
        "other labels"
    } else if first.film.patient_id != row.film.patient_id {
        "another patient"
    } else {
        return None;
    };
    let (image, line) = (&row.film.image, first.line);
    Some(format!("{image} with {other} than in line {line}"))
}

fn united(rows: Vec<ParsedRow>, readers: Readers) -> Option<ParsedRow> {
    let mut of_reader: BTreeMap<&str, (FindingSet, FindingSet)> = BTreeMap::new();
    for row in &rows {
        let all_unknown = (FindingSet::empty(), FindingSet::all());
        let (found, unknown) = of_reader.entry(&row.reader).or_insert(all_unknown);
        *found = found.union(row.film.findings);
        *unknown = unknown.intersection(row.film.unknown);
    }
    let (mut findings, mut unknown) = (FindingSet::empty(), FindingSet::empty());
    for idx in FindingSet::all().iter() {
        let marked = of_reader.values().filter(|(found, _)| found.contains(idx));
        let n_marked = marked.count();
        let blank = |(found, unknown): &&(FindingSet, FindingSet)| {
            unknown.contains(idx) && !found.contains(idx)
        };
        let n_asked = of_reader.len() - of_reader.values().filter(blank).count();
        if n_asked == 0 {
            unknown.insert(idx);
        } else if readers.agree(n_marked, n_asked) {
            findings.insert(idx);
        }
    }
    let warnings: Vec<String> = rows.iter().flat_map(|row| row.warnings.clone()).collect();
    let mut first = rows.into_iter().next()?;
    first.film.no_finding = findings.is_empty() && unknown.is_empty();
    (first.film.findings, first.film.unknown) = (findings, unknown);
    first.warnings = warnings;
    Some(first)
}
