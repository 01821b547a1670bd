//! Evaluation's first page: tables of others, whose columns are chosen, and the scores of runs.

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use thorax::app::ThoraxApp;
use thorax::domain::Part;
use thorax::scores::Predictions;
use thorax::state::{Command, EvaluationCommand, Picked, Workspace};
use thorax::train::RunFolder;

use crate::evaluation::{Scores, apply, has_set, settle};
use crate::harness::{
    AppHarness, PreparedPicker, app_with, build, builder, has_model, step_until, type_slowly,
};
use crate::training_data::TrainingData;

/// The films of `valid.csv` under other columns.
fn write_table(scores: &Scores, name: &str, header: &str) {
    let own = Predictions::load(&scores.path("valid.csv")).unwrap();
    let rows = own.films.iter().map(|film| {
        let truth = u8::from(film.truth[0].unwrap());
        format!("{},{truth},{}\n", film.path.display(), film.scores[0])
    });
    let text = format!("{header}\n{}", rows.collect::<String>());
    std::fs::write(scores.path(name), text).unwrap();
}

fn is_choosing(app: &ThoraxApp) -> bool {
    let evaluation = &app.state.evaluation;
    evaluation.start.columns.is_some() && !evaluation.opening.is_running()
}

fn opened(scores: &Scores, name: &str) -> AppHarness {
    let mut harness = app_with(vec![scores.path(name)]);
    step_until("the columns", &mut harness, is_choosing);
    step_until("the model", &mut harness, has_model);
    harness.run();
    harness
}

fn button_is_enabled(harness: &AppHarness) -> bool {
    let button = harness.get_by_role_and_label(Role::Button, "Use these columns");
    !button.accesskit_node().is_disabled()
}

fn choose(harness: &mut AppHarness, what: &str, column: &str) {
    harness.get_by_role_and_label(Role::ComboBox, what).click();
    harness.run();
    harness.get_by_role_and_label(Role::Button, column).click();
    harness.run();
}

fn use_columns(harness: &mut AppHarness) {
    harness
        .get_by_role_and_label(Role::Button, "Use these columns")
        .click();
    harness.step();
}

#[test]
fn a_table_of_others_opens_with_the_columns_that_its_names_suggest() {
    let scores = Scores::new();
    write_table(&scores, "theirs.csv", "file,y_true,y_score");
    let mut harness = opened(&scores, "theirs.csv");
    harness.get_by_label("Columns of the scores");
    // A row of the table, as it is in the file.
    harness.get_by_label("3.png");
    let name = harness.get_by_role_and_label(Role::TextInput, "Name of finding 1");
    name.click();
    harness.run();
    harness.key_press_modifiers(egui::Modifiers::COMMAND, Key::A);
    harness.run();
    type_slowly(&mut harness, "Effusion");
    use_columns(&mut harness);
    step_until("the scores", &mut harness, has_set);
    settle(&mut harness);
    let evaluation = &harness.state().state.evaluation;
    let column = evaluation.column().unwrap();
    let own = scores.set("valid.csv");
    assert_eq!(column.name, "Effusion");
    assert_eq!(column.auc, own.columns[0].auc);
    assert!(evaluation.start.columns.is_none());
}

#[test]
fn columns_are_chosen_where_names_say_nothing_and_a_wrong_choice_is_said_in_the_window() {
    let scores = Scores::new();
    write_table(&scores, "theirs.csv", "a,b,c");
    let mut harness = opened(&scores, "theirs.csv");
    assert!(!button_is_enabled(&harness));
    harness.get_by_label("Choose the column of labels");
    choose(&mut harness, "Label of finding 1", "a");
    choose(&mut harness, "Score of finding 1", "c");
    use_columns(&mut harness);
    step_until("the error", &mut harness, |app| {
        app.state.evaluation.opening.error().is_some()
    });
    harness.run();
    harness.get_by_label_contains("0 or 1, -1 (uncertain) or blank (unknown)");
    choose(&mut harness, "Label of finding 1", "b");
    use_columns(&mut harness);
    step_until("the scores", &mut harness, has_set);
    settle(&mut harness);
    let column = harness.state().state.evaluation.column().unwrap();
    assert_eq!(column.auc, scores.set("valid.csv").columns[0].auc);
    let state = &mut harness.state_mut().state;
    state.apply(Command::Open(vec![scores.path("theirs.csv")]));
    step_until("the columns", &mut harness, is_choosing);
    harness.key_press(Key::Escape);
    harness.run();
    let evaluation = &harness.state().state.evaluation;
    assert!(evaluation.start.columns.is_none() && evaluation.set.is_some());
}

#[test]
fn the_chips_of_a_run_open_its_scores_of_either_part() {
    let data = TrainingData::new(false);
    let run = data.trained("run", &data.config(1));
    let mut harness = build(builder(), PreparedPicker::new(Picked::Nothing), vec![]);
    step_until("the model", &mut harness, has_model);
    let state = &mut harness.state_mut().state;
    state.shared.settings.training.runs_folders = vec![run.parent().unwrap().to_owned()];
    state.apply(Command::ShowWorkspace(Workspace::Evaluation));
    step_until("the runs", &mut harness, |app| {
        app.state.evaluation.start.runs.done().is_some()
    });
    harness.run();
    let runs = harness.state().state.evaluation.start.runs.done().unwrap();
    let name = runs.rows[0].name.clone();
    for (part, words) in [(Part::Valid, "Validation"), (Part::Test, "Test")] {
        let chip = format!("{words} scores of {name}");
        harness.get_by_role_and_label(Role::Button, &chip).click();
        step_until("the scores", &mut harness, has_set);
        settle(&mut harness);
        let evaluation = &harness.state().state.evaluation;
        let set = evaluation.scored().unwrap();
        let expected = Predictions::load(&RunFolder::at(&run).predictions_path(part)).unwrap();
        assert_eq!((set.part, &set.predictions), (Some(part), &expected));
        assert!(evaluation.author().is_some(), "the run's model is known");
        apply(&mut harness, EvaluationCommand::Close);
        step_until("the runs", &mut harness, |app| {
            app.state.evaluation.start.runs.done().is_some()
        });
        harness.run();
    }
}

#[test]
fn the_built_in_models_own_scores_are_opened_from_the_first_page_and_judged_on_test() {
    let mut harness = app_with(vec![]);
    step_until("the model", &mut harness, has_model);
    harness.state_mut().state.workspace = Workspace::Evaluation;
    harness.run();
    step_until("the tables", &mut harness, |app| {
        app.state.evaluation.start.built_in.done().is_some()
    });
    harness.run();
    let button = "Validation scores of the built-in model";
    harness.get_by_role_and_label(Role::Button, button).click();
    step_until("the scores", &mut harness, has_set);
    harness.run();
    let points = harness.state().state.shared.model.classifier().unwrap();
    let point = points.card().operating_points.of("Mass").unwrap();
    let expected = f64::from(point.as_ref().unwrap().threshold());
    let mass = |harness: &AppHarness| {
        let evaluation = &harness.state().state.evaluation;
        let place = evaluation.scored().unwrap().position("Mass").unwrap();
        evaluation.chosen.thresholds()[place].value()
    };
    assert_eq!(mass(&harness), expected);
    apply(&mut harness, EvaluationCommand::Solve { all: true });
    settle(&mut harness);
    let solved = mass(&harness);
    assert_ne!(solved, expected);
    harness
        .get_by_role_and_label(Role::Button, "Judge on test with these thresholds")
        .click();
    step_until("the test scores", &mut harness, |app| {
        let set = app.state.evaluation.scored();
        set.is_some_and(|set| set.part == Some(Part::Test))
    });
    assert_eq!(mass(&harness), solved);
}
