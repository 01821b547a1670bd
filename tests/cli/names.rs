//! Names of files, from a stranger's folder to tables and exports and back.
#![cfg(unix)]

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use thorax::files::{csv_text, path_of_text};

fn thorax<S: AsRef<OsStr>>(args: &[S], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_thorax"))
        .args(args)
        .current_dir(folder)
        .output()
        .unwrap()
}

/// A film of no patient under these names.
fn films(names: &[&[u8]]) -> (tempfile::TempDir, BTreeSet<PathBuf>) {
    let folder = tempfile::tempdir().unwrap();
    let phantom = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/phantom.png");
    let mut paths = BTreeSet::new();
    for name in names {
        let path = folder.path().join(OsStr::from_bytes(name));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::copy(&phantom, &path).unwrap();
        paths.insert(path);
    }
    (folder, paths)
}

#[test]
fn every_path_in_json_and_csv_leads_back_to_its_film() {
    let (folder, paths) = films(&[
        b"latin1_\xe9.png",
        "фильм_胸部.png".as_bytes(),
        b"new\nline.png",
        b"quote\"comma,.png",
        b"percent%20.png",
        b"=1+1.png",
    ]);
    let args = [
        "classify",
        folder.path().to_str().unwrap(),
        "--format",
        "json",
    ];
    let output = thorax(&args, folder.path());
    let listed: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let found = listed
        .iter()
        .map(|film| path_of_text(film["path"].as_str().unwrap()));
    assert_eq!(found.collect::<BTreeSet<_>>(), paths);

    // From within the folder: paths in the table begin with the name itself.
    let names: Vec<&OsStr> = paths.iter().map(|path| path.file_name().unwrap()).collect();
    let start = ["classify", "--format", "csv"].map(OsStr::new);
    let output = thorax(&[&start[..], &names[..]].concat(), folder.path());
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("\n'=1+1.png,"), "{text}");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let found = rows
        .iter()
        .map(|row| folder.path().join(path_of_text(csv_text(&row[0]))));
    assert_eq!(found.collect::<BTreeSet<_>>(), paths);
    assert!(rows.iter().all(|row| row[2].parse::<f32>().is_ok()));
}

#[test]
fn a_name_cannot_give_the_terminal_orders() {
    let folder = tempfile::tempdir().unwrap();
    let name = "evil\x1b[2J\n.png";
    fs::write(folder.path().join(name), b"no film").unwrap();
    let output = thorax(&["classify", name], folder.path());
    for stream in [&output.stdout, &output.stderr] {
        let text = String::from_utf8_lossy(stream);
        assert!(!text.contains('\x1b'), "{text:?}");
        assert!(text.contains("evil\\u{1b}[2J\\n.png"), "{text}");
    }
}

/// The stems of exported tables, with the film that each names.
fn exported(to: &Path) -> Vec<(String, String)> {
    let mut tables = Vec::new();
    for entry in fs::read_dir(to).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if let Some(stem) = name.strip_suffix(".scores.csv") {
            let mut reader = csv::Reader::from_path(&path).unwrap();
            let first = reader.records().next().unwrap().unwrap();
            tables.push((stem.to_owned(), first[0].to_owned()));
        }
    }
    tables.sort();
    tables
}

#[test]
fn films_of_one_name_are_exported_under_a_number_each() {
    let (folder, paths) = films(&[b"p1/view1.png", b"p2/view1.png", b"p2/VIEW1.png"]);
    let out = tempfile::tempdir().unwrap();
    let args = [
        "export",
        folder.path().to_str().unwrap(),
        "--to",
        out.path().to_str().unwrap(),
    ];
    assert!(thorax(&args, folder.path()).status.success());
    let tables = exported(out.path());
    let named: BTreeSet<_> = tables.iter().map(|(_, film)| PathBuf::from(film)).collect();
    assert_eq!(named, paths);
    let mut stems: Vec<_> = tables.iter().map(|(stem, _)| stem.to_lowercase()).collect();
    stems.sort();
    assert_eq!(stems, ["view1", "view1-2", "view1-3"]);
    for (stem, _) in &tables {
        let of_film = |name: &str| name.starts_with(&format!("{stem}."));
        let files = fs::read_dir(out.path()).unwrap();
        let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        let n_files = names.filter(|name| of_film(name)).count();
        assert!(n_files >= 4 && n_files % 2 == 0, "{stem}: {n_files}");
    }
}

#[test]
fn a_film_with_a_name_of_240_letters_is_exported_whole() {
    let (folder, _) = films(&[format!("{}.png", "x".repeat(240)).as_bytes()]);
    let out = tempfile::tempdir().unwrap();
    let args = [
        "export",
        folder.path().to_str().unwrap(),
        "--to",
        out.path().to_str().unwrap(),
    ];
    let output = thorax(&args, folder.path());
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(exported(out.path()).len(), 1);
}

#[test]
fn films_in_a_zip_archive_are_scored_and_exported() {
    use std::io::Write as _;
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("films.zip");
    let phantom = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/phantom.png");
    let mut writer = zip::ZipWriter::new(fs::File::create(&archive).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    writer.start_file("a/b.png", options).unwrap();
    writer.write_all(&fs::read(&phantom).unwrap()).unwrap();
    writer.finish().unwrap();
    let before = fs::read(&archive).unwrap();

    let args = ["classify", archive.to_str().unwrap(), "--format", "json"];
    let listed: Value = serde_json::from_slice(&thorax(&args, folder.path()).stdout).unwrap();
    let film = archive.join("a/b.png");
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(listed[0]["path"], film.to_str().unwrap());
    assert!(listed[0]["scores"]["Mass"].is_number());

    // Beside films it was taken for one, as by `*`.
    let other = phantom.to_str().unwrap();
    let args = [
        "classify",
        archive.to_str().unwrap(),
        other,
        "--format",
        "json",
    ];
    let listed: Value = serde_json::from_slice(&thorax(&args, folder.path()).stdout).unwrap();
    assert_eq!(listed[0]["path"], archive.to_str().unwrap());
    let error = listed[0]["error"].as_str().unwrap();
    assert!(error.contains("found a ZIP archive"), "{error}");
    assert!(listed[1]["scores"]["Mass"].is_number());

    let args = ["export", film.to_str().unwrap(), "--to", "."];
    let output = thorax(&args, folder.path());
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(exported(folder.path())[0].0, "b");
    assert_eq!(fs::read(&archive).unwrap(), before);
}

#[test]
fn a_dicomdir_is_scored_as_the_films_that_it_names() {
    let medium = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/dicom/medium");
    let folder = tempfile::tempdir().unwrap();
    let directory = medium.join("DICOMDIR");
    let args = ["classify", directory.to_str().unwrap(), "--format", "json"];
    let output = thorax(&args, folder.path());
    let listed: Value = serde_json::from_slice(&output.stdout).unwrap();
    let listed = listed.as_array().unwrap();
    let paths = listed.iter().map(|film| film["path"].as_str().unwrap());
    let expected = [
        "PT000000/ST000000/SE000000/IM000000",
        "PT000000/ST000000/SE000001/IM000000",
        "PT000000/ST000001/SE000000/IM000000",
        "PT000001/ST000000/SE000000/IM000000",
    ];
    assert!(paths.eq(expected.map(|name| medium.join(name).display().to_string())));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("a structured report"), "{said}");

    // One that is broken says why, and costs no other film its scores.
    let broken = folder.path().join("DICOMDIR");
    fs::write(&broken, b"dear reader").unwrap();
    let args = ["classify", broken.to_str().unwrap(), "--format", "json"];
    let listed: Value = serde_json::from_slice(&thorax(&args, folder.path()).stdout).unwrap();
    let error = listed[0]["error"].as_str().unwrap();
    assert!(error.contains("cannot open the DICOMDIR"), "{error}");
}
