use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf, absolute};

use super::TrainError;
use super::run_folder::RunFolder;
use super::run_row::{RunRow, RunState};
use super::seed_groups::SeedGroup;
use crate::work::Watch;

/// Folders of runs lie at most this far below the folder that is searched.
const MAX_DEPTH: usize = 3;
/// Folders that are looked into: a folder of patients is no folder of runs.
const MAX_FOLDERS: usize = 20_000;

/// The runs in and below `root`, or the one that it is, for `thorax runs` and the window.
///
/// Those that run or can be resumed come first, then the newest. Links are not followed, folders of runs
/// are not searched for others, and nothing is written. Each row has the settings by which these runs differ.
pub fn runs_below(root: &Path, watch: &dyn Watch) -> Result<Vec<RunRow>, TrainError> {
    let mut rows = search(root, MAX_DEPTH, watch)?;
    arrange(&mut rows);
    Ok(rows)
}

/// The runs in `root` and at most `max_depth` folders below it, in no order.
fn search(root: &Path, max_depth: usize, watch: &dyn Watch) -> Result<Vec<RunRow>, TrainError> {
    let mut rows = Vec::new();
    let (mut level, mut n_folders) = (vec![root.to_owned()], 0);
    for depth in 0..=max_depth {
        let mut below = Vec::new();
        for folder in level {
            watch.check()?;
            n_folders += 1;
            if n_folders > MAX_FOLDERS {
                let path = root.to_owned();
                let reason = format!("expected runs among at most {MAX_FOLDERS} folders, got more");
                return Err(TrainError::Broken { path, reason });
            }
            if RunFolder::at(&folder).config_path().is_file() {
                rows.push(RunRow::read(&folder)?);
            } else if depth < max_depth {
                match folders_in(&folder) {
                    Ok(found) => below.extend(found),
                    // The user named this one; another may be closed to them.
                    Err(source) if depth == 0 => {
                        let path = folder;
                        return Err(TrainError::Read { path, source });
                    }
                    Err(_) => {}
                }
            }
        }
        level = below;
    }
    Ok(rows)
}

/// The runs at these folders, such as the recent ones, in the order of [`runs_below`]; a folder without
/// a run is left out.
pub fn runs_at<'a>(folders: impl IntoIterator<Item = &'a PathBuf>) -> Vec<RunRow> {
    let folders: BTreeSet<&PathBuf> = folders.into_iter().collect();
    let rows = folders
        .into_iter()
        .filter_map(|root| RunRow::read(root).ok());
    let mut rows: Vec<RunRow> = rows.collect();
    arrange(&mut rows);
    rows
}

/// Where the window looks for runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunPlaces {
    /// Folders that the user named; they are searched as [`runs_below`] does.
    pub folders: Vec<PathBuf>,
    /// Folders of runs that are known or planned: each is listed with the runs beside it.
    pub runs: Vec<PathBuf>,
}

/// The runs of several places, each once, in the order of [`runs_below`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FoundRuns {
    /// The runs.
    pub rows: Vec<RunRow>,
    /// Those that differ in their seed only.
    pub groups: Vec<SeedGroup>,
    /// Why a folder that the user named could not be searched.
    pub faults: Vec<String>,
}

impl RunPlaces {
    /// Searches them. A folder that cannot be read is a fault of its own; an error only if it was stopped.
    pub fn list(&self, watch: &dyn Watch) -> Result<FoundRuns, TrainError> {
        let mut faults = Vec::new();
        let mut rows = BTreeMap::new();
        let mut add = |found: Vec<RunRow>| {
            for mut row in found {
                row.folder = whole(&row.folder);
                rows.insert(row.folder.clone(), row);
            }
        };
        for folder in &self.folders {
            match search(folder, MAX_DEPTH, watch) {
                Err(error @ TrainError::Canceled(_)) => return Err(error),
                Err(error) => faults.push(error.to_string()),
                Ok(found) => add(found),
            }
        }
        let runs: BTreeSet<PathBuf> = self.runs.iter().map(|run| whole(run)).collect();
        let above: BTreeSet<&Path> = runs.iter().filter_map(|run| run.parent()).collect();
        for folder in above {
            match search(folder, 1, watch) {
                Err(error @ TrainError::Canceled(_)) => return Err(error),
                // Nobody named it.
                Err(_) => {}
                Ok(found) => add(found),
            }
        }
        add(runs_at(&runs));
        let mut rows: Vec<RunRow> = rows.into_values().collect();
        arrange(&mut rows);
        let groups = SeedGroup::among(&rows);
        Ok(FoundRuns {
            rows,
            groups,
            faults,
        })
    }
}

fn whole(path: &Path) -> PathBuf {
    absolute(path).unwrap_or_else(|_| path.to_owned())
}

fn folders_in(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            found.push(entry.path());
        }
    }
    Ok(found)
}

/// Puts the rows in order and marks the settings by which they differ.
fn arrange(rows: &mut [RunRow]) {
    rows.sort_by(|a, b| a.folder.cmp(&b.folder));
    rows.sort_by_key(|row| {
        let place = match row.state {
            RunState::Running => 0,
            RunState::Interrupted => 1,
            RunState::Finished | RunState::StoppedEarly => 2,
            RunState::Broken(_) => 3,
        };
        (place, Reverse(row.started.clone()))
    });
    // A broken run has no settings, which is no difference.
    let known = || rows.iter().filter(|row| !row.settings.is_empty());
    let mut values: BTreeMap<String, BTreeSet<Option<String>>> = BTreeMap::new();
    for key in known().flat_map(|row| row.settings.keys()) {
        if !values.contains_key(key) {
            let all = known().map(|row| row.settings.get(key).cloned());
            values.insert(key.clone(), all.collect());
        }
    }
    values.retain(|_, values| values.len() > 1);
    for row in rows.iter_mut().filter(|row| !row.settings.is_empty()) {
        let value = |key: &String| row.settings.get(key).cloned().unwrap_or_default();
        row.differing = values.keys().map(|key| (key.clone(), value(key))).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::TrainConfig;
    use crate::work::{StopSignal, Unwatched};

    fn run(root: &Path, epochs: usize, depth: usize) {
        let (run, _lock) = RunFolder::create(root).unwrap().keep();
        let config = TrainConfig {
            depth,
            epochs,
            ..TrainConfig::default()
        };
        config.save(&run.config_path()).unwrap();
    }

    fn names(rows: &[RunRow]) -> Vec<&str> {
        rows.iter().map(|row| row.name.as_str()).collect()
    }

    #[test]
    fn runs_are_found_below_a_folder_and_told_apart_by_what_differs() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        run(&root.join("b"), 3, 11);
        run(&root.join("deeper/still/a"), 5, 11);
        run(&root.join("too/deep/for/this"), 5, 11);
        fs::create_dir_all(root.join("films/0001")).unwrap();
        fs::create_dir_all(root.join("c")).unwrap();
        fs::write(root.join("c/config.toml"), "epochs = \"many\"").unwrap();
        let rows = runs_below(root, &Unwatched).unwrap();
        assert_eq!(names(&rows), ["b", "a", "c"]);
        let differing: Vec<_> = rows.iter().map(|row| row.differing.clone()).collect();
        let of = |value: &str| BTreeMap::from([("epochs".to_owned(), value.to_owned())]);
        assert_eq!(differing, [of("3"), of("5"), BTreeMap::new()]);
        // A run is a list of itself, and its folders are not searched.
        assert_eq!(
            names(&runs_below(&root.join("b"), &Unwatched).unwrap()),
            ["b"]
        );
        let recent = [root.join("b"), root.join("gone"), root.join("b")];
        assert_eq!(names(&runs_at(&recent)), ["b"]);
    }

    #[test]
    fn runs_of_several_places_are_listed_once_with_what_lies_beside_them() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        run(&root.join("here/a"), 3, 11);
        run(&root.join("here/b"), 5, 11);
        run(&root.join("there/deep/er/c"), 7, 11);
        let places = RunPlaces {
            folders: vec![root.join("there"), root.join("none"), root.join("there")],
            runs: vec![
                root.join("here/a"),
                root.join("here/planned"),
                root.join("gone/x"),
            ],
        };
        let found = places.list(&Unwatched).unwrap();
        assert_eq!(names(&found.rows), ["a", "b", "c"]);
        assert!(
            found
                .rows
                .iter()
                .all(|row| row.differing.contains_key("epochs"))
        );
        assert_eq!(found.faults.len(), 1);
        assert!(found.faults[0].contains("none"), "{:?}", found.faults);
        let stop = StopSignal::default();
        stop.give();
        assert!(matches!(places.list(&stop), Err(TrainError::Canceled(_))));
    }

    #[test]
    fn a_folder_that_is_missing_is_an_error_and_a_search_can_be_stopped() {
        let folder = tempfile::tempdir().unwrap();
        let missing = runs_below(&folder.path().join("none"), &Unwatched);
        assert!(matches!(missing, Err(TrainError::Read { .. })));
        let stop = StopSignal::default();
        stop.give();
        let stopped = runs_below(folder.path(), &stop);
        assert!(matches!(stopped, Err(TrainError::Canceled(_))));
    }
}
