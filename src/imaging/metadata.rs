//! What a file says of itself, line by line, for people to read.

/// Lines that are kept of one file.
const MAX_ROWS: usize = 20_000;
/// Characters that are kept of one value.
const MAX_VALUE_CHARS: usize = 200;

/// The lines of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    rows: Vec<MetadataRow>,
    n_left_out: usize,
}

/// One line: an element of a DICOM file, or a column of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MetadataRow {
    /// How many levels it is within others; 0 at the top.
    pub depth: usize,
    /// As in `(0010,0010)`; empty outside of DICOM.
    pub tag: String,
    /// The keyword of the dictionary, or the name of the column.
    pub name: String,
    /// Value representation; empty outside of DICOM.
    pub vr: String,
    /// In one line, shortened where it is long, with its length; binary values as their length.
    pub value: String,
    /// The value may say who somebody is: it is shown only when the user asks for it.
    pub identifies: bool,
}

impl MetadataRow {
    /// A line with a name and a value, as of a table.
    pub fn named(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
            ..Self::default()
        }
    }

    /// The head of an item of a sequence; `number` from 1.
    pub(super) fn item(depth: usize, number: usize) -> Self {
        Self {
            depth,
            ..Self::named(format!("Item {number}"), "")
        }
    }
}

impl Metadata {
    /// In the order of the file.
    pub fn rows(&self) -> &[MetadataRow] {
        &self.rows
    }

    /// Lines beyond those that are kept.
    pub fn n_left_out(&self) -> usize {
        self.n_left_out
    }

    /// Adds a line; one too many is counted only.
    pub fn add(&mut self, mut row: MetadataRow) {
        if self.is_full() {
            self.n_left_out += 1;
            return;
        }
        row.value = in_one_line(&row.value);
        self.rows.push(row);
    }

    /// Adds the lines of another.
    pub fn append(&mut self, other: Self) {
        self.n_left_out += other.n_left_out;
        for row in other.rows {
            self.add(row);
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.rows.len() >= MAX_ROWS
    }
}

/// Without line breaks and other control characters, and not longer than is kept.
fn in_one_line(value: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    let kept: String = value.chars().take(MAX_VALUE_CHARS).map(plain).collect();
    match value.chars().count() {
        n if n > MAX_VALUE_CHARS => format!("{kept}… ({n} characters)"),
        _ => kept,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_cut_with_their_length_and_rows_are_bounded() {
        let mut metadata = Metadata::default();
        metadata.add(MetadataRow::named("a", "x\ny"));
        metadata.add(MetadataRow::named("b", "é".repeat(201)));
        assert_eq!(metadata.rows()[0].value, "x y");
        let long = &metadata.rows()[1].value;
        assert!(long.ends_with("é… (201 characters)"), "{long}");
        for _ in 0..MAX_ROWS {
            metadata.add(MetadataRow::default());
        }
        assert_eq!(
            (metadata.rows().len(), metadata.n_left_out()),
            (MAX_ROWS, 2)
        );
    }
}
