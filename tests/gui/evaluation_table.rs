//! The table of findings and the number fields of evaluation; and that all outputs agree.

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use thorax::evaluate::{Figure, Prevalence};
use thorax::state::{
    EvaluationCommand, EvaluationPick, EvaluationSettings, TableColumn, TableColumns, TableSort,
    TargetForm, TargetKind,
};
use thorax::ui::panels::FigureTable;

use crate::evaluation::{Scores, apply, opened, settle};
use crate::harness::{AppHarness, step_until, type_slowly};

const LABELS: [&str; 3] = ["Effusion", "Mass", "Hernia"];

fn click(harness: &mut AppHarness, name: &str) {
    harness.get_by_role_and_label(Role::Button, name).click();
    settle(harness);
}

fn settings(harness: &AppHarness) -> EvaluationSettings {
    harness.state().state.shared.settings.evaluation
}

fn table(harness: &AppHarness) -> FigureTable {
    FigureTable::of(&harness.state().state.evaluation, settings(harness))
}

/// The findings from top to bottom, as they are on the screen.
fn on_screen(harness: &AppHarness) -> Vec<&'static str> {
    let top = |name: &&str| {
        let row = harness.get_by_role_and_label(Role::Button, name);
        row.rect().top()
    };
    let mut labels = LABELS.to_vec();
    labels.sort_by(|a, b| top(a).total_cmp(&top(b)));
    labels
}

#[test]
fn the_table_is_sorted_by_every_column_and_na_is_last_both_ways() {
    let scores = Scores::new();
    let mut harness = opened(&scores);
    assert_eq!(on_screen(&harness), LABELS, "as in the file");
    let auc = "Sort by Area under the ROC curve";
    click(&mut harness, auc);
    let set = scores.set("valid.csv");
    let area = |place: usize| set.columns[place].auc.map(|auc| auc.auc);
    let best_first = if area(0) > area(1) {
        ["Effusion", "Mass", "Hernia"]
    } else {
        ["Mass", "Effusion", "Hernia"]
    };
    let [best, other, undefined] = best_first;
    assert_eq!(on_screen(&harness), best_first);
    click(&mut harness, &format!("{auc}, largest first"));
    assert_eq!(on_screen(&harness), [other, best, undefined]);
    click(&mut harness, &format!("{auc}, smallest first"));
    assert_eq!(on_screen(&harness), LABELS);
    click(&mut harness, "Sort by Finding");
    assert_eq!(on_screen(&harness), ["Effusion", "Hernia", "Mass"]);
    // Every heading of both tables is one.
    for columns in TableColumns::ALL {
        click(&mut harness, columns.name());
        for column in columns.list(false) {
            if settings(&harness)
                .sort
                .is_some_and(|sort| sort.by == column)
            {
                continue; // Both tables have it.
            }
            click(&mut harness, &format!("Sort by {}", column.words()));
            let sort = settings(&harness).sort;
            let by = column;
            let largest_first = true;
            assert_eq!(sort, Some(TableSort { by, largest_first }));
        }
    }
    // A row is the finding it says, wherever it is.
    click(&mut harness, "Mass");
    assert_eq!(harness.state().state.evaluation.chosen.label_idx(), 1);
}

#[test]
fn columns_are_areas_or_rates_over_a_macro_row_and_are_remembered() {
    let scores = Scores::new();
    let mut harness = opened(&scores);
    click(&mut harness, "Rates at the threshold");
    click(&mut harness, "Sort by Sensitivity");
    let shown = table(&harness);
    let columns = shown.columns.iter();
    let column = columns
        .clone()
        .position(|column| *column == TableColumn::Figure(Figure::F1));
    let of_row = |row: usize| shown.rows[row].cells[column.unwrap()].clone();
    assert_eq!(shown.rows[2].name, "Hernia");
    assert!(of_row(0) != "n/a" && of_row(2) == "n/a", "{shown:?}");
    let f1 = |row: usize| of_row(row).parse::<f64>().unwrap();
    let of_macro = &shown.macro_row.cells[column.unwrap()];
    let expected = f64::midpoint(f1(0), f1(1));
    let found: f64 = of_macro.parse().unwrap();
    assert!((found - expected).abs() < 0.001, "{found}, not {expected}");
    harness.get_by_label("Macro mean");
    // What the program starts with next time.
    let text = ron::to_string(&harness.state().state.shared.settings).unwrap();
    let read: thorax::state::Settings = ron::from_str(&text).unwrap();
    assert_eq!(read.evaluation, settings(&harness));
    assert_eq!(read.evaluation.columns, TableColumns::Rates);
}

#[test]
fn intervals_by_patients_are_made_when_they_are_asked_for() {
    let scores = Scores::new();
    let mut harness = opened(&scores);
    click(&mut harness, "Intervals by patients");
    step_until("the intervals", &mut harness, |app| {
        app.state.evaluation.analyses.patient_intervals().is_some()
    });
    settle(&mut harness);
    let shown = table(&harness);
    let by_patients = TableColumn::PatientInterval;
    let column = shown
        .columns
        .iter()
        .position(|column| *column == by_patients);
    let [effusion, _, hernia] = [0, 1, 2].map(|row: usize| &shown.rows[row].cells[column.unwrap()]);
    assert!(effusion.contains('–') && hernia == "n/a", "{shown:?}");
    let set = scores.set("valid.csv");
    let expected = thorax::evaluate::bootstrap_aucs(
        &set,
        &thorax::evaluate::Bootstrap::default(),
        &thorax::work::Unwatched,
    );
    let found = harness
        .state()
        .state
        .evaluation
        .analyses
        .patient_intervals();
    assert_eq!(found.unwrap(), expected.unwrap());
    // Other scores have none.
    let take = EvaluationCommand::Take(EvaluationPick::Predictions, scores.path("test.csv"));
    apply(&mut harness, take);
    step_until("the other scores", &mut harness, |app| {
        let set = app.state.evaluation.scored().unwrap();
        set.name.ends_with("test.csv")
    });
    assert!(!table(&harness).columns.contains(&by_patients));
}

#[test]
fn legends_are_beside_their_plots_and_never_on_them() {
    let scores = Scores::new();
    let mut harness = opened(&scores);
    let take = EvaluationCommand::Take(EvaluationPick::Compared, scores.path("test.csv"));
    apply(&mut harness, take);
    step_until("the comparison", &mut harness, |app| {
        app.state.evaluation.comparison.done().is_some()
    });
    settle(&mut harness);
    let plots = harness.get_all_by_role(Role::Image);
    let plots: Vec<egui::Rect> = plots.map(|node| node.rect()).collect();
    assert!(plots.len() >= 5, "{plots:?}");
    let compared = format!("Compared: {}", scores.path("test.csv").display());
    for words in ["With", "Without", "95 % (Wilson)", compared.as_str()] {
        let entry = harness.get_by_role_and_label(Role::Label, words).rect();
        let on = plots.iter().find(|plot| plot.intersects(entry));
        assert_eq!(on, None, "{words}: {entry:?}");
    }
}

/// Types into a number field a key a frame, then Enter.
pub fn type_number(harness: &mut AppHarness, label: &str, text: &str) {
    let field = |harness: &AppHarness| {
        harness
            .get_by_role_and_label(Role::SpinButton, label)
            .focus();
    };
    field(harness);
    harness.step();
    harness.step();
    type_slowly(harness, text);
    harness.key_press(Key::Enter);
    settle(harness);
}

#[test]
fn every_number_is_taken_as_it_was_typed_and_not_before() {
    let scores = Scores::new();
    let mut harness = opened(&scores);
    let commands = [
        EvaluationCommand::SetPrevalence(Prevalence::Stated(0.05)),
        EvaluationCommand::SetTarget(TargetForm {
            kind: TargetKind::Specificity,
            value: 0.9,
        }),
    ];
    for command in commands {
        apply(&mut harness, command);
    }
    settle(&mut harness);
    let evaluation = |harness: &AppHarness| {
        let evaluation = &harness.state().state.evaluation;
        let target = evaluation.chosen.target.value;
        (evaluation.threshold(), evaluation.prevalence, target)
    };
    type_number(&mut harness, "Threshold", "0,3125");
    let expected = (0.3125, Prevalence::Stated(0.05), 0.9);
    assert_eq!(evaluation(&harness), expected);
    type_number(&mut harness, "PPV, NPV at a prevalence", "0.0125");
    let expected = (0.3125, Prevalence::Stated(0.0125), 0.9);
    assert_eq!(evaluation(&harness), expected);
    type_number(&mut harness, "Solve for", "0.75");
    let expected = (0.3125, Prevalence::Stated(0.0125), 0.75);
    assert_eq!(evaluation(&harness), expected);
    // What is no number, or out of range, is refused in words and changes nothing.
    for label in ["Threshold", "PPV, NPV at a prevalence", "Solve for"] {
        for text in ["abc", "7"] {
            type_number(&mut harness, label, text);
            assert_eq!(evaluation(&harness), expected, "{label}: {text}");
            let refused = harness.query_all_by_label_contains("Allowed: ");
            assert!(refused.count() > 0, "{label}: {text}");
        }
    }
}

#[test]
fn a_threshold_is_shown_whole_however_it_was_chosen() {
    let scores = Scores::new();
    let mut harness = opened(&scores);
    let shown = |harness: &AppHarness| {
        let field = harness.get_by_role_and_label(Role::SpinButton, "Threshold");
        field.value().unwrap_or_default()
    };
    let is_whole = |harness: &AppHarness, most: usize| {
        let (text, exact) = (shown(harness), harness.state().state.evaluation.threshold());
        assert!(text.len() <= most, "{text}");
        assert!(
            text.parse() == Ok(exact) || text.parse::<f32>().map(f64::from) == Ok(exact),
            "{text}, {exact}"
        );
    };
    // Solved: the score of a film.
    let target = TargetForm {
        kind: TargetKind::Youden,
        value: 0.5,
    };
    apply(&mut harness, EvaluationCommand::SetTarget(target));
    apply(&mut harness, EvaluationCommand::Solve { all: false });
    settle(&mut harness);
    is_whole(&harness, 12);
    // Dragged along the slider.
    let slider = harness.get_by_label("Threshold on the logit scale").rect();
    for share in [0.313, 0.487, 0.711] {
        let at = slider.lerp_inside(egui::vec2(share, 0.2));
        harness.hover_at(at);
        harness.step();
        harness.drag_at(at);
        harness.step();
        harness.drop_at(at);
        settle(&mut harness);
        is_whole(&harness, 9);
        let origin = harness.state().state.evaluation.origin().words();
        assert!(origin.contains("by hand"), "{origin}");
    }
}

#[test]
fn panel_report_csv_and_command_line_have_the_same_figures() {
    let scores = Scores::of_the_default_model();
    let mut harness = opened(&scores);
    let prevalence = Prevalence::Stated(0.125);
    apply(&mut harness, EvaluationCommand::SetPrevalence(prevalence));
    let take = EvaluationCommand::Take(EvaluationPick::Compared, scores.path("test.csv"));
    apply(&mut harness, take);
    step_until("the comparison", &mut harness, |app| {
        app.state.evaluation.comparison.done().is_some()
    });
    for (pick, name) in [
        (EvaluationPick::Figures, "window.csv"),
        (EvaluationPick::Report, "window.html"),
        (EvaluationPick::Plots, "window"),
    ] {
        let take = EvaluationCommand::Take(pick, scores.path(name));
        apply(&mut harness, take);
        step_until(name, &mut harness, |app| {
            let saved = app.state.evaluation.saving.done();
            saved.is_some_and(|(saved, _)| *saved == pick)
        });
    }
    let model = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("weights/thorax.safetensors");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_thorax"))
        .args(["evaluate", "--predictions"])
        .arg(scores.path("valid.csv"))
        .arg("--compare")
        .arg(scores.path("test.csv"))
        .arg("--model")
        .arg(model)
        .args(["--prevalence", "0.125", "--format", "json", "--csv"])
        .arg(scores.path("line.csv"))
        .arg("--report")
        .arg(scores.path("line.html"))
        .arg("--plots")
        .arg(scores.path("line"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let text = |name: &str| std::fs::read_to_string(scores.path(name)).unwrap();
    assert_eq!(text("window.csv"), text("line.csv"));
    assert_eq!(text("window.html"), text("line.html"));
    for plot in ["Mass.roc.svg", "Effusion.rates.svg"] {
        let drawn = text(&format!("window/{plot}"));
        assert_eq!(drawn, text(&format!("line/{plot}")));
        assert!(text("window.html").contains(&drawn), "{plot}");
    }
    // The panel's cells are the CSV's numbers, and the report's.
    let lines = text("window.csv");
    let mut lines = lines.lines();
    let head: Vec<&str> = lines.next().unwrap().split(',').collect();
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), LABELS.len(), "no line is a comment");
    for columns in TableColumns::ALL {
        apply(&mut harness, EvaluationCommand::ShowColumns(columns));
        let table = table(&harness);
        for (row, cells) in table.rows.iter().zip(&rows) {
            assert_eq!(row.name, cells[0]);
            for (column, cell) in table.columns.iter().zip(&row.cells) {
                let TableColumn::Figure(figure) = column else {
                    continue;
                };
                let place = head.iter().position(|name| *name == figure.key());
                let value = cells[place.unwrap()].parse::<f64>().ok();
                assert_eq!(*cell, figure.text(value), "{}: {figure:?}", row.name);
                let page = text("window.html");
                let in_page = page.contains(&format!("<td>{cell}"));
                assert!(in_page, "{}: {figure:?} {cell}", row.name);
            }
        }
    }
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let of_csv = |label: usize, key: &str| {
        let place = head.iter().position(|name| *name == key).unwrap();
        rows[label][place].parse::<f64>().ok()
    };
    for (label, name) in LABELS.into_iter().enumerate() {
        for rate in Figure::RATES {
            let found = json["labels"][name][rate.key()].as_f64();
            assert_eq!(found, of_csv(label, rate.key()), "{name}: {rate:?}");
        }
    }
}
