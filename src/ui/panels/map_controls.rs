use egui::{Color32, ComboBox, Slider, Ui, Widget as _};

use crate::explain::{CamMethod, Colormap, Heatmap, HeatmapScale};
use crate::state::{CommandSender, MapCommand, MapSettings};
use crate::ui::theme;
use crate::ui::widgets::ColorBar;

/// Colors drawn in the color bar.
const N_BAR_STEPS: u8 = 16;

/// How the map is shown; `heatmap` is the one on screen, with the value of its hottest color.
pub fn map_controls_ui(
    ui: &mut Ui,
    map: &MapSettings,
    heatmap: Option<(&Heatmap, f32)>,
    commands: &CommandSender,
) {
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
        if let (true, Some((heatmap, max))) = (map.visible, heatmap) {
            ui.add_space(theme::GAP_PT);
            if heatmap.has_positive_evidence() {
                let high = format!("{max:.3}");
                let bar = ColorBar::new(&bar_colors(map.colormap), "0", &high).ui(ui);
                bar.on_hover_text("Evidence for the finding, in the units of the map's method");
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
        let choices = HeatmapScale::ALL.map(|scale| (scale, scale_name(scale)));
        if let Some(scale) = choice_ui(ui, "Scale", map.scale, &choices) {
            commands.map(MapCommand::SetScale(scale));
        }
        let choices = CamMethod::ALL.map(|method| (method, method.name()));
        if let Some(method) = choice_ui(ui, "Method", map.method, &choices) {
            commands.map(MapCommand::SetMethod(method));
        }
    });
    ui.horizontal(|ui| {
        let mut percent = (map.cut_off * 100.0).round();
        let label = ui.label("Map threshold");
        let slider = Slider::new(&mut percent, 0.0..=95.0)
            .suffix(" %")
            .fixed_decimals(0);
        let response = ui.add(slider).labelled_by(label.id);
        let hover = "Evidence below this fraction of the scale is not drawn";
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
    });
    ui.add_space(theme::SMALL_GAP_PT);
}

fn scale_name(scale: HeatmapScale) -> &'static str {
    match scale {
        HeatmapScale::Absolute => "Shared by all findings",
        HeatmapScale::PerMap => "Per finding",
    }
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
