use egui::Ui;

use crate::state::{CommandSender, ShownRun, TrainingCommand, TrainingPick};
use crate::ui::panels::TrainingView;
use crate::ui::widgets::{Busy, NumberSlider};

/// The most that is smoothed: of the past, each point has 95 %.
const MAX_SMOOTHING: f64 = 0.95;
const SLIDER_WIDTH_PT: f32 = 90.0;

/// How the curves are drawn, and the way to their files.
pub fn controls_ui(ui: &mut Ui, view: &TrainingView<'_>, run: &ShownRun, commands: &CommandSender) {
    let mut choices = run.choices.clone();
    let curves = &mut choices.curves;
    ui.horizontal_wrapped(|ui| {
        let label = ui.label("Smoothing");
        ui.spacing_mut().slider_width = SLIDER_WIDTH_PT;
        let slider = NumberSlider::new(&mut curves.smoothing, 0.0..=MAX_SMOOTHING, label.id)
            .step(0.01)
            .decimals(2)
            .narrow();
        slider.ui(ui).on_hover_text(
            "Exponential moving average of the curves; tables have the figures as they are",
        );
        ui.checkbox(&mut curves.log_loss, "Log loss")
            .on_hover_text("Logarithmic axis for the loss");
        let free = !view.is_picking && !view.training.compared.saving.is_running();
        let export = ui.add_enabled(free, egui::Button::new("Export curves…"));
        let hover = "All figures as CSV, these plots as SVG and PNG, into a folder";
        if export.on_hover_text(hover).clicked() {
            commands.train(TrainingCommand::Pick(TrainingPick::Curves));
        }
        if view.training.compared.saving.is_running() {
            ui.add(Busy);
        }
        if let Some(finding) = curves.finding.clone() {
            let remove = ui.small_button(format!("{} x", finding.replace('_', " ")));
            if remove
                .on_hover_text("Draw the curve of this finding no longer")
                .clicked()
            {
                curves.finding = None;
            }
        }
    });
    if choices != run.choices {
        commands.train(TrainingCommand::ShowOfRun(Box::new(choices)));
    }
}
