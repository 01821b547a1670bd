//! Small tables for the tests of this module.

use crate::domain::Labels;

use super::{FilmRow, FilmTable, FindingSet};

/// A table of `n_rows` films whose patient (a number) and findings `row` gives.
pub fn table(n_rows: usize, row: impl Fn(usize) -> (usize, &'static [usize])) -> FilmTable {
    let film = |row_idx: usize| {
        let (patient, findings) = row(row_idx);
        FilmRow {
            image: format!("{row_idx:04}.png"),
            path: None,
            patient_id: format!("p{patient}"),
            findings: findings.iter().copied().collect(),
            unknown: FindingSet::empty(),
            no_finding: findings.is_empty(),
            follow_up: None,
            age_years: None,
            sex: None,
            view_position: None,
        }
    };
    FilmTable {
        labels: Labels::nih_14(),
        rows: (0..n_rows).map(film).collect(),
    }
}
