//! Every command of `docs/tutorial.md`, run as the page prints it: page and program cannot differ.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// The page trains for longer; what is learned is not what is tested here.
const N_EPOCHS: &str = "1";

/// The commands of the page's `sh` blocks, each with the `text` block that follows it, if one does.
fn commands(page: &str) -> Vec<(String, Option<String>)> {
    let mut commands: Vec<(String, Option<String>)> = Vec::new();
    let mut block: Option<(&str, String)> = None;
    for line in page.lines() {
        match (&mut block, line.strip_prefix("```")) {
            (None, Some(kind)) => block = Some((kind, String::new())),
            (Some((_, text)), None) => *text += &format!("{line}\n"),
            (None, None) => {}
            (Some((kind, text)), Some(_)) => {
                if *kind == "sh" {
                    let joined = text.replace("\\\n", " ");
                    let lines = joined.lines().map(|line| (line.to_owned(), None));
                    commands.extend(lines);
                } else if let (Some((_, answer)), "text") = (commands.last_mut(), *kind) {
                    *answer = Some(text.clone());
                }
                block = None;
            }
        }
    }
    assert!(block.is_none(), "a block of the page does not end");
    commands
}

/// Words as a shell splits them, of which the page has no quotes.
fn words(line: &str) -> Vec<String> {
    assert!(!line.contains(['\'', '"', '$', '*']), "{line}");
    let mut words: Vec<String> = line.split_whitespace().map(ToOwned::to_owned).collect();
    assert_eq!(words.remove(0), "thorax", "{line}");
    if let Some(place) = words.iter().position(|word| word == "--epochs") {
        N_EPOCHS.clone_into(&mut words[place + 1]);
    }
    words
}

fn run(folder: &Path, line: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_thorax"))
        .args(words(line))
        .current_dir(folder)
        .env("XDG_CACHE_HOME", folder.join("cache"))
        .output()
        .unwrap()
}

fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/tutorial.md");
    fs::read_to_string(path).unwrap()
}

#[test]
fn the_commands_of_the_tutorial_run_in_their_order_and_answer_as_the_page_says() {
    let folder = tempfile::tempdir().unwrap();
    let commands = commands(&page());
    assert!(commands.len() >= 8, "{commands:?}");
    for (line, expected) in commands {
        let output = run(folder.path(), &line);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{line}\n{said}");
        let answer = String::from_utf8(output.stdout).unwrap();
        let Some(expected) = expected else { continue };
        // Figures of a model depend on how long it was trained, those of the data do not.
        if ["sample-data", "data"]
            .iter()
            .any(|name| words(&line)[0] == *name)
        {
            // The page may show the beginning only.
            let shown = expected.strip_suffix("…\n");
            let is_shown = shown.is_some_and(|shown| answer.starts_with(shown));
            assert!(is_shown || answer == expected, "{line}\n{answer}");
        } else {
            assert_eq!(shape(&answer), shape(&expected), "{line}\n{answer}");
        }
    }
    for file in ["judged.safetensors", "report.html"] {
        assert!(folder.path().join(file).is_file(), "{file}");
    }
}

/// What stays of an answer whatever the numbers are: the first word of each line that has one.
fn shape(answer: &str) -> Vec<String> {
    let first = |line: &str| {
        let word = line.split_whitespace().next()?;
        word.chars()
            .any(char::is_alphabetic)
            .then(|| word.to_owned())
    };
    answer.lines().filter_map(first).collect()
}

#[test]
fn pictures_of_the_tutorial_are_there_and_small() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let page = page();
    let pictures: Vec<_> = page.split("](tutorial/").skip(1).collect();
    assert!(pictures.len() >= 4, "{} pictures", pictures.len());
    for picture in pictures {
        let (name, _) = picture.split_once(')').unwrap();
        let size = fs::metadata(docs.join("tutorial").join(name))
            .unwrap()
            .len();
        assert!(size > 1000 && size < 150_000, "{name}: {size} bytes");
    }
}
