use super::svg::{Curve, PlotMark, PlotText, curve_svg};
use super::{Evaluation, Figure, LabelFigures, Written, scores_text};
use crate::metrics::{Confusion, RankedScores};
use crate::model::ModelCard;
use crate::scores::{BandedCurve, LabelColumn, LabelCurves};

/// One plot of one label.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelPlot {
    /// As part of a file's name.
    pub name: &'static str,
    /// The picture, with nothing from elsewhere.
    pub svg: String,
}

/// Where an operating point is in the ROC plot; `None` where one class is missing.
pub fn place_in_roc(counts: &Confusion) -> Option<[f64; 2]> {
    Some([1.0 - counts.specificity()?, counts.sensitivity()?])
}

/// Where it is in the precision-recall plot; a threshold that flags nothing has a PPV of 1 there.
pub fn place_in_precision_recall(counts: &Confusion) -> Option<[f64; 2]> {
    Some([counts.sensitivity()?, counts.ppv().unwrap_or(1.0)])
}

/// ROC, precision-recall, scores, rates and reliability of a label of an evaluation, as the window
/// shows them: with bands, the operating point and the compared scores, and at the foot whose scores
/// these are and who wrote the file when. None where films are on one side only. Scores are read as
/// probabilities by what `model` brings.
pub fn label_plots(
    evaluation: &Evaluation,
    label_idx: usize,
    model: Option<&ModelCard>,
    written: &Written,
) -> Vec<LabelPlot> {
    let column = evaluation.set.columns.get(label_idx);
    let label = evaluation.figures.labels.get(label_idx);
    let (Some(column), Some(label)) = (column, label) else {
        return Vec::new();
    };
    let curves = LabelCurves::of(column, model);
    if curves.roc.points.is_empty() {
        return Vec::new();
    }
    let drawing = Drawing::of(evaluation, label, written);
    let other = other_column(evaluation, &column.name);
    let text = |figure: Figure| figure.text(figure.of(label, evaluation.prevalence));
    let auc = format!("AUC {}", text(Figure::Auc));
    let ap = format!("average precision {}", text(Figure::AveragePrecision));
    let scores = [
        ("without the finding", &curves.negatives),
        ("with the finding", &curves.positives),
    ];
    let scores = scores.map(|(name, bars)| curve(name, outline(bars)));
    let rates = curves.rates.map(|(name, points)| curve(name, points));
    let reliability = curves.reliability.into_iter();
    let reliability: Vec<Curve> = reliability
        .map(|(name, points)| Curve {
            dotted: true,
            ..curve(&name, points)
        })
        .collect();
    let compared = |of: fn(&RankedScores) -> BandedCurve| {
        other.map(|other| curve("compared", of(&other.ranked).points))
    };
    let banded = |name: &str, found: BandedCurve, other: Option<Curve>| -> Vec<Curve> {
        let own = Curve {
            band: found.band,
            ..curve(name, found.points)
        };
        std::iter::once(own).chain(other).collect()
    };
    let point = |place: Option<[f64; 2]>| place.map(PlotMark::Point);
    let rule = Some(PlotMark::Rule(label.threshold.value()));
    let roc = banded(&auc, curves.roc, compared(BandedCurve::roc));
    let precision_recall = banded(
        &ap,
        curves.precision_recall,
        compared(BandedCurve::precision_recall),
    );
    vec![
        drawing.plot(
            "roc",
            ["ROC, 95 % (Wilson)", "1 - specificity", "sensitivity"],
            true,
            point(place_in_roc(&label.counts)),
            &roc,
        ),
        drawing.plot(
            "precision_recall",
            ["precision-recall, 95 % (Wilson)", "sensitivity", "PPV"],
            false,
            point(place_in_precision_recall(&label.counts)),
            &precision_recall,
        ),
        drawing.plot(
            "scores",
            ["scores", "score", "fraction of films"],
            false,
            rule,
            &scores,
        ),
        drawing.plot("rates", ["rates", "threshold", "rate"], false, rule, &rates),
        drawing.plot(
            "reliability",
            ["reliability, 10 bins", "predicted", "fraction positive"],
            true,
            rule,
            &reliability,
        ),
    ]
}

/// What all plots of a label have in common.
struct Drawing {
    finding: String,
    operating_point: String,
    foot: Vec<String>,
}

impl Drawing {
    fn of(evaluation: &Evaluation, label: &LabelFigures, written: &Written) -> Self {
        let threshold = &label.threshold;
        let mut foot = vec![
            format!("Scores: {}", scores_text(&evaluation.set)),
            format!("Threshold: {}", threshold.origin().words()),
        ];
        if let Some(other) = &evaluation.comparison {
            foot.push(format!("Compared: {}", scores_text(&other.set)));
        }
        foot.push(format!("Written {} by {}", written.day, written.program));
        Self {
            finding: label.name.replace('_', " "),
            operating_point: format!("operating point, threshold {:.3}", threshold.value()),
            foot,
        }
    }

    fn plot(
        &self,
        name: &'static str,
        [title, x, y]: [&str; 3],
        diagonal: bool,
        mark: Option<PlotMark>,
        curves: &[Curve],
    ) -> LabelPlot {
        let title = format!("{}: {title}", self.finding);
        let text = PlotText {
            title: &title,
            x,
            y,
            diagonal,
            mark: mark.map(|mark| (mark, self.operating_point.as_str())),
            foot: &self.foot,
        };
        LabelPlot {
            name,
            svg: curve_svg(&text, curves),
        }
    }
}

fn curve(name: &str, points: Vec<[f64; 2]>) -> Curve {
    Curve {
        name: name.to_owned(),
        points,
        dotted: false,
        band: <[Vec<f64>; 3]>::default(),
    }
}

/// The same label of the compared scores.
fn other_column<'a>(evaluation: &'a Evaluation, name: &str) -> Option<&'a LabelColumn> {
    let other = &evaluation.comparison.as_ref()?.set;
    other.columns.get(other.position(name).ok()?)
}

/// The upper edge of bars of equal width between 0 and 1, from their middles and heights.
fn outline(bars: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let half = 0.5 / bars.len().max(1) as f64;
    let edges = bars.iter().map(|&[x, y]| [[x - half, y], [x + half, y]]);
    edges.flatten().collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::Threshold;
    use crate::evaluate::{Choices, ComparedSet, OpenedSet, compare};
    use crate::scores::{FilmPrediction, Predictions, ScoredSet};
    use crate::work::Unwatched;

    fn set(scores: [f64; 4]) -> ScoredSet {
        let film = |place: usize| FilmPrediction {
            path: format!("{place}.png").into(),
            patient_id: place.to_string(),
            scores: vec![scores[place], 0.5],
            truth: vec![Some(place % 2 == 1), Some(false)],
        };
        let predictions = Predictions {
            labels: ["Mass", "Hernia"].map(str::to_owned).to_vec(),
            films: (0..4).map(film).collect(),
            model: None,
        };
        ScoredSet::new("set".to_owned(), predictions).unwrap()
    }

    #[test]
    fn a_label_has_five_plots_that_show_what_the_window_does() {
        let (set, other) = (set([0.1, 0.4, 0.4, 0.9]), set([0.9, 0.1, 0.2, 0.3]));
        let thresholds = [Threshold::moved(0.4, "valid").unwrap(), Threshold::unset()];
        let opened = OpenedSet {
            set: Arc::new(set.clone()),
            warnings: Vec::new(),
            leak: None,
            author: None,
            test_table: None,
            films: None,
        };
        let choices = Choices {
            thresholds: &thresholds,
            comparison: Some(ComparedSet {
                differences: compare(&set, &other).unwrap(),
                set: Arc::new(other),
            }),
            ..Choices::default()
        };
        let evaluation = Evaluation::of(&opened, choices, &Unwatched).unwrap();
        let written = Written::now();
        let plots = label_plots(&evaluation, 0, None, &written);
        let names: Vec<&str> = plots.iter().map(|plot| plot.name).collect();
        assert_eq!(
            names,
            ["roc", "precision_recall", "scores", "rates", "reliability"]
        );
        for plot in &plots {
            for words in [
                "operating point, threshold 0.400",
                "Scores: no model named, 4 films of 4 patients",
                "Threshold: set by hand on valid",
                "Compared: no model named",
                written.day.as_str(),
                written.program,
            ] {
                assert!(plot.svg.contains(words), "{}: {words}", plot.name);
            }
        }
        let roc = &plots[0].svg;
        assert!(
            roc.contains("AUC 0.875") && roc.contains(">compared<"),
            "{roc}"
        );
        assert!(roc.contains("fill-opacity"), "{roc}");
        // One film of two negatives and both positives are flagged.
        assert!(
            roc.contains("cx=\"156.00\" cy=\"26.00\" r=\"4.5\""),
            "{roc}"
        );
        // Films on one side only have none.
        assert!(label_plots(&evaluation, 1, None, &written).is_empty());
    }
}
