use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::table_csv::file_name;
use super::text::read_text;
use super::{DataError, FilmTable, TableFile};

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

/// Reads a list, one film a line: bare names, or paths of which the file name counts.
///
/// Where the table names films by their paths, whole paths are compared first.
pub fn read_list(table: &FilmTable, path: &Path) -> Result<ListedFilms, DataError> {
    let text = read_text(path)?;
    let by_image = table.rows_by_image();
    let mut by_file_name: BTreeMap<&str, Option<usize>> = BTreeMap::new();
    for (image, row_idx) in &by_image {
        // A file name that several films have names none of them.
        by_file_name
            .entry(file_name(image))
            .and_modify(|row| *row = None)
            .or_insert(Some(*row_idx));
    }
    let mut rows = BTreeSet::new();
    let mut listed = ListedFilms::default();
    let lines: Vec<String> = text.lines().map(|line| line.trim().to_owned()).collect();
    let row_of = |name: &str| {
        let name = name.replace('\\', "/");
        let whole = by_image.get(name.as_str()).copied();
        whole.or_else(|| by_file_name.get(file_name(&name)).copied().flatten())
    };
    let mut list = TableFile::of_text(path, text);
    while let Some(row) = list.next_row()? {
        // A name may hold what looks like a delimiter.
        let line = lines.get((row.line - 1) as usize);
        let line = line.map_or(row.cell(0), String::as_str);
        match row_of(line).or_else(|| row_of(row.cell(0))) {
            None => listed.unknown.push(line.to_owned()),
            Some(row_idx) if rows.insert(row_idx) => {}
            Some(_) => listed.n_repeated += 1,
        }
    }
    listed.rows = rows.into_iter().collect();
    Ok(listed)
}
