//! Reads tables of scores that others have written.

use std::collections::BTreeMap;
use std::path::Path;

use super::{FilmPrediction, LoadedScores, Predictions, ScoreColumns, ScoreLayout, ScoresError};
use crate::dataset::{DataError, TableFile, TableRow, Uncertain};
use crate::domain::label_name;
use crate::files::{csv_text, path_of_text};

/// Label and score of one film and finding.
type Cells = (Option<bool>, f64);

/// Reads a table whose columns are `columns`, with what must be said of it.
///
/// An error names the line of a cell that is no label or no score in `[0, 1]`, and a film that lacks
/// a finding or has it twice.
pub fn read_foreign(
    path: &Path,
    mut table: TableFile,
    columns: &ScoreColumns,
    uncertain: Uncertain,
) -> Result<LoadedScores, ScoresError> {
    let header = table.header().to_vec();
    let place = |name: &str| {
        let found = header.iter().position(|cell| cell == name);
        found.ok_or_else(|| broken(path, format!("expected a column {name}")))
    };
    let named = |name: &Option<String>| name.as_deref().map(place).transpose();
    let (film, patient) = (named(&columns.film)?, named(&columns.patient)?);
    let mut rows = Rows {
        path,
        film,
        patient,
        uncertain,
        findings: Vec::new(),
        n_of_finding: Vec::new(),
        films: Vec::new(),
        place_of: BTreeMap::new(),
    };
    match &columns.layout {
        ScoreLayout::Wide(pairs) => {
            let mut places = Vec::new();
            for pair in pairs {
                rows.add_finding(&pair.finding)?;
                places.push((place(&pair.label)?, place(&pair.score)?));
            }
            while let Some(row) = table.next_row()? {
                row.check_length()?;
                rows.take_wide(row, &places)?;
            }
        }
        ScoreLayout::Long {
            finding,
            label,
            score,
        } => {
            let (finding, pair) = (place(finding)?, (place(label)?, place(score)?));
            while let Some(row) = table.next_row()? {
                row.check_length()?;
                rows.take_long(row, finding, pair)?;
            }
        }
    }
    let mut warnings = Vec::new();
    if film.is_none() && matches!(columns.layout, ScoreLayout::Long { .. }) {
        let text = "no column names the films: the first rows of all findings are taken as one film, \
                    and so on";
        warnings.push(text.to_owned());
    }
    if patient.is_none() {
        warnings.push("no column names the patients: each film counts as its own".to_owned());
    }
    Ok(LoadedScores {
        predictions: rows.predictions()?,
        warnings,
    })
}

/// The rows so far.
struct Rows<'a> {
    path: &'a Path,
    film: Option<usize>,
    patient: Option<usize>,
    uncertain: Uncertain,
    findings: Vec<String>,
    /// Rows of each finding so far; long tables only.
    n_of_finding: Vec<usize>,
    films: Vec<Film>,
    /// Long tables only.
    place_of: BTreeMap<String, usize>,
}

struct Film {
    name: String,
    patient: String,
    /// By finding, as far as it was read.
    cells: Vec<Option<Cells>>,
}

impl Rows<'_> {
    fn add_finding(&mut self, name: &str) -> Result<usize, ScoresError> {
        let name = label_name(name);
        if self.findings.iter().any(|known| known == name) {
            let reason = format!("expected findings of different names, got {name} twice");
            return Err(broken(self.path, reason));
        }
        self.findings.push(name.to_owned());
        Ok(self.findings.len() - 1)
    }

    fn film(&self, row: TableRow<'_>, n_before: usize) -> Result<Film, DataError> {
        let name = match self.film {
            Some(place) => csv_text(row.needed(place, "the name of a film")?).to_owned(),
            None => format!("film {}", n_before + 1),
        };
        let patient = match self.patient {
            Some(place) => csv_text(row.needed(place, "a patient")?).to_owned(),
            None => name.clone(),
        };
        Ok(Film {
            name,
            patient,
            cells: Vec::new(),
        })
    }

    fn cells(&self, row: TableRow<'_>, pair: (usize, usize)) -> Result<Cells, DataError> {
        Ok((row.label(pair.0, self.uncertain)?, row.score(pair.1)?))
    }

    fn take_wide(
        &mut self,
        row: TableRow<'_>,
        places: &[(usize, usize)],
    ) -> Result<(), ScoresError> {
        let mut film = self.film(row, self.films.len())?;
        for &pair in places {
            film.cells.push(Some(self.cells(row, pair)?));
        }
        self.films.push(film);
        Ok(())
    }

    fn take_long(
        &mut self,
        row: TableRow<'_>,
        finding: usize,
        pair: (usize, usize),
    ) -> Result<(), ScoresError> {
        let name = label_name(row.needed(finding, "the name of a finding")?);
        let known = self.findings.iter().position(|known| known == name);
        let finding_idx = match known {
            Some(finding_idx) => finding_idx,
            None => self.add_finding(name)?,
        };
        if self.n_of_finding.len() <= finding_idx {
            self.n_of_finding.push(0);
        }
        let n_before = self
            .n_of_finding
            .get(finding_idx)
            .copied()
            .unwrap_or_default();
        let film = self.film(row, n_before)?;
        if let Some(n) = self.n_of_finding.get_mut(finding_idx) {
            *n += 1;
        }
        let cells = self.cells(row, pair)?;
        let n_films = self.films.len();
        let place = *self.place_of.entry(film.name.clone()).or_insert(n_films);
        if place == n_films {
            self.films.push(film);
        }
        let Some(film) = self.films.get_mut(place) else {
            return Ok(());
        };
        if film.cells.len() <= finding_idx {
            film.cells.resize(finding_idx + 1, None);
        }
        if let Some(cell) = film.cells.get_mut(finding_idx)
            && cell.replace(cells).is_some()
        {
            let reason = format!(
                "line {}: expected one row per film and finding, got a second one of {} and {name}",
                row.line, film.name
            );
            return Err(broken(self.path, reason));
        }
        Ok(())
    }

    /// All of it, where every film has every finding.
    fn predictions(self) -> Result<Predictions, ScoresError> {
        let mut films = Vec::new();
        for film in self.films {
            let mut cells = film.cells.into_iter();
            let (mut truth, mut scores) = (Vec::new(), Vec::new());
            for finding in &self.findings {
                let Some((label, score)) = cells.next().flatten() else {
                    let reason = format!(
                        "expected a row for each film and finding, got none for {} and {finding}",
                        film.name
                    );
                    return Err(broken(self.path, reason));
                };
                truth.push(label);
                scores.push(score);
            }
            films.push(FilmPrediction {
                path: path_of_text(&film.name),
                patient_id: film.patient,
                scores,
                truth,
            });
        }
        Ok(Predictions {
            labels: self.findings,
            films,
            model: None,
        })
    }
}

fn broken(path: &Path, reason: String) -> ScoresError {
    ScoresError::Broken {
        path: path.to_owned(),
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ScoreRules, ScoredSet};
    use super::*;

    fn load(text: &str) -> Result<LoadedScores, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("scores.csv");
        std::fs::write(&path, text).unwrap();
        LoadedScores::load(&path, &ScoreRules::default(), None).map_err(|error| error.to_string())
    }

    /// Two findings of four films.
    const OWN: &str = "path,patient_id,label:Effusion,label:Mass,score:Effusion,score:Mass\n\
        a.png,1,1,0,0.9,0.3\nb.png,1,0,1,0.4,0.2\nc.png,2,1,,0.35,0.5\nd.png,3,0,0,0.1,0.1\n";
    const WIDE: &str = "file,Patient ID,Effusion_true,Effusion_score,Mass_true,Mass_score\n\
        a.png,1,1,0.9,0,0.3\nb.png,1,0,0.4,1,0.2\nc.png,2,1,0.35,,0.5\nd.png,3,0,0.1,0,0.1\n";
    const LONG: &str = "file,Patient ID,finding,y_true,y_score\n\
        a.png,1,Effusion,1,0.9\na.png,1,Mass,0,0.3\nb.png,1,Effusion,0,0.4\nb.png,1,Mass,1,0.2\n\
        c.png,2,Effusion,1,0.35\nc.png,2,Mass,,0.5\nd.png,3,Mass,0,0.1\nd.png,3,Effusion,0,0.1\n";
    const NAMELESS: &str = "finding,y_true,y_score\nEffusion,1,0.9\nEffusion,0,0.4\n\
        Effusion,1,0.35\nEffusion,0,0.1\nMass,0,0.3\nMass,1,0.2\nMass,,0.5\nMass,0,0.1\n";

    #[test]
    fn a_table_in_each_form_has_the_films_and_figures_of_our_own() {
        let own = load(OWN).unwrap().predictions;
        for text in [WIDE, LONG] {
            assert_eq!(load(text).unwrap().predictions, own, "{text}");
        }
        let nameless = load(NAMELESS).unwrap();
        assert!(nameless.warnings.iter().any(|text| text.contains("films")));
        let single = load("y_true,y_score\n1,0.9\n0,0.4\n1,0.35\n0,0.1\n").unwrap();
        let aucs = |predictions: &Predictions| {
            let set = ScoredSet::new("set".to_owned(), predictions.clone()).unwrap();
            let columns = set.columns.iter();
            let aucs = columns.map(|column| column.auc.unwrap().auc);
            aucs.collect::<Vec<f64>>()
        };
        let expected = aucs(&own);
        // scikit-learn's roc_auc_score([1, 0, 1, 0], [0.9, 0.4, 0.35, 0.1]).
        assert_eq!(expected[0], 0.75);
        assert_eq!(aucs(&nameless.predictions), expected);
        assert_eq!(aucs(&single.predictions), expected[..1]);
        assert_eq!(single.predictions.labels, ["Finding"]);
    }

    #[test]
    fn what_cannot_be_read_is_said_in_words() {
        for (text, named) in [
            ("a,b\n1,2\n", "label:"),
            ("y_true,y_score\n1,2.5\n", "a score from 0 to 1"),
            ("y_true,y_score\n0.4,0.5\n", "line 2"),
            (
                "finding,y_true,y_score\nA,1,0.5\nA,0,0.5\nB,1,0.5\n",
                "film 2 and B",
            ),
            (
                "file,finding,y_true,y_score\na,A,1,0.5\na,A,0,0.5\n",
                "line 3",
            ),
            ("A_true,A_score,a_pred\n1,0.5,0.5\n", "A twice"),
        ] {
            let error = load(text).unwrap_err();
            assert!(error.contains(named), "{error}");
            assert!(error.contains("scores.csv"), "{error}");
        }
    }
}
