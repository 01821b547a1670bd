//! Metrics as text for a terminal.

use super::Chosen;
use crate::domain::{NOTICE, Threshold, ThresholdOrigin, number_text, percent_of};
use crate::evaluate::{
    Bootstrap, BootstrapInterval, ComparedSet, Evaluation, Figure, Figures, LabelFigures,
    LabelLocalization, Localization, Prevalence,
};

/// All that was asked for, in aligned columns.
pub fn table(evaluation: &Evaluation, chosen: &Chosen) -> String {
    let Evaluation { set, figures, .. } = evaluation;
    let prevalence = evaluation.prevalence;
    let author = set.author_text();
    let mut text = format!("{}, {} films\n{author}\n\n", set.name, set.n_films());
    text += &figures_table(figures, prevalence);
    text += &bootstrap_table(figures, evaluation.bootstrap.as_ref());
    text += &where_chosen(evaluation, chosen);
    text += &subgroups(evaluation);
    text += &localization(evaluation);
    text += &comparison(evaluation);
    text + &footer(&chosen.thresholds, prevalence)
}

/// Who chose the thresholds, and what scores are not.
pub fn footer(thresholds: &[Threshold], prevalence: Prevalence) -> String {
    let summary = ThresholdOrigin::summary(thresholds);
    let prevalence = prevalence.text();
    format!(
        "Thresholds: {summary}\nPPV and NPV at a prevalence {prevalence}\n\
         Scores are not probabilities. {NOTICE}\n"
    )
}

/// A row for each label, and the means.
pub fn figures_table(figures: &Figures, prevalence: Prevalence) -> String {
    let mut text = String::new();
    let width = figures.labels.iter().map(|label| label.name.len()).max();
    let width = width.unwrap_or(0).max("Finding".len());
    text += &format!(
        "{:width$}    n+     n-   AUC    95 % DeLong    AP     threshold  sens   spec   PPV    NPV    F1\n",
        "Finding"
    );
    for label in &figures.labels {
        text += &row(label, width, prevalence);
    }
    text.push('\n');
    let n_defined = figures.auc.map_or(0, |auc| auc.n_defined);
    text += &format!(
        "Macro AUC {} over {n_defined} of {} labels; lowest {}, median {}, highest {}; micro {}\n",
        number(figures.auc.map(|auc| auc.mean)),
        figures.labels.len(),
        number(figures.auc.map(|auc| auc.min)),
        number(figures.auc.map(|auc| auc.median)),
        number(figures.auc.map(|auc| auc.max)),
        number(figures.micro_auc),
    );
    text += &format!(
        "Macro average precision {}\n",
        number(figures.average_precision.map(|ap| ap.mean))
    );
    text
}

fn row(label: &LabelFigures, width: usize, prevalence: Prevalence) -> String {
    let figure = |figure: Figure| number(figure.of(label, prevalence));
    let interval = label.auc_interval;
    let interval = interval.map_or_else(
        || "not estimable".to_owned(),
        |(low, high)| format!("{low:.3}-{high:.3}"),
    );
    format!(
        "{:width$} {:>5} {:>6}  {}  {interval:13}  {}  {:<9.3}  {}  {}  {}  {}  {}\n",
        label.name,
        label.n_pos,
        label.n_neg,
        number(label.auc.map(|auc| auc.auc)),
        number(label.average_precision),
        label.threshold.value(),
        figure(Figure::Sensitivity),
        figure(Figure::Specificity),
        figure(Figure::Ppv),
        figure(Figure::Npv),
        figure(Figure::F1),
    )
}

/// Intervals by bootstrap; empty without them.
pub fn bootstrap_table(
    figures: &Figures,
    found: Option<&(Bootstrap, Vec<Option<BootstrapInterval>>)>,
) -> String {
    let Some((settings, intervals)) = found else {
        return String::new();
    };
    let mut text = format!(
        "\n95 % by bootstrap of patients, {} replicates, seed {}\n",
        settings.n_replicates, settings.seed
    );
    let names = figures.labels.iter().map(|label| label.name.as_str());
    for (name, found) in names.chain(["macro"]).zip(intervals) {
        let found = found.map_or_else(
            || "not estimable".to_owned(),
            |found| format!("{:.3}-{:.3}", found.low, found.high),
        );
        text += &format!("  {name}: {found}\n");
    }
    text + "\n"
}

/// Rates on the films that thresholds were chosen on beside those here.
fn where_chosen(evaluation: &Evaluation, chosen: &Chosen) -> String {
    let Some((name, figures)) = &chosen.origin else {
        return String::new();
    };
    let mut text = format!("\nAt the same thresholds on {name}, and here\n");
    for there in &figures.labels {
        let mut labels = evaluation.figures.labels.iter();
        let Some(here) = labels.find(|here| here.name == there.name) else {
            continue;
        };
        text += &format!(
            "  {}: sensitivity {} and {}, specificity {} and {}\n",
            there.name,
            number(there.counts.sensitivity()),
            number(here.counts.sensitivity()),
            number(there.counts.specificity()),
            number(here.counts.specificity()),
        );
    }
    text + "\n"
}

fn subgroups(evaluation: &Evaluation) -> String {
    let mut text = String::new();
    for group in &evaluation.subgroups {
        let defined = group.labels.iter().filter_map(|label| label.auc);
        let aucs: Vec<f64> = defined.map(|auc| auc.auc).collect();
        let mean = (!aucs.is_empty()).then(|| aucs.iter().sum::<f64>() / aucs.len() as f64);
        text += &format!(
            "{} {}: {} films, macro AUC {} over {} labels\n",
            group.by,
            group.name,
            group.n_films,
            number(mean),
            aucs.len()
        );
    }
    text
}

fn localization(evaluation: &Evaluation) -> String {
    let Some(found) = &evaluation.localization else {
        return String::new();
    };
    let method = found.rule.method.name();
    let cut = number_text(percent_of(f64::from(found.rule.cut)));
    let mut text = format!("\nMaps by {method}, map threshold {cut} %\n");
    for label in found.shown().iter().filter(|label| label.n_films > 0) {
        let percent = |share: f64| format!("{:.0} %", share * 100.0);
        let outside = label.outside.value();
        let outside = outside.map_or_else(|| "n/a".to_owned(), percent);
        text += &format!(
            "{}: map maximum in a box in {} of {} films, mean IoU {:.3}, {} above threshold, \
             {outside} of the evidence outside the body\n",
            label.name, label.n_hits, label.n_films, label.mean_iou, label.n_flagged
        );
    }
    if found.rule.curves {
        text += &curves(found);
    }
    text
}

/// By method, means over findings of the means over their films.
fn curves(found: &Localization) -> String {
    let mut text = String::from("Area under deletion (lower is better) and insertion, by method\n");
    for (method, labels) in &found.methods {
        let mean = |of: &dyn Fn(&LabelLocalization) -> Option<f64>| {
            let known: Vec<f64> = labels.iter().filter_map(of).collect();
            let n_known = known.len().max(1) as f64;
            number((!known.is_empty()).then(|| known.iter().sum::<f64>() / n_known))
        };
        let deletion = mean(&|label| label.deletion.value());
        let insertion = mean(&|label| label.insertion.value());
        text += &format!("  {}: {deletion}, {insertion}\n", method.name());
    }
    text
}

fn comparison(evaluation: &Evaluation) -> String {
    let Some(ComparedSet { set, differences }) = &evaluation.comparison else {
        return String::new();
    };
    let mut text = format!(
        "\nAUC here, AUC of {}, difference, p (DeLong, paired)\n",
        set.name
    );
    for label in differences {
        let p_value = label.paired.and_then(|paired| paired.p_value());
        text += &format!(
            "  {}: {} {} {} p {}\n",
            label.name,
            number(label.first_auc),
            number(label.second_auc),
            number(label.paired.map(|paired| paired.difference)),
            number(p_value),
        );
    }
    text + "\n"
}

/// Three decimals, or `n/a`.
fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "n/a  ".to_owned(), |value| format!("{value:.3}"))
}
