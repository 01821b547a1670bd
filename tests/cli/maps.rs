//! Maps on the command line: which methods there are, and how they meet boxes.

use std::fs;
use std::path::Path;

use serde_json::Value;
use thorax::bench::arbitrary_weights;
use thorax::domain::Labels;
use thorax::imaging::{Interpolation, Preprocessing};
use thorax::model::{ModelCard, ModelFile, Provenance};
use thorax_engine::NetworkSpec;

use crate::run::{stdout, thorax};

/// A small network with arbitrary weights, so that hundreds of forward passes take no time.
fn small_model(folder: &Path) {
    let architecture = NetworkSpec::new(11, 32, 2).unwrap();
    let labels = ["Cardiomegaly", "Mass"].map(str::to_owned);
    let card = ModelCard::new(
        "small".to_owned(),
        Labels::new(labels.into()).unwrap(),
        architecture,
        Preprocessing::new(32, Interpolation::Area, 1.0 / 255.0).unwrap(),
        Provenance::default(),
    );
    let file = ModelFile::new(card.unwrap(), arbitrary_weights(&architecture)).unwrap();
    file.save(&folder.join("small.safetensors")).unwrap();
}

/// Three drawn films of three patients: one with boxes of two findings, two with a box of one.
fn boxed_films() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let phantom = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/phantom.png");
    let mut table = String::from("Image Index,Finding Labels,Patient ID\n");
    for (patient, name) in ["a.png", "b.png", "c.png"].into_iter().enumerate() {
        fs::copy(&phantom, folder.path().join(name)).unwrap();
        table += &format!("{name},Cardiomegaly|Mass,{patient}\n");
    }
    fs::write(folder.path().join("Data_Entry_2017_v2020.csv"), table).unwrap();
    let boxes = "Image Index,Finding Label,Bbox [x,y,w,h],,,\n\
                 a.png,Cardiomegaly,0,0,1024,1024\n\
                 a.png,Mass,1,1,2,2\n\
                 b.png,Cardiomegaly,0,0,1024,1024\n\
                 c.png,Cardiomegaly,1,1,2,2\n";
    fs::write(folder.path().join("BBox_List_2017.csv"), boxes).unwrap();
    small_model(folder.path());
    folder
}

const METHODS: [&str; 5] = [
    "hires-cam",
    "grad-cam",
    "grad-cam-4x4",
    "guided",
    "guided-4x4",
];

#[test]
fn boxes_meet_the_maps_of_every_method_in_one_pass_over_all_films() {
    let folder = boxed_films();
    let args = ["evaluate", "--data", ".", "--split", "all", "--boxes"];
    let output = thorax(folder.path(), &[&args[..], &["--format", "json"]].concat());
    let found: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(found["default_method"], "hires-cam");
    assert_eq!(
        found["map_threshold"]
            .as_f64()
            .map(|cut| (cut * 100.0).round()),
        Some(30.0)
    );
    for method in METHODS {
        let of = &found["localization"][method];
        let figures = &of["Cardiomegaly"];
        assert_eq!(figures["n"], 3, "{method}: {of}");
        assert_eq!(of["Mass"]["n"], 1, "{method}: {of}");
        assert_eq!(of.as_object().unwrap().len(), 2, "only findings with a box");
        let (hits, iou) = (&figures["hits"], figures["mean_iou"].as_f64().unwrap());
        // A map that has evidence has its maximum within a box of the whole film.
        assert!(*hits == 2 || *hits == 0, "{method}: {hits}");
        assert!((0.0..1.0).contains(&iou), "{method}: {iou}");
    }
    assert_eq!(
        found["localization"].as_object().unwrap().len(),
        METHODS.len()
    );
    let differ = |method: &str| found["localization"][method]["Cardiomegaly"]["mean_iou"].clone();
    assert_ne!(differ("hires-cam"), differ("grad-cam-4x4"));
}

#[test]
fn a_table_of_maps_names_its_method_and_an_unknown_one_lists_all() {
    let folder = boxed_films();
    let args = ["evaluate", "--data", ".", "--split", "all", "--boxes"];
    let text = stdout(&thorax(folder.path(), &args));
    assert!(
        text.contains("Maps by Exact (HiResCAM), map threshold 30 %"),
        "{text}"
    );
    let guided = ["--map-method", "guided", "--map-cut", "0.5"];
    let text = stdout(&thorax(folder.path(), &[&args[..], &guided].concat()));
    assert!(
        text.contains("Maps by Guided, map threshold 50 %"),
        "{text}"
    );
    let output = thorax(
        folder.path(),
        &[&args[..], &["--map-method", "cam"]].concat(),
    );
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{said}");
    assert!(METHODS.iter().all(|method| said.contains(method)), "{said}");
}

#[test]
fn hit_rates_are_kept_in_the_model_file_and_say_on_which_films() {
    let folder = boxed_films();
    let model = "small.safetensors";
    let args = [
        "evaluate", "--data", ".", "--split", "all", "--boxes", "--model", model,
    ];
    let save = [
        "--save-model",
        "kept.safetensors",
        "--hit-rates",
        "--format",
        "json",
    ];
    let output = thorax(folder.path(), &[&args[..], &save].concat());
    let found: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let output = thorax(
        folder.path(),
        &["info", "kept.safetensors", "--format", "json"],
    );
    let card: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let kept = &card["maps"]["Cardiomegaly"];
    assert_eq!(kept["measured_on"], "all films of a table");
    for method in METHODS {
        let (kept, found) = (
            &kept["methods"][method],
            &found["localization"][method]["Cardiomegaly"],
        );
        assert_eq!(
            (&kept["n"], &kept["hits"]),
            (&found["n"], &found["hits"]),
            "{method}"
        );
        // The phantom has air beside it: the share is known.
        assert_eq!(
            kept["mean_outside_body"], found["mean_outside_body"],
            "{method}"
        );
        assert!(
            found["mean_outside_body"].is_f64() || found["hits"] == 0,
            "{found}"
        );
        assert!(found["deletion"].is_null(), "not asked for");
    }
    assert_eq!(
        card["maps"].as_object().unwrap().len(),
        2,
        "no other finding has a box"
    );
    let text = stdout(&thorax(folder.path(), &["info", "kept.safetensors"]));
    assert!(
        text.contains("Maps in boxes: ") && text.contains("hires-cam "),
        "{text}"
    );
    let output = thorax(folder.path(), &[&args[..], &["--hit-rates"]].concat());
    assert!(
        !output.status.success(),
        "--hit-rates without a file to keep them in"
    );
}

#[test]
fn a_film_is_explained_in_numbers_and_pictures() {
    let folder = boxed_films();
    let args = [
        "explain",
        "a.png",
        "--model",
        "small.safetensors",
        "--finding",
        "Cardiomegaly",
    ];
    let json = ["--format", "json", "--method", "all", "--out", "maps"];
    let output = thorax(folder.path(), &[&args[..], &json].concat());
    let found: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(found["default_method"], "hires-cam");
    let finding = &found["findings"]["Cardiomegaly"];
    let output = thorax(
        folder.path(),
        &[
            "classify",
            "a.png",
            "--model",
            "small.safetensors",
            "--format",
            "json",
        ],
    );
    let classified: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(
        finding["score"], classified[0]["scores"]["Cardiomegaly"],
        "to the bit"
    );
    for method in METHODS.into_iter().chain(["occlusion"]) {
        let map = &found["maps"][method]["Cardiomegaly"];
        let side = map["side"].as_u64().unwrap();
        assert_eq!(map["values"].as_array().unwrap().len() as u64, side * side);
        // Its box is the whole film.
        assert_eq!(map["box"]["hit"], !map["maximum_at"].is_null(), "{method}");
        assert!(map.get("curves").is_none(), "not asked for");
        let picture = folder
            .path()
            .join(format!("maps/a.Cardiomegaly.{method}.png"));
        assert!(picture.is_file(), "{}", picture.display());
    }
    assert_eq!(found["maps"]["occlusion"]["Cardiomegaly"]["side"], 16);
    assert_eq!(found["files"].as_array().unwrap().len(), 6);
    let share = &found["maps"]["hires-cam"]["Cardiomegaly"]["outside_body"];
    assert!((0.0..=1.0).contains(&share.as_f64().unwrap()), "{share}");

    // Text, the default method, curves; a film alone gets the finding above threshold or the highest.
    let text = stdout(&thorax(
        folder.path(),
        &[
            "explain",
            "a.png",
            "--model",
            "small.safetensors",
            "--curves",
        ],
    ));
    for words in [
        "Exact (HiResCAM): maximum at",
        "outside the body",
        "; deletion 0.",
        "insertion 0.",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let output = thorax(folder.path(), &["explain", "a.png", "--finding", "Flu"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("Flu"), "{said}");
}

#[test]
fn curves_are_measured_for_every_method_where_they_are_asked_for() {
    let folder = boxed_films();
    let boxes = "Image Index,Finding Label,Bbox [x,y,w,h],,,\na.png,Mass,1,1,2,2\n";
    fs::write(folder.path().join("BBox_List_2017.csv"), boxes).unwrap();
    let args = [
        "evaluate",
        "--data",
        ".",
        "--split",
        "all",
        "--boxes",
        "--curves",
        "--model",
        "small.safetensors",
    ];
    let output = thorax(folder.path(), &[&args[..], &["--format", "json"]].concat());
    let found: Value = serde_json::from_str(&stdout(&output)).unwrap();
    for method in METHODS.into_iter().chain(["occlusion"]) {
        let figures = &found["localization"][method]["Mass"];
        for curve in ["deletion", "insertion"] {
            let area = figures[curve].as_f64().unwrap();
            assert!((0.0..=1.0).contains(&area), "{method} {curve}: {area}");
        }
    }
}

#[test]
fn a_film_that_is_not_fine_is_explained_with_the_reasons() {
    let folder = boxed_films();
    let mut negative = image::open(folder.path().join("a.png")).unwrap();
    negative.invert();
    negative.save(folder.path().join("negative.png")).unwrap();
    let model = ["negative.png", "--model", "small.safetensors"];
    let answer = |command: &str, format: &[&str]| {
        let args = [&[command], &model[..], format].concat();
        stdout(&thorax(folder.path(), &args))
    };
    let json = |command| -> Value {
        serde_json::from_str(&answer(command, &["--format", "json"])).unwrap()
    };
    let (explained, classified) = (json("explain"), json("classify"));
    assert_eq!(explained["input"], classified[0]["input"]);
    assert_eq!(explained["input"]["level"], "refused");
    let reason = explained["input"]["reasons"][0].as_str().unwrap();
    assert!(answer("explain", &[]).contains(reason), "{reason}");
}
