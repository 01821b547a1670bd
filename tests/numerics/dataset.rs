//! NIH's own table and lists, and the real films.

use std::path::PathBuf;

use thorax::dataset::{
    DataSet, PartSummary, Split, SplitLists, SplitRule, SplitShares, Undersampling, undersample,
};

use crate::films;

const COUNTS: [(&str, usize); 14] = [
    ("Infiltration", 19_894),
    ("Effusion", 13_317),
    ("Atelectasis", 11_559),
    ("Nodule", 6_331),
    ("Mass", 5_782),
    ("Pneumothorax", 5_302),
    ("Consolidation", 4_667),
    ("Pleural_Thickening", 3_385),
    ("Cardiomegaly", 2_776),
    ("Emphysema", 2_516),
    ("Edema", 2_303),
    ("Fibrosis", 1_686),
    ("Pneumonia", 1_431),
    ("Hernia", 227),
];

fn whole_table(test: &str) -> Option<(PathBuf, DataSet)> {
    let folder = films::folder(test)?;
    let table = folder.join("meta/Data_Entry_2017_v2020.csv.gz");
    let data = DataSet::open(&table, None).unwrap();
    Some((folder, data))
}

#[test]
fn every_fifth_of_nihs_table_leaves_the_notebooks_63831_films() {
    let Some((_, data)) = whole_table("every fifth of NIH's table") else {
        return;
    };
    let all: Vec<usize> = (0..data.table.rows.len()).collect();
    let before = PartSummary::of(&data.table, &all);
    assert_eq!((before.n_films, before.n_patients), (112_120, 30_805));
    assert_eq!(before.n_no_finding, 60_361);
    assert_eq!((before.views.pa, before.views.ap), (67_310, 44_810));
    assert_eq!((before.sexes.male, before.sexes.female), (63_340, 48_780));
    assert!(data.files.warnings.is_empty() && data.files.duplicate_rows.is_empty());
    assert_eq!(data.files.missing.len(), 112_120);
    let kept = undersample(&data.table, &all, &Undersampling::EveryFifth);
    let after = PartSummary::of(&data.table, &kept);
    assert_eq!((after.n_films, after.n_no_finding), (63_831, 12_072));
    for (label, count) in COUNTS {
        assert_eq!(before.counts.of(label), Some(&count), "{label}");
        assert_eq!(after.counts.of(label), Some(&count), "{label}");
    }
    // How many are kept does not depend on the order of the rows.
    let mut reversed = data.table.clone();
    reversed.rows.reverse();
    let kept = undersample(&reversed, &all, &Undersampling::EveryFifth);
    assert_eq!(kept.len(), 63_831);
    assert_eq!(PartSummary::of(&reversed, &kept).counts, after.counts);
}

#[test]
fn nihs_lists_share_no_patient_and_validation_is_carved_by_patient() {
    let Some((folder, data)) = whole_table("NIH's lists") else {
        return;
    };
    let rule = SplitRule::Lists(SplitLists {
        train: Some(folder.join("meta/train_val_list.txt.gz")),
        valid: None,
        test: Some(folder.join("meta/test_list.txt.gz")),
        shares: SplitShares::default(),
    });
    let split = Split::new(&data.table, &rule).unwrap();
    assert_eq!(split.test.len(), 25_596);
    assert_eq!(split.train.len() + split.valid.len(), 86_524);
    assert!(
        split.valid.len().abs_diff(8_652) < 20,
        "{}",
        split.valid.len()
    );
    assert_eq!(split.leaks(&data.table), []);
    let by_image = SplitRule::ByImage(SplitShares::default());
    let by_image = Split::new(&data.table, &by_image).unwrap();
    assert!(by_image.leaks(&data.table).len() > 9_000);
}

#[test]
fn the_folder_of_real_films_opens_with_all_its_files_boxes_and_lists() {
    let Some(folder) = films::folder("the folder of real films") else {
        return;
    };
    let nih = folder.join("nih");
    let data = DataSet::open(&nih, None).unwrap();
    assert_eq!(data.table.rows.len(), 2_266);
    assert!(data.table.rows.iter().all(|row| row.path.is_some()));
    assert!(data.files.missing.is_empty() && data.files.duplicates.is_empty());
    assert!(data.files.unlisted.is_empty(), "{:?}", data.files.unlisted);
    assert_eq!((data.boxes.len(), data.files.n_foreign_boxes), (762, 0));
    let list = |name: &str| Some(nih.join(name));
    let rule = SplitRule::Lists(SplitLists {
        train: list("train_list.txt"),
        valid: list("val_list.txt"),
        test: list("test_list.txt"),
        shares: SplitShares::default(),
    });
    let split = Split::new(&data.table, &rule).unwrap();
    let lens = split.parts().map(|(_, rows)| rows.len());
    assert_eq!(lens, [1_692, 218, 356]);
    assert_eq!(split.leaks(&data.table), []);
}

#[test]
fn the_notebooks_own_table_is_read_by_its_columns() {
    let Some(folder) = films::folder("the notebook's table") else {
        return;
    };
    let data = DataSet::open(&folder.join("meta/notebook_test_df_head.csv"), None).unwrap();
    assert_eq!(data.table.labels, thorax::domain::Labels::nih_14());
    let first = &data.table.rows[0];
    assert_eq!(first.image, "00025813_001.png");
    let effusion = data.table.labels.position("Effusion").unwrap();
    assert_eq!(first.findings.iter().collect::<Vec<_>>(), [effusion]);
    assert_eq!((first.age_years, first.follow_up), (Some(61.0), Some(1)));
}
