//! The one reader of tables: delimiter, quotes, header, line numbers.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use csv::StringRecord;

use super::cells::{LabelCell, parse_label, parse_number};
use super::error::excerpt;
use super::text::{read_start, read_text};
use super::{DataError, Uncertain};

/// A table as its file holds it: a header, then rows of trimmed cells with their line numbers.
///
/// Cells are delimited by commas, semicolons or tabs, or as a first line `sep=` says; quotes may
/// hold delimiters and line breaks. Text is UTF-8 or UTF-16, plain or gzip. Rows of blank cells are
/// passed over.
#[derive(Debug)]
pub struct TableFile {
    path: PathBuf,
    header: Vec<String>,
    header_line: u64,
    reader: csv::Reader<Cursor<String>>,
    record: StringRecord,
    /// Bytes before the first that `reader` sees.
    start: usize,
    /// Up to where lines are counted.
    byte: usize,
    line: u64,
}

/// One row of a table.
#[derive(Clone, Copy, Debug)]
pub struct TableRow<'a> {
    /// Line of the file on which it begins, from 1.
    pub line: u64,
    path: &'a Path,
    header: &'a [String],
    record: &'a StringRecord,
}

impl TableFile {
    /// Reads a file and its header, which is empty where the file is.
    pub fn open(path: &Path) -> Result<Self, DataError> {
        Self::with_header(path, read_text(path)?)
    }

    /// The same of a text that was read.
    pub(super) fn with_header(path: &Path, text: String) -> Result<Self, DataError> {
        let mut table = Self::of_text(path, text);
        if let Some(row) = table.next_row()? {
            let header = row.cells().map(ToOwned::to_owned).collect();
            (table.header_line, table.header) = (row.line, header);
        }
        Ok(table)
    }

    /// A table without a header: all of `text` is rows.
    pub(super) fn of_text(path: &Path, text: String) -> Self {
        let (named, start) = named_delimiter(&text);
        let delimiter = named.unwrap_or_else(|| likeliest_delimiter(&text));
        let mut text = Cursor::new(text);
        text.set_position(start as u64);
        Self {
            path: path.to_owned(),
            header: Vec::new(),
            header_line: 1,
            reader: csv::ReaderBuilder::new()
                .delimiter(delimiter)
                .has_headers(false)
                .flexible(true)
                .trim(csv::Trim::All)
                .from_reader(text),
            record: StringRecord::new(),
            start,
            byte: 0,
            line: 1,
        }
    }

    /// The names of the columns.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// The error for a header without the columns that are `expected`.
    pub fn header_error(&self, expected: &str) -> DataError {
        DataError::Columns {
            path: self.path.clone(),
            line: self.header_line,
            expected: expected.to_owned(),
            found: self.header.clone(),
        }
    }

    /// The next row that has a cell; `None` after the last.
    pub fn next_row(&mut self) -> Result<Option<TableRow<'_>>, DataError> {
        loop {
            let read = self.reader.read_record(&mut self.record);
            let is_row = read.map_err(|source| DataError::Csv {
                path: self.path.clone(),
                source,
            })?;
            if !is_row {
                return Ok(None);
            }
            self.count_lines();
            if self.quote_is_open() {
                return Err(DataError::OpenQuote {
                    path: self.path.clone(),
                    line: self.line,
                });
            }
            if self.record.iter().any(|cell| !cell.is_empty()) {
                break;
            }
        }
        Ok(Some(TableRow {
            line: self.line,
            path: &self.path,
            header: &self.header,
            record: &self.record,
        }))
    }

    fn text(&self) -> &str {
        self.reader.get_ref().get_ref()
    }

    /// Counts the line breaks before the record. The csv crate's own count is wrong after blank
    /// lines and in files with CRLF (BurntSushi/rust-csv#395).
    fn count_lines(&mut self) {
        let at = self.record.position().map_or(0, csv::Position::byte) as usize;
        let text = self.text();
        let record = text.get(self.start + at..).unwrap_or_default();
        let n_skipped = record.len() - record.trim_start_matches(['\r', '\n']).len();
        let begin = self.start + at + n_skipped;
        let passed = text.get(self.byte..begin).unwrap_or_default();
        let n_lines = passed.matches('\n').count() + passed.matches('\r').count()
            - passed.matches("\r\n").count();
        (self.byte, self.line) = (begin, self.line + n_lines as u64);
    }

    /// Whether the record ends with the file inside of a quote, which then swallowed later rows.
    fn quote_is_open(&self) -> bool {
        let end = self.start + self.reader.position().byte() as usize;
        let text = self.text();
        end >= text.len() && {
            let record = text.get(self.byte..).unwrap_or_default();
            let spans_lines = record.trim_end().contains(['\r', '\n']);
            spans_lines && record.matches('"').count() % 2 == 1
        }
    }
}

/// The names of a table's columns, without reading all of it: what a dialog offers to choose from.
pub fn read_header(path: &Path) -> Result<Vec<String>, DataError> {
    let mut table = TableFile::of_text(path, read_start(path)?);
    let row = table.next_row()?;
    let cells = row.iter().flat_map(|row| row.record.iter());
    Ok(cells.map(ToOwned::to_owned).collect())
}

impl<'a> TableRow<'a> {
    /// A cell; blank past the end of the row.
    pub fn cell(&self, column: usize) -> &'a str {
        self.record.get(column).unwrap_or_default()
    }

    /// The cells of the row.
    pub(super) fn cells(&self) -> impl Iterator<Item = &'a str> {
        self.record.iter()
    }

    /// A cell that must not be blank.
    pub fn needed(&self, column: usize, expected: &str) -> Result<&'a str, DataError> {
        match self.cell(column) {
            "" => Err(self.error(column, expected)),
            cell => Ok(cell),
        }
    }

    /// The value of a label; `None` where it is not known: blank, or uncertain and left out.
    pub fn label(&self, column: usize, uncertain: Uncertain) -> Result<Option<bool>, DataError> {
        match parse_label(self.cell(column)) {
            Some(LabelCell::Known(value)) => Ok(Some(value)),
            Some(LabelCell::Blank) => Ok(None),
            Some(LabelCell::Uncertain) => Ok(uncertain.value()),
            None => Err(self.error(column, "0 or 1, -1 (uncertain) or blank (unknown)")),
        }
    }

    /// The score of another network, in `[0, 1]`; `None` where it is blank.
    pub(super) fn soft_label(&self, column: usize) -> Result<Option<f32>, DataError> {
        if parse_label(self.cell(column)) == Some(LabelCell::Blank) {
            return Ok(None);
        }
        let value = self.number(column);
        match value.filter(|value| (0.0..=1.0).contains(value)) {
            Some(value) => Ok(Some(value as f32)),
            None => Err(self.error(column, "0 to 1 or blank")),
        }
    }

    /// A score in `[0, 1]`.
    pub fn score(&self, column: usize) -> Result<f64, DataError> {
        let score = self.number(column);
        let score = score.filter(|score| (0.0..=1.0).contains(score));
        score.ok_or_else(|| self.error(column, "a score from 0 to 1"))
    }

    /// A finite number, with a decimal point or comma.
    pub fn number(&self, column: usize) -> Option<f64> {
        parse_number(self.cell(column))
    }

    /// An error unless the row has as many cells as the header; more are no matter while blank.
    pub fn check_length(&self) -> Result<(), DataError> {
        let (expected, got) = (self.header.len(), self.record.len());
        let blank = self.record.iter().skip(expected).all(str::is_empty);
        if got < expected || !blank {
            return Err(DataError::Fields {
                path: self.path.to_owned(),
                line: self.line,
                expected,
                got,
            });
        }
        Ok(())
    }

    /// The error for a cell that is not as `expected`, with line, column and path.
    pub fn error(&self, column: usize, expected: &str) -> DataError {
        self.error_of(column, expected, self.cell(column))
    }

    /// The same for a part of the cell.
    pub(super) fn error_of(&self, column: usize, expected: &str, got: &str) -> DataError {
        DataError::Cell {
            path: self.path.to_owned(),
            line: self.line,
            column: self.header.get(column).cloned().unwrap_or_default(),
            expected: expected.to_owned(),
            got: excerpt(got),
        }
    }
}

/// The delimiter that a first line such as `sep=;` names, and the length of that line.
fn named_delimiter(text: &str) -> (Option<u8>, usize) {
    let line = text.split_inclusive('\n').next().unwrap_or_default();
    let plain = line.trim_end_matches(['\r', '\n']).trim_matches('"');
    let named = plain
        .get(..4)
        .filter(|start| start.eq_ignore_ascii_case("sep="));
    match (named, plain.as_bytes()) {
        (Some(_), &[_, _, _, _, delimiter]) => (Some(delimiter), line.len()),
        _ => (None, 0),
    }
}

/// Comma, semicolon or tab: the one that most often is in each of the first lines, outside quotes.
fn likeliest_delimiter(text: &str) -> u8 {
    const N_LINES: usize = 5;
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let lines: Vec<&str> = lines.take(N_LINES).collect();
    let likeliness = |delimiter: &u8| {
        let counts = || lines.iter().map(|line| n_outside_quotes(line, *delimiter));
        // Lines of a quoted cell may have none at all: then the header decides.
        (counts().min(), counts().next())
    };
    // The last of equals is taken.
    let candidates = *b"\t;,";
    candidates
        .into_iter()
        .max_by_key(likeliness)
        .unwrap_or(b',')
}

fn n_outside_quotes(line: &str, delimiter: u8) -> usize {
    let parts = line.split('"').step_by(2);
    parts
        .map(|part| part.bytes().filter(|byte| *byte == delimiter).count())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Line and cells of each row, the header among them.
    fn rows(text: &str) -> Vec<(u64, Vec<String>)> {
        let mut table = TableFile::of_text(Path::new("t.csv"), text.to_owned());
        let mut rows = Vec::new();
        while let Some(row) = table.next_row().unwrap() {
            rows.push((row.line, row.cells().map(ToOwned::to_owned).collect()));
        }
        rows
    }

    fn check(text: &str, expected: &[(u64, &[&str])]) {
        let rows = rows(text);
        let rows: Vec<(u64, Vec<&str>)> = rows
            .iter()
            .map(|(line, cells)| (*line, cells.iter().map(String::as_str).collect()))
            .collect();
        let expected: Vec<(u64, Vec<&str>)> = expected
            .iter()
            .map(|(line, cells)| (*line, cells.to_vec()))
            .collect();
        assert_eq!(rows, expected, "{text:?}");
    }

    #[test]
    fn the_delimiter_is_that_of_the_lines_or_of_a_line_that_names_it() {
        check("a,b\n1,2\n", &[(1, &["a", "b"]), (2, &["1", "2"])]);
        check("a;b\n0,5;2\n", &[(1, &["a", "b"]), (2, &["0,5", "2"])]);
        check("a\tb\n1\t2\n", &[(1, &["a", "b"]), (2, &["1", "2"])]);
        check(
            "\"a,b,c\";d\n1;2\n",
            &[(1, &["a,b,c", "d"]), (2, &["1", "2"])],
        );
        check(
            "a;[w,h],[x,y]\n1;2\n",
            &[(1, &["a", "[w,h],[x,y]"]), (2, &["1", "2"])],
        );
        check("a,b\nx;y;z,2\n", &[(1, &["a", "b"]), (2, &["x;y;z", "2"])]);
        check(
            "sep=;\r\na;b\r\n1;2\r\n",
            &[(2, &["a", "b"]), (3, &["1", "2"])],
        );
        check("SEP=|\na|b,c,d\n", &[(2, &["a", "b,c,d"])]);
        check("only\nx\n", &[(1, &["only"]), (2, &["x"])]);
        check("", &[]);
    }

    #[test]
    fn lines_are_counted_with_any_break_over_blank_rows_and_quoted_breaks() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["a,b", "", "1,2", " , ", "\"x", "y\",3", ",,", "4,5"].join(end);
            let quoted = format!("x{end}y");
            check(
                &text,
                &[
                    (1, &["a", "b"]),
                    (3, &["1", "2"]),
                    (5, &[quoted.as_str(), "3"]),
                    (8, &["4", "5"]),
                ],
            );
        }
        check("\n\n a , b \n", &[(3, &["a", "b"])]);
    }

    #[test]
    fn a_quote_that_is_never_closed_is_refused_where_it_begins() {
        let text = "a,b\n1,2\n3,\"open\n5,6\n7,8\n";
        let mut table = TableFile::of_text(Path::new("t.csv"), text.to_owned());
        table.next_row().unwrap();
        table.next_row().unwrap();
        let error = table.next_row().unwrap_err().to_string();
        assert!(
            error.contains("line 3") && error.contains("t.csv"),
            "{error}"
        );
        // Inches in a cell are no quote.
        check("a\n5\" tube\n", &[(1, &["a"]), (2, &["5\" tube"])]);
    }

    #[test]
    fn a_header_is_read_from_the_first_lines_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.csv");
        std::fs::write(
            &path,
            "sep=;\n\"a,1\";b\n".to_owned() + &"x;y\n".repeat(40_000),
        )
        .unwrap();
        assert_eq!(read_header(&path).unwrap(), ["a,1", "b"]);
        assert_eq!(TableFile::open(&path).unwrap().header(), ["a,1", "b"]);
    }
}
