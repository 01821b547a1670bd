use super::FilmRow;

/// A cell of a table that was not believed, and left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableWarning {
    /// Line of the table's file, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub text: String,
}

/// A row of the file.
#[derive(Clone, Debug)]
pub(super) struct ParsedRow {
    pub line: u64,
    /// The value of the image column, with `/` between folders.
    pub image: String,
    pub place: String,
    /// Who read the film; blank where the table does not say.
    pub reader: String,
    pub film: FilmRow,
    pub warnings: Vec<String>,
}
