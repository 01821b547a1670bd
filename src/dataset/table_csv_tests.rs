use super::*;
use crate::dataset::{LabelColumns, Readers, Sex, Uncertain};
use crate::domain::Labels;

fn read(text: &str, map: Option<&ColumnMap>) -> Result<TableCsv, String> {
    read_by(text, map, LabelRules::default())
}

fn read_by(text: &str, map: Option<&ColumnMap>, rules: LabelRules) -> Result<TableCsv, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table.csv");
    std::fs::write(&path, text).unwrap();
    read_table(&path, map, rules).map_err(|error| error.to_string())
}

/// What is known of a label, film by film.
fn known(csv: &TableCsv, label: &str) -> Vec<Option<bool>> {
    let place = csv.table.labels.position(label).unwrap();
    csv.table.rows.iter().map(|row| row.has(place)).collect()
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
        unknown: FindingSet::empty(),
        no_finding: false,
        follow_up: Some(2),
        age_years: Some(57.0),
        sex: Some(Sex::Male),
        view_position: Some(ViewPosition::Pa),
    };
    assert_eq!(new.table.rows, [expected]);
    assert!(new.warnings.is_empty() && new.repeats.left_out.is_empty());
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
        ("b.png,Masses,0,1,5,F,AP", "Atelectasis, Cardiomegaly"),
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
    let error = read("path,Patient ID,Mass\na.png,1,2\n", None).unwrap_err();
    for part in ["0 or 1", "\"Mass\", got \"2\"", "line 2"] {
        assert!(error.contains(part), "{part}: {error}");
    }
    let error = read("path,Mass\na.png,1\n", None).unwrap_err();
    assert!(error.contains("a column of patients"), "{error}");
    let error = read("path,Patient ID,Mass,Mass\na.png,1,1,0\n", None).unwrap_err();
    assert!(error.contains("two columns \"Mass\""), "{error}");
    let text = "path,Patient ID,Pleural Thickening,pleural_thickening\na.png,1,1,0\n";
    let error = read(text, None).unwrap_err();
    assert!(
        error.contains("\"Pleural_Thickening\" is listed twice"),
        "{error}"
    );
}

#[test]
fn blank_labels_are_unknown_and_uncertain_ones_what_the_user_says() {
    let text = "path,Patient ID,Mass,Edema,No Finding\n\
        a.png,1,1,,\nb.png,2,-1.0,0,0\nc.png,3,,,1\nd.png,4,0,0,1\n";
    let by = |uncertain| {
        let rules = LabelRules {
            uncertain,
            ..LabelRules::default()
        };
        read_by(text, None, rules).unwrap()
    };
    let csv = by(Uncertain::Ignore);
    assert_eq!(known(&csv, "Mass"), [Some(true), None, None, Some(false)]);
    assert_eq!(known(&csv, "Edema"), [None, Some(false), None, Some(false)]);
    let none: Vec<bool> = csv.table.rows.iter().map(|row| row.no_finding).collect();
    assert_eq!(none, [false, false, true, true]);
    assert!(csv.warnings.is_empty(), "{:?}", csv.warnings);
    let positive = by(Uncertain::Positive);
    assert_eq!(known(&positive, "Mass")[1], Some(true));
    assert_eq!(known(&by(Uncertain::Negative), "Mass")[1], Some(false));
    let blank = format!("{V2020}a.png,,0,1,5,F,AP,1,1,1,1\nb.png,Mass,0,1,5,F,AP,1,1,1,1\n");
    let csv = read(&blank, None).unwrap();
    assert_eq!(known(&csv, "Hernia"), [None, Some(false)]);
    assert_eq!(csv.table.rows[0].unknown.len(), 14);
}

#[test]
fn findings_are_one_in_every_spelling_and_joined_in_several_ways() {
    let cells = [
        "Pleural Thickening|infiltrate",
        "\"pleural_thickening, Infiltration\"",
        "Infiltration; Pleural_Thickening",
        "\"['pleural thickening', 'infiltrates ']\"",
        "\"['infiltrates', \"\"pleural thickening\"\"]\"",
    ];
    let mut text = "Image Index,Patient ID,Finding Labels\n".to_owned();
    for (film, cell) in cells.iter().enumerate() {
        text += &format!("{film}.png,{film},{cell}\n");
    }
    let csv = read(&text, None).unwrap();
    for row in &csv.table.rows {
        assert_eq!(
            row.findings.iter().collect::<Vec<_>>(),
            [8, 11],
            "{}",
            row.image
        );
    }
}

#[test]
fn chexpert_has_patients_and_views_in_its_paths() {
    let text = "Path,Sex,Age,Frontal/Lateral,AP/PA,No Finding,Cardiomegaly,Lung Opacity,\
        Pleural Effusion\n\
        C/train/patient00001/study1/view1_frontal.jpg,Female,68,Frontal,AP,1.0,,,\n\
        C/train/patient00001/study2/view2_lateral.jpg,Male,87,Lateral,,,-1.0,1.0,0.0\n";
    let csv = read(text, None).unwrap();
    let labels: Vec<&str> = csv.table.labels.iter().collect();
    assert_eq!(labels, ["Cardiomegaly", "Lung Opacity", "Effusion"]);
    let [first, second] = csv.table.rows.as_slice() else {
        panic!("expected two films");
    };
    assert_eq!(first.patient_id, "patient00001");
    assert_eq!(second.patient_id, "patient00001");
    assert_eq!(first.view_position, Some(ViewPosition::Ap));
    assert_eq!(second.view_position, Some(ViewPosition::Other));
    assert_eq!(known(&csv, "Effusion"), [None, Some(false)]);
    assert_eq!(known(&csv, "Lung Opacity"), [None, Some(true)]);
}

#[test]
fn padchests_lists_are_read_for_the_14_findings_and_other_words_counted() {
    let text = ",ImageID,ImageDir,PatientID,PatientSex_DICOM,Projection,Labels\n\
        0,a.png,0,7,F,AP_horizontal,\"['pulmonary fibrosis', 'chronic changes']\"\n\
        1,b.png,0,7,M,L,['normal']\n\
        2,c.png,3,8,M,PA,\n\
        3,d.png,3,8,M,PA,\"['chronic changes', 'pleural effusion', '']\"\n";
    let csv = read(text, None).unwrap();
    let effusion = [Some(false), Some(false), None, Some(true)];
    assert_eq!(known(&csv, "Effusion"), effusion);
    assert_eq!(known(&csv, "Fibrosis")[0], Some(true));
    assert_eq!(csv.other_words, [("chronic changes".to_owned(), 2)].into());
    assert_eq!(csv.table.rows[0].view_position, Some(ViewPosition::Ap));
    assert!(csv.table.rows[1].no_finding && !csv.table.rows[2].no_finding);
}

#[test]
fn readers_of_vindr_decide_by_majority_or_any() {
    let text = "image_id,class_name,class_id,rad_id,x_min,y_min,x_max,y_max\n\
        a,Cardiomegaly,3,R1,1,2,3,4\na,Cardiomegaly,3,R2,1,2,3,4\n\
        a,Nodule/Mass,8,R2,1,2,3,4\na,Nodule/Mass,8,R2,5,6,7,8\na,No finding,14,R3,,,,\n\
        b,No finding,14,R1,,,,\nb,No finding,14,R2,,,,\nb,No finding,14,R3,,,,\n";
    let csv = read(text, None).unwrap();
    assert_eq!((csv.n_rows, csv.table.rows.len()), (8, 2));
    assert_eq!(known(&csv, "Cardiomegaly"), [Some(true), Some(false)]);
    assert_eq!(known(&csv, "Nodule/Mass"), [Some(false), Some(false)]);
    assert!(csv.table.rows[1].no_finding);
    assert_eq!(csv.repeats.n_united, 2);
    assert!(csv.repeats.left_out.is_empty());
    let rules = LabelRules {
        readers: Readers::Any,
        ..LabelRules::default()
    };
    let csv = read_by(text, None, rules).unwrap();
    assert_eq!(known(&csv, "Nodule/Mass"), [Some(true), Some(false)]);
    // One row for a reader, with a column for each label.
    let text = "image_id,rad_id,Atelectasis,Pleural effusion,No finding\n\
        a,R1,1,0,0\na,R2,1,1,0\na,R3,0,0,1\n";
    let csv = read(text, None).unwrap();
    assert_eq!(known(&csv, "Atelectasis"), [Some(true)]);
    assert_eq!(known(&csv, "Effusion"), [Some(false)]);
}

#[test]
fn the_tables_of_rsna_and_siim_have_a_row_for_each_box_or_mask() {
    let rsna = "patientId,x,y,width,height,Target\n\
        a,,,,,0\nb,264.0,152.0,213.0,379.0,1\nb,562.0,152.0,256.0,453.0,1\n";
    let csv = read(rsna, None).unwrap();
    assert_eq!(known(&csv, "Pneumonia"), [Some(false), Some(true)]);
    assert_eq!(csv.table.rows[1].patient_id, "b");
    let siim = "ImageId, EncodedPixels\n1.2.3,-1\n1.2.4, 557374 2 1015 8\n1.2.4,5 6\n";
    let csv = read(siim, None).unwrap();
    assert_eq!(known(&csv, "Pneumothorax"), [Some(false), Some(true)]);
    let error = read("ImageId,EncodedPixels\na,x\n", None).unwrap_err();
    assert!(
        error.contains("mask") && error.contains("line 2"),
        "{error}"
    );
    // A column of that name in another table is no label of ours.
    assert!(read("path,Patient ID,Target\na.png,1,1\n", None).is_err());
}

#[test]
fn mimics_studies_are_films_through_the_table_beside_them() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let labels = "subject_id,study_id,Atelectasis,Edema\n\
        10000032,50414267,,1.0\n10000032,53189527,0.0,-1.0\n10000764,57375967,,\n";
    write("mimic-cxr-2.0.0-chexpert.csv", labels);
    let table = folder.path().join("mimic-cxr-2.0.0-chexpert.csv");
    let rules = LabelRules::default();
    let error = read_table(&table, None, rules).unwrap_err().to_string();
    assert!(error.contains("mimic-cxr-2.0.0-metadata.csv"), "{error}");
    let metadata = "dicom_id,subject_id,study_id,ViewPosition\n\
        02aa804e,10000032,50414267,PA\n174413ec,10000032,50414267,LATERAL\n\
        2a2277a9,10000032,53189527,AP\n";
    write("mimic-cxr-2.0.0-metadata.csv", metadata);
    let csv = read_table(&table, None, rules).unwrap();
    assert_eq!(known(&csv, "Edema"), [Some(true), Some(true), None]);
    assert_eq!(csv.table.rows[1].view_position, Some(ViewPosition::Other));
    assert_eq!(csv.table.rows[2].patient_id, "10000032");
    assert_eq!(csv.places[0], "files/p10/p10000032/s50414267/02aa804e");
    assert_eq!(csv.empty_studies, ["57375967"]);
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
    assert_eq!(csv.repeats.left_out, ["a.png"]);
    assert_eq!(csv.table.rows[0].patient_id, "1");
    let conflicts = csv.repeats.conflicts.iter();
    let conflicts: Vec<_> = conflicts.map(|c| (c.line, c.text.as_str())).collect();
    assert_eq!(conflicts, [(3, "a.png with other labels than in line 2")]);
    let same = read("path,Patient ID,Mass\na.png,1,1\na.png,1,1\n", None).unwrap();
    assert!(same.repeats.conflicts.is_empty());
    assert_eq!(same.repeats.left_out, ["a.png"]);
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
    assert!(csv.repeats.left_out.is_empty());
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
