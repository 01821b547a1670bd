use egui::{Align2, Area, Context, Frame, Id, Key, Order, ScrollArea, TextEdit};

use super::PaletteView;
use crate::domain::Labels;
use crate::state::{Command, CommandSender, ViewerCommand};
use crate::ui::shortcuts::Action;

/// Width of the palette.
const WIDTH_PT: f32 = 460.0;
/// Height of what it offers.
const LIST_HEIGHT_PT: f32 = 320.0;

/// An entry of the palette.
struct Offer {
    words: String,
    key: String,
    /// `None` where it is not possible now.
    command: Option<Command>,
    /// Why it is not, where that is not to be seen.
    obstacle: Option<&'static str>,
}

/// A line to type part of an action's or a finding's name, and what fits it.
pub fn palette_ui(ctx: &Context, view: &PaletteView<'_>, commands: &CommandSender) {
    let palette = view.palette;
    let offers = offers(ctx, view);
    let place = palette.place.min(offers.len().saturating_sub(1));
    let (up, down, enter, escape) = ctx.input_mut(|input| {
        let mut pressed = |key| input.consume_key(egui::Modifiers::NONE, key);
        (
            pressed(Key::ArrowUp),
            pressed(Key::ArrowDown),
            pressed(Key::Enter),
            pressed(Key::Escape),
        )
    });
    let next = if down {
        place + 1
    } else {
        place.saturating_sub(usize::from(up))
    };
    if next != place && next < offers.len() {
        commands.send(Command::ChooseInPalette(next));
    }
    let mut chosen = enter.then_some(place);
    Area::new(Id::unique("palette"))
        .order(Order::Foreground)
        .anchor(Align2::CENTER_TOP, [0.0, 80.0])
        .show(ctx, |ui| {
            Frame::popup(ui.style()).show(ui, |ui| {
                ui.set_width(WIDTH_PT);
                let label = ui.label("Search commands");
                let mut text = palette.text.clone();
                let field = TextEdit::singleline(&mut text).desired_width(f32::INFINITY);
                let response = ui.add(field).labelled_by(label.id);
                response.request_focus();
                if response.changed() {
                    commands.send(Command::EditPalette(text));
                }
                ScrollArea::vertical()
                    .max_height(LIST_HEIGHT_PT)
                    .show(ui, |ui| {
                        if let Some(clicked) = list_ui(ui, &offers, place, up || down) {
                            chosen = Some(clicked);
                        }
                    });
            });
        });
    if let Some(command) = chosen.and_then(|place| offers.into_iter().nth(place)?.command) {
        commands.send(Command::ShowPalette(false));
        commands.send(command);
    } else if escape {
        commands.send(Command::ShowPalette(false));
    }
}

fn list_ui(ui: &mut egui::Ui, offers: &[Offer], place: usize, moved: bool) -> Option<usize> {
    let mut clicked = None;
    if offers.is_empty() {
        ui.weak("No matching command");
    }
    ui.with_layout(egui::Layout::top_down_justified(egui::Align::LEFT), |ui| {
        for (idx, offer) in offers.iter().enumerate() {
            let button = egui::Button::selectable(idx == place, &offer.words);
            let mut response = ui.add_enabled(
                offer.command.is_some(),
                button.shortcut_text(offer.key.as_str()),
            );
            if let Some(obstacle) = offer.obstacle {
                response = response.on_disabled_hover_text(obstacle);
            }
            if idx == place && moved {
                response.scroll_to_me(None);
            }
            if response.clicked() {
                clicked = Some(idx);
            }
        }
    });
    clicked
}

/// Actions, then findings, whose words hold all words typed; possible ones first.
fn offers(ctx: &Context, view: &PaletteView<'_>) -> Vec<Offer> {
    let actions = Action::ALL
        .iter()
        .filter(|action| **action != Action::Palette);
    let mut offers: Vec<Offer> = actions
        .map(|&action| Offer {
            words: action.label().to_owned(),
            key: view.actions.key_words(ctx, action),
            command: view.actions.command(action),
            obstacle: view.actions.obstacle(action),
        })
        .collect();
    let findings = view.labels.into_iter().flat_map(Labels::iter);
    offers.extend(findings.enumerate().map(|(finding_idx, name)| Offer {
        words: format!("Map of {}", name.replace('_', " ")),
        key: String::new(),
        command: Some(Command::Viewer(ViewerCommand::SelectFinding(Some(
            finding_idx,
        )))),
        obstacle: None,
    }));
    offers.extend(view.recent_films.iter().map(|path| Offer {
        words: format!("Open {}", path.display()),
        key: String::new(),
        command: Some(Command::Open(vec![path.clone()])),
        obstacle: None,
    }));
    offers.retain(|offer| fits(&offer.words, &view.palette.text));
    offers.sort_by_key(|offer| offer.command.is_none());
    offers
}

/// Every word typed is in the offer, in whatever order and case.
fn fits(words: &str, typed: &str) -> bool {
    let words = words.to_lowercase();
    let mut typed = typed.split_whitespace();
    typed.all(|part| words.contains(&part.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_words_typed_must_be_there() {
        assert!(fits("Flip left and right", "RIGHT flip"));
        assert!(fits("Flip left and right", ""));
        assert!(!fits("Flip left and right", "flip top"));
    }
}
