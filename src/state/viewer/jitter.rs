use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::domain::PerFinding;
use crate::explain::{JitterConfig, JitterInterval, score_jitter};
use crate::film::OpenedFilm;
use crate::model::Classifier;
use crate::state::Shared;
use crate::work::{JobContext, Latest, Wake};

/// Intervals of one film's scores under small changes, made on demand.
pub struct Jitter {
    /// The film that they are of.
    known: Option<Measured>,
    config: JitterConfig,
    measuring: Latest<JitterRequest, Measured>,
}

/// A film and the intervals of its scores.
type Measured = (PathBuf, PerFinding<JitterInterval>);

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

    pub(in crate::state) fn poll(&mut self, shared: &mut Shared) {
        let (_, ended) = self.measuring.poll();
        if let Some(measured) = shared.told(ended) {
            self.known = Some(measured);
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "requests are handed over")]
fn measure(request: JitterRequest, ctx: &JobContext) -> anyhow::Result<Measured> {
    let opened = &request.opened;
    let intervals = score_jitter(&request.classifier, opened.picture(), &request.config, ctx)?;
    Ok((opened.film.path.clone(), intervals))
}
