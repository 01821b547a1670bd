//! Results of `thorax classify --out` as a list of scored films.

use std::ops::Range;
use std::path::Path;

use anyhow::Context as _;

use super::{FilmEntry, FilmStatus};
use crate::domain::ModelIdentity;
use crate::files::path_of_text;
use crate::imaging::FilmRecord;
use crate::model::Classifier;
use crate::results::{FilmResult, InputResult, ResultsFolder};
use crate::work::{JobContext, Watch as _};

/// Which films of a listing have scores from a folder of results.
#[derive(Clone, Debug)]
pub struct ListedResults {
    /// Their places in the listing.
    pub films: Range<usize>,
    /// As the results name their model.
    pub model: String,
    /// In the order of the scores.
    pub findings: Vec<String>,
    /// What is missing, as a sentence.
    pub incomplete: Option<String>,
}

/// Puts the films of a folder of results on the list, in the order of the input; of a run that is not done those that
/// are there.
pub fn list_results(
    root: &Path,
    films: &mut Vec<FilmEntry>,
    ctx: &JobContext,
) -> anyhow::Result<ListedResults> {
    let folder = ResultsFolder::open(root)?;
    let mut results: Vec<FilmResult> = Vec::new();
    for shard in 0..folder.manifest.n_shards {
        for chunk in 0.. {
            ctx.check()?;
            match folder.read_chunk(shard, chunk)? {
                Some(found) => results.extend(found),
                None => break,
            }
        }
    }
    anyhow::ensure!(
        !results.is_empty(),
        "the results have no films so far: {}",
        root.display()
    );
    results.sort_by_key(|film| film.row);
    let first = films.len();
    films.extend(results.into_iter().map(entry_of));
    let incomplete = folder.summaries().err();
    Ok(ListedResults {
        films: first..films.len(),
        model: folder.manifest.model,
        findings: folder.manifest.findings,
        incomplete: incomplete.map(|error| error.to_string()),
    })
}

impl ListedResults {
    /// Takes the scores off again unless the model in use has made them; then says so.
    pub fn check_model(
        &self,
        films: &mut [FilmEntry],
        classifier: Option<&Classifier>,
    ) -> anyhow::Result<()> {
        let made_by = |classifier: &Classifier| {
            let model = ModelIdentity::parse_text(&self.model);
            let labels = classifier.card().labels.iter();
            model.as_ref() == Some(classifier.identity())
                && labels.eq(self.findings.iter().map(String::as_str))
        };
        if classifier.is_some_and(made_by) {
            return Ok(());
        }
        let films = films.get_mut(self.films.clone());
        for film in films.context("the films of the results are not on the list")? {
            film.scores = None;
            film.status = FilmStatus::Unread;
        }
        let in_use = classifier.map_or("none", Classifier::id);
        anyhow::bail!(
            "Scores of {} are not shown: the model in use is {in_use}",
            self.model
        )
    }
}

fn entry_of(film: FilmResult) -> FilmEntry {
    let mut entry = FilmEntry::new(path_of_text(&film.path));
    let mut record = FilmRecord {
        patient_id: film.patient,
        ..FilmRecord::default()
    };
    record.visit.view = film.view.map(Into::into);
    entry.learn(record);
    entry.status = match (&film.error, film.input) {
        (Some(error), _) => FilmStatus::Failed(error.clone()),
        // As for films that are scored in the window.
        (None, Some(InputResult { level, reasons })) if level == "refused" => {
            FilmStatus::Refused(format!("scores hidden, {level}: {}", reasons.join(" ")))
        }
        (None, _) => FilmStatus::Scored,
    };
    if entry.status == FilmStatus::Scored {
        entry.scores = film.scores.map(Into::into);
    }
    entry
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imaging::Preprocessing;
    use crate::model::{ComputeDevice, ModelSource};
    use crate::results::Manifest;
    use crate::state::list::ListState;
    use crate::state::shared::tests::{shared, shared_with_model};
    use crate::state::{Notices, Shared};

    /// A folder of one scored, one refused and one failed film by a model, of two shards only the first.
    fn results(root: &Path, classifier: &Classifier) {
        let labels: Vec<String> = classifier.card().labels.iter().map(Into::into).collect();
        let n = labels.len();
        let model = classifier.id().to_owned();
        let mut manifest =
            Manifest::new(model.clone(), labels, vec![0.5; n], Preprocessing::NOTEBOOK);
        manifest.n_shards = 2;
        let folder = ResultsFolder::create(root, manifest).unwrap();
        let film = |row: u64, level: &str| {
            let mut film = FilmResult::new(format!("/films/{row}.png"), model.clone());
            film.row = Some(row);
            film.scores = Some(vec![0.25; n]);
            film.positive = Some(vec![false; n]);
            film.patient = Some("7".to_owned());
            film.input = Some(InputResult {
                level: level.to_owned(),
                reasons: vec!["Not a frontal chest film.".to_owned()],
            });
            film
        };
        let mut failed = FilmResult::new("/films/9.png".to_owned(), model.clone());
        failed.row = Some(9);
        failed.error = Some("no such file".to_owned());
        let films = [film(3, "refused"), film(1, "fine"), failed];
        folder.write_chunk(0, 0, &films).unwrap();
    }

    fn opened(mut shared: Shared, root: &Path) -> Shared {
        let mut state = ListState::new(&shared.services);
        state.open(vec![root.to_owned()], &shared);
        while shared.films.entries().is_empty() {
            state.poll(&mut shared);
            std::thread::yield_now();
        }
        shared
    }

    fn said(notices: &Notices) -> String {
        notices.iter().map(|notice| notice.text.clone()).collect()
    }

    #[test]
    fn films_of_results_are_listed_with_the_scores_of_the_model_in_use() {
        let folder = tempfile::tempdir().unwrap();
        let classifier = Classifier::open(&ModelSource::Default, &ComputeDevice::cpu()).unwrap();
        results(folder.path(), &classifier);
        let found = opened(shared_with_model(), folder.path());
        let entries = found.films.entries();
        let names: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["1.png", "3.png", "9.png"]);
        assert_eq!(entries[0].status, FilmStatus::Scored);
        assert_eq!(entries[0].scores.as_deref().unwrap()[0], 0.25);
        assert_eq!(entries[0].patient_id.as_deref(), Some("7"));
        let hidden = "scores hidden, refused: Not a frontal chest film.";
        assert_eq!(entries[1].status, FilmStatus::Refused(hidden.to_owned()));
        assert_eq!(entries[1].scores, None);
        assert_eq!(
            entries[2].status,
            FilmStatus::Failed("no such file".to_owned())
        );
        let text = said(&found.notices);
        assert!(text.contains("shards are not done"), "{text}");
        // Without that model they are films like others.
        let other = opened(shared(), folder.path());
        assert!(
            other
                .films
                .entries()
                .iter()
                .all(|entry| entry.scores.is_none())
        );
        assert_eq!(other.films.entries()[0].status, FilmStatus::Unread);
        let text = said(&other.notices);
        assert!(
            text.contains("are not shown: the model in use is none"),
            "{text}"
        );
    }
}
