//! Finding files below a folder, and matching them to rows of a table.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::path_parts::file_name;
use crate::imaging::is_named_like_film;

/// Maximum depth of the folder search, as in listing films.
const MAX_DEPTH: usize = 16;

/// The files below a folder by name; hidden ones are left aside.
///
/// Films are recognized by name here, not by content: opening a hundred thousand would take too long.
#[derive(Debug, Default)]
pub(super) struct FileIndex {
    by_name: BTreeMap<String, Vec<PathBuf>>,
    /// Films by name without ending, in lower case.
    by_stem: BTreeMap<String, Vec<PathBuf>>,
    /// Folders that could not be listed.
    pub unreadable: Vec<PathBuf>,
}

/// The file found for a row.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    Nothing,
    One(PathBuf),
    /// Several that fit equally well, in order of their paths.
    Several(Vec<PathBuf>),
}

impl FileIndex {
    /// Looks through `root`. Links to folders are followed, each folder once.
    pub fn walk(root: &Path) -> Self {
        let mut index = Self::default();
        let mut visited = BTreeSet::new();
        index.enter(root, MAX_DEPTH, &mut visited);
        for (name, paths) in &mut index.by_name {
            paths.sort();
            let films = paths
                .iter()
                .filter(|path| is_named_like_film(path) || !name.contains('.'));
            let films: Vec<PathBuf> = films.cloned().collect();
            if !films.is_empty() {
                index
                    .by_stem
                    .entry(film_stem(name))
                    .or_default()
                    .extend(films);
            }
        }
        index
    }

    fn enter(&mut self, folder: &Path, depth: usize, visited: &mut BTreeSet<PathBuf>) {
        let listed = fs::canonicalize(folder).and_then(|real| Ok((real, fs::read_dir(folder)?)));
        let Ok((real, entries)) = listed else {
            self.unreadable.push(folder.to_owned());
            return;
        };
        if !visited.insert(real) {
            return;
        }
        let mut below = Vec::new();
        for entry in entries {
            let Ok(entry) = entry else {
                self.unreadable.push(folder.to_owned());
                break;
            };
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') {
                continue;
            }
            let path = entry.path();
            // The entry's own type costs nothing; only links are looked behind.
            let is_dir = match entry.file_type() {
                Ok(file_type) if !file_type.is_symlink() => file_type.is_dir(),
                _ => path.is_dir(),
            };
            if is_dir {
                below.push(path);
            } else {
                self.by_name.entry(name).or_default().push(path);
            }
        }
        below.sort();
        for folder in below {
            if depth > 0 {
                self.enter(&folder, depth - 1, visited);
            } else {
                self.unreadable.push(folder);
            }
        }
    }

    /// The file that `place` means: a name, or a path of which as much fits as can.
    pub fn find(&self, place: &str) -> Found {
        match self.by_name.get(file_name(place)) {
            Some(candidates) => Self::best_fit(place, candidates),
            None => Found::Nothing,
        }
    }

    /// The one film that has the name which `place` ends in, whatever the ending and letter case:
    /// `a.png`, `a.PNG`, `a.jpg` and `a` are alike.
    pub fn find_by_stem(&self, place: &str) -> Option<PathBuf> {
        let candidates = self.by_stem.get(&film_stem(file_name(place)))?;
        match Self::best_fit(place, candidates) {
            Found::One(path) => Some(path),
            Found::Nothing | Found::Several(_) => None,
        }
    }

    fn best_fit(place: &str, candidates: &[PathBuf]) -> Found {
        let fit = |path: &&PathBuf| n_common_parts(place, path);
        let best = candidates.iter().map(|path| fit(&path)).max().unwrap_or(0);
        let mut best: Vec<PathBuf> = candidates
            .iter()
            .filter(|path| fit(path) == best)
            .cloned()
            .collect();
        match best.len() {
            1 => best.pop().map_or(Found::Nothing, Found::One),
            _ => Found::Several(best),
        }
    }

    /// Files whose names `accepts`, in order of depth, then path.
    pub fn named(&self, accepts: impl Fn(&str) -> bool) -> Vec<PathBuf> {
        let fitting = self.by_name.iter().filter(|(name, _)| accepts(name));
        let mut paths: Vec<PathBuf> = fitting.flat_map(|(_, paths)| paths).cloned().collect();
        paths.sort_by_key(|path| (path.components().count(), path.clone()));
        paths
    }

    /// Files that are named like films and are not among `taken`, in order of their paths.
    pub fn other_films(&self, taken: &BTreeSet<&Path>) -> Vec<PathBuf> {
        let films = self.by_name.values().flatten();
        let films = films.filter(|path| is_named_like_film(path));
        let mut others: Vec<PathBuf> = films
            .filter(|path| !taken.contains(path.as_path()))
            .cloned()
            .collect();
        others.sort();
        others
    }
}

/// A film's name without the ending of a film, in lower case.
pub(super) fn film_stem(name: &str) -> String {
    let path = Path::new(name);
    let stem = path.file_stem().filter(|_| is_named_like_film(path));
    let stem = stem.map_or_else(
        || name.to_owned(),
        |stem| stem.to_string_lossy().into_owned(),
    );
    stem.to_lowercase()
}

/// How many folders of two paths agree, from the end.
fn n_common_parts(place: &str, path: &Path) -> usize {
    let parts = path.components().rev().skip(1);
    let pairs = place.rsplit('/').skip(1).zip(parts);
    pairs
        .take_while(|(wanted, part)| part.as_os_str().to_string_lossy() == *wanted)
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_with(paths: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for path in paths {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, b"film").unwrap();
        }
        folder
    }

    #[test]
    fn a_path_is_found_by_its_end_and_a_name_anywhere() {
        let folder = folder_with(&["x/1/a.png", "x/2/a.png", "x/2/b.png"]);
        let index = FileIndex::walk(folder.path());
        let at = |path: &str| folder.path().join(path);
        assert_eq!(index.find("b.png"), Found::One(at("x/2/b.png")));
        assert_eq!(index.find("../input/2/a.png"), Found::One(at("x/2/a.png")));
        let both = vec![at("x/1/a.png"), at("x/2/a.png")];
        assert_eq!(index.find("3/a.png"), Found::Several(both));
        assert_eq!(index.find("c.png"), Found::Nothing);
    }

    #[test]
    fn a_film_is_found_under_another_ending_where_only_one_fits() {
        let paths = [
            "x/a.PNG",
            "x/b.jpg",
            "x/c",
            "y/1/d.jpg",
            "y/2/d.jpg",
            "e.csv",
            "f.1.dcm",
        ];
        let folder = folder_with(&paths);
        let index = FileIndex::walk(folder.path());
        for (place, found) in [
            ("a.png", Some("x/a.PNG")),
            ("a", Some("x/a.PNG")),
            ("A.jpeg", Some("x/a.PNG")),
            ("images/b.png", Some("x/b.jpg")),
            ("c.png", Some("x/c")),
            ("d.png", None),
            ("2/d.png", Some("y/2/d.jpg")),
            ("e.png", None),
            ("f.1", Some("f.1.dcm")),
            ("f", None),
        ] {
            let found = found.map(|path| folder.path().join(path));
            assert_eq!(index.find_by_stem(place), found, "{place}");
        }
    }

    #[test]
    fn films_that_nobody_named_are_listed_but_not_other_files() {
        let folder = folder_with(&["a.png", "b.JPG", "notes.txt", ".hidden.png", "t.csv"]);
        let index = FileIndex::walk(folder.path());
        let a = folder.path().join("a.png");
        let taken = BTreeSet::from([a.as_path()]);
        assert_eq!(index.other_films(&taken), [folder.path().join("b.JPG")]);
        assert_eq!(index.named(|name| name == "t.csv").len(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn linked_folders_are_entered_once() {
        let folder = folder_with(&["images/a.png"]);
        let elsewhere = folder_with(&["b.png"]);
        let link = |to: &Path, name: &str| {
            std::os::unix::fs::symlink(to, folder.path().join(name)).unwrap();
        };
        link(folder.path(), "circle");
        link(elsewhere.path(), "more");
        let index = FileIndex::walk(folder.path());
        assert_eq!(
            index.find("a.png"),
            Found::One(folder.path().join("images/a.png"))
        );
        assert_eq!(
            index.find("b.png"),
            Found::One(folder.path().join("more/b.png"))
        );
        assert!(index.unreadable.is_empty());
    }
}
