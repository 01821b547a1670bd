use std::sync::Arc;

use egui::{Button, Image, RichText, Ui, Vec2};

use super::fields::{self, FormView};
use crate::state::{CommandSender, Preview, TrainingCommand, TrainingState};
use crate::train::{FieldGroup, TrainConfig};
use crate::ui::panels::TrainingViews;
use crate::ui::theme;
use crate::work::Task;

/// The settings of augmentation, and beside them films as they change them.
pub fn augmentation_ui(
    ui: &mut Ui,
    config: &mut TrainConfig,
    training: &TrainingState,
    views: &mut TrainingViews,
    form: FormView<'_>,
) {
    let form = FormView {
        has_sliders: true,
        ..form
    };
    let wide = ui.available_width() >= 2.0 * theme::FIELD_COLUMN_WIDTH_PT;
    if wide {
        ui.columns_const(|[left, right]| {
            fields::group_ui(left, FieldGroup::Augmentation, config, form);
            preview_ui(right, config, training, views, form.commands);
        });
    } else {
        fields::group_ui(ui, FieldGroup::Augmentation, config, form);
        preview_ui(ui, config, training, views, form.commands);
    }
}

/// A few training films, each as it is and as training will see it; made anew when settings change.
fn preview_ui(
    ui: &mut Ui,
    config: &TrainConfig,
    training: &TrainingState,
    views: &mut TrainingViews,
    commands: &CommandSender,
) {
    let shown = match &training.preview {
        Task::Done(preview) => Some(Arc::clone(preview)),
        // The last pictures stay while new ones are made.
        Task::Running(_) => views.last_preview(),
        Task::Idle | Task::Failed(_) => None,
    };
    ui.horizontal(|ui| {
        let possible = training.can_preview() && !training.is_running();
        let response = ui.add_enabled(possible, Button::new("Show augmentation"));
        let hover = "Preview augmented training films";
        let response = response.on_hover_text(hover);
        if response.on_disabled_hover_text("Needs the data").clicked() {
            commands.train(TrainingCommand::Preview);
        }
        if shown.is_some() {
            let hover = "Each film unchanged, then as augmented in the first epochs";
            ui.weak("Unchanged, then augmented").on_hover_text(hover);
        } else if training.preview.is_running() {
            ui.weak("Augmenting films…");
        }
    });
    if let Task::Failed(error) = &training.preview {
        let palette = theme::palette(ui.visuals());
        ui.label(RichText::new(format!("Augmentation: {error}")).color(palette.error));
    }
    let Some(preview) = shown else {
        return;
    };
    let is_moving = ui.input(|input| input.pointer.any_down());
    if preview.augmentation != config.augment && !is_moving && training.can_preview() {
        commands.train(TrainingCommand::Preview);
    }
    films_ui(ui, &preview, views);
}

fn films_ui(ui: &mut Ui, preview: &Arc<Preview>, views: &mut TrainingViews) {
    let textures = views.preview(ui.ctx(), preview);
    let n_pictures = preview.films.first().map_or(1, |film| film.pictures.len());
    let side = (ui.available_width() / n_pictures as f32 - 2.0).min(theme::PREVIEW_SIDE_PT);
    let size = Vec2::splat(side);
    ui.spacing_mut().item_spacing = Vec2::splat(2.0);
    for (film, textures) in preview.films.iter().zip(textures) {
        ui.horizontal(|ui| {
            for texture in textures {
                let alt = format!("{}, augmented", film.image);
                ui.add(Image::new((texture, size)).alt_text(alt));
            }
        })
        .response
        .on_hover_text(&film.image);
    }
}
