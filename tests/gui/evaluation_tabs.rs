//! What is under the plots of evaluation: subgroups, comparison, maps and boxes.

use std::fmt::Write as _;

use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use thorax::dataset::{DataSet, LabelRules};
use thorax::evaluate::{compare, subgroups};
use thorax::state::{Command, EvaluationCommand, EvaluationPick, EvaluationTab};
use thorax::ui::panels::{ComparisonTable, MapTable, SubgroupTable};

use crate::evaluation::{Scores, apply, opened, settle};
use crate::evaluation_table::type_number;
use crate::films::phantom;
use crate::harness::{AppHarness, step_until, type_slowly};

fn show(harness: &mut AppHarness, tab: EvaluationTab) {
    harness
        .get_by_role_and_label(Role::Button, tab.name())
        .click();
    settle(harness);
    assert_eq!(harness.state().state.shared.settings.evaluation.tab, tab);
}

/// Beside the scores: the table of their films, with a film that is there and its box.
fn write_films(scores: &Scores) {
    let mut table = String::from(
        "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position\n",
    );
    for film in 0..80 {
        let name = if film == 40 {
            "phantom.png".to_owned()
        } else {
            format!("{film}.png")
        };
        let (sex, view) = (["M", "F"][film % 2], ["PA", "AP"][film / 40]);
        let patient = film / 2;
        writeln!(table, "{name},No Finding,0,{patient},50,{sex},{view}").unwrap();
    }
    std::fs::write(scores.path("Data_Entry_2017.csv"), table).unwrap();
    std::fs::copy(phantom(), scores.path("phantom.png")).unwrap();
    let boxes = "Image Index,Finding Label,Bbox [x,y,w,h],,,\n\
                 phantom.png,Effusion,0,0,1024,1024,,,\n";
    std::fs::write(scores.path("BBox_List_2017.csv"), boxes).unwrap();
}

fn take_films(harness: &mut AppHarness, scores: &Scores) {
    let folder = scores.path("Data_Entry_2017.csv");
    let folder = folder.parent().unwrap().to_owned();
    apply(
        harness,
        EvaluationCommand::Take(EvaluationPick::Films, folder),
    );
}

#[test]
fn a_comparison_has_a_row_with_its_interval_for_every_finding() {
    let scores = Scores::new();
    let mut harness = opened(&scores);
    let take = EvaluationCommand::Take(EvaluationPick::Compared, scores.path("test.csv"));
    apply(&mut harness, take);
    step_until("the comparison", &mut harness, |app| {
        app.state.evaluation.comparison.done().is_some()
    });
    settle(&mut harness);
    let tab = harness.state().state.shared.settings.evaluation.tab;
    assert_eq!(tab, EvaluationTab::Comparison, "it is shown at once");
    let expected = compare(&scores.set("valid.csv"), &scores.set("test.csv")).unwrap();
    let table = ComparisonTable::of(&expected);
    assert_eq!(table.rows.len(), 3);
    for row in table.rows.iter().chain([&table.macro_row]) {
        let name = format!("Difference of AUC of {} ", row.name);
        let bar = harness.get_by_label_contains(&name);
        let interval = row
            .interval
            .map(|(low, high)| format!("{low:.3} to {high:.3}"));
        let said = bar.accesskit_node().label().unwrap();
        assert!(said.contains(&interval.unwrap_or_default()), "{said}");
        assert_eq!(said.contains("n/a"), row.difference.is_none(), "{said}");
    }
    harness
        .get_by_role_and_label(Role::Button, "Films that differ most")
        .click();
    settle(&mut harness);
    let state = &harness.state().state;
    assert_eq!(state.shared.settings.evaluation.tab, EvaluationTab::Films);
    assert!(state.evaluation.listed.different.is_some());
}

#[test]
fn subgroups_are_those_of_the_command_line_at_the_thresholds_of_now() {
    let scores = Scores::new();
    write_films(&scores);
    let mut harness = opened(&scores);
    show(&mut harness, EvaluationTab::Subgroups);
    harness.get_by_role_and_label(Role::Button, "Folder of these films…");
    take_films(&mut harness, &scores);
    let done =
        |app: &thorax::app::ThoraxApp| app.state.evaluation.analyses.subgroups.done().is_some();
    step_until("the subgroups", &mut harness, done);
    settle(&mut harness);
    let data = DataSet::open_by(
        scores.path("Data_Entry_2017.csv").parent().unwrap(),
        None,
        LabelRules::default(),
    )
    .unwrap();
    let expected = |harness: &AppHarness| {
        let thresholds = harness.state().state.evaluation.chosen.thresholds();
        subgroups(&scores.set("valid.csv"), &data.table, thresholds)
    };
    let found = |harness: &AppHarness| {
        let found = harness.state().state.evaluation.analyses.subgroups.done();
        found.unwrap().clone()
    };
    assert_eq!(found(&harness).groups, expected(&harness));
    for name in ["View: PA", "View: AP", "Sex: female", "Age: 40 to 59"] {
        harness.get_by_role_and_label(Role::Label, name);
    }
    apply(&mut harness, EvaluationCommand::SetThreshold(0.3));
    apply(&mut harness, EvaluationCommand::EndMove);
    settle(&mut harness);
    assert_ne!(found(&harness).groups, expected(&harness));
    harness
        .get_by_role_and_label(Role::Button, "At the thresholds of now")
        .click();
    harness.step();
    harness.step();
    step_until("the subgroups", &mut harness, done);
    settle(&mut harness);
    let groups = found(&harness);
    assert_eq!(groups.groups, expected(&harness));
    let table = SubgroupTable::of(&groups, 0, None);
    assert_eq!(table.threshold, Some(0.3));
    let row = table
        .rows
        .iter()
        .find(|row| row.name == "View: PA")
        .unwrap();
    assert_eq!(row.n_films[0], 40);
    assert_eq!(row.n_films[1] + row.n_films[2], 40);
}

#[test]
fn maps_of_the_model_that_made_the_scores_are_compared_with_boxes_and_can_be_stopped() {
    let scores = Scores::of_the_default_model();
    write_films(&scores);
    let mut harness = opened(&scores);
    show(&mut harness, EvaluationTab::Maps);
    // In one frame: a film is quickly done.
    let folder = scores.path("valid.csv").parent().unwrap().to_owned();
    let take = EvaluationCommand::Take(EvaluationPick::Films, folder);
    for command in [take, EvaluationCommand::Cancel] {
        let command = Command::Evaluation(command);
        harness.state_mut().state.apply(command);
    }
    let is_running = harness.state().state.evaluation.analyses.maps.is_running();
    assert!(is_running, "it is over as soon as that is polled for");
    step_until("the end", &mut harness, |app| {
        !app.state.evaluation.analyses.maps.is_running()
    });
    settle(&mut harness);
    let maps = |harness: &AppHarness| {
        harness
            .state()
            .state
            .evaluation
            .analyses
            .maps
            .done()
            .cloned()
    };
    assert!(maps(&harness).is_none(), "it was stopped");
    harness
        .get_by_role_and_label(Role::Button, "Compare maps with boxes")
        .click();
    harness.step();
    step_until("the maps", &mut harness, |app| {
        !app.state.evaluation.analyses.maps.is_running()
    });
    settle(&mut harness);
    let found = maps(&harness).unwrap();
    let boxed = found.localization.shown().iter();
    let boxed: Vec<_> = boxed.filter(|label| label.n_films > 0).collect();
    assert_eq!(boxed.len(), 1);
    // The box is the whole film.
    let counts = (boxed[0].name.as_str(), boxed[0].n_films, boxed[0].n_hits);
    assert_eq!(counts, ("Effusion", 1, 1));
    let rule = harness.state().state.evaluation.analyses.map_rule;
    let table = MapTable::of(&found.localization, rule.method);
    assert_eq!(table.rows[0][..3], ["Effusion", "1", "1 (1.00)"]);
    harness.get_by_label(&table.title);
    harness.get_by_role_and_label(Role::Label, "All boxes");
}

#[test]
fn the_map_threshold_is_taken_as_it_was_typed_and_not_before() {
    let scores = Scores::new();
    let mut harness = opened(&scores);
    show(&mut harness, EvaluationTab::Maps);
    let cut = |harness: &AppHarness| harness.state().state.evaluation.analyses.map_rule.cut;
    let before = cut(&harness);
    harness
        .get_by_role_and_label(Role::SpinButton, "Map threshold")
        .focus();
    harness.step();
    harness.step();
    type_slowly(&mut harness, "0,255");
    assert_eq!(cut(&harness), before, "not before Enter");
    harness.key_press(egui::Key::Enter);
    settle(&mut harness);
    assert_eq!(cut(&harness), 0.255);
    for text in ["abc", "0", "7"] {
        type_number(&mut harness, "Map threshold", text);
        assert_eq!(cut(&harness), 0.255, "{text}");
        let refused = harness.query_all_by_label_contains("Allowed: ");
        assert!(refused.count() > 0, "{text}");
    }
}

#[test]
fn maps_of_scores_that_name_no_model_are_refused() {
    let scores = Scores::new();
    write_films(&scores);
    let mut harness = opened(&scores);
    show(&mut harness, EvaluationTab::Maps);
    take_films(&mut harness, &scores);
    settle(&mut harness);
    let notices = &harness.state().state.shared.notices;
    let words = "the model that made these scores is not known";
    assert!(notices.iter().any(|notice| notice.text.contains(words)));
}
