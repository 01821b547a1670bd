use egui::{Align2, Context, Label, RichText, ScrollArea, Sense, Ui, Window};

use crate::state::{Command, CommandSender, Notice, NoticeKind, Notices};
use crate::ui::shortcuts::Action;
use crate::ui::theme;

/// Width of the window with all messages.
const WINDOW_WIDTH_PT: f32 = 560.0;

/// The message of the moment in the status line, in one line; a click shows all of them. Whether there is one.
pub fn message_ui(ui: &mut Ui, notices: &Notices, commands: &CommandSender) -> bool {
    let Some((notice, left)) = notices.current() else {
        return false;
    };
    if let Some(left) = left {
        ui.ctx().request_repaint_after(left);
    } else {
        // The buttons first, from the right: the text gives way.
        if ui
            .small_button("Dismiss")
            .on_hover_text("The message stays in the list of messages")
            .clicked()
        {
            commands.send(Command::DismissNotice(notice.number));
        }
        copy_ui(ui, notice);
    }
    ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
        let label = Label::new(text_of(ui, notice, &one_line(&notice.text)));
        let response = ui
            .add(label.truncate().sense(Sense::click()))
            .on_hover_text(theme::sentence(&notice.text));
        if response.clicked() {
            commands.send(Command::ShowMessages(true));
        }
    });
    true
}

/// All messages that are remembered, the newest first.
pub fn messages_ui(ctx: &Context, notices: &Notices, commands: &CommandSender) {
    let mut open = true;
    Window::new(Action::Messages.label())
        .open(&mut open)
        .collapsible(false)
        .pivot(Align2::CENTER_CENTER)
        .default_pos(ctx.content_rect().center())
        .default_width(WINDOW_WIDTH_PT)
        .show(ctx, |ui| {
            if notices.iter().next().is_none() {
                ui.weak("No messages yet");
            }
            ScrollArea::vertical().max_height(360.0).show(ui, |ui| {
                for notice in notices.iter().rev() {
                    ui.horizontal_top(|ui| {
                        copy_ui(ui, notice);
                        let text = text_of(ui, notice, &notice.text);
                        ui.add(Label::new(text).wrap());
                    });
                    ui.separator();
                }
            });
        });
    if !open {
        commands.send(Command::ShowMessages(false));
    }
}

fn copy_ui(ui: &mut Ui, notice: &Notice) {
    if ui.small_button("Copy").clicked() {
        ui.ctx().copy_text(notice.text.clone());
    }
}

fn text_of(ui: &Ui, notice: &Notice, text: &str) -> RichText {
    let text = theme::sentence(text);
    match notice.kind {
        NoticeKind::Info => text,
        NoticeKind::Error => text.color(theme::palette(ui.visuals()).error),
    }
}

/// The lines of a message in one.
fn one_line(text: &str) -> String {
    text.lines().collect::<Vec<_>>().join("  ")
}
