//! `thorax evaluate` as users run it.

use std::fs;
use std::path::Path;

use serde_json::Value;
use thorax::model::Classifier;
use thorax::scores::Predictions;

use crate::run::{stdout, thorax};

/// Scores of 60 films of 30 patients, two labels that can be judged and one that cannot.
fn predictions(seed: u32) -> String {
    let mut text = String::from(
        "path,patient_id,label:Mass,label:Edema,label:Hernia,score:Mass,score:Edema,score:Hernia\n",
    );
    for film in 0..60_u32 {
        let noise = f64::from((film * 37 + seed * 11) % 60) / 60.0;
        let (mass, edema) = (u32::from(film % 3 == 0), u32::from(film % 4 == 1));
        let score = |truth: u32, noise: f64| 0.3 * f64::from(truth) + 0.6 * noise;
        let (mass_score, edema_score) = (score(mass, noise), score(edema, 1.0 - noise));
        text += &format!(
            "{film}.png,{},{mass},{edema},0,{mass_score},{edema_score},0.1\n",
            film / 2
        );
    }
    text
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("p.csv"), predictions(1)).unwrap();
    fs::write(folder.path().join("q.csv"), predictions(2)).unwrap();
    folder
}

fn json(folder: &Path, args: &[&str]) -> Value {
    let args = [
        &["evaluate", "--predictions", "p.csv", "--format", "json"],
        args,
    ]
    .concat();
    serde_json::from_str(&stdout(&thorax(folder, &args))).unwrap()
}

#[test]
fn json_has_every_figure_and_null_for_what_is_undefined() {
    let folder = folder();
    let found = json(folder.path(), &["--thresholds", "Mass=0.5,Edema=0.25"]);
    let mass = &found["labels"]["Mass"];
    assert_eq!(
        (mass["n_pos"].as_u64(), mass["n_neg"].as_u64()),
        (Some(20), Some(40))
    );
    assert_eq!(mass["threshold"], 0.5);
    assert_eq!(found["labels"]["Edema"]["threshold"], 0.25);
    // Counted here anew, from the file.
    let rows: Vec<Vec<f64>> = predictions(1)
        .lines()
        .skip(1)
        .map(|line| {
            line.split(',')
                .skip(1)
                .map(|cell| cell.parse().unwrap())
                .collect()
        })
        .collect();
    let count = |flagged: bool, truth: f64| {
        let films = rows
            .iter()
            .filter(|row| (row[4] >= 0.5) == flagged && row[1] == truth);
        films.count() as u64
    };
    for (name, flagged, truth) in [
        ("tp", true, 1.0),
        ("fp", true, 0.0),
        ("tn", false, 0.0),
        ("fn", false, 1.0),
    ] {
        assert_eq!(mass[name].as_u64(), Some(count(flagged, truth)), "{name}");
    }
    let interval = mass["auc_ci"].as_array().unwrap();
    let auc = mass["auc"].as_f64().unwrap();
    assert!(interval[0].as_f64().unwrap() < auc && auc < interval[1].as_f64().unwrap());
    for name in [
        "brier",
        "average_precision",
        "auc_variance",
        "npv",
        "f1",
        "accuracy",
    ] {
        assert!(mass[name].is_number(), "{name}");
    }
    let hernia = &found["labels"]["Hernia"];
    for name in [
        "auc",
        "auc_ci",
        "auc_variance",
        "average_precision",
        "sensitivity",
        "ppv",
    ] {
        assert!(hernia[name].is_null(), "{name}");
    }
    assert_eq!(hernia["specificity"], 1.0);
    assert_eq!(found["macro"]["n_defined"], 2);
    assert!(found["micro"]["auc"].is_number());
}

#[test]
fn thresholds_are_solved_on_other_films_and_stated_ones_go_over_them() {
    let folder = folder();
    let args = [
        "--solve",
        "sensitivity=0.9",
        "--on",
        "q.csv",
        "--thresholds",
        "Edema=0.5",
    ];
    let found = json(folder.path(), &args);
    let on = {
        let args = [
            "evaluate",
            "--predictions",
            "q.csv",
            "--format",
            "json",
            "--thresholds",
        ];
        let mass = format!("Mass={}", found["labels"]["Mass"]["threshold"]);
        let output = thorax(folder.path(), &[&args[..], &[mass.as_str()]].concat());
        serde_json::from_str::<Value>(&stdout(&output)).unwrap()
    };
    let reached = on["labels"]["Mass"]["sensitivity"].as_f64().unwrap();
    assert!((0.9..0.96).contains(&reached), "{reached}");
    assert_eq!(found["labels"]["Edema"]["threshold"], 0.5);
    // Figures of both stand side by side.
    let table = ["evaluate", "--predictions", "p.csv"];
    let output = thorax(
        folder.path(),
        &[&table[..], &args[..2], &args[2..4]].concat(),
    );
    let beside = format!("Mass: sensitivity {reached:.3} and ");
    assert!(stdout(&output).contains(&beside), "{}", stdout(&output));
    // One class alone: said, and left at 0.5.
    let output = thorax(
        folder.path(),
        &["evaluate", "--predictions", "p.csv", "--solve", "youden"],
    );
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("Hernia") && said.contains("--on"), "{said}");
}

#[test]
fn the_report_stands_alone_and_says_what_it_is() {
    let folder = folder();
    let args = [
        "--report",
        "out/report.html",
        "--csv",
        "out/figures.csv",
        "--bootstrap",
        "200",
    ];
    let more = ["--compare", "q.csv"];
    let found = json(folder.path(), &[&args[..], &more[..]].concat());
    assert!(found["labels"]["Mass"]["auc_bootstrap_ci"].is_array());
    assert!(found["labels"]["Hernia"]["auc_bootstrap_ci"].is_null());
    let html = fs::read_to_string(folder.path().join("out/report.html")).unwrap();
    for expected in [
        "Research and education only",
        "<svg",
        "Hernia",
        "n/a",
        "q.csv",
    ] {
        assert!(html.contains(expected), "{expected}");
    }
    for foreign in ["<script", "href=", "src="] {
        assert!(!html.contains(foreign), "{foreign}");
    }
    let csv = fs::read_to_string(folder.path().join("out/figures.csv")).unwrap();
    assert!(
        csv.starts_with("label,n_pos") && csv.contains("\nHernia,0,60,n/a"),
        "{csv}"
    );
}

#[test]
fn what_makes_figures_wrong_is_said() {
    let folder = folder();
    let text = predictions(1);
    let twice = format!("{text}{}\n", text.lines().nth(3).unwrap());
    fs::write(folder.path().join("twice.csv"), twice).unwrap();
    let output = thorax(folder.path(), &["evaluate", "--predictions", "twice.csv"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.contains("2.png"), "{said}");
    // Film 1 with another truth.
    let other = text.replace("\n1.png,0,0,", "\n1.png,0,1,");
    fs::write(folder.path().join("other.csv"), other).unwrap();
    let args = [
        "evaluate",
        "--predictions",
        "p.csv",
        "--compare",
        "other.csv",
    ];
    let output = thorax(folder.path(), &args);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{said}");
    assert!(said.contains("Mass") && said.contains("1.png"), "{said}");
}

#[test]
fn what_cannot_be_judged_is_said_in_one_line_with_the_file() {
    let folder = folder();
    fs::write(folder.path().join("bad.csv"), "path,patient_id\n1,2\n").unwrap();
    fs::write(
        folder.path().join("empty.csv"),
        "path,patient_id,label:A,score:A\n",
    )
    .unwrap();
    let check = |args: &[&str], expected: &str| {
        let output = thorax(folder.path(), &[&["evaluate"], args].concat());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{args:?}");
        assert!(said.contains(expected), "{said}");
    };
    check(&["--predictions", "bad.csv"], "bad.csv");
    check(&["--predictions", "empty.csv"], "empty.csv");
    check(&["--predictions", "none.csv"], "none.csv");
    check(
        &["--predictions", "p.csv", "--thresholds", "Mas=0.5"],
        "Mas",
    );
    check(
        &["--predictions", "p.csv", "--thresholds", "Mass=2"],
        "0..=1",
    );
    check(
        &["--predictions", "p.csv", "--compare", "empty.csv"],
        "empty.csv",
    );
    // Both ways, each as a command.
    check(&[], "`thorax evaluate --predictions");
    check(&[], "--data FOLDER --split test`");
}

#[test]
fn json_carries_the_warnings_that_are_said() {
    let folder = folder();
    assert_eq!(json(folder.path(), &[])["warnings"], serde_json::json!([]));
    let twice = predictions(1) + predictions(1).lines().nth(1).unwrap() + "\n";
    fs::write(folder.path().join("p.csv"), twice).unwrap();
    let warnings = &json(folder.path(), &[])["warnings"];
    assert_eq!(warnings.as_array().unwrap().len(), 1, "{warnings}");
    assert!(warnings[0].as_str().unwrap().contains("more than once"));
}

#[test]
fn frozen_thresholds_are_those_of_the_viewer_and_of_classify() {
    let Some(films) = std::env::var_os("CXR_DATA") else {
        eprintln!("skipped: CXR_DATA is not set");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("weights/thorax.safetensors");
    let (model, data) = (model.to_str().unwrap(), Path::new(&films).join("nih"));
    let data = data.to_str().unwrap();
    let args = [
        "evaluate", "--model", model, "--data", data, "--format", "json",
    ];
    let valid = ["--split", "valid", "--save-predictions", "valid.csv"];
    stdout(&thorax(folder.path(), &[&args[..], &valid[..]].concat()));
    let solve = ["--solve", "sensitivity=0.8", "--on", "valid.csv", "--boxes"];
    let save = [
        "--save-model",
        "frozen.safetensors",
        "--save-predictions",
        "test.csv",
    ];
    let report = ["--report", "report.html"];
    let output = thorax(
        folder.path(),
        &[&args[..], &solve[..], &save[..], &report[..]].concat(),
    );
    let found: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let threshold = found["labels"]["Effusion"]["threshold"].as_f64().unwrap();
    // The shipped model's card has a fit and a frequency for this label.
    let html = fs::read_to_string(folder.path().join("report.html")).unwrap();
    let effusion = html.split("<h3>Effusion</h3>").nth(1).unwrap();
    let effusion = effusion.split("<h3>").next().unwrap();
    for rule in [
        "scores, ECE 0.",
        "weighting undone, ECE 0.",
        "Platt, ECE 0.",
    ] {
        assert!(effusion.contains(rule), "{rule}");
    }
    // As the model card says of these films.
    let n_defined = found["macro"]["n_defined"].as_u64();
    assert_eq!(n_defined, Some(14));
    let macro_auc = found["macro"]["auc"].as_f64().unwrap();
    let card = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/model-card.md");
    let card = fs::read_to_string(card).unwrap();
    let said = card
        .split("Over all 14 findings the mean on the old 356 is ")
        .nth(1);
    let said: f64 = said.unwrap()[..5].parse().unwrap();
    assert!((macro_auc - said).abs() < 1e-3, "{macro_auc}, {said}");

    let film = Path::new(data).join("images");
    let film = fs::read_dir(film).unwrap().next().unwrap().unwrap().path();
    let args = [
        "classify",
        film.to_str().unwrap(),
        "--model",
        "frozen.safetensors",
    ];
    let output = thorax(folder.path(), &[&args[..], &["--format", "json"]].concat());
    let classified: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let used = classified[0]["thresholds"]["Effusion"].as_f64().unwrap();
    assert!((used - threshold).abs() < 1e-6, "{used}, not {threshold}");
    // The same predictions again, with the frozen model's own thresholds: the same table.
    let args = [
        "evaluate",
        "--predictions",
        "test.csv",
        "--model",
        "frozen.safetensors",
    ];
    let output = thorax(folder.path(), &[&args[..], &["--format", "json"]].concat());
    let again: Value = serde_json::from_str(&stdout(&output)).unwrap();
    for name in ["tp", "fp", "tn", "fn", "auc"] {
        let of = |json: &Value| json["labels"]["Effusion"][name].clone();
        assert_eq!(of(&again), of(&found), "{name}");
    }
}

#[test]
fn how_validation_films_scored_is_written_into_a_model_and_all_else_stays() {
    let folder = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (model, scores) = (
        root.join("weights/thorax.safetensors"),
        root.join("tests/reference/scores.csv"),
    );
    let args = ["evaluate", "--predictions", scores.to_str().unwrap()];
    let model = ["--model", model.to_str().unwrap()];
    let save = ["--save-model", "new.safetensors", "--histograms"];
    stdout(&thorax(
        folder.path(),
        &[&args[..], &model[..], &save[..]].concat(),
    ));
    let info = |path: &str| -> Value {
        let args = ["info", path, "--format", "json"];
        serde_json::from_str(&stdout(&thorax(folder.path(), &args))).unwrap()
    };
    let (mut before, mut after) = (info(model[1]), info("new.safetensors"));
    let text = fs::read_to_string(&scores).unwrap();
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let column = rows
        .headers()
        .unwrap()
        .iter()
        .position(|name| name == "label:Mass");
    let truth: Vec<bool> = rows
        .records()
        .map(|row| &row.unwrap()[column.unwrap()] == "1")
        .collect();
    let histogram = &after["validation_scores"]["Mass"];
    let sum = |side: &str| -> u64 {
        let counts = histogram[side].as_array().unwrap().iter();
        counts.map(|count| count.as_u64().unwrap()).sum()
    };
    let n_pos = truth.iter().filter(|positive| **positive).count() as u64;
    assert_eq!(
        (sum("positives"), sum("negatives")),
        (n_pos, truth.len() as u64 - n_pos)
    );
    for card in [&mut before, &mut after] {
        card.as_object_mut().unwrap().remove("validation_scores");
    }
    assert_eq!(before, after);
}

/// Writes predictions that name the model which made them.
fn name_model(folder: &Path, file: &str, id: &str, training: Option<(&str, &str)>) {
    let text = predictions(1);
    let (head, cells) = match training {
        Some((run, epoch)) => (",model_run,model_epoch", format!(",{run},{epoch}")),
        None => ("", String::new()),
    };
    let rows = text.lines().enumerate().map(|(line, row)| match line {
        0 => format!("{row},model_id{head}\n"),
        _ => format!("{row},{id}{cells}\n"),
    });
    fs::write(folder.join(file), rows.collect::<String>()).unwrap();
}

fn built_in() -> String {
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("weights/thorax.safetensors");
    model.to_str().unwrap().to_owned()
}

#[test]
fn operating_points_are_those_of_the_model_that_made_the_scores_or_none() {
    let folder = folder();
    let model = built_in();
    let model = ["--model", model.as_str()];
    let of_mass = |found: &Value| {
        let mass = &found["labels"]["Mass"];
        let origin = mass["threshold_origin"].as_str().unwrap().to_owned();
        (mass["threshold"].as_f64().unwrap(), origin)
    };
    let unset = (0.5, "not set".to_owned());
    let found = json(folder.path(), &model);
    assert_eq!(of_mass(&found), unset, "the scores name no model");
    let said = found["warnings"][0].as_str().unwrap();
    assert!(said.contains("--scores-of-model"), "{said}");
    let stated = [&model[..], &["--scores-of-model"]].concat();
    let of_model = of_mass(&json(folder.path(), &stated));
    assert_ne!(of_model.0, 0.5);
    assert!(of_model.1.starts_with("Youden's index on "), "{of_model:?}");
    // Scores that name it need no word of the user.
    let path = folder.path().join("p.csv");
    let mut named = Predictions::load(&path).unwrap();
    named.model = Some(Classifier::default_file().unwrap().identity());
    named.save(&path).unwrap();
    assert_eq!(of_mass(&json(folder.path(), &model)), of_model);
    // Nor does a word make scores of another model those of this one.
    name_model(folder.path(), "p.csv", "Another run 00c0ffee", None);
    assert_eq!(of_mass(&json(folder.path(), &stated)), unset);
    assert_eq!(of_mass(&json(folder.path(), &model)), unset);
    let args = ["evaluate", "--predictions", "p.csv"];
    let said = thorax(folder.path(), &[&args[..], &model[..]].concat());
    let said = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(said.contains("made by Another run 00c0ffee"), "{said}");
}

#[test]
fn the_built_in_models_own_scores_are_judged_by_its_own_thresholds() {
    let folder = tempfile::tempdir().unwrap();
    let answer = |args: &[&str]| {
        let args = [&["evaluate", "--cache", "films", "--format", "json"], args].concat();
        thorax(folder.path(), &args)
    };
    let judged = |args: &[&str]| {
        let found: Value = serde_json::from_str(&stdout(&answer(args))).unwrap();
        found
    };
    let test = judged(&["--built-in", "test"]);
    let effusion = &test["labels"]["Effusion"];
    assert_eq!(effusion["n_pos"], 212);
    assert_eq!(effusion["n_neg"], 1507);
    let origin = effusion["threshold_origin"].as_str().unwrap();
    assert!(origin.contains("122 of 1010 films positive"), "{origin}");
    assert_eq!(test["warnings"].as_array().map(Vec::len), Some(0));
    // The same table by its path, and as one of millions of rows.
    let path = ["--predictions", "films/built-in/test_predictions.parquet"];
    assert_eq!(judged(&path), test);
    let large = judged(&[&path[..], &["--large-from", "100"]].concat());
    assert_eq!(large["labels"], test["labels"]);
    let output = answer(&["--built-in", "train"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        !output.status.success() && said.contains("expected valid or test"),
        "{said}"
    );
}

#[test]
fn thresholds_are_neither_taken_from_nor_saved_into_another_model() {
    let folder = folder();
    name_model(folder.path(), "p.csv", "Another run 00c0ffee", None);
    name_model(folder.path(), "q.csv", "Mine 11111111", None);
    let model = built_in();
    let solve = ["evaluate", "--predictions", "p.csv", "--solve", "youden"];
    let on = ["--on", "q.csv"];
    let save = ["--model", &model, "--save-model", "new.safetensors"];
    for (more, expected) in [
        (&on[..], "expected scores of Another run 00c0ffee"),
        (&save[..], "made by Another run 00c0ffee, not by"),
    ] {
        let output = thorax(folder.path(), &[&solve[..], more].concat());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{said}");
        assert!(said.contains(expected), "{said}");
    }
    assert!(!folder.path().join("new.safetensors").exists());
    // Scores that name no model may be of this one; those of another may not.
    fs::write(folder.path().join("p.csv"), predictions(1)).unwrap();
    let output = thorax(folder.path(), &[&solve[..], &on[..], &save[..]].concat());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        !output.status.success() && said.contains("Mine 11111111"),
        "{said}"
    );
}

#[test]
fn maps_of_one_model_are_not_judged_by_thresholds_of_another() {
    let Some(films) = std::env::var_os("CXR_DATA") else {
        eprintln!("skipped: CXR_DATA is not set");
        return;
    };
    let folder = folder();
    name_model(folder.path(), "p.csv", "Another run 00c0ffee", None);
    let data = Path::new(&films).join("nih");
    let args = ["evaluate", "--predictions", "p.csv", "--boxes", "--data"];
    let output = thorax(
        folder.path(),
        &[&args[..], &[data.to_str().unwrap()]].concat(),
    );
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        !output.status.success() && said.contains("--boxes"),
        "{said}"
    );
}

#[test]
fn every_output_names_the_model_its_run_and_epoch_and_who_chose_the_thresholds() {
    let folder = folder();
    let run = Some(("r1", "12"));
    name_model(folder.path(), "p.csv", "Mine 11111111", run);
    let args = [
        "--thresholds",
        "Mass=0.25",
        "--solve",
        "f1",
        "--on",
        "q.csv",
    ];
    let more = ["--report", "report.html", "--save-predictions", "again.csv"];
    let found = json(folder.path(), &[&args[..], &more[..]].concat());
    assert_eq!(found["model"]["id"], "Mine 11111111");
    assert_eq!(found["model"]["run"], "r1");
    assert_eq!(found["model"]["epoch"], "12");
    let origins = ["Mass", "Edema", "Hernia"].map(|label| {
        let origin = &found["labels"][label]["threshold_origin"];
        origin.as_str().unwrap().to_owned()
    });
    let solved = "highest F1 on q.csv, 15 of 60 films positive";
    assert_eq!(
        origins,
        ["set by hand on the command line", solved, "not set"]
    );
    let report = fs::read_to_string(folder.path().join("report.html")).unwrap();
    let model = "Scores of Mine 11111111, run r1, epoch 12";
    for expected in [model, "<th>Chosen by</th>", solved] {
        assert!(report.contains(expected), "{expected}");
    }
    let again = fs::read_to_string(folder.path().join("again.csv")).unwrap();
    assert!(
        again
            .lines()
            .nth(1)
            .unwrap()
            .ends_with(",Mine 11111111,r1,12"),
        "{again}"
    );
    let run = |format: &str| {
        let args = ["evaluate", "--predictions", "again.csv", "--format", format];
        stdout(&thorax(folder.path(), &args))
    };
    let csv = run("csv");
    assert!(
        csv.contains("not set,\"Mine 11111111, run r1, epoch 12\""),
        "{csv}"
    );
    // Day and program are columns: a table has no line that is not of the table.
    let program = concat!(",Thorax ", env!("CARGO_PKG_VERSION"), ",");
    assert!(
        csv.lines().skip(1).all(|line| line.contains(program)),
        "{csv}"
    );
    assert!(!csv.contains('#'), "{csv}");
    let written = concat!(" by Thorax ", env!("CARGO_PKG_VERSION"));
    assert!(report.contains("60 films of 30 patients") && report.contains(written));
    assert!(report.contains("Thresholds: set by hand on the command line for 1 of 3 labels"));
    fs::write(folder.path().join("again.csv"), predictions(1)).unwrap();
    assert!(run("csv").contains(",not set,none named,"));
    name_model(
        folder.path(),
        "again.csv",
        "Mine 11111111",
        Some(("r1", "12")),
    );
    let table = run("table");
    assert!(
        table.contains(model) && table.contains("Thresholds: 0.5, not set\n"),
        "{table}"
    );
}

#[test]
fn tables_of_others_give_the_figures_of_our_own_by_names_and_by_columns() {
    let folder = folder();
    let own = Predictions::load(&folder.path().join("p.csv")).unwrap();
    let (mut wide, mut long) = (
        String::from("file,who,m,e,p_m,p_e\n"),
        String::from("image,patient,finding,y_true,y_score\n"),
    );
    for film in &own.films {
        let truth = |place: usize| u8::from(film.truth[place].unwrap());
        let (path, patient) = (film.path.display(), &film.patient_id);
        let (mass, edema) = (film.scores[0], film.scores[1]);
        wide += &format!(
            "{path},{patient},{},{},{mass},{edema}\n",
            truth(0),
            truth(1)
        );
        for (place, name) in ["Mass", "Edema"].iter().enumerate() {
            let (label, score) = (truth(place), film.scores[place]);
            long += &format!("{path},{patient},{name},{label},{score}\n");
        }
    }
    fs::write(folder.path().join("wide.csv"), wide).unwrap();
    fs::write(folder.path().join("long.csv"), long).unwrap();
    let expected = json(folder.path(), &["--bootstrap", "20"]);
    let run = |args: &[&str]| {
        let args = [&["evaluate", "--format", "json", "--bootstrap", "20"], args].concat();
        let found: Value = serde_json::from_str(&stdout(&thorax(folder.path(), &args))).unwrap();
        found
    };
    let long = run(&["--predictions", "long.csv"]);
    let warning = long["warnings"][0].as_str().unwrap();
    assert!(warning.contains("label y_true, score y_score"), "{warning}");
    let columns = ["--label-columns", "m,e", "--score-columns", "p_m,p_e"];
    let named = ["--image-column", "file", "--patient-column", "who"];
    let wide = run(&[&["--predictions", "wide.csv"], &columns[..], &named[..]].concat());
    for (own, found, name) in [
        ("Mass", &long, "Mass"),
        ("Edema", &long, "Edema"),
        ("Mass", &wide, "m"),
        ("Edema", &wide, "e"),
    ] {
        for figure in ["auc", "average_precision", "brier", "sensitivity"] {
            let expected = &expected["labels"][own][figure];
            assert!(expected.is_f64(), "{figure}");
            assert_eq!(&found["labels"][name][figure], expected, "{own} {figure}");
        }
    }
    let refused = |args: &[&str], named: &str| {
        let args = [&["evaluate", "--predictions", "wide.csv"], args].concat();
        let output = thorax(folder.path(), &args);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && error.contains(named), "{error}");
    };
    refused(&[], "label:");
    refused(
        &["--label-columns", "m,e", "--score-columns", "p_m"],
        "got 1 and 2",
    );
    refused(
        &["--label-columns", "m", "--score-columns", "gone"],
        "expected a column gone",
    );
}
