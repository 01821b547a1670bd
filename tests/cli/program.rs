use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use thorax::model::{Classifier, ComputeDevice, ModelSource};

fn thorax(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_thorax"))
        .args(args)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET")
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn phantom() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/phantom.png")
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A good film, a broken one, and a file that is no film.
fn good_and_broken() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(phantom(), folder.path().join("a.png")).unwrap();
    let png = fs::read(phantom()).unwrap();
    fs::write(folder.path().join("b.png"), &png[..3000]).unwrap();
    fs::write(folder.path().join("notes.txt"), "no film").unwrap();
    folder
}

#[test]
fn json_goes_on_past_a_bad_film_and_exits_with_1() {
    let folder = good_and_broken();
    let output = thorax(&["classify", text(folder.path()), "--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let films: Value = serde_json::from_slice(&output.stdout).unwrap();
    let films = films.as_array().unwrap();
    assert_eq!(films.len(), 2);
    let good = &films[0];
    assert!(good["path"].as_str().unwrap().ends_with("a.png"));
    assert_eq!(good["error"], Value::Null);
    assert_eq!(good["scores"].as_object().unwrap().len(), 14);
    let bad = &films[1];
    assert_eq!(bad["scores"], Value::Null);
    assert_eq!(bad["thresholds"], Value::Null);
    assert_eq!(bad["positive"], serde_json::json!([]));
    assert!(bad["error"].as_str().unwrap().contains("b.png"));
    assert!(stderr(&output).contains("1 of 2 films failed"));
}

#[test]
fn positive_is_score_at_or_above_threshold_and_scores_equal_those_of_the_library_bit_by_bit() {
    let output = thorax(&["classify", text(&phantom()), "--format", "json"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let films: Value = serde_json::from_slice(&output.stdout).unwrap();
    let film = &films[0];
    let classifier = Classifier::open(&ModelSource::Default, &ComputeDevice::cpu()).unwrap();
    let reading = classifier
        .score(thorax::film::open(&phantom()).unwrap().picture())
        .unwrap();
    for (label, score) in reading.scores.iter() {
        let printed = film["scores"][label].to_string().parse::<f32>().unwrap();
        assert_eq!(printed.to_bits(), score.get().to_bits(), "{label}");
        let threshold = film["thresholds"][label].as_f64().unwrap();
        let positive = film["positive"].as_array().unwrap();
        let is_positive = positive.iter().any(|name| name == label);
        assert_eq!(is_positive, f64::from(printed) >= threshold, "{label}");
    }
    let warnings = film["warnings"].to_string();
    assert!(warnings.contains("no operating point"), "{warnings}");
}

#[test]
fn csv_has_one_row_a_film_and_empty_scores_where_it_failed() {
    let folder = good_and_broken();
    let output = thorax(&["classify", text(folder.path()), "--format", "csv"]);
    let table = stdout(&output);
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let header = reader.headers().unwrap().clone();
    assert_eq!(&header[0], "path");
    assert_eq!(&header[1], "error");
    assert_eq!(&header[2], "Atelectasis");
    assert_eq!(header.len(), 16);
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 2);
    assert!(rows[0][1].is_empty() && rows[0][2].parse::<f32>().is_ok());
    assert!(!rows[1][1].is_empty());
    assert!(rows[1].iter().skip(2).all(str::is_empty));
}

#[test]
fn the_table_carries_the_notice_and_a_good_run_leaves_stderr_empty() {
    let output = thorax(&["classify", text(&phantom())]);
    assert!(stdout(&output).contains(thorax::domain::NOTICE));
    assert_eq!(stderr(&output), "");
}

#[test]
fn maps_are_written_with_the_film_and_a_caption_below() {
    let folder = tempfile::tempdir().unwrap();
    let maps = folder.path().join("maps");
    let film = phantom();
    let label = ["--cam-label", "Hernia"];
    let output = thorax(&[
        "classify",
        text(&film),
        text(&film),
        "--cam",
        text(&maps),
        label[0],
        label[1],
    ]);
    assert!(output.status.success(), "{}", stderr(&output));
    let picture = image::open(maps.join("phantom.Hernia.png")).unwrap();
    assert_eq!(picture.width(), 1024);
    assert!(picture.height() > 1100, "{}", picture.height());
    // The same film twice: the second picture does not replace the first.
    assert!(maps.join("phantom-2.Hernia.png").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_map_that_cannot_be_written_leaves_the_scores() {
    // A folder that can be looked into and not written to, not even by root.
    let film = phantom();
    let asked = ["--cam", "/proc", "--cam-label", "Hernia"];
    let paths = ["classify", "nowhere.png", text(&film), "--format", "json"];
    let output = thorax(&[&paths[..], &asked[..]].concat());
    assert!(!output.status.success());
    let map = "phantom.Hernia.png";
    assert!(stderr(&output).contains(map), "{}", stderr(&output));
    let films: Value = serde_json::from_str(&stdout(&output)).unwrap();
    // What cannot be opened keeps its place.
    assert!(films[0]["path"] == "nowhere.png" && films[0]["scores"].is_null());
    assert!(films[1]["scores"]["Hernia"].is_number());
    let warnings = films[1]["warnings"].to_string();
    assert!(warnings.contains(map), "{warnings}");
}

#[test]
fn import_writes_a_model_and_refuses_what_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let layouts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/keras_layouts");
    let model = folder.path().join("model.safetensors");
    let weights = layouts.join("fixed_strings.h5");
    let import = ["import", text(&weights), "-o", text(&model)];
    let output = thorax(&[&import[..], &["--interpolation", "bilinear"]].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    let output = thorax(&["info", text(&model), "--format", "json"]);
    let card: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(card["preprocessing"]["interpolation"], "bilinear");
    assert_eq!(card["architecture"]["depth"], 11);
    assert_eq!(card["labels"].as_array().unwrap().len(), 14);
    let output = thorax(&["info", text(&model)]);
    assert!(stdout(&output).contains("no operating point"));
    let other = folder.path().join("other.safetensors");
    let output = thorax(&["import", text(&phantom()), "-o", text(&other)]);
    assert_eq!(output.status.code(), Some(1));
    let complaint = stderr(&output);
    assert!(complaint.contains("phantom.png"), "{complaint}");
    assert_eq!(complaint.lines().count(), 1, "{complaint}");
}

#[test]
fn a_model_that_is_none_is_named() {
    let film = phantom();
    let output = thorax(&["classify", text(&film), "--model", text(&film)]);
    assert_eq!(output.status.code(), Some(1));
    let complaint = stderr(&output);
    assert!(complaint.contains("phantom.png"), "{complaint}");
    assert_eq!(stdout(&output), "");
}

#[cfg(all(unix, not(target_os = "macos")))]
#[test]
fn without_a_display_one_line_names_classify() {
    let output = thorax(&[]);
    assert_eq!(output.status.code(), Some(1));
    let complaint = stderr(&output);
    assert_eq!(complaint.lines().count(), 1, "{complaint}");
    assert!(complaint.contains("thorax classify"), "{complaint}");
}

#[cfg(not(feature = "cuda"))]
#[test]
fn a_gpu_that_this_build_lacks_is_refused_plainly() {
    let output = thorax(&["classify", text(&phantom()), "--device", "cuda"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("--features cuda"));
}

/// Exactly one line on stderr, which contains `expected`.
fn check_one_line(output: &Output, expected: &str) {
    let stderr = stderr(output);
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(stderr.contains(expected), "{stderr}");
}

#[cfg(feature = "cuda")]
#[test]
fn without_a_driver_a_gpu_build_scores_on_the_processor_and_says_so_in_one_line() {
    let args = ["classify", text(&phantom()), "--format", "json"];
    let expected = thorax(&args);
    assert!(expected.status.success() && expected.stderr.is_empty());
    let output = thorax(&[&args[..], &["--device", "cuda", "--threads", "1"]].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    if stderr(&output).contains("no effect on GPU") {
        println!("skipped: this machine has a GPU");
        return;
    }
    check_one_line(&output, "using the CPU");
    assert_eq!(stdout(&output), stdout(&expected));
}

#[test]
fn threads_where_they_have_no_effect_are_remarked_upon() {
    let film = phantom();
    let args = ["classify", text(&film), "--engine", "reference"];
    let output = thorax(&[&args[..], &["--threads", "2"]].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    check_one_line(&output, "--threads applies to the built-in kernels only");
    assert_eq!(stderr(&thorax(&args)), "");
}

#[test]
fn precision_is_refused_on_the_processor() {
    let output = thorax(&["classify", text(&phantom()), "--precision", "bf16"]);
    assert_eq!(output.status.code(), Some(1));
    check_one_line(&output, "it needs --device cuda");
}

#[test]
fn each_film_says_whether_it_is_fit_and_how_far_its_scores_move() {
    let phantom = phantom();
    let output = thorax(&[
        "classify",
        text(&phantom),
        "--format",
        "json",
        "--jitter",
        "3",
    ]);
    assert!(output.status.success(), "{}", stderr(&output));
    let films: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(films[0]["input"]["level"], "fine");
    assert_eq!(films[0]["input"]["reasons"].as_array().unwrap().len(), 0);
    let jitter = films[0]["jitter"].as_object().unwrap();
    assert_eq!(jitter.len(), 14);
    for (label, interval) in jitter {
        let [low, median, high] = [0, 1, 2].map(|idx| interval[idx].as_f64().unwrap());
        assert!(low <= median && median <= high, "{label}: {interval}");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("stripes.png");
    let gray = |x: u32, y: u32| image::Luma([((x * 7) ^ (y * 13)) as u8]);
    image::GrayImage::from_fn(200, 200, gray)
        .save(&path)
        .unwrap();
    let output = thorax(&["classify", text(&path)]);
    let table = stdout(&output);
    assert!(
        table.contains("input refused: Not a frontal chest film."),
        "{table}"
    );
}

/// The sample film at an eighth of its gray range.
fn dim(folder: &Path) -> PathBuf {
    let path = folder.join("dim.png");
    let mut film = image::open(phantom()).unwrap().into_luma8();
    film.pixels_mut().for_each(|pixel| pixel.0[0] /= 8);
    film.save(&path).unwrap();
    path
}

#[test]
fn a_film_without_contrast_is_scored_by_an_auto_window_only_when_told_to_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let films = [dim(folder.path()), phantom()];
    let scored = |option: &[&str]| -> Vec<Value> {
        let args = [
            &[
                "classify",
                text(&films[0]),
                text(&films[1]),
                "--format",
                "json",
            ],
            option,
        ];
        let output = thorax(&args.concat());
        assert!(output.status.success(), "{}", stderr(&output));
        let said = stderr(&output).contains("window is set aside");
        assert_eq!(said, !option.is_empty());
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let distance = |a: &Value, b: &Value| {
        let labels = a["scores"].as_object().unwrap().iter();
        let distances = labels
            .map(|(label, score)| score.as_f64().unwrap() - b["scores"][label].as_f64().unwrap());
        distances.fold(0.0, |most: f64, distance| most.max(distance.abs()))
    };
    let (by_file, by_auto) = (scored(&[]), scored(&["--auto-window"]));
    assert!(!by_file[0].to_string().contains("set aside"));
    let reason = "the file's window (Full range) was set aside by the user";
    assert!(by_auto[0]["input"]["reasons"].to_string().contains(reason));
    assert_eq!(by_auto[0]["input"]["level"], "doubtful");
    // An eighth of 256 grays is left: the scores are near those of the whole film.
    assert!(distance(&by_auto[0], &by_auto[1]) < 0.1);
    assert!(distance(&by_file[0], &by_file[1]) > distance(&by_auto[0], &by_auto[1]));
    // A film with contrast keeps the window of its file.
    assert_eq!(by_auto[1], by_file[1]);
}

#[test]
fn a_film_on_its_side_and_inverted_is_scored_as_told_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let changed = folder.path().join("changed.png");
    let mut film = image::imageops::rotate90(&image::open(phantom()).unwrap().into_luma8());
    image::imageops::invert(&mut film);
    film.save(&changed).unwrap();
    let scored = |args: &[&str]| -> Value {
        let output = thorax(&[&["classify", "--format", "json"], args].concat());
        assert!(output.status.success(), "{}", stderr(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let upright = scored(&[text(&phantom())]);
    let told = scored(&["--rotate", "270", "--invert", text(&changed)]);
    assert_eq!(told[0]["scores"], upright[0]["scores"]);
    let reasons = told[0]["input"]["reasons"].to_string();
    assert!(
        reasons.contains("Black and white exchanged by the user"),
        "{reasons}"
    );
    assert!(
        reasons.contains("Rotated counterclockwise by 90° by the user"),
        "{reasons}"
    );
    let not_told = scored(&[text(&changed)]);
    assert_ne!(not_told[0]["scores"], upright[0]["scores"]);
}

#[test]
fn files_without_a_film_are_passed_over_in_words() {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(phantom(), folder.path().join("a.png")).unwrap();
    let mut report = vec![0; 128];
    report.extend(b"DICM\x02\0\x02\0UI\x1e\x001.2.840.10008.5.1.4.1.1.88.11\0");
    fs::write(folder.path().join("SR1"), report).unwrap();
    let to = folder.path().join("out");
    for args in [
        vec!["classify", text(folder.path())],
        vec!["export", text(folder.path()), "--to", text(&to)],
    ] {
        let output = thorax(&args);
        assert!(output.status.success());
        let said = "1 file without a film was passed over: a structured report";
        assert!(stderr(&output).contains(said), "{}", stderr(&output));
    }
}
