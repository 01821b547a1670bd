//! How the map over the film is made and drawn.

mod view;

use egui::{
    Align2, Area, Color32, ComboBox, Frame, Grid, Id, Margin, Popup, PopupCloseBehavior, Rect,
    RichText, Slider, Stroke, Ui, Widget as _, WidgetInfo, vec2,
};

use crate::explain::{Colormap, MapMethod};
use crate::film::ScoredFilm;
use crate::state::{CommandSender, MapCommand, MapSettings, Occlusion};
use crate::ui::icons::Icon;
use crate::ui::shortcuts::Action;
use crate::ui::theme;
use crate::ui::widgets::{ColorBar, IconButton, NumberSlider};
use crate::work::Progress;

pub use view::MapControlsView;

/// Colors drawn in the color bar.
const N_BAR_STEPS: u8 = 16;
/// Width of the menu with the rest of the settings.
const MENU_WIDTH_PT: f32 = 300.0;
/// Space between the bar and the end of the film.
const GAP_BELOW_PT: f32 = 8.0;

/// The bar of the map at the film's foot: on and off, how it is drawn, and the rest under *More*.
pub fn map_bar_ui(ui: &mut Ui, film: Rect, view: &MapControlsView<'_>, commands: &CommandSender) {
    let Some(max) = view.max() else {
        return;
    };
    let narrow = film.width() < theme::NARROW_FILM_PT;
    let tiny = film.width() < theme::TINY_FILM_PT;
    // Its left end stays where it is when the rest is hidden with the map: the button is pressed again there.
    let width_id = Id::unique(("width of the map bar", narrow, tiny));
    let whole: Option<f32> = ui.data(|data| data.get_temp(width_id));
    let (pivot, at) = match whole.filter(|_| !view.map.visible) {
        Some(width) => (
            Align2::LEFT_BOTTOM,
            film.center_bottom() - vec2(width / 2.0, GAP_BELOW_PT),
        ),
        None => (
            Align2::CENTER_BOTTOM,
            film.center_bottom() - vec2(0.0, GAP_BELOW_PT),
        ),
    };
    let shown = Area::new(Id::unique("map bar"))
        .pivot(pivot)
        .fixed_pos(at)
        .constrain_to(film)
        .show(ui.ctx(), |ui| {
            let ground = Frame::new()
                .fill(ui.visuals().panel_fill.gamma_multiply(0.94))
                .stroke(Stroke::new(1.0, theme::palette(ui.visuals()).line))
                .corner_radius(theme::LARGE_CORNER_PT)
                .inner_margin(Margin::symmetric(8, 4));
            ground.show(ui, |ui| {
                ui.horizontal(|ui| bar_ui(ui, view, max, [narrow, tiny], commands));
            });
        });
    if view.map.visible {
        let width = shown.response.rect.width();
        ui.data_mut(|data| data.insert_temp(width_id, width));
    }
}

/// The largest value of the map is the end of its legend, for which a narrow film has no room; a tiny one has none for
/// the strength either.
fn bar_ui(
    ui: &mut Ui,
    view: &MapControlsView<'_>,
    max: f32,
    [narrow, tiny]: [bool; 2],
    commands: &CommandSender,
) {
    let map = view.map;
    ui.spacing_mut().item_spacing.x = theme::SMALL_GAP_PT;
    let icon = if map.visible {
        Icon::Map
    } else {
        Icon::MapHidden
    };
    let button = IconButton::new(icon, "Map")
        .word((!tiny).then_some("Map"))
        .selected(map.visible);
    let response = ui.add(button);
    if response.clicked() {
        commands.map(MapCommand::Show(!map.visible));
    }
    view.actions.explain(response, Action::ToggleMap, None);
    if map.visible {
        for (contours, icon, label, hover) in [
            (false, Icon::Fill, "Fill", "The map as colors"),
            (
                true,
                Icon::Outline,
                "Outline",
                "The map as lines of equal evidence",
            ),
        ] {
            let button = IconButton::new(icon, label)
                .word((!narrow).then_some(label))
                .selected(map.contours == contours);
            let response = ui.add(button);
            if response.clicked() {
                commands.map(MapCommand::SetContours(contours));
            }
            let action = Action::ToggleContours;
            view.actions.explain(response, action, Some(hover));
        }
        if !tiny {
            strength_ui(ui, map, !narrow, commands);
        }
        if max <= 0.0 {
            ui.label("No positive evidence");
        } else if !narrow {
            let bar = ColorBar::new(&bar_colors(map.colormap), "low", "high").ui(ui);
            bar.on_hover_text(format!(
                "Evidence for the finding, from 0 to {max:.3} in the units of the map's method. Every map is on its \
                 own scale{}",
                view.hits.as_ref().map_or_else(String::new, |hits| format!(".\n{hits}"))
            ));
        }
    }
    let button = ui.add(IconButton::new(Icon::More, "More"));
    let button = button.on_hover_text("More settings of the map: method, colors, threshold");
    Popup::menu(&button)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| {
            ui.set_min_width(MENU_WIDTH_PT);
            more_ui(ui, view, commands);
        });
    occlusion_ui(ui, view.occlusion, commands);
}

/// One slider from faint to strong.
fn strength_ui(ui: &mut Ui, map: &MapSettings, worded: bool, commands: &CommandSender) {
    ui.spacing_mut().slider_width = 72.0;
    // Whole numbers: the slider would round others and call that a change, every frame.
    let mut percent = (map.opacity * 100.0).round();
    let end_ui = |ui: &mut Ui, word| {
        if worded {
            ui.label(RichText::new(word).small().weak());
        }
    };
    end_ui(ui, "faint");
    let slider = Slider::new(&mut percent, 0.0..=100.0)
        .show_value(false)
        .fixed_decimals(0);
    let response = ui.add(slider);
    end_ui(ui, "strong");
    let (shown, enabled) = (f64::from(percent), ui.is_enabled());
    response.widget_info(|| WidgetInfo::slider(enabled, shown, "Opacity"));
    let hover =
        format!("{percent:.0} % at the hottest place; fainter below the finding's threshold");
    if response.on_hover_text(hover).changed() {
        commands.map(MapCommand::SetOpacity(percent / 100.0));
    }
}

/// How the map is made, and what of it is drawn.
fn more_ui(ui: &mut Ui, view: &MapControlsView<'_>, commands: &CommandSender) {
    let map = view.map;
    if let Some(hits) = &view.hits {
        ui.weak(hits.as_str());
    }
    Grid::new("map settings").num_columns(2).show(ui, |ui| {
        let choices = MapMethod::ALL.map(|method| (method, method.name()));
        if let Some(method) = choice_ui(ui, "Method", view.method(), &choices) {
            commands.map(MapCommand::SetMethod(method));
        }
        ui.end_row();
        let choices = Colormap::ALL.map(|colormap| (colormap, colormap.name()));
        if let Some(colormap) = choice_ui(ui, "Colors", map.colormap, &choices) {
            commands.map(MapCommand::SetColormap(colormap));
        }
        ui.end_row();
        let mut percent = (map.cut_off * 100.0).round();
        let label = ui.label("Map threshold");
        let response = ui.horizontal(|ui| {
            let slider = NumberSlider::new(&mut percent, 0.0..=95.0, label.id).suffix(" %");
            slider.narrow().ui(ui)
        });
        let response = response.inner;
        let hover = "Evidence below this fraction of the map's maximum is not drawn";
        if response.on_hover_text(hover).changed() {
            commands.map(MapCommand::SetCutOff(percent / 100.0));
        }
        ui.end_row();
    });
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
