use super::plots::{LabelPlot, label_plots};
use super::{
    ComparedSet, Evaluation, Figure, LabelDifference, LabelFigures, LabelLocalization, ScoreAuthor,
    Subgroup, Written, thresholds_text,
};
use crate::domain::{NOTICE, number_text, percent_of};
use crate::drawing::escape;
use crate::scores::LabelColumn;

const STYLE: &str = "body{font:14px/1.5 sans-serif;margin:2em auto;max-width:1100px;padding:0 1em;\
color:#222}table{border-collapse:collapse;margin:.6em 0}td,th{padding:.2em .6em;text-align:right;\
border-bottom:1px solid #ddd}td:first-child,th:first-child{text-align:left}.notice{background:#fff3cd;\
padding:.5em 1em;border:1px solid #e0c060}.rare{color:#888}.plots{display:flex;flex-wrap:wrap;gap:1em}\
.warning{color:#a00000}";

/// One self-contained page, with nothing from elsewhere and no scripts.
///
/// `author` is the model that made the scores, whose card and calibration are shown.
pub fn html_report(
    evaluation: &Evaluation,
    author: Option<&ScoreAuthor>,
    written: &Written,
) -> String {
    let name = escape(&evaluation.set.name);
    let mut html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <title>Evaluation of {name}</title><style>{STYLE}</style></head><body>\n\
         <h1>Evaluation of {name}</h1>\n<p class=\"notice\">{NOTICE}</p>\n\
         <p>{}. {}{} films of {} patients. Written {} by {}</p>\n",
        escape(&evaluation.set.author_text()),
        evaluation
            .set
            .part
            .map(|part| format!("Part {part}, "))
            .unwrap_or_default(),
        evaluation.set.n_films(),
        evaluation.set.n_patients(),
        written.day,
        written.program
    );
    for warning in &evaluation.warnings {
        html += &format!("<p class=\"warning\">{}</p>\n", escape(warning));
    }
    html += &summary_html(evaluation);
    html += &auc_html(evaluation);
    html += &thresholds_html(evaluation);
    html += &author.map_or_else(String::new, |author| card_html(evaluation, author));
    html += &subgroups_html(evaluation);
    html += &localization_html(evaluation);
    html += &comparison_html(evaluation);
    html += "<h2>Curves</h2>\n";
    let card = author.map(|author| &author.card);
    for (label_idx, column) in evaluation.set.columns.iter().enumerate() {
        let plots = label_plots(evaluation, label_idx, card, written);
        html += &curves_html(column, plots);
    }
    html + &format!("<p class=\"notice\">{NOTICE}</p>\n</body></html>\n")
}

fn card_html(evaluation: &Evaluation, author: &ScoreAuthor) -> String {
    let facts = author.card.facts().into_iter();
    let facts = facts.map(|(name, value)| vec![name.to_owned(), value]);
    let id = vec!["Model".to_owned(), author.identity.to_string()];
    let rows = std::iter::once(id).chain(facts);
    let head = if evaluation.set.names(&author.identity) {
        "Model that made the scores"
    } else {
        "Model given for these scores, which name none"
    };
    format!("<h2>{head}</h2>\n") + &table_html(&["", ""], rows, &|_| false)
}

fn summary_html(evaluation: &Evaluation) -> String {
    let figures = &evaluation.figures;
    let n_labels = figures.labels.len();
    let n_defined = figures.auc.map_or(0, |auc| auc.n_defined);
    let rows = [
        ("Macro AUC", figures.auc.map(|auc| auc.mean)),
        ("Lowest", figures.auc.map(|auc| auc.min)),
        ("Median", figures.auc.map(|auc| auc.median)),
        ("Highest", figures.auc.map(|auc| auc.max)),
        ("Weighted by prevalence", figures.prevalence_weighted_auc),
        ("Micro AUC", figures.micro_auc),
        (
            "Macro average precision",
            figures.average_precision.map(|ap| ap.mean),
        ),
    ];
    let rows = rows.map(|(name, value)| vec![name.to_owned(), number(value)]);
    format!("<h2>Summary</h2>\n<p>AUC defined for {n_defined} of {n_labels} findings.</p>\n")
        + &table_html(&["", ""], rows, &|_| false)
        + &bootstrap_text(evaluation)
}

fn bootstrap_text(evaluation: &Evaluation) -> String {
    let Some((settings, intervals)) = &evaluation.bootstrap else {
        return String::new();
    };
    let of_macro = intervals.last().copied().flatten();
    format!(
        "<p>Macro AUC by bootstrap of patients, {} replicates, seed {}: {}</p>\n",
        settings.n_replicates,
        settings.seed,
        interval(of_macro.map(|found| (found.low, found.high)))
    )
}

fn auc_html(evaluation: &Evaluation) -> String {
    let row = |(place, label): (usize, &LabelFigures)| {
        let mut row = vec![
            label.name.clone(),
            label.n_pos.to_string(),
            label.n_neg.to_string(),
            number(label.auc.map(|auc| auc.auc)),
            interval(label.auc_interval),
        ];
        if let Some((_, intervals)) = &evaluation.bootstrap {
            let found = intervals.get(place).copied().flatten();
            row.push(interval(found.map(|found| (found.low, found.high))));
        }
        row.extend([number(label.average_precision), number(label.brier)]);
        row
    };
    let mut head = vec!["Finding", "n+", "n-", "AUC", "95 % (DeLong)"];
    if evaluation.bootstrap.is_some() {
        head.push("95 % (patients)");
    }
    head.extend(["Average precision", "Brier (of scores)"]);
    let labels = &evaluation.figures.labels;
    let is_rare = |row: usize| {
        evaluation
            .set
            .columns
            .get(row)
            .is_some_and(LabelColumn::is_rare)
    };
    "<h2>Ranking</h2>\n".to_owned()
        + &table_html(&head, labels.iter().enumerate().map(row), &is_rare)
        + "<p>In gray: fewer than 10 positive films, too few to tell from chance.</p>\n"
}

fn thresholds_html(evaluation: &Evaluation) -> String {
    let row = |label: &LabelFigures| {
        let counts = label.counts;
        let figure = |figure: Figure| figure.text(figure.of(label, evaluation.prevalence));
        let with_interval =
            |share: Figure| format!("{} ({})", figure(share), interval(share.interval(label)));
        vec![
            label.name.clone(),
            figure(Figure::Threshold),
            label.threshold.origin().words(),
            counts.true_positives.to_string(),
            counts.false_positives.to_string(),
            counts.false_negatives.to_string(),
            counts.true_negatives.to_string(),
            with_interval(Figure::Sensitivity),
            with_interval(Figure::Specificity),
            figure(Figure::Ppv),
            figure(Figure::Npv),
            figure(Figure::F1),
            figure(Figure::MatthewsCorrelation),
            with_interval(Figure::FlaggedShare),
        ]
    };
    let labels = evaluation.figures.labels.iter();
    let author = evaluation.set.predictions.model.as_ref();
    let thresholds: Vec<_> = labels
        .clone()
        .map(|label| label.threshold.clone())
        .collect();
    let head = [
        "Finding",
        "Threshold",
        "Chosen by",
        "TP",
        "FP",
        "FN",
        "TN",
        "Sensitivity (95 %)",
        "Specificity (95 %)",
        "PPV",
        "NPV",
        "F1",
        "MCC",
        "Flagged (95 %)",
    ];
    let is_rare = |row: usize| {
        evaluation
            .set
            .columns
            .get(row)
            .is_some_and(LabelColumn::is_rare)
    };
    format!(
        "<h2>At the thresholds</h2>\n<p>Thresholds: {}. Positive where score &gt;= threshold. \
         PPV and NPV at a prevalence {}. Intervals of shares by Wilson.</p>\n",
        escape(&thresholds_text(author, &thresholds)),
        escape(&evaluation.prevalence.text())
    ) + &table_html(
        &head,
        labels.map(row).chain([macro_row(evaluation)]),
        &is_rare,
    )
}

/// Means over the findings where a figure is defined, under the columns of the table of thresholds.
fn macro_row(evaluation: &Evaluation) -> Vec<String> {
    let mean = |figure: Figure| {
        let of_labels = figure.macro_of(&evaluation.figures, evaluation.prevalence);
        figure.text(of_labels.map(|summary| summary.mean))
    };
    let mut row = vec!["Macro mean".to_owned()];
    row.resize(7, String::new());
    row.extend(
        [
            Figure::Sensitivity,
            Figure::Specificity,
            Figure::Ppv,
            Figure::Npv,
            Figure::F1,
            Figure::MatthewsCorrelation,
            Figure::FlaggedShare,
        ]
        .map(mean),
    );
    row
}

fn subgroups_html(evaluation: &Evaluation) -> String {
    if evaluation.subgroups.is_empty() {
        return String::new();
    }
    let row = |group: &Subgroup| {
        let cell = |label: &super::SubgroupAuc| {
            let range = label
                .auc
                .and_then(|auc| auc.interval(super::figures::LEVEL));
            let auc = number(label.auc.map(|auc| auc.auc));
            format!("{auc} [{}] {}+", interval(range), label.n_pos)
        };
        let name = format!("{}: {}", group.by, group.name);
        let head = [name, group.n_films.to_string()].into_iter();
        head.chain(group.labels.iter().map(cell)).collect()
    };
    let mut head = vec!["Films", "n"];
    head.extend(
        evaluation
            .figures
            .labels
            .iter()
            .map(|label| label.name.as_str()),
    );
    "<h2>Subgroups</h2>\n<p>AUC, its 95 % interval by DeLong, and the number of positive films.</p>\n".to_owned()
        + &table_html(&head, evaluation.subgroups.iter().map(row), &|_| false)
}

fn localization_html(evaluation: &Evaluation) -> String {
    let Some(found) = &evaluation.localization else {
        return String::new();
    };
    let boxed = found.shown().iter();
    let boxed: Vec<_> = boxed.filter(|label| label.n_films > 0).collect();
    if boxed.is_empty() {
        return String::new();
    }
    let row = |label: &&LabelLocalization| {
        let share = |n: usize| {
            let share = n as f64 / label.n_films as f64;
            format!("{n} ({share:.2})")
        };
        let outside = label.outside.value();
        vec![
            label.name.clone(),
            label.n_films.to_string(),
            share(label.n_hits),
            format!("{:.3}", label.mean_iou),
            share(label.n_overlapping),
            share(label.n_flagged),
            outside.map_or_else(|| "n/a".to_owned(), |outside| format!("{outside:.2}")),
        ]
    };
    let head = [
        "Finding",
        "Films with a box",
        "Map maximum in a box",
        "Mean IoU",
        "IoU >= 0.5",
        "Above threshold",
        "Evidence outside the body",
    ];
    let method = found.rule.method.name();
    let cut = number_text(percent_of(f64::from(found.rule.cut)));
    format!(
        "<h2>Localization</h2>\n<p>Maps against radiologists' boxes. Method {}; map threshold {cut} % of the \
         map's maximum.</p>\n",
        escape(method)
    ) + &table_html(&head, boxed.iter().map(row), &|_| false)
}

fn comparison_html(evaluation: &Evaluation) -> String {
    let Some(ComparedSet { set, differences }) = &evaluation.comparison else {
        return String::new();
    };
    let row = |label: &LabelDifference| {
        let p_value = label.paired.and_then(|paired| paired.p_value());
        vec![
            label.name.clone(),
            number(label.first_auc),
            number(label.second_auc),
            number(label.paired.map(|paired| paired.difference)),
            interval(label.paired.and_then(|paired| paired.interval(0.95))),
            number(p_value),
        ]
    };
    let head = [
        "Finding",
        "AUC here",
        "AUC there",
        "Difference",
        "95 %",
        "p (DeLong, paired)",
    ];
    let author = escape(&set.author_text());
    format!("<h2>Against {}</h2>\n<p>{author}</p>\n", escape(&set.name))
        + &table_html(&head, differences.iter().map(row), &|_| false)
}

fn curves_html(column: &LabelColumn, plots: Vec<LabelPlot>) -> String {
    let name = escape(&column.name);
    if plots.is_empty() {
        return format!(
            "<h3>{name}</h3>\n<p>n/a: all films are positive, or all are negative</p>\n"
        );
    }
    let plots: String = plots.into_iter().map(|plot| plot.svg).collect();
    format!("<h3>{name}</h3>\n<div class=\"plots\">\n{plots}</div>\n")
}

fn table_html(
    head: &[&str],
    rows: impl IntoIterator<Item = Vec<String>>,
    is_gray: &dyn Fn(usize) -> bool,
) -> String {
    let cells = |tag: &str, cells: &[String]| -> String {
        let cells = cells
            .iter()
            .map(|cell| format!("<{tag}>{}</{tag}>", escape(cell)));
        cells.collect()
    };
    let head: Vec<String> = head.iter().map(|&cell| cell.to_owned()).collect();
    let mut html = "<table>\n".to_owned();
    if head.iter().any(|cell| !cell.is_empty()) {
        html += &format!("<tr>{}</tr>\n", cells("th", &head));
    }
    for (row, values) in rows.into_iter().enumerate() {
        let class = if is_gray(row) { " class=\"rare\"" } else { "" };
        html += &format!("<tr{class}>{}</tr>\n", cells("td", &values));
    }
    html + "</table>\n"
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "n/a".to_owned(), |value| format!("{value:.3}"))
}

fn interval(interval: Option<(f64, f64)>) -> String {
    interval.map_or_else(
        || "not estimable".to_owned(),
        |(low, high)| format!("{low:.3} to {high:.3}"),
    )
}
