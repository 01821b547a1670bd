use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::state::ListScore;
use crate::domain::Correction;
use crate::film;
use crate::imaging::{Concerns, FilmRecord};
use crate::model::Classifier;
use crate::state::Services;
use crate::work::{JobContext, Progress, Task, Watch as _, cause_chain};
use thorax_engine::lower_priority;

/// Starts scoring films in the background, each with what the user changed about it.
pub fn start_scoring(
    task: &mut Task<(), ListScore>,
    services: &Services,
    films: Vec<(PathBuf, Correction)>,
    classifier: Arc<Classifier>,
) {
    task.start("score list", &services.wake, move |ctx| {
        // The film in view comes first.
        lower_priority();
        score_films(&films, &classifier, ctx)
    });
}

/// Scores films as they are scored in view: one at a time, by the same functions.
fn score_films(
    films: &[(PathBuf, Correction)],
    classifier: &Classifier,
    ctx: &JobContext<ListScore>,
) -> anyhow::Result<()> {
    let n_total = films.len();
    for (n_done, &(ref path, correction)) in films.iter().enumerate() {
        ctx.check()?;
        ctx.progress(Progress {
            n_done,
            n_total,
            unit: "films scored",
        });
        let (scores, record) = match scores_of(path, correction, classifier) {
            Ok((concerns, scores, record)) => (Ok((concerns, scores)), Some(record)),
            Err(error) => (Err(cause_chain(&error)), None),
        };
        ctx.send(ListScore {
            path: path.clone(),
            correction,
            scores,
            record,
        });
    }
    Ok(())
}

fn scores_of(
    path: &Path,
    correction: Correction,
    classifier: &Classifier,
) -> anyhow::Result<(Concerns, Box<[f32]>, FilmRecord)> {
    let opened = film::open_corrected(path, correction)?;
    let inference = film::infer(&opened, classifier)?;
    let scores = inference.scores.values().iter();
    let scores = scores.map(|score| score.get()).collect();
    let record = FilmRecord::of_film(&opened.film.info);
    Ok((opened.concerns, scores, record))
}
