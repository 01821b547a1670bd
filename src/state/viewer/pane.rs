use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::area::changed;
use super::{DisplayChange, Displays, Measuring, ViewerArea};
use crate::domain::Display;
use crate::explain::CamMethod;
use crate::film::{OpenedFilm, ScoredFilm, open, open_with_auto_window, score};
use crate::model::Classifier;
use crate::state::{FilmState, Shared};
use crate::work::{JobContext, Latest, Wake, Watch as _};

/// One side of the viewer: how its film is read, shown and placed.
///
/// The film itself is passed in: the one in view is in [`Shared`], since the list reads it too.
pub struct Pane {
    /// How its film is shown, and how others were left.
    pub displays: Displays,
    /// What is being measured on it, and which measurement is selected.
    pub measuring: Measuring,
    /// Where it was drawn last.
    pub area: Option<ViewerArea>,
    reader: Latest<FilmRequest, Option<ScoredFilm>, FilmEvent>,
}

/// A request to open and score one film.
pub struct FilmRequest {
    pub path: PathBuf,
    /// The film, if it is decoded already.
    pub opened: Option<Arc<OpenedFilm>>,
    /// Whether the user set the window of its file aside.
    pub auto_window: bool,
    /// Without one the film is opened only.
    pub classifier: Option<Arc<Classifier>>,
    pub method: CamMethod,
}

/// Progress of scoring a film.
#[derive(Debug)]
pub enum FilmEvent {
    /// The film is decoded; scores follow.
    Opened(Arc<OpenedFilm>),
}

/// The end of a request.
pub enum FilmAnswer {
    /// The film has scores and maps.
    Scored(Arc<ScoredFilm>),
    /// The film is opened; there was no model to score it.
    Opened,
    /// Why it has no scores.
    Failed(String),
}

impl FilmRequest {
    /// A request for this film under a model, by the chosen method; a film that is known is not
    /// read again.
    pub fn new(path: PathBuf, classifier: Option<&Arc<Classifier>>, shared: &Shared) -> Self {
        Self {
            opened: shared.films.opened_of(&path),
            auto_window: shared.films.uses_auto_window(&path),
            path,
            classifier: classifier.cloned(),
            method: shared.settings.map.method,
        }
    }
}

impl Pane {
    /// Shows nothing; its films are read on a thread of this name.
    pub(super) fn new(name: &'static str, wake: Wake) -> Self {
        Self {
            displays: Displays::default(),
            measuring: Measuring::default(),
            area: None,
            reader: Latest::new(name, wake, open_and_score),
        }
    }

    /// How its film is shown.
    pub fn display(&self) -> &Display {
        self.displays.current()
    }

    /// Turns to another film, which is shown as it was left.
    pub(super) fn turn_to(&mut self, film: Option<&Path>) {
        if self.displays.film() != film {
            self.measuring = Measuring::default();
        }
        self.displays.show(film);
    }

    /// Begins to open and score a film.
    pub(super) fn read(&mut self, film: &mut FilmState, request: FilmRequest) {
        self.turn_to(Some(&request.path));
        *film = match &request.opened {
            Some(opened) => FilmState::Scoring(Arc::clone(opened)),
            None => FilmState::Opening,
        };
        self.reader.request(request);
    }

    /// Takes in what opening and scoring have reported; the answer once it is there.
    pub(super) fn poll(&mut self, film: &mut FilmState) -> Option<FilmAnswer> {
        let (events, ended) = self.reader.poll();
        for FilmEvent::Opened(opened) in events {
            *film = FilmState::Scoring(opened);
        }
        Some(match ended? {
            Ok(Some(scored)) => {
                let scored = Arc::new(scored);
                *film = FilmState::Read(Arc::clone(&scored));
                FilmAnswer::Scored(scored)
            }
            Ok(None) => FilmAnswer::Opened,
            Err(error) => {
                film.fail(error.clone());
                FilmAnswer::Failed(error)
            }
        })
    }

    /// Stops reading; nothing more is heard of it.
    pub(super) fn stop(&mut self) {
        self.reader.cancel();
    }

    /// Lets a film that is being read go its own way.
    pub(super) fn abandon(self) {
        self.reader.abandon();
    }

    /// Changes how a film is shown; how it was shown before, if that is another way.
    pub(super) fn change(&mut self, film: &FilmState, change: DisplayChange) -> Option<Display> {
        let opened = film.opened()?;
        let before = self.display().clone();
        changed(self.displays.current_mut(), change, opened, self.area);
        (*self.display() != before).then_some(before)
    }
}

/// Opens a film unless that is done, and scores it where there is a model.
fn open_and_score(
    request: FilmRequest,
    ctx: &JobContext<FilmEvent>,
) -> anyhow::Result<Option<ScoredFilm>> {
    let opened = match request.opened {
        Some(opened) => opened,
        None if request.auto_window => Arc::new(open_with_auto_window(&request.path)?),
        None => Arc::new(open(&request.path)?),
    };
    ctx.check()?;
    opened.prepare_for_screen();
    ctx.check()?;
    ctx.send(FilmEvent::Opened(Arc::clone(&opened)));
    let Some(classifier) = request.classifier else {
        return Ok(None);
    };
    let scored = score(&opened, &classifier, request.method)?;
    ctx.check()?;
    Ok(Some(scored))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::shared::tests::{built_in, shared};

    const PHANTOM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/phantom.png");

    fn pane() -> Pane {
        Pane::new("film", Arc::new(|| ()))
    }

    fn request(path: &str, classifier: Option<&Arc<Classifier>>) -> FilmRequest {
        FilmRequest::new(PathBuf::from(path), classifier, &shared())
    }

    /// Reads a film to its end.
    fn read(pane: &mut Pane, film: &mut FilmState, request: FilmRequest) -> FilmAnswer {
        pane.read(film, request);
        loop {
            if let Some(answer) = pane.poll(film) {
                return answer;
            }
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_film_is_opened_without_a_model_and_scored_with_one() {
        let (mut pane, mut film) = (pane(), FilmState::Empty);
        let answer = read(&mut pane, &mut film, request(PHANTOM, None));
        assert!(matches!(answer, FilmAnswer::Opened));
        let FilmState::Scoring(opened) = film.clone() else {
            panic!("{film:?}");
        };
        let classifier = Arc::new(built_in());
        let again = FilmRequest {
            opened: Some(Arc::clone(&opened)),
            ..request(PHANTOM, Some(&classifier))
        };
        let FilmAnswer::Scored(scored) = read(&mut pane, &mut film, again) else {
            panic!("{film:?}");
        };
        assert!(Arc::ptr_eq(&scored.opened, &opened), "it is not read again");
        assert!(
            film.reading()
                .is_some_and(|kept| Arc::ptr_eq(kept, &scored))
        );
    }

    #[test]
    fn a_film_that_cannot_be_read_says_why() {
        let (mut pane, mut film) = (pane(), FilmState::Empty);
        let FilmAnswer::Failed(error) = read(&mut pane, &mut film, request("/gone.png", None))
        else {
            panic!("{film:?}");
        };
        assert!(error.contains("/gone.png"), "{error}");
        assert!(matches!(film, FilmState::Failed { error: kept, film: None } if kept == error));
    }

    #[test]
    fn each_film_of_a_pane_is_shown_as_it_was_left() {
        let (mut pane, mut film) = (pane(), FilmState::Empty);
        let opened = Arc::new(open(Path::new(PHANTOM)).unwrap());
        let phantom = || FilmRequest {
            opened: Some(Arc::clone(&opened)),
            ..request(PHANTOM, None)
        };
        read(&mut pane, &mut film, phantom());
        assert!(pane.change(&film, DisplayChange::Invert).is_some());
        read(&mut pane, &mut film, request("/gone.png", None));
        assert!(!pane.display().inverted);
        assert!(
            pane.change(&film, DisplayChange::Invert).is_none(),
            "there is no film"
        );
        read(&mut pane, &mut film, phantom());
        assert!(pane.display().inverted);
    }
}
