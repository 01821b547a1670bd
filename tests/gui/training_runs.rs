//! The list of runs: what it shows, and what its buttons do.

use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use thorax::app::ThoraxApp;
use thorax::state::{
    Command, EpochChoice, ModelOrigin, Picked, RunPhase, TrainingCommand, TrainingPage, Workspace,
};
use thorax::train::{CurveChoices, RunFolder, TrainConfig};
use thorax::ui::panels::PlottedRuns;

use crate::harness::{AppHarness, PreparedPicker, build, builder, has_model, step_until};
use crate::training_data::TrainingData;

fn app(data: &TrainingData, answer: Picked) -> AppHarness {
    let mut harness = build(builder(), PreparedPicker::new(answer), vec![]);
    harness.state_mut().state.shared.services.cache_folder = Some(data.path("cache"));
    step_until("the model", &mut harness, has_model);
    click(&mut harness, "Training");
    step_until("the first search", &mut harness, |app| {
        app.state.training.runs.found().is_some()
    });
    harness.run();
    harness
}

fn click(harness: &mut AppHarness, button: &str) {
    harness.get_by_role_and_label(Role::Button, button).click();
    harness.step();
}

fn n_runs(app: &ThoraxApp) -> usize {
    let found = app.state.training.runs.found();
    found.map_or(0, |found| found.rows.len())
}

/// Searches the data's folder by the button and its dialog.
fn look_in_folder(harness: &mut AppHarness, n_expected: usize) {
    click(harness, "Look in folder…");
    step_until("the runs", harness, |app| n_runs(app) == n_expected);
    harness.run();
}

fn folder_of(data: &TrainingData) -> Picked {
    Picked::Files(vec![data.path("table.csv").parent().unwrap().to_owned()])
}

#[test]
fn without_runs_the_first_page_says_what_to_do() {
    let data = TrainingData::new(false);
    let mut harness = app(&data, Picked::Nothing);
    assert_eq!(harness.state().state.training.page, TrainingPage::Runs);
    harness.get_by_label("No runs yet");
    click(&mut harness, "Set up a training");
    harness.run();
    assert_eq!(harness.state().state.training.page, TrainingPage::Data);
    click(&mut harness, "Runs");
    harness.run();
    harness.get_by_label("No runs yet");
}

#[test]
fn runs_are_listed_with_their_figures_and_the_interrupted_one_goes_on() {
    let data = TrainingData::new(false);
    data.trained("done", &data.config(1));
    let begun = data.interrupted("begun", &data.config(2));
    let mut harness = app(&data, folder_of(&data));
    look_in_folder(&mut harness, 2);
    let rows = &harness.state().state.training.runs.found().unwrap().rows;
    let names: Vec<_> = rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["begun", "done"], "the interrupted one is on top");
    let test_auc = format!("{:.3}", rows[1].test_auc.unwrap());
    harness.get_by_label("interrupted");
    harness.get_by_label("finished");
    harness.get_by_label("1 of 2");
    harness.get_by_label("1 of 1");
    harness.get_by_label("epochs=2");
    assert!(harness.query_all_by_label(&test_auc).count() > 0);
    assert!(harness.query_by_label("Resume: done").is_none());
    // The folder is remembered for the next start.
    let settings = harness.state().state.shared.settings.clone();
    assert_eq!(settings.training.runs_folders, [begun.parent().unwrap()]);

    click(&mut harness, "Resume: begun");
    step_until("the end", &mut harness, |app| {
        app.state.training.phase() == Some(RunPhase::Finished)
    });
    assert_eq!(harness.state().state.training.page, TrainingPage::Run);
    assert_eq!(RunFolder::open(&begun).unwrap().history().unwrap().len(), 2);
    harness.run();
    click(&mut harness, "Runs");
    step_until("the new state", &mut harness, |app| {
        let rows = &app.state.training.runs.found().unwrap().rows;
        rows.iter().all(|row| row.state.is_over())
    });
    harness.run();
    assert_eq!(harness.query_all_by_label("finished").count(), 2);
}

#[test]
fn a_run_of_the_list_is_opened_compared_evaluated_and_used() {
    let data = TrainingData::new(false);
    let first = data.trained("first", &data.config(1));
    let other = TrainConfig {
        seed: 7,
        ..data.config(1)
    };
    data.trained("second", &other);
    let mut harness = app(&data, folder_of(&data));
    look_in_folder(&mut harness, 2);
    harness.get_by_role_and_label(Role::Link, "first").click();
    step_until("the run", &mut harness, |app| {
        app.state.training.run.is_some()
    });
    let run = harness.state().state.training.run.as_ref().unwrap();
    assert_eq!(run.record.folder, first);
    click(&mut harness, "Runs");
    harness.run();
    let compare = harness.get_by_role_and_label(Role::Button, "Compare: first");
    assert!(compare.accesskit_node().is_disabled(), "it is in view");
    click(&mut harness, "Compare: second");
    step_until("the other run", &mut harness, |app| {
        app.state.training.compared.records.len() == 1
    });
    click(&mut harness, "Runs");
    harness.run();
    click(&mut harness, "Use in viewer: second");
    step_until("its best model", &mut harness, |app| {
        let loaded = app.state.shared.model.loaded.as_ref();
        let origin = loaded.map(|loaded| &loaded.origin);
        matches!(origin, Some(ModelOrigin::File(path)) if path.ends_with("second/best.safetensors"))
    });
    let state = &mut harness.state_mut().state;
    assert_eq!(state.workspace, Workspace::Viewer);
    assert_eq!(state.shared.settings.pinned_model, None);
    state.apply(Command::ShowWorkspace(Workspace::Training));
    harness.run();
    click(&mut harness, "Evaluate: first");
    step_until("the scores", &mut harness, |app| {
        app.state.evaluation.set.is_some()
    });
    let state = &harness.state().state;
    assert_eq!(state.workspace, Workspace::Evaluation);
    let set = &state.evaluation.set.as_ref().unwrap().set;
    assert_eq!(set.predictions.films.len(), 4, "the test films");
}

#[test]
fn the_end_of_a_run_offers_what_comes_next() {
    let data = TrainingData::new(false);
    let root = data.trained("r1", &data.config(1));
    let mut harness = app(&data, Picked::Nothing);
    let open = TrainingCommand::OpenRun(root);
    harness.state_mut().state.apply(Command::Training(open));
    step_until("the run", &mut harness, |app| {
        app.state.training.run.is_some()
    });
    harness.run();
    let run = harness.state().state.training.run.as_ref().unwrap();
    let auc = run.record.test_auc.as_ref().unwrap().macro_mean().unwrap();
    harness.get_by_label(&format!("r1: macro AUC {auc:.3} on test films"));
    click(&mut harness, "Choose thresholds on validation");
    step_until("the scores", &mut harness, |app| {
        app.state.evaluation.set.is_some()
    });
    let set = &harness.state().state.evaluation.set.as_ref().unwrap().set;
    assert_eq!(set.predictions.films.len(), 6, "the validation films");
    let show = Command::ShowWorkspace(Workspace::Training);
    harness.state_mut().state.apply(show);
    harness.run();
    click(&mut harness, "Use in viewer");
    step_until("its best model", &mut harness, |app| {
        let loaded = app.state.shared.model.loaded.as_ref().unwrap();
        matches!(&loaded.origin, ModelOrigin::File(path) if path.ends_with("r1/best.safetensors"))
    });
    harness.run();
    harness.get_by_label("In the viewer: epoch 1");
}

#[test]
fn the_page_of_a_run_follows_the_chosen_epoch_and_finding_and_writes_its_curves() {
    let data = TrainingData::new(false);
    let root = data.trained("r1", &data.config(2));
    let to = data.path("curves");
    let mut harness = app(&data, Picked::Files(vec![to.clone()]));
    let open = TrainingCommand::OpenRun(root);
    harness.state_mut().state.apply(Command::Training(open));
    step_until("the run", &mut harness, |app| {
        app.state.training.run.is_some()
    });
    harness.run();
    let run = |harness: &AppHarness| {
        let run = harness.state().state.training.run.as_ref().unwrap();
        (run.choices.clone(), run.record.clone())
    };
    // Twelve films in batches of four: three steps in each of two epochs, read from the disk.
    assert_eq!(run(&harness).1.live.steps.points().len(), 6);
    harness.get_by_label("AUC by epoch").click();
    harness.run();
    // Its middle is nearer to the first epoch than to the second.
    let (choices, record) = run(&harness);
    assert_eq!(choices.epoch, EpochChoice::At(1));
    let auc = record.epochs[0].valid_auc.macro_mean().unwrap();
    harness.get_by_label(&format!("Macro {auc:.3}"));
    click(&mut harness, "Mass");
    harness.run();
    assert_eq!(run(&harness).0.curves.finding.as_deref(), Some("Mass"));
    harness.get_by_label("Mass, validation");
    harness
        .get_by_role_and_label(Role::CheckBox, "Log loss")
        .click();
    harness.run();
    assert!(run(&harness).0.curves.log_loss);
    click(&mut harness, "Export curves…");
    step_until("the files", &mut harness, |app| {
        let notices = app.state.shared.notices.iter();
        notices
            .into_iter()
            .any(|notice| notice.text.starts_with("Saved"))
    });
    for name in ["curves.csv", "auc.svg", "auc.png", "loss.svg", "loss.png"] {
        assert!(to.join(name).is_file(), "{name}");
    }
    let svg = std::fs::read_to_string(to.join("auc.svg")).unwrap();
    assert!(svg.contains("Mass, validation"), "what is on the screen");
}

#[test]
fn runs_of_several_seeds_have_a_mean_and_are_compared_at_once() {
    let data = TrainingData::new(false);
    for seed in [1, 2, 3] {
        let config = TrainConfig {
            seed,
            ..data.config(1)
        };
        data.trained(&format!("s{seed}"), &config);
    }
    let mut harness = app(&data, folder_of(&data));
    look_in_folder(&mut harness, 3);
    let found = harness.state().state.training.runs.found().unwrap();
    let mean = found.groups[0].valid.unwrap().mean;
    harness.get_by_label("3 seeds");
    assert!(harness.query_all_by_label(&format!("{mean:.3}")).count() > 0);
    harness.get_by_label_contains("Compare all: ").click();
    step_until("the others", &mut harness, |app| {
        let training = &app.state.training;
        training.run.is_some() && training.compared.records.len() == 2
    });
    harness.run();
    harness.get_by_label("Settings, what differs first");
    harness.get_by_label("seed");
    let state = &harness.state().state;
    let records: Vec<_> = std::iter::once(&state.training.run.as_ref().unwrap().record)
        .chain(&state.training.compared.records)
        .collect();
    let plotted = PlottedRuns::new(&records, &CurveChoices::default());
    let mean = &plotted.auc.last().unwrap().curve;
    assert!(mean.name.contains("Mean of 3 seeds"), "{}", mean.name);
    assert_eq!(mean.band.len(), 1);
}
