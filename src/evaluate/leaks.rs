use std::collections::BTreeSet;
use std::path::Path;

use super::EvaluateError;
use crate::domain::Part;
use crate::scores::ScoredSet;
use crate::train::RunFolder;

/// Patients of a set whom the model has seen in training: scores will look better than they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedPatients {
    /// Patients in both, in order.
    pub patients: Vec<String>,
    /// Films of the set that are theirs.
    pub n_films: usize,
}

impl SharedPatients {
    /// Says that there are some.
    pub fn warning(&self) -> Option<String> {
        let first = self.patients.first()?;
        Some(format!(
            "{} patients with {} films, such as {first}, were in this model's training: scores \
             will look better than they are",
            self.patients.len(),
            self.n_films
        ))
    }
}

/// The patients that a set shares with the training part of the run of a model; `None`
/// if the model is not in a run folder, so that nothing is known.
pub fn shared_patients(
    set: &ScoredSet,
    model: &Path,
) -> Result<Option<SharedPatients>, EvaluateError> {
    // `best.safetensors` is in the run folder itself, `epochs/0001.safetensors` one below.
    let folders = model.ancestors().skip(1).take(2);
    let mut runs = folders.filter_map(|folder| RunFolder::open(folder).ok());
    let Some(run) = runs.next() else {
        return Ok(None);
    };
    let seen: BTreeSet<String> = run.patients(Part::Train)?.into_iter().collect();
    let films = set.predictions.films.iter();
    let shared: Vec<&str> = films
        .map(|film| film.patient_id.as_str())
        .filter(|patient| seen.contains(*patient))
        .collect();
    let patients: BTreeSet<&str> = shared.iter().copied().collect();
    Ok(Some(SharedPatients {
        n_films: shared.len(),
        patients: patients.into_iter().map(ToOwned::to_owned).collect(),
    }))
}
