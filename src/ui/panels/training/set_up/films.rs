use egui::Ui;

use super::fields::{choice_ui, group_ui, number_ui, optional_path_ui, switch_ui, warning_ui};
use crate::dataset::Undersampling;
use crate::state::{AppState, CommandSender, TrainingPick};
use crate::train::{SplitKind, TrainConfig};

/// Which films are trained on, which choose the best epoch, which give the final figure.
pub fn split_ui(ui: &mut Ui, config: &mut TrainConfig, state: &AppState, commands: &CommandSender) {
    group_ui(ui, "Split", |ui| {
        let kinds = [
            (SplitKind::Patient, "By patient"),
            (SplitKind::Image, "By image"),
        ];
        choice_ui(
            ui,
            ("Films are parted", "Where no list says it"),
            &mut config.split,
            &kinds,
        );
        if config.split == SplitKind::Image {
            warning_ui(
                ui,
                "Patients will stand in several parts: figures come out too high",
            );
        }
        let hover = "Share of the films, where no list says it";
        number_ui(
            ui,
            ("Validation share", hover),
            &mut config.valid_share,
            0.0..=0.9,
            0.005,
        );
        number_ui(
            ui,
            ("Test share", hover),
            &mut config.test_share,
            0.0..=0.9,
            0.005,
        );
        for (name, list, pick) in [
            (
                "Training list",
                &mut config.train_list,
                TrainingPick::TrainList,
            ),
            (
                "Validation list",
                &mut config.valid_list,
                TrainingPick::ValidList,
            ),
            ("Test list", &mut config.test_list, TrainingPick::TestList),
        ] {
            let hover = "A file with one film a line; also looked for beside the data";
            optional_path_ui(ui, (name, hover), list, pick, state, commands);
        }
        let hover = "Train although patients stand in more than one part";
        switch_ui(ui, ("Allow leaks", hover), &mut config.allow_leaks);
        if config.allow_leaks {
            warning_ui(ui, "Figures of patients who were trained on say little");
        }
    });
}

/// The rules by which films without a finding can be left out, as one of three.
#[derive(Clone, Copy, PartialEq)]
enum Rule {
    None,
    EveryFifth,
    Share,
}

/// Which films and labels are left out.
pub fn left_out_ui(
    ui: &mut Ui,
    config: &mut TrainConfig,
    _state: &AppState,
    _commands: &CommandSender,
) {
    group_ui(ui, "Left out", |ui| {
        undersampling_ui(ui, &mut config.undersample);
        let hover = "Then figures are not those of the clinic";
        let name = "Also from validation and test";
        switch_ui(ui, (name, hover), &mut config.undersample_all);
        let hover = "Labels with fewer positive training films are not learned";
        let all = 1..=1_000_000;
        number_ui(
            ui,
            ("Least positives", hover),
            &mut config.min_positives,
            all,
            0.2,
        );
        let hover = "Draw so many training films, those with more findings more often; 0 for all";
        let all = 0..=10_000_000;
        number_ui(
            ui,
            ("Films drawn", hover),
            &mut config.draw_films,
            all.clone(),
            10.0,
        );
        let hover = "At most so many films in each part, at random; 0 for all";
        number_ui(ui, ("Limit of films", hover), &mut config.limit, all, 10.0);
    });
}

fn undersampling_ui(ui: &mut Ui, undersample: &mut Undersampling) {
    let before = match undersample {
        Undersampling::None => Rule::None,
        Undersampling::EveryFifth => Rule::EveryFifth,
        Undersampling::Fraction { .. } => Rule::Share,
    };
    let mut rule = before;
    let choices = [
        (Rule::None, "All are kept"),
        (Rule::EveryFifth, "Every fifth is kept"),
        (Rule::Share, "A random share is kept"),
    ];
    let hover = "Films without a finding, of the training part";
    choice_ui(ui, ("Films with No Finding", hover), &mut rule, &choices);
    if rule != before {
        *undersample = match rule {
            Rule::None => Undersampling::None,
            Rule::EveryFifth => Undersampling::EveryFifth,
            Rule::Share => Undersampling::Fraction {
                share: 0.2,
                seed: 0,
            },
        };
    }
    if let Undersampling::Fraction { share, seed } = undersample {
        number_ui(ui, ("Share kept", "From 0 to 1"), share, 0.0..=1.0, 0.005);
        number_ui(
            ui,
            ("Seed of the choice", "Decides which"),
            seed,
            0..=u64::MAX,
            0.2,
        );
    }
}
