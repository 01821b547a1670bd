use std::collections::BTreeSet;
use std::path::Path;

use crate::domain::{Part, plain_name};

use super::columns::names_film;
use super::film_names::FilmNames;
use super::text::read_text;
use super::{DataError, FilmTable, TableFile, TableRow};

/// The result of matching a list of film names to a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListedFilms {
    /// The table's rows that it names, in table order, each once.
    pub rows: Vec<usize>,
    /// Names of films that the table has not, in the list's order.
    pub unknown: Vec<String>,
    /// Lines that name a film again.
    pub n_repeated: usize,
}

/// Reads the films of `part` from a list: one film a line, all of that part, or a table with a column
/// of films and one of parts, as MIMIC-CXR's split.
///
/// Names are bare or paths of which the file name counts, with or without its ending. Where the table
/// names films by their paths, whole paths are compared first.
pub fn read_list(table: &FilmTable, path: &Path, part: Part) -> Result<ListedFilms, DataError> {
    let text = read_text(path)?;
    let names = FilmNames::of(table);
    let lines: Vec<String> = text.lines().map(|line| line.trim().to_owned()).collect();
    let mut rows = BTreeSet::new();
    let mut listed = ListedFilms::default();
    let mut columns = ListColumns::default();
    let (mut list, mut is_first) = (TableFile::of_text(path, text), true);
    while let Some(row) = list.next_row()? {
        if std::mem::take(&mut is_first)
            && let Some(found) = ListColumns::of(row)
        {
            columns = found;
            continue;
        }
        if !columns.is_of(part, row)? {
            continue;
        }
        // A name may hold what looks like a delimiter.
        let line = lines.get((row.line - 1) as usize);
        let line = line.map_or(row.cell(0), String::as_str);
        let name = row.cell(columns.film);
        match names.row_of(line).or_else(|| names.row_of(name)) {
            None => listed
                .unknown
                .push(if columns.part.is_some() { name } else { line }.to_owned()),
            Some(row_idx) if rows.insert(row_idx) => {}
            Some(_) => listed.n_repeated += 1,
        }
    }
    listed.rows = rows.into_iter().collect();
    Ok(listed)
}

/// The columns of a list.
#[derive(Default)]
struct ListColumns {
    film: usize,
    part: Option<usize>,
}

impl ListColumns {
    /// Those of a header; `None` for a row that is a film.
    fn of(row: TableRow<'_>) -> Option<Self> {
        let is_part = |cell: &str| ["split", "part", "subset"].contains(&plain_name(cell).as_str());
        Some(Self {
            film: row.cells().position(names_film)?,
            part: row.cells().position(is_part),
        })
    }

    fn is_of(&self, part: Part, row: TableRow<'_>) -> Result<bool, DataError> {
        let Some(column) = self.part else {
            return Ok(true);
        };
        let named = match plain_name(row.cell(column)).as_str() {
            "train" | "training" => Part::Train,
            "valid" | "validate" | "validation" | "val" => Part::Valid,
            "test" | "testing" => Part::Test,
            _ => return Err(row.error(column, "train, validate or test")),
        };
        Ok(named == part)
    }
}
