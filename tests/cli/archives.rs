//! `thorax classify` for archives: lists, shards, chunks that a kill does not lose, and `thorax merge`.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use thorax::model::ModelFile;

use crate::run::stdout;

/// The program without a scheduler around it.
fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_thorax"));
    command.args(args).current_dir(folder);
    for (name, _) in std::env::vars() {
        if ["SLURM_", "OMPI_", "PMI_", "JOB_"]
            .iter()
            .any(|start| name.starts_with(start))
        {
            command.env_remove(name);
        }
    }
    command
}

fn thorax(folder: &Path, args: &[&str]) -> Output {
    command(folder, args).output().unwrap()
}

fn with_input(folder: &Path, args: &[&str], input: &str) -> Output {
    let mut command = command(folder, args);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    child.wait_with_output().unwrap()
}

fn complaint(output: &Output) -> String {
    assert!(!output.status.success());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// `n_films` small films, every seventh a broken one, a list of them in another order than their names, and a small
/// network: `films/`, `list.txt`, `m.safetensors`.
fn archive(n_films: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let films = folder.path().join("films");
    fs::create_dir(&films).unwrap();
    let mut names = Vec::new();
    for n in 0..n_films {
        let name = format!("films/{:08}_{:03}.png", n / 3 + 1, n % 3);
        let path = folder.path().join(&name);
        if n % 7 == 6 {
            fs::write(path, "no film").unwrap();
        } else {
            let gray = |x: u32, y: u32| image::Luma([((x * 3 + y * 2) as usize + n * 5) as u8]);
            image::GrayImage::from_fn(70, 66, gray).save(path).unwrap();
        }
        names.push(name);
    }
    names.reverse();
    fs::write(folder.path().join("list.txt"), names.join("\n")).unwrap();
    save_small_model(folder.path());
    folder
}

/// A network that scores a film in a millisecond: the shape of a Keras file, with weights by a rule.
fn save_small_model(folder: &Path) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let keras = root.join("tests/reference/keras_layouts/fixed_strings.h5");
    let import = ["import", keras.to_str().unwrap(), "-o", "m.safetensors"];
    assert!(thorax(folder, &import).status.success());
    let path = folder.join("m.safetensors");
    let file = ModelFile::load(&path).unwrap();
    let (card, mut weights) = (file.card().clone(), file.weights().clone());
    for (name, tensor) in &mut weights {
        let is_one =
            name.ends_with("running_var") || name.contains(".bn") && name.ends_with("weight");
        for (place, value) in tensor.values.iter_mut().enumerate() {
            let drawn = (place * 7919 + name.len() * 31) % 1000;
            *value = if is_one {
                1.0
            } else {
                (drawn as f32 / 1000.0 - 0.5) * 0.1
            };
        }
    }
    ModelFile::new(card, weights).unwrap().save(&path).unwrap();
}

const MODEL: [&str; 2] = ["--model", "m.safetensors"];

fn classify<'a>(args: &[&'a str]) -> Vec<&'a str> {
    [&["classify"], &MODEL[..], args].concat()
}

fn jsonl(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn chunks(out: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(out.join("chunks")).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

#[test]
fn a_list_is_scored_in_its_order_as_the_same_paths_are() {
    let archive = archive(20);
    let place = archive.path();
    let by_list = thorax(
        place,
        &classify(&["--list", "list.txt", "--format", "jsonl"]),
    );
    assert_eq!(by_list.status.code(), Some(1), "broken films are failures");
    let list = fs::read_to_string(place.join("list.txt")).unwrap();
    let by_input = with_input(
        place,
        &classify(&["--list", "-", "--format", "jsonl"]),
        &list,
    );
    assert_eq!(by_input.stdout, by_list.stdout);
    let names: Vec<&str> = list.lines().collect();
    let by_name = thorax(
        place,
        &classify(&[&names[..], &["--format", "jsonl"]].concat()),
    );
    assert_eq!(by_name.stdout, by_list.stdout);
    let films = jsonl(&String::from_utf8(by_list.stdout).unwrap());
    let paths: Vec<&str> = films
        .iter()
        .map(|film| film["path"].as_str().unwrap())
        .collect();
    assert_eq!(paths, names);
    // Scores are those of the array.
    let array = thorax(
        place,
        &classify(&["--list", "list.txt", "--format", "json"]),
    );
    let array: Value = serde_json::from_slice(&array.stdout).unwrap();
    for (film, other) in films.iter().zip(array.as_array().unwrap()) {
        for key in ["path", "scores", "positive", "input", "error"] {
            assert_eq!(film[key], other[key], "{key}");
        }
    }
    assert_eq!(films[0]["patient"], "7", "by NIH's names");
    let n_failed = films.iter().filter(|film| film["scores"].is_null()).count();
    assert_eq!(n_failed, 2);
}

#[test]
fn two_shards_side_by_side_are_one_run_row_by_row() {
    let archive = archive(41);
    let place = archive.path();
    for format in ["parquet", "csv", "jsonl"] {
        let one = format!("one-{format}");
        let args = ["films", "--out", &one, "--format", format, "--chunk", "8"];
        let said = stdout(&thorax(place, &classify(&args)));
        assert!(
            said.contains("41 films, 5 without scores, 6 chunks"),
            "{said}"
        );
        let two = format!("two-{format}");
        let start = |shard| {
            let args = ["films", "--out", &two, "--format", format, "--chunk", "8"];
            let args = [&classify(&args)[..], &["--shard", shard]].concat();
            command(place, &args).stdout(Stdio::null()).spawn().unwrap()
        };
        let shards = ["0/2", "1/2"].map(start);
        for mut shard in shards {
            assert!(shard.wait().unwrap().success());
        }
        let merged = [&one, &two].map(|from| {
            let to = format!("{from}.jsonl");
            stdout(&thorax(place, &["merge", from, "-o", &to]));
            fs::read_to_string(place.join(to)).unwrap()
        });
        assert!(merged[0] == merged[1], "{format}");
        assert_eq!(merged[0].lines().count(), 41);
        let printed = thorax(place, &classify(&["films", "--format", "jsonl"]));
        assert!(printed.stdout == merged[0].as_bytes(), "{format}");
    }
}

#[test]
fn a_scheduler_says_which_shard_it_is_and_an_unfinished_folder_is_not_merged() {
    let archive = archive(12);
    let place = archive.path();
    let args = classify(&["--list", "list.txt", "--out", "out"]);
    let mut slurm = command(place, &args);
    slurm
        .env("SLURM_ARRAY_TASK_ID", "2")
        .env("SLURM_ARRAY_TASK_COUNT", "2");
    let output = slurm.env("SLURM_ARRAY_TASK_MIN", "1").output().unwrap();
    assert!(stdout(&output).starts_with("shard 1 of 2: "));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("by SLURM_ARRAY_TASK_ID"), "{said}");
    let said = complaint(&thorax(place, &["merge", "out", "-o", "all.csv"]));
    assert!(said.contains("1 of 2 shards are not done: 0"), "{said}");
    // All films at once are another run.
    let said = complaint(&thorax(place, &args));
    assert!(said.contains("number of shards: 2 there, 1 here"), "{said}");
    let mut kubernetes = command(place, &args);
    kubernetes
        .env("JOB_COMPLETION_INDEX", "0")
        .env("JOB_COMPLETIONS", "2");
    assert!(kubernetes.output().unwrap().status.success());
    stdout(&thorax(place, &["merge", "out", "-o", "all.csv"]));
    assert_eq!(
        fs::read_to_string(place.join("all.csv"))
            .unwrap()
            .lines()
            .count(),
        13
    );
    let said = complaint(&thorax(place, &["merge", "out", "-o", "all.csv"]));
    assert!(said.contains("--overwrite"), "{said}");
}

#[test]
fn what_is_there_is_kept_and_other_films_or_another_model_are_refused() {
    let archive = archive(20);
    let place = archive.path();
    let list = fs::read_to_string(place.join("list.txt")).unwrap();
    let args = classify(&["--list", "-", "--out", "out", "--chunk", "4"]);
    stdout(&with_input(place, &args, &list));
    let out = place.join("out");
    let written = chunks(&out);
    assert_eq!(written.len(), 5);
    let times = || {
        written
            .iter()
            .map(|path| fs::metadata(path).unwrap().modified().unwrap())
    };
    let before: Vec<_> = times().collect();
    fs::remove_file(&written[3]).unwrap();
    let said = stdout(&with_input(place, &args, &list));
    assert!(said.contains("5 chunks, 4 of them there before"), "{said}");
    let after: Vec<_> = times().collect();
    assert_eq!(after[..3], before[..3]);
    assert_ne!(after[3], before[3]);
    let check = |list: &str, named: &str| {
        let said = complaint(&with_input(place, &args, list));
        assert!(
            said.contains("the input changed since") && said.contains(named),
            "{said}"
        );
    };
    check(&list.replacen("_001", "_009", 1), "_009.png at 0 now");
    let short = list.rsplit_once('\n').unwrap().0;
    check(short, "is missing");
    let other = ["--list", "-", "--out", "out", "--chunk", "4"];
    let other = [&["classify"], &other[..]].concat();
    let said = complaint(&with_input(place, &other, &list));
    assert!(
        said.contains("model: ") && said.contains("manifest.json"),
        "{said}"
    );
}

#[test]
fn fifty_kills_lose_nothing_and_make_nothing_double() {
    const N_KILLS: usize = 50;
    let archive = archive(160);
    let place = archive.path();
    let run = |out: &str| -> Child {
        let args = [
            "--list",
            "list.txt",
            "--out",
            out,
            "--chunk",
            "3",
            "--threads",
            "2",
        ];
        let mut command = command(place, &classify(&args));
        command.stdout(Stdio::null()).spawn().unwrap()
    };
    let merged = |out: &str| {
        let to = format!("{out}.jsonl");
        stdout(&thorax(place, &["merge", out, "-o", &to]));
        fs::read_to_string(place.join(to)).unwrap()
    };
    let started = Instant::now();
    assert!(run("whole").wait().unwrap().success());
    let whole_time = started.elapsed();
    let expected = merged("whole");
    let (mut n_kills, mut n_folders, mut random) = (0, 0, 12_345_u64);
    let mut n_partial = 0;
    while n_kills < N_KILLS {
        let out = format!("killed-{n_folders}");
        loop {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            // From before the first film to near the end of a whole run.
            let share = (random >> 40) as f64 / f64::from(1 << 24);
            let mut child = run(&out);
            std::thread::sleep(whole_time.mul_f64(share * 0.7));
            if child.try_wait().unwrap().is_some() {
                break;
            }
            child.kill().unwrap();
            child.wait().unwrap();
            n_kills += 1;
            let n_chunks = fs::read_dir(place.join(&out).join("chunks"));
            let n_chunks = n_chunks.map_or(0, Iterator::count);
            n_partial += usize::from((1..54).contains(&n_chunks));
            if n_kills == N_KILLS {
                break;
            }
        }
        assert!(run(&out).wait().unwrap().success());
        assert!(merged(&out) == expected, "{out} after {n_kills} kills");
        // Leftovers of the killed are gone.
        assert_eq!(chunks(&place.join(&out)).len(), 54);
        n_folders += 1;
    }
    assert!(
        n_partial > 5,
        "only {n_partial} kills were in the middle of the work"
    );
}

/// Runs the program and gives its answer and the largest resident size seen, in MiB.
#[cfg(target_os = "linux")]
fn with_peak(mut command: Command) -> (Output, f64) {
    let piped = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = piped.spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let watch = || {
        let mut peak = 0.0_f64;
        while let Ok(text) = fs::read_to_string(&status) {
            let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let Some(line) = line else {
                break;
            };
            let kib: f64 = line.trim().trim_end_matches("kB").trim().parse().unwrap();
            peak = peak.max(kib / 1024.0);
            std::thread::sleep(Duration::from_millis(20));
        }
        peak
    };
    std::thread::scope(|scope| {
        let watcher = scope.spawn(watch);
        (child.wait_with_output().unwrap(), watcher.join().unwrap())
    })
}

#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_number_of_films() {
    let archive = archive(10);
    let place = archive.path();
    let names = fs::read_to_string(place.join("list.txt")).unwrap();
    let peak = |n_times: usize| {
        let lines = format!("{names}\n").repeat(n_times);
        fs::write(place.join("long.txt"), lines).unwrap();
        let args = classify(&["--list", "long.txt", "--format", "csv", "--threads", "2"]);
        let (output, peak) = with_peak(command(place, &args));
        let rows = String::from_utf8(output.stdout).unwrap();
        assert_eq!(rows.lines().count(), 1 + 10 * n_times);
        peak
    };
    let (few, many) = (peak(30), peak(600));
    assert!(many < 300.0, "{many} MiB");
    // Rows that were kept would be 2 MB, paths half of that: what is measured varies by more than the little that is kept.
    assert!(
        many < few + 20.0,
        "{few} MiB for 300 films, {many} MiB for 6000"
    );
}

#[test]
fn results_are_evaluated_with_the_labels_of_the_films_table() {
    let archive = archive(60);
    let place = archive.path();
    let mut table = "Image Index,Patient ID,Mass,Edema\n".to_owned();
    let names = fs::read_to_string(place.join("list.txt")).unwrap();
    let mut labels = std::collections::BTreeMap::new();
    for (n, name) in names.lines().enumerate() {
        let file = name.rsplit('/').next().unwrap();
        // One film is not in the table.
        if n != 10 {
            labels.insert(name, [n % 3 == 0, n % 5 < 2]);
            table += &format!(
                "{file},p{},{},{}\n",
                n / 2,
                u8::from(n % 3 == 0),
                u8::from(n % 5 < 2)
            );
        }
    }
    fs::write(place.join("table.csv"), table).unwrap();
    let evaluated = |from: &str| -> Value {
        let args = [
            "evaluate",
            "--predictions",
            from,
            "--data",
            "table.csv",
            "--format",
            "json",
        ];
        let output = thorax(place, &[&args[..], &["--bootstrap", "50"]].concat());
        serde_json::from_str(&stdout(&output)).unwrap()
    };
    // The same films in the form of predictions.
    let printed = thorax(
        place,
        &classify(&["--list", "list.txt", "--format", "jsonl"]),
    );
    let mut csv =
        "path,patient_id,label:Mass,label:Edema,score:Mass,score:Edema,model_id\n".to_owned();
    for (n, film) in jsonl(&String::from_utf8(printed.stdout).unwrap())
        .iter()
        .enumerate()
    {
        let path = film["path"].as_str().unwrap();
        if let (Some([mass, edema]), Some(scores)) = (labels.get(path), film["scores"].as_object())
        {
            let (mass, edema) = (u8::from(*mass), u8::from(*edema));
            // The 32-bit number, not its shortest text as a 64-bit one.
            let exact = |score: &Value| f64::from(score.to_string().parse::<f32>().unwrap());
            let (a, b) = (exact(&scores["Mass"]), exact(&scores["Edema"]));
            csv += &format!(
                "{path},p{},{mass},{edema},{a},{b},{}\n",
                n / 2,
                film["model"].as_str().unwrap()
            );
        }
    }
    fs::write(place.join("p.csv"), csv).unwrap();
    let without_warnings = |mut found: Value| {
        found.as_object_mut().unwrap().remove("warnings").unwrap();
        found
    };
    let expected = without_warnings(evaluated("p.csv"));
    assert_eq!(expected["labels"].as_object().unwrap().len(), 2);
    for format in ["parquet", "csv", "jsonl"] {
        let args = [
            "--list", "list.txt", "--out", format, "--format", format, "--chunk", "16",
        ];
        stdout(&thorax(place, &classify(&args)));
        let found = evaluated(format);
        let warnings = found["warnings"].to_string();
        assert!(
            warnings.contains("8 films without scores are left out"),
            "{warnings}"
        );
        assert!(
            warnings.contains("1 films are not in the table"),
            "{warnings}"
        );
        assert_eq!(without_warnings(found), expected, "{format}");
    }
    stdout(&thorax(place, &["merge", "csv", "-o", "all.parquet"]));
    assert_eq!(without_warnings(evaluated("all.parquet")), expected);
    let said = complaint(&thorax(place, &["evaluate", "--predictions", "parquet"]));
    assert!(said.contains("the scores have no labels"), "{said}");
}

#[test]
fn a_large_table_is_evaluated_one_finding_at_a_time_with_the_same_figures() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    let mut csv =
        "path,patient_id,label:Mass,label:Edema,score:Mass,score:Edema,model_id\n".to_owned();
    for n in 0..200_u32 {
        let (mass, edema) = (u32::from(n % 3 == 0), u32::from(n % 5 < 2));
        let score = |k: u32| f64::from((n * k + mass * 40) % 101) / 101.0;
        let (a, b, patient) = (score(37), score(53), n / 3);
        csv += &format!("{n}.png,{patient},{mass},{edema},{a},{b},Mine 174a1ab0\n");
    }
    fs::write(place.join("p.csv"), csv).unwrap();
    let convert = [
        "evaluate",
        "--predictions",
        "p.csv",
        "--save-predictions",
        "p.parquet",
    ];
    let whole = stdout(&thorax(place, &convert));
    let run = |from: &str, args: &[&str]| {
        let call = [
            "evaluate",
            "--predictions",
            from,
            "--thresholds",
            "Mass=0.25",
        ];
        thorax(place, &[&call[..], args].concat())
    };
    let json = |from: &str, args: &[&str]| -> Value {
        let asked = ["--format", "json", "--bootstrap", "80"];
        serde_json::from_str(&stdout(&run(from, &[&asked[..], args].concat()))).unwrap()
    };
    let mut expected = json("p.csv", &[]);
    assert_eq!(json("p.parquet", &[]), expected);
    let large = ["--large-from", "100"];
    let found = json("p.parquet", &large);
    assert!(expected["micro"]["auc"].is_number() && found["micro"]["auc"].is_null());
    expected["micro"]["auc"] = Value::Null;
    let warning = "the AUC of all scores together (micro) is not computed";
    assert!(found["warnings"].to_string().contains(warning), "{found}");
    expected["warnings"] = found["warnings"].clone();
    assert_eq!(found, expected);
    let text = stdout(&run("p.parquet", &large));
    assert!(
        text.contains("200 films of 67 patients") && text.contains("Mine 174a1ab0"),
        "{text}"
    );
    let row = |text: &str| {
        text.lines()
            .find(|line| line.starts_with("Edema"))
            .unwrap()
            .to_owned()
    };
    assert_eq!(row(&text), row(&whole));
    let said = complaint(&run(
        "p.parquet",
        &[&large[..], &["--report", "r.html"]].concat(),
    ));
    assert!(said.contains("--report"), "{said}");
}
