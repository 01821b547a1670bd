use egui::accesskit::Role;
use egui::{Align, Button, Label, Layout, RichText, Sense, Ui, Vec2, WidgetInfo};

use super::RunLine;
use crate::state::{Command, CommandSender, TrainingCommand};
use crate::train::{RunRow, RunState};
use crate::ui::panels::TrainingView;
use crate::ui::theme;

/// Heads of the columns, their widths and what they mean; the data has the rest.
const COLUMNS: [(&str, f32, &str); 6] = [
    ("Run", 170.0, "Its folder's name; a click opens it"),
    ("State", 92.0, ""),
    ("Epoch", 76.0, "Epochs done of those asked for"),
    (
        "Valid",
        56.0,
        "Macro AUC on the validation films, at the best epoch",
    ),
    (
        "Test",
        56.0,
        "Macro AUC on the test films with the best epoch's weights",
    ),
    ("Started", 126.0, "UTC"),
];

/// The heads of the columns.
pub fn heads_ui(ui: &mut Ui) {
    ui.horizontal(|ui| {
        ui.add_space(theme::TINY_GAP_PT);
        for (name, width, hover) in COLUMNS.into_iter().chain([("Data", 80.0, "")]) {
            let text = RichText::new(name).small().weak();
            let label = cell_ui(ui, width, |ui| ui.add(Label::new(text)));
            if !hover.is_empty() {
                label.on_hover_text(hover);
            }
        }
    });
}

/// A run: its figures, and below them what differs and what can be done with it.
pub fn row_ui(ui: &mut Ui, view: &TrainingView<'_>, row: &RunRow, commands: &CommandSender) {
    let line = RunLine::new(row);
    let width = ui.available_width();
    let size = Vec2::new(width, theme::RUN_ROW_HEIGHT_PT);
    let in_view = in_view(view, row);
    ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
        ui.set_min_size(size);
        let rect = ui.max_rect();
        let palette = theme::palette(ui.visuals());
        let ground = if in_view {
            palette.selected
        } else {
            palette.faint
        };
        let corner = f32::from(theme::CORNER_PT);
        ui.painter()
            .rect_filled(rect.shrink2(Vec2::new(0.0, 2.0)), corner, ground);
        ui.spacing_mut().item_spacing.y = 2.0;
        ui.add_space(theme::TINY_GAP_PT);
        ui.horizontal(|ui| {
            ui.add_space(theme::TINY_GAP_PT);
            figures_ui(ui, row, &line, commands);
        });
        ui.horizontal(|ui| {
            ui.add_space(theme::TINY_GAP_PT);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.add_space(theme::TINY_GAP_PT);
                buttons_ui(ui, view, row, &line, commands);
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    let text = RichText::new(&line.differs).small();
                    let text = match row.state {
                        RunState::Broken(_) => text.color(palette.error),
                        _ => text.weak(),
                    };
                    ui.add(Label::new(text).truncate());
                });
            });
        });
    });
}

/// Whether it is the run in view.
pub fn in_view(view: &TrainingView<'_>, row: &RunRow) -> bool {
    let run = view.training.run.as_ref();
    run.is_some_and(|run| std::path::absolute(&run.record.folder).is_ok_and(|f| f == row.folder))
}

fn figures_ui(ui: &mut Ui, row: &RunRow, line: &RunLine, commands: &CommandSender) {
    let [(_, name_width, _), widths @ ..] = COLUMNS;
    let palette = theme::palette(ui.visuals());
    let name = cell_ui(ui, name_width, |ui| {
        let text = RichText::new(&line.name).strong();
        ui.add(Label::new(text).truncate().sense(Sense::click()))
    });
    name.widget_info(|| WidgetInfo::labeled(Role::Link, true, &line.name));
    let name = name.on_hover_cursor(egui::CursorIcon::PointingHand);
    if name
        .on_hover_text(row.folder.display().to_string())
        .clicked()
    {
        commands.train(TrainingCommand::OpenRun(row.folder.clone()));
    }
    let texts = [
        line.state,
        &line.epoch,
        &line.valid_auc,
        &line.test_auc,
        &line.started,
    ];
    for (n, (text, (_, width, _))) in texts.into_iter().zip(widths).enumerate() {
        let text = RichText::new(text);
        let text = match (&row.state, n) {
            (RunState::Interrupted, 0) => text.color(palette.warning),
            (RunState::Broken(_), 0) => text.color(palette.error),
            (RunState::Running, 0) => text.color(palette.accent),
            _ => text,
        };
        cell_ui(ui, width, |ui| ui.add(Label::new(text).truncate()));
    }
    let data = ui.add(Label::new(&line.data).truncate());
    data.on_hover_text(row.data.display().to_string());
}

/// A row with a name and the two AUCs in their columns, and nothing else.
pub fn aucs_ui(ui: &mut Ui, name: &str, aucs: [&str; 2]) {
    let [
        (_, name_width, _),
        (_, state, _),
        (_, epoch, _),
        valid,
        test,
        _,
    ] = COLUMNS;
    cell_ui(ui, name_width, |ui| ui.strong(name));
    cell_ui(ui, state, |ui| ui.label("mean"));
    cell_ui(ui, epoch, |ui| ui.label(""));
    for (text, (_, width, _)) in aucs.into_iter().zip([valid, test]) {
        cell_ui(ui, width, |ui| ui.strong(text));
    }
}

/// From the right, so in reverse order.
fn buttons_ui(
    ui: &mut Ui,
    view: &TrainingView<'_>,
    row: &RunRow,
    line: &RunLine,
    commands: &CommandSender,
) {
    let folder = || row.folder.clone();
    let mut button =
        |name: &str, hover: &str, obstacle: Option<&str>, command: &dyn Fn() -> Command| {
            let response = ui.add_enabled(obstacle.is_none(), Button::new(name).small());
            // There is one in every row: who listens hears whose it is.
            response.widget_info(|| {
                WidgetInfo::labeled(
                    Role::Button,
                    obstacle.is_none(),
                    format!("{name}: {}", line.name),
                )
            });
            let response = response.on_hover_text(hover);
            if let Some(obstacle) = obstacle {
                response.on_disabled_hover_text(obstacle);
            } else if response.clicked() {
                commands.send(command());
            }
        };
    button(
        "Show folder",
        "In the desktop's file manager",
        None,
        &|| Command::ShowInFolder(folder()),
    );
    let no_model = (!line.has_model).then_some("No epoch is done");
    button(
        "Use in viewer",
        "Score films with the best epoch's weights",
        no_model,
        &|| Command::Training(TrainingCommand::UseInViewer(folder())),
    );
    let scored = line.scored;
    let part = scored.map_or("", |part| part.name());
    let hover = format!("Evaluate the scores of the {part} films by the best epoch's weights");
    let no_scores = scored.is_none().then_some("No films are scored yet");
    button("Evaluate", &hover, no_scores, &|| {
        let part = scored.unwrap_or(crate::domain::Part::Valid);
        let run = folder();
        Command::Training(TrainingCommand::OpenScores { run, part })
    });
    let shown = match &row.state {
        RunState::Broken(_) => Some("Its files cannot be read"),
        _ => in_view(view, row).then_some("It is the run in view"),
    };
    button(
        "Compare",
        "Draw its curves with those of the run in view",
        shown,
        &|| Command::Training(TrainingCommand::Compare(folder())),
    );
    if line.can_resume {
        let busy = view
            .training
            .is_running()
            .then_some("A training is running");
        button("Resume", "Go on from its last checkpoint", busy, &|| {
            Command::Training(TrainingCommand::ResumeAt(folder()))
        });
    }
}

/// A cell of a fixed width.
fn cell_ui(
    ui: &mut Ui,
    width: f32,
    content: impl FnOnce(&mut Ui) -> egui::Response,
) -> egui::Response {
    let size = Vec2::new(width, ui.spacing().interact_size.y);
    let layout = Layout::left_to_right(Align::Center);
    let cell = ui.allocate_ui_with_layout(size, layout, |ui| {
        ui.set_min_size(size);
        content(ui)
    });
    cell.inner
}
