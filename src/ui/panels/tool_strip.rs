use egui::Ui;

use crate::domain::GrayChoice;
use crate::state::{
    AppState, BRUSH_RANGE, CommandSender, DisplayChange, DisplayCommand, Probe, Tool,
};
use crate::ui::shortcuts::{Action, key_words, with_key};

/// Tools, windows and turns above the film.
pub fn tool_strip_ui(ui: &mut Ui, state: &AppState, commands: &CommandSender) {
    ui.horizontal_wrapped(|ui| {
        for tool in Tool::ALL {
            let button = egui::Button::selectable(state.viewer.tool == tool, tool.label());
            let hover = with_key(
                ui.ctx(),
                tool.hint(),
                action_of(tool),
                &state.shared.settings.keys,
            );
            let response = ui.add(button).on_hover_text(hover);
            if response.clicked() {
                commands.display(DisplayCommand::UseTool(tool));
            }
        }
        ui.separator();
        presets_ui(ui, state, commands);
        ui.separator();
        for (action, label) in [
            (Action::Invert, "Invert"),
            (Action::TurnLeft, "⟲"),
            (Action::TurnRight, "⟳"),
            (Action::FlipHorizontally, "Flip ↔"),
            (Action::FlipVertically, "Flip ↕"),
            (Action::FitFilm, "Fit"),
            (Action::ActualSize, "1:1"),
            (Action::ResetDisplay, "Reset view"),
        ] {
            order_ui(ui, action, label, state, commands);
        }
        ui.separator();
        order_ui(ui, Action::ToggleHistogram, "Histogram", state, commands);
        order_ui(ui, Action::ToggleInput, "Network input", state, commands);
        order_ui(ui, Action::AllMaps, "All maps", state, commands);
    });
    if state.viewer.tool == Tool::Cover {
        ui.horizontal(|ui| brush_ui(ui, &state.viewer.probe, commands));
    }
}

fn action_of(tool: Tool) -> Action {
    match tool {
        Tool::Window => Action::WindowTool,
        Tool::Pan => Action::PanTool,
        Tool::Zoom => Action::ZoomTool,
        Tool::Magnifier => Action::MagnifierTool,
        Tool::Length => Action::LengthTool,
        Tool::Angle => Action::AngleTool,
        Tool::Cover => Action::CoverTool,
    }
}

fn order_ui(ui: &mut Ui, action: Action, label: &str, state: &AppState, commands: &CommandSender) {
    let command = action.command(state);
    let selected = match action {
        Action::Invert => state.viewer.display().inverted,
        Action::ToggleHistogram => state.shared.settings.viewer.histogram_shown,
        Action::ToggleInput => state.viewer.options.input_shown,
        Action::AllMaps => state.viewer.options.all_maps_shown,
        _ => false,
    };
    let button = egui::Button::selectable(selected, label);
    let response = ui.add_enabled(command.is_some(), button);
    let name = action.label();
    let hover = with_key(ui.ctx(), name, action, &state.shared.settings.keys);
    // Arrows alone say nothing to a screen reader.
    response.widget_info(|| {
        egui::WidgetInfo::selected(egui::Role::Button, command.is_some(), selected, name)
    });
    if response.on_hover_text(hover).clicked()
        && let Some(command) = command
    {
        commands.send(command);
    }
}

/// How large the brush is, and the way back.
fn brush_ui(ui: &mut Ui, probe: &Probe, commands: &CommandSender) {
    let (least, _, largest) = BRUSH_RANGE;
    let mut percent = (probe.brush * 100.0).round();
    let label = ui.label("Brush");
    let slider = egui::Slider::new(&mut percent, least * 100.0..=largest * 100.0)
        .suffix(" %")
        .fixed_decimals(0);
    let response = ui.add(slider).labelled_by(label.id);
    let hover = "Left button covers, right button uncovers";
    if response.on_hover_text(hover).changed() {
        commands.display(DisplayCommand::SetBrush(percent / 100.0));
    }
    let covered = probe.cover.is_some();
    let button = egui::Button::new("Uncover all");
    if ui.add_enabled(covered, button).clicked() {
        commands.display(DisplayCommand::Uncover);
    }
}

/// Those of the windows on offer that have keys.
const PRESET_ACTIONS: [Action; 5] = [
    Action::Preset1,
    Action::Preset2,
    Action::Preset3,
    Action::Preset4,
    Action::Preset5,
];

/// The gray mappings on offer for the film in view.
fn presets_ui(ui: &mut Ui, state: &AppState, commands: &CommandSender) {
    let Some(opened) = state.shared.films.film.opened() else {
        ui.add_enabled(false, egui::Button::new("Presets"));
        return;
    };
    let current = &state.viewer.display().gray;
    ui.menu_button("Presets", |ui| {
        for (place, (name, choice)) in opened.presets().into_iter().enumerate() {
            let action = PRESET_ACTIONS.get(place);
            let key =
                action.map(|action| key_words(ui.ctx(), *action, &state.shared.settings.keys));
            let key = key.unwrap_or_default();
            let same = *current == choice;
            let button = egui::Button::selectable(same, name).shortcut_text(key);
            if ui.add(button).clicked() {
                commands.display(DisplayChange::SetGray(choice));
                ui.close();
            }
        }
        ui.separator();
        let mut swapped = state.shared.settings.viewer.window_axes_swapped;
        let text = "Drag vertically for the width";
        if ui.checkbox(&mut swapped, text).changed() {
            commands.display(DisplayCommand::SwapWindowAxes(swapped));
        }
    });
    if let GrayChoice::Dragged(_) = current {
        ui.weak("adjusted");
    }
}
