use super::FilmExport;
use crate::domain::{NOTICE, TrainingPoint};

/// Columns of the table.
const HEADER: [&str; 12] = [
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
];

/// One row a film and finding; what is not known is `n/a`.
pub fn scores_csv(films: &[FilmExport<'_>]) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEADER)?;
    for film in films {
        let path = film.film.path.display().to_string();
        let id = film.model.id();
        let training = film.model.training();
        for (finding_idx, (name, score)) in film.scores.iter().enumerate() {
            let unknown = || "n/a".to_owned();
            let threshold = film.thresholds.get(finding_idx);
            let set = threshold.filter(|threshold| threshold.is_set());
            let chosen_by = set.map_or_else(unknown, |set| set.origin().words());
            let threshold = threshold.map_or_else(unknown, |t| t.value_f32().to_string());
            let risk = film.risks.get(finding_idx).copied().flatten();
            let above = if film.is_above(finding_idx) {
                "yes"
            } else {
                "no"
            };
            writer.write_record([
                path.as_str(),
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
            ])?;
        }
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
