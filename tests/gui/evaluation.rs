//! One operating point in all plots: dragged, typed, stepped, solved for; and what follows from it.

use std::fmt::Write as _;
use std::path::PathBuf;

use egui::accesskit::Role;
use egui::{Key, Vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use thorax::app::ThoraxApp;
use thorax::domain::{ModelIdentity, Part, PartChoice, Threshold};
use thorax::evaluate::freeze_operating_points;
use thorax::files::Existing;
use thorax::metrics::{Confusion, OperatingTarget};
use thorax::model::{Classifier, ModelFile};
use thorax::scores::{Predictions, ScoredSet};
use thorax::state::{
    Cell, Command, EvaluationCommand, EvaluationPick, EvaluationTab, ModelOrigin, Picked,
    TargetForm, TargetKind, Workspace,
};
use thorax::ui::panels::rate_rows;
use thorax::ui::shortcuts::{Action, Actions};
use thorax::work::Task;

use crate::films::phantom;
use crate::harness::{
    AppHarness, PreparedPicker, app_with, build, builder, has_model, is_scored, step_until,
    threshold,
};

/// Scores of a drawn film over and over: three labels of the default model, one without positives.
pub struct Scores {
    folder: tempfile::TempDir,
}

impl Scores {
    pub fn new() -> Self {
        let scores = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        for (name, seed) in [("valid.csv", 3), ("test.csv", 7)] {
            std::fs::write(scores.path(name), table(seed)).unwrap();
        }
        scores
    }

    /// The same tables, made by the built-in model as they say.
    pub fn of_the_default_model() -> Self {
        let scores = Self::new();
        let identity = Classifier::default_file().unwrap().identity();
        for name in ["valid.csv", "test.csv"] {
            let mut named = Predictions::load(&scores.path(name)).unwrap();
            named.model = Some(identity.clone());
            named.save(&scores.path(name)).unwrap();
        }
        scores
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn set(&self, name: &str) -> ScoredSet {
        let predictions = Predictions::load(&self.path(name)).unwrap();
        ScoredSet::new(name.to_owned(), predictions).unwrap()
    }
}

fn table(seed: u32) -> String {
    let head = "path,patient_id,label:Effusion,label:Mass,label:Hernia,\
                score:Effusion,score:Mass,score:Hernia\n";
    let mut text = head.to_owned();
    for film in 0..80_u32 {
        let noise = f64::from((film * 29 + seed * 13) % 80) / 100.0;
        let (effusion, mass) = (u32::from(film % 3 == 0), u32::from(film % 5 == 1));
        let score = |truth: u32, noise: f64| 0.05 + 0.2 * f64::from(truth) + 0.8 * noise;
        writeln!(
            text,
            "{},{},{effusion},{mass},0,{},{},0.2",
            // One file that is there, whatever it is called.
            if film == 40 {
                phantom().display().to_string()
            } else {
                format!("{film}.png")
            },
            film / 2,
            score(effusion, noise),
            score(mass, 0.8 - noise),
        )
        .unwrap();
    }
    text
}

pub fn has_set(app: &ThoraxApp) -> bool {
    app.state.evaluation.set.is_some() && app.state.evaluation.opening.running().is_none()
}

/// Frames until nothing is left to do, small pictures included.
pub fn settle(harness: &mut AppHarness) {
    harness.step();
    harness.step();
    step_until("the small pictures", harness, |app| {
        !app.state.evaluation.listed.pictures.is_busy()
    });
    harness.run();
}

/// The program with scores given on the command line, the first label in view.
pub fn opened(scores: &Scores) -> AppHarness {
    let mut harness = app_with(vec![scores.path("valid.csv")]);
    step_until("the scores", &mut harness, has_set);
    step_until("the model", &mut harness, has_model);
    settle(&mut harness);
    assert_eq!(harness.state().state.workspace, Workspace::Evaluation);
    harness
}

pub fn apply(harness: &mut AppHarness, command: EvaluationCommand) {
    let command = Command::Evaluation(command);
    harness.state_mut().state.apply(command);
    harness.step();
}

fn at(harness: &AppHarness) -> f64 {
    harness.state().state.evaluation.threshold()
}

/// All that hangs on the threshold is what counting one by one gives.
fn check_all_follows(harness: &mut AppHarness) {
    settle(harness);
    let evaluation = &harness.state().state.evaluation;
    let column = evaluation.column().unwrap();
    let (scores, positives) = column.known_scores();
    let counts = Confusion::count(&scores, &positives, evaluation.threshold());
    assert_eq!(evaluation.counts().unwrap(), counts);
    let rows = rate_rows(evaluation);
    let row = |name: &str| rows.iter().find(|row| row.name == name).unwrap().value;
    assert_eq!(row("Sensitivity"), counts.sensitivity());
    assert_eq!(row("Specificity"), counts.specificity());
    assert_eq!(row("F1"), counts.f1());
    let (ppv, expected) = (row("PPV").unwrap(), counts.ppv().unwrap());
    assert!((ppv - expected).abs() < 1e-12, "{ppv}, not {expected}");
    for (cell, n) in Cell::ALL.iter().zip([
        counts.true_positives,
        counts.false_positives,
        counts.false_negatives,
        counts.true_negatives,
    ]) {
        // The button says its number.
        let name = format!("{} {n}", cell.name());
        harness.get_by_role_and_label(Role::Button, &name);
    }
}

/// Drags from one place of a plot to another, in shares of its width and height.
fn drag(harness: &mut AppHarness, plot: &str, from: Vec2, to: Vec2) {
    let node = harness.get_by_role_and_label(Role::Image, plot);
    let bounds = node.rect();
    let place = |share: Vec2| bounds.min + bounds.size() * share;
    harness.hover_at(place(from));
    harness.step();
    harness.drag_at(place(from));
    harness.step();
    harness.hover_at(place(to));
    harness.step();
    harness.drop_at(place(to));
    settle(harness);
}

#[test]
fn the_operating_point_is_dragged_on_every_plot() {
    let scores = Scores::new();
    let mut harness = opened(&scores);
    for plot in [
        "ROC curve",
        "Precision-recall curve",
        "Scores of films with and without the finding",
        "Rates by threshold",
        "Reliability of scores",
    ] {
        apply(&mut harness, EvaluationCommand::SetThreshold(0.9));
        apply(&mut harness, EvaluationCommand::EndMove);
        let before = at(&harness);
        drag(&mut harness, plot, Vec2::splat(0.6), Vec2::new(0.4, 0.45));
        let after = at(&harness);
        assert!(
            after != before && (0.05..0.85).contains(&after),
            "{plot}: {after}"
        );
        check_all_follows(&mut harness);
    }
    // On a curve it lands on a score; over scores where the hand is.
    let column = scores.set("valid.csv").columns[0].clone();
    drag(
        &mut harness,
        "ROC curve",
        Vec2::splat(0.5),
        Vec2::new(0.3, 0.2),
    );
    assert!(column.scores.contains(&at(&harness)));
    let name = "Scores of films with and without the finding";
    drag(&mut harness, name, Vec2::splat(0.5), Vec2::new(0.25, 0.5));
    assert!((at(&harness) - 0.25).abs() < 0.05, "{}", at(&harness));
}

#[test]
fn the_slider_steps_to_the_next_score_and_takes_a_number() {
    let scores = Scores::new();
    let mut harness = opened(&scores);
    let slider = "Threshold on the logit scale";
    harness
        .get_by_role_and_label(Role::Slider, slider)
        .set_value_accesskit(0.4);
    settle(&mut harness);
    assert_eq!(at(&harness), 0.4);
    check_all_follows(&mut harness);
    let ranked = scores.set("valid.csv").columns[0].ranked.clone();
    harness.get_by_role_and_label(Role::Slider, slider).focus();
    settle(&mut harness);
    harness.key_press(Key::ArrowRight);
    settle(&mut harness);
    assert_eq!(Some(at(&harness)), ranked.next_above(0.4));
    harness.key_press(Key::ArrowLeft);
    settle(&mut harness);
    assert_eq!(
        Some(at(&harness)),
        ranked.next_below(ranked.next_above(0.4).unwrap())
    );
    harness
        .get_by_role_and_label(Role::SpinButton, "Threshold")
        .set_value_accesskit(0.31);
    settle(&mut harness);
    assert_eq!(at(&harness), 0.31);
    check_all_follows(&mut harness);
    harness.get_by_role_and_label(Role::Button, "Undo").click();
    settle(&mut harness);
    assert_ne!(at(&harness), 0.31);
}

#[test]
fn a_target_is_solved_for_one_label_or_all_and_what_is_not_reachable_is_said() {
    let scores = Scores::new();
    let mut harness = opened(&scores);
    let target = TargetForm {
        kind: TargetKind::Specificity,
        value: 0.8,
    };
    apply(&mut harness, EvaluationCommand::SetTarget(target));
    settle(&mut harness);
    harness
        .get_by_role_and_label(Role::Button, "This label")
        .click();
    settle(&mut harness);
    let set = scores.set("valid.csv");
    let solve = |label: usize, target: OperatingTarget| target.solve(&set.columns[label].ranked);
    let expected = solve(0, OperatingTarget::Specificity(0.8)).unwrap();
    assert_eq!(at(&harness), expected);
    check_all_follows(&mut harness);
    let youden = TargetForm {
        kind: TargetKind::Youden,
        value: 0.8,
    };
    apply(&mut harness, EvaluationCommand::SetTarget(youden));
    settle(&mut harness);
    harness
        .get_by_role_and_label(Role::Button, "All labels")
        .click();
    settle(&mut harness);
    let evaluation = &harness.state().state.evaluation;
    for label in [0, 1] {
        let expected = solve(label, OperatingTarget::Youden).unwrap();
        assert_eq!(evaluation.chosen.thresholds()[label].value(), expected);
    }
    assert!(
        evaluation.chosen.solve_notes[0].contains("Hernia"),
        "{:?}",
        evaluation.chosen.solve_notes
    );
}

#[test]
fn a_cell_lists_its_films_and_a_film_opens_with_its_map_and_back_returns() {
    let scores = Scores::new();
    let mut harness = opened(&scores);
    let column = scores.set("valid.csv").columns[0].clone();
    // Film 40 is the one that is there.
    let own = column.scores[40];
    apply(&mut harness, EvaluationCommand::SetThreshold(own));
    apply(&mut harness, EvaluationCommand::EndMove);
    settle(&mut harness);
    let counts = column.at(own);
    let cell = Cell::of(true, column.truth[40].unwrap());
    let name = format!(
        "{} {}",
        cell.name(),
        match cell {
            Cell::TruePositives => counts.true_positives,
            _ => counts.false_positives,
        }
    );
    harness.get_by_role_and_label(Role::Button, &name).click();
    settle(&mut harness);
    let evaluation = &harness.state().state.evaluation;
    assert_eq!(evaluation.listed.cell, Some(cell));
    let films = evaluation.films_of_cell();
    assert_eq!(films[0], 40, "nearest first");
    let margin = |film: &usize| (column.scores[*film] - own).abs();
    assert!(films.is_sorted_by(|a, b| margin(a) <= margin(b)));
    let of_cell = |film: &usize| column.truth[*film] == column.truth[40];
    assert!(films.iter().all(of_cell));

    harness
        .get_by_role_and_label(Role::Button, "Film phantom.png")
        .click();
    step_until("the film", &mut harness, is_scored);
    let state = &harness.state().state;
    assert_eq!(state.workspace, Workspace::Viewer);
    let labels = &state
        .shared
        .model
        .loaded
        .as_ref()
        .unwrap()
        .classifier
        .card()
        .labels;
    assert_eq!(state.viewer.selected, labels.position("Effusion"));
    settle(&mut harness);
    // Page Down and Page Up go through the same list, which has more films at a lower threshold.
    let step =
        |harness: &AppHarness, action: Action| Actions::of(&harness.state().state).command(action);
    harness.get_by_label("1 of 1");
    assert_eq!(step(&harness, Action::NextFilm), None);
    apply(&mut harness, EvaluationCommand::SetThreshold(0.1));
    settle(&mut harness);
    let listed = harness.state().state.evaluation.films_of_cell();
    let place = listed.iter().position(|film| *film == 40).unwrap();
    let expected = |possible: bool, forward| {
        possible.then_some(Command::Evaluation(EvaluationCommand::StepFilm { forward }))
    };
    assert!(listed.len() > 2, "{listed:?}");
    let next = step(&harness, Action::NextFilm);
    assert_eq!(next, expected(place + 1 < listed.len(), true));
    let before = step(&harness, Action::PreviousFilm);
    assert_eq!(before, expected(place > 0, false));
    apply(&mut harness, EvaluationCommand::SetThreshold(own));
    settle(&mut harness);
    harness
        .get_by_role_and_label(Role::Button, "Back to evaluation")
        .click();
    settle(&mut harness);
    let state = &harness.state().state;
    assert_eq!(state.workspace, Workspace::Evaluation);
    assert_eq!(
        (state.evaluation.listed.cell, state.evaluation.threshold()),
        (Some(cell), own)
    );
}

#[test]
fn films_that_change_side_are_shown_while_the_threshold_moves() {
    let scores = Scores::new();
    let mut harness = opened(&scores);
    let column = scores.set("valid.csv").columns[0].clone();
    apply(&mut harness, EvaluationCommand::SetThreshold(0.3));
    apply(&mut harness, EvaluationCommand::EndMove);
    apply(&mut harness, EvaluationCommand::SetThreshold(0.4));
    apply(&mut harness, EvaluationCommand::SetThreshold(0.5));
    let mut flipped = harness.state().state.evaluation.flipped_films();
    flipped.sort_unstable();
    let between = |&film: &usize| (0.3..0.5).contains(&column.scores[film]);
    let expected: Vec<usize> = (0..80).filter(between).collect();
    assert!(!expected.is_empty());
    assert_eq!(flipped, expected);
    settle(&mut harness);
    let words = format!("{} films changed side in the last move", expected.len());
    harness.get_by_label(&words);
}

#[test]
fn thresholds_held_fast_are_reported_on_the_next_set_and_saved_into_a_model() {
    let scores = Scores::of_the_default_model();
    let model = scores.path("frozen.safetensors");
    let picker = PreparedPicker::new(Picked::Files(vec![model.clone()]));
    let mut harness = build(builder(), picker, vec![scores.path("valid.csv")]);
    step_until("the scores", &mut harness, has_set);
    step_until("the model", &mut harness, has_model);
    let solve = EvaluationCommand::Solve { all: true };
    apply(&mut harness, solve);
    settle(&mut harness);
    harness
        .get_by_role_and_label(Role::CheckBox, "Lock all thresholds")
        .click();
    settle(&mut harness);
    let locked = harness
        .state()
        .state
        .evaluation
        .chosen
        .thresholds()
        .to_vec();
    // Nothing moves them now.
    apply(&mut harness, EvaluationCommand::SetThreshold(0.77));
    assert_eq!(harness.state().state.evaluation.chosen.thresholds(), locked);

    let state = &mut harness.state_mut().state;
    state.apply(Command::Open(vec![scores.path("test.csv")]));
    step_until("the test scores", &mut harness, |app| {
        has_set(app)
            && app
                .state
                .evaluation
                .scored()
                .unwrap()
                .name
                .ends_with("test.csv")
    });
    let evaluation = &harness.state().state.evaluation;
    assert_eq!(evaluation.chosen.thresholds(), locked);
    let rows = rate_rows(evaluation);
    let locked = locked[0].value();
    let valid = scores.set("valid.csv").columns[0].at(locked);
    let test = scores.set("test.csv").columns[0].at(locked);
    assert_eq!(rows[0].where_chosen, valid.sensitivity());
    assert_eq!(rows[0].value, test.sensitivity());

    settle(&mut harness);
    harness
        .get_by_role_and_label(Role::Button, "Save into a model…")
        .click();
    step_until("the saved model in use", &mut harness, |app| {
        let loaded = app.state.shared.model.loaded.as_ref();
        loaded.is_some_and(|loaded| matches!(loaded.origin, ModelOrigin::File(_)))
    });
    assert!((f64::from(threshold(&harness, "Effusion")) - locked).abs() < 1e-6);
    let card = ModelFile::load(&model).unwrap().card().clone();
    let point = card
        .operating_points
        .of("Effusion")
        .unwrap()
        .clone()
        .unwrap();
    assert!(point.chosen_by().contains("valid.csv"), "{point:?}");
}

#[test]
fn thresholds_solved_on_validation_are_judged_on_the_test_films_beside() {
    let scores = Scores::of_the_default_model();
    let mut harness = opened(&scores);
    let judge = "Judge on test with these thresholds";
    let n_offers = |harness: &AppHarness| harness.query_all_by_label(judge).count();
    assert_eq!(n_offers(&harness), 0, "nothing was chosen yet");
    apply(&mut harness, EvaluationCommand::Solve { all: true });
    settle(&mut harness);
    let solved = harness
        .state()
        .state
        .evaluation
        .chosen
        .thresholds()
        .to_vec();
    harness.get_by_role_and_label(Role::Button, judge).click();
    step_until("the test scores", &mut harness, |app| {
        let set = app.state.evaluation.scored().unwrap();
        has_set(app) && set.name.ends_with("test.csv")
    });
    settle(&mut harness);
    let evaluation = &harness.state().state.evaluation;
    let locked = evaluation.chosen.locked().unwrap();
    assert!(locked.chosen_on.starts_with("validation films, "));
    assert_eq!(evaluation.chosen.thresholds(), solved);
    let valid = scores.set("valid.csv").columns[0].at(solved[0].value());
    assert_eq!(rate_rows(evaluation)[0].where_chosen, valid.sensitivity());
    assert_eq!(n_offers(&harness), 0, "these are the test films");
}

#[test]
fn solving_on_test_films_asks_in_the_window_and_escape_declines() {
    let scores = Scores::of_the_default_model();
    let mut harness = app_with(vec![scores.path("test.csv")]);
    step_until("the scores", &mut harness, has_set);
    step_until("the model", &mut harness, has_model);
    settle(&mut harness);
    let before = harness
        .state()
        .state
        .evaluation
        .chosen
        .thresholds()
        .to_vec();
    let solve = |harness: &mut AppHarness| {
        let button = harness.get_by_role_and_label(Role::Button, "All labels");
        button.click();
        settle(harness);
    };
    solve(&mut harness);
    harness.get_by_label_contains("These are test films");
    harness.key_press(Key::Escape);
    settle(&mut harness);
    let evaluation = &harness.state().state.evaluation;
    assert!(evaluation.asked.is_none());
    assert_eq!(evaluation.chosen.thresholds(), before);
    solve(&mut harness);
    let yes = "Choose on them all the same";
    harness.get_by_role_and_label(Role::Button, yes).click();
    settle(&mut harness);
    let words = harness.state().state.evaluation.origin().words();
    assert!(words.contains("on test films, "), "{words}");
}

#[test]
fn only_thresholds_that_were_chosen_here_are_saved_into_a_model() {
    let scores = Scores::of_the_default_model();
    let model = scores.path("moved.safetensors");
    let picker = PreparedPicker::new(Picked::Files(vec![model.clone()]));
    let mut harness = build(builder(), picker, vec![scores.path("valid.csv")]);
    step_until("the scores", &mut harness, has_set);
    step_until("the model", &mut harness, has_model);
    let loaded = harness.state().state.shared.model.loaded.as_ref().unwrap();
    let before = loaded.classifier.card().operating_points.clone();
    assert!(before.of("Mass").unwrap().is_some() && before.of("Hernia").unwrap().is_none());
    apply(&mut harness, EvaluationCommand::SetThreshold(0.7));
    apply(&mut harness, EvaluationCommand::Pick(EvaluationPick::Model));
    step_until("the saved model in use", &mut harness, |app| {
        let loaded = app.state.shared.model.loaded.as_ref();
        loaded.is_some_and(|loaded| matches!(loaded.origin, ModelOrigin::File(_)))
    });
    let after = ModelFile::load(&model).unwrap().card().clone();
    let after = &after.operating_points;
    // The model's own stays with its own origin, and what nobody set stays unset.
    for label in ["Mass", "Hernia"] {
        assert_eq!(after.of(label), before.of(label), "{label}");
    }
    let moved = after.of("Effusion").unwrap().clone().unwrap();
    let table = scores.path("valid.csv");
    let words = format!("set by hand on validation films, {}", table.display());
    assert_eq!(
        (moved.threshold(), moved.chosen_by()),
        (0.7, words.as_str())
    );
}

#[test]
fn thresholds_and_calibration_of_one_model_are_not_applied_to_scores_of_another() {
    let scores = Scores::new();
    let mut named = Predictions::load(&scores.path("valid.csv")).unwrap();
    named.model = Some(ModelIdentity::new("Another run", "00c0ffee", None));
    named.save(&scores.path("valid.csv")).unwrap();
    let mut harness = opened(&scores);
    let state = &harness.state().state;
    let unset = [0; 3].map(|_| Threshold::unset());
    assert_eq!(state.evaluation.chosen.thresholds(), unset);
    harness.get_by_label("Scores: Another run (00c0ffee), valid, 80 films of 40 patients");
    harness.get_by_label("Thresholds: 0.5, not set");
    harness.get_by_label_contains(": another model");

    // The same scores, made by the model in use: its own operating points.
    let loaded = state.shared.model.loaded.as_ref().unwrap();
    named.model = Some(loaded.classifier.identity().clone());
    let point = loaded.thresholds.current().of("Mass").unwrap().clone();
    named.save(&scores.path("test.csv")).unwrap();
    let state = &mut harness.state_mut().state;
    state.apply(Command::Open(vec![scores.path("test.csv")]));
    step_until("the other scores", &mut harness, |app| {
        has_set(app)
            && app
                .state
                .evaluation
                .scored()
                .unwrap()
                .name
                .ends_with("test.csv")
    });
    settle(&mut harness);
    let evaluation = &harness.state().state.evaluation;
    assert_eq!(evaluation.chosen.thresholds()[1], point);
    assert_eq!(
        harness
            .query_all_by_label_contains(": another model")
            .count(),
        0
    );
}

#[test]
fn two_sets_are_laid_over_each_other() {
    let scores = Scores::new();
    let mut harness = opened(&scores);
    let take = EvaluationCommand::Take(EvaluationPick::Compared, scores.path("test.csv"));
    apply(&mut harness, take);
    step_until("the comparison", &mut harness, |app| {
        app.state.evaluation.comparison.done().is_some()
    });
    settle(&mut harness);
    let evaluation = &harness.state().state.evaluation;
    let differences = &evaluation.comparison.done().unwrap().differences;
    let expected = thorax::evaluate::compare(&scores.set("valid.csv"), &scores.set("test.csv"));
    assert_eq!(*differences, expected.unwrap());
    assert_eq!(differences[2].paired, None);
    harness.get_by_label("Here − there");
    let tab = EvaluationCommand::ShowTab(EvaluationTab::Films);
    apply(&mut harness, tab);
    settle(&mut harness);
    harness
        .get_by_role_and_label(Role::CheckBox, "List the films that differ most")
        .click();
    settle(&mut harness);
    let (valid, test) = (scores.set("valid.csv"), scores.set("test.csv"));
    let distance = |film: usize| {
        let [own, other] = [&valid, &test].map(|set| set.columns[0].scores[film]);
        (own - other).abs()
    };
    let different = harness
        .state()
        .state
        .evaluation
        .listed
        .different
        .clone()
        .unwrap();
    let most = (0..80).map(distance).fold(0.0, f64::max);
    assert_eq!(distance(different[0].0), most);
    assert_eq!(different[0].1, test.columns[0].scores[different[0].0]);
    harness
        .get_by_role_and_label(Role::CheckBox, "Curves of all labels behind")
        .click();
    settle(&mut harness);
}

#[test]
fn scores_that_cannot_be_read_leave_those_in_view() {
    let scores = Scores::new();
    let mut harness = opened(&scores);
    std::fs::write(scores.path("bad.csv"), "path,patient_id\n").unwrap();
    let state = &mut harness.state_mut().state;
    state.apply(Command::Open(vec![scores.path("bad.csv")]));
    step_until("the error", &mut harness, |app| {
        matches!(app.state.evaluation.opening, Task::Failed(_))
    });
    let state = &harness.state().state;
    let said = state
        .shared
        .notices
        .iter()
        .any(|notice| notice.text.contains("bad.csv"));
    assert!(said && state.evaluation.set.is_some());
}

#[test]
fn patients_whom_the_model_has_seen_are_warned_of() {
    let scores = Scores::new();
    let run = scores.path("run");
    std::fs::create_dir_all(run.join("split")).unwrap();
    std::fs::write(run.join("config.toml"), "").unwrap();
    let seen = "image,patient_id\na.png,3\nb.png,900\n";
    std::fs::write(run.join("split/train.csv"), seen).unwrap();
    let file = Classifier::default_file().unwrap();
    freeze_operating_points(
        &file,
        &run.join("best.safetensors"),
        None,
        None,
        &[],
        Existing::Replace,
    )
    .unwrap();
    let mut harness = app_with(vec![run.join("best.safetensors")]);
    step_until("the model", &mut harness, |app| {
        let loaded = app.state.shared.model.loaded.as_ref();
        loaded.is_some_and(|loaded| matches!(loaded.origin, ModelOrigin::File(_)))
    });
    let state = &mut harness.state_mut().state;
    state.apply(Command::Open(vec![scores.path("valid.csv")]));
    step_until("the scores", &mut harness, has_set);
    let warnings = harness
        .state()
        .state
        .evaluation
        .set
        .as_ref()
        .unwrap()
        .all_warnings();
    assert!(
        warnings[0].contains("1 patients with 2 films, such as 3"),
        "{warnings:?}"
    );
    settle(&mut harness);
    harness.get_by_label(&warnings[0]);

    // Of scores that another model made, its training says nothing.
    let mut named = Predictions::load(&scores.path("test.csv")).unwrap();
    named.model = Some(ModelIdentity::new("Another run", "00c0ffee", None));
    named.save(&scores.path("test.csv")).unwrap();
    let state = &mut harness.state_mut().state;
    state.apply(Command::Open(vec![scores.path("test.csv")]));
    step_until("the other scores", &mut harness, |app| {
        let set = app.state.evaluation.set.as_ref().unwrap();
        has_set(app) && set.set.name.ends_with("test.csv")
    });
    let opened = harness.state().state.evaluation.set.as_ref().unwrap();
    assert_eq!(opened.leak, None);
}

#[test]
fn the_report_is_written_from_the_window() {
    let scores = Scores::new();
    let mut harness = opened(&scores);
    let page = scores.path("page.html");
    let take = EvaluationCommand::Take(EvaluationPick::Report, page.clone());
    apply(&mut harness, take);
    step_until("the report", &mut harness, |app| {
        app.state.evaluation.saving.done().is_some()
    });
    let html = std::fs::read_to_string(page).unwrap();
    assert!(html.contains("Research and education only") && html.contains("Effusion"));
    let take = EvaluationCommand::Take(EvaluationPick::Plots, scores.path("plots"));
    apply(&mut harness, take);
    let is_saved = |app: &ThoraxApp| {
        let saved = app.state.evaluation.saving.done();
        saved.is_some_and(|(pick, _)| *pick == EvaluationPick::Plots)
    };
    step_until("the plots", &mut harness, is_saved);
    assert!(scores.path("plots/Effusion.roc.svg").is_file());
    let png = image::open(scores.path("plots/Mass.rates.png")).unwrap();
    assert_eq!(png.width(), 900);
}

#[test]
fn without_scores_the_panel_says_what_to_do() {
    let mut harness = app_with(vec![]);
    step_until("the model", &mut harness, has_model);
    harness
        .get_by_role_and_label(Role::Button, "Evaluation")
        .click();
    settle(&mut harness);
    {
        let mut nodes = harness.get_all_by_role_and_label(Role::Button, "Open scores…");
        assert!(nodes.all(|node| !node.accesskit_node().is_disabled()));
    }
    // Any part of a folder's films can be scored, and runs are looked for without a click.
    let part = |harness: &AppHarness| harness.state().state.evaluation.start.part;
    assert_eq!(part(&harness), PartChoice::One(Part::Test));
    for (words, expected) in [
        ("valid", PartChoice::One(Part::Valid)),
        ("all", PartChoice::All),
    ] {
        harness.get_by_role_and_label(Role::Button, words).click();
        settle(&mut harness);
        assert_eq!(part(&harness), expected);
    }
    step_until("the runs", &mut harness, |app| {
        app.state.evaluation.start.runs.done().is_some()
    });
    settle(&mut harness);
    harness.get_by_label_contains("No run is known");
}
