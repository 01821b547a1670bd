use super::FilmExport;
use crate::domain::{NOTICE, TrainingPoint};
use crate::files::{csv_line, path_text};

/// Columns of the table.
const HEADER: [&str; 14] = [
    "film",
    "finding",
    "score",
    "threshold",
    "above",
    "threshold_chosen_by",
    "calibrated_risk",
    "input",
    "model",
    "notice",
    "model_run",
    "model_epoch",
    "map_method",
    "evidence_outside_body",
];

/// One row a film and finding; what is not known is `n/a`.
pub fn scores_csv(films: &[FilmExport<'_>]) -> String {
    let mut text = csv_line(HEADER);
    for film in films {
        let path = path_text(&film.film.path);
        let id = film.model.id();
        let training = film.model.training();
        for (finding_idx, (name, score)) in film.scores.iter().enumerate() {
            let unknown = || "n/a".to_owned();
            let threshold = film.thresholds.get(finding_idx);
            let set = threshold.filter(|threshold| threshold.is_set());
            let chosen_by = set.map_or_else(unknown, |set| set.origin().words());
            let threshold = threshold.map_or_else(unknown, |t| t.value_f32().to_string());
            let outside = film.outside.get(finding_idx).copied().flatten();
            let risk = film.risks.get(finding_idx).copied().flatten();
            let above = if film.is_above(finding_idx) {
                "yes"
            } else {
                "no"
            };
            text += &csv_line([
                path.as_ref(),
                name,
                &score.get().to_string(),
                &threshold,
                above,
                &chosen_by,
                &risk.map_or_else(unknown, |risk| format!("{risk:.4}")),
                &film.input_text(),
                &id,
                NOTICE,
                training.map_or("n/a", |training| &training.run),
                &training.map_or_else(unknown, TrainingPoint::epoch_text),
                film.method.key(),
                &outside.map_or_else(unknown, |share| format!("{share:.4}")),
            ]);
        }
    }
    text
}
