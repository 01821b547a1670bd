//! What the program writes, and what it leaves alone: files that are there, folders in use, pipes.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::training::{EVERY_STEP, films, thorax, train_args, wait_for_checkpoint, wait_until};

fn run(folder: &Path, args: &[&str]) -> Output {
    thorax(folder, args).output().unwrap()
}

fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn refused(folder: &Path, args: &[&str], reason: &str) {
    let output = run(folder, args);
    let said = complaint(&output);
    assert_eq!(output.status.code(), Some(1), "{args:?}: {said}");
    assert!(
        said.contains(reason) && !said.contains("panicked"),
        "{said}"
    );
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn outputs_of_evaluate_replace_no_file_unless_told_to_and_never_a_film() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let scores = "path,patient_id,label:Mass,score:Mass\na.png,1,1,0.9\nb.png,2,0,0.1\n";
    fs::write(path("p.csv"), scores).unwrap();
    let film = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/phantom.png");
    for option in ["--csv", "--report", "--save-predictions"] {
        fs::write(path("mine"), "mine").unwrap();
        fs::copy(&film, path("film")).unwrap();
        let args = |file| {
            [
                "evaluate",
                "--predictions",
                "p.csv",
                option,
                file,
                "--overwrite",
            ]
        };
        let keeping = args("mine");
        refused(folder.path(), &keeping[..5], "mine");
        refused(folder.path(), &keeping[..5], "--overwrite replaces files");
        assert_eq!(fs::read(path("mine")).unwrap(), b"mine", "{option}");
        let output = run(folder.path(), &args("mine"));
        assert!(output.status.success(), "{}", complaint(&output));
        assert_ne!(fs::read(path("mine")).unwrap(), b"mine", "{option}");
        refused(folder.path(), &args("film"), "a film is never replaced");
        assert!(fs::read(path("film")).unwrap() == fs::read(&film).unwrap());
    }
    let same = [
        "evaluate",
        "--predictions",
        "p.csv",
        "--csv",
        "new",
        "--report",
        "new",
    ];
    refused(folder.path(), &same, "expected two files");
    assert_eq!(names(folder.path()), ["film", "mine", "p.csv"]);
}

#[test]
fn plots_replace_plots_only_when_told_to() {
    let folder = tempfile::tempdir().unwrap();
    let scores = "path,patient_id,label:Mass,score:Mass\na.png,1,1,0.9\nb.png,2,0,0.1\n";
    fs::write(folder.path().join("p.csv"), scores).unwrap();
    let args = [
        "evaluate",
        "--predictions",
        "p.csv",
        "--plots",
        "plots",
        "--overwrite",
    ];
    assert!(run(folder.path(), &args[..5]).status.success());
    let plots = names(&folder.path().join("plots"));
    refused(folder.path(), &args[..5], "is kept");
    let output = run(folder.path(), &args);
    assert!(output.status.success(), "{}", complaint(&output));
    assert_eq!(names(&folder.path().join("plots")), plots);
    // A film under the name of a plot.
    let film = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/phantom.png");
    let plot = plots.iter().find(|name| name.contains("png")).unwrap();
    let plot = folder.path().join("plots").join(plot);
    fs::copy(&film, &plot).unwrap();
    refused(folder.path(), &args, "a film is never replaced");
    assert!(fs::read(&plot).unwrap() == fs::read(&film).unwrap());
}

#[test]
fn an_imported_model_replaces_no_file_unless_told_to() {
    let folder = tempfile::tempdir().unwrap();
    let layouts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/keras_layouts");
    let weights = layouts.join("fixed_strings.h5");
    let model = folder.path().join("model.safetensors");
    fs::write(&model, "mine").unwrap();
    let args = [
        "import",
        weights.to_str().unwrap(),
        "-o",
        "model.safetensors",
        "--overwrite",
    ];
    refused(folder.path(), &args[..4], "model.safetensors");
    assert_eq!(fs::read(&model).unwrap(), b"mine");
    assert!(run(folder.path(), &args).status.success());
    assert_ne!(fs::read(&model).unwrap(), b"mine");
}

#[test]
fn a_film_on_which_a_decoder_panics_costs_no_other_film_its_scores() {
    let folder = tempfile::tempdir().unwrap();
    let phantom = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/phantom.png");
    for name in ["a.png", "c.png"] {
        fs::copy(&phantom, folder.path().join(name)).unwrap();
    }
    // A palette of four bytes, which is no multiple of three.
    let chunk = |kind: &[u8; 4], content: &[u8]| {
        let body = [kind, content].concat();
        let n_bytes = (content.len() as u32).to_be_bytes();
        [&n_bytes, &body[..], &crc32fast::hash(&body).to_be_bytes()].concat()
    };
    let header = [0, 0, 0, 1, 0, 0, 0, 1, 8, 3, 0, 0, 0];
    let pixels = [0x78, 0x9c, 0x63, 0x60, 0, 0, 0, 2, 0, 1];
    let png = [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(b"IHDR", &header),
        chunk(b"PLTE", &[0, 0, 0, 255]),
        chunk(b"IDAT", &pixels),
        chunk(b"IEND", b""),
    ];
    fs::write(folder.path().join("b.png"), png.concat()).unwrap();
    let output = run(folder.path(), &["classify", ".", "--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let films: Value = serde_json::from_slice(&output.stdout).unwrap();
    let has_scores = |place: usize| films[place]["scores"].is_object();
    assert_eq!([0, 1, 2].map(has_scores), [true, false, true]);
    let error = films[1]["error"].as_str().unwrap();
    assert!(error.ends_with("b.png"), "{error}");
    assert!(
        !complaint(&output).contains("panicked"),
        "{}",
        complaint(&output)
    );
}

#[test]
fn a_second_training_in_a_folder_says_that_one_runs_there() {
    let folder = tempfile::tempdir().unwrap();
    films(folder.path());
    let mut first = thorax(folder.path(), &train_args("run", &EVERY_STEP))
        .spawn()
        .unwrap();
    wait_for_checkpoint(folder.path(), "run", &mut first);
    refused(
        folder.path(),
        &train_args("run", &[]),
        "already contains a run",
    );
    let resume = ["train", "--resume", "run", "--threads", "1"];
    refused(
        folder.path(),
        &resume,
        "another training runs in this folder",
    );
    first.kill().unwrap();
    first.wait().unwrap();
    // Its lock is there and locks nothing, and what it was writing is removed.
    let run_folder = folder.path().join("run");
    assert!(run_folder.join("lock").exists());
    let left = [
        "run/.thorax-0123456789.tmp",
        "run/epochs/.thorax-abcdefghij.tmp",
    ];
    for name in left {
        fs::write(folder.path().join(name), "half").unwrap();
    }
    let mut next = thorax(folder.path(), &resume).spawn().unwrap();
    wait_until(
        "what a killed training left is still there",
        &mut next,
        || {
            let is_gone = |name: &&str| !folder.path().join(name).exists();
            left.iter().all(is_gone)
        },
    );
    next.kill().unwrap();
    next.wait().unwrap();
}

#[test]
fn a_start_that_fails_leaves_no_run_folder() {
    let folder = tempfile::tempdir().unwrap();
    films(folder.path());
    let before = names(folder.path());
    let nowhere = ["train", "--data", "none", "--out", "runs/a"];
    refused(folder.path(), &nowhere, "none");
    let bad = ["--set", "init=\"films.csv\""];
    refused(folder.path(), &train_args("runs/b", &bad), "films.csv");
    // Films were decoded before the weights were looked at.
    let after: Vec<_> = names(folder.path())
        .into_iter()
        .filter(|name| name != "cache")
        .collect();
    assert_eq!(after, before);
}

#[test]
fn a_training_without_a_writable_cache_works_in_memory_or_in_another_folder() {
    let folder = tempfile::tempdir().unwrap();
    films(folder.path());
    fs::write(folder.path().join("blocked"), "a file in place of a folder").unwrap();
    let train = |out, more: &[&str]| {
        let args = train_args(out, &[&["--set", "epochs=1"], more].concat());
        let blocked = folder.path().join("blocked");
        let output = thorax(folder.path(), &args)
            .env("XDG_CACHE_HOME", blocked)
            .output();
        let output = output.unwrap();
        assert!(output.status.success(), "{}", complaint(&output));
        complaint(&output)
    };
    assert!(train("memory", &[]).contains("kept in memory"));
    assert!(!train("folder", &["--cache", "own/films"]).contains("kept in memory"));
    assert_eq!(names(&folder.path().join("own/films")).len(), 1);
    let history = |out| fs::read(folder.path().join(out).join("split/train.csv")).unwrap();
    assert_eq!(history("memory"), history("folder"));
}

#[cfg(target_os = "linux")]
#[test]
fn pipes_in_place_of_files_are_refused_and_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    films(folder.path());
    let args = train_args("run", &["--set", "epochs=1"]);
    assert!(run(folder.path(), &args).status.success());
    pipe(&folder.path().join("pipe"));
    refused(
        folder.path(),
        &["evaluate", "--predictions", "pipe"],
        "pipe",
    );
    refused(
        folder.path(),
        &["train", "--config", "pipe", "--out", "new"],
        "pipe",
    );
    refused(folder.path(), &["import", "pipe", "-o", "new"], "pipe");
    let provenance = ["import", "films.csv", "-o", "new", "--provenance", "pipe"];
    refused(folder.path(), &provenance, "pipe");
    // A finished run needs no checkpoint: this one has an epoch to go.
    let config = folder.path().join("run/config.toml");
    let text = fs::read_to_string(&config).unwrap();
    let further = text.replace("\nepochs = 1\n", "\nepochs = 2\n");
    assert_ne!(further, text);
    fs::write(&config, further).unwrap();
    for name in ["run.json", "checkpoint.safetensors", "config.toml"] {
        let path = folder.path().join("run").join(name);
        let kept = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        pipe(&path);
        let output = run(
            folder.path(),
            &["train", "--resume", "run", "--threads", "1"],
        );
        assert_eq!(
            output.status.code(),
            Some(1),
            "{name}: {}",
            complaint(&output)
        );
        fs::remove_file(&path).unwrap();
        fs::write(&path, kept).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn a_link_in_a_run_folder_is_not_written_through() {
    let folder = tempfile::tempdir().unwrap();
    films(folder.path());
    let args = train_args("run", &["--set", "epochs=1"]);
    assert!(run(folder.path(), &args).status.success());
    let mine = folder.path().join("mine.txt");
    fs::write(&mine, "mine").unwrap();
    let log = folder.path().join("run/log.txt");
    fs::remove_file(&log).unwrap();
    std::os::unix::fs::symlink(&mine, &log).unwrap();
    let resume = ["train", "--resume", "run", "--threads", "1"];
    refused(folder.path(), &resume, "log.txt");
    assert_eq!(fs::read(&mine).unwrap(), b"mine");
}

#[test]
fn hostile_weights_are_refused_in_words() {
    let Some(cases) = std::env::var_os("THORAX_CASES") else {
        println!("skipped: THORAX_CASES is not set");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let bomb = Path::new(&cases).join("hostile/h5-bomb-layers200.h5");
    let args = ["import", bomb.to_str().unwrap(), "-o", "model.safetensors"];
    refused(folder.path(), &args, "h5-bomb-layers200.h5");
    assert!(names(folder.path()).is_empty());
}

#[test]
fn maps_and_exports_replace_no_file_unless_told_to_and_never_a_film() {
    let folder = tempfile::tempdir().unwrap();
    let film = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/phantom.png");
    let film = film.to_str().unwrap();
    for (args, out) in [
        (
            vec!["classify", film, "--cam", "maps", "--cam-label", "Mass"],
            "maps",
        ),
        (
            vec!["export", film, "--to", "all", "--cam-label", "Mass"],
            "all",
        ),
    ] {
        let (out, overwriting) = (
            folder.path().join(out),
            [&args[..], &["--overwrite"]].concat(),
        );
        assert!(run(folder.path(), &args).status.success());
        let first = names(&out);
        let map = out.join("phantom.Mass.png");
        let mine = image::GrayImage::new(9, 9);
        // What is there is kept, whatever it is: the next number is taken.
        assert!(run(folder.path(), &args).status.success());
        assert_eq!(names(&out).len(), 2 * first.len());
        // Told to, each file takes the place of its own, and no other is made.
        let before = fs::read(&map).unwrap();
        fs::write(&map, [&before[..], b"older"].concat()).unwrap();
        let output = run(folder.path(), &overwriting);
        assert!(output.status.success(), "{}", complaint(&output));
        assert_eq!(fs::read(&map).unwrap(), before);
        assert_eq!(names(&out).len(), 2 * first.len());
        // Two films of one name in one call never replace each other.
        fs::create_dir_all(folder.path().join("other")).unwrap();
        fs::copy(film, folder.path().join("other/phantom.png")).unwrap();
        let both = [&overwriting[..], &["other/phantom.png"]].concat();
        assert!(run(folder.path(), &both).status.success());
        assert_eq!(names(&out).len(), 2 * first.len());
        // A film that lies there is none of our drawings.
        mine.save(&map).unwrap();
        let film_bytes = fs::read(&map).unwrap();
        refused(folder.path(), &overwriting, "a film is never replaced");
        assert_eq!(fs::read(&map).unwrap(), film_bytes);
    }
}
