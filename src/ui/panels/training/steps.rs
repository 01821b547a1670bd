use egui::{Button, Label, RichText, ScrollArea, TextStyle, Ui};

use super::verdict::{Grade, step_verdicts};
use super::{TrainingView, bytes_text, duration_text};
use crate::domain::number_text;
use crate::state::{CommandSender, TrainingCommand, TrainingPage, TrainingState};
use crate::train::{FieldGroup, FieldKind};
use crate::ui::shortcuts::Action;
use crate::ui::theme;

/// Room for the widest mark.
pub const MARK_WIDTH_PT: f32 = 16.0;

/// The way to the runs, the five steps with a verdict each; below them the summary of the run, and its start.
pub fn steps_ui(ui: &mut Ui, view: &TrainingView<'_>, commands: &CommandSender) {
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.add_space(theme::SMALL_GAP_PT);
        page_ui(ui, view, TrainingPage::Runs, commands);
        ui.separator();
        for (n, (page, verdict)) in (1..).zip(step_verdicts(view.training)) {
            ui.horizontal(|ui| {
                ui.weak(n.to_string());
                page_ui(ui, view, page, commands);
            });
            ui.indent(page.name(), |ui| {
                ui.horizontal(|ui| {
                    mark_ui(ui, verdict.grade);
                    let text = theme::sentence(&verdict.text).small();
                    ui.add(Label::new(text).truncate())
                        .on_hover_text(&verdict.text);
                });
            });
            ui.add_space(theme::SMALL_GAP_PT);
        }
        if view.training.run.is_some() {
            page_ui(ui, view, TrainingPage::Films, commands);
        }
        ui.separator();
        summary_ui(ui, view.training);
        ui.separator();
        buttons_ui(ui, view, commands);
    });
}

/// The way to a page.
fn page_ui(ui: &mut Ui, view: &TrainingView<'_>, page: TrainingPage, commands: &CommandSender) {
    let button = Button::selectable(view.training.page == page, page.name());
    if ui.add(button).clicked() {
        commands.train(TrainingCommand::ShowPage(page));
    }
}

/// `ok`, `!` or `x` in its color.
pub fn mark_ui(ui: &mut Ui, grade: Grade) {
    let palette = theme::palette(ui.visuals());
    let text = RichText::new(grade.mark()).monospace().strong();
    let text = match grade {
        Grade::Ok => text.color(palette.train),
        Grade::Warning => text.color(palette.warning),
        Grade::Problem => text.color(palette.error),
        Grade::Open => text.weak(),
    };
    // One column for all: what follows begins at the same place.
    let size = [MARK_WIDTH_PT, ui.text_style_height(&TextStyle::Monospace)];
    ui.add_sized(size, Label::new(text));
}

/// Lines of the summary once the data was checked.
const N_SUMMARY_LINES: f32 = 5.0;

fn summary_ui(ui: &mut Ui, training: &TrainingState) {
    ui.vertical(|ui| {
        // Room for those that come later: the buttons below stay where they are.
        let line_pt = ui.text_style_height(&TextStyle::Small) + ui.spacing().item_spacing.y;
        ui.set_min_height(N_SUMMARY_LINES * line_pt);
        for line in summary_lines(training) {
            ui.add(Label::new(RichText::new(line).small()).wrap());
        }
    });
}

/// What a start would begin, in a few lines.
pub fn summary_lines(training: &TrainingState) -> Vec<String> {
    let config = &training.form.config;
    let optimizer = FieldGroup::field("optimizer").map_or("", |field| match &field.kind {
        FieldKind::Choice(choices) => choices
            .iter()
            .find(|choice| (choice.is_chosen)(config))
            .map_or("", |choice| choice.label),
        _ => "",
    });
    let mut lines = vec![
        format!("ResNet-v2-{}, {} px", config.depth, config.side),
        format!(
            "{optimizer}, learning rate {}, batch {}",
            number_text(config.learning_rate),
            config.batch_size
        ),
    ];
    let live = training
        .live
        .echo
        .current()
        .and_then(|echo| echo.parts.as_ref().ok());
    let n_films = live.map(|report| {
        let [train, ..] = &report.parts;
        train.used.n_films
    });
    lines.push(match n_films {
        Some(n_films) => format!("{n_films} films/epoch, {} epochs", config.epochs),
        None => format!("{} epochs", config.epochs),
    });
    if let Some((films_per_s, n_films)) = training.live.speed.films_per_s(config).zip(n_films) {
        let secs = (n_films * config.epochs) as f64 / films_per_s;
        lines.push(format!("About {}, without validation", duration_text(secs)));
    } else if training.live.speed.is_busy() {
        lines.push("Timing a few steps…".to_owned());
    }
    if let Some(check) = training.valid_check() {
        let disk = check.preflight.cache_bytes + check.preflight.run_bytes;
        lines.push(format!("{} on disk", bytes_text(disk)));
    }
    lines
}

fn buttons_ui(ui: &mut Ui, view: &TrainingView<'_>, commands: &CommandSender) {
    ui.horizontal_wrapped(|ui| {
        let action = Action::Check;
        let hover = "Check table and files without decoding films";
        let hover = view.actions.with_key(ui.ctx(), hover, action);
        view.actions
            .add(ui, action, Button::new(action.label()), commands)
            .on_hover_text(hover);
        let action = Action::StartTraining;
        let button = Button::new(RichText::new(action.label()).strong());
        let response = view.actions.add(ui, action, button, commands);
        if let Some(obstacle) = view.training.start_obstacle() {
            response.on_disabled_hover_text(obstacle);
        }
    });
    if let Some(obstacle) = view.training.start_obstacle() {
        let palette = theme::palette(ui.visuals());
        let is_grave = view.training.valid_check().is_some() && !view.training.is_running();
        let text = theme::sentence(&obstacle).small();
        let text = if is_grave {
            text.color(palette.error)
        } else {
            text.weak()
        };
        ui.add(Label::new(text).wrap());
    }
    ui.add_space(theme::GAP_PT);
    ui.horizontal_wrapped(|ui| {
        for action in [Action::LoadConfig, Action::SaveConfig] {
            let button = Button::new(action.label());
            view.actions.add(ui, action, button, commands);
        }
        if ui
            .button("Reset")
            .on_hover_text("Back to the defaults, with the same data")
            .clicked()
        {
            commands.train(TrainingCommand::ResetConfig);
        }
    });
}
