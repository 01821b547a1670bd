use std::fs;
use std::path::{Path, PathBuf};

use super::{SplitLists, SplitShares};

/// The lists of a split that are in `folder` itself, by their names, as in NIH's `train_val_list.txt`
/// and `test_list.txt`, or a table of parts as MIMIC-CXR's `…-split.csv`; `None` where there are none.
///
/// No list is opened. Of several lists of a part the first in the order of names is taken.
pub fn lists_in(folder: &Path, shares: SplitShares) -> Option<SplitLists> {
    let entries = fs::read_dir(folder).ok()?;
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_file())
        .collect();
    paths.sort_unstable();
    let with = |is_of: &dyn Fn(&Named) -> bool| {
        let named = |path: &&PathBuf| Named::of(path).is_some_and(|named| is_of(&named));
        paths.iter().find(named).cloned()
    };
    let is_train = |named: &Named| named.is_list && named.has(&["train", "training"]);
    let is_valid = |named: &Named| {
        named.is_list && !is_train(named) && named.has(&["val", "valid", "validation"])
    };
    let is_test = |named: &Named| {
        named.is_list && !is_train(named) && !is_valid(named) && named.has(&["test", "testing"])
    };
    let mut lists = SplitLists {
        train: with(&is_train),
        valid: with(&is_valid),
        test: with(&is_test),
        shares,
    };
    if lists.train.is_none() && lists.valid.is_none() && lists.test.is_none() {
        let of_all = with(&|named| !named.is_list && named.has(&["split"]))?;
        for list in [&mut lists.train, &mut lists.valid, &mut lists.test] {
            *list = Some(of_all.clone());
        }
    }
    Some(lists)
}

/// The words of a file's name.
struct Named {
    words: Vec<String>,
    /// A list has one film a line; a table has a header.
    is_list: bool,
}

impl Named {
    fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        let (stem, ending) = name.rsplit_once('.')?;
        let is_list = match ending {
            "txt" => true,
            "csv" => false,
            _ => return None,
        };
        let words = stem.split(|c: char| !c.is_ascii_alphabetic());
        Some(Self {
            words: words.map(ToOwned::to_owned).collect(),
            is_list,
        })
    }

    fn has(&self, words: &[&str]) -> bool {
        self.words.iter().any(|word| words.contains(&word.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names of the three lists that are found among files of these names.
    fn found(names: &[&str]) -> Option<[Option<String>; 3]> {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let lists = lists_in(folder.path(), SplitShares::default())?;
        let name = |path: PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
        Some([lists.train, lists.valid, lists.test].map(|list| list.map(name)))
    }

    #[test]
    fn lists_are_known_by_their_names() {
        let some = |name: &str| Some(name.to_owned());
        assert_eq!(
            found(&["Data_Entry_2017.csv", "train_val_list.txt", "test_list.txt"]),
            Some([some("train_val_list.txt"), None, some("test_list.txt")])
        );
        assert_eq!(
            found(&["val_list.txt", "train_list.txt", "test.txt", "latest.txt"]),
            Some([
                some("train_list.txt"),
                some("val_list.txt"),
                some("test.txt")
            ])
        );
    }

    #[test]
    fn one_table_of_parts_is_the_list_of_every_part() {
        let split = || Some("mimic-cxr-2.0.0-split.csv.gz".to_owned());
        assert_eq!(
            found(&["mimic-cxr-2.0.0-split.csv.gz", "labels.csv"]),
            Some([split(), split(), split()])
        );
    }

    #[test]
    fn a_folder_without_lists_has_none() {
        assert_eq!(found(&["Data_Entry_2017.csv", "notes.txt"]), None);
        assert!(lists_in(Path::new("/no/such"), SplitShares::default()).is_none());
    }
}
