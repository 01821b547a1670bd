//! `thorax train` as users run it, and as a power cut ends it.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use thorax::train::{Checkpoint, RunFolder};

/// Runs on a busy machine get this long.
const PATIENCE: Duration = Duration::from_mins(2);

pub fn thorax(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_thorax"));
    command
        .args(args)
        .current_dir(folder)
        .env("XDG_CACHE_HOME", folder.join("cache"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// A notebook's table of 24 drawn films, each of another patient.
pub fn films(folder: &Path) {
    let mut table = String::from("path,Patient ID,Mass\n");
    for n in 0..24u32 {
        let light = if n % 2 == 0 { 220 } else { 60 };
        let film = image::GrayImage::from_fn(32, 32, |x, y| {
            image::Luma([if (x + n) % 16 < 8 && y < 16 {
                light
            } else {
                20
            }])
        });
        film.save(folder.join(format!("{n}.png"))).unwrap();
        table += &format!("{n}.png,{n},{}\n", u8::from(n % 2 == 0));
    }
    fs::write(folder.join("films.csv"), table).unwrap();
}

pub fn train_args<'a>(out: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut args = vec!["train", "--data", "films.csv", "--out", out];
    for pair in [
        "depth=11",
        "side=32",
        "epochs=3",
        "batch_size=4",
        "undersample=none",
    ] {
        args.extend(["--set", pair]);
    }
    args.extend(["--set", "valid_share=0.25", "--threads", "1"]);
    args.extend(more);
    args
}

fn outcome(folder: &Path, out: &str) -> Checkpoint {
    let run = RunFolder::open(&folder.join(out)).unwrap();
    let mut checkpoint = run.checkpoint().unwrap().unwrap();
    checkpoint.place.elapsed_secs = 0.0;
    for epoch in &mut checkpoint.place.history {
        (epoch.elapsed_secs, epoch.films_per_s) = (0.0, 0.0);
    }
    checkpoint
}

/// Waits for a checkpoint that stands in the middle of an epoch.
pub fn wait_for_checkpoint(folder: &Path, out: &str, child: &mut Child) {
    let path = folder.join(out).join("checkpoint.safetensors");
    wait_until("no checkpoint came", child, || {
        Checkpoint::load(&path).is_ok_and(|checkpoint| checkpoint.place.next_batch > 0)
    });
}

/// Waits for something that a running program does.
pub fn wait_until(otherwise: &str, child: &mut Child, is_done: impl Fn() -> bool) {
    let started = Instant::now();
    while !is_done() {
        assert!(started.elapsed() < PATIENCE, "{otherwise}");
        assert_eq!(
            child.try_wait().unwrap(),
            None,
            "ended before it was killed"
        );
        std::thread::yield_now();
    }
}

/// So slow that there is time to end it: a checkpoint after every step.
pub const EVERY_STEP: [&str; 4] = ["--set", "checkpoint_minutes=0", "--set", "epochs=60"];

#[test]
fn a_training_killed_in_mid_epoch_goes_on_bit_for_bit() {
    let folder = tempfile::tempdir().unwrap();
    films(folder.path());
    let whole = thorax(folder.path(), &train_args("whole", &EVERY_STEP))
        .output()
        .unwrap();
    assert!(
        whole.status.success(),
        "{}",
        String::from_utf8_lossy(&whole.stderr)
    );

    let mut child = thorax(folder.path(), &train_args("killed", &EVERY_STEP))
        .spawn()
        .unwrap();
    wait_for_checkpoint(folder.path(), "killed", &mut child);
    child.kill().unwrap();
    child.wait().unwrap();
    let resumed = thorax(
        folder.path(),
        &["train", "--resume", "killed", "--threads", "1"],
    );
    let resumed = { resumed }.output().unwrap();
    assert!(
        resumed.status.success(),
        "{}",
        String::from_utf8_lossy(&resumed.stderr)
    );
    assert!(outcome(folder.path(), "killed") == outcome(folder.path(), "whole"));
    // Steps after the checkpoint were written, and taken once more: none is there twice.
    let steps = |run: &str| fs::read_to_string(folder.path().join(run).join("steps.csv"));
    assert_eq!(steps("killed").unwrap(), steps("whole").unwrap());
    for name in [
        "best.safetensors",
        "last.safetensors",
        "metrics.csv",
        "valid_predictions.csv",
    ] {
        assert!(folder.path().join("killed").join(name).is_file(), "{name}");
    }
}

#[cfg(unix)]
#[test]
fn a_training_that_ran_out_of_disk_goes_on_bit_for_bit() {
    let folder = tempfile::tempdir().unwrap();
    films(folder.path());
    let whole = thorax(folder.path(), &train_args("whole", &EVERY_STEP));
    assert!({ whole }.output().unwrap().status.success());

    let mut child = thorax(folder.path(), &train_args("full", &EVERY_STEP))
        .spawn()
        .unwrap();
    wait_for_checkpoint(folder.path(), "full", &mut child);
    child.kill().unwrap();
    child.wait().unwrap();
    let saved = fs::read(folder.path().join("full/checkpoint.safetensors")).unwrap();
    // No file may grow beyond 4 KiB: writes fail half way, as on a disk without room.
    let limited = "trap '' XFSZ; ulimit -f 8; exec \"$0\" train --resume full --threads 1";
    let output = Command::new("sh")
        .args(["-c", limited, env!("CARGO_BIN_EXE_thorax")])
        .current_dir(folder.path())
        .env("XDG_CACHE_HOME", folder.path().join("cache"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{said}");
    assert!(said.contains("full/"), "{said}");
    let kept = fs::read(folder.path().join("full/checkpoint.safetensors")).unwrap();
    assert!(kept == saved, "the last good checkpoint was lost");

    let resumed = thorax(
        folder.path(),
        &["train", "--resume", "full", "--threads", "1"],
    );
    assert!({ resumed }.output().unwrap().status.success());
    assert!(outcome(folder.path(), "full") == outcome(folder.path(), "whole"));
}

#[cfg(unix)]
#[test]
fn an_interrupt_saves_a_checkpoint_and_exits_with_130() {
    let folder = tempfile::tempdir().unwrap();
    films(folder.path());
    let mut child = thorax(folder.path(), &train_args("run", &EVERY_STEP))
        .spawn()
        .unwrap();
    wait_for_checkpoint(folder.path(), "run", &mut child);
    let id = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &id])
            .status()
            .unwrap()
            .success()
    );
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("--resume"), "{text}");
    assert!(outcome(folder.path(), "run").place.epoch >= 1);
}

#[test]
fn the_models_of_a_run_are_model_files() {
    let folder = tempfile::tempdir().unwrap();
    films(folder.path());
    let output = thorax(folder.path(), &train_args("run", &[]))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    assert!(said.contains("epoch 3"), "{said}");
    for model in ["run/best.safetensors", "run/last.safetensors"] {
        let output = thorax(folder.path(), &["info", model]).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(text.contains("Mass") && text.contains("Research"), "{text}");
    }
    let args = [
        "classify",
        "0.png",
        "--model",
        "run/best.safetensors",
        "--format",
        "json",
    ];
    assert!(thorax(folder.path(), &args).status().unwrap().success());
    // The configuration that the run keeps starts the same run again.
    let args = [
        "train",
        "--config",
        "run/config.toml",
        "--out",
        "again",
        "--threads",
        "1",
    ];
    assert!(
        thorax(folder.path(), &args)
            .output()
            .unwrap()
            .status
            .success()
    );
    assert!(outcome(folder.path(), "again") == outcome(folder.path(), "run"));
}

#[test]
fn what_cannot_be_trained_is_said_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    films(folder.path());
    let check = |args: &[&str], expected: &str| {
        let output = thorax(folder.path(), args).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success());
        assert!(
            said.contains(expected) && said.lines().count() == 1,
            "{said}"
        );
    };
    check(&["train", "--out", "run"], "--data");
    check(&["train", "--data", "none", "--out", "run"], "none");
    check(&train_args("run", &["--set", "epochs=0"]), "epochs");
    check(&train_args("run", &["--set", "epoch=3"]), "epoch");
    check(&["train", "--resume", "nowhere"], "nowhere");
    check(
        &train_args("run", &["--learning-rate", "0,01"]),
        "write 0.01",
    );
    let number = "expected a whole number for epochs, got \"abc\"";
    check(&train_args("run", &["--set", "epochs=abc"]), number);
    check(&train_args(".", &[]), "the films are in this folder");
    fs::write(folder.path().join("empty.txt"), "").unwrap();
    let list = ["--set", "train_list=empty.txt"];
    check(&train_args("run", &list), "the list is empty: ");
    for missing in [
        vec!["train", "--data", "nowhere", "--out", "run"],
        vec!["train", "--config", "nowhere.toml", "--out", "run"],
        vec!["evaluate", "--predictions", "nowhere.csv"],
        vec!["runs", "nowhere"],
        vec!["info", "nowhere.safetensors"],
    ] {
        let output = thorax(folder.path(), &missing).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("no such file"), "{missing:?}: {said}");
        assert!(
            said.contains("nowhere") && !said.contains("os error"),
            "{said}"
        );
    }
}

#[test]
fn help_lists_the_keys_with_defaults_and_ranges() {
    let folder = tempfile::tempdir().unwrap();
    let output = thorax(folder.path(), &["train", "--help"])
        .output()
        .unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    for line in [
        "  valid_share = 0.1            Validation fraction (0 to 0.999)\n",
        "  undersample = every-fifth    Undersample No Finding (none, every-fifth, FRACTION or",
        "  init                         Initial weights (path)\n",
        "  augment.rotation_degrees = 5 Rotation (0 to 180 degrees)\n",
    ] {
        assert!(help.contains(line), "{line}{help}");
    }
}
