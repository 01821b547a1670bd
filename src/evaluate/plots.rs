use super::line_plot::{LinePlot, PlotAxis, PlotLine, PlotMark};
use super::{Evaluation, Figure, LabelFigures, Written, scores_text};
use crate::domain::number_text;
use crate::drawing::PlotColor;
use crate::metrics::{Confusion, RankedScores};
use crate::model::ModelCard;
use crate::scores::{BandedCurve, LabelColumn, LabelCurves, ScoredSet};

/// Width and height between the axes.
const SIDE_PX: f64 = 220.0;
/// Films without and with the finding.
pub const SCORE_COLORS: [PlotColor; 2] = [PlotColor::Below, PlotColor::Series(2)];
/// PPV, sensitivity, specificity, F1.
pub const RATE_COLORS: [PlotColor; 4] = [
    PlotColor::Train,
    PlotColor::Series(0),
    PlotColor::Series(1),
    PlotColor::Series(2),
];
/// Scores, weights undone, Platt.
pub const RELIABILITY_COLORS: [PlotColor; 3] =
    [PlotColor::Train, PlotColor::Series(0), PlotColor::Series(1)];

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
    let behind = if evaluation.curves_behind {
        curves_behind(&evaluation.set, label_idx)
    } else {
        Vec::new()
    };
    let other = other_column(evaluation, &column.name);
    let text = |figure: Figure| figure.text(figure.of(label, evaluation.prevalence));
    let auc = format!("AUC {}", text(Figure::Auc));
    let ap = format!("average precision {}", text(Figure::AveragePrecision));
    let scores = [
        ("without the finding", &curves.negatives),
        ("with the finding", &curves.positives),
    ];
    let scores = scores.into_iter().zip(SCORE_COLORS);
    let scores = scores.map(|((name, bars), color)| bars_line(name, bars, color));
    let rates = curves.rates.into_iter().zip(RATE_COLORS);
    let rates = rates.map(|((name, points), color)| line(name, points, color));
    let reliability = curves.reliability.into_iter().zip(RELIABILITY_COLORS);
    let reliability = reliability.map(|((name, points), color)| PlotLine {
        dotted: true,
        ..line(&name, points, color)
    });
    // The compared scores are drawn below these, as the window does.
    let banded = |name: &str, found: BandedCurve, of: fn(&RankedScores) -> BandedCurve| {
        let compared =
            other.map(|other| line("compared", of(&other.ranked).points, PlotColor::Valid));
        let own = PlotLine {
            band: found.band,
            ..line(name, found.points, PlotColor::Train)
        };
        compared.into_iter().chain([own])
    };
    let faint = |of: fn(&BehindCurves) -> &Vec<[f64; 2]>| -> Vec<PlotLine> {
        let names = ["other findings"].into_iter().chain(std::iter::repeat(""));
        let lines = behind.iter().zip(names);
        lines
            .map(|(curves, name)| line(name, of(curves).clone(), PlotColor::Behind))
            .collect()
    };
    let mut roc = faint(|curves| &curves.roc);
    roc.extend(banded(&auc, curves.roc, BandedCurve::roc));
    let mut precision_recall = faint(|curves| &curves.precision_recall);
    precision_recall.extend(banded(
        &ap,
        curves.precision_recall,
        BandedCurve::precision_recall,
    ));
    let point = |place: Option<[f64; 2]>| place.map(PlotMark::Point);
    let rule = Some(PlotMark::Rule(label.threshold.value()));
    vec![
        drawing.plot(
            "roc",
            ["ROC, 95 % (Wilson)", "1 - specificity", "sensitivity"],
            true,
            point(place_in_roc(&label.counts)),
            roc,
        ),
        drawing.plot(
            "precision_recall",
            ["precision-recall, 95 % (Wilson)", "sensitivity", "PPV"],
            false,
            point(place_in_precision_recall(&label.counts)),
            precision_recall,
        ),
        drawing.plot(
            "scores",
            ["scores", "score", "fraction of films"],
            false,
            rule,
            scores.collect(),
        ),
        drawing.plot(
            "rates",
            ["rates", "threshold", "rate"],
            false,
            rule,
            rates.collect(),
        ),
        drawing.plot(
            "reliability",
            ["reliability, 10 bins", "predicted", "fraction positive"],
            true,
            rule,
            reliability.collect(),
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
            operating_point: format!(
                "operating point, threshold {}",
                number_text(threshold.value())
            ),
            foot,
        }
    }

    fn plot(
        &self,
        name: &'static str,
        [title, x, y]: [&str; 3],
        has_diagonal: bool,
        mark: Option<PlotMark>,
        lines: Vec<PlotLine>,
    ) -> LabelPlot {
        let axis = |name, spans| PlotAxis {
            name,
            spans,
            ..PlotAxis::default()
        };
        // Fractions of films are small: that axis ends at the highest bar.
        let height: &[f64] = if name == "scores" {
            &[0.0]
        } else {
            &[0.0, 1.0]
        };
        let plot = LinePlot {
            title: &format!("{}: {title}", self.finding),
            x: axis(x, &[0.0, 1.0]),
            y: axis(y, height),
            size_px: [SIDE_PX, SIDE_PX],
            has_diagonal,
            lines,
            marks: mark
                .map(|mark| (self.operating_point.clone(), mark))
                .into_iter()
                .collect(),
            foot: &self.foot,
        };
        LabelPlot {
            name,
            svg: plot.svg(),
        }
    }
}

fn line(name: &str, points: Vec<[f64; 2]>, color: PlotColor) -> PlotLine {
    PlotLine {
        name: name.to_owned(),
        points,
        color,
        ..PlotLine::default()
    }
}

/// Bars as the window fills them: an outline over an area.
fn bars_line(name: &str, bars: &[[f64; 2]], color: PlotColor) -> PlotLine {
    let points = outline(bars);
    let xs: Vec<f64> = points.iter().map(|[x, _]| *x).collect();
    let highs = points.iter().map(|[_, y]| *y).collect();
    PlotLine {
        band: [xs.clone(), vec![0.0; xs.len()], highs],
        ..line(name, points, color)
    }
}

/// ROC and precision-recall of a label that is not in view.
#[derive(Clone, Debug, PartialEq)]
pub struct BehindCurves {
    /// In words.
    pub name: String,
    /// Sensitivity over 1 - specificity; empty where it is undefined.
    pub roc: Vec<[f64; 2]>,
    /// PPV over sensitivity; empty where it is undefined.
    pub precision_recall: Vec<[f64; 2]>,
}

/// Curves of all labels but one, to be drawn behind its own.
pub fn curves_behind(set: &ScoredSet, label_idx: usize) -> Vec<BehindCurves> {
    let columns = set.columns.iter().enumerate();
    let others = columns.filter(|(idx, _)| *idx != label_idx);
    let curves = others.map(|(_, column)| BehindCurves {
        name: column.name.replace('_', " "),
        roc: BandedCurve::roc(&column.ranked).points,
        precision_recall: BandedCurve::precision_recall(&column.ranked).points,
    });
    curves.collect()
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
                "operating point, threshold 0.4",
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
            roc.contains("cx=\"164.00\" cy=\"26.00\" r=\"4.5\""),
            "{roc}"
        );
        assert!(!roc.contains("other findings"), "{roc}");
        let behind = Evaluation {
            curves_behind: true,
            ..evaluation.clone()
        };
        let [roc, precision_recall, scores, ..] = &label_plots(&behind, 0, None, &written)[..]
        else {
            panic!("expected five plots");
        };
        for plot in [roc, precision_recall] {
            let n_entries = plot.svg.matches(">other findings<").count();
            assert_eq!(n_entries, 1, "{}: {}", plot.name, plot.svg);
        }
        assert!(!scores.svg.contains("other findings"));
        // Films on one side only have none.
        assert!(label_plots(&evaluation, 1, None, &written).is_empty());
    }
}
