use super::svg::{Curve, PlotText, curve_svg};
use crate::model::ModelCard;
use crate::scores::{LabelColumn, LabelCurves};

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
    let curves = LabelCurves::of(column, model);
    if curves.roc.points.is_empty() {
        return Vec::new();
    }
    let finding = column.name.replace('_', " ");
    let number = |value: Option<f64>| value.map_or_else(|| "n/a".to_owned(), |v| format!("{v:.3}"));
    let curve = |name: String, points, dotted| Curve {
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
    let auc = format!("AUC {}", number(column.auc.map(|auc| auc.auc)));
    let ap = format!("average precision {}", number(column.average_precision));
    let scores = [
        ("without the finding", &curves.negatives),
        ("with the finding", &curves.positives),
    ];
    let scores = scores.map(|(name, bars)| curve(name.to_owned(), outline(bars), false));
    let rates = curves
        .rates
        .map(|(name, points)| curve(name.to_owned(), points, false));
    let reliability = curves.reliability.into_iter();
    let reliability: Vec<Curve> = reliability
        .map(|(name, points)| curve(name, points, true))
        .collect();
    vec![
        plot(
            "roc",
            "ROC",
            ["1 - specificity", "sensitivity"],
            true,
            &[curve(auc, curves.roc.points, false)],
        ),
        plot(
            "precision_recall",
            "precision-recall",
            ["sensitivity", "PPV"],
            false,
            &[curve(ap, curves.precision_recall.points, false)],
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
            "reliability, 10 bins",
            ["predicted", "fraction positive"],
            true,
            &reliability,
        ),
    ]
}

/// The upper edge of bars of equal width between 0 and 1, from their middles and heights.
fn outline(bars: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let half = 0.5 / bars.len().max(1) as f64;
    let edges = bars.iter().map(|&[x, y]| [[x - half, y], [x + half, y]]);
    edges.flatten().collect()
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
