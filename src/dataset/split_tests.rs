use std::fs;

use proptest::prelude::*;

use super::*;
use crate::dataset::samples::table;

fn rows(split: &Split) -> Vec<usize> {
    let mut rows = [&split.train[..], &split.valid, &split.test].concat();
    rows.sort_unstable();
    rows
}

fn shares(seed: u64, valid_share: f64, test_share: f64) -> SplitShares {
    SplitShares {
        seed,
        valid_share,
        test_share,
    }
}

#[test]
fn shares_of_1_or_less_than_0_are_refused() {
    let films = table(4, |row| (row, &[]));
    for (valid, test) in [
        (0.5, 0.5),
        (-0.1, 0.2),
        (f64::NAN, 0.1),
        (0.1, f64::INFINITY),
    ] {
        let rule = SplitRule::ByPatient(shares(0, valid, test));
        let error = Split::new(&films, &rule).unwrap_err();
        assert!(matches!(error, SplitError::Shares { .. }), "{error}");
    }
}

#[test]
fn a_split_is_the_same_for_ever() {
    // Pinned: if this fails, runs of old can no longer be repeated.
    let films = table(12, |row| (row / 2, &[]));
    let split = Split::new(&films, &SplitRule::ByPatient(shares(5, 0.2, 0.3))).unwrap();
    assert_eq!((split.valid, split.test), (vec![8, 9], vec![4, 5, 10, 11]));
}

#[test]
fn a_split_by_image_leaks_patients_and_one_by_patient_does_not() {
    let films = table(100, |row| (row / 10, &[]));
    let by_image = Split::new(&films, &SplitRule::ByImage(shares(1, 0.2, 0.2))).unwrap();
    assert_eq!((by_image.valid.len(), by_image.test.len()), (20, 20));
    let leaks = by_image.leaks(&films);
    assert_eq!(leaks.len(), 10);
    assert_eq!(leaks[0].patient_id, "p0");
    assert_eq!(leaks[0].parts.iter().sum::<usize>(), 10);
    let by_patient = Split::new(&films, &SplitRule::ByPatient(shares(1, 0.2, 0.2))).unwrap();
    assert_eq!((by_patient.valid.len(), by_patient.test.len()), (20, 20));
    assert_eq!(by_patient.leaks(&films), []);
}

/// Lists on disk, and the rule that names them.
struct Lists {
    folder: tempfile::TempDir,
    rule: SplitLists,
}

impl Lists {
    fn new(valid_share: f64) -> Self {
        let shares = shares(2, valid_share, 0.2);
        Self {
            folder: tempfile::tempdir().unwrap(),
            rule: SplitLists {
                shares,
                ..SplitLists::default()
            },
        }
    }

    fn file(&self, name: &str, rows: impl IntoIterator<Item = usize>) -> PathBuf {
        let path = self.folder.path().join(name);
        let lines: Vec<String> = rows
            .into_iter()
            .map(|row| format!("x/{row:04}.png\r\n"))
            .collect();
        fs::write(&path, lines.concat()).unwrap();
        path
    }

    fn split(self, films: &FilmTable) -> Result<Split, SplitError> {
        Split::new(films, &SplitRule::Lists(self.rule))
    }
}

#[test]
fn without_a_list_for_validation_patients_are_carved_out_of_training() {
    let films = table(100, |row| (row / 4, &[]));
    let mut lists = Lists::new(0.25);
    lists.rule.train = Some(lists.file("train_val_list.txt", 0..80));
    lists.rule.test = Some(lists.file("test_list.txt", 80..96));
    let split = lists.split(&films).unwrap();
    assert_eq!((split.train.len(), split.valid.len()), (60, 20));
    assert_eq!(split.test, (80..96).collect::<Vec<_>>());
    assert_eq!(split.leaks(&films), []);
    // Films that no list names are in no part.
    assert_eq!(rows(&split), (0..96).collect::<Vec<_>>());
}

#[test]
fn without_a_list_for_training_the_rest_is_trained_on() {
    let films = table(40, |row| (row / 4, &[]));
    let mut lists = Lists::new(0.0);
    lists.rule.valid = Some(lists.file("valid.txt", [1, 2, 2]));
    let split = lists.split(&films).unwrap();
    assert_eq!(split.valid, [1, 2]);
    assert_eq!(split.train.len(), 38);
    assert!(split.test.is_empty());
    let leaks = split.leaks(&films);
    let parts = [2, 2, 0];
    let patient_id = "p0".to_owned();
    assert_eq!(leaks, [Leak { patient_id, parts }]);
}

#[test]
fn lists_of_other_tables_and_films_in_two_lists_are_refused() {
    let films = table(10, |row| (row, &[]));
    let mut lists = Lists::new(0.1);
    lists.rule.test = Some(lists.file("test.txt", 20..30));
    let error = lists.split(&films).unwrap_err().to_string();
    assert!(
        error.contains("none of 10") && error.contains("test.txt"),
        "{error}"
    );
    let mut lists = Lists::new(0.1);
    lists.rule.test = Some(lists.file("test.txt", 0..0));
    let error = lists.split(&films).unwrap_err().to_string();
    assert!(error.starts_with("the list is empty: "), "{error}");
    let mut lists = Lists::new(0.1);
    lists.rule.test = Some(lists.file("test.txt", 0..4));
    lists.rule.train = Some(lists.file("train.txt", 2..9));
    let error = lists.split(&films).unwrap_err().to_string();
    for part in ["2 are in two", "0002.png", "test.txt", "train.txt"] {
        assert!(error.contains(part), "{part}: {error}");
    }
    let mut lists = Lists::new(0.1);
    lists.rule.valid = Some(PathBuf::from("nowhere.txt"));
    assert!(
        lists
            .split(&films)
            .unwrap_err()
            .to_string()
            .contains("nowhere.txt")
    );
}

#[test]
fn names_that_the_table_has_not_are_told() {
    let films = table(3, |row| (row, &[]));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("list.txt");
    fs::write(&path, "0001.png\n\nimages\\0000.png\nother.png\n0001.png\n").unwrap();
    let listed = read_list(&films, &path, Part::Test).unwrap();
    assert_eq!(listed.rows, [0, 1]);
    assert_eq!(listed.unknown, ["other.png"]);
    assert_eq!(listed.n_repeated, 1);
}

#[test]
fn rules_stand_in_json_and_come_back() {
    let lists = SplitLists {
        test: Some(PathBuf::from("t.txt")),
        ..SplitLists::default()
    };
    for rule in [
        SplitRule::ByPatient(shares(3, 0.1, 0.2)),
        SplitRule::ByImage(SplitShares::default()),
        SplitRule::Lists(lists),
    ] {
        let json = serde_json::to_string(&rule).unwrap();
        assert_eq!(
            serde_json::from_str::<SplitRule>(&json).unwrap(),
            rule,
            "{json}"
        );
    }
}

proptest! {
    #[test]
    fn every_row_is_in_one_part_and_every_patient_too(
        patients in prop::collection::vec(0_usize..40, 1..300),
        seed in any::<u64>(),
        valid_share in 0.0..0.4,
        test_share in 0.0..0.5,
    ) {
        let films = table(patients.len(), |row| (patients[row], &[]));
        let rule = SplitRule::ByPatient(shares(seed, valid_share, test_share));
        let split = Split::new(&films, &rule).unwrap();
        let all: Vec<usize> = (0..patients.len()).collect();
        prop_assert_eq!(rows(&split), all);
        prop_assert_eq!(split.leaks(&films), vec![]);
        prop_assert!(split.parts().iter().all(|(_, rows)| rows.is_sorted()));
        prop_assert_eq!(&Split::new(&films, &rule).unwrap(), &split);
        // No part is further from its share than half of the largest patient's films.
        let films_of = |patient: usize| patients.iter().filter(|p| **p == patient).count();
        let largest = (0..40).map(films_of).max().unwrap() as f64;
        for (part, share) in [(&split.valid, valid_share), (&split.test, test_share)] {
            let target = share * patients.len() as f64;
            prop_assert!(part.len() as f64 <= target + largest / 2.0);
        }
        let target = test_share * patients.len() as f64;
        prop_assert!(split.test.len() as f64 >= target - largest / 2.0);
    }

    #[test]
    fn the_order_of_the_rows_does_not_matter(
        patients in prop::collection::vec(0_usize..20, 1..80),
        seed in any::<u64>(),
    ) {
        let films = table(patients.len(), |row| (patients[row], &[]));
        let mut reversed = films.clone();
        reversed.rows.reverse();
        let names = |films: &FilmTable, rows: &[usize]| -> Vec<String> {
            let mut names: Vec<_> = rows.iter().map(|row| films.rows[*row].image.clone()).collect();
            names.sort();
            names
        };
        for rule in [SplitRule::ByPatient, SplitRule::ByImage] {
            let rule = rule(shares(seed, 0.2, 0.3));
            let split = Split::new(&films, &rule).unwrap();
            let again = Split::new(&reversed, &rule).unwrap();
            prop_assert_eq!(names(&films, &split.test), names(&reversed, &again.test));
            prop_assert_eq!(names(&films, &split.valid), names(&reversed, &again.valid));
        }
    }
}

#[test]
fn a_table_of_parts_is_the_list_of_each_of_them() {
    let films = table(6, |row| (row, &[]));
    let rows = "0000.png,a,train\n0001,a,validate\n0002.jpg,b,test\n0004.png,b,train\n9,c,test\n";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("split.csv");
    fs::write(&path, format!("dicom_id,study_id,split\n{rows}")).unwrap();
    let list = Some(path.clone());
    let rule = SplitRule::Lists(SplitLists {
        train: list.clone(),
        valid: list.clone(),
        test: list,
        ..SplitLists::default()
    });
    let split = Split::new(&films, &rule).unwrap();
    let parts = (split.train, split.valid, split.test);
    assert_eq!(parts, (vec![0, 4], vec![1], vec![2]));
    let listed = read_list(&films, &path, Part::Test).unwrap();
    assert_eq!(listed.unknown, ["9"]);
    fs::write(&path, "dicom_id,split\n0000.png,holdout\n").unwrap();
    let error = Split::new(&films, &rule).unwrap_err().to_string();
    assert!(
        error.contains("holdout") && error.contains("line 2"),
        "{error}"
    );
}
