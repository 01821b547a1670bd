use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::ScoresError;
use crate::dataset::{DataError, TableFile, TableRow, Uncertain};
use crate::domain::{ModelIdentity, TrainingPoint, label_name};
use crate::files::{
    Existing, csv_line, csv_text, path_of_text, path_text, write_file, write_file_by,
};
use crate::results::ResultFormat;

/// A score of exactly 0 or 1 is a rounded one: its loss stays finite.
const LEAST_LIKELIHOOD: f64 = 1e-38;

/// The column that names the model which made the scores; absent where that is not known.
const MODEL_COLUMN: &str = "model_id";
/// The columns of the training that the model comes from; absent where the model does not say.
const TRAINING_COLUMNS: [&str; 2] = ["model_run", "model_epoch"];

/// Scores and labels of some films.
///
/// A CSV with `path,patient_id,label:<finding>…,score:<finding>…,model_id,model_run,model_epoch`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Predictions {
    /// The labels, in order.
    pub labels: Vec<String>,
    /// One entry a film.
    pub films: Vec<FilmPrediction>,
    /// The model that made the scores; `None` where the file does not say, as those of others and
    /// older ones.
    pub model: Option<ModelIdentity>,
}

/// The scores and labels of one film.
#[derive(Clone, Debug, PartialEq)]
pub struct FilmPrediction {
    /// Path of the film, which may no longer exist.
    pub path: PathBuf,
    /// Patient of the film.
    pub patient_id: String,
    /// Score of each label, in `[0, 1]`; a model's `f32` without loss.
    pub scores: Vec<f64>,
    /// The value of each label; `None` where it is not known.
    pub truth: Vec<Option<bool>>,
}

impl FilmPrediction {
    /// Mean cross-entropy over the known labels, unweighted: how wrong the scores are.
    pub fn loss(&self) -> f64 {
        let pairs = self.scores.iter().zip(&self.truth);
        let known = pairs.filter_map(|(&score, &truth)| Some((score, truth?)));
        let (mut sum, mut n_known) = (0.0, 0_usize);
        for (score, truth) in known {
            let of_truth = if truth { score } else { 1.0 - score };
            sum -= of_truth.max(LEAST_LIKELIHOOD).ln();
            n_known += 1;
        }
        sum / n_known.max(1) as f64
    }
}

impl Predictions {
    /// Writes the CSV, or Parquet where the name ends so; a file that is there is replaced.
    pub fn save(&self, path: &Path) -> Result<(), ScoresError> {
        self.save_as(path, Existing::Replace)
    }

    /// The same, with a say in what becomes of a file that is there.
    pub fn save_as(&self, path: &Path, existing: Existing) -> Result<(), ScoresError> {
        let failed = |source| ScoresError::Write {
            path: path.to_owned(),
            source,
        };
        if ResultFormat::of_name(path) == Some(ResultFormat::Parquet) {
            return write_file_by(path, existing, |file| self.write_parquet(file)).map_err(failed);
        }
        let labels = self.labels.iter().map(|label| format!("label:{label}"));
        let scores = self.labels.iter().map(|label| format!("score:{label}"));
        let model = self.model_columns();
        let model_columns = model.iter().map(|(name, _)| (*name).to_owned());
        let header = ["path", "patient_id"].map(str::to_owned).into_iter();
        let mut text = csv_line(header.chain(labels).chain(scores).chain(model_columns));
        for film in &self.films {
            let named = [path_text(&film.path).into_owned(), film.patient_id.clone()];
            let truth = film.truth.iter().map(|truth| match truth {
                Some(truth) => u8::from(*truth).to_string(),
                None => String::new(),
            });
            let scores = film.scores.iter().map(ToString::to_string);
            let named = named.into_iter();
            let model_cells = model.iter().map(|(_, cell)| cell.clone());
            text += &csv_line(named.chain(truth).chain(scores).chain(model_cells));
        }
        write_file(path, text.as_bytes(), existing).map_err(failed)
    }

    /// Names and cells of the columns that say which model made the scores; the same in every row.
    pub(super) fn model_columns(&self) -> Vec<(&'static str, String)> {
        let mut model = Vec::new();
        if let Some(identity) = &self.model {
            model.push((MODEL_COLUMN, identity.id()));
            if let Some(training) = identity.training() {
                let cells = [training.run.clone(), training.epoch_text()];
                model.extend(TRAINING_COLUMNS.into_iter().zip(cells));
            }
        }
        model
    }

    /// Reads a CSV, by whomever it was written: columns in any order, others passed over.
    ///
    /// A label is 0 or 1, blank where it is not known, or -1 where it is uncertain, which is left out.
    /// An error names the line of a cell that is none of these, or not a score in `[0, 1]`.
    pub fn load(path: &Path) -> Result<Self, ScoresError> {
        Self::load_by(path, Uncertain::Ignore)
    }

    /// The same, with uncertain labels as asked for.
    pub fn load_by(path: &Path, uncertain: Uncertain) -> Result<Self, ScoresError> {
        Self::of_table(path, TableFile::open(path)?, uncertain)
    }

    /// The same of a table that was opened.
    pub(super) fn of_table(
        path: &Path,
        mut table: TableFile,
        uncertain: Uncertain,
    ) -> Result<Self, ScoresError> {
        let columns = Columns::of(table.header()).map_err(|reason| broken(path, &reason))?;
        let mut films = Vec::new();
        let mut model: Option<ModelIdentity> = None;
        while let Some(row) = table.next_row()? {
            row.check_length()?;
            let found = columns.model(row);
            if let (Some(first), Some(found)) = (&model, &found)
                && first != found
            {
                let line = row.line;
                let reason = format!("line {line}: expected scores of {first}, got {found}");
                return Err(broken(path, &reason));
            }
            model = model.or(found);
            films.push(columns.film(row, uncertain)?);
        }
        Ok(Self {
            labels: columns.labels.into_iter().map(|label| label.name).collect(),
            films,
            model,
        })
    }
}

impl Predictions {
    /// Films listed more than once, each named once, in order; each entry is counted.
    pub fn repeated(&self) -> Vec<&Path> {
        let mut times: BTreeMap<&Path, usize> = BTreeMap::new();
        for film in &self.films {
            *times.entry(&film.path).or_default() += 1;
        }
        let repeated = times.into_iter().filter(|(_, n)| *n > 1);
        repeated.map(|(path, _)| path).collect()
    }
}

/// Columns of a foreign table that an error names.
const MOST_NAMED: usize = 8;

/// Column indices of a record.
struct Columns {
    path: usize,
    patient_id: usize,
    model: Option<usize>,
    training: [Option<usize>; 2],
    labels: Vec<LabelColumns>,
}

struct LabelColumns {
    name: String,
    truth: usize,
    score: usize,
}

impl Columns {
    fn of(header: &[String]) -> Result<Self, String> {
        let place = |name: &str| {
            let place = header.iter().position(|cell| cell == name);
            place.ok_or_else(|| format!("expected a column {name}"))
        };
        let column = |prefix: &str, label: &str| {
            let means = |cell: &String| cell.strip_prefix(prefix).map(label_name) == Some(label);
            let places = header.iter().enumerate().filter(|(_, cell)| means(cell));
            let places: Vec<usize> = places.map(|(place, _)| place).collect();
            match places.as_slice() {
                [place] => Ok(*place),
                [] => Err(format!("expected a column {prefix}{label}")),
                _ => Err(format!("expected one column {prefix}{label}, got several")),
            }
        };
        let names = header.iter().filter_map(|cell| cell.strip_prefix("label:"));
        let labels = names.map(label_name).map(|name| {
            Ok(LabelColumns {
                name: name.to_owned(),
                truth: column("label:", name)?,
                score: column("score:", name)?,
            })
        });
        let labels: Vec<LabelColumns> = labels.collect::<Result<_, String>>()?;
        if labels.is_empty() {
            let got: Vec<&str> = header.iter().take(MOST_NAMED).map(String::as_str).collect();
            let more = if header.len() > MOST_NAMED {
                ", …"
            } else {
                ""
            };
            return Err(format!(
                "expected the columns path, patient_id, and for each finding label:NAME (0 or 1) and score:NAME (0 to \
                 1), got {}{more}; --label-columns and --score-columns name others",
                got.join(", ")
            ));
        }
        let scores = header.iter().filter(|cell| cell.starts_with("score:"));
        if scores.count() != labels.len() {
            return Err("expected a column label:… for every score:…".to_owned());
        }
        Ok(Self {
            path: place("path")?,
            patient_id: place("patient_id")?,
            model: place(MODEL_COLUMN).ok(),
            training: TRAINING_COLUMNS.map(|name| place(name).ok()),
            labels,
        })
    }

    /// A cell of another form, as of a foreign table, names no model of ours.
    fn model(&self, row: TableRow<'_>) -> Option<ModelIdentity> {
        let [run, epoch] = self.training.map(|place| Some(csv_text(row.cell(place?))));
        let training = run.zip(epoch);
        let training = training.and_then(|(run, epoch)| TrainingPoint::parse(run, epoch));
        ModelIdentity::parse(csv_text(row.cell(self.model?)), training)
    }

    fn film(&self, row: TableRow<'_>, uncertain: Uncertain) -> Result<FilmPrediction, DataError> {
        let truth = |label: &LabelColumns| row.label(label.truth, uncertain);
        let score = |label: &LabelColumns| row.score(label.score);
        Ok(FilmPrediction {
            path: path_of_text(csv_text(row.cell(self.path))),
            patient_id: csv_text(row.cell(self.patient_id)).to_owned(),
            truth: self.labels.iter().map(truth).collect::<Result<_, _>>()?,
            scores: self.labels.iter().map(score).collect::<Result<_, _>>()?,
        })
    }
}

fn broken(path: &Path, reason: &dyn ToString) -> ScoresError {
    ScoresError::Broken {
        path: path.to_owned(),
        reason: reason.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn predictions() -> Predictions {
        let film = |path: &str, scores: [f64; 2]| FilmPrediction {
            path: path.into(),
            patient_id: "7".to_owned(),
            scores: scores.to_vec(),
            truth: vec![Some(true), Some(false)],
        };
        Predictions {
            labels: ["Mass", "Edema"].map(str::to_owned).to_vec(),
            films: vec![
                film("a, b.png", [0.1, f64::from(0.353_f32)]),
                film("c.png", [0.9, 0.0]),
            ],
            model: None,
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

    #[cfg(unix)]
    #[test]
    fn films_of_any_name_come_back() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.csv");
        let mut saved = predictions();
        saved.films[0].path = "=1+1.png".into();
        saved.films[0].patient_id = "-a".to_owned();
        saved.films[1].path = OsStr::from_bytes(b"/films/caf\xe9.png").into();
        saved.save(&path).unwrap();
        assert_eq!(Predictions::load(&path).unwrap(), saved);
    }

    #[test]
    fn the_model_that_made_the_scores_is_kept_and_two_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.csv");
        let model = ModelIdentity::new("My, run", "174a1ab0", None);
        let named = Predictions {
            model: Some(model),
            ..predictions()
        };
        named.save(&path).unwrap();
        assert_eq!(Predictions::load(&path).unwrap(), named);
        let text = std::fs::read_to_string(&path).unwrap();
        let mixed = text.replacen("174a1ab0", "00000000", 1);
        std::fs::write(&path, mixed).unwrap();
        let error = Predictions::load(&path).unwrap_err().to_string();
        assert!(
            error.contains("line 3") && error.contains("174a1ab0"),
            "{error}"
        );
    }

    #[test]
    fn run_and_epoch_stand_in_columns_of_their_own_that_older_readers_pass_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.csv");
        let trained = TrainingPoint::at("r1", 4, 2, 9);
        let model = ModelIdentity::new("Mine", "174a1ab0", Some(trained.clone()));
        let named = Predictions {
            model: Some(model),
            ..predictions()
        };
        named.save(&path).unwrap();
        let read = Predictions::load(&path).unwrap();
        assert_eq!(read.model.unwrap().training(), Some(&trained));
        let text = std::fs::read_to_string(&path).unwrap();
        let mut lines = text.lines();
        assert!(
            lines
                .next()
                .unwrap()
                .ends_with(",model_id,model_run,model_epoch")
        );
        // The cell of the model is as it was before there were runs in the file.
        assert!(
            lines.all(|line| line.ends_with(",Mine 174a1ab0,r1,4 step 2")),
            "{text}"
        );
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
        let head = "path,patient_id,label:A,score:A\n";
        for (text, named) in [
            ("a,b\n1,2\n".to_owned(), "label:"),
            ("path,patient_id,label:A\n".to_owned(), "score:A"),
            (
                "path,patient_id,label:A,score:A,score:B\n".to_owned(),
                "score:",
            ),
            ("path,label:A,score:A\n".to_owned(), "patient_id"),
            (format!("{head}x,1,2,0.5\n"), "line 2"),
            (format!("{head}x,1,1,0.5\ny,1,1,\n"), "line 3"),
            (format!("{head}x,1,1,NaN\n"), "NaN"),
            (format!("{head}x,1,1,1.5\n"), "1.5"),
        ] {
            std::fs::write(&path, text).unwrap();
            let error = Predictions::load(&path).unwrap_err().to_string();
            assert!(error.contains("p.csv") && error.contains(named), "{error}");
        }
    }

    #[test]
    fn unknown_and_uncertain_labels_are_kept_as_missing_and_spellings_are_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.csv");
        let text = "path,patient_id,label:Pleural Thickening,score:pleural_thickening\n\
            a.png,1,,0.5\nb.png,2,-1,0.5\nc.png,3,1,0.5\n";
        std::fs::write(&path, text).unwrap();
        let loaded = Predictions::load(&path).unwrap();
        assert_eq!(loaded.labels, ["Pleural_Thickening"]);
        let truths = |set: &Predictions| -> Vec<Option<bool>> {
            set.films.iter().map(|film| film.truth[0]).collect()
        };
        assert_eq!(truths(&loaded), [None, None, Some(true)]);
        assert_eq!(loaded.films[0].loss(), 0.0);
        let positive = Predictions::load_by(&path, Uncertain::Positive).unwrap();
        assert_eq!(truths(&positive), [None, Some(true), Some(true)]);
        loaded.save(&path).unwrap();
        assert_eq!(Predictions::load(&path).unwrap(), loaded);
    }

    #[test]
    fn films_that_count_twice_are_named() {
        let mut predictions = predictions();
        assert_eq!(predictions.repeated(), Vec::<&Path>::new());
        predictions.films.extend_from_within(1..);
        predictions.films.extend_from_within(1..2);
        assert_eq!(predictions.repeated(), [Path::new("c.png")]);
    }

    #[test]
    fn a_table_saved_by_a_spreadsheet_is_read_as_the_tables_of_films_are() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.csv");
        let rows = [
            "path,patient_id,label:A,score:A",
            "x.png,7,True,0.25",
            "y.png,8,FALSE,1",
        ];
        let expected = |text: &[u8]| {
            std::fs::write(&path, text).unwrap();
            let films = Predictions::load(&path).unwrap().films;
            let films = films.iter().map(|film| (film.truth[0], film.scores[0]));
            let expected = [(Some(true), 0.25), (Some(false), 1.0)];
            assert_eq!(films.collect::<Vec<_>>(), expected);
        };
        let text = rows.join("\n");
        expected(text.as_bytes());
        expected(text.replace(',', "\t").as_bytes());
        let spreadsheet = rows.join("\r\n").replace(',', ";").replace("0.25", "0,25");
        expected(format!("\u{feff}{spreadsheet}\r\n;;;\r\n").as_bytes());
        let utf_16 = spreadsheet.encode_utf16().flat_map(u16::to_le_bytes);
        expected(&utf_16.collect::<Vec<u8>>());
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut gzip, text.as_bytes()).unwrap();
        expected(&gzip.finish().unwrap());
    }

    #[test]
    fn columns_may_stand_in_any_order_among_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.csv");
        let text = "score:A,note,patient_id,label:A,path\n0.25,so so,7,1.0,x.png\n";
        std::fs::write(&path, text).unwrap();
        let expected = FilmPrediction {
            path: "x.png".into(),
            patient_id: "7".to_owned(),
            scores: vec![0.25],
            truth: vec![Some(true)],
        };
        assert_eq!(Predictions::load(&path).unwrap().films, [expected]);
    }
}
