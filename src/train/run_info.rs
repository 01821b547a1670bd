use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::AucTable;

/// The contents of `run.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunInfo {
    /// Version of this program.
    pub software: String,
    /// The device that the network ran on.
    pub device: String,
    /// When it was started, UTC.
    pub started: String,
    /// Path of the table.
    pub table: PathBuf,
    /// Of the decoded films: the same grays, the same fingerprint, wherever the files are.
    pub data_fingerprint: String,
    /// Of the table of soft labels, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub soft_labels_fingerprint: Option<String>,
    /// Labels in output order, with their share in the training part.
    pub class_frequencies: Vec<(String, f64)>,
    /// Films that were used in train, valid and test.
    pub n_films: [usize; 3],
    /// Films of the split before undersampling and limits.
    pub n_films_of_split: [usize; 3],
    /// Films without a file.
    pub n_missing: [usize; 3],
    /// Films that could not be decoded, with the reason.
    pub unreadable: Vec<String>,
    /// Patients in more than one part of the split.
    pub n_leaking_patients: usize,
    /// AUC on the test films with the best weights, once training has ended.
    pub test_auc: Option<AucTable>,
}
