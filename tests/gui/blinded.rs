//! Blinded sessions: keys, what is hidden before the commit, what is shown after it, the end page, and resuming.

use std::path::{Path, PathBuf};

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use thorax::domain::NOTICE;
use thorax::state::{
    Answer, AnswerCommand, BlindedSession, Command, ListCommand, Picked, ViewerCommand,
};

use crate::films::folder;
use crate::harness::{AppHarness, PreparedPicker, build, builder, is_scored, step_until};

/// Films with names and patients that nothing else on the screen is called, and a table that knows them.
fn named_folder(n_films: u8) -> tempfile::TempDir {
    let films = folder(n_films, false);
    let mut rows = String::from(
        "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Sex,View Position\n",
    );
    for n in 0..n_films {
        let name = format!("secret-name-{n}.png");
        let old = films.path().join(format!("film{n}.png"));
        std::fs::rename(old, films.path().join(&name)).unwrap();
        let labels = ["No Finding", "Effusion|Mass"][usize::from(n % 2)];
        rows.push_str(&format!("{name},{labels},{n},77{n}31,50,F,PA\n"));
    }
    std::fs::write(films.path().join("Data_Entry_2017_v2020.csv"), rows).unwrap();
    films
}

/// A session of a folder's films, its first film scored behind the scenes.
fn started(films: &Path) -> (AppHarness, PathBuf) {
    let log = films.join("log.csv");
    let picker = PreparedPicker::new(Picked::Files(vec![log.clone()]));
    let mut harness = build(builder(), picker, vec![films.to_owned()]);
    step_until("the scores", &mut harness, is_scored);
    send(&mut harness, ListCommand::StartBlinded);
    step_until("the session", &mut harness, |app| {
        app.state.list.blinded.is_some() && is_scored(app)
    });
    harness.run_steps(4);
    (harness, log)
}

fn send(harness: &mut AppHarness, command: ListCommand) {
    harness.state_mut().state.apply(Command::List(command));
    harness.run_steps(4);
}

fn session(harness: &AppHarness) -> &BlindedSession {
    harness.state().state.list.blinded.as_ref().unwrap()
}

fn press(harness: &mut AppHarness, key: Key) {
    harness.key_press(key);
    harness.step();
}

fn commit(harness: &mut AppHarness) {
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    step_until("the log", harness, |app| {
        let session = app.state.list.blinded.as_ref();
        session.is_some_and(BlindedSession::is_committed)
    });
    harness.run_steps(3);
}

fn answers(harness: &AppHarness) -> Vec<Option<Answer>> {
    let session = session(harness);
    let findings = 0..session.findings().len();
    findings
        .map(|finding| session.answer_to(finding).answer)
        .collect()
}

/// All words of the window that a screen reader can find.
fn words(harness: &AppHarness) -> Vec<String> {
    let nodes = harness.root().children_recursive();
    let of_node = |node: egui_kittest::Node<'_>| {
        let node = node.accesskit_node();
        let texts = [node.label(), node.value(), node.description()];
        texts.into_iter().flatten().collect::<Vec<String>>()
    };
    nodes.flat_map(of_node).collect()
}

/// Fails where the window says anything of the network or of the film's file.
fn check_hides(harness: &mut AppHarness, what: &str) {
    // On a busy machine a frame may come before the film is there again.
    for _ in 0..100 {
        if words(harness).len() > 30 {
            break;
        }
        harness.step();
    }
    let state = &harness.state().state;
    let scored = state.shared.films.film.reading().unwrap();
    let names = ["secret-name", "77031", "77131", "77231"];
    let mut secrets: Vec<String> = names.map(ToOwned::to_owned).into();
    for score in scored.inference.scores.values() {
        let score = score.get();
        secrets.extend([format!("{score:.2}"), format!("{score:.3}")]);
    }
    let decisions = [
        "above threshold",
        "below threshold",
        "Scored in",
        "Risk",
        "NIH",
    ];
    secrets.extend(decisions.map(ToOwned::to_owned));
    let words = words(harness);
    assert!(words.len() > 30, "{} words only", words.len());
    for word in &words {
        for secret in &secrets {
            assert!(!word.contains(secret), "{what}: {word:?} says {secret:?}");
        }
    }
    assert!(words.iter().any(|word| word == NOTICE), "{what}");
}

#[test]
fn before_the_commit_nothing_on_the_screen_is_of_the_network_or_the_file() {
    let films = named_folder(3);
    let (mut harness, log) = started(films.path());
    // A message from before, and one that names the film.
    let film = session(&harness).film().unwrap().display().to_string();
    for text in [format!("cannot read {film}"), format!("read {film}")] {
        harness.state_mut().state.apply(Command::Notify(text));
    }
    harness.run_steps(3);
    check_hides(&mut harness, "asking");
    // The first film is the one that was scored in view before: its own map must not show either.
    harness.get_by_label("File").click();
    harness.run_steps(3);
    harness.get_by_label_contains("Recent films").click();
    harness.run_steps(3);
    harness.get_by_label_contains("Hidden in a blinded session");
    check_hides(&mut harness, "recent films");
    harness.key_press(Key::Escape);
    harness.run_steps(3);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
    harness.run_steps(4);
    check_hides(&mut harness, "palette");
    harness.key_press(Key::Escape);
    harness.run_steps(3);
    // With the pointer over the film, and over the answers.
    for name in ["Film", "Effusion: present"] {
        harness.get_by_label(name).hover();
        harness.run_steps(40);
        check_hides(&mut harness, name);
    }
    // Another film in view tells as little.
    let state = &harness.state().state;
    let shown = state.shared.films.current().unwrap();
    let other = (0..3).find(|place| *place != shown).unwrap();
    let show = Command::Viewer(ViewerCommand::ShowFilm(other));
    harness.state_mut().state.apply(show);
    step_until("that film", &mut harness, is_scored);
    harness.run_steps(4);
    check_hides(&mut harness, "another film");
    harness.get_by_label("Back to the session").click();
    harness.run_steps(4);
    let state = &harness.state().state;
    assert!(state.list.shows_asked_film(&state.shared.films));
    drop(harness);
    assert!(
        !std::fs::read_to_string(&log)
            .unwrap_or_default()
            .contains("secret")
    );
}

#[test]
fn keys_answer_finding_after_finding_and_outside_a_session_they_are_windows() {
    let films = named_folder(2);
    let (mut harness, _) = started(films.path());
    let window = harness.state().state.viewer.display().gray.clone();
    let keys = [
        Key::Num1,
        Key::Num2,
        Key::Num3,
        Key::ArrowUp,
        Key::Num0,
        Key::ArrowUp,
        Key::Backspace,
    ];
    for key in keys {
        press(&mut harness, key);
    }
    assert_eq!(answers(&harness)[..3], [Some(Answer::Present), None, None]);
    assert_eq!(session(&harness).asked(), 1);
    // Confidence by arrows, and by Shift with a digit, before the answer.
    for key in [
        Key::ArrowRight,
        Key::ArrowRight,
        Key::ArrowRight,
        Key::ArrowLeft,
        Key::Num2,
    ] {
        press(&mut harness, key);
    }
    harness.key_press_modifiers(Modifiers::SHIFT, Key::Num5);
    harness.step();
    press(&mut harness, Key::Num3);
    let given = [1, 2].map(|finding| session(&harness).answer_to(finding));
    let sure = given.map(|given| given.confidence.map(thorax::state::Confidence::get));
    assert_eq!(
        given.map(|given| given.answer),
        [Some(Answer::Absent), Some(Answer::Unsure)]
    );
    assert_eq!(sure, [Some(2), Some(5)]);
    assert_eq!(
        harness.state().state.viewer.display().gray,
        window,
        "no window was chosen"
    );
    // All keys of a slow frame count in their order.
    for key in [Key::Num2, Key::Num1] {
        harness.key_press(key);
    }
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    harness.step();
    assert_eq!(
        answers(&harness)[3..5],
        [Some(Answer::Absent), Some(Answer::Present)]
    );
    step_until("the log", &mut harness, |app| {
        let session = app.state.list.blinded.as_ref();
        session.is_some_and(BlindedSession::is_committed)
    });
    let committed = session(&harness).committed().unwrap().clone();
    assert_eq!(
        committed.n_open(),
        9,
        "the answers before the commit are in it"
    );
    harness.run_steps(3);
    press(&mut harness, Key::Num2);
    assert_ne!(
        harness.state().state.viewer.display().gray,
        window,
        "a window again"
    );
    press(&mut harness, Key::Enter);
    assert_eq!(session(&harness).progress().0, 2);
}

#[test]
fn a_commit_without_answers_is_refused_on_the_screen() {
    let films = named_folder(2);
    let (mut harness, log) = started(films.path());
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    harness.run_steps(3);
    harness.get_by_label("Answer at least one finding first");
    assert_eq!(std::fs::metadata(&log).map_or(0, |log| log.len()), 0);
    press(&mut harness, Key::Num1);
    harness.run_steps(2);
    assert!(
        harness
            .query_by_label("Answer at least one finding first")
            .is_none()
    );
    harness.get_by_label_contains("1 of 14 findings answered");
}

#[test]
fn in_a_blinded_session_the_models_answer_is_hidden_until_the_reader_commits() {
    let films = named_folder(5);
    let (mut harness, log) = started(films.path());
    harness.get_by_label_contains("Blinded session, film 1 of 5");
    harness.get_by_label("Effusion: present").click();
    harness.run();
    harness.get_by_label("Commit answers").click();
    step_until("the log", &mut harness, |app| {
        let session = app.state.list.blinded.as_ref();
        session.is_some_and(BlindedSession::is_committed)
    });
    harness.run();
    // Now the film has a name, and the table you, network, label.
    harness.get_by_label_contains("secret-name");
    for title in ["You", "Network", "Label"] {
        harness.get_by_label(title);
    }
    harness.get_by_label("13 findings were left open");
    let found = session(&harness).committed().unwrap();
    let found = found.findings.iter().find(|found| found.name == "Effusion");
    let found = found.unwrap().clone();
    let row = harness.get_by_label_contains("Effusion: you present, network");
    let words = row.accesskit_node().value().unwrap();
    let network = found.network.unwrap();
    let above = network.decision.unwrap().above;
    let side = if above { "above" } else { "below" };
    assert!(
        words.contains(&format!("network {:.2} {side}, label", network.score)),
        "{words}"
    );
    assert_eq!(words.contains("differs"), !above, "{words}");
    // Nobody chose a threshold for it.
    let hernia = harness.get_by_label_contains("Hernia: you open, network");
    let words = hernia.accesskit_node().value().unwrap();
    assert!(words.contains("no threshold"), "{words}");
    harness.get_by_label("Stability");
    let text = std::fs::read_to_string(&log).unwrap();
    assert_eq!(text.lines().count(), 15);
    let row = text
        .lines()
        .find(|line| line.contains(",Effusion,"))
        .unwrap();
    assert!(row.contains(",Effusion,present,,"), "{row}");
    assert!(row.contains(NOTICE), "{row}");
    harness.get_by_label("Next film of the session").click();
    harness.run_steps(3);
    assert!(harness.state().state.is_blinded());
    // Nothing is logged for a film that was not asked about.
    let answer = AnswerCommand::Set(2, Some(Answer::Absent));
    send(&mut harness, ListCommand::Answer(answer));
    let state = &harness.state().state;
    let shown = state.shared.films.current().unwrap();
    let unread = (0..5).find(|place| {
        let path = &state.shared.films.entries()[*place].path;
        *place != shown && state.list.is_blinded_to(Some(path))
    });
    let show = Command::Viewer(ViewerCommand::ShowFilm(unread.unwrap()));
    harness.state_mut().state.apply(show.clone());
    harness.run_steps(4);
    assert!(harness.state().state.is_blinded());
    send(&mut harness, ListCommand::ShowAsked);
    assert_eq!(
        answers(&harness)[2],
        Some(Answer::Absent),
        "an answer waits for its reader"
    );
    harness.state_mut().state.apply(show);
    let state = &harness.state().state;
    let window = state.viewer.window_in_words(&state.shared.films);
    send(&mut harness, ListCommand::Commit { window });
    assert_eq!(std::fs::read_to_string(&log).unwrap().lines().count(), 15);
}

#[test]
fn the_end_page_has_agreement_and_the_session_can_be_resumed() {
    let films = named_folder(2);
    let (mut harness, log) = started(films.path());
    press(&mut harness, Key::Num1);
    commit(&mut harness);
    harness.get_by_label("End the blinded session").click();
    harness.run_steps(4);
    harness.get_by_label("Blinded session ended");
    harness.get_by_label_contains("1 of 2 films read");
    harness.get_by_label_contains(&log.display().to_string());
    harness.get_by_label("You and the network");
    harness.get_by_label("Judged by the label");
    harness.get_by_label("Show in folder").click();
    step_until("the desktop", &mut harness, |app| {
        !app.state.viewer.exports.is_running()
    });
    harness.get_by_label("Resume session…").click();
    step_until("the session", &mut harness, |app| {
        app.state.list.blinded.is_some() && is_scored(app)
    });
    harness.run_steps(4);
    harness.get_by_label_contains("Blinded session, film 2 of 2");
    check_hides(&mut harness, "resumed");
    press(&mut harness, Key::Num2);
    commit(&mut harness);
    harness.get_by_label_contains("All films are read");
    press(&mut harness, Key::Enter);
    harness.run_steps(4);
    harness.get_by_label_contains("2 of 2 films read");
    harness.get_by_label("Close").click();
    harness.run_steps(4);
    assert!(harness.query_by_label("Blinded session ended").is_none());
    harness.get_by_label("Film");
}

#[test]
fn a_session_that_was_running_goes_on_at_the_next_start_and_shows_no_film_before() {
    let films = named_folder(2);
    let (mut harness, log) = started(films.path());
    press(&mut harness, Key::Num3);
    let left = harness.state().state.shared.settings.session.clone();
    assert_eq!(left.blinded.as_ref(), Some(&log));
    assert!(left.current.is_some());
    drop(harness);
    let mut harness = crate::harness::app_with(Vec::new());
    let state = &mut harness.state_mut().state;
    state.shared.settings.session = left;
    state.restore_session();
    step_until("the session", &mut harness, |app| {
        let films = &app.state.shared.films;
        assert!(films.current().is_none() || app.state.list.blinded.is_some());
        app.state.list.blinded.is_some() && is_scored(app)
    });
    harness.run_steps(4);
    assert_eq!(answers(&harness)[0], Some(Answer::Unsure));
    check_hides(&mut harness, "restored");
    harness.get_by_label("End the blinded session").click();
    harness.run_steps(4);
    assert_eq!(harness.state().state.shared.settings.session.blinded, None);
}

#[test]
fn a_film_of_a_session_is_nearly_as_high_as_the_window() {
    let films = named_folder(2);
    let (mut harness, _) = started(films.path());
    let area = harness.get_by_label("Film").rect();
    let side = area.width().min(area.height());
    assert!(side >= 720.0, "{side}");
    let settings = &mut harness.state_mut().state.shared.settings.viewer;
    settings.histogram_shown = true;
    harness.run_steps(4);
    assert_eq!(harness.get_by_label("Film").rect(), area);
}

#[test]
fn a_session_is_offered_for_resuming_on_the_first_page() {
    let mut harness = crate::harness::app_with(Vec::new());
    step_until("the model", &mut harness, crate::harness::has_model);
    harness.run();
    harness.get_by_role_and_label(Role::Button, "Resume blinded session…");
}
