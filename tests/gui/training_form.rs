//! The form of a training's settings, drawn from their table.

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use thorax::state::{Command, TrainingCommand, TrainingPage, TrainingPick, Workspace};
use thorax::train::{FieldGroup, FieldKind, LossKind, ScheduleKind, TrainConfig};
use thorax_engine::OptimizerKind;

use crate::harness::{AppHarness, app_with, type_slowly};

/// The page that shows the settings of a group.
fn page_of(group: FieldGroup) -> TrainingPage {
    match group {
        FieldGroup::Data | FieldGroup::Split => TrainingPage::Data,
        FieldGroup::Loss | FieldGroup::Sampling => TrainingPage::Balance,
        FieldGroup::Network
        | FieldGroup::Augmentation
        | FieldGroup::Optimizer
        | FieldGroup::Schedule
        | FieldGroup::Run => TrainingPage::Recipe,
    }
}

fn show(harness: &mut AppHarness, page: TrainingPage) {
    let command = Command::Training(TrainingCommand::ShowPage(page));
    harness.state_mut().state.apply(command);
    harness.run();
    // The rest of the settings, with one that is always there.
    for (more, within) in [
        ("Lists, fractions and labels", "Training list"),
        ("Advanced", "Optimizer"),
    ] {
        let header = harness.query_by(|node| {
            let label = node.label();
            label.is_some_and(|label| label.starts_with(more))
        });
        if let Some(header) = header
            && harness.query_by_label(within).is_none()
        {
            header.click();
            harness.run();
        }
    }
}

/// Turns to the page of the setting with this name.
pub fn show_setting(harness: &mut AppHarness, label: &str) {
    let group = FieldGroup::ALL
        .into_iter()
        .find(|group| group.fields().iter().any(|field| field.label == label));
    show(harness, page_of(group.unwrap_or(FieldGroup::Data)));
}

fn form(config: TrainConfig) -> AppHarness {
    let mut harness = app_with(vec![]);
    let state = &mut harness.state_mut().state;
    state.apply(Command::ShowWorkspace(Workspace::Training));
    let edit = TrainingCommand::Edit(Box::new(config));
    state.apply(Command::Training(edit));
    harness.step();
    harness.step();
    harness
}

/// Settings under which every number of the form has an effect, between two configurations.
fn other_choices() -> TrainConfig {
    TrainConfig {
        optimizer: OptimizerKind::AdamW,
        schedule: ScheduleKind::Step,
        loss: LossKind::Focal,
        soft_labels: Some("soft_labels.csv.gz".into()),
        ..TrainConfig::default()
    }
}

/// Types into the number field `label` a key a frame; the value of the configuration before and
/// after Enter, and after.
fn type_number(harness: &mut AppHarness, label: &str, text: &str) -> [TrainConfig; 2] {
    let config = |harness: &AppHarness| harness.state().state.training.form.config.clone();
    show_setting(harness, label);
    harness
        .get_by_role_and_label(Role::SpinButton, label)
        .scroll_to_me();
    harness.run();
    harness
        .get_by_role_and_label(Role::SpinButton, label)
        .focus();
    harness.step();
    harness.step();
    type_slowly(harness, text);
    let meanwhile = config(harness);
    harness.key_press(Key::Enter);
    harness.run();
    [meanwhile, config(harness)]
}

fn is_number(kind: &FieldKind) -> bool {
    matches!(kind, FieldKind::Count(_) | FieldKind::Number(_))
}

#[test]
fn a_number_is_taken_as_it_was_typed_and_not_before() {
    let mut n_fields = 0;
    for start in [TrainConfig::default(), other_choices()] {
        let mut harness = form(start.clone());
        let fields = FieldGroup::all_fields().filter(|field| (field.applies)(&start));
        for field in fields.filter(|field| is_number(&field.kind)) {
            let before = harness.state().state.training.form.config.clone();
            // A value that every number of the form may have, in as many keys as possible.
            let (text, value) = match &field.kind {
                FieldKind::Count(_) => ("12", "12"),
                _ => ("0,125", "0.125"),
            };
            let [meanwhile, after] = type_number(&mut harness, field.label, text);
            assert_eq!(meanwhile, before, "{} moved while typed", field.key);
            assert_eq!(field.value(&after), value, "{}", field.key);
            n_fields += 1;
        }
    }
    assert!(n_fields > 30, "{n_fields} fields were typed into");
}

#[test]
fn what_is_no_number_is_refused_beside_every_field_and_changes_nothing() {
    for start in [TrainConfig::default(), other_choices()] {
        let mut harness = form(start.clone());
        let fields = FieldGroup::all_fields().filter(|field| (field.applies)(&start));
        for field in fields.filter(|field| is_number(&field.kind)) {
            let [_, after] = type_number(&mut harness, field.label, "abc");
            assert_eq!(after, start, "{}", field.key);
            let said = format!("abc: not a number. Allowed: {}", field.allowed());
            harness.get_by_label(&said);
            // The next field's note may have the same words.
            let [_, after] = type_number(&mut harness, field.label, &field.value(&start));
            assert_eq!(after, start, "{}", field.key);
            assert_eq!(
                harness.query_all_by_label(&said).count(),
                0,
                "{}",
                field.key
            );
        }
    }
}

#[test]
fn a_decimal_comma_is_read_and_a_small_number_shown_as_one() {
    let mut harness = form(TrainConfig::default());
    let [_, after] = type_number(&mut harness, "Learning rate", "0,01");
    assert_eq!(
        FieldGroup::field("learning_rate").unwrap().value(&after),
        "0.01"
    );
    let [_, after] = type_number(&mut harness, "Learning rate", "1e-8");
    assert_eq!(
        FieldGroup::field("learning_rate").unwrap().value(&after),
        "1e-8"
    );
    let field = harness.get_by_role_and_label(Role::SpinButton, "Learning rate");
    assert_eq!(field.value().as_deref(), Some("1e-8"));
    // Looked at and left, it stays as it is.
    let [_, after] = type_number(&mut harness, "Learning rate", "");
    assert_eq!(
        FieldGroup::field("learning_rate").unwrap().value(&after),
        "1e-8"
    );
}

#[test]
fn a_number_out_of_range_is_refused_and_a_clamp_is_said() {
    let mut harness = form(TrainConfig::default());
    let [_, after] = type_number(&mut harness, "Epochs", "0");
    assert_eq!(after.epochs, TrainConfig::default().epochs);
    harness.get_by_label("0: out of range. Allowed: at least 1");
    let [_, after] = type_number(&mut harness, "Epochs", "0,5");
    assert_eq!(after.epochs, TrainConfig::default().epochs);
    harness.get_by_label("0,5: not a whole number. Allowed: at least 1");
    harness
        .get_by_role_and_label(Role::SpinButton, "Batch size")
        .set_value_accesskit(5000.0);
    harness.run();
    let config = &harness.state().state.training.form.config;
    assert_eq!(config.batch_size, 4096);
    harness.get_by_label("4096 is the largest value");
}

#[test]
fn a_setting_has_a_field_where_it_applies_and_none_elsewhere() {
    for config in [TrainConfig::default(), other_choices()] {
        let mut harness = form(config.clone());
        for group in FieldGroup::ALL {
            show(&mut harness, page_of(group));
            let fields = group.fields().iter();
            // Columns are chosen in a dialog of their own.
            for field in fields.filter(|field| field.key != "columns") {
                let is_shown = harness.query_all_by_label(field.label).count() > 0;
                assert_eq!(is_shown, (field.applies)(&config), "{}", field.key);
            }
        }
    }
}

#[test]
fn every_path_can_be_picked() {
    let mut harness = form(TrainConfig::default());
    for pick in [
        TrainingPick::DataFolder,
        TrainingPick::Table,
        TrainingPick::NewRunFolder,
        TrainingPick::Field("train_list"),
        TrainingPick::Field("valid_list"),
        TrainingPick::Field("test_list"),
        TrainingPick::Field("init"),
        TrainingPick::Field("soft_labels"),
    ] {
        let group = FieldGroup::ALL.into_iter().find(|group| match pick {
            TrainingPick::Field(key) => group.fields().iter().any(|field| field.key == key),
            _ => *group == FieldGroup::Data,
        });
        show(&mut harness, page_of(group.unwrap()));
        harness.get_by_role_and_label(Role::Button, pick.question());
    }
}

#[test]
fn a_choice_changes_the_configuration_and_shows_what_it_needs() {
    let mut harness = form(TrainConfig::default());
    for (page, field, choice) in [
        (TrainingPage::Recipe, "Optimizer", "AdamW"),
        (
            TrainingPage::Balance,
            "Undersample No Finding",
            "Keep a random fraction",
        ),
    ] {
        show(&mut harness, page);
        harness.get_by_role_and_label(Role::ComboBox, field).click();
        harness.run();
        harness.get_by_label(choice).click();
        harness.run();
    }
    let config = &harness.state().state.training.form.config;
    assert_eq!(config.optimizer, OptimizerKind::AdamW);
    assert_eq!(config.undersample.to_string(), "0.2");
    for (page, field) in [
        (TrainingPage::Recipe, "Weight decay"),
        (TrainingPage::Balance, "Fraction kept"),
        (TrainingPage::Balance, "Undersampling seed"),
    ] {
        show(&mut harness, page);
        harness.get_by_role_and_label(Role::SpinButton, field);
    }
}
