//! Training over several processes, started by an `mpiexec` of MPICH 5 or Open MPI 6: `THORAX_MPIEXEC` names it.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::training::{films, train_args, wait_for_checkpoint};
use thorax::train::{Checkpoint, RunFolder};

/// Where it is set, a missing launcher fails.
const REQUIRE: &str = "THORAX_REQUIRE_MPI";
const LAUNCHER: &str = "THORAX_MPIEXEC";
/// Processes of a killed program are gone within this time.
const PATIENCE: Duration = Duration::from_mins(1);

/// The launcher, or why the test is skipped.
fn launcher() -> Option<PathBuf> {
    let launcher = std::env::var_os(LAUNCHER).map(PathBuf::from);
    if launcher.is_none() {
        assert!(std::env::var_os(REQUIRE).is_none(), "{LAUNCHER} is not set");
        eprintln!("skipped: {LAUNCHER} is not set");
    }
    launcher
}

fn together(launcher: &Path, n_ranks: usize, folder: &Path, args: &[impl AsRef<OsStr>]) -> Command {
    let mut command = Command::new(launcher);
    command
        .args(["-n", &n_ranks.to_string(), env!("CARGO_BIN_EXE_thorax")])
        .args(args)
        .current_dir(folder)
        .env("XDG_CACHE_HOME", folder.join("cache"))
        // The library lies beside its launcher.
        .env("THORAX_MPI", library_of(launcher))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn library_of(launcher: &Path) -> PathBuf {
    let root = launcher.parent().and_then(Path::parent).unwrap();
    root.join("lib/libmpi_abi.so.1")
}

fn succeed(mut command: Command) -> String {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8(output.stdout).unwrap()
}

fn checkpoint(folder: &Path, out: &str) -> Checkpoint {
    let run = RunFolder::open(&folder.join(out)).unwrap();
    run.checkpoint().unwrap().unwrap()
}

fn losses(folder: &Path, out: &str) -> Vec<f64> {
    let text = fs::read_to_string(folder.join(out).join("steps.csv")).unwrap();
    let loss = |line: &str| line.split(',').nth(3).unwrap().parse().unwrap();
    text.lines().skip(1).map(loss).collect()
}

/// Films that are all alike, with one label.
fn equal_films(folder: &Path, n: usize) {
    let film = image::GrayImage::from_fn(32, 32, |x, y| image::Luma([(x * 7 + y * y) as u8]));
    let mut table = String::from("path,Patient ID,Mass\n");
    for n in 0..n {
        film.save(folder.join(format!("{n}.png"))).unwrap();
        table += &format!("{n}.png,{n},1\n");
    }
    fs::write(folder.join("films.csv"), table).unwrap();
}

#[test]
fn equal_films_on_all_ranks_give_the_result_of_one_to_the_bit() {
    let Some(launcher) = launcher() else {
        return;
    };
    let args = |batch_size: &'static str| {
        // Films that are changed at random are not alike.
        let unchanged = [
            "shift",
            "rotation_degrees",
            "zoom",
            "brightness",
            "contrast",
        ];
        let unchanged = unchanged.map(|change| format!("augment.{change}=0"));
        let more = [
            "valid_share=0",
            "test_share=0",
            "loss=plain",
            "clip_norm=0.1",
            batch_size,
        ];
        let mut args: Vec<String> = train_args("run", &[])
            .iter()
            .map(ToString::to_string)
            .collect();
        for pair in unchanged.into_iter().chain(more.map(ToOwned::to_owned)) {
            args.extend(["--set".to_owned(), pair]);
        }
        args
    };
    let one = tempfile::tempdir().unwrap();
    equal_films(one.path(), 6);
    let args_of_one = args("batch_size=2");
    let args_of_one: Vec<&str> = args_of_one.iter().map(String::as_str).collect();
    succeed(crate::training::thorax(one.path(), &args_of_one));
    let of_one = checkpoint(one.path(), "run");
    for (n_ranks, batch_size) in [(2, "batch_size=4"), (3, "batch_size=6")] {
        let several = tempfile::tempdir().unwrap();
        equal_films(several.path(), 6 * n_ranks);
        succeed(together(
            &launcher,
            n_ranks,
            several.path(),
            &args(batch_size),
        ));
        let found = checkpoint(several.path(), "run");
        assert!(found.state == of_one.state, "{n_ranks} ranks");
        assert_eq!(found.scores.len(), of_one.scores.len() * n_ranks);
        for (a, b) in losses(several.path(), "run")
            .iter()
            .zip(losses(one.path(), "run"))
        {
            assert!((a - b).abs() < 1e-12 * b, "{a} {b}");
        }
    }
}

#[test]
fn a_number_of_ranks_gives_the_same_bits_each_time_and_ends_with_scores_of_all_films() {
    let Some(launcher) = launcher() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    films(folder.path());
    // Batches of one and two films: with three ranks some have none.
    for (n_ranks, names) in [(2, ["a", "b"]), (3, ["c", "d"])] {
        for name in names {
            let args = train_args(name, &["--set", "batch_size=2", "--set", "epochs=2"]);
            let said = succeed(together(&launcher, n_ranks, folder.path(), &args));
            // One process tells for all.
            assert_eq!(said.matches("finished").count(), 1, "{said}");
        }
        let [first, again] = names.map(|name| checkpoint(folder.path(), name).state);
        assert!(first == again, "{n_ranks} ranks");
        let run = RunFolder::open(&folder.path().join(names[0])).unwrap();
        let scored = run.predictions(thorax::domain::Part::Valid).unwrap();
        assert_eq!(scored.films.len(), 6);
    }
}

#[test]
fn ranks_take_the_steps_of_one_process_that_takes_batches_in_as_many_parts() {
    let Some(launcher) = launcher() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    films(folder.path());
    for (n_ranks, parts) in [(2, "batch_parts=2"), (3, "batch_parts=3")] {
        let settings = ["--set", "epochs=6", "--set", "batch_size=6"];
        let settings = [settings.as_slice(), &["--set", "head_dropout=0.2"]].concat();
        let several = format!("ranks-{n_ranks}");
        let args = train_args(&several, &settings);
        succeed(together(&launcher, n_ranks, folder.path(), &args));
        let one = format!("parts-{n_ranks}");
        let settings = [settings.as_slice(), &["--set", parts]].concat();
        succeed(crate::training::thorax(
            folder.path(),
            &train_args(&one, &settings),
        ));
        let [found, expected] = [&several, &one].map(|out| losses(folder.path(), out));
        assert!(expected.len() >= 18, "{} steps", expected.len());
        assert_eq!(found, expected, "{n_ranks} ranks");
        let [found, expected] = [&several, &one].map(|out| checkpoint(folder.path(), out));
        assert!(found.state == expected.state, "{n_ranks} ranks");
        assert_eq!(found.scores, expected.scores);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_killed_rank_ends_all_and_the_run_goes_on_bit_for_bit() {
    let Some(launcher) = launcher() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    films(folder.path());
    let slow = ["--set", "checkpoint_minutes=0", "--set", "epochs=12"];
    succeed(together(
        &launcher,
        2,
        folder.path(),
        &train_args("whole", &slow),
    ));

    let mut child = together(&launcher, 2, folder.path(), &train_args("killed", &slow))
        .spawn()
        .unwrap();
    wait_for_checkpoint(folder.path(), "killed", &mut child);
    let ranks = ranks_of(folder.path(), "killed");
    assert_eq!(ranks.len(), 2, "{ranks:?}");
    let killed = Command::new("kill")
        .args(["-9", &ranks[1].to_string()])
        .status();
    assert!(killed.unwrap().success());
    let started = Instant::now();
    while !ranks_of(folder.path(), "killed").is_empty() || child.try_wait().unwrap().is_none() {
        assert!(started.elapsed() < PATIENCE, "the others go on");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(!child.wait().unwrap().success());
    succeed(together(
        &launcher,
        2,
        folder.path(),
        &["train", "--resume", "killed", "--threads", "1"],
    ));
    let state = |out| checkpoint(folder.path(), out).state;
    assert!(state("killed") == state("whole"));
    assert_eq!(
        losses(folder.path(), "killed"),
        losses(folder.path(), "whole")
    );
}

/// Processes that train into this run, without their launchers.
#[cfg(target_os = "linux")]
fn ranks_of(folder: &Path, out: &str) -> Vec<u32> {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let of_run = |pid: &u32| {
        let proc = PathBuf::from(format!("/proc/{pid}"));
        let words = fs::read(proc.join("cmdline")).unwrap_or_default();
        let words: Vec<&[u8]> = words.split(|byte| *byte == 0).collect();
        let is_ours = words.first() == Some(&env!("CARGO_BIN_EXE_thorax").as_bytes());
        let here =
            fs::read_link(proc.join("cwd")).is_ok_and(|cwd| cwd == folder.canonicalize().unwrap());
        is_ours && here && words.contains(&out.as_bytes())
    };
    let mut found: Vec<u32> = numbers.filter(of_run).collect();
    found.sort_unstable();
    found
}

#[test]
fn without_the_library_one_line_says_what_is_missing_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    films(folder.path());
    let output = crate::training::thorax(folder.path(), &train_args("run", &[]))
        .env("PMI_SIZE", "2")
        .env("PMI_RANK", "0")
        .env("THORAX_MPI", folder.path().join("libmpi_abi.so.1"))
        .output()
        .unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(
        said.contains("one of 2 processes") && said.contains("libmpi_abi.so.1"),
        "{said}"
    );
    assert!(!folder.path().join("run").exists());
}
