//! `thorax runs`, and what `thorax train` says of runs that were stopped or are finished.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use crate::run::stdout;
use crate::training::{EVERY_STEP, films, thorax, train_args, wait_for_checkpoint};

fn run(command: Command) -> String {
    stdout(&{ command }.output().unwrap())
}

fn runs(folder: &std::path::Path, format: &str) -> String {
    run(thorax(folder, &["runs", "runs", "--format", format]))
}

#[test]
fn runs_are_listed_with_state_figures_and_what_differs() {
    let folder = tempfile::tempdir().unwrap();
    films(folder.path());
    for (out, epochs, more) in [
        ("runs/a", "2", ["--set", "test_share=0"]),
        ("runs/deeper/b", "1", ["--learning-rate", "0.01"]),
    ] {
        let args = [
            "train",
            "--data",
            "films.csv",
            "--out",
            out,
            "--epochs",
            epochs,
            "--batch-size",
            "4",
        ];
        let small = ["--set", "depth=11", "--set", "side=32", "--threads", "1"];
        let shares = ["--set", "undersample=none", "--set", "valid_share=0.25"];
        run(thorax(
            folder.path(),
            &[&args[..], &small[..], &shares[..], &more[..]].concat(),
        ));
    }
    let found: Value = serde_json::from_str(&runs(folder.path(), "json")).unwrap();
    let found = found.as_array().unwrap();
    assert_eq!(found.len(), 2);
    let by_name = |name: &str| found.iter().find(|run| run["name"] == name).unwrap();
    let (a, b) = (by_name("a"), by_name("b"));
    for (run, n_epochs) in [(a, 2), (b, 1)] {
        assert_eq!(run["state"], "finished");
        assert_eq!(
            (&run["epochs_done"], &run["epochs"]),
            (&json!(n_epochs), &json!(n_epochs))
        );
        assert!(run["best_epoch"].as_u64().unwrap() <= n_epochs);
        assert!(run["valid_auc"].is_f64() && run["started"].is_string());
        assert!(run["data"].as_str().unwrap().ends_with("films.csv"));
    }
    assert!(a["test_auc"].is_null() && b["test_auc"].is_f64());
    let expected = json!({"epochs": "2", "learning_rate": "0.001", "test_share": "0.0"});
    assert_eq!(a["differing"], expected);
    let expected = json!({"epochs": "1", "learning_rate": "0.01", "test_share": "0.2"});
    assert_eq!(b["differing"], expected);

    let table = runs(folder.path(), "table");
    for part in [
        "deeper/b",
        "finished",
        "2/2",
        "epochs=2, learning_rate=0.001",
        "films.csv",
    ] {
        assert!(table.contains(part), "{part} is not in\n{table}");
    }
    let csv = runs(folder.path(), "csv");
    let header = "run,state,epochs_done,epochs,best_epoch,valid_auc,test_auc,started,n_train,\
                  n_valid,n_test,data,epochs,learning_rate,test_share";
    assert_eq!(csv.lines().next(), Some(header));
    assert_eq!(csv.lines().count(), 3);

    let curves = ["runs", "runs", "--curves", "curves"];
    run(thorax(folder.path(), &curves));
    let drawn = fs::read_to_string(folder.path().join("curves/curves.csv")).unwrap();
    // Every step of both runs is in it, with the epochs.
    let n_steps = |run: &str| {
        let steps = fs::read_to_string(folder.path().join(run).join("steps.csv"));
        steps.unwrap().lines().count() - 1
    };
    let n_drawn = drawn.matches(",step_loss,").count();
    assert_eq!(n_drawn, n_steps("runs/a") + n_steps("runs/deeper/b"));
    assert_eq!(drawn.matches(",train_loss,").count(), 3);
    for name in ["auc.svg", "auc.png", "loss.svg", "loss.png"] {
        assert!(folder.path().join("curves").join(name).is_file(), "{name}");
    }
    let again = thorax(folder.path(), &curves).output().unwrap();
    assert!(!again.status.success(), "what is there is kept");

    let none = thorax(folder.path(), &["runs", "cache"]).output().unwrap();
    assert!(none.status.success() && none.stdout.is_empty());
    assert!(String::from_utf8_lossy(&none.stderr).contains("no runs"));
    let nowhere = thorax(folder.path(), &["runs", "nowhere"])
        .output()
        .unwrap();
    assert!(!nowhere.status.success());
}

#[test]
fn a_finished_run_that_is_resumed_says_so_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    films(folder.path());
    let first = run(thorax(
        folder.path(),
        &train_args("run", &["--set", "epochs=1"]),
    ));
    let model = fs::read(folder.path().join("run/best.safetensors")).unwrap();
    // Nothing is trained, so the films are not needed.
    fs::remove_file(folder.path().join("films.csv")).unwrap();
    let output = thorax(folder.path(), &["train", "--resume", "run"])
        .output()
        .unwrap();
    assert_eq!(stdout(&output), first);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("run: finished, nothing is left to resume"),
        "{said}"
    );
    assert!(fs::read(folder.path().join("run/best.safetensors")).unwrap() == model);
}

#[cfg(unix)]
#[test]
fn an_interrupt_prints_the_command_that_resumes_the_run() {
    let folder = tempfile::tempdir().unwrap();
    films(folder.path());
    let args = train_args("my runs/a", &EVERY_STEP);
    let args = [&args[..], &["--cache", "films cache"]].concat();
    let mut child = thorax(folder.path(), &args).spawn().unwrap();
    wait_for_checkpoint(folder.path(), "my runs/a", &mut child);
    let listed: Value = serde_json::from_str(&run(thorax(
        folder.path(),
        &["runs", "my runs", "--format", "json"],
    )))
    .unwrap();
    assert_eq!(listed[0]["state"], "running");
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
    let said = String::from_utf8(output.stdout).unwrap();
    let line = said.lines().next().unwrap();
    let (_, command) = line.split_once("resume with: ").unwrap();
    assert!(
        command.ends_with(" train --resume 'my runs/a' --cache 'films cache' --threads 1"),
        "{command}"
    );
    let listed = run(thorax(folder.path(), &["runs", "my runs"]));
    assert!(listed.contains("interrupted"), "{listed}");

    // To its end, in a shell as it was printed; fewer epochs are left to do.
    let config = folder.path().join("my runs/a/config.toml");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text.replace("epochs = 60", "epochs = 2")).unwrap();
    let resumed = Command::new("sh")
        .args(["-c", command])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(stdout(&resumed).contains("finished"));
}

#[test]
fn options_for_the_usual_settings_are_those_of_set() {
    let folder = tempfile::tempdir().unwrap();
    films(folder.path());
    let small = ["--set", "depth=11", "--set", "side=32", "--threads", "1"];
    let usual = [
        "--epochs",
        "1",
        "--learning-rate",
        "0.002",
        "--batch-size",
        "6",
    ];
    let args = ["train", "--data", "films.csv", "--out", "run"];
    run(thorax(folder.path(), &[&args[..], &small, &usual].concat()));
    let config = fs::read_to_string(folder.path().join("run/config.toml")).unwrap();
    for line in [
        "epochs = 1\n",
        "learning_rate = 0.002\n",
        "batch_size = 6\n",
    ] {
        assert!(config.contains(line), "{config}");
    }
    let check = |more: &[&str], expected: &str| {
        let args = ["train", "--data", "films.csv", "--out", "none"];
        let output = thorax(folder.path(), &[&args, more].concat())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            !output.status.success() && said.contains(expected),
            "{said}"
        );
        assert!(!folder.path().join("none").exists());
    };
    check(&["--epochs", "0"], "epochs");
    check(&["--batch-size", "many"], "batch_size");
    check(
        &["--epochs", "3", "--set", "epochs=4"],
        "--epochs and --set epochs=4",
    );
    check(&["--resume", "run"], "--resume");
}
