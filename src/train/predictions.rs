use std::path::{Path, PathBuf};

use super::TrainError;
use crate::imaging::write_whole;

/// Scores and truth of some films; a CSV with `path,patient_id,label:<finding>…,score:<finding>…`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Predictions {
    /// What is scored, in order.
    pub labels: Vec<String>,
    /// One entry a film.
    pub films: Vec<FilmPrediction>,
}

/// What a model says of one film, and what is true.
#[derive(Clone, Debug, PartialEq)]
pub struct FilmPrediction {
    /// Where the film lies, or lay.
    pub path: PathBuf,
    /// Whose it is.
    pub patient_id: String,
    /// Score of each label, in `[0, 1]`.
    pub scores: Vec<f32>,
    /// Whether each label is true.
    pub truth: Vec<bool>,
}

impl FilmPrediction {
    /// Mean cross-entropy over the labels, unweighted: how wrong the scores are.
    pub fn loss(&self) -> f64 {
        let pairs = self.scores.iter().zip(&self.truth);
        let sum: f64 = pairs
            .map(|(&score, &truth)| {
                let score = f64::from(score);
                let of_truth = if truth { score } else { 1.0 - score };
                // A score of exactly 0 or 1 is a rounded one.
                -of_truth.max(f64::from(f32::MIN_POSITIVE)).ln()
            })
            .sum();
        sum / self.scores.len().max(1) as f64
    }
}

impl Predictions {
    /// Writes the CSV.
    pub fn save(&self, path: &Path) -> Result<(), TrainError> {
        let failed = |error: csv::Error| broken(path, &error);
        let mut writer = csv::Writer::from_writer(Vec::new());
        let labels = self.labels.iter().map(|label| format!("label:{label}"));
        let scores = self.labels.iter().map(|label| format!("score:{label}"));
        let header = ["path", "patient_id"].map(str::to_owned).into_iter();
        writer
            .write_record(header.chain(labels).chain(scores))
            .map_err(failed)?;
        for film in &self.films {
            let named = [
                film.path.to_string_lossy().into_owned(),
                film.patient_id.clone(),
            ];
            let truth = film.truth.iter().map(|&truth| u8::from(truth).to_string());
            let scores = film.scores.iter().map(ToString::to_string);
            let record = named.into_iter().chain(truth).chain(scores);
            writer.write_record(record).map_err(failed)?;
        }
        let bytes = writer.into_inner().map_err(|error| broken(path, &error))?;
        write_whole(path, &bytes).map_err(|source| TrainError::Write {
            path: path.to_owned(),
            source,
        })
    }

    /// Reads what [`Predictions::save`] wrote.
    pub fn load(path: &Path) -> Result<Self, TrainError> {
        let mut reader = csv::Reader::from_path(path).map_err(|error| broken(path, &error))?;
        let header = reader
            .headers()
            .map_err(|error| broken(path, &error))?
            .clone();
        let labels: Vec<String> = header
            .iter()
            .filter_map(|name| name.strip_prefix("label:"))
            .map(ToOwned::to_owned)
            .collect();
        let scores = labels.iter().map(|label| format!("score:{label}"));
        let expected =
            header.len() == 2 + 2 * labels.len() && header.iter().skip(2 + labels.len()).eq(scores);
        if labels.is_empty() || !expected {
            let reason = "expected the columns path, patient_id, label:… and score:…";
            return Err(broken(path, &reason));
        }
        let mut films = Vec::new();
        for (n_read, record) in reader.records().enumerate() {
            let record = record.map_err(|error| broken(path, &error))?;
            let film = film_of(&record, labels.len());
            let line = n_read + 2;
            films.push(film.ok_or_else(|| broken(path, &format!("not a number in line {line}")))?);
        }
        Ok(Self { labels, films })
    }
}

fn film_of(record: &csv::StringRecord, n_labels: usize) -> Option<FilmPrediction> {
    let truth = record.iter().skip(2).take(n_labels);
    let scores = record.iter().skip(2 + n_labels);
    Some(FilmPrediction {
        path: record.get(0)?.into(),
        patient_id: record.get(1)?.to_owned(),
        truth: truth
            .map(|cell| match cell {
                "0" => Some(false),
                "1" => Some(true),
                _ => None,
            })
            .collect::<Option<_>>()?,
        scores: scores
            .map(|cell| cell.parse().ok())
            .collect::<Option<_>>()?,
    })
}

fn broken(path: &Path, reason: &dyn ToString) -> TrainError {
    TrainError::Broken {
        path: path.to_owned(),
        reason: reason.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn predictions() -> Predictions {
        let film = |path: &str, scores: [f32; 2]| FilmPrediction {
            path: path.into(),
            patient_id: "7".to_owned(),
            scores: scores.to_vec(),
            truth: vec![true, false],
        };
        Predictions {
            labels: ["Mass", "Edema"].map(str::to_owned).to_vec(),
            films: vec![
                film("a, b.png", [0.1, 1.0 / 3.0]),
                film("c.png", [0.9, 0.0]),
            ],
        }
    }

    #[test]
    fn predictions_come_back_to_the_bit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.csv");
        predictions().save(&path).unwrap();
        assert_eq!(Predictions::load(&path).unwrap(), predictions());
        let text = std::fs::read_to_string(&path).unwrap();
        let header = "path,patient_id,label:Mass,label:Edema,score:Mass,score:Edema\n";
        assert!(text.starts_with(header), "{text}");
    }

    #[test]
    fn a_worse_film_has_a_higher_loss_and_none_an_infinite_one() {
        let films = predictions().films;
        assert!(films[0].loss() > films[1].loss());
        let mut film = films[0].clone();
        film.scores = vec![0.0, 1.0];
        assert!(film.loss().is_finite());
    }

    #[test]
    fn a_table_of_something_else_is_refused_with_its_path() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.csv");
        for text in ["a,b\n1,2\n", "path,patient_id,label:A,score:A\nx,1,2,0.5\n"] {
            std::fs::write(&path, text).unwrap();
            let error = Predictions::load(&path).unwrap_err().to_string();
            assert!(error.contains("p.csv"), "{error}");
        }
    }
}
