//! No two files of `src`, or of the engine, import each other, directly or by way of others.
//!
//! What counts is `use` of a path that begins with `crate`, `self` or `super`; the path leads to
//! the file of its deepest module. Not seen: a path written out in code without a `use`, and what
//! a module file re-exports (`pub use` in `mod.rs` is of a child, without such a beginning).
//! Imports between a module and those inside it are left out: a module lists its children, and
//! `use super::Name` mostly takes a re-export. Test modules at the end of a file are left out too.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::source::{ROOTS, code_lines, sources_in};

/// A module by its names from the root of the crate on.
type Module = Vec<String>;
/// Which modules a module imports from.
type Imports = BTreeMap<Module, BTreeSet<Module>>;

/// The module of a file below `root`; the root of the library has no names.
fn module_of(path: &Path, root: &str) -> Module {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join(root);
    let path = path.strip_prefix(src).unwrap().with_extension("");
    let names = path.iter().map(|name| name.to_string_lossy().into_owned());
    let mut names: Module = names.collect();
    if names.last().is_some_and(|name| name == "mod") || names == ["lib"] {
        names.pop();
    }
    names
}

/// Code up to the tests at its end, in one line.
fn code_without_tests(text: &str) -> String {
    let lines = code_lines(text).map(|(_, line)| line);
    let lines = lines.take_while(|line| *line != "mod tests {");
    lines.collect::<Vec<_>>().join(" ")
}

/// All paths of a tree of imports: `a::{b, c::{d, e}}` has three.
fn paths_of(tree: &str) -> Vec<String> {
    let Some((prefix, rest)) = tree.split_once('{') else {
        return vec![tree.trim().to_owned()];
    };
    let (body, _) = rest.rsplit_once('}').unwrap();
    let mut depth = 0_usize;
    let parts = body.split(|c| {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        c == ',' && depth == 0
    });
    let parts = parts.filter(|part| !part.trim().is_empty());
    parts
        .flat_map(|part| paths_of(&format!("{}{}", prefix.trim(), part.trim())))
        .collect()
}

/// The full path from the root of the crate of what `module` imports by `path`; `None` for paths
/// into other crates and into the module's own children.
fn full_path(module: &Module, path: &str) -> Option<Module> {
    let path = path.split(" as ").next().unwrap_or_default();
    let mut names = path.split("::").map(str::trim).peekable();
    let mut full = match *names.peek()? {
        "crate" => Vec::new(),
        "self" | "super" => module.clone(),
        _ => return None,
    };
    for name in names {
        match name {
            "crate" | "self" => {}
            "super" => {
                full.pop()?;
            }
            name => full.push(name.to_owned()),
        }
    }
    Some(full)
}

fn imports(sources: &[(Module, String)]) -> Imports {
    let modules: BTreeSet<_> = sources.iter().map(|(module, _)| module.clone()).collect();
    let file_of = |mut path: Module| {
        while !modules.contains(&path) {
            path.pop()?;
        }
        Some(path)
    };
    let imports = sources.iter().map(|(module, text)| {
        let code = code_without_tests(text);
        let trees = code.split(';').filter_map(|statement| {
            let at = statement.rfind("use ")?;
            let is_word = statement[..at].ends_with(|c: char| c.is_whitespace() || c == ')');
            let tree = &statement[at + "use ".len()..];
            let begins = ["crate::", "self::", "super::"];
            let is_ours = begins.iter().any(|begin| tree.starts_with(begin));
            ((at == 0 || is_word) && is_ours).then_some(tree)
        });
        let paths = trees.flat_map(paths_of);
        let files = paths.filter_map(|path| file_of(full_path(module, &path)?));
        let is_apart = |file: &Module| !file.starts_with(module) && !module.starts_with(file);
        (module.clone(), files.filter(is_apart).collect())
    });
    imports.collect()
}

/// What is left once modules that import nothing of the rest, or that nothing of the rest imports,
/// are taken away again and again: circles and what lies between them.
fn in_circles(mut imports: Imports) -> Imports {
    loop {
        let imported: BTreeSet<_> = imports.values().flatten().cloned().collect();
        let keeps = |module: &Module| imported.contains(module);
        let importing: BTreeSet<_> = imports
            .iter()
            .filter(|(module, files)| !files.is_empty() && keeps(module))
            .map(|(module, _)| module.clone())
            .collect();
        let n_before = imports.len();
        imports.retain(|module, _| importing.contains(module));
        for files in imports.values_mut() {
            files.retain(|file| importing.contains(file));
        }
        if imports.len() == n_before {
            return imports;
        }
    }
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    for (root, n_expected) in ROOTS.into_iter().zip([500, 60, 0]) {
        let sources = sources_in(root).into_iter();
        let sources = sources.map(|(path, text)| (module_of(&path, root), text));
        let imports = imports(&sources.collect::<Vec<_>>());
        let n_imports: usize = imports.values().map(BTreeSet::len).sum();
        assert!(
            n_imports > n_expected,
            "only {n_imports} imports were found below {root}"
        );
        let circles = in_circles(imports);
        let lines = circles.iter().map(|(module, files)| {
            let files: Vec<_> = files.iter().map(|file| file.join("::")).collect();
            format!("{} imports {}", module.join("::"), files.join(", "))
        });
        let lines: Vec<_> = lines.collect();
        assert!(
            lines.is_empty(),
            "in circles below {root}:\n{}",
            lines.join("\n")
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(path: &str) -> Module {
        path.split("::").map(str::to_owned).collect()
    }

    /// The modules in circles of a crate with these files.
    fn circles_of(files: &[(&str, &str)]) -> Vec<String> {
        let sources = files.iter();
        let sources = sources.map(|(module, text)| (names(module), (*text).to_owned()));
        let circles = in_circles(imports(&sources.collect::<Vec<_>>()));
        circles.keys().map(|module| module.join("::")).collect()
    }

    #[test]
    fn trees_of_imports_are_taken_apart() {
        let paths = paths_of("crate::a::{self, B, c::{D, E as F}, }");
        let expected = [
            "crate::a::self",
            "crate::a::B",
            "crate::a::c::D",
            "crate::a::c::E as F",
        ];
        assert_eq!(paths, expected);
    }

    #[test]
    fn paths_lead_from_the_module_that_names_them() {
        let module = names("a::b");
        assert_eq!(full_path(&module, "super::c::D"), Some(names("a::c::D")));
        assert_eq!(full_path(&module, "self::c::D"), Some(names("a::b::c::D")));
        assert_eq!(full_path(&module, "crate::c::D as E"), Some(names("c::D")));
        assert_eq!(full_path(&module, "super::super::c"), Some(names("c")));
        assert_eq!(full_path(&module, "std::fmt"), None);
    }

    #[test]
    fn circles_of_two_and_of_three_are_found_and_those_beside_them_are_not() {
        let two = [
            ("m::a", "use super::b::B;\nuse super::c::C;"),
            ("m::b", "pub(super) use crate::m::{\n    a::A,\n};"),
            ("m::c", "use std::fmt;"),
            ("m::d", "use super::a::A;"),
        ];
        assert_eq!(circles_of(&two), ["m::a", "m::b"]);
        let three = [
            ("a", "use crate::b::B;"),
            ("b", "use crate::c::C;"),
            ("c", "fn f() {\n    use crate::a::A;\n}"),
        ];
        assert_eq!(circles_of(&three), ["a", "b", "c"]);
    }

    #[test]
    fn parents_comments_and_tests_make_no_circle() {
        let files = [
            ("m", "mod a;\nmod b;\npub use a::A;\nuse crate::m::a::A2;"),
            ("m::a", "use super::b::B;\nuse super::Name;"),
            (
                "m::b",
                "// use super::a::A;\n#[cfg(test)]\nmod tests {\n    use crate::m::a::A;\n}",
            ),
        ];
        assert!(circles_of(&files).is_empty());
    }
}
