//! Who may name whom, and how long files get.

use std::fs;
use std::path::{Path, PathBuf};

/// Modules from the bottom up; each may name those before it. Same row: not each other.
const LAYERS: [&[&str]; 18] = [
    &["files"],
    &["work"],
    &["domain"],
    &["drawing", "metrics"],
    &["imaging"],
    &["dataset"],
    &["model", "phantom"],
    &["results"],
    &["scores"],
    &["explain"],
    &["film"],
    &["bulk"],
    &["bench", "export"],
    &["train"],
    &["evaluate"],
    &["state"],
    &["ui"],
    &["app", "cli"],
];

/// The only modules that may know egui; `cli` opens the window.
const EGUI_MODULES: [&str; 3] = ["ui", "app", "cli"];

/// `cli` starts the window, so it alone may name its row's other module.
const MAY_NAME_NEIGHBOR: [(&str, &str); 1] = [("cli", "app")];

const MAX_LINES: usize = 500;

/// Fields of a struct of the state: more are a sign of two concerns in one.
const MAX_FIELDS: usize = 12;

/// The saved settings are the form of a file, a field for each topic: to nest them would cost users theirs.
const MAY_HAVE_MORE_FIELDS: &str = "Settings";

/// Sources of the program and of its engine.
pub const ROOTS: [&str; 3] = ["src", "crates/engine/src", "crates/ranks/src"];

/// All files below `root`, a folder of the repository.
pub fn sources_in(root: &str) -> Vec<(PathBuf, String)> {
    let mut sources = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(root)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                sources.push((path, text));
            }
        }
    }
    assert!(sources.len() > 4, "found {} sources only", sources.len());
    sources
}

pub fn sources() -> Vec<(PathBuf, String)> {
    sources_in("src")
}

fn module_of(path: &Path) -> String {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let first = path.strip_prefix(src).unwrap().iter().next().unwrap();
    first.to_string_lossy().trim_end_matches(".rs").to_owned()
}

fn layer_of(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// Code lines only: comments may name what they like.
pub fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate();
    lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
}

fn named_modules(line: &str) -> impl Iterator<Item = &str> {
    let parts = line.split("crate::").skip(1);
    parts.map(|rest| {
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
        &rest[..end.unwrap_or(rest.len())]
    })
}

#[test]
fn arrows_run_one_way() {
    let mut faults = Vec::new();
    for (path, text) in sources() {
        let module = module_of(&path);
        if module == "main" || module == "lib" {
            continue;
        }
        let layer = layer_of(&module);
        let layer = layer.unwrap_or_else(|| panic!("{module} stands in no layer: {path:?}"));
        for (number, line) in code_lines(&text) {
            for named in named_modules(line) {
                let neighbor = MAY_NAME_NEIGHBOR.contains(&(module.as_str(), named));
                let below = layer_of(named).is_some_and(|other| other < layer);
                if named != module && !below && !neighbor {
                    faults.push(format!("{}:{} names {named}", path.display(), number + 1));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn only_the_window_knows_egui() {
    let mut faults = Vec::new();
    for (path, text) in sources() {
        if EGUI_MODULES.contains(&module_of(&path).as_str()) {
            continue;
        }
        for (number, line) in code_lines(&text) {
            if ["egui::", "eframe::", "egui_plot::", "use egui"]
                .iter()
                .any(|name| line.contains(name))
            {
                faults.push(format!("{}:{}: {line}", path.display(), number + 1));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_command_line_runs_without_the_window() {
    let window = ["crate::state", "crate::ui", "crate::app"];
    for (path, text) in sources() {
        let opens_the_window = path.ends_with("cli/window.rs");
        if module_of(&path) != "cli" || opens_the_window {
            continue;
        }
        for (number, line) in code_lines(&text) {
            let named = window.iter().find(|name| line.contains(*name));
            assert_eq!(named, None, "{}:{}", path.display(), number + 1);
        }
    }
}

#[test]
fn files_stay_short() {
    let lines = |(path, text): (PathBuf, String)| (path, text.lines().count());
    let long: Vec<_> = ROOTS
        .into_iter()
        .flat_map(sources_in)
        .map(lines)
        .filter(|(_, n_lines)| *n_lines > MAX_LINES)
        .collect();
    assert!(long.is_empty(), "over {MAX_LINES} lines: {long:?}");
}

/// Names of structs with named fields, and how many fields each has.
fn structs_of(text: &str) -> Vec<(&str, usize)> {
    let mut structs = Vec::new();
    let mut fields = None;
    for line in text.lines() {
        let words = line
            .trim_start_matches("pub ")
            .trim_start_matches("pub(super) ");
        if let Some(rest) = words.strip_prefix("struct ")
            && line.ends_with('{')
        {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
            fields = Some((&rest[..end.unwrap_or(rest.len())], 0));
        } else if line == "}" {
            structs.extend(fields.take());
        } else if let Some((_, n_fields)) = &mut fields {
            let field = line.strip_prefix("    ").unwrap_or_default();
            let starts = field.starts_with(|c: char| c.is_ascii_lowercase());
            *n_fields += usize::from(starts && field.contains(": "));
        }
    }
    structs
}

/// Files of `ui` that may name the whole state: the layout, the actions, and what makes views.
fn makes_views(path: &Path) -> bool {
    let actions = path.parent().is_some_and(|f| f.ends_with("ui/shortcuts"));
    actions || path.ends_with("ui/workspaces.rs") || path.ends_with("view.rs")
}

#[test]
fn panels_take_views_and_not_the_whole_state() {
    let (mut faults, mut n_views) = (Vec::new(), 0);
    for (path, text) in sources() {
        if module_of(&path) != "ui" {
            continue;
        }
        n_views += usize::from(path.ends_with("view.rs"));
        for (number, line) in code_lines(&text) {
            // A view that holds the whole state would be none.
            let holds = line.trim_start().starts_with("pub ") && !line.contains("fn ");
            if line.contains("AppState") && (holds || !makes_views(&path)) {
                faults.push(format!("{}:{}: {line}", path.display(), number + 1));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(n_views > 4, "found {n_views} views only");
}

#[test]
fn structs_of_the_state_stay_small() {
    let mut n_structs = 0;
    for (path, text) in sources() {
        if module_of(&path) != "state" {
            continue;
        }
        for (name, n_fields) in structs_of(&text) {
            n_structs += 1;
            assert!(
                n_fields <= MAX_FIELDS || name == MAY_HAVE_MORE_FIELDS,
                "{name} has {n_fields} fields: {}",
                path.display()
            );
        }
    }
    assert!(n_structs > 40, "found {n_structs} structs only");
}

#[test]
fn fields_of_structs_are_counted() {
    let text = "pub struct A<'a> {\n    /// x: y\n    pub a: u8,\n    b: B,\n}\nstruct C;\nstruct D {\n}\n";
    assert_eq!(structs_of(text), [("A", 2), ("D", 0)]);
}

#[test]
fn the_engine_knows_no_files_and_no_other_tensors() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/engine/Cargo.toml");
    let manifest: toml::Table = fs::read_to_string(manifest).unwrap().parse().unwrap();
    let dependencies = manifest["dependencies"].as_table().unwrap();
    let names: Vec<_> = dependencies.keys().map(String::as_str).collect();
    assert_eq!(names, ["libc", "serde", "thiserror"]);
    for (path, text) in sources_in("crates/engine/src") {
        for (number, line) in code_lines(&text) {
            let named = ["std::fs", "std::path"]
                .iter()
                .any(|name| line.contains(name));
            assert!(!named, "{}:{}", path.display(), number + 1);
        }
    }
}

#[test]
fn the_library_lists_its_modules_in_reading_order() {
    let lib = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs");
    let text = fs::read_to_string(lib).unwrap();
    let modules = text.lines().filter_map(|line| {
        let name = line.strip_prefix("pub mod ")?;
        Some(name.trim_end_matches(';').to_owned())
    });
    let layers: Vec<_> = modules.map(|module| layer_of(&module).unwrap()).collect();
    assert!(layers.len() >= 8 && layers.is_sorted(), "{layers:?}");
}

/// Files that open others by themselves, each with a reason.
const MAY_OPEN_FILES: [(&str, &str); 2] = [
    (
        "state/list/blinded/log.rs",
        "appends to the log that the reader chose",
    ),
    ("bench.rs", "reads /proc"),
];

#[test]
fn files_are_opened_in_one_module() {
    let opening = [
        "fs::read(",
        "read_to_string(",
        "fs::write(",
        "File::open",
        "File::create",
        "OpenOptions::new",
        "from_path(",
        "NamedTempFile::new",
    ];
    let mut faults = Vec::new();
    for (path, text) in sources() {
        let exempt = MAY_OPEN_FILES.iter().any(|(name, _)| path.ends_with(name));
        let is_test = path
            .file_stem()
            .is_some_and(|stem| stem.to_string_lossy().ends_with("tests"));
        if module_of(&path) == "files"
            || exempt
            || is_test
            || path.ends_with("hostile.rs")
            || path.ends_with("fixtures.rs")
        {
            continue;
        }
        // Tests are at the end.
        let code = text
            .split("#[cfg(test)]\nmod tests {")
            .next()
            .unwrap_or_default();
        for (number, line) in code_lines(code) {
            // `TableFile::open` opens no file by itself.
            let is_call = |call: &&str| {
                let mut places = line.match_indices(call);
                places.any(|(at, _)| !line[..at].ends_with(char::is_alphanumeric))
            };
            if opening.iter().any(is_call) {
                faults.push(format!(
                    "{}:{}: {}",
                    path.display(),
                    number + 1,
                    line.trim()
                ));
            }
        }
    }
    assert!(
        faults.is_empty(),
        "use crate::files:\n{}",
        faults.join("\n")
    );
}

/// The texts of errors that hold one of the system.
fn texts_of_io_errors(source: &str) -> impl Iterator<Item = &str> {
    let errors = source.split("#[error(").skip(1);
    errors.filter_map(|error| {
        let (text, variant) = error.split_once(")]\n")?;
        let variant = variant.split("\n}").next()?;
        variant.contains("io::Error").then_some(text)
    })
}

/// The system words its errors with numbers: `io_reason` has words for people.
#[test]
fn errors_of_the_system_are_said_in_words() {
    let raw = ["{source}", "{cause}", "{0}", "transparent"];
    let mut n_found = 0;
    for (path, source) in ROOTS.into_iter().flat_map(sources_in) {
        let shown = path.to_string_lossy();
        for text in texts_of_io_errors(&source) {
            n_found += 1;
            assert!(!raw.iter().any(|raw| text.contains(raw)), "{shown}: {text}");
        }
    }
    assert!(n_found > 10, "{n_found}");
}

#[test]
fn the_tests_that_the_architecture_page_names_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/architecture.md")).unwrap();
    let roots = ["src", "tests", "crates/engine/src"];
    let sources: String = roots
        .into_iter()
        .flat_map(sources_in)
        .map(|(_, text)| text)
        .collect();
    let words = page.split('`').skip(1).step_by(2);
    // A name of a test is a sentence; names of functions and modules are shorter.
    let names: Vec<_> = words
        .filter(|word| word.matches('_').count() >= 4 && !word.contains([':', '/', ' ']))
        .collect();
    assert!(names.len() > 10, "{names:?}");
    for name in names {
        let exists = sources.contains(&format!("fn {name}("));
        assert!(exists, "docs/architecture.md names {name}");
    }
}

#[test]
fn nothing_reaches_the_network() {
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock");
    let lock = fs::read_to_string(lock).unwrap();
    for name in [
        "reqwest",
        "hyper",
        "ureq",
        "curl",
        "isahc",
        "attohttpc",
        "surf",
    ] {
        let entry = format!("name = \"{name}\"");
        assert!(!lock.contains(&entry), "{name} is among the dependencies");
    }
    for (path, text) in ROOTS.into_iter().flat_map(sources_in) {
        for (number, line) in code_lines(&text) {
            let named = ["std::net", "TcpStream", "UdpSocket"];
            assert!(
                !named.iter().any(|name| line.contains(name)),
                "{}:{}: {line}",
                path.display(),
                number + 1
            );
        }
    }
}

/// Whether a line gives a size of text or a color by numbers.
fn has_own_look(line: &str) -> bool {
    let sizes = ["FontId::proportional(", "FontId::monospace(", ".size("];
    let after = |name: &str| line.split(name).skip(1).collect::<Vec<_>>();
    let number = |rest: &&str| rest.starts_with(|c: char| c.is_ascii_digit());
    let sized = sizes
        .iter()
        .flat_map(|name| after(name))
        .any(|rest| number(&rest));
    sized || after("Color32::from_rgb(").iter().any(number)
}

#[test]
fn sizes_of_text_and_colors_are_those_of_the_theme() {
    let ui = Path::new("src/ui");
    for (path, text) in sources() {
        let within = path.components().collect::<PathBuf>();
        let in_ui = within.to_string_lossy().contains(&*ui.to_string_lossy());
        if !in_ui
            || within
                .parent()
                .is_some_and(|folder| folder.ends_with("theme"))
        {
            continue;
        }
        for (number, line) in code_lines(&text) {
            assert!(
                !has_own_look(line),
                "{}:{}: {line}",
                path.display(),
                number + 1
            );
        }
    }
    assert!(has_own_look("let font = FontId::proportional(12.0);"));
    assert!(has_own_look("RichText::new(a).size(12.0).color(x)"));
    assert!(!has_own_look("FontId::proportional(theme::TEXT_PT)"));
}

/// A slider of the library takes the number beside it digit by digit: ours is typed whole.
#[test]
fn numbers_beside_sliders_are_typed_whole() {
    let mut n_found = 0;
    for (path, source) in sources_in("src/ui") {
        for (at, call) in source.match_indices("Slider::new(") {
            let before = source.get(..at).unwrap_or_default();
            if before.ends_with(char::is_alphanumeric) {
                continue;
            }
            n_found += 1;
            let statement = source.get(at..).and_then(|rest| rest.split(';').next());
            let shows_none = statement.is_some_and(|text| text.contains(".show_value(false)"));
            assert!(
                shows_none,
                "{}: {call} with a number, use NumberSlider",
                path.display()
            );
        }
    }
    assert!(n_found >= 2, "{n_found}");
}

/// The library draws upright parts of a line aslant unless it is told not to.
#[test]
fn lines_of_plots_say_whether_they_may_be_drawn_as_bands() {
    let mut n_found = 0;
    for (path, source) in sources_in("src/ui") {
        for (at, _) in source.match_indices("Line::new(") {
            let statement = source.get(at..).and_then(|rest| rest.split(";\n").next());
            let is_curve = statement.is_some_and(|text| text.contains("PlotPoints::"));
            if is_curve {
                n_found += 1;
                let says = statement.is_some_and(|text| text.contains(".allow_band("));
                assert!(says, "{}: a line without allow_band", path.display());
            }
        }
    }
    assert!(n_found >= 2, "{n_found}");
}
