//! One JSON object a line: a contract with scripts.

use std::collections::BTreeMap;

use serde::ser::SerializeMap as _;
use serde::{Deserialize, Serialize, Serializer};

use super::{FilmResult, InputResult};

/// The keys in their order.
#[derive(Serialize)]
struct Written<'a> {
    path: &'a str,
    patient: Option<&'a str>,
    study: Option<&'a str>,
    view: Option<&'a str>,
    scores: Option<Scores<'a>>,
    positive: Vec<&'a str>,
    input: Option<&'a InputResult>,
    error: Option<&'a str>,
    model: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<u64>,
}

/// In the order of the findings.
struct Scores<'a>(&'a [String], &'a [f32]);

impl Serialize for Scores<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (finding, score) in self.0.iter().zip(self.1) {
            map.serialize_entry(finding, score)?;
        }
        map.end()
    }
}

#[derive(Deserialize)]
struct Read {
    path: String,
    patient: Option<String>,
    study: Option<String>,
    view: Option<String>,
    scores: Option<BTreeMap<String, f32>>,
    positive: Vec<String>,
    input: Option<InputResult>,
    error: Option<String>,
    model: String,
    row: Option<u64>,
}

/// A film as one line, with a line feed at its end.
pub fn json_line(film: &FilmResult, findings: &[String]) -> String {
    let scores = film.scores.as_deref();
    let pairs = findings.iter().zip(film.positive.iter().flatten());
    let written = Written {
        path: &film.path,
        patient: film.patient.as_deref(),
        study: film.study.as_deref(),
        view: film.view.as_deref(),
        scores: scores.map(|scores| Scores(findings, scores)),
        positive: pairs
            .filter(|(_, positive)| **positive)
            .map(|(finding, _)| finding.as_str())
            .collect(),
        input: film.input.as_ref(),
        error: film.error.as_deref(),
        model: &film.model,
        row: film.row,
    };
    // Text and numbers only: nothing here can fail.
    serde_json::to_string(&written).unwrap_or_default() + "\n"
}

/// The film of a line.
pub(super) fn film_of_line(line: &str, findings: &[String]) -> Result<FilmResult, String> {
    let read: Read = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let of_scores = |scores: &BTreeMap<String, f32>| {
        let score = |finding: &String| scores.get(finding).copied();
        let found: Option<Vec<f32>> = findings.iter().map(score).collect();
        found.filter(|found| found.len() == scores.len())
    };
    let scores = read.scores.as_ref().map(of_scores);
    if scores == Some(None) {
        return Err(format!("expected a score of each finding: {}", read.path));
    }
    let positive = |finding: &String| read.positive.contains(finding);
    Ok(FilmResult {
        row: read.row,
        positive: read
            .scores
            .is_some()
            .then(|| findings.iter().map(positive).collect()),
        path: read.path,
        patient: read.patient,
        study: read.study,
        view: read.view,
        scores: scores.flatten(),
        input: read.input,
        error: read.error,
        model: read.model,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::film_result::tests::films;

    #[test]
    fn the_record_is_as_documented() {
        let findings = ["Mass", "Edema"].map(str::to_owned);
        let mut films = films();
        for film in &mut films {
            film.row = None;
        }
        let expected = r#"{"path":"a, \"b\".png","patient":"=7","study":"1.2.3","view":"PA","scores":{"Mass":0.1,"Edema":0.99999994},"positive":["Edema"],"input":{"level":"doubtful","reasons":["One; two.","Three."]},"error":null,"model":"Thorax NIH 174a1ab0, run r, epoch 3"}"#;
        assert_eq!(json_line(&films[0], &findings).trim_end(), expected);
        let failed = json_line(&films[1], &findings);
        let rest = r#""scores":null,"positive":[],"input":null,"error":"no such file: \"x\",\ny""#;
        assert!(failed.contains(rest), "{failed}");
    }

    #[test]
    fn lines_come_back_to_the_bit_and_others_are_refused() {
        let findings = ["Mass", "Edema"].map(str::to_owned);
        for film in films() {
            let line = json_line(&film, &findings);
            assert_eq!(line.matches('\n').count(), 1);
            assert_eq!(film_of_line(&line, &findings), Ok(film.clone()));
            let one = film_of_line(&line, &findings[..1]);
            assert_eq!(one.is_ok(), film.scores.is_none());
        }
        assert!(film_of_line("{}", &findings).is_err());
    }
}
