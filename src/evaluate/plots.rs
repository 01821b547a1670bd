use super::svg::{Curve, PlotText, curve_svg};
use crate::metrics::{Bins, Confusion};
use crate::model::ModelCard;
use crate::scores::{CalibrationView, LabelColumn, ProbabilityRule};

/// Bins of reliability curves.
const N_BINS: usize = 10;
/// Bars of the histogram.
const N_BARS: usize = 20;

/// One plot of one label.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelPlot {
    /// As part of a file's name.
    pub name: &'static str,
    /// The picture, with nothing from elsewhere.
    pub svg: String,
}

/// ROC, precision-recall, scores, rates and reliability of a label; none where films are on one
/// side only. Scores are read as probabilities by what `model` brings.
pub fn label_plots(column: &LabelColumn, model: Option<&ModelCard>) -> Vec<LabelPlot> {
    let Ok(roc) = column.ranked.roc() else {
        return Vec::new();
    };
    let finding = column.name.replace('_', " ");
    let number = |value: Option<f64>| value.map_or_else(|| "n/a".to_owned(), |v| format!("{v:.3}"));
    let curve = |name: String, points: Vec<(f64, f64)>, dotted| Curve {
        name,
        points,
        dotted,
    };
    let plot = |name, title: &str, [x, y]: [&str; 2], diagonal, curves: &[Curve]| {
        let title = format!("{finding}: {title}");
        let text = PlotText {
            title: &title,
            x,
            y,
            diagonal,
        };
        LabelPlot {
            name,
            svg: curve_svg(&text, curves),
        }
    };
    let roc = roc.iter();
    let roc = roc.map(|point| (point.false_positive_rate, point.true_positive_rate));
    let auc = format!("AUC {}", number(column.auc.map(|auc| auc.auc)));
    let points = column.ranked.precision_recall().unwrap_or_default();
    let precision = points.iter().map(|point| (point.recall, point.precision));
    let ap = format!("average precision {}", number(column.average_precision));
    let rates = [
        ("PPV", Confusion::ppv as fn(&Confusion) -> Option<f64>),
        ("sensitivity", Confusion::sensitivity),
        ("specificity", Confusion::specificity),
        ("F1", Confusion::f1),
    ];
    let rates = rates.map(|(name, rate)| curve(name.to_owned(), rate_points(column, rate), false));
    let rules = model.map_or_else(
        || vec![ProbabilityRule::Score],
        |card| ProbabilityRule::of_card(card, &column.name),
    );
    let reliability = rules.into_iter().map(|rule| {
        let view = CalibrationView::of(column, rule, Bins::EqualWidth(N_BINS));
        let points = view.bins.iter();
        let points = points.map(|bin| (bin.mean_predicted, bin.observed()));
        let name = format!("{rule}, ECE {}", number(view.expected_error));
        curve(name, points.collect(), true)
    });
    let reliability: Vec<Curve> = reliability.collect();
    let scores = [("without the finding", false), ("with the finding", true)];
    let scores =
        scores.map(|(name, side)| curve(name.to_owned(), score_points(column, side), false));
    vec![
        plot(
            "roc",
            "ROC",
            ["1 - specificity", "sensitivity"],
            true,
            &[curve(auc, roc.collect(), false)],
        ),
        plot(
            "precision_recall",
            "precision-recall",
            ["sensitivity", "PPV"],
            false,
            &[curve(ap, precision.collect(), false)],
        ),
        plot(
            "scores",
            "scores",
            ["score", "fraction of films"],
            false,
            &scores,
        ),
        plot("rates", "rates", ["threshold", "rate"], false, &rates),
        plot(
            "reliability",
            &format!("reliability, {N_BINS} bins"),
            ["predicted", "fraction positive"],
            true,
            &reliability,
        ),
    ]
}

/// A rate at every distinct score.
fn rate_points(column: &LabelColumn, rate: fn(&Confusion) -> Option<f64>) -> Vec<(f64, f64)> {
    let cuts = column.ranked.cuts().iter();
    cuts.filter_map(|cut| Some((cut.threshold, rate(&column.at(cut.threshold))?)))
        .collect()
}

/// Steps of a histogram of one side's scores.
fn score_points(column: &LabelColumn, side: bool) -> Vec<(f64, f64)> {
    let mut counts = [0.0; N_BARS];
    let films = column.scores.iter().zip(&column.positives);
    let mut n_films = 0.0;
    for (score, _) in films.filter(|(_, positive)| **positive == side) {
        let bar = ((score * N_BARS as f64) as usize).min(N_BARS - 1);
        if let Some(count) = counts.get_mut(bar) {
            *count += 1.0;
        }
        n_films += 1.0;
    }
    let bar = |(place, count): (usize, &f64)| {
        let x = |edge: usize| (place + edge) as f64 / N_BARS as f64;
        let y = count / f64::max(n_films, 1.0);
        [(x(0), y), (x(1), y)]
    };
    counts.iter().enumerate().flat_map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_has_five_plots_and_one_with_films_on_one_side_none() {
        let column = |positives: Vec<bool>| {
            LabelColumn::new("Mass".to_owned(), vec![0.1, 0.4, 0.4, 0.9], positives).unwrap()
        };
        let plots = label_plots(&column(vec![false, true, false, true]), None);
        let names: Vec<&str> = plots.iter().map(|plot| plot.name).collect();
        assert_eq!(
            names,
            ["roc", "precision_recall", "scores", "rates", "reliability"]
        );
        assert!(plots[0].svg.contains("AUC 0.875"), "{}", plots[0].svg);
        assert!(label_plots(&column(vec![false; 4]), None).is_empty());
    }
}
