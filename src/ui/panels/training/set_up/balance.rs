use egui::Ui;

use super::{fade_old, fields};
use crate::dataset::Undersampling;
use crate::domain::percent_of;
use crate::state::{CheckReport, CommandSender};
use crate::train::{FieldGroup, LossKind, TrainConfig};
use crate::ui::panels::TrainingViews;
use crate::ui::panels::training::TrainingView;
use crate::ui::panels::training::check::bars_ui;
use crate::ui::theme;
use crate::ui::widgets::NumberSlider;

/// Width of the table of findings.
const BARS_WIDTH_PT: f32 = 550.0;

/// Films of each finding before and after sampling, what a positive counts, and why.
pub fn balance_ui(
    ui: &mut Ui,
    config: &mut TrainConfig,
    view: &TrainingView<'_>,
    views: &mut TrainingViews,
    commands: &CommandSender,
) {
    let echo = view.training.live.echo.latest();
    let is_current = echo.is_some_and(|(_, is_current)| is_current);
    let report = echo.and_then(|(echo, _)| echo.parts.as_ref().ok());
    if let Some(report) = report {
        ui.scope(|ui| {
            fade_old(ui, is_current);
            for sentence in why(report, config.loss) {
                ui.label(sentence);
            }
        });
        ui.add_space(theme::SMALL_GAP_PT);
    }
    ui.push_id("keep", |ui| keep_ui(ui, config));
    ui.add_space(theme::SMALL_GAP_PT);
    let wide = ui.available_width() >= BARS_WIDTH_PT + 1.1 * theme::FIELD_COLUMN_WIDTH_PT;
    let mut bars = |ui: &mut Ui| match report {
        Some(report) => {
            ui.scope(|ui| {
                fade_old(ui, is_current);
                bars_ui(ui, report, &mut views.part);
            });
        }
        None => {
            ui.weak("The findings of the data are shown here");
        }
    };
    let form = fields::FormView {
        is_picking: view.is_picking,
        base: None,
        left_out: &[],
        has_sliders: false,
        commands,
    };
    let settings = |ui: &mut Ui, config: &mut TrainConfig| {
        for group in [FieldGroup::Loss, FieldGroup::Sampling] {
            fields::group_ui(ui, group, config, form);
            ui.add_space(theme::GAP_PT);
        }
    };
    if wide {
        ui.horizontal_top(|ui| {
            ui.vertical(|ui| {
                ui.set_width(BARS_WIDTH_PT);
                bars(ui);
            });
            ui.vertical(|ui| settings(ui, config));
        });
    } else {
        bars(ui);
        ui.add_space(theme::GAP_PT);
        settings(ui, config);
    }
}

/// How much of No Finding is kept, in percent.
fn keep_ui(ui: &mut Ui, config: &mut TrainConfig) {
    let before = match config.undersample {
        Undersampling::None => 100.0,
        Undersampling::EveryFifth => 20.0,
        Undersampling::Fraction { share, .. } => percent_of(share),
    };
    let mut percent = before;
    ui.horizontal(|ui| {
        let label = ui.label("Keep No Finding");
        NumberSlider::new(&mut percent, 0.0..=100.0, label.id)
            .suffix(" %")
            .ui(ui)
            .on_hover_text("Fraction of the training films without a finding that is trained on");
    });
    if percent != before {
        config.undersample = kept(percent, &config.undersample);
    }
}

/// The rule that keeps so much; a fifth is every fifth film, which needs no random choice.
fn kept(percent: f64, before: &Undersampling) -> Undersampling {
    let seed = match before {
        Undersampling::Fraction { seed, .. } => *seed,
        Undersampling::None | Undersampling::EveryFifth => 0,
    };
    match percent.round() {
        100.0 => Undersampling::None,
        20.0 => Undersampling::EveryFifth,
        percent => Undersampling::Fraction {
            share: percent / 100.0,
            seed,
        },
    }
}

/// Why findings are weighted, with the numbers of the training films.
pub fn why(report: &CheckReport, loss: LossKind) -> Vec<String> {
    let [train, ..] = &report.parts;
    let n_films = train.used.n_films;
    let counted = report.labels.iter().map(|label| {
        let [n_pos, ..] = label.n_used;
        (label.name.replace('_', " "), n_pos)
    });
    let counted: Vec<_> = counted.filter(|_| n_films > 0).collect();
    let most = counted.iter().max_by_key(|(_, n_pos)| *n_pos);
    let least = counted
        .iter()
        .filter(|(_, n_pos)| *n_pos > 0)
        .min_by_key(|(_, n_pos)| *n_pos);
    let mut sentences = Vec::new();
    if let Some((name, n_pos)) = most {
        let share = 100.0 * (n_films - n_pos) as f64 / n_films as f64;
        sentences.push(format!(
            "Answering no is right in {share:.0} % of the training films even for {name}, the most \
             frequent finding"
        ));
    }
    if let Some((name, n_pos)) = least {
        let ratio = (n_films - n_pos) as f64 / *n_pos as f64;
        sentences.push(match loss {
            LossKind::Plain => {
                "The plain loss counts all films alike: a network may learn just that".to_owned()
            }
            LossKind::Weighted | LossKind::Focal => format!(
                "The weighted loss lets both answers count the same: one film with {name} counts \
                 as {ratio:.1} without"
            ),
        });
    }
    sentences
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_slider_keeps_is_a_rule() {
        let none = Undersampling::None;
        assert_eq!(kept(100.0, &none), Undersampling::None);
        assert_eq!(kept(20.0, &none), Undersampling::EveryFifth);
        let half = Undersampling::Fraction {
            share: 0.5,
            seed: 3,
        };
        let other = Undersampling::Fraction {
            share: 0.1,
            seed: 3,
        };
        assert_eq!(kept(50.0, &other), half, "the seed stays");
    }
}
