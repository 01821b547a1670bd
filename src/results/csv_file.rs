//! One line a film, with the columns of the other formats.

use std::io::BufRead;

use super::FilmResult;
use super::column::{Cell, Column, ColumnKind};
use crate::files::{csv_line, csv_text};

/// The first line.
pub(super) fn header(columns: &[Column]) -> String {
    csv_line(columns.iter().map(Column::name))
}

/// The line of a film.
pub(super) fn line(film: &FilmResult, columns: &[Column]) -> String {
    csv_line(columns.iter().map(|column| match column.cell(film) {
        None => String::new(),
        Some(Cell::Place(place)) => place.to_string(),
        Some(Cell::Text(text)) => text.into_owned(),
        Some(Cell::Score(score)) => score.to_string(),
        Some(Cell::Flag(flag)) => u8::from(flag).to_string(),
    }))
}

/// The films of a table, and its findings.
pub(super) fn read(text: impl BufRead) -> Result<(Vec<FilmResult>, Vec<String>), String> {
    let mut reader = csv::Reader::from_reader(text);
    let names = reader.headers().map_err(|error| error.to_string())?;
    let names: Vec<String> = names.iter().map(ToOwned::to_owned).collect();
    let columns = Column::of_names(&names);
    let (columns, findings) = columns.ok_or("expected the columns of results")?;
    let mut films = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| error.to_string())?;
        let mut film = FilmResult::new(String::new(), String::new());
        for (column, text) in columns.iter().zip(record.iter()) {
            if !text.is_empty() {
                column.put(&mut film, cell(column.kind(), text)?);
            }
        }
        films.push(film);
    }
    Ok((films, findings))
}

fn cell(kind: ColumnKind, text: &str) -> Result<Cell<'_>, String> {
    let other = || format!("expected a number, got {text:?}");
    Ok(match kind {
        ColumnKind::Text => Cell::Text(csv_text(text).into()),
        ColumnKind::Place => Cell::Place(text.parse().map_err(|_| other())?),
        ColumnKind::Score => Cell::Score(text.parse().map_err(|_| other())?),
        ColumnKind::Flag => Cell::Flag(match text {
            "0" => false,
            "1" => true,
            _ => return Err(other()),
        }),
    })
}
