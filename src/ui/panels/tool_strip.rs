use egui::{TextStyle, Ui};

use super::ToolStripView;
use crate::state::{BRUSH_RANGE, CommandSender, DisplayChange, DisplayCommand, Probe, Tool};
use crate::ui::icons::Icon;
use crate::ui::shortcuts::Action;
use crate::ui::theme;
use crate::ui::widgets::{IconButton, NumberSlider};

/// Width of the strip without its tools.
const BESIDE_TOOLS_PT: f32 = 460.0;
/// Width of the whole strip without words. With less, what is used less is in a menu: a second row would take from the
/// film.
const PICTURES_PT: f32 = 736.0;

/// Turns and sizes.
const TURNS: [(Action, Icon); 8] = [
    (Action::TurnLeft, Icon::TurnLeft),
    (Action::TurnRight, Icon::TurnRight),
    (Action::FlipHorizontally, Icon::FlipHorizontally),
    (Action::FlipVertically, Icon::FlipVertically),
    (Action::Invert, Icon::Invert),
    (Action::FitFilm, Icon::Fit),
    (Action::ActualSize, Icon::ActualSize),
    (Action::ResetDisplay, Icon::Reset),
];
/// What is shown below the film, or in its place.
const PARTS: [(Action, Icon); 3] = [
    (Action::ToggleHistogram, Icon::Histogram),
    (Action::ToggleInput, Icon::Input),
    (Action::AllMaps, Icon::AllMaps),
];

/// Tools, turns and windows above the film, in one row.
pub fn tool_strip_ui(ui: &mut Ui, view: &ToolStripView<'_>, commands: &CommandSender) {
    let worded = has_room_for_words(ui);
    let whole = ui.available_width() >= PICTURES_PT;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = theme::TINY_GAP_PT;
        for tool in Tool::ALL {
            let label = tool.label();
            let button = IconButton::new(icon_of(tool), label)
                .word(worded.then_some(label))
                .selected(view.tool == tool);
            let response = ui.add(button);
            if response.clicked() {
                commands.display(DisplayCommand::UseTool(tool));
            }
            view.actions
                .explain(response, action_of(tool), Some(tool.hint()));
        }
        ui.separator();
        if whole {
            for (action, icon) in TURNS {
                action_ui(ui, (action, icon), view, commands);
            }
            ui.separator();
        }
        presets_ui(ui, view, worded, commands);
        if whole {
            ui.separator();
            for (action, icon) in PARTS {
                action_ui(ui, (action, icon), view, commands);
            }
        } else {
            more_ui(ui, view, commands);
        }
    });
    if view.tool == Tool::Cover {
        ui.horizontal(|ui| brush_ui(ui, view.probe, commands));
    }
}

/// Whether all tools have room for a word beside their picture.
fn has_room_for_words(ui: &Ui) -> bool {
    let font = TextStyle::Button.resolve(ui.style());
    let color = ui.visuals().text_color();
    let tools = Tool::ALL.map(|tool| {
        let label = tool.label().to_owned();
        let word = ui.painter().layout_no_wrap(label, font.clone(), color);
        IconButton::width_with_word(word.size().x) + theme::TINY_GAP_PT
    });
    ui.available_width() >= BESIDE_TOOLS_PT + tools.iter().sum::<f32>()
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

fn icon_of(tool: Tool) -> Icon {
    match tool {
        Tool::Window => Icon::Window,
        Tool::Pan => Icon::Pan,
        Tool::Zoom => Icon::Zoom,
        Tool::Magnifier => Icon::Magnifier,
        Tool::Length => Icon::Length,
        Tool::Angle => Icon::Angle,
        Tool::Ratio => Icon::Ratio,
        Tool::Rectangle => Icon::Rectangle,
        Tool::Arrow => Icon::Arrow,
        Tool::Text => Icon::Text,
        Tool::Cover => Icon::Cover,
    }
}

/// Whether an action that can be on or off is on.
fn is_on(action: Action, view: &ToolStripView<'_>) -> Option<bool> {
    let known = [
        (Action::Invert, view.display.inverted),
        (Action::ToggleHistogram, view.settings.histogram_shown),
        (Action::ToggleInput, view.options.input_shown),
        (Action::AllMaps, view.options.all_maps_shown),
    ];
    let found = known.into_iter().find(|(known, _)| *known == action);
    found.map(|(_, on)| on)
}

/// An action as a picture without words; its name is for screen readers, its tooltip for everyone.
fn action_ui(
    ui: &mut Ui,
    (action, icon): (Action, Icon),
    view: &ToolStripView<'_>,
    commands: &CommandSender,
) {
    let button = IconButton::new(icon, action.label());
    let button = match is_on(action, view) {
        Some(selected) => button.selected(selected),
        None => button,
    };
    let response = view.actions.add(ui, action, button, commands);
    view.actions.explain(response, action, None);
}

/// What has no room in the strip.
fn more_ui(ui: &mut Ui, view: &ToolStripView<'_>, commands: &CommandSender) {
    let button = ui.add(IconButton::new(Icon::More, "More tools"));
    let button = button.on_hover_text("Rotate, flip, invert, fit, histogram, input, maps");
    let menu = egui::Popup::menu(&button).style(theme::menu_style);
    menu.show(|ui| {
        for (action, _) in TURNS.into_iter().chain(PARTS) {
            view.actions.menu_ui(ui, action, commands);
        }
    });
}

/// How large the brush is, and the way back.
fn brush_ui(ui: &mut Ui, probe: &Probe, commands: &CommandSender) {
    let (least, _, largest) = BRUSH_RANGE;
    let mut percent = (probe.brush * 100.0).round();
    let label = ui.label("Brush");
    let slider = NumberSlider::new(&mut percent, least * 100.0..=largest * 100.0, label.id)
        .suffix(" %")
        .narrow();
    let response = slider.ui(ui);
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

fn presets_button(worded: bool) -> IconButton<'static> {
    let word = "Presets";
    let button = IconButton::new(Icon::Presets, word);
    button.word(worded.then_some(word)).opens()
}

/// The gray mappings on offer for the film in view.
fn presets_ui(ui: &mut Ui, view: &ToolStripView<'_>, worded: bool, commands: &CommandSender) {
    let Some(opened) = view.opened else {
        ui.add_enabled(false, presets_button(worded));
        return;
    };
    let current = &view.display.gray;
    let button = ui.add(presets_button(worded));
    let button = button.on_hover_text("Gray mappings of the file and of the program");
    let menu = egui::Popup::menu(&button).style(theme::menu_style);
    menu.show(|ui| {
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
}
