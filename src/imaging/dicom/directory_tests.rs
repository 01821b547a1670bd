//! Directories as pydicom writes them, and what strangers may write in their place.

use std::path::{Path, PathBuf};

use super::directory::Directory;
use crate::imaging::list_films;

fn medium() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/dicom/medium")
}

fn sound() -> Vec<u8> {
    std::fs::read(medium().join("DICOMDIR")).unwrap()
}

/// Places of the values of an offset, UL of four bytes, in the order of the file.
fn offsets(bytes: &[u8], tag: [u8; 4]) -> Vec<usize> {
    let head = [&tag[..], b"UL\x04\0"].concat();
    let places = bytes.windows(8).enumerate();
    let found = places.filter(|(_, window)| *window == head);
    found.map(|(at, _)| at + 8).collect()
}

const FIRST: [u8; 4] = [4, 0, 0, 0x12];
const NEXT: [u8; 4] = [4, 0, 0, 0x14];
const BELOW: [u8; 4] = [4, 0, 0x20, 0x14];

fn with_offset(bytes: &[u8], at: usize, value: u32) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
    bytes
}

/// A copy of the medium in a folder of its own.
fn copied() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut folders = vec![medium()];
    while let Some(from) = folders.pop() {
        for entry in std::fs::read_dir(from).unwrap() {
            let path = entry.unwrap().path();
            let to = folder.path().join(path.strip_prefix(medium()).unwrap());
            if path.is_dir() {
                std::fs::create_dir(&to).unwrap();
                folders.push(path);
            } else {
                std::fs::copy(&path, &to).unwrap();
            }
        }
    }
    folder
}

#[test]
fn a_medium_is_listed_as_pydicom_reads_it() {
    let json = std::fs::read_to_string(medium().with_extension("json")).unwrap();
    let expected: Vec<serde_json::Value> = serde_json::from_str(&json).unwrap();
    let found = list_films(&medium().join("DICOMDIR")).unwrap();
    assert_eq!(found.films.len(), expected.len());
    assert_eq!(found.faults, [""; 0]);
    let others = "1 file without a film was passed over: a structured report";
    assert_eq!(found.passed_over.words().as_deref(), Some(others));
    for (film, expected) in found.films.iter().zip(expected) {
        let text = |key: &str| expected[key].as_str().unwrap().to_owned();
        assert_eq!(*film, medium().join(text("file")));
        let record = &found.records[film];
        let study = record.visit.study.as_ref().unwrap();
        assert_eq!(record.patient_id, Some(text("patient")));
        assert_eq!(study.description, Some(text("description")));
        assert_eq!(study.study_uid, Some(text("study")));
        assert_eq!(study.instance_uid, Some(text("instance")));
        assert_eq!(study.series_number, expected["series_number"].as_i64());
        // A date that stands for a removed one is none.
        let date = study.date.map(|date| date.to_string().replace('-', ""));
        let known = Some(text("date")).filter(|date| date != "19000101");
        assert_eq!(date, known);
        let time = study.time.unwrap().to_string().replace(':', "");
        assert!(text("time").starts_with(&time), "{time}");
    }
}

#[test]
fn names_in_other_letters_are_found_and_missing_files_are_counted() {
    let folder = copied();
    let place = |name: &str| folder.path().join(name);
    std::fs::rename(place("PT000001"), place("pt000001")).unwrap();
    std::fs::remove_file(place("PT000000/ST000001/SE000000/IM000000")).unwrap();
    std::fs::rename(place("DICOMDIR"), place("dicomdir")).unwrap();
    let found = list_films(&place("dicomdir")).unwrap();
    assert_eq!(found.films.len(), 3);
    assert_eq!(found.films[2], place("pt000001/ST000000/SE000000/IM000000"));
    let fault = "1 of 4 images of the DICOMDIR are missing, as PT000000/ST000001/SE000000/IM000000";
    assert_eq!(found.faults, [fault]);
    // The directory is told by its class, too.
    std::fs::rename(place("dicomdir"), place("index.dcm")).unwrap();
    assert_eq!(list_films(&place("index.dcm")).unwrap().films.len(), 3);
    // A folder with a directory is listed as a folder.
    let in_folder = list_films(folder.path()).unwrap();
    assert_eq!((in_folder.films.len(), in_folder.records.len()), (3, 0));
    std::fs::remove_dir_all(place("PT000000")).unwrap();
    std::fs::remove_dir_all(place("pt000001")).unwrap();
    let error = list_films(&place("index.dcm")).unwrap_err().to_string();
    assert!(error.contains("4 of 4 images"), "{error}");
}

#[test]
fn no_name_leads_out_of_the_folder() {
    let folder = copied();
    let path = folder.path().join("DICOMDIR");
    let mut bytes = sound();
    for at in 0..bytes.len() - 8 {
        if &bytes[at..at + 8] == b"PT000001" {
            bytes[at..at + 8].copy_from_slice(b"..\\..\\..");
        }
    }
    std::fs::write(&path, bytes).unwrap();
    let found = list_films(&path).unwrap();
    assert_eq!(found.films.len(), 3);
    let fault = &found.faults[0];
    assert!(
        fault.starts_with("1 of 4 images of the DICOMDIR lead out of its folder"),
        "{fault}"
    );
}

#[cfg(unix)]
#[test]
fn no_link_leads_out_of_the_folder() {
    let (folder, elsewhere) = (copied(), copied());
    let inside = folder.path().join("PT000001");
    std::fs::remove_dir_all(&inside).unwrap();
    std::os::unix::fs::symlink(elsewhere.path().join("PT000001"), &inside).unwrap();
    let found = list_films(&folder.path().join("DICOMDIR")).unwrap();
    assert_eq!(found.films.len(), 3);
    assert!(
        found.faults[0].contains("lead out of its folder"),
        "{:?}",
        found.faults
    );
}

#[test]
fn offsets_in_circles_or_into_nowhere_leave_the_written_order() {
    let bytes = sound();
    let right = Directory::read(&bytes).unwrap();
    assert!(!right.broken_offsets);
    let first = u32::from_le_bytes(bytes[offsets(&bytes, FIRST)[0]..][..4].try_into().unwrap());
    let mut n_broken = 0;
    for tag in [FIRST, NEXT, BELOW] {
        for at in offsets(&bytes, tag) {
            for value in [first, first + 1, u32::MAX, 1 << 20] {
                let read = Directory::read(&with_offset(&bytes, at, value)).unwrap();
                n_broken += usize::from(read.broken_offsets);
                let mut files: Vec<_> = read.images.iter().map(|image| &image.file).collect();
                let mut expected: Vec<_> = right.images.iter().map(|image| &image.file).collect();
                files.sort();
                expected.sort();
                assert_eq!(files, expected, "{tag:?} at {at} is {value}");
            }
        }
    }
    assert!(n_broken > 40, "{n_broken}");
}

#[test]
fn a_broken_directory_says_why_it_cannot_be_opened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("DICOMDIR");
    let bytes = sound();
    let check = |bytes: &[u8], reason: &str| {
        std::fs::write(&path, bytes).unwrap();
        let error = list_films(&path).unwrap_err().to_string();
        assert!(error.starts_with("cannot open the DICOMDIR ("), "{error}");
        assert!(error.contains(reason), "{error}");
        assert!(error.ends_with(&path.display().to_string()), "{error}");
    };
    check(b"dear reader", "no DICM");
    check(b"", "no DICM");
    check(&bytes[..bytes.len() - 40], "damaged");
    check(
        &std::fs::read(medium().join("PT000001/ST000000/SE000000/IM000000")).unwrap(),
        "no Directory Record Sequence",
    );
    check(&bytes, "4 of 4 images of the DICOMDIR are missing");
}
