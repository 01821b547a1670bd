//! The steps before a training: what is found of the data while its path is typed, and what the steps say.

use std::path::{Path, PathBuf};
use std::process::Command as Process;
use std::sync::Arc;

use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use thorax::app::ThoraxApp;
use thorax::dataset::Undersampling;
use thorax::state::{Command, TrainingCommand, TrainingPage, Workspace};
use thorax::train::LossKind;
use thorax::ui::panels::label_bars;

use crate::harness::{AppHarness, app_with, step_until, type_slowly};
use crate::training_data::TrainingData;

#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

fn training() -> AppHarness {
    let mut harness = app_with(vec![]);
    let show = TrainingCommand::ShowPage(TrainingPage::Data);
    harness.state_mut().state.apply(Command::Training(show));
    harness.step();
    harness
}

fn has_echo(app: &ThoraxApp) -> bool {
    app.state.training.live.echo.current().is_some()
}

fn type_data(harness: &mut AppHarness, path: &str) {
    harness
        .get_by_role_and_label(Role::TextInput, "Data")
        .focus();
    harness.step();
    type_slowly(harness, path);
    step_until("the data", harness, has_echo);
    harness.run();
}

fn click(harness: &mut AppHarness, role: Role, label: &str) {
    harness.get_by_role_and_label(role, label).click();
    harness.run();
}

#[test]
fn what_is_at_a_typed_path_is_said_at_once_and_its_own_lists_are_the_split() {
    let data = TrainingData::new(false);
    let mut harness = training();
    let path = data.path("table.csv");
    type_data(&mut harness, path.to_str().unwrap());
    assert_eq!(harness.state().state.training.form.config.data, path);
    harness.get_by_label("Table table.csv: 22 films, 3 findings");
    // At the step and on its page.
    assert_eq!(
        harness.query_all_by_label("22 films, 22 patients").count(),
        2
    );
    let own = "Lists in this folder: 12 / 6 / 4";
    harness.get_by_role_and_label(Role::RadioButton, own);
    let config = &harness.state().state.training.form.config;
    assert_eq!(config.train_list, Some(data.path("train.txt")));
    assert_eq!(config.test_list, Some(data.path("test.txt")));
    step_until("the split", &mut harness, has_echo);
    harness.run();
    click(
        &mut harness,
        Role::RadioButton,
        "By image (leaks): 16 / 2 / 4",
    );
    step_until("the other split", &mut harness, has_echo);
    harness.run();
    let config = &harness.state().state.training.form.config;
    assert_eq!(config.test_list, None, "it is the user's choice");
    click(&mut harness, Role::RadioButton, own);
    let config = &harness.state().state.training.form.config;
    assert_eq!(config.test_list, Some(data.path("test.txt")));
}

#[test]
fn lists_with_a_patient_in_two_parts_are_not_chosen_and_the_reason_is_said() {
    let data = TrainingData::new(true);
    let mut harness = training();
    let path = data.path("table.csv");
    type_data(&mut harness, path.to_str().unwrap());
    let config = &harness.state().state.training.form.config;
    assert_eq!(config.train_list, None);
    harness.get_by_label("Not chosen by itself: 1 patient appears in several parts");
}

#[test]
fn a_path_that_leads_nowhere_is_said_while_it_is_typed() {
    let mut harness = training();
    type_data(&mut harness, "/no/such/folder");
    let said = "No such folder or table: /no/such/folder";
    assert_eq!(harness.query_all_by_label(said).count(), 2);
    let start = harness.get_by_role_and_label(Role::Button, "Start training");
    assert!(start.accesskit_node().is_disabled());
}

#[test]
fn a_folder_dropped_on_the_data_is_the_data() {
    let data = TrainingData::new(false);
    let mut harness = training();
    let folder = data.path("table.csv").parent().unwrap().to_owned();
    let dropped = Arc::new(Dropped(folder.clone()));
    harness.input_mut().dropped_files.push(dropped);
    harness.step();
    step_until("the data", &mut harness, has_echo);
    let state = &harness.state().state;
    assert_eq!(state.training.form.config.data, folder);
    assert_eq!(state.workspace, Workspace::Training);
}

#[test]
fn a_run_folder_that_holds_the_films_is_refused_in_red() {
    let data = TrainingData::new(false);
    let mut harness = training();
    let folder = data.path("table.csv").parent().unwrap().to_owned();
    let edit = TrainingCommand::EditRunFolder(folder.display().to_string());
    harness.state_mut().state.apply(Command::Training(edit));
    type_data(&mut harness, folder.to_str().unwrap());
    harness
        .get_all_by_label_contains("The films are in this folder, choose a new one for the run")
        .next()
        .unwrap();
}

/// Films with each finding, as `thorax data` counts them before and after undersampling.
fn counted(data: &TrainingData, place: &str, finding: &str) -> usize {
    let list = |part: &str| data.path(&format!("{part}.txt"));
    let output = Process::new(env!("CARGO_BIN_EXE_thorax"))
        .arg("data")
        .arg(data.path("table.csv"))
        .args(["--format", "json", "--undersample", "every-fifth"])
        .arg("--train-list")
        .arg(list("train"))
        .arg("--valid-list")
        .arg(list("valid"))
        .arg("--test-list")
        .arg(list("test"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let count = &report["parts"]["train"][place]["counts"][finding];
    count.as_u64().unwrap() as usize
}

#[test]
fn the_balance_is_live_and_its_numbers_are_those_of_the_command_line() {
    let data = TrainingData::new(false);
    let mut harness = training();
    let mut config = data.config(1);
    config.undersample = Undersampling::None;
    let edit = TrainingCommand::Edit(Box::new(config));
    harness.state_mut().state.apply(Command::Training(edit));
    let page = TrainingCommand::ShowPage(TrainingPage::Balance);
    harness.state_mut().state.apply(Command::Training(page));
    step_until("the data", &mut harness, has_echo);
    harness.run();
    harness
        .get_by_role_and_label(Role::Slider, "Keep No Finding")
        .set_value_accesskit(20.0);
    harness.step();
    harness.step();
    let rule = |harness: &AppHarness| harness.state().state.training.form.config.undersample;
    assert_eq!(rule(&harness), Undersampling::EveryFifth);
    // The number beside the slider is taken whole, not by its first digit.
    for (text, expected) in [
        ("100", Undersampling::None),
        ("20 %", Undersampling::EveryFifth),
    ] {
        harness
            .get_by_role_and_label(Role::SpinButton, "Keep No Finding")
            .focus();
        harness.step();
        harness.step();
        let before = rule(&harness);
        type_slowly(&mut harness, text);
        assert_eq!(rule(&harness), before, "not before it is typed");
        harness.key_press(egui::Key::Enter);
        step_until("the number", &mut harness, |app| {
            app.state.training.form.config.undersample == expected
        });
    }
    step_until("the bars", &mut harness, has_echo);
    harness.run();
    let report = harness.state().state.training.live.echo.current().unwrap();
    let bars = label_bars(report.parts.as_ref().unwrap(), 0);
    assert_eq!(bars.len(), 4);
    for bar in &bars {
        assert_eq!(
            bar.n_split,
            counted(&data, "before", &bar.name),
            "{}",
            bar.name
        );
        assert_eq!(
            bar.n_used,
            counted(&data, "after", &bar.name),
            "{}",
            bar.name
        );
    }
    // Four of twelve training films have no finding; a fifth would be the first one kept.
    assert_eq!((bars[3].n_split, bars[3].n_used), (4, 0));
    harness.get_by_label("No Finding 4 to 0");
    harness.get_by_label_contains("Answering no is right in 25 % of the training films");
    harness.get_by_label_contains("one film with Hernia counts as 7.0 without");
    let config = harness.state().state.training.form.config.clone();
    let plain = thorax::train::TrainConfig {
        loss: LossKind::Plain,
        ..config
    };
    let edit = TrainingCommand::Edit(Box::new(plain));
    harness.state_mut().state.apply(Command::Training(edit));
    harness.step();
    step_until("the plain loss", &mut harness, has_echo);
    harness.run();
    assert_eq!(harness.query_all_by_label("as 1.0 negatives").count(), 3);
}

#[test]
fn a_preset_is_chosen_and_a_changed_value_is_counted() {
    let mut harness = training();
    let page = TrainingCommand::ShowPage(TrainingPage::Recipe);
    harness.state_mut().state.apply(Command::Training(page));
    harness.run();
    // The button, and the verdict of the step.
    assert_eq!(harness.query_all_by_label("Notebook").count(), 2);
    click(&mut harness, Role::Button, "Quick look");
    let config = &harness.state().state.training.form.config;
    assert_eq!((config.depth, config.side, config.epochs), (20, 64, 3));
    harness
        .get_by_role_and_label(Role::SpinButton, "Epochs")
        .set_value_accesskit(5.0);
    harness.run();
    harness.get_by_label("1 value changed");
    harness.get_by_label("Quick look, 1 changed");
}

#[test]
fn the_text_keeps_the_keyboard_while_it_is_not_valid_and_names_the_line() {
    let mut harness = training();
    let page = TrainingCommand::ShowPage(TrainingPage::Recipe);
    harness.state_mut().state.apply(Command::Training(page));
    let text = TrainingCommand::EditText("epochs = 3".to_owned());
    harness.state_mut().state.apply(Command::Training(text));
    harness.run();
    let editor = |harness: &AppHarness| {
        let editor = harness.get_by_role_and_label(Role::MultilineTextInput, "All keys");
        (editor.accesskit_node().is_focused(), editor.value())
    };
    harness
        .get_by_role_and_label(Role::MultilineTextInput, "All keys")
        .focus();
    harness.step();
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::End);
    harness.step();
    type_slowly(&mut harness, ",5x");
    harness.run();
    let error = harness.state().state.training.form.text_error.clone();
    assert!(error.unwrap().starts_with("line 1 cannot be read"));
    harness
        .get_all_by_label_contains(" 1 cannot be read")
        .next()
        .unwrap();
    let (is_focused, value) = editor(&harness);
    assert!(is_focused, "the keyboard was lost");
    assert_eq!(value.as_deref(), Some("epochs = 3,5x"));
}

#[test]
fn augmentation_has_sliders_and_its_numbers_follow_them() {
    let mut harness = training();
    let page = TrainingCommand::ShowPage(TrainingPage::Recipe);
    harness.state_mut().state.apply(Command::Training(page));
    harness.run();
    harness
        .get_by_role_and_label(Role::Slider, "Rotation")
        .set_value_accesskit(12.0);
    harness.run();
    let augment = harness.state().state.training.form.config.augment;
    assert_eq!(augment.rotation_degrees, 12.0);
    let field = harness.get_by_role_and_label(Role::SpinButton, "Rotation");
    assert_eq!(field.value().as_deref(), Some("12"));
}

#[test]
fn each_page_leads_to_the_next_and_the_balance_does_not_overlap() {
    let data = TrainingData::new(false);
    let mut harness = training();
    let table = data.path("table.csv");
    type_data(&mut harness, &table.display().to_string());
    click(&mut harness, Role::Button, "Next: Balance");
    let head = harness.get_by_label("A positive counts").rect();
    let field = harness.get_by_label("Undersample No Finding").rect();
    assert!(head.right() < field.left(), "{head} {field}");
    assert!(field.right() < harness.ctx.content_rect().right());
    click(&mut harness, Role::Button, "Next: Recipe");
    click(&mut harness, Role::Button, "Next: Check");
    assert_eq!(harness.state().state.training.page, TrainingPage::Check);
}
