//! The first three steps of a training: data, balance, recipe.

mod augmentation;
mod balance;
mod columns;
mod data;
mod fields;
mod recipe;
mod splits;

use egui::{ScrollArea, Ui};

use super::{TrainingView, TrainingViews};
use crate::state::{CommandSender, TrainingCommand, TrainingPage};
use crate::train::TrainConfig;
use crate::ui::theme;

pub use columns::columns_ui;

/// Of an answer that is being looked for anew.
const OLD_OPACITY: f32 = 0.6;

/// Which films, and how they are split.
pub fn data_page_ui(ui: &mut Ui, view: &TrainingView<'_>, commands: &CommandSender) {
    edited(ui, view, commands, |ui, config| {
        data::data_ui(ui, config, view, commands);
        next_ui(ui, TrainingPage::Balance, commands);
    });
}

/// How many films each finding has, and what the loss makes of it.
pub fn balance_page_ui(
    ui: &mut Ui,
    view: &TrainingView<'_>,
    views: &mut TrainingViews,
    commands: &CommandSender,
) {
    edited(ui, view, commands, |ui, config| {
        balance::balance_ui(ui, config, view, views, commands);
        next_ui(ui, TrainingPage::Recipe, commands);
    });
}

/// Network, optimizer, augmentation.
pub fn recipe_page_ui(
    ui: &mut Ui,
    view: &TrainingView<'_>,
    views: &mut TrainingViews,
    commands: &CommandSender,
) {
    edited(ui, view, commands, |ui, config| {
        recipe::recipe_ui(ui, config, view, views, commands);
        next_ui(ui, TrainingPage::Check, commands);
    });
}

/// Paints what follows paler while it answers the form as it was a moment ago.
fn fade_old(ui: &mut Ui, is_current: bool) {
    if !is_current {
        ui.multiply_opacity(OLD_OPACITY);
    }
}

/// Each page ends with its next step.
fn next_ui(ui: &mut Ui, page: TrainingPage, commands: &CommandSender) {
    ui.add_space(theme::GAP_PT);
    if ui.button(format!("Next: {}", page.name())).clicked() {
        commands.train(TrainingCommand::ShowPage(page));
    }
}

/// A page that changes a copy of the configuration, which is sent if it is another.
fn edited(
    ui: &mut Ui,
    view: &TrainingView<'_>,
    commands: &CommandSender,
    page: impl FnOnce(&mut Ui, &mut TrainConfig),
) {
    let form = &view.training.form;
    let mut config = form.config.clone();
    ScrollArea::vertical()
        .auto_shrink(false)
        .show(ui, |ui| page(ui, &mut config));
    if !config.is_written_as(&form.config) {
        commands.train(TrainingCommand::Edit(Box::new(config)));
    }
}
