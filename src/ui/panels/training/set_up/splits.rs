use egui::{Label, RadioButton, RichText, Ui};

use crate::state::{EchoReport, SplitChoice, SplitOffer};
use crate::train::{SplitKind, TrainConfig};
use crate::ui::panels::training::text::count_text;
use crate::ui::theme;

/// The splits that the data has, each with its films of train, valid and test.
pub fn splits_ui(ui: &mut Ui, config: &mut TrainConfig, echo: &EchoReport) {
    if echo.offers.is_empty() {
        return;
    }
    ui.strong("Split: train / validation / test");
    for offer in &echo.offers {
        let is_chosen = offer.choice.is_chosen(config);
        let name = offer_name(offer);
        ui.horizontal_wrapped(|ui| {
            if ui.add(RadioButton::new(is_chosen, name)).clicked() && !is_chosen {
                offer.choice.choose(config);
            }
        });
        if let Err(error) = &offer.found {
            let palette = theme::palette(ui.visuals());
            let color = if is_chosen {
                palette.error
            } else {
                palette.warning
            };
            ui.add(Label::new(theme::sentence(error).small().color(color)).wrap());
        } else if (is_chosen || offer.is_of_folder())
            && let Some(warning) = leak_warning(offer, is_chosen)
        {
            let palette = theme::palette(ui.visuals());
            let text = RichText::new(warning).small().color(palette.warning);
            ui.add(Label::new(text).wrap());
        }
    }
}

/// As in `Lists in this folder: 1692 / 218 / 356`.
pub fn offer_name(offer: &SplitOffer) -> String {
    let name = match &offer.choice {
        SplitChoice::Lists {
            in_folder: true, ..
        } => "Lists in this folder",
        SplitChoice::Lists {
            in_folder: false, ..
        } => "Own lists",
        SplitChoice::Rule(SplitKind::Patient) => "By patient",
        SplitChoice::Rule(SplitKind::Image) => "By image (leaks)",
    };
    match &offer.found {
        Ok(counts) => {
            let [train, valid, test] = counts.n_films.map(count_text);
            format!("{name}: {train} / {valid} / {test}")
        }
        Err(_) => name.to_owned(),
    }
}

/// Patients in several parts: what comes of it, or why the folder's own lists are not chosen by themselves.
fn leak_warning(offer: &SplitOffer, is_chosen: bool) -> Option<String> {
    let counts = offer.found.as_ref().ok()?;
    let patients = match counts.n_leaking {
        0 => return None,
        1 => "1 patient appears in several parts".to_owned(),
        n_leaking => format!("{} patients appear in several parts", count_text(n_leaking)),
    };
    Some(if is_chosen {
        format!("{patients}: scores will look better than they are")
    } else {
        format!("Not chosen by itself: {patients}")
    })
}
