//! Ways to open films, and what becomes of those that cannot be opened.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use thorax::export::ExportKind;
use thorax::state::{
    Command, CompareWith, EvaluationCommand, EvaluationPick, ExportCommand, FilmState, FilmStatus,
    ListCommand, ModelOrigin, Picked, TrainingCommand, TrainingPick, Workspace,
};
use thorax::train::{Field, FieldGroup, FieldKind};

use crate::films::{folder, phantom};
use crate::harness::{
    AppHarness, PreparedPicker, app_with, app_with_scores, build, builder, has_failed, has_model,
    is_scored, step_until, type_slowly,
};
use crate::training_form::show_setting;

#[derive(Debug)]
struct Drop(PathBuf);

impl egui::DroppedFile for Drop {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

#[test]
fn the_notice_is_on_screen_from_the_start() {
    let harness = app_with(vec![]);
    harness.get_by_label(thorax::domain::NOTICE);
    harness.get_by_label("Drop a chest film here");
}

#[test]
fn the_button_opens_what_the_dialog_answers() {
    let picker = PreparedPicker::new(Picked::Files(vec![phantom()]));
    let mut harness = build(builder(), picker, vec![]);
    // The button of the welcome page, below the one of the toolbar.
    let button = harness.get_all_by_label("Open films…").next_back();
    button.unwrap().click();
    step_until("the scores", &mut harness, is_scored);
    harness.run();
    harness.get_by_role_and_label(Role::Button, "phantom.png");
    assert_eq!(
        harness.state().state.shared.settings.recent_films,
        [phantom()]
    );
}

#[test]
fn without_a_dialog_a_path_can_be_typed() {
    let mut harness = build(builder(), PreparedPicker::new(Picked::NoDialog), vec![]);
    harness
        .get_all_by_label("Open films…")
        .next()
        .unwrap()
        .click();
    step_until("the path field", &mut harness, |app| {
        app.state.shared.prompt.is_some()
    });
    let field = harness.get_by_role_and_label(Role::TextInput, "Path of a film, folder or model");
    field.focus();
    field.type_text(&phantom().display().to_string());
    harness.step();
    harness.get_by_label("Open path").click();
    step_until("the scores", &mut harness, is_scored);
    assert_eq!(harness.state().state.shared.prompt, None);
}

#[test]
fn a_dropped_film_is_scored() {
    let mut harness = app_with(vec![]);
    step_until("the model", &mut harness, has_model);
    let dropped = &mut harness.input_mut().dropped_files;
    dropped.push(Arc::new(Drop(phantom())));
    step_until("the scores", &mut harness, is_scored);
}

#[test]
fn a_dropped_text_is_refused_as_a_model_and_the_old_model_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    std::fs::write(&path, b"not a model").unwrap();
    let mut harness = app_with(vec![]);
    step_until("the model", &mut harness, has_model);
    harness.input_mut().dropped_files.push(Arc::new(Drop(path)));
    step_until("the error", &mut harness, |app| {
        app.state.shared.model.error.is_some()
    });
    assert!(has_model(harness.state()));
    let error = harness.state().state.shared.model.error.clone().unwrap();
    assert!(error.contains("model.safetensors"), "{error}");
}

#[test]
fn keras_weights_named_on_the_command_line_are_opened_as_the_model() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/keras_layouts");
    let weights = folder.join("fixed_strings.h5");
    let mut harness = app_with(vec![weights.clone()]);
    step_until("the model", &mut harness, has_model);
    let state = &harness.state().state;
    let classifier = &state.shared.model.loaded.as_ref().unwrap().classifier;
    assert_eq!(classifier.path(), Some(weights.as_path()));
    assert_eq!(classifier.card().architecture.depth(), 11);
    // The next start has the default model, unless this one is pinned.
    assert_eq!(state.shared.settings.pinned_model, None);
    assert!(state.shared.films.entries().is_empty());
}

#[test]
fn a_broken_film_shows_its_error_and_no_scores() {
    let folder = folder(1, true);
    let broken = folder.path().join("broken.png");
    let mut harness = app_with(vec![broken.clone()]);
    step_until("the error", &mut harness, has_failed);
    harness.run();
    harness.get_by_label("The film could not be opened");
    harness.get_by_label("Try again");
    let state = &harness.state().state;
    let FilmState::Failed { error, .. } = &state.shared.films.film else {
        panic!("expected a failure");
    };
    assert!(error.contains("broken.png"), "{error}");
    assert!(matches!(
        state.shared.films.entries()[0].status,
        FilmStatus::Failed(_)
    ));
    // A row without scores says n/a, and never 0.
    assert_eq!(harness.query_all_by_label("n/a").count(), 14);
    assert_eq!(harness.query_all_by_label("0.000").count(), 0);
}

#[test]
fn keys_step_through_the_list() {
    let folder = folder(3, false);
    let mut harness = app_with_scores(vec![folder.path().to_owned()]);
    let name = |harness: &AppHarness| {
        let path = harness.state().state.shared.films.current_path().unwrap();
        path.file_name().unwrap().to_string_lossy().into_owned()
    };
    assert_eq!(name(&harness), "film0.png");
    let shows = |film_idx| {
        move |app: &thorax::app::ThoraxApp| {
            app.state.shared.films.current() == Some(film_idx) && is_scored(app)
        }
    };
    for _ in 0..3 {
        harness.key_press(Key::PageDown);
        harness.step();
    }
    step_until("the last film", &mut harness, shows(2));
    assert_eq!(name(&harness), "film2.png");
    harness.key_press(Key::PageUp);
    step_until("the film before", &mut harness, shows(1));
    assert_eq!(name(&harness), "film1.png");
    // What is shown belongs to the film in view, however fast the keys were.
    let reading = harness
        .state()
        .state
        .shared
        .films
        .film
        .reading()
        .unwrap()
        .clone();
    assert!(reading.opened.film.path.ends_with("film1.png"));
}

#[test]
fn a_click_on_the_list_shows_that_film() {
    let folder = folder(2, false);
    let mut harness = app_with_scores(vec![folder.path().to_owned()]);
    harness
        .get_by_role_and_label(Role::Button, "film1.png")
        .click();
    step_until("the other film", &mut harness, |app| {
        app.state.shared.films.current() == Some(1) && is_scored(app)
    });
}

#[test]
fn a_cancelled_film_has_no_scores_and_can_be_read_again() {
    let mut harness = app_with(vec![phantom()]);
    step_until("the film", &mut harness, |app| {
        matches!(
            app.state.shared.films.film,
            FilmState::Opening | FilmState::Scoring(_)
        )
    });
    harness.key_press(Key::Escape);
    harness.step();
    harness.step();
    if matches!(
        harness.state().state.shared.films.film,
        FilmState::Cancelled(_)
    ) {
        step_until("the model", &mut harness, has_model);
        harness.run();
        harness.get_by_label("Stopped: no scores for this film");
        harness.get_by_label("Reload film").click();
    }
    step_until("the scores", &mut harness, is_scored);
}

const SLOW_PATH: &str = "/a/b c/d";

/// Every question for a path, the exports among them: a film is scored.
fn questions() -> Vec<Command> {
    let train = |pick| Command::Training(TrainingCommand::Pick(pick));
    let evaluate = |pick| Command::Evaluation(EvaluationCommand::Pick(pick));
    let mut questions = vec![
        Command::PickFilms,
        Command::PickFolder,
        Command::PickModel,
        Command::PickComparedModel,
        Command::List(ListCommand::StartBlinded),
        Command::List(ListCommand::ResumeBlinded),
        Command::Export(ExportCommand::Export(ExportKind::ALL.to_vec())),
    ];
    questions.extend(
        [
            TrainingPick::DataFolder,
            TrainingPick::Table,
            TrainingPick::NewRunFolder,
            TrainingPick::Run,
            TrainingPick::ComparedRun,
            TrainingPick::LoadConfig,
            TrainingPick::SaveConfig,
        ]
        .map(train),
    );
    let fields = path_fields().into_iter();
    questions.extend(fields.map(|field| train(TrainingPick::Field(field.key))));
    questions.extend(
        [
            EvaluationPick::Predictions,
            EvaluationPick::DataFolder,
            EvaluationPick::Compared,
            EvaluationPick::Report,
            EvaluationPick::Figures,
            EvaluationPick::Plots,
            EvaluationPick::Model,
        ]
        .map(evaluate),
    );
    questions
}

/// The settings of a training that are paths, but for the data.
fn path_fields() -> Vec<&'static Field> {
    let fields = FieldGroup::all_fields();
    let is_path =
        |field: &&Field| matches!(field.kind, FieldKind::DataFile(_) | FieldKind::ModelFile(_));
    let fields: Vec<_> = fields.filter(is_path).collect();
    let what = "three lists, soft labels and the initial weights";
    assert_eq!(fields.len(), 5, "{what}");
    fields
}

#[test]
fn a_path_typed_one_key_a_frame_keeps_its_slashes_in_every_line() {
    let picker = PreparedPicker::new(Picked::NoDialog);
    let mut harness = build(builder(), picker, vec![phantom()]);
    step_until("the scores", &mut harness, is_scored);
    for pick in questions() {
        harness.state_mut().state.apply(pick);
        step_until("the line", &mut harness, |app| {
            app.state.shared.prompt.is_some()
        });
        let prompt = harness.state().state.shared.prompt.clone().unwrap();
        // A setting's own field below has the same name.
        let question = prompt.question();
        harness
            .get_all_by_role_and_label(Role::TextInput, question)
            .last()
            .unwrap()
            .focus();
        harness.step();
        type_slowly(&mut harness, SLOW_PATH);
        let prompt = harness.state().state.shared.prompt.clone();
        assert_eq!(prompt.unwrap().text, SLOW_PATH, "{question}");
        let state = &mut harness.state_mut().state;
        state.apply(Command::ShowPathField(false));
    }
}

#[test]
fn a_path_typed_into_the_set_up_of_a_training_keeps_its_slashes() {
    let mut harness = app_with(vec![]);
    let show = Command::ShowWorkspace(Workspace::Training);
    harness.state_mut().state.apply(show);
    harness.step();
    let fields = path_fields();
    let labels = fields.iter().map(|field| field.label);
    for label in ["Data", "Run folder"].into_iter().chain(labels) {
        show_setting(&mut harness, label);
        harness
            .get_by_role_and_label(Role::TextInput, label)
            .focus();
        harness.step();
        type_slowly(&mut harness, SLOW_PATH);
    }
    let form = &harness.state().state.training.form;
    assert_eq!(form.config.data.to_str(), Some(SLOW_PATH));
    assert_eq!(form.run_folder, SLOW_PATH);
    for field in fields {
        let (FieldKind::DataFile(at) | FieldKind::ModelFile(at)) = &field.kind else {
            panic!("{} is no path", field.key);
        };
        let path = (at.get)(&form.config).as_ref();
        let path = path.and_then(|path| path.to_str());
        assert_eq!(path, Some(SLOW_PATH), "{}", field.key);
    }
}

#[test]
fn a_model_to_compare_with_that_is_typed_leaves_the_model_in_use_alone() {
    let picker = PreparedPicker::new(Picked::NoDialog);
    let mut harness = build(builder(), picker, vec![phantom()]);
    step_until("the scores", &mut harness, is_scored);
    harness.state_mut().state.apply(Command::PickComparedModel);
    step_until("the line", &mut harness, |app| {
        app.state.shared.prompt.is_some()
    });
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("weights/thorax.safetensors");
    let state = &mut harness.state_mut().state;
    state.apply(Command::EditPath(model.display().to_string()));
    state.apply(Command::UseTypedPath);
    step_until("the film beside", &mut harness, |app| {
        let compare = app.state.viewer.compare.as_ref();
        compare.is_some_and(|compare| compare.film.reading().is_some())
    });
    let state = &harness.state().state;
    let loaded = state.shared.model.loaded.as_ref().unwrap();
    assert_eq!(loaded.origin, ModelOrigin::Default);
    assert_eq!(state.shared.settings.pinned_model, None);
    let compare = state.viewer.compare.as_ref().unwrap();
    assert_eq!(compare.with, CompareWith::Model(model));
}
