//! Blinded sessions without a window: a command in, state, files and effects out.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::session_file::{read_sessions, session_path};
use super::*;
use crate::film;
use crate::state::shared::tests::{another_model, errors, shared_with_model};
use crate::state::{Effect, FilmState, ListCommand, ListState, PickKind, Shared, Workspace};

/// Films of a folder on the list, with the table that names their labels.
struct Reading {
    /// Before the folder: its jobs write there.
    list: ListState,
    shared: Shared,
    folder: tempfile::TempDir,
}

impl Reading {
    fn new(n_films: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let phantom = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/phantom.png");
        let film = image::open(phantom).unwrap().thumbnail(96, 96).into_luma8();
        let mut table = "Image Index,Finding Labels,Patient ID\n".to_owned();
        for n in 0..n_films {
            film.save(folder.path().join(format!("{n}.png"))).unwrap();
            table += &format!("{n}.png,{},{n}\n", ["Mass", "No Finding"][n % 2]);
        }
        std::fs::write(folder.path().join("Data_Entry_2017.csv"), table).unwrap();
        Self::in_folder(folder, n_films)
    }

    /// The program started anew.
    fn in_folder(folder: tempfile::TempDir, n_films: usize) -> Self {
        let shared = shared_with_model();
        let mut reading = Self {
            list: ListState::new(&shared.services),
            shared,
            folder,
        };
        let films: Vec<PathBuf> = (0..n_films)
            .map(|n| reading.folder.path().join(format!("{n}.png")))
            .collect();
        reading.list.open(films, &reading.shared);
        reading.until("the list", |reading| {
            reading.shared.films.entries().len() == n_films
        });
        reading
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log.csv")
    }

    /// Polls until something has come true; films that come into view are scored.
    fn until(&mut self, what: &str, done: impl Fn(&Self) -> bool) {
        let started = Instant::now();
        while !done(self) {
            let shown: Vec<_> = self.shared.notices.iter().map(|n| n.text.clone()).collect();
            assert!(
                started.elapsed() < Duration::from_mins(1),
                "{what}: {shown:?}"
            );
            let effects = self.list.poll(&mut self.shared);
            self.settle(&effects);
            std::thread::park_timeout(Duration::from_millis(1));
        }
    }

    fn settle(&mut self, effects: &[Effect]) {
        for effect in effects {
            if let Effect::ShowFilm(place) = effect {
                let path = self.shared.films.show(*place).unwrap();
                let classifier = self.shared.model.classifier().unwrap().clone();
                let opened = Arc::new(film::open(&path).unwrap());
                let method = self.shared.settings.map.method;
                let scored = film::score(&opened, &classifier, method).unwrap();
                self.shared.films.film = FilmState::Read(Arc::new(scored));
            }
        }
        self.list.arrange(&self.shared);
    }

    fn apply(&mut self, command: ListCommand) {
        let effects = self.list.apply(command, &mut self.shared);
        self.settle(&effects);
    }

    fn start(&mut self) {
        let effects = self.list.start_blinded(self.log(), &mut self.shared);
        self.settle(&effects);
    }

    fn answer(&mut self, answer: Answer) {
        self.apply(ListCommand::Answer(AnswerCommand::SetAsked(Some(answer))));
    }

    fn commit(&mut self) {
        self.apply(ListCommand::Commit {
            window: "C 128 W 256".to_owned(),
        });
        self.until("the log", |reading| !reading.list.is_committing());
    }

    fn session(&self) -> &BlindedSession {
        self.list.blinded.as_ref().unwrap()
    }

    fn resume(&mut self) {
        self.list.resume_blinded(self.log(), &self.shared);
        self.until("the session", |reading| !reading.list.is_resuming());
    }

    fn said(&self) -> Vec<&str> {
        self.shared
            .notices
            .iter()
            .map(|n| n.text.as_str())
            .collect()
    }
}

#[test]
fn a_commit_without_an_answer_is_refused_with_a_reason() {
    let mut reading = Reading::new(2);
    reading.start();
    reading.commit();
    assert_eq!(
        reading.session().refusal,
        Some("Answer at least one finding first")
    );
    assert!(!reading.session().is_committed());
    assert_eq!(
        std::fs::metadata(reading.log()).map_or(0, |log| log.len()),
        0
    );
    reading.answer(Answer::Unsure);
    assert_eq!(reading.session().refusal, None);
    reading.commit();
    let committed = reading.session().committed().unwrap();
    assert_eq!(committed.n_open(), 13);
    assert_eq!(
        committed.findings[0].agrees(),
        None,
        "unsure agrees with nobody"
    );
    let mass = committed.findings.iter().find(|found| found.name == "Mass");
    let is_of_mass = reading.session().film().unwrap().ends_with("0.png");
    assert_eq!(mass.unwrap().label, Some(is_of_mass));
}

#[test]
fn after_the_last_film_comes_the_end_page_and_its_table() {
    let mut reading = Reading::new(2);
    reading.start();
    for _ in 0..2 {
        reading.answer(Answer::Present);
        reading.commit();
        reading.apply(ListCommand::StepBlinded(1));
    }
    assert!(reading.list.blinded.is_none());
    let report = reading.list.report.clone().unwrap();
    assert_eq!((report.n_read, report.n_films), (2, 2));
    assert_eq!(
        report.findings[0].with_label.first_only, 2,
        "no film has atelectasis"
    );
    assert_eq!(report.log, reading.log());
    let effects = reading
        .list
        .apply(ListCommand::SaveReport, &mut reading.shared);
    assert_eq!(effects, [Effect::AskPath(PickKind::SessionTable)]);
    let table = reading.folder.path().join("table.csv");
    reading.list.save_report(table.clone(), &reading.shared);
    reading.until("the table", |_| table.exists());
    assert_eq!(std::fs::read_to_string(&table).unwrap(), report.csv());
    reading.apply(ListCommand::CloseReport);
    assert!(reading.list.report.is_none());
}

#[test]
fn a_session_that_was_killed_is_taken_up_again_with_its_drafts() {
    let mut reading = Reading::new(3);
    reading.start();
    reading.answer(Answer::Present);
    reading.commit();
    reading.apply(ListCommand::StepBlinded(1));
    reading.answer(Answer::Absent);
    reading.apply(ListCommand::StepBlinded(1));
    let left: Vec<PathBuf> = reading.session().films().map(Path::to_owned).collect();
    let log = reading.log();
    reading.until("the saved session", |_| {
        let saved = read_sessions(&log).unwrap_or_default();
        saved
            .iter()
            .any(|saved| saved.number == 3 && saved.drafts.len() == 1)
    });
    // Killed: nothing is written at the end.
    let Reading {
        list,
        shared: _,
        folder,
    } = reading;
    std::mem::forget(list);
    let mut again = Reading::in_folder(folder, 0);
    again.resume();
    assert_eq!(again.said(), Vec::<&str>::new());
    assert_eq!(again.session().progress(), (3, 3));
    assert!(
        again
            .session()
            .films()
            .eq(left.iter().map(PathBuf::as_path))
    );
    assert_eq!(again.session().committed_films().count(), 1);
    assert_eq!(again.shared.films.entries().len(), 3, "they are listed");
    assert!(
        again
            .shared
            .films
            .entries()
            .iter()
            .all(|film| film.truth.is_some())
    );
    assert!(again.list.shows_asked_film(&again.shared.films));
    again.apply(ListCommand::StepBlinded(-1));
    assert_eq!(again.session().answer_to(0).answer, Some(Answer::Absent));
    again.commit();
    let text = std::fs::read_to_string(&log).unwrap();
    assert_eq!(text.lines().count(), 1 + 2 * 14);
}

#[test]
fn answers_to_the_film_in_view_are_saved_when_the_program_ends() {
    let mut reading = Reading::new(1);
    reading.start();
    reading.answer(Answer::Unsure);
    let Reading {
        list,
        shared: _,
        folder,
    } = reading;
    drop(list);
    let mut again = Reading::in_folder(folder, 1);
    again.resume();
    assert_eq!(again.session().answer_to(0).answer, Some(Answer::Unsure));
}

#[test]
fn a_session_under_another_model_says_so_and_keeps_each_films_model() {
    let mut reading = Reading::new(2);
    reading.start();
    reading.answer(Answer::Present);
    reading.commit();
    reading.apply(ListCommand::EndBlinded);
    assert_eq!(
        reading.list.report.as_ref().map(|report| report.n_read),
        Some(1)
    );
    reading.shared.use_model(another_model());
    reading.resume();
    assert!(reading.list.report.is_none());
    let said = reading.said();
    assert!(
        said.len() == 1 && said[0].contains("goes on under"),
        "{said:?}"
    );
    let place = reading.shared.films.current().unwrap();
    reading.settle(&[Effect::ShowFilm(place)]);
    reading.answer(Answer::Present);
    reading.commit();
    let models: Vec<&str> = reading
        .session()
        .committed_films()
        .map(|film| film.model_id.as_str())
        .collect();
    assert_eq!(models.len(), 2);
    assert_ne!(models[0], models[1]);
    assert!(
        reading
            .session()
            .committed_films()
            .any(|film| film.model_id == reading.session().model_id())
    );
}

#[test]
fn a_finished_session_shows_its_end_page_again() {
    let mut reading = Reading::new(1);
    reading.start();
    reading.answer(Answer::Present);
    reading.commit();
    reading.apply(ListCommand::StepBlinded(1));
    let first = reading.list.report.take().unwrap();
    reading.resume();
    let again = reading.list.report.clone().unwrap();
    assert_eq!(again.findings, first.findings);
    assert!(reading.list.blinded.is_none());
}

#[test]
fn a_log_of_an_earlier_version_begins_no_session() {
    let mut reading = Reading::new(1);
    let earlier = "reading,number,film,label,reader,score,threshold\n";
    std::fs::write(reading.log(), earlier).unwrap();
    reading.start();
    reading.until("the refusal", |reading| reading.list.blinded.is_none());
    let said = errors(&reading.shared);
    assert!(
        said.len() == 1 && said[0].contains("earlier version"),
        "{said:?}"
    );
    assert_eq!(std::fs::read_to_string(reading.log()).unwrap(), earlier);
    assert!(!session_path(&reading.log()).exists());
}

#[test]
fn films_that_are_gone_are_counted_and_not_named() {
    let mut reading = Reading::new(2);
    reading.start();
    reading.answer(Answer::Present);
    reading.apply(ListCommand::EndBlinded);
    let log = reading.log();
    reading.until("the saved session", |_| session_path(&log).exists());
    let Reading {
        list,
        shared: _,
        folder,
    } = reading;
    drop(list);
    let mut again = Reading::in_folder(folder, 0);
    std::fs::remove_file(again.folder.path().join("0.png")).unwrap();
    again.list.resume_blinded(again.log(), &again.shared);
    let started = Instant::now();
    while again.list.is_resuming() && started.elapsed() < Duration::from_mins(1) {
        // The film that is gone may be the first one: it is not scored here.
        again.list.poll(&mut again.shared);
    }
    let said = errors(&again.shared);
    assert_eq!(
        said,
        ["1 of 2 films of the session are not where they were"]
    );
}

#[test]
fn a_text_names_no_film_that_is_hidden() {
    let mut reading = Reading::new(2);
    reading.start();
    let [asked, other] =
        [0, 1].map(|place| reading.session().films().nth(place).unwrap().to_owned());
    let text = format!("cannot open {}: truncated", asked.display());
    assert_eq!(
        reading.list.without_names(&text),
        "cannot open a film of the session: truncated"
    );
    reading.answer(Answer::Present);
    reading.commit();
    assert_eq!(
        reading.list.without_names(&text),
        text,
        "the reader has committed to it"
    );
    let name = other.file_name().unwrap().to_string_lossy();
    let hidden = reading.list.without_names(&format!("{name} is dark"));
    assert_eq!(hidden, "a film of the session is dark");
    let effects = reading
        .list
        .apply(ListCommand::EndBlinded, &mut reading.shared);
    assert!(effects.is_empty() && reading.list.without_names(&name) == name);
    let shows = Effect::ShowWorkspace(Workspace::Viewer);
    assert!(
        reading
            .list
            .start_blinded(reading.log(), &mut reading.shared)
            .contains(&shows)
    );
}
