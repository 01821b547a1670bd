use egui::Ui;

use super::ToolStripView;
use crate::domain::GrayChoice;
use crate::state::{BRUSH_RANGE, CommandSender, DisplayChange, DisplayCommand, Probe, Tool};
use crate::ui::shortcuts::Action;

/// Tools, windows and turns above the film.
pub fn tool_strip_ui(ui: &mut Ui, view: &ToolStripView<'_>, commands: &CommandSender) {
    ui.horizontal_wrapped(|ui| {
        for tool in [Tool::Window, Tool::Pan, Tool::Zoom, Tool::Magnifier] {
            tool_ui(ui, tool, view, commands);
        }
        measure_menu_ui(ui, view, commands);
        tool_ui(ui, Tool::Cover, view, commands);
        ui.separator();
        presets_ui(ui, view, commands);
        ui.separator();
        let button_ui = |ui: &mut Ui, action, label, selected| {
            action_ui(ui, (action, label, selected), view, commands);
        };
        button_ui(ui, Action::Invert, "Invert", view.display.inverted);
        for (action, label) in [
            (Action::TurnLeft, "⟲"),
            (Action::TurnRight, "⟳"),
            (Action::FlipHorizontally, "Flip ↔"),
            (Action::FlipVertically, "Flip ↕"),
            (Action::FitFilm, "Fit"),
            (Action::ActualSize, "1:1"),
            (Action::ResetDisplay, "Reset"),
        ] {
            button_ui(ui, action, label, false);
        }
        ui.separator();
        for (action, label, shown) in [
            (
                Action::ToggleHistogram,
                "Histogram",
                view.settings.histogram_shown,
            ),
            (Action::ToggleInput, "Input", view.options.input_shown),
            (Action::AllMaps, "All maps", view.options.all_maps_shown),
        ] {
            button_ui(ui, action, label, shown);
        }
    });
    if view.tool == Tool::Cover {
        ui.horizontal(|ui| brush_ui(ui, view.probe, commands));
    }
}

fn tool_ui(ui: &mut Ui, tool: Tool, view: &ToolStripView<'_>, commands: &CommandSender) {
    let button = egui::Button::selectable(view.tool == tool, tool.label());
    let hover = view
        .actions
        .with_key(ui.ctx(), tool.hint(), action_of(tool));
    if ui.add(button).on_hover_text(hover).clicked() {
        commands.display(DisplayCommand::UseTool(tool));
    }
}

/// The tools that measure: side by side they would not fit into one row of a small window.
fn measure_menu_ui(ui: &mut Ui, view: &ToolStripView<'_>, commands: &CommandSender) {
    let button = egui::Button::selectable(view.tool.measures().is_some(), "Measure");
    let menu = egui::containers::menu::MenuButton::from_button(button);
    let (response, _) = menu.ui(ui, |ui| {
        let tools = Tool::ALL.into_iter();
        for tool in tools.filter(|tool| tool.measures().is_some()) {
            let key = view.actions.key_words(ui.ctx(), action_of(tool));
            let button =
                egui::Button::selectable(view.tool == tool, tool.label()).shortcut_text(key);
            let response = ui.add(button).on_hover_text(tool.hint());
            let (selected, label) = (view.tool == tool, tool.label());
            // Without its key.
            response.widget_info(|| {
                egui::WidgetInfo::selected(egui::Role::Button, true, selected, label)
            });
            if response.clicked() {
                commands.display(DisplayCommand::UseTool(tool));
                ui.close();
            }
        }
        ui.separator();
        view.actions
            .menu_ui(ui, Action::RemoveMeasurement, commands);
    });
    let in_use = view.tool.measures().map(|_| view.tool.label());
    let in_use = in_use.map_or_else(String::new, |label| format!(": {label} in use"));
    let hover = format!("Length, angle, cardiothoracic ratio, rectangle, arrow and text{in_use}");
    response.on_hover_text(hover);
}

fn action_of(tool: Tool) -> Action {
    match tool {
        Tool::Window => Action::WindowTool,
        Tool::Pan => Action::PanTool,
        Tool::Zoom => Action::ZoomTool,
        Tool::Magnifier => Action::MagnifierTool,
        Tool::Length => Action::LengthTool,
        Tool::Angle => Action::AngleTool,
        Tool::Ratio => Action::RatioTool,
        Tool::Rectangle => Action::RectangleTool,
        Tool::Arrow => Action::ArrowTool,
        Tool::Text => Action::TextTool,
        Tool::Cover => Action::CoverTool,
    }
}

fn action_ui(
    ui: &mut Ui,
    (action, label, selected): (Action, &str, bool),
    view: &ToolStripView<'_>,
    commands: &CommandSender,
) {
    let button = egui::Button::selectable(selected, label);
    let response = view.actions.add(ui, action, button, commands);
    let name = action.label();
    // Arrows alone say nothing to a screen reader.
    let enabled = response.enabled();
    response
        .widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, enabled, selected, name));
    response.on_hover_text(view.actions.with_key(ui.ctx(), name, action));
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
fn presets_ui(ui: &mut Ui, view: &ToolStripView<'_>, commands: &CommandSender) {
    let Some(opened) = view.opened else {
        ui.add_enabled(false, egui::Button::new("Presets"));
        return;
    };
    let current = &view.display.gray;
    ui.menu_button("Presets", |ui| {
        for (place, (name, choice)) in opened.presets().into_iter().enumerate() {
            let action = PRESET_ACTIONS.get(place);
            let key = action.map(|action| view.actions.key_words(ui.ctx(), *action));
            let key = key.unwrap_or_default();
            let same = *current == choice;
            let button = egui::Button::selectable(same, name).shortcut_text(key);
            if ui.add(button).clicked() {
                commands.display(DisplayChange::SetGray(choice));
                ui.close();
            }
        }
        ui.separator();
        let mut swapped = view.settings.window_axes_swapped;
        let text = "Drag vertically for the width";
        if ui.checkbox(&mut swapped, text).changed() {
            commands.display(DisplayCommand::SwapWindowAxes(swapped));
        }
    });
    if let GrayChoice::Dragged(_) = current {
        ui.weak("Adjusted");
    }
}
