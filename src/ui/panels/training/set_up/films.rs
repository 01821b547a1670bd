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
            (SplitKind::Image, "By image (leaks)"),
        ];
        choice_ui(
            ui,
            ("Split", "Used where no lists are given"),
            &mut config.split,
            &kinds,
        );
        if config.split == SplitKind::Image {
            warning_ui(
                ui,
                "Patients will appear in several parts: scores will look better than they are",
            );
        }
        let hover = "Fraction of the films, used where no lists are given";
        number_ui(
            ui,
            ("Validation fraction", hover),
            &mut config.valid_share,
            0.0..=0.9,
            0.005,
        );
        number_ui(
            ui,
            ("Test fraction", hover),
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
            let hover =
                "A file with one film per line; a relative path may start at the data folder";
            optional_path_ui(ui, (name, hover), list, pick, state, commands);
        }
        let hover = "Train although patients appear in more than one part of the split";
        switch_ui(ui, ("Allow leaks", hover), &mut config.allow_leaks);
        if config.allow_leaks {
            warning_ui(ui, "Scores of patients in the training part say little");
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
    group_ui(ui, "Sampling", |ui| {
        undersampling_ui(ui, &mut config.undersample);
        let hover = "Metrics then no longer reflect the clinical prevalence";
        let name = "Undersample validation and test too";
        switch_ui(ui, (name, hover), &mut config.undersample_all);
        let hover = "Findings with fewer positive training films are not trained";
        let all = 1..=1_000_000;
        number_ui(
            ui,
            ("Minimum positives per finding", hover),
            &mut config.min_positives,
            all,
            0.2,
        );
        let hover =
            "Number of training films to draw, weighted by their number of findings; 0 for all";
        let all = 0..=10_000_000;
        number_ui(
            ui,
            ("Weighted sampling: films", hover),
            &mut config.draw_films,
            all.clone(),
            10.0,
        );
        let hover = "Maximum number of films in each part, drawn at random; 0 for all";
        number_ui(
            ui,
            ("Maximum films per part", hover),
            &mut config.limit,
            all,
            10.0,
        );
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
        (Rule::None, "Keep all"),
        (Rule::EveryFifth, "Keep 20 % (every fifth film)"),
        (Rule::Share, "Keep a random fraction"),
    ];
    let hover = "Keeps only some of the training films without a finding";
    choice_ui(ui, ("Undersample No Finding", hover), &mut rule, &choices);
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
        number_ui(
            ui,
            ("Fraction kept", "From 0 to 1"),
            share,
            0.0..=1.0,
            0.005,
        );
        number_ui(
            ui,
            ("Undersampling seed", "Seed of the random choice"),
            seed,
            0..=u64::MAX,
            0.2,
        );
    }
}
