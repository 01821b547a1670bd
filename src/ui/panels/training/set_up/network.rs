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

/// What is trained.
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
            .on_hover_text("What people will call the model");
        ui.end_row();
        let hover = "Known weaknesses of the data; stands in the model file";
        optional_text_ui(ui, ("Limits", hover), &mut config.limits);
        let hover = "Terms of use, acknowledgement and citation; stand in the model file";
        optional_text_ui(ui, ("Terms", hover), &mut config.terms);
        let depths = (1..=MAX_BLOCKS).map(|n| 9 * n + 2);
        size_ui(
            ui,
            ("Depth", "Layers of the ResNet-v2"),
            &mut config.depth,
            depths,
        );
        let sides = (32..=MAX_SIDE_PX).step_by(32);
        let hover = "Pixels along one side of the input; time grows with its square";
        size_ui(ui, ("Side", hover), &mut config.side, sides);
        let ways = [
            (Interpolation::Area, "Mean of the area"),
            (Interpolation::Lanczos, "Lanczos"),
            (Interpolation::Bilinear, "Bilinear"),
            (Interpolation::Nearest, "Nearest pixel"),
        ];
        let hover = "How films are brought to that size";
        choice_ui(ui, ("Resizing", hover), &mut config.interpolation, &ways);
        let hover = "A model whose weights training begins with, of any side";
        let init = &mut config.init;
        let pick = TrainingPick::InitModel;
        optional_path_ui(ui, ("Begin with", hover), init, pick, state, commands);
    });
}

/// What training makes smaller.
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
        let hover = "Weighted: each side by the frequency of the other, as in the notebook";
        choice_ui(ui, ("Loss", hover), &mut config.loss, &kinds);
        if config.loss == LossKind::Focal {
            let hover = "0 is the weighted loss; the more, the less easy films count";
            number_ui(
                ui,
                ("Exponent", hover),
                &mut config.focal_gamma,
                0.0..=10.0,
                0.02,
            );
        }
        let hover = "Times the sum of squares of the convolutions' kernels";
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
        let share = "A largest change, as share of the side";
        number_ui(ui, ("Shift", share), &mut augment.shift, 0.0..=0.5, 0.002);
        let degrees = "Degrees either way";
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
        let grays = "A largest change, as share of white";
        number_ui(
            ui,
            ("Brightness", grays),
            &mut augment.brightness,
            0.0..=1.0,
            0.002,
        );
        let hover = "Grays move from or to mid-gray by up to this share";
        number_ui(
            ui,
            ("Contrast", hover),
            &mut augment.contrast,
            0.0..=1.0,
            0.002,
        );
        let hover = "Grays are raised to a power between 1 / (1 + gamma) and 1 + gamma";
        number_ui(ui, ("Gamma", hover), &mut augment.gamma, 0.0..=2.0, 0.005);
        let hover = "Every other film left to right";
        switch_ui(ui, ("Horizontal flip", hover), &mut augment.horizontal_flip);
        if augment.horizontal_flip {
            warning_ui(
                ui,
                "The heart has a side: mirrored films show what is very rare",
            );
        }
    });
}
