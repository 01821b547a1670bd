use std::borrow::Cow;

use super::FilmResult;

/// Between two reasons in one cell, which is one line.
const BETWEEN_REASONS: &str = " | ";

/// A column of a table of results: the one list of names and contents for all formats of columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Column {
    /// `row`, the place in the input; not in merged files.
    Row,
    /// `path`.
    Path,
    /// `patient`.
    Patient,
    /// `study`.
    Study,
    /// `view`.
    View,
    /// `score:FINDING` of the finding at this place.
    Score(usize, String),
    /// `positive:FINDING`, whether the score reaches the threshold.
    Positive(usize, String),
    /// `input_level`: fine, doubtful or refused.
    InputLevel,
    /// `input_reasons`, with ` | ` between two.
    InputReasons,
    /// `error`.
    Error,
    /// `model`.
    Model,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// A place in the input.
    Place,
    /// Text.
    Text,
    /// A score.
    Score,
    /// Yes or no.
    Flag,
}

/// One cell.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the kinds say it")]
pub enum Cell<'a> {
    Place(u64),
    Text(Cow<'a, str>),
    Score(f32),
    Flag(bool),
}

impl Column {
    /// All columns in order.
    pub fn all(findings: &[String], with_rows: bool) -> Vec<Self> {
        let score = |(place, name): (usize, &String)| Self::Score(place, name.clone());
        let positive = |(place, name): (usize, &String)| Self::Positive(place, name.clone());
        let mut columns = Vec::new();
        columns.extend(with_rows.then_some(Self::Row));
        columns.extend([Self::Path, Self::Patient, Self::Study, Self::View]);
        columns.extend(findings.iter().enumerate().map(score));
        columns.extend(findings.iter().enumerate().map(positive));
        columns.extend([
            Self::InputLevel,
            Self::InputReasons,
            Self::Error,
            Self::Model,
        ]);
        columns
    }

    /// The columns of a table with these names, if it is one of results; with its findings.
    pub fn of_names(names: &[String]) -> Option<(Vec<Self>, Vec<String>)> {
        let findings = names.iter().filter_map(|name| name.strip_prefix("score:"));
        let findings: Vec<String> = findings.map(ToOwned::to_owned).collect();
        let with_rows = names.first().is_some_and(|name| *name == Self::Row.name());
        let columns = Self::all(&findings, with_rows);
        let is_same = columns.iter().map(Self::name).eq(names.iter().cloned());
        is_same.then_some((columns, findings))
    }

    /// As a header names it.
    pub fn name(&self) -> String {
        match self {
            Self::Row => "row".to_owned(),
            Self::Path => "path".to_owned(),
            Self::Patient => "patient".to_owned(),
            Self::Study => "study".to_owned(),
            Self::View => "view".to_owned(),
            Self::Score(_, finding) => format!("score:{finding}"),
            Self::Positive(_, finding) => format!("positive:{finding}"),
            Self::InputLevel => "input_level".to_owned(),
            Self::InputReasons => "input_reasons".to_owned(),
            Self::Error => "error".to_owned(),
            Self::Model => "model".to_owned(),
        }
    }

    /// What it holds.
    pub fn kind(&self) -> ColumnKind {
        match self {
            Self::Row => ColumnKind::Place,
            Self::Score(..) => ColumnKind::Score,
            Self::Positive(..) => ColumnKind::Flag,
            Self::Path
            | Self::Patient
            | Self::Study
            | Self::View
            | Self::InputLevel
            | Self::InputReasons
            | Self::Error
            | Self::Model => ColumnKind::Text,
        }
    }

    /// The cell of a film; `None` where it is empty.
    pub fn cell<'a>(&self, film: &'a FilmResult) -> Option<Cell<'a>> {
        let text = |text: &'a Option<String>| Some(Cell::Text(text.as_deref()?.into()));
        match self {
            Self::Row => film.row.map(Cell::Place),
            Self::Path => Some(Cell::Text(film.path.as_str().into())),
            Self::Patient => text(&film.patient),
            Self::Study => text(&film.study),
            Self::View => text(&film.view),
            Self::Score(place, _) => Some(Cell::Score(*film.scores.as_ref()?.get(*place)?)),
            Self::Positive(place, _) => Some(Cell::Flag(*film.positive.as_ref()?.get(*place)?)),
            Self::InputLevel => Some(Cell::Text(film.input.as_ref()?.level.as_str().into())),
            Self::InputReasons => {
                let reasons = &film.input.as_ref()?.reasons;
                // Whatever a file's text put into them.
                let plain = |reason: &String| reason.replace(['\n', '\r'], " ").replace('|', "/");
                let reasons: Vec<String> = reasons.iter().map(plain).collect();
                let line = reasons.join(BETWEEN_REASONS);
                (!line.is_empty()).then_some(Cell::Text(line.into()))
            }
            Self::Error => text(&film.error),
            Self::Model => Some(Cell::Text(film.model.as_str().into())),
        }
    }

    /// Puts a cell into its place; one of another kind is left out, which the film's check finds.
    pub fn put(&self, film: &mut FilmResult, cell: Cell<'_>) {
        match (self, cell) {
            (Self::Row, Cell::Place(row)) => film.row = Some(row),
            (Self::Path, Cell::Text(text)) => film.path = text.into_owned(),
            (Self::Patient, Cell::Text(text)) => film.patient = Some(text.into_owned()),
            (Self::Study, Cell::Text(text)) => film.study = Some(text.into_owned()),
            (Self::View, Cell::Text(text)) => film.view = Some(text.into_owned()),
            (Self::Score(place, _), Cell::Score(score)) => {
                let scores = film.scores.get_or_insert_default();
                scores.resize(scores.len().max(place + 1), f32::NAN);
                if let Some(slot) = scores.get_mut(*place) {
                    *slot = score;
                }
            }
            (Self::Positive(place, _), Cell::Flag(flag)) => {
                let positive = film.positive.get_or_insert_default();
                positive.resize(positive.len().max(place + 1), false);
                if let Some(slot) = positive.get_mut(*place) {
                    *slot = flag;
                }
            }
            (Self::InputLevel, Cell::Text(text)) => {
                film.input.get_or_insert_default().level = text.into_owned();
            }
            (Self::InputReasons, Cell::Text(text)) => {
                let reasons = text.split(BETWEEN_REASONS);
                film.input.get_or_insert_default().reasons =
                    reasons.map(ToOwned::to_owned).collect();
            }
            (Self::Error, Cell::Text(text)) => film.error = Some(text.into_owned()),
            (Self::Model, Cell::Text(text)) => film.model = text.into_owned(),
            (_, Cell::Place(_) | Cell::Text(_) | Cell::Score(_) | Cell::Flag(_)) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::film_result::tests::films;

    #[test]
    fn cells_put_a_film_together_again() {
        let findings = ["Mass", "Edema"].map(str::to_owned);
        for film in films() {
            let mut again = FilmResult::new(String::new(), String::new());
            for column in Column::all(&findings, true) {
                if let Some(cell) = column.cell(&film) {
                    column.put(&mut again, cell);
                }
            }
            assert_eq!(again, film);
        }
    }

    #[test]
    fn a_table_of_results_is_known_by_its_header_and_no_other_is() {
        let findings = ["Mass", "Edema"].map(str::to_owned);
        for with_rows in [false, true] {
            let columns = Column::all(&findings, with_rows);
            let mut names: Vec<String> = columns.iter().map(Column::name).collect();
            let known = Column::of_names(&names);
            assert_eq!(known, Some((columns, findings.to_vec())));
            names.pop();
            assert_eq!(Column::of_names(&names), None);
        }
        assert_eq!(Column::of_names(&[]), None);
    }
}
