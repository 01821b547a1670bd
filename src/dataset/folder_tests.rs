use super::*;

fn folder_with(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

const TABLE: &str = "path,Patient ID,Mass\na.png,1,1\nb.png,1,0\nc.png,2,0\n";

#[test]
fn what_does_not_fit_is_listed_and_no_row_is_lost() {
    let folder = folder_with(&[
        ("table.csv", TABLE),
        ("one/a.png", ""),
        ("two/b.png", ""),
        ("one/b.png", ""),
        ("two/d.png", ""),
    ]);
    let at = |path: &str| folder.path().join(path);
    let data = DataSet::open(folder.path(), None).unwrap();
    assert_eq!(data.table_path, at("table.csv"));
    let paths: Vec<_> = data.table.rows.iter().map(|row| row.path.clone()).collect();
    assert_eq!(paths, [Some(at("one/a.png")), Some(at("one/b.png")), None]);
    assert_eq!(data.files.missing, ["c.png"]);
    let twins = vec![at("one/b.png"), at("two/b.png")];
    assert_eq!(data.files.duplicates, [("b.png".to_owned(), twins)]);
    assert_eq!(data.files.unlisted, [at("two/d.png")]);
    assert_eq!(data.files.n_rows, 3);
    // The table itself opens the same set.
    let same = DataSet::open(&at("table.csv"), None).unwrap();
    assert_eq!((same.table, same.files), (data.table, data.files));
}

#[test]
fn a_table_opens_without_any_film() {
    let folder = folder_with(&[("table.csv", TABLE)]);
    let data = DataSet::open(&folder.path().join("table.csv"), None).unwrap();
    assert_eq!(data.table.rows.len(), 3);
    assert_eq!(data.files.missing.len(), 3);
    let error = data.check_images().unwrap_err().to_string();
    let root = folder.path().display();
    let expected = format!("no image of the table was found under {root}");
    assert_eq!(error, expected);
    fs::write(folder.path().join("c.png"), "").unwrap();
    let data = DataSet::open(folder.path(), None).unwrap();
    assert!(data.check_images().is_ok());
}

#[test]
fn nih_tables_come_before_tables_made_of_them_and_equals_are_an_error() {
    let other = [
        ("sub/Data_Entry_2017.csv", TABLE),
        ("sub/mine.csv", TABLE),
        ("n.csv", "a,b\n"),
    ];
    let folder = folder_with(&other);
    let data = DataSet::open(folder.path(), None).unwrap();
    assert!(data.table_path.ends_with("sub/Data_Entry_2017.csv"));
    fs::write(folder.path().join("sub/Data_Entry_2017_v2020.csv"), TABLE).unwrap();
    let error = DataSet::open(folder.path(), None).unwrap_err().to_string();
    assert!(
        error.contains("expected one table") && error.contains("v2020"),
        "{error}"
    );
}

#[test]
fn a_folder_without_a_table_names_the_columns_and_the_csvs_there_are() {
    let folder = folder_with(&[("n.csv", "a,b\n"), ("a.png", "")]);
    let error = DataSet::open(folder.path(), None).unwrap_err().to_string();
    assert!(
        error.contains("Patient ID") && error.contains("n.csv"),
        "{error}"
    );
    let missing = folder.path().join("nowhere");
    let error = DataSet::open(&missing, None).unwrap_err().to_string();
    assert!(error.contains("nowhere"), "{error}");
}

#[test]
fn boxes_beside_the_table_are_read_and_those_of_other_films_counted() {
    let boxes =
        "Image Index,Finding Label,Bbox [x,y,w,h],,,\na.png,Mass,1,2,3,4\nz.png,Mass,1,2,3,4\n";
    let folder = folder_with(&[("d/table.csv", TABLE), ("d/BBox_List_2017.csv", boxes)]);
    let data = DataSet::open(folder.path(), None).unwrap();
    assert_eq!(data.boxes.len(), 1);
    assert_eq!(data.files.n_foreign_boxes, 1);
}

#[test]
fn paths_out_of_the_folder_are_followed_where_they_lead_to_a_file() {
    let table = "path,Patient ID,Mass\n../films/a.png,1,1\n../films/b.png,1,1\n";
    let folder = folder_with(&[("data/table.csv", table), ("films/a.png", "")]);
    let data = DataSet::open(&folder.path().join("data"), None).unwrap();
    assert!(
        data.table.rows[0]
            .path
            .as_ref()
            .unwrap()
            .ends_with("films/a.png")
    );
    assert_eq!(data.files.missing, ["b.png"]);
}

#[test]
fn the_row_of_a_film_is_found_as_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let images = folder.path().join("images");
    fs::create_dir(&images).unwrap();
    let table = folder.path().join("Data_Entry_2017.csv");
    let text = "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position\n\
                00000001_000.png,Mass,0,1,057Y,M,PA\n00000001_001.png,No Finding,1,1,058Y,M,AP\n";
    fs::write(&table, text).unwrap();
    let row = row_above(&images, "00000001_001.png").unwrap().unwrap();
    assert_eq!((row.table, row.line), (table, 3));
    assert_eq!(row.cells[4], ("Patient Age".to_owned(), "058Y".to_owned()));
    assert_eq!(row.cells.len(), 7);
    assert_eq!(row_above(&images, "00000001_002.png").unwrap(), None);
}
