use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

fn data(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_thorax"))
        .arg("data")
        .args(args)
        .output()
        .unwrap()
}

fn report(args: &[&str]) -> Value {
    let output = data(&[args, &["--format", "json"]].concat());
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Forty films of ten patients; every second has a mass, and one film has a file.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let header = "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,\
        View Position,OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y],\n";
    let mut table = header.to_owned();
    for film in 0..40 {
        let label = if film % 2 == 0 { "Mass" } else { "No Finding" };
        let patient = film / 4;
        let number = film % 4;
        // Writing to a string cannot fail.
        let _ = writeln!(
            table,
            "{film}.png,{label},{number},{patient},050Y,F,PA,9,9,1,1,"
        );
    }
    fs::write(folder.path().join("Data_Entry_2017.csv"), table).unwrap();
    fs::create_dir(folder.path().join("images")).unwrap();
    fs::write(folder.path().join("images/7.png"), "").unwrap();
    folder
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_table_is_counted_without_its_films_and_undersampled_whole_where_it_is_not_divided() {
    let folder = folder();
    let report = report(&[text(folder.path()), "--undersample", "every-fifth"]);
    assert_eq!(
        (&report["rows"], &report["patients"]),
        (&json!(24), &json!(10))
    );
    assert_eq!(report["counts"]["Mass"], 20);
    assert_eq!(report["counts"]["No Finding"], 4);
    assert_eq!(report["counts"]["Hernia"], 0);
    assert_eq!(report["views"]["PA"], 24);
    assert_eq!(report["sexes"]["F"], 24);
    assert_eq!(report["ages"]["median"], 50.0);
    assert_eq!(report["files"]["n_missing"], 39);
    assert_eq!(report["files"]["missing"][0], "0.png");
    assert_eq!(
        (&report["parts"], &report["leaks"]),
        (&Value::Null, &json!([]))
    );
    let weight = report["loss_weights"]["Mass"]["positive"].as_f64().unwrap();
    assert!((weight - 4.0 / 24.0).abs() < 1e-12, "{weight}");
}

#[test]
fn undersampling_touches_training_alone_unless_all_is_asked_for() {
    let folder = folder();
    let part = [
        "--split",
        "patient",
        "--valid-share",
        "0.2",
        "--test-share",
        "0.2",
    ];
    let rule = ["--undersample", "0", "--seed", "4"];
    let args = [&[text(folder.path())][..], &part, &rule].concat();
    let report_train = report(&args);
    let parts = &report_train["parts"];
    assert_eq!(parts["train"]["before"]["rows"], 24);
    assert_eq!(parts["train"]["after"]["counts"], json_counts(12, 0));
    assert_eq!(parts["valid"]["after"]["counts"], json_counts(4, 4));
    assert_eq!(report_train["rows"], 12 + 8 + 8);
    assert_eq!(report_train["leaks"], json!([]));
    let report_all = report(&[&args[..], &["--undersample-all"]].concat());
    assert_eq!(report_all["counts"], json_counts(20, 0));
}

fn json_counts(mass: usize, no_finding: usize) -> Value {
    let labels = thorax::domain::Labels::nih_14();
    let mut counts: serde_json::Map<String, Value> = labels
        .iter()
        .map(|label| (label.to_owned(), json!(0)))
        .collect();
    counts.insert("Mass".to_owned(), json!(mass));
    counts.insert("No Finding".to_owned(), json!(no_finding));
    counts.into()
}

#[test]
fn patients_in_two_parts_are_named_and_a_split_by_image_is_warned_of() {
    let folder = folder();
    let list = folder.path().join("test.txt");
    fs::write(&list, "0.png\nimages/1.png\nforeign.png\n").unwrap();
    let args = [
        text(folder.path()),
        "--test-list",
        text(&list),
        "--valid-share",
        "0",
    ];
    let lists = report(&args);
    let leak = json!({"patient_id": "0", "train": 2, "valid": 0, "test": 2});
    assert_eq!(lists["leaks"], json!([leak]));
    assert!(
        lists["notices"][0]
            .as_str()
            .unwrap()
            .contains("foreign.png")
    );
    let table = data(&args);
    let table = String::from_utf8(table.stdout).unwrap();
    assert!(
        table.contains("patient 0: 2 train, 0 valid, 2 test"),
        "{table}"
    );
    // Colors are for terminals.
    assert!(!table.contains('\x1b'));
    let by_image = report(&[text(folder.path()), "--split", "image"]);
    assert!(!by_image["leaks"].as_array().unwrap().is_empty());
    assert!(
        by_image["notices"][0]
            .as_str()
            .unwrap()
            .contains("too good")
    );
}

#[test]
fn other_headers_are_read_by_the_columns_named_and_refused_without() {
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("t.csv");
    fs::write(&table, "file,who,Rib,Cyst\na.png,x,1,0\nb.png,y,1,1\n").unwrap();
    let named = ["--image-column", "file", "--patient-column", "who"];
    let labels = ["--label-columns", "Rib,Cyst"];
    let report = report(&[&[text(&table)][..], &named, &labels].concat());
    assert_eq!(
        report["counts"],
        json!({"Rib": 2, "Cyst": 1, "No Finding": 0})
    );
    let output = data(&[text(&table)]);
    assert_eq!(output.status.code(), Some(1));
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert_eq!(complaint.lines().count(), 1, "{complaint}");
    for part in ["\"who\"", "Patient ID", "line 1", "t.csv"] {
        assert!(complaint.contains(part), "{part}: {complaint}");
    }
    for wrong in [
        &["--split", "lists"][..],
        &["--undersample", "2"],
        &["--patient-column", "who"],
    ] {
        let output = data(&[&[text(&table)], wrong].concat());
        assert!(!output.status.success(), "{wrong:?}");
    }
}

/// A folder with a table and empty films.
fn folder_of(table: &str, films: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("t.csv"), table).unwrap();
    for film in films {
        let path = folder.path().join(film);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "").unwrap();
    }
    folder
}

#[test]
fn unknown_and_uncertain_labels_are_counted_as_the_user_says() {
    let table = "path,Patient ID,Mass,Edema\na.png,1,1,\nb.png,2,-1,0\nc.png,3,0,-1.0\n";
    let folder = folder_of(table, &[]);
    let counts = |args: &[&str]| {
        let report = report(&[&[text(folder.path())][..], args].concat());
        let of = |key: &str, label: &str| report[key][label].as_u64().unwrap();
        ["Mass", "Edema"].map(|label| (of("counts", label), of("known", label)))
    };
    assert_eq!(counts(&[]), [(1, 2), (0, 1)]);
    assert_eq!(counts(&["--uncertain", "ignore"]), [(1, 2), (0, 1)]);
    assert_eq!(counts(&["--uncertain", "positive"]), [(2, 3), (1, 2)]);
    assert_eq!(counts(&["--uncertain", "negative"]), [(1, 3), (0, 2)]);
    let table = data(&[text(folder.path())]);
    let table = String::from_utf8(table.stdout).unwrap();
    assert!(table.contains("known"), "{table}");
    let wrong = data(&[text(folder.path()), "--uncertain", "zero"]);
    let complaint = String::from_utf8(wrong.stderr).unwrap();
    assert!(
        complaint.contains("ignore, positive or negative"),
        "{complaint}"
    );
}

#[test]
fn films_under_another_name_and_rows_that_differ_are_named() {
    let table = "path,Patient ID,Mass\na.png,1,1\nb.png,2,0\nc,3,0\na.png,1,0\n";
    let folder = folder_of(table, &["x/a.PNG", "y/z/b.jpg", "c.dcm"]);
    let report = report(&[text(folder.path())]);
    assert_eq!(report["files"]["found"], 3);
    let by_stem = report["files"]["found_by_stem"].as_object().unwrap();
    assert_eq!(by_stem.len(), 3);
    assert_eq!(report["files"]["conflicts"][0]["line"], 5);
    let notices = report["notices"].to_string();
    for part in ["other labels", "line 5", "another file name", "a.PNG"] {
        assert!(notices.contains(part), "{part}: {notices}");
    }
}

#[test]
fn missing_tables_and_folders_in_their_place_are_named_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("no.csv");
    let output = data(&[text(&path)]);
    let complaint = String::from_utf8(output.stderr).unwrap();
    let expected = format!("no such file: {}\n", path.display());
    assert!(complaint.ends_with(&expected), "{complaint}");
    let films = folder_of("path,Patient ID,Mass\na.png,1,1\n", &[]);
    let output = data(&[text(films.path()), "--test-list", text(folder.path())]);
    let complaint = String::from_utf8(output.stderr).unwrap();
    let expected = format!("not a file but a folder: {}\n", folder.path().display());
    assert!(complaint.ends_with(&expected), "{complaint}");
}
