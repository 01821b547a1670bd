use egui::{Label, RichText, TextStyle, TextWrapMode, Ui, WidgetText};

use crate::drawing::PlotColor;
use crate::state::{CommandSender, TrainingCommand};
use crate::ui::panels::TrainingView;
use crate::ui::panels::training::text::figure_text;
use crate::ui::shortcuts::Action;
use crate::ui::theme;
use crate::ui::widgets::Busy;

/// Room for *Remove* and the gap before it.
const REMOVE_WIDTH_PT: f32 = 70.0;

/// The compared runs, each with its best AUC in the color of the curves that show it: `shown_as`, the run in view first.
pub fn compared_ui(
    ui: &mut Ui,
    view: &TrainingView<'_>,
    shown_as: &[usize],
    commands: &CommandSender,
) {
    ui.horizontal_wrapped(|ui| {
        let action = Action::CompareRun;
        let button = egui::Button::new(action.label());
        view.actions.add(ui, action, button, commands);
        if view.training.compared.opening.running().is_some() {
            ui.add(Busy);
        }
        let palette = theme::palette(ui.visuals());
        for (place, record) in view.training.compared.records.iter().enumerate() {
            let shown = shown_as
                .get(place + 1)
                .map_or(place, |shown| shown.saturating_sub(1));
            let color = palette.plot(PlotColor::Series(shown));
            let best = record
                .best_epoch()
                .and_then(|epoch| epoch.valid_auc.macro_mean());
            let text = format!("{}  {}", record.name(), figure_text(best));
            // The button stays beside its run.
            let mut entry = WidgetText::from(RichText::new(text).color(color));
            let whole = entry.clone().into_galley(
                ui,
                Some(TextWrapMode::Extend),
                f32::INFINITY,
                TextStyle::Body,
            );
            if whole.size().x + REMOVE_WIDTH_PT > ui.available_size_before_wrap().x {
                ui.end_row();
                if whole.size().x + REMOVE_WIDTH_PT > ui.available_width() {
                    entry = RichText::new(record.name()).color(color).into();
                }
            }
            ui.add(Label::new(entry).wrap_mode(TextWrapMode::Extend))
                .on_hover_text(record.folder.display().to_string());
            let remove = ui.small_button("Remove");
            if remove
                .on_hover_text(format!("Remove {} from the curves", record.name()))
                .clicked()
            {
                commands.train(TrainingCommand::DropCompared(place));
            }
        }
    });
}
