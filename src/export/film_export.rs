use std::path::Path;

use chrono::{DateTime, Local};

use super::ExportError;
use crate::domain::{Film, ModelIdentity, PerFinding, Score, Threshold};
use crate::explain::{BELOW_THRESHOLD_OPACITY, MapMethod, outside_text};
use crate::files::{Existing, write_file};
use crate::film::ScoredFilm;
use crate::imaging::Concerns;
use crate::metrics::{Platt, logit};
use crate::model::{Calibration, Classifier};

/// Letters of a film's name in a picture, at most.
const MAX_NAME_CHARS: usize = 80;

/// One scored film, ready to be exported.
pub struct FilmExport<'a> {
    /// The film.
    pub film: &'a Film,
    /// The model that scored the film.
    pub model: &'a ModelIdentity,
    /// What the model scored.
    pub scores: &'a PerFinding<Score>,
    /// The thresholds in use, with who chose each.
    pub thresholds: &'a PerFinding<Threshold>,
    /// Calibrated risk in `[0, 1]`; `None` where the model has no calibration.
    pub risks: PerFinding<Option<f64>>,
    /// How its maps were made.
    pub method: MapMethod,
    /// Share of each exact map's positive evidence outside the body; `None` where there is none, or
    /// where no body was found.
    pub outside: &'a PerFinding<Option<f64>>,
    /// Warnings about the film as input.
    pub input_notes: Vec<String>,
    /// Now.
    pub created: DateTime<Local>,
}

impl<'a> FilmExport<'a> {
    /// A scored film with the thresholds in use.
    pub fn new(
        scored: &'a ScoredFilm,
        classifier: &'a Classifier,
        thresholds: &'a PerFinding<Threshold>,
    ) -> Self {
        let card = classifier.card();
        let scores = &scored.inference.scores;
        let risks = card.labels.map(|idx, _| {
            let Calibration::Platt {
                slope, intercept, ..
            } = card.calibration.get(idx)?.as_ref()?;
            let platt = Platt {
                slope: *slope,
                intercept: *intercept,
            };
            Some(platt.probability(logit(f64::from(scores.get(idx)?.get()))))
        });
        Self {
            film: &scored.opened.film,
            model: classifier.identity(),
            scores,
            thresholds,
            risks,
            method: scored.method,
            outside: &scored.outside,
            input_notes: input_notes(&scored.opened.concerns),
            created: Local::now(),
        }
    }

    /// Whether a score is at or above its threshold.
    pub fn is_above(&self, finding_idx: usize) -> bool {
        let score = self.scores.get(finding_idx);
        let pair = score.zip(self.thresholds.get(finding_idx));
        pair.is_some_and(|(score, threshold)| score.is_positive(threshold))
    }

    /// The findings to draw: those asked for by name, or else as [`Self::drawn_findings`].
    pub fn findings_to_draw(&self, asked: &[String]) -> Vec<usize> {
        let labels = self.scores.labels();
        let asked: Vec<usize> = asked
            .iter()
            .filter_map(|label| labels.position(label))
            .collect();
        if asked.is_empty() {
            self.drawn_findings()
        } else {
            asked
        }
    }

    /// The findings to draw: those above threshold, or else the highest.
    pub fn drawn_findings(&self) -> Vec<usize> {
        let n_labels = self.scores.values().len();
        let above: Vec<usize> = (0..n_labels).filter(|&idx| self.is_above(idx)).collect();
        if !above.is_empty() {
            return above;
        }
        let scores = self.scores.values().iter().enumerate().rev();
        let highest = scores.max_by(|(_, a), (_, b)| a.get().total_cmp(&b.get()));
        highest.map(|(idx, _)| idx).into_iter().collect()
    }

    /// The caption below an image of the film, with the map of one finding over it or without.
    pub fn caption(&self, finding_idx: usize, with_map: bool) -> Vec<String> {
        let name = self.scores.labels().get(finding_idx).unwrap_or_default();
        let name = name.replace('_', " ");
        let mut lines = self.film_name();
        if with_map {
            lines.push(format!("{name}, {}", self.method.name()));
            if !self.is_above(finding_idx) {
                let percent = BELOW_THRESHOLD_OPACITY * 100.0;
                lines.push(format!(
                    "below threshold: map drawn at {percent:.0} % of its opacity"
                ));
            }
            let outside = self.outside.get(finding_idx).copied().flatten();
            lines.push(outside_text(outside));
        } else {
            lines.push(format!("{name}, without map"));
        }
        let score = self.scores.get(finding_idx);
        if let Some((score, threshold)) = score.zip(self.thresholds.get(finding_idx)) {
            let (score, value) = (score.get(), threshold.value());
            lines.push(format!("score {score:.3}, threshold {value:.3}"));
            lines.push(format!("threshold: {}", threshold.origin().words()));
        }
        lines.push(format!("model {}", self.model));
        // A line each: pictures are narrow.
        lines.extend(self.input_notes.iter().cloned());
        lines
    }

    /// The film's name, and the two folders above it: in some data sets all films have one name.
    fn film_name(&self) -> Vec<String> {
        let path = &self.film.path;
        let name = path.file_name().unwrap_or_default();
        let folders = path.parent().into_iter().flat_map(Path::iter).rev().take(2);
        let folders: std::path::PathBuf = folders.collect::<Vec<_>>().into_iter().rev().collect();
        let mut lines = vec![format!("film {}", shortened(&name.to_string_lossy()))];
        if !folders.as_os_str().is_empty() {
            let folders = shortened(&folders.display().to_string());
            lines.push(format!("in {folders}"));
        }
        lines
    }

    /// The input notes as one text.
    pub fn input_text(&self) -> String {
        if self.input_notes.is_empty() {
            "no remarks".to_owned()
        } else {
            self.input_notes.join(" ")
        }
    }
}

/// The end of a name that is too long for a picture: it is what tells films apart.
fn shortened(name: &str) -> String {
    let n_cut = name.chars().count().saturating_sub(MAX_NAME_CHARS);
    let shown = name.chars().skip(n_cut);
    let shown = shown.map(|c| if c.is_control() { '_' } else { c });
    let start = if n_cut > 0 { "…" } else { "" };
    format!("{start}{}", shown.collect::<String>())
}

/// The verdict with its reasons, and what the file has to be told of.
fn input_notes(concerns: &Concerns) -> Vec<String> {
    let mut notes = vec![format!("Check of the input: {}", concerns.summary())];
    notes.extend(concerns.notes().map(ToOwned::to_owned));
    notes
}

/// Writes a file whole or not at all, and never over a film.
pub(super) fn write_export(
    path: &Path,
    bytes: &[u8],
    film: &Path,
    existing: Existing,
) -> Result<(), ExportError> {
    let same = |a: &Path, b: &Path| match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => a == b,
    };
    if same(path, film) {
        return Err(ExportError::Original {
            path: path.to_owned(),
        });
    }
    write_file(path, bytes, existing).map_err(|source| ExportError::Write {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Labels, TrainingPoint};
    use crate::imaging::read_film;

    #[test]
    fn a_caption_and_a_table_name_the_threshold_s_origin_and_the_model_s_run() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/phantom.png");
        let film = read_film(&path).unwrap();
        let training = TrainingPoint::at("r1", 12, 5, 5);
        let model = ModelIdentity::new("Mine", "174a1ab0", Some(training));
        let labels = Labels::nih_14();
        let moved = Threshold::moved(0.25, "valid.csv").unwrap();
        let export = FilmExport {
            film: &film,
            model: &model,
            scores: &labels.map(|_, _| Score::new(0.5).unwrap()),
            thresholds: &labels.map(|idx, _| match idx {
                0 => moved.clone(),
                2 => Threshold::moved(0.75, "valid.csv").unwrap(),
                _ => Threshold::unset(),
            }),
            risks: labels.map(|_, _| None),
            method: MapMethod::default(),
            outside: &labels.map(|idx, _| (idx == 0).then_some(0.617)),
            input_notes: vec![],
            created: Local::now(),
        };
        let caption = export.caption(0, true);
        let expected = [
            "62 % of the evidence lies outside the body",
            "score 0.500, threshold 0.250",
            "threshold: set by hand on valid.csv",
            "model Mine 174a1ab0, run r1, epoch 12",
        ];
        assert_eq!(caption[0], "film phantom.png");
        assert!(
            caption[1].starts_with("in ") && caption[1].ends_with("/assets"),
            "{caption:?}"
        );
        assert!(caption[2].ends_with(", Exact (HiResCAM)"), "{caption:?}");
        assert_eq!(caption[3..], expected);
        let below = export.caption(2, true);
        assert_eq!(
            below[3],
            "below threshold: map drawn at 40 % of its opacity"
        );
        // Without a map nothing is said of it.
        let plain = export.caption(0, false);
        assert!(plain[2].ends_with(", without map"), "{plain:?}");
        assert_eq!(plain[3..], expected[1..]);
        let table = crate::export::scores_csv(&[export]);
        let mut rows = csv::Reader::from_reader(table.as_bytes());
        let header = rows.headers().unwrap().clone();
        let rows: Vec<_> = rows.records().map(Result::unwrap).collect();
        let cell = |row: usize, name: &str| {
            let place = header.iter().position(|cell| cell == name).unwrap();
            rows[row][place].to_owned()
        };
        assert_eq!(cell(0, "threshold_chosen_by"), "set by hand on valid.csv");
        assert_eq!(cell(1, "threshold_chosen_by"), "n/a");
        let model = ["model", "model_run", "model_epoch"].map(|name| cell(1, name));
        assert_eq!(model, ["Mine 174a1ab0", "r1", "12"]);
        let outside = [0, 1].map(|row| cell(row, "evidence_outside_body"));
        assert_eq!(outside, ["0.6170", "n/a"]);
        assert_eq!(cell(0, "map_method"), "hires-cam");
    }

    #[test]
    fn a_film_is_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let film = folder.path().join("film.png");
        std::fs::write(&film, b"pixels").unwrap();
        let write = |path: &Path, existing| write_export(path, b"other", &film, existing);
        let error = write(&film, Existing::Keep).unwrap_err();
        assert!(error.to_string().contains("film.png"), "{error}");
        let roundabout = folder.path().join(".").join("film.png");
        assert!(write(&roundabout, Existing::Keep).is_err());
        assert!(write(&film, Existing::ReplaceUnless(|_| false)).is_err());
        assert_eq!(std::fs::read(&film).unwrap(), b"pixels");
        write(&folder.path().join("film.sr.dcm"), Existing::Keep).unwrap();
    }
}
