use egui::{TextEdit, Ui};

use super::fields::{
    choice_ui, group_ui, number_ui, optional_path_ui, optional_text_ui, size_ui, switch_ui,
    warning_ui,
};
use crate::imaging::Interpolation;
use crate::state::{AppState, CommandSender, TrainingPick};
use crate::train::{LossKind, TrainConfig};
use crate::ui::theme;

/// Depths that are offered: `9 n + 2`.
const MAX_BLOCKS: usize = 12;
/// Input sides that are offered, in steps of 32.
const MAX_SIDE_PX: usize = 256;

/// The network settings.
pub fn network_ui(
    ui: &mut Ui,
    config: &mut TrainConfig,
    state: &AppState,
    commands: &CommandSender,
) {
    group_ui(ui, "Network", |ui| {
        let label = ui.label("Name");
        let field = TextEdit::singleline(&mut config.name).desired_width(theme::FIELD_WIDTH_PT);
        ui.add(field)
            .labelled_by(label.id)
            .on_hover_text("Name of the model");
        ui.end_row();
        let hover = "Known weaknesses of the data, for the model card";
        optional_text_ui(ui, ("Model card: limitations", hover), &mut config.limits);
        let hover = "Terms of use, acknowledgment and citation, for the model card";
        optional_text_ui(ui, ("Model card: terms", hover), &mut config.terms);
        let depths = (1..=MAX_BLOCKS).map(|n| 9 * n + 2);
        size_ui(
            ui,
            ("Depth", "Layers of the ResNet-v2"),
            &mut config.depth,
            depths,
        );
        let sides = (32..=MAX_SIDE_PX).step_by(32);
        let hover = "Side of the network input in pixels; time grows with its square";
        size_ui(ui, ("Side", hover), &mut config.side, sides);
        let ways = [
            (Interpolation::Area, "Area"),
            (Interpolation::Lanczos, "Lanczos"),
            (Interpolation::Bilinear, "Bilinear"),
            (Interpolation::Nearest, "Nearest pixel"),
        ];
        let hover = "How films are resized to the input";
        choice_ui(ui, ("Resize", hover), &mut config.interpolation, &ways);
        let hover = "Model to start from, of any input size; random weights without it";
        let init = &mut config.init;
        let pick = TrainingPick::InitModel;
        optional_path_ui(ui, ("Initial weights", hover), init, pick, state, commands);
    });
}

/// Loss function.
pub fn loss_ui(
    ui: &mut Ui,
    config: &mut TrainConfig,
    _state: &AppState,
    _commands: &CommandSender,
) {
    group_ui(ui, "Loss", |ui| {
        let kinds = [
            (LossKind::Weighted, "Weighted by frequency"),
            (LossKind::Plain, "Plain cross-entropy"),
            (LossKind::Focal, "Focal, weighted"),
        ];
        let hover = "Weighted: positives and negatives each by the frequency of the other, as in the notebook";
        choice_ui(ui, ("Loss", hover), &mut config.loss, &kinds);
        if config.loss == LossKind::Focal {
            let hover =
                "Focal gamma; 0 equals the weighted loss, larger values down-weight easy films";
            number_ui(
                ui,
                ("Exponent", hover),
                &mut config.focal_gamma,
                0.0..=10.0,
                0.02,
            );
        }
        let hover = "L2 penalty on convolution kernels";
        number_ui(ui, ("L2 penalty", hover), &mut config.l2, 0.0..=1.0, 1e-5);
    });
}

/// How training films are changed at random.
pub fn augmentation_ui(
    ui: &mut Ui,
    config: &mut TrainConfig,
    _state: &AppState,
    _commands: &CommandSender,
) {
    let augment = &mut config.augment;
    group_ui(ui, "Augmentation", |ui| {
        let share = "Maximum change, as a fraction of the side";
        number_ui(ui, ("Shift", share), &mut augment.shift, 0.0..=0.5, 0.002);
        let degrees = "Maximum change in degrees, either way";
        let rotation = &mut augment.rotation_degrees;
        number_ui(ui, ("Rotation", degrees), rotation, 0.0..=180.0, 0.1);
        number_ui(ui, ("Zoom", share), &mut augment.zoom, 0.0..=0.5, 0.002);
        number_ui(
            ui,
            ("Shear", degrees),
            &mut augment.shear_degrees,
            0.0..=45.0,
            0.1,
        );
        let grays = "Maximum change, as a fraction of white";
        number_ui(
            ui,
            ("Brightness", grays),
            &mut augment.brightness,
            0.0..=1.0,
            0.002,
        );
        let hover = "Grays move away from or toward mid-gray by up to this fraction";
        number_ui(
            ui,
            ("Contrast", hover),
            &mut augment.contrast,
            0.0..=1.0,
            0.002,
        );
        let hover = "Grays are raised to a power between 1 / (1 + gamma) and 1 + gamma";
        number_ui(ui, ("Gamma", hover), &mut augment.gamma, 0.0..=2.0, 0.005);
        let hover = "Mirror half of the films left to right";
        switch_ui(ui, ("Horizontal flip", hover), &mut augment.horizontal_flip);
        if augment.horizontal_flip {
            warning_ui(
                ui,
                "The heart is on the left: mirrored films show a very rare anatomy",
            );
        }
    });
}
