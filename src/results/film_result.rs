/// What is known of one film after it was scored, as files hold it.
#[derive(Clone, Debug, PartialEq)]
pub struct FilmResult {
    /// Its place in the input that all shards read, from 0; `None` in a merged file.
    pub row: Option<u64>,
    /// Text of its path, from which [`crate::files::path_of_text`] makes the path.
    pub path: String,
    /// Patient by the file, or by the film's path.
    pub patient: Option<String>,
    /// Study Instance UID, or else the accession number.
    pub study: Option<String>,
    /// `PA`, `AP`, `LL` and so on.
    pub view: Option<String>,
    /// A score for each finding, in `[0, 1]`; `None` where the film has none.
    pub scores: Option<Vec<f32>>,
    /// For each finding whether the score reaches the threshold; `None` without scores.
    pub positive: Option<Vec<bool>>,
    /// Whether the film is fit as input; `None` where it could not be opened.
    pub input: Option<InputResult>,
    /// Why there are no scores.
    pub error: Option<String>,
    /// The model: name, checksum of its weights, run and epoch where it names them.
    pub model: String,
}

/// Whether a film is fit as input.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct InputResult {
    /// `fine`, `doubtful` or `refused`.
    pub level: String,
    /// Why it is not fine, a sentence each.
    pub reasons: Vec<String>,
}

impl FilmResult {
    /// A film of which only the path and the model are known.
    pub fn new(path: String, model: String) -> Self {
        Self {
            row: None,
            path,
            patient: None,
            study: None,
            view: None,
            scores: None,
            positive: None,
            input: None,
            error: None,
            model,
        }
    }

    /// An error unless there are scores and decisions for all of `n_findings`, or neither and an error.
    pub(super) fn check(&self, n_findings: usize) -> Result<(), String> {
        let path = &self.path;
        match (&self.scores, &self.positive, &self.error) {
            (Some(scores), Some(positive), None) => {
                let is_score = |score: &f32| (0.0..=1.0).contains(score);
                if scores.len() != n_findings || positive.len() != n_findings {
                    return Err(format!("expected {n_findings} scores of {path}"));
                }
                match scores.iter().find(|score| !is_score(score)) {
                    Some(score) => Err(format!("expected a score in 0..=1 of {path}, got {score}")),
                    None => Ok(()),
                }
            }
            (None, None, Some(_)) => Ok(()),
            _ => Err(format!("expected scores or an error of {path}")),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Films with and without scores, with all that a file may have to keep.
    pub fn films() -> Vec<FilmResult> {
        let model = "Thorax NIH 174a1ab0, run r, epoch 3".to_owned();
        let mut scored = FilmResult::new("a, \"b\".png".to_owned(), model.clone());
        scored.row = Some(3);
        scored.patient = Some("=7".to_owned());
        scored.study = Some("1.2.3".to_owned());
        scored.view = Some("PA".to_owned());
        scored.scores = Some(vec![0.1, f32::from_bits(0x3f7f_ffff)]);
        scored.positive = Some(vec![false, true]);
        scored.input = Some(InputResult {
            level: "doubtful".to_owned(),
            reasons: vec!["One; two.".to_owned(), "Three.".to_owned()],
        });
        let mut failed = FilmResult::new("/films/фильм".to_owned(), model.clone());
        failed.row = Some(9);
        failed.error = Some("no such file: \"x\",\ny".to_owned());
        let mut bare = FilmResult::new("c".to_owned(), model);
        bare.row = Some(10);
        bare.scores = Some(vec![0.0, 1.0]);
        bare.positive = Some(vec![false; 2]);
        bare.input = Some(InputResult {
            level: "fine".to_owned(),
            reasons: Vec::new(),
        });
        vec![scored, failed, bare]
    }

    #[test]
    fn scores_without_decisions_and_neither_scores_nor_error_are_refused() {
        for film in films() {
            assert_eq!(film.check(2), Ok(()));
            assert_eq!(film.check(3).is_ok(), film.error.is_some());
            let mut without = film.clone();
            without.positive = None;
            assert_eq!(without.check(2).is_ok(), film.error.is_some());
            without.scores = None;
            without.error = None;
            assert!(without.check(2).is_err());
        }
        let mut film = films().remove(0);
        film.scores = Some(vec![f32::NAN, 0.5]);
        assert!(film.check(2).is_err());
    }
}
