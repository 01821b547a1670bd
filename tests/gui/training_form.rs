//! The form of a training's settings, drawn from their table.

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use thorax::state::{Command, TrainingCommand, TrainingPick, Workspace};
use thorax::train::{FieldGroup, LossKind, ScheduleKind, TrainConfig};
use thorax_engine::OptimizerKind;

use crate::harness::{AppHarness, app_with};

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

#[test]
fn a_setting_has_a_field_where_it_applies_and_none_elsewhere() {
    let others = TrainConfig {
        optimizer: OptimizerKind::AdamW,
        schedule: ScheduleKind::Step,
        loss: LossKind::Focal,
        soft_labels: Some("soft_labels.csv.gz".into()),
        ..TrainConfig::default()
    };
    for config in [TrainConfig::default(), others] {
        let harness = form(config.clone());
        let groups = FieldGroup::ALL.into_iter();
        for field in groups
            .filter(|group| *group != FieldGroup::Data)
            .flat_map(FieldGroup::fields)
        {
            let is_shown = harness.query_all_by_label(field.label).count() > 0;
            assert_eq!(is_shown, (field.applies)(&config), "{}", field.key);
        }
    }
}

#[test]
fn every_path_can_be_picked() {
    let harness = form(TrainConfig::default());
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
        harness.get_by_role_and_label(Role::Button, pick.question());
    }
}

#[test]
fn a_choice_changes_the_configuration_and_shows_what_it_needs() {
    let mut harness = form(TrainConfig::default());
    for (field, choice) in [
        ("Optimizer", "AdamW"),
        ("Undersample No Finding", "Keep a random fraction"),
    ] {
        harness.get_by_role_and_label(Role::ComboBox, field).click();
        harness.run();
        harness.get_by_label(choice).click();
        harness.run();
    }
    let config = &harness.state().state.training.form.config;
    assert_eq!(config.optimizer, OptimizerKind::AdamW);
    assert_eq!(config.undersample.to_string(), "0.2");
    for field in ["Weight decay", "Fraction kept", "Undersampling seed"] {
        harness.get_by_role_and_label(Role::SpinButton, field);
    }
}
