use super::*;
use crate::dataset::{Sex, ViewPosition};

fn read(text: &str, map: Option<&ColumnMap>) -> Result<TableCsv, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table.csv");
    std::fs::write(&path, text).unwrap();
    read_table(&path, map).map_err(|error| error.to_string())
}

const V2020: &str = "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,\
    View Position,OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y]\n";
const V2017: &str = "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,\
    View Position,OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y],\n";

#[test]
fn both_tables_of_nih_give_the_same_rows() {
    let new = format!("{V2020}1_0.png,Cardiomegaly|Mass,2,1,57,M,PA,2682,2749,0.143,0.143\n");
    let old = format!("{V2017}1_0.png,Cardiomegaly|Mass,2,1,057Y,M,PA,2682,2749,0.143,0.143,\n");
    let new = read(&new, None).unwrap();
    let old = read(&old, None).unwrap();
    assert_eq!(new.table, old.table);
    assert_eq!(new.table.labels, Labels::nih_14());
    let expected = FilmRow {
        image: "1_0.png".to_owned(),
        path: None,
        patient_id: "1".to_owned(),
        findings: [1, 9].into_iter().collect(),
        follow_up: Some(2),
        age_years: Some(57.0),
        sex: Some(Sex::Male),
        view_position: Some(ViewPosition::Pa),
    };
    assert_eq!(new.table.rows, [expected]);
    assert!(new.warnings.is_empty() && new.duplicate_rows.is_empty());
}

#[test]
fn a_table_with_a_column_for_each_label_keeps_their_order() {
    let text = "path,Patient ID,Mass,Edema,No Finding\n../x/a.png,1,0.0,1.0,0\nx/b.png,2,0,0,1\n";
    let csv = read(text, None).unwrap();
    let labels: Vec<_> = csv.table.labels.iter().collect();
    assert_eq!(labels, ["Mass", "Edema"]);
    assert_eq!(csv.table.rows[0].image, "a.png");
    assert!(csv.table.rows[0].findings.contains(1));
    assert!(csv.table.rows[1].findings.is_empty());
    assert_eq!(csv.places, ["../x/a.png", "x/b.png"]);
}

#[test]
fn any_csv_is_read_through_a_map() {
    let text = "file;who;what\n\"a.png\";p 1;Rib|Cyst\nb.png;p 2;No Finding\n";
    let map = ColumnMap {
        image: "file".to_owned(),
        path: None,
        patient: "who".to_owned(),
        labels: LabelColumns::Joined {
            column: "what".to_owned(),
            labels: vec![],
        },
        follow_up: None,
        age: None,
        sex: None,
        view_position: None,
    };
    let csv = read(text, Some(&map)).unwrap();
    assert_eq!(csv.table.labels.iter().collect::<Vec<_>>(), ["Cyst", "Rib"]);
    assert_eq!(csv.table.rows[0].findings.len(), 2);
    assert_eq!(csv.table.rows[1].patient_id, "p 2");
    let error = read("file;who\na.png;1\n", Some(&map)).unwrap_err();
    assert!(error.contains("\"what\""), "{error}");
}

#[test]
fn a_wrong_header_names_found_and_expected_with_line_and_path() {
    let error = read("name,label\na.png,Mass\n", None).unwrap_err();
    for part in ["\"name\", \"label\"", "Patient ID", "line 1", "table.csv"] {
        assert!(error.contains(part), "{part}: {error}");
    }
    assert!(read("", None).unwrap_err().contains("found none"));
    assert!(read(V2020, None).unwrap_err().contains("got none"));
}

#[test]
fn labels_patients_and_images_are_not_guessed() {
    let row = |cells: &str| format!("{V2020}a.png,Mass,0,1,5,F,AP,1,1,1,1\n{cells},1,1,1,1\n");
    for (cells, expected) in [
        ("b.png,Masses,0,1,5,F,AP", "Masses"),
        ("b.png,Mass|No Finding,0,1,5,F,AP", "Mass|No Finding"),
        ("b.png,Mass|,0,1,5,F,AP", "Mass|"),
        ("b.png,,0,1,5,F,AP", "Finding Labels"),
        ("b.png,Mass,0,,5,F,AP", "Patient ID"),
        (",Mass,0,1,5,F,AP", "Image Index"),
        ("folder/,Mass,0,1,5,F,AP", "Image Index"),
        ("b.png,Mass,0,1,5,F", "expected 11 fields, got 10"),
        ("b.png,Mass,0,1,5,F,AP,7", "expected 11 fields, got 12"),
    ] {
        let error = read(&row(cells), None).unwrap_err();
        assert!(
            error.contains(expected) && error.contains("line 3"),
            "{error}"
        );
    }
    let error = read("path,Patient ID,Mass\na.png,1,-1\n", None).unwrap_err();
    assert!(
        error.contains("0 or 1") && error.contains("\"-1\""),
        "{error}"
    );
    let error = read("path,Patient ID,Mass\na.png,1,\n", None).unwrap_err();
    assert!(error.contains("\"Mass\", got \"\""), "{error}");
}

#[test]
fn ages_and_sexes_that_cannot_be_are_warnings_and_blank_ones_nothing() {
    let text = format!("{V2020}a.png,Mass,x,1,414,Q,LL,1,1,1,1\nb.png,Mass,,1,,,,1,1,1,1\n");
    let csv = read(&text, None).unwrap();
    assert_eq!(csv.table.rows[0].age_years, None);
    assert_eq!(csv.table.rows[0].view_position, Some(ViewPosition::Other));
    let texts: Vec<_> = csv
        .warnings
        .iter()
        .map(|w| (w.line, w.text.as_str()))
        .collect();
    assert_eq!(texts.len(), 3);
    assert_eq!(texts[1], (2, "Patient Age: \"414\" is not understood"));
    assert_eq!(csv.table.rows[1].sex, None);
}

#[test]
fn no_finding_beside_findings_is_a_warning() {
    let text = "path,Patient ID,Mass,No Finding\na.png,1,1,1\nb.png,1,0,0\nc.png,1,0,1\n";
    let csv = read(text, None).unwrap();
    let lines: Vec<_> = csv.warnings.iter().map(|warning| warning.line).collect();
    assert_eq!(lines, [2, 3]);
}

#[test]
fn the_first_of_rows_with_one_image_counts_and_the_others_are_listed() {
    let text = "path,Patient ID,Mass\nx/a.png,1,1\nx/a.png,2,0\nx/b.png,2,0\n";
    let csv = read(text, None).unwrap();
    assert_eq!((csv.n_rows, csv.table.rows.len()), (3, 2));
    assert_eq!(csv.duplicate_rows, ["a.png"]);
    assert_eq!(csv.table.rows[0].patient_id, "1");
}

#[test]
fn films_are_named_by_path_where_names_repeat_in_other_folders() {
    let text = "path,Patient ID,Mass\np1/view1.jpg,1,1\np2\\view1.jpg,2,0\np3/b.jpg,3,0\n";
    let csv = read(text, None).unwrap();
    let images: Vec<_> = csv
        .table
        .rows
        .iter()
        .map(|row| row.image.as_str())
        .collect();
    assert_eq!(images, ["p1/view1.jpg", "p2/view1.jpg", "p3/b.jpg"]);
    assert!(csv.duplicate_rows.is_empty());
}

#[test]
fn more_than_64_labels_and_none_are_refused() {
    let names: Vec<String> = (0..65).map(|n| format!("L{n}")).collect();
    let map = |columns: Vec<String>| ColumnMap {
        labels: LabelColumns::OneEach { columns },
        ..ColumnMap::guess(&["path", "Patient ID", "Mass"].map(ToOwned::to_owned)).unwrap()
    };
    let header = format!("path,Patient ID,{}\n", names.join(","));
    let text = format!("{header}a.png,1{}\n", ",0".repeat(65));
    let error = read(&text, Some(&map(names))).unwrap_err();
    assert!(error.contains("at most 64 labels, got 65"), "{error}");
    let error = read(&text, Some(&map(vec![]))).unwrap_err();
    assert!(error.contains("at least 1 label"), "{error}");
}
