use std::fs::File;
use std::io::{self, BufWriter};

use super::Predictions;
use crate::files::path_text;
use crate::results::{ParquetCells, ParquetKind, ParquetWriter};

/// Films of a group of rows.
const GROUP: usize = 1 << 16;

impl Predictions {
    /// Writes the columns of the CSV as Parquet: labels as 0 and 1 (64-bit integers), scores as doubles.
    pub(super) fn write_parquet(&self, file: &mut File) -> io::Result<()> {
        self.write_groups(file, GROUP)
    }

    /// The same with a say in the films of a group of rows.
    pub(super) fn write_groups(&self, file: &mut File, group: usize) -> io::Result<()> {
        let column = |prefix: &str, kind| {
            let named = move |label: &String| (format!("{prefix}{label}"), kind);
            self.labels.iter().map(named).collect::<Vec<_>>()
        };
        let model = self.model_columns();
        let text = |name: &str| (name.to_owned(), ParquetKind::Text);
        let mut columns = vec![text("path"), text("patient_id")];
        columns.extend(column("label:", ParquetKind::Integer));
        columns.extend(column("score:", ParquetKind::Double));
        columns.extend(model.iter().map(|(name, _)| text(name)));
        let mut writer = ParquetWriter::new(BufWriter::new(file), &columns)?;
        for films in self.films.chunks(group) {
            let paths = films.iter();
            let paths = paths.map(|film| Some(path_text(&film.path).into_owned()));
            let patients = films.iter().map(|film| Some(film.patient_id.clone()));
            let mut cells = vec![
                ParquetCells::Text(paths.collect()),
                ParquetCells::Text(patients.collect()),
            ];
            for place in 0..self.labels.len() {
                let truth = films.iter().map(|film| film.truth.get(place).copied()?);
                let numbers = truth.map(|truth| truth.map(i64::from));
                cells.push(ParquetCells::Integer(numbers.collect()));
            }
            for place in 0..self.labels.len() {
                let scores = films.iter().map(|film| film.scores.get(place).copied());
                cells.push(ParquetCells::Double(scores.collect()));
            }
            for (_, cell) in &model {
                cells.push(ParquetCells::Text(vec![Some(cell.clone()); films.len()]));
            }
            writer.write(cells)?;
        }
        writer.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Uncertain;
    use crate::domain::{ModelIdentity, TrainingPoint};
    use crate::files::{Existing, write_file_by};
    use crate::scores::{FilmPrediction, ScoreTable};

    #[test]
    fn predictions_come_back_from_several_groups_of_rows_to_the_bit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.parquet");
        let film = |n: usize| FilmPrediction {
            path: format!("{n}, film.png").into(),
            patient_id: (n / 2).to_string(),
            scores: vec![1.0 / (n + 1) as f64, f64::from(0.1_f32)],
            truth: vec![
                Some(n.is_multiple_of(2)),
                n.is_multiple_of(3).then_some(true),
            ],
        };
        let trained = Some(TrainingPoint::at("r1", 4, 2, 9));
        let predictions = Predictions {
            labels: ["Mass", "Edema"].map(str::to_owned).to_vec(),
            films: (0..10).map(film).collect(),
            model: Some(ModelIdentity::new("Mine", "174a1ab0", trained.clone())),
        };
        write_file_by(&path, Existing::Replace, |file| {
            predictions.write_groups(file, 4)
        })
        .unwrap();
        let table = ScoreTable::open(&path).unwrap().unwrap();
        assert!(table.has_truth());
        let (read, n_unscored) = table.predictions(Uncertain::Ignore).unwrap();
        assert_eq!((&read, n_unscored), (&predictions, 0));
        assert_eq!(read.model.unwrap().training(), trained.as_ref());
        let column = table.column(0, Uncertain::Ignore).unwrap();
        assert_eq!((column.scores.len(), column.n_scored), (10, 10));
        assert_eq!(column.scores[3], 0.25);
        // Patients by number, in the order of their names.
        let patients = table.patients().unwrap();
        assert_eq!(patients.of_rows, [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]);
        assert_eq!(patients.n_patients, 5);
    }
}
