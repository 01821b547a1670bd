use std::sync::Arc;

use anyhow::Context as _;

use crate::explain::{CamMethod, Cover};
use crate::film::ScoredFilm;
use crate::model::Classifier;
use crate::state::Shared;
use crate::work::{JobContext, Latest, Wake, Watch as _};

/// Least, first and largest radius of the brush, as parts of the film's side.
pub const BRUSH_RANGE: (f32, f32, f32) = (0.02, 0.08, 0.3);

/// Parts of the film in view that the user has covered, and what the network says then.
pub struct Probe {
    /// The covered area; `None` if there is none.
    pub cover: Option<Cover>,
    /// Scores and maps of the covered film, of a moment ago while the brush moves.
    pub reading: Option<Arc<ScoredFilm>>,
    /// Radius of the brush as a part of the film's side.
    pub brush: f32,
    scoring: Latest<Arc<ProbeRequest>, ScoredFilm>,
    /// What is being scored, and what is to be scored after it.
    asked: Option<Arc<ProbeRequest>>,
    waiting: Option<Arc<ProbeRequest>>,
}

/// All that is needed to score a covered film.
struct ProbeRequest {
    uncovered: Arc<ScoredFilm>,
    cover: Cover,
    classifier: Arc<Classifier>,
    method: CamMethod,
}

impl Probe {
    /// Nothing covered.
    pub(in crate::state) fn new(wake: Wake) -> Self {
        Self {
            cover: None,
            reading: None,
            brush: BRUSH_RANGE.1,
            scoring: Latest::new("covered film", wake, score_covered),
            asked: None,
            waiting: None,
        }
    }

    /// Whether scores of the cover as it is are still to come.
    pub fn is_busy(&self) -> bool {
        self.asked.is_some()
    }

    /// Uncovers all.
    pub(in crate::state) fn clear(&mut self) {
        self.scoring.cancel();
        self.asked = None;
        self.waiting = None;
        self.cover = None;
        self.reading = None;
    }

    /// Covers this and no more, and asks for the scores that follow.
    pub(in crate::state) fn set_cover(
        &mut self,
        cover: Cover,
        (uncovered, classifier, method): (&Arc<ScoredFilm>, &Arc<Classifier>, CamMethod),
    ) {
        self.cover = Some(cover.clone());
        self.waiting = Some(Arc::new(ProbeRequest {
            uncovered: Arc::clone(uncovered),
            cover,
            classifier: Arc::clone(classifier),
            method,
        }));
        self.ask();
    }

    /// One after the other, the newest next: an answer a moment old beats none while a brush moves.
    fn ask(&mut self) {
        if self.asked.is_none()
            && let Some(request) = self.waiting.take()
        {
            self.asked = Some(Arc::clone(&request));
            self.scoring.request(request);
        }
    }

    /// Takes in what has come; where that is a failure, nothing is covered any more.
    pub(in crate::state) fn poll(&mut self, shared: &mut Shared) {
        let (_, Some(ended)) = self.scoring.poll() else {
            return;
        };
        self.asked = None;
        match shared.told(Some(ended)) {
            Some(reading) => {
                self.reading = Some(Arc::new(reading));
                self.ask();
            }
            None => self.clear(),
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "requests are handed over")]
fn score_covered(request: Arc<ProbeRequest>, ctx: &JobContext) -> anyhow::Result<ScoredFilm> {
    let covered = request.cover.over(&request.uncovered.inference.input);
    let input = covered.context("the covered area does not match the input")?;
    let (uncovered, classifier) = (&request.uncovered, &request.classifier);
    let scored = uncovered.with_input(input, classifier, request.method)?;
    ctx.check()?;
    Ok(scored)
}
