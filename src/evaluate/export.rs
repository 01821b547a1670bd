use serde_json::{Map, Value, json};

use super::{
    Bootstrap, BootstrapInterval, Figure, Figures, LabelFigures, LabelLocalization, Localization,
    Prevalence, Written,
};
use crate::domain::{ModelIdentity, NOTICE, TrainingPoint};
use crate::explain::MapMethod;
use crate::files::csv_line;

/// The figures as `thorax evaluate --format json` prints them, PPV and NPV at a prevalence; undefined
/// ones are null.
///
/// `bootstrap` has an interval for each label and, last, for the macro AUC. `model` made the
/// scores, where that is known. `localization` adds, for every method, how its maps meet boxes.
pub fn figures_json(
    figures: &Figures,
    prevalence: Prevalence,
    model: Option<&ModelIdentity>,
    bootstrap: Option<(&Bootstrap, &[Option<BootstrapInterval>])>,
    localization: Option<&Localization>,
) -> Value {
    let mut labels: Map<String, Value> = figures
        .labels
        .iter()
        .map(|label| (label.name.clone(), label_json(label, prevalence)))
        .collect();
    let mut bootstrap_json = Value::Null;
    if let Some((settings, intervals)) = bootstrap {
        let interval = |interval: &Option<BootstrapInterval>| {
            interval.map_or(Value::Null, |interval| json!([interval.low, interval.high]))
        };
        for (label, found) in figures.labels.iter().zip(intervals) {
            if let Some(Value::Object(entry)) = labels.get_mut(&label.name) {
                entry.insert("auc_bootstrap_ci".to_owned(), interval(found));
            }
        }
        bootstrap_json = json!({
            "replicates": settings.n_replicates,
            "seed": settings.seed,
            "by": "patient",
            "macro_auc_ci": intervals.get(figures.labels.len()).map(interval),
        });
    }
    let auc = figures.auc;
    let mut whole = json!({
        "labels": labels,
        "macro": {
            "auc": auc.map(|auc| auc.mean),
            "average_precision": figures.average_precision.map(|ap| ap.mean),
            "n_defined": auc.map_or(0, |auc| auc.n_defined),
            "auc_min": auc.map(|auc| auc.min),
            "auc_median": auc.map(|auc| auc.median),
            "auc_max": auc.map(|auc| auc.max),
            "auc_prevalence_weighted": figures.prevalence_weighted_auc,
        },
        "micro": { "auc": figures.micro_auc },
        "model": model.map(|model| json!({
            "id": model.id(),
            "run": model.training().map(|training| &training.run),
            "epoch": model.training().map(TrainingPoint::epoch_text),
        })),
        "notice": NOTICE,
    });
    if let (Value::Object(whole), false) = (&mut whole, bootstrap_json.is_null()) {
        whole.insert("bootstrap".to_owned(), bootstrap_json);
    }
    if let (Value::Object(whole), Some(found)) = (&mut whole, localization) {
        let default = MapMethod::default().key();
        whole.insert("default_method".to_owned(), default.into());
        whole.insert("map_threshold".to_owned(), json!(found.rule.cut));
        whole.insert("localization".to_owned(), localization_json(found));
    }
    whole
}

/// By method and finding; findings without a box are left out.
fn localization_json(found: &Localization) -> Value {
    let label = |label: &LabelLocalization| {
        let figures = json!({
            "n": label.n_films,
            "hits": label.n_hits,
            "mean_iou": label.mean_iou,
            "n_iou_half": label.n_overlapping,
            "n_above_threshold": label.n_flagged,
            "mean_outside_body": label.outside.value(),
            "deletion": label.deletion.value(),
            "insertion": label.insertion.value(),
        });
        (label.name.clone(), figures)
    };
    let methods = found.methods.iter().map(|(method, labels)| {
        let boxed = labels.iter().filter(|label| label.n_films > 0);
        let labels: Map<String, Value> = boxed.map(label).collect();
        (method.key().to_owned(), Value::Object(labels))
    });
    Value::Object(methods.collect())
}

fn label_json(label: &LabelFigures, prevalence: Prevalence) -> Value {
    let counts = label.counts;
    let mut entry = json!({
        "n_pos": label.n_pos,
        "n_neg": label.n_neg,
        "auc": label.auc.map(|auc| auc.auc),
        "auc_ci": label.auc_interval.map(|(low, high)| [low, high]),
        "auc_variance": label.auc.and_then(|auc| auc.variance),
        "average_precision": label.average_precision,
        "brier": label.brier,
        "threshold": label.threshold.value(),
        "threshold_origin": label.threshold.origin().words(),
        "tp": counts.true_positives,
        "fp": counts.false_positives,
        "tn": counts.true_negatives,
        "fn": counts.false_negatives,
        "prevalence": prevalence.of(&label.name, label.prevalence()),
    });
    if let Some(entry) = entry.as_object_mut() {
        let rates = Figure::RATES.into_iter();
        entry.extend(rates.map(|rate| (rate.key().to_owned(), rate.of(label, prevalence).into())));
    }
    entry
}

/// The figures as a table, one row a label, undefined cells `n/a`; all lines have the same columns.
/// PPV and NPV are at `prevalence`; `model` made the scores, where that is known.
pub fn figures_csv(
    figures: &Figures,
    prevalence: Prevalence,
    model: Option<&ModelIdentity>,
    written: &Written,
) -> Vec<u8> {
    let model = model.map_or_else(|| "none named".to_owned(), ToString::to_string);
    let rates = || Figure::RATES.into_iter();
    let head = [
        "label",
        "n_pos",
        "n_neg",
        "auc",
        "auc_low",
        "auc_high",
        "average_precision",
        "brier",
        "threshold",
        "tp",
        "fp",
        "tn",
        "fn",
    ];
    let head = head.into_iter().chain(rates().map(Figure::key)).chain([
        "prevalence",
        "threshold_chosen_by",
        "model",
        "written",
        "program",
        "notice",
    ]);
    let defined = |value: Option<f64>| value.map_or_else(|| "n/a".to_owned(), |v| v.to_string());
    let mut text = csv_line(head);
    for label in &figures.labels {
        let counts = label.counts;
        let numbers = [
            label.n_pos.to_string(),
            label.n_neg.to_string(),
            defined(label.auc.map(|auc| auc.auc)),
            defined(label.auc_interval.map(|(low, _)| low)),
            defined(label.auc_interval.map(|(_, high)| high)),
            defined(label.average_precision),
            defined(label.brier),
            label.threshold.value().to_string(),
            counts.true_positives.to_string(),
            counts.false_positives.to_string(),
            counts.true_negatives.to_string(),
            counts.false_negatives.to_string(),
        ];
        let rates = rates().map(|rate| defined(rate.of(label, prevalence)));
        let cells = std::iter::once(label.name.clone()).chain(numbers);
        text += &csv_line(cells.chain(rates).chain([
            defined(prevalence.of(&label.name, label.prevalence())),
            label.threshold.origin().words(),
            model.clone(),
            written.day.clone(),
            written.program.to_owned(),
            NOTICE.to_owned(),
        ]));
    }
    text.into_bytes()
}
