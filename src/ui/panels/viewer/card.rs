use egui::{Align2, Area, Button, Frame, Id, Label, Order, Rect, Ui, vec2};

use super::Pane;
use crate::domain::Remedy;
use crate::film::OpenedFilm;
use crate::imaging::Severity;
use crate::state::{CommandSender, FilmState, ViewerCommand};
use crate::ui::theme;

/// Widest card.
const WIDTH_PT: f32 = 400.0;
/// Space between the card and the foot of the film.
const ABOVE_FOOT_PT: f32 = 16.0;

/// Why the film has no scores to show, once, with what can be done about it; at the film's foot, or in the middle where
/// there is no picture.
pub fn card_ui(ui: &Ui, rect: Rect, pane: &Pane<'_>, commands: &CommandSender) {
    let Some(card) = Card::of(pane) else {
        return;
    };
    let (pivot, at) = match pane.opened() {
        Some(_) => (
            Align2::CENTER_BOTTOM,
            rect.center_bottom() - vec2(0.0, ABOVE_FOOT_PT),
        ),
        None => (Align2::CENTER_CENTER, rect.center()),
    };
    Area::new(Id::unique(("film card", pane.name)))
        .order(Order::Middle)
        .pivot(pivot)
        .fixed_pos(at)
        .constrain_to(rect)
        .show(ui.ctx(), |ui| {
            Frame::popup(ui.style()).show(ui, |ui| {
                ui.set_max_width(WIDTH_PT.min(rect.width() - 32.0));
                card.ui(ui, pane, commands);
            });
        });
}

/// The words and buttons of a card.
struct Card {
    title: String,
    is_error: bool,
    /// The reason, with the path of the file; empty where the title says it all.
    text: String,
    remedies: Vec<Remedy>,
    end: Option<End>,
}

/// The last button.
#[derive(Clone, Copy)]
enum End {
    ShowAnyway,
    Retry(&'static str),
}

impl Card {
    fn of(pane: &Pane<'_>) -> Option<Self> {
        match pane.film {
            FilmState::Failed { error, film } => Some(Self {
                title: match film {
                    Some(_) => "No scores for this film".to_owned(),
                    None => "The film could not be opened".to_owned(),
                },
                is_error: true,
                // It names the file.
                text: if pane.name_hidden {
                    String::new()
                } else {
                    error.clone()
                },
                remedies: Vec::new(),
                end: (!pane.beside).then_some(End::Retry("Try again")),
            }),
            FilmState::Cancelled(_) => Some(Self {
                title: "Stopped: no scores for this film".to_owned(),
                is_error: false,
                text: String::new(),
                remedies: Vec::new(),
                end: (!pane.beside).then_some(End::Retry("Reload film")),
            }),
            FilmState::Scoring(opened) if pane.refused => Some(Self::of_refused(pane, opened)),
            FilmState::Read(scored) if pane.refused => Some(Self::of_refused(pane, &scored.opened)),
            FilmState::Empty | FilmState::Opening | FilmState::Scoring(_) | FilmState::Read(_) => {
                None
            }
        }
    }

    fn of_refused(pane: &Pane<'_>, opened: &OpenedFilm) -> Self {
        let refusals = opened.concerns.all().iter();
        let refusals = refusals.filter(|concern| concern.severity == Severity::Refusal);
        let refusals: Vec<&str> = refusals.map(|concern| concern.text.as_str()).collect();
        Self {
            title: format!("{} Scores hidden.", refusals.join(" ")),
            is_error: true,
            text: String::new(),
            remedies: if pane.beside {
                Vec::new()
            } else {
                opened.remedies()
            },
            end: (!pane.beside).then_some(End::ShowAnyway),
        }
    }

    fn ui(&self, ui: &mut Ui, pane: &Pane<'_>, commands: &CommandSender) {
        let palette = theme::palette(ui.visuals());
        let title = egui::RichText::new(&self.title).strong();
        let title = if self.is_error {
            title.color(palette.error)
        } else {
            title
        };
        ui.add(Label::new(title).wrap());
        if !self.text.is_empty() {
            ui.add(Label::new(theme::sentence(&self.text)).wrap());
        }
        ui.add_space(theme::SMALL_GAP_PT);
        ui.horizontal_wrapped(|ui| {
            let now = pane.opened().map(|opened| opened.correction);
            for &remedy in &self.remedies {
                let hover = hint(remedy);
                let clicked = ui.button(remedy.label()).on_hover_text(hover).clicked();
                if let (true, Some(now)) = (clicked, now) {
                    commands.view(ViewerCommand::Correct(now.with(remedy)));
                }
            }
            match self.end {
                Some(End::ShowAnyway) => {
                    let hover = "The scores of such a film mean little or nothing";
                    let button = Button::new("Show scores anyway");
                    if ui.add(button).on_hover_text(hover).clicked() {
                        commands.view(ViewerCommand::ShowAnyway);
                    }
                }
                Some(End::Retry(label)) if ui.button(label).clicked() => {
                    commands.view(ViewerCommand::Retry);
                }
                Some(End::Retry(_)) | None => {}
            }
            if !self.text.is_empty() && ui.button("Copy error").clicked() {
                ui.ctx().copy_text(self.text.clone());
            }
        });
    }
}

fn hint(remedy: Remedy) -> &'static str {
    match remedy {
        Remedy::AutoWindow => "Score the film by a window that its gray values choose",
        Remedy::Rotate(_) => "Rotate the film itself upright, and score it once more",
        Remedy::Invert => "Exchange black and white of the film itself, and score it once more",
    }
}
