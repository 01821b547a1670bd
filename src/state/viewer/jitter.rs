use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::domain::PerFinding;
use crate::explain::{JitterConfig, JitterInterval, score_jitter};
use crate::film::OpenedFilm;
use crate::model::Classifier;
use crate::work::{JobContext, Latest, Outcome, Progress, Wake};

/// Intervals of one film's scores under small changes, made on demand.
pub struct Jitter {
    /// The film that they are of.
    known: Option<(PathBuf, PerFinding<JitterInterval>)>,
    config: JitterConfig,
    measuring: Latest<JitterRequest, (), Measured>,
}

/// `None` where it was stopped.
type Measured = Option<(PathBuf, PerFinding<JitterInterval>)>;

struct JitterRequest {
    opened: Arc<OpenedFilm>,
    classifier: Arc<Classifier>,
    config: JitterConfig,
}

impl Jitter {
    pub(in crate::state) fn new(wake: Wake) -> Self {
        Self {
            known: None,
            config: JitterConfig::default(),
            measuring: Latest::new("jitter", wake, measure),
        }
    }

    /// The intervals of a film, where they were made.
    pub fn intervals_of(&self, film: Option<&Path>) -> Option<&PerFinding<JitterInterval>> {
        let (path, intervals) = self.known.as_ref()?;
        (Some(path.as_path()) == film).then_some(intervals)
    }

    /// Films that each interval is made of.
    pub fn n(&self) -> usize {
        self.config.n
    }

    /// Whether intervals are being made.
    pub fn is_busy(&self) -> bool {
        self.measuring.is_busy()
    }

    pub(in crate::state) fn ask(&mut self, opened: &Arc<OpenedFilm>, classifier: &Arc<Classifier>) {
        self.measuring.request(JitterRequest {
            opened: Arc::clone(opened),
            classifier: Arc::clone(classifier),
            config: self.config,
        });
    }

    pub(in crate::state) fn forget(&mut self) {
        self.measuring.cancel();
        self.known = None;
    }

    pub(in crate::state) fn poll(&mut self) -> Option<Outcome<()>> {
        let (_, outcome) = self.measuring.poll();
        match outcome {
            Some(Outcome::Done(measured)) => {
                self.known = measured;
                None
            }
            Some(Outcome::Failed(error)) => Some(Outcome::Failed(error)),
            Some(Outcome::Panicked(text)) => Some(Outcome::Panicked(text)),
            Some(Outcome::Cancelled) | None => None,
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "requests are handed over")]
fn measure(request: JitterRequest, ctx: &JobContext<()>) -> anyhow::Result<Measured> {
    let (opened, config) = (&request.opened, &request.config);
    let found = score_jitter(
        &request.classifier,
        opened.picture(),
        config,
        &mut |n_done| {
            ctx.set_progress(Progress {
                n_done,
                n_total: config.n,
            });
            ctx.check_cancelled().is_ok()
        },
    )?;
    Ok(found.map(|intervals| (opened.film.path.clone(), intervals)))
}
