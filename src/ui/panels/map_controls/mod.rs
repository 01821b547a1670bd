//! How the map over the film is made and drawn.

mod view;

use egui::{Color32, ComboBox, Slider, Ui, Widget as _};

use crate::explain::{Colormap, MapMethod};
use crate::film::ScoredFilm;
use crate::state::{CommandSender, MapCommand, Occlusion};
use crate::ui::theme;
use crate::ui::widgets::ColorBar;
use crate::work::Progress;

pub use view::MapControlsView;

/// Colors drawn in the color bar.
const N_BAR_STEPS: u8 = 16;

/// Settings of the map over the film.
pub fn map_controls_ui(ui: &mut Ui, view: &MapControlsView<'_>, commands: &CommandSender) {
    let map = view.map;
    ui.add_space(theme::SMALL_GAP_PT);
    ui.horizontal_wrapped(|ui| {
        let mut visible = map.visible;
        if ui
            .checkbox(&mut visible, "Map")
            .on_hover_text("M")
            .changed()
        {
            commands.map(MapCommand::Show(visible));
        }
        // Whole numbers: the slider would round others and call that a change, every frame.
        let mut percent = (map.opacity * 100.0).round();
        let label = ui.label("Opacity");
        let slider = Slider::new(&mut percent, 0.0..=100.0)
            .suffix(" %")
            .fixed_decimals(0);
        if ui.add(slider).labelled_by(label.id).changed() {
            commands.map(MapCommand::SetOpacity(percent / 100.0));
        }
        if let (true, Some(max)) = (map.visible, view.max()) {
            ui.add_space(theme::GAP_PT);
            if max > 0.0 {
                let high = format!("{max:.3}");
                let bar = ColorBar::new(&bar_colors(map.colormap), "0", &high).ui(ui);
                bar.on_hover_text(
                    "Evidence for the finding, in the units of the map's method. Every map is on \
                     its own scale",
                );
            } else {
                ui.label("No positive evidence");
            }
        }
    });
    ui.horizontal_wrapped(|ui| {
        let choices = Colormap::ALL.map(|colormap| (colormap, colormap.name()));
        if let Some(colormap) = choice_ui(ui, "Colors", map.colormap, &choices) {
            commands.map(MapCommand::SetColormap(colormap));
        }
        let choices = MapMethod::ALL.map(|method| (method, method.name()));
        if let Some(method) = choice_ui(ui, "Method", view.method(), &choices) {
            commands.map(MapCommand::SetMethod(method));
        }
        occlusion_ui(ui, view.occlusion, commands);
    });
    ui.horizontal(|ui| {
        let mut percent = (map.cut_off * 100.0).round();
        let label = ui.label("Map threshold");
        let slider = Slider::new(&mut percent, 0.0..=95.0)
            .suffix(" %")
            .fixed_decimals(0);
        let response = ui.add(slider).labelled_by(label.id);
        let hover = "Evidence below this fraction of the map's maximum is not drawn";
        if response.on_hover_text(hover).changed() {
            commands.map(MapCommand::SetCutOff(percent / 100.0));
        }
        let mut contours = map.contours;
        if ui
            .checkbox(&mut contours, "Lines")
            .on_hover_text("Lines of equal evidence in place of colors")
            .changed()
        {
            commands.map(MapCommand::SetContours(contours));
        }
        let mut smooth = map.smooth;
        let can_be_smooth = view.scored.is_none_or(ScoredFilm::can_be_smooth);
        let checkbox = egui::Checkbox::new(&mut smooth, "Smooth");
        let hover = "Blends the weights of the network's 16 cells at their borders, for display. \
                     Off: the exact map, from which all numbers are computed";
        if ui
            .add_enabled(can_be_smooth, checkbox)
            .on_hover_text(hover)
            .on_disabled_hover_text("This map has no cell borders to smooth")
            .changed()
        {
            commands.map(MapCommand::SetSmooth(smooth));
        }
    });
    ui.add_space(theme::SMALL_GAP_PT);
}

/// How far the map of covered places has come, with the way to stop it.
fn occlusion_ui(ui: &mut Ui, occlusion: &Occlusion, commands: &CommandSender) {
    if !occlusion.is_busy() {
        return;
    }
    // Before the text, whose width changes: the button stays under the pointer.
    if ui.button("Stop").clicked() {
        commands.map(MapCommand::StopOcclusion);
    }
    let progress = occlusion.progress();
    match progress {
        None => ui.label("Occlusion…"),
        Some(Progress {
            n_done,
            n_total,
            unit,
        }) => ui
            .label(format!("{n_done} of {n_total}"))
            .on_hover_text(format!("{n_done} of {n_total} {unit}")),
    };
}

fn bar_colors(colormap: Colormap) -> Vec<Color32> {
    let step = |n: u8| f32::from(n) / f32::from(N_BAR_STEPS - 1);
    (0..N_BAR_STEPS)
        .map(|n| {
            let [r, g, b] = colormap.color(step(n));
            Color32::from_rgb(r, g, b)
        })
        .collect()
}

fn choice_ui<T: Copy + PartialEq>(
    ui: &mut Ui,
    name: &str,
    current: T,
    choices: &[(T, &str)],
) -> Option<T> {
    let shown = choices.iter().find(|(choice, _)| *choice == current);
    let mut chosen = None;
    let label = ui.label(name);
    ComboBox::from_id_salt(name)
        .selected_text(shown.map_or("", |(_, text)| *text))
        .show_ui(ui, |ui| {
            for (choice, text) in choices {
                if ui.selectable_label(*choice == current, *text).clicked() {
                    chosen = Some(*choice);
                }
            }
        })
        .response
        .labelled_by(label.id);
    chosen
}
