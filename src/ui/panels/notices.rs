use egui::{Align2, Area, Context, Frame, Id, Order};

use crate::state::{Command, CommandSender, Notice, NoticeKind, Workspace};
use crate::ui::theme;

/// At most this many notices are on screen at once, the newest.
pub const MAX_NOTICES_SHOWN: usize = 3;

/// What happened lately, until dismissed: at the lower left of the film, or at the lower right
/// of a training, whose log and models are at the left.
pub fn notices_ui(ctx: &Context, shown: &[Notice], workspace: Workspace, commands: &CommandSender) {
    if shown.is_empty() {
        return;
    }
    let (corner, side) = match workspace {
        Workspace::Viewer => (Align2::LEFT_BOTTOM, 1.0),
        Workspace::Training | Workspace::Evaluation => (Align2::RIGHT_BOTTOM, -1.0),
    };
    Area::new(Id::unique("notices"))
        .order(Order::Foreground)
        .anchor(
            corner,
            [theme::GAP_PT * side, -theme::NOTICES_ABOVE_BOTTOM_PT],
        )
        .show(ctx, |ui| {
            ui.set_max_width(theme::NOTICE_WIDTH_PT + 20.0);
            for notice in shown {
                notice_ui(ui, notice, commands);
            }
        });
}

fn notice_ui(ui: &mut egui::Ui, notice: &Notice, commands: &CommandSender) {
    Frame::popup(ui.style()).show(ui, |ui| {
        ui.set_width(theme::NOTICE_WIDTH_PT);
        let palette = theme::palette(ui.visuals());
        let text = theme::sentence(&notice.text);
        ui.label(match notice.kind {
            NoticeKind::Info => text,
            NoticeKind::Error => text.color(palette.error),
        });
        ui.horizontal(|ui| {
            if ui.button("Copy").clicked() {
                ui.ctx().copy_text(notice.text.clone());
            }
            if ui.button("Dismiss").clicked() {
                commands.send(Command::DismissNotice(notice.number));
            }
        });
    });
}
