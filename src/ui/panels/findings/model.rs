use crate::domain::{Labels, PerFinding, Score, Threshold};
use crate::explain::JitterInterval;
use crate::metrics::Platt;
use crate::model::Calibration;
use crate::scores::ProbabilityRule;
use crate::state::Thresholds;

/// Which side of its threshold a score is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// At or above.
    Above,
    /// Below.
    Below,
}

/// The row of one finding.
#[derive(Clone, Debug, PartialEq)]
pub struct FindingRow {
    /// Its place among the model's outputs.
    pub finding_idx: usize,
    /// As the model spells it, underscores as spaces.
    pub name: String,
    /// None where the film has no scores.
    pub score: Option<Score>,
    /// The score of the whole film, where `score` is that of a partly covered one.
    pub uncovered: Option<Score>,
    /// The score on the other side of a comparison; `None` while nothing is compared.
    pub beside: Option<BesideScore>,
    /// Scores over small changes of the film, where they were asked for.
    pub interval: Option<JitterInterval>,
    /// Calibrated risk in `[0, 1]`; `None` without calibration or score.
    pub risk: Option<f64>,
    /// The threshold in use, and who chose it.
    pub threshold: Threshold,
    /// None where the film has no scores.
    pub verdict: Option<Verdict>,
    /// Its map is over the film.
    pub selected: bool,
    /// The model has an operating point to go back to.
    pub has_point: bool,
}

/// A finding's score on the other side of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct BesideScore {
    /// `None` where the film beside has none, or its model lacks the finding.
    pub score: Option<Score>,
    /// The threshold of that side, where somebody chose one.
    pub threshold: Option<Threshold>,
}

impl BesideScore {
    /// The score of a finding by its name: another model may have its findings in another order, or others.
    pub fn of(
        name: &str,
        scores: Option<&PerFinding<Score>>,
        thresholds: Option<&PerFinding<Threshold>>,
    ) -> Self {
        let threshold = thresholds.and_then(|thresholds| thresholds.of(name));
        Self {
            score: scores.and_then(|scores| scores.of(name)).copied(),
            threshold: threshold.filter(|threshold| threshold.is_set()).cloned(),
        }
    }

    /// Whether it is at or above a threshold that somebody chose.
    pub fn is_above(&self) -> bool {
        let both = self.score.zip(self.threshold.as_ref());
        both.is_some_and(|(score, threshold)| score.is_positive(threshold))
    }
}

impl FindingRow {
    /// Whether its score is at or above a threshold that somebody chose.
    pub fn is_above(&self) -> bool {
        self.verdict == Some(Verdict::Above) && self.threshold.is_set()
    }

    /// The score of the other side less this one, signed; `n/a` without both.
    pub fn difference_text(&self) -> String {
        let beside = self.beside.as_ref().and_then(|beside| beside.score);
        let Some((score, beside)) = self.score.zip(beside) else {
            return "n/a".to_owned();
        };
        let text = format!("{:+.2}", beside.get() - score.get());
        // A difference that rounds to none has no sign.
        if text == "-0.00" || text == "+0.00" {
            "0.00".to_owned()
        } else {
            text
        }
    }
}

/// Findings that only the model of the other side has, with their scores there.
pub fn only_beside(
    labels: &Labels,
    scores: Option<&PerFinding<Score>>,
    thresholds: Option<&PerFinding<Threshold>>,
) -> Vec<(String, BesideScore)> {
    let others = thresholds.map(PerFinding::labels);
    let names = others.into_iter().flat_map(Labels::iter);
    let only = names.filter(|name| labels.position(name).is_none());
    only.map(|name| {
        (
            name.replace('_', " "),
            BesideScore::of(name, scores, thresholds),
        )
    })
    .collect()
}

/// One row per finding, in the order of the model's outputs.
pub fn finding_rows(
    thresholds: &Thresholds,
    scores: Option<&PerFinding<Score>>,
    selected: Option<usize>,
) -> Vec<FindingRow> {
    let current = thresholds.current().iter().enumerate();
    let row = |(finding_idx, (name, threshold)): (usize, (&str, &Threshold))| {
        let score = scores.and_then(|scores| scores.get(finding_idx)).copied();
        let of_model = thresholds.of_model_file(finding_idx);
        FindingRow {
            finding_idx,
            name: name.replace('_', " "),
            score,
            uncovered: None,
            beside: None,
            interval: None,
            risk: None,
            threshold: threshold.clone(),
            verdict: score.map(|score| {
                if score.is_positive(threshold) {
                    Verdict::Above
                } else {
                    Verdict::Below
                }
            }),
            selected: selected == Some(finding_idx),
            has_point: of_model.is_some_and(Threshold::is_set),
        }
    };
    current.map(row).collect()
}

/// The calibrated risk of a score, in `[0, 1]`; `None` without calibration.
pub fn risk_of(score: Score, calibration: Option<&Calibration>) -> Option<f64> {
    let Calibration::Platt {
        slope, intercept, ..
    } = calibration?;
    let (slope, intercept) = (*slope, *intercept);
    let rule = ProbabilityRule::Platt(Platt { slope, intercept });
    Some(rule.probability(f64::from(score.get())))
}

/// How far a row's score moves over small changes of the film.
pub fn interval_text(row: &FindingRow, n: usize) -> Option<String> {
    let JitterInterval { low, median, high } = row.interval?;
    let mut text = format!(
        "Under {n} small shifts, rotations and exposure changes: {low:.3} to {high:.3}, median {median:.3}"
    );
    if let Some(score) = row
        .score
        .filter(|score| !(low..=high).contains(&score.get()))
    {
        let score = score.get();
        text.push_str(&format!(
            ". The film as it is, {score:.3}, lies outside: any change moves its score"
        ));
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::OperatingPoint;

    #[test]
    fn a_row_says_which_side_its_score_is_on() {
        let labels = Labels::nih_14();
        let points = labels.map(|idx, _| {
            let moved = Threshold::moved(0.2, "valid").map(|moved| OperatingPoint::of(&moved));
            Threshold::of_model(moved.filter(|_| idx == 1).as_ref())
        });
        let thresholds = Thresholds::of_model(points);
        let scores = labels.map(|_, _| Score::new(0.3).unwrap());
        let rows = finding_rows(&thresholds, Some(&scores), Some(11));
        assert_eq!(rows[0].verdict, Some(Verdict::Below));
        assert_eq!(rows[1].verdict, Some(Verdict::Above));
        assert_eq!(rows[1].threshold.origin().words(), "set by hand on valid");
        assert!(rows[1].has_point && !rows[0].has_point);
        assert_eq!(rows[11].name, "Pleural Thickening");
        assert!(rows[11].selected && !rows[0].selected);
    }

    #[test]
    fn scores_of_two_sides_are_matched_by_name_and_their_difference_is_signed() {
        let labels = |names: &[&str]| {
            let names = names.iter().map(|name| (*name).to_owned());
            Labels::new(names.collect()).unwrap()
        };
        let scores = |labels: &Labels, values: &[f32]| {
            let scores = values.iter().map(|value| Score::new(*value).unwrap());
            labels.zip(scores.collect()).unwrap()
        };
        let main = labels(&["Mass", "Edema", "Hernia"]);
        let other = labels(&["Edema", "Fracture", "Mass"]);
        let thresholds = Thresholds::of_model(main.map(|_, _| Threshold::unset()));
        let rows = finding_rows(&thresholds, Some(&scores(&main, &[0.5, 0.301, 0.2])), None);
        let beside_scores = scores(&other, &[0.3, 0.9, 0.25]);
        let at = |value| Threshold::moved(value, "valid").unwrap();
        let beside_thresholds = other.map(|idx, _| match idx {
            2 => at(0.25),
            _ => Threshold::unset(),
        });
        let (given, judged) = (Some(&beside_scores), Some(&beside_thresholds));
        let rows: Vec<FindingRow> = rows
            .into_iter()
            .map(|row| FindingRow {
                beside: Some(BesideScore::of(&row.name, given, judged)),
                ..row
            })
            .collect();
        let texts: Vec<String> = rows.iter().map(FindingRow::difference_text).collect();
        assert_eq!(texts, ["-0.25", "0.00", "n/a"]);
        let above = rows
            .iter()
            .map(|row| row.beside.as_ref().unwrap().is_above());
        assert_eq!(above.collect::<Vec<_>>(), [true, false, false]);
        // 0.5 at a threshold that nobody chose is no mark.
        assert!(rows[0].verdict == Some(Verdict::Above) && !rows[0].is_above());
        let only = only_beside(&main, given, judged);
        assert_eq!(only.len(), 1);
        assert_eq!(only[0].0, "Fracture");
        assert_eq!(only[0].1.score.map(Score::get), Some(0.9));
        assert_eq!(only_beside(&main, None, None), []);
    }

    #[test]
    fn without_scores_there_is_no_verdict() {
        let thresholds = Thresholds::of_model(Labels::nih_14().map(|_, _| Threshold::unset()));
        let rows = finding_rows(&thresholds, None, None);
        assert!(
            rows.iter()
                .all(|row| row.verdict.is_none() && row.score.is_none())
        );
    }
}
