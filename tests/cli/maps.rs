//! Maps on the command line: which methods there are, and how they meet boxes.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn thorax(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_thorax"))
        .args(args)
        .current_dir(folder)
        .env("XDG_CACHE_HOME", folder.join("cache"))
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8(output.stdout.clone()).unwrap()
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
    assert_ne!(differ("hires-cam"), differ("grad-cam"));
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
