use egui::{Grid, RichText, Ui};

use crate::state::{Answer, CommittedFilm, CommittedFinding};
use crate::ui::theme;

/// A finding after the commit, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
struct CommittedRow {
    name: String,
    you: String,
    network: String,
    label: &'static str,
    differs: bool,
    /// The threshold that the score was compared with.
    hover: String,
}

impl CommittedRow {
    fn of(found: &CommittedFinding) -> Self {
        let answer = found.reader.answer;
        let confidence = found.reader.confidence.filter(|_| answer.is_some());
        let sure = confidence.map_or_else(String::new, |step| format!(" ({})", step.get()));
        let network = found.network.map_or_else(
            || "n/a".to_owned(),
            |network| {
                let side = match network.decision {
                    Some(decision) if decision.above => "above",
                    Some(_) => "below",
                    None => "no threshold",
                };
                format!("{:.2} {side}", network.score)
            },
        );
        let hover = found.network.map_or_else(
            || "The film was refused as input: it has no scores".to_owned(),
            |network| match network.decision {
                Some(decision) => format!("Threshold {:.3}", decision.threshold),
                None => "Nobody chose a threshold: neither above nor below".to_owned(),
            },
        );
        Self {
            name: found.name.replace('_', " "),
            you: format!("{}{sure}", answer.map_or("open", Answer::name)),
            network,
            label: match found.label {
                Some(true) => "yes",
                Some(false) => "no",
                None => "n/a",
            },
            differs: found.agrees() == Some(false),
            hover,
        }
    }

    /// For screen readers and tests.
    fn words(&self) -> String {
        let Self {
            name,
            you,
            network,
            label,
            ..
        } = self;
        let differs = if self.differs { ", differs" } else { "" };
        format!("{name}: you {you}, network {network}, label {label}{differs}")
    }
}

/// What reader, network and label say, side by side.
pub fn committed_ui(ui: &mut Ui, committed: &CommittedFilm) {
    let n_open = committed.n_open();
    if n_open > 0 {
        let findings = if n_open == 1 {
            "finding was"
        } else {
            "findings were"
        };
        ui.label(format!("{n_open} {findings} left open"));
    }
    let warning = theme::palette(ui.visuals()).warning;
    let shown = Grid::new("committed answers")
        .num_columns(5)
        .striped(true)
        .spacing([10.0, 2.0])
        .show(ui, |ui| {
            for title in ["Finding", "You", "Network", "Label", ""] {
                ui.strong(title);
            }
            ui.end_row();
            for row in committed.findings.iter().map(CommittedRow::of) {
                let words = row.words();
                let named = ui.label(&row.name);
                named.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &words));
                ui.label(&row.you);
                ui.label(&row.network).on_hover_text(&row.hover);
                ui.label(row.label);
                // A sign and a word: colors alone do not tell everybody.
                ui.label(if row.differs {
                    RichText::new("≠ differs").strong().color(warning)
                } else {
                    RichText::new("")
                });
                ui.end_row();
            }
        });
    shown.response.on_hover_text(
        "Differs: you and the network; the label is what the table beside the films says",
    );
    ui.separator();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::{Confidence, NetworkAnswer, NetworkDecision, ReaderAnswer};

    #[test]
    fn a_difference_is_told_in_words_and_what_is_not_known_is_not_made_up() {
        let found = CommittedFinding {
            name: "Pleural_Thickening".to_owned(),
            reader: ReaderAnswer {
                answer: Some(Answer::Absent),
                confidence: Confidence::new(4),
            },
            network: Some(NetworkAnswer {
                score: 0.754,
                decision: Some(NetworkDecision {
                    threshold: 0.5,
                    above: true,
                }),
            }),
            label: Some(false),
        };
        assert_eq!(
            CommittedRow::of(&found).words(),
            "Pleural Thickening: you absent (4), network 0.75 above, label no, differs"
        );
        let unsure = CommittedFinding {
            reader: ReaderAnswer {
                answer: Some(Answer::Unsure),
                confidence: None,
            },
            label: None,
            ..found.clone()
        };
        assert_eq!(
            CommittedRow::of(&unsure).words(),
            "Pleural Thickening: you unsure, network 0.75 above, label n/a"
        );
        let refused = CommittedFinding {
            reader: ReaderAnswer::default(),
            network: None,
            ..found
        };
        let row = CommittedRow::of(&refused);
        assert_eq!((row.you.as_str(), row.network.as_str()), ("open", "n/a"));
    }
}
