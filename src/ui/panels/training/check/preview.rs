use std::sync::Arc;

use egui::{Image, RichText, Ui, Vec2};

use crate::state::{Preview, TrainingState};
use crate::ui::panels::TrainingViews;
use crate::ui::theme;
use crate::work::Task;

/// A few training films, each as it is and as training will see it.
pub fn preview_ui(ui: &mut Ui, training: &TrainingState, views: &mut TrainingViews) {
    let Task::Done(preview) = &training.preview else {
        return;
    };
    ui.add_space(theme::GAP_PT);
    ui.horizontal(|ui| {
        ui.strong("Augmentation");
        let hover = "Each film unchanged, then as augmented in the first epochs";
        ui.weak("Unchanged, then augmented").on_hover_text(hover);
        if preview.augmentation != training.form.config.augment {
            let palette = theme::palette(ui.visuals());
            let text = "Settings have changed since this preview";
            ui.label(RichText::new(text).color(palette.warning));
        }
    });
    films_ui(ui, preview, views);
}

fn films_ui(ui: &mut Ui, preview: &Arc<Preview>, views: &mut TrainingViews) {
    let textures = views.preview(ui.ctx(), preview);
    let size = Vec2::splat(theme::PREVIEW_SIDE_PT);
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
