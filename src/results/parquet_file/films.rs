//! Films as rows of Parquet.

use super::{ParquetCells, ParquetKind};
use crate::results::FilmResult;
use crate::results::column::{Cell, Column, ColumnKind};

/// Names and kinds of columns.
pub fn kinds_of(columns: &[Column]) -> Vec<(String, ParquetKind)> {
    let kind = |column: &Column| match column.kind() {
        ColumnKind::Place => ParquetKind::Integer,
        ColumnKind::Text => ParquetKind::Text,
        ColumnKind::Score => ParquetKind::Float,
        ColumnKind::Flag => ParquetKind::Flag,
    };
    let columns = columns.iter();
    columns
        .map(|column| (column.name(), kind(column)))
        .collect()
}

/// The cells of films, column by column.
pub fn cells_of(films: &[FilmResult], columns: &[Column]) -> Vec<ParquetCells> {
    let of_column = |column: &Column| {
        let cells = films.iter().map(|film| column.cell(film));
        match column.kind() {
            ColumnKind::Place => {
                let place = |cell| match cell {
                    Cell::Place(place) => Some(u64::cast_signed(place)),
                    Cell::Text(_) | Cell::Score(_) | Cell::Flag(_) => None,
                };
                ParquetCells::Integer(cells.map(|cell| place(cell?)).collect())
            }
            ColumnKind::Text => {
                let text = |cell| match cell {
                    Cell::Text(text) => Some(text.into_owned()),
                    Cell::Place(_) | Cell::Score(_) | Cell::Flag(_) => None,
                };
                ParquetCells::Text(cells.map(|cell| text(cell?)).collect())
            }
            ColumnKind::Score => {
                let score = |cell| match cell {
                    Cell::Score(score) => Some(score),
                    Cell::Place(_) | Cell::Text(_) | Cell::Flag(_) => None,
                };
                ParquetCells::Float(cells.map(|cell| score(cell?)).collect())
            }
            ColumnKind::Flag => {
                let flag = |cell| match cell {
                    Cell::Flag(flag) => Some(flag),
                    Cell::Place(_) | Cell::Text(_) | Cell::Score(_) => None,
                };
                ParquetCells::Flag(cells.map(|cell| flag(cell?)).collect())
            }
        }
    };
    columns.iter().map(of_column).collect()
}
