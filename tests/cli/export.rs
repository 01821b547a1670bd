//! Exports: what other programs read of them, and that originals stay as they are.

use std::path::{Path, PathBuf};
use std::process::Command;

use dicom_dictionary_std::tags;
use dicom_object::open_file;
use thorax::domain::TrainingPoint;
use thorax::model::{Classifier, ModelFile};

/// Set where missing checkers are a failure and not a skip.
const REQUIRE: &str = "THORAX_REQUIRE_DICOM_CHECKS";
/// A Python that has pydicom.
const PYTHON: &str = "THORAX_PYDICOM";

/// Reads a file as pydicom does, names every element, and the pixels where there are any.
const READ_BY_PYDICOM: &str = "
import sys, warnings
warnings.simplefilter('error')
import pydicom
from pydicom import config
config.settings.reading_validation_mode = config.RAISE
for path in sys.argv[1:]:
    data = pydicom.dcmread(path)
    for element in data.iterall():
        str(element.value)
    if 'PixelData' in data:
        assert len(data.PixelData) >= data.Rows * data.Columns * 3, path
print('read', len(sys.argv) - 1)
";

fn export(film: &Path, to: &Path) -> Vec<PathBuf> {
    let output = Command::new(env!("CARGO_BIN_EXE_thorax"))
        .arg("export")
        .arg(film)
        .arg("--to")
        .arg(to)
        .output()
        .unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{complaint}");
    let written = String::from_utf8(output.stdout).unwrap();
    written.lines().map(PathBuf::from).collect()
}

fn phantom() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/phantom.png")
}

fn named<'a>(files: &'a [PathBuf], end: &str) -> &'a Path {
    let mut found = files
        .iter()
        .filter(|file| file.to_string_lossy().ends_with(end));
    found
        .next()
        .unwrap_or_else(|| panic!("no {end} among {files:?}"))
}

/// Runs a checker; any word of trouble fails. Skipped aloud where it is not installed.
fn check(program: &str, args: &[&str], files: &[&Path]) {
    let output = Command::new(program).args(args).args(files).output();
    let Ok(output) = output else {
        let required = std::env::var_os(REQUIRE).is_some();
        assert!(!required, "{REQUIRE} is set, but there is no {program}");
        eprintln!("skipped: no {program} to check DICOM files by");
        return;
    };
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{program}: {said}");
    for word in ["error", "warning", "E:", "W:"] {
        let found = said
            .lines()
            .find(|line| line.to_lowercase().contains(&word.to_lowercase()));
        assert!(found.is_none(), "{program}: {said}");
    }
}

fn check_dicom(files: &[PathBuf]) {
    let (report, capture) = (named(files, ".sr.dcm"), named(files, ".sc.dcm"));
    check("dsrdump", &[], &[report]);
    check("dcmdump", &[], &[report, capture]);
    match std::env::var(PYTHON) {
        Ok(python) => check(&python, &["-c", READ_BY_PYDICOM], &[report, capture]),
        Err(_) => assert!(std::env::var_os(REQUIRE).is_none(), "{PYTHON} is not set"),
    }
}

#[test]
fn a_films_exports_are_read_by_others_and_carry_notice_and_model() {
    let folder = tempfile::tempdir().unwrap();
    let before = std::fs::read(phantom()).unwrap();
    let files = export(&phantom(), folder.path());
    assert_eq!(std::fs::read(phantom()).unwrap(), before);
    check_dicom(&files);
    let report = open_file(named(&files, ".sr.dcm")).unwrap();
    let text = |tag| {
        let element = report.element(tag).unwrap();
        element.to_str().unwrap().trim_end().to_owned()
    };
    assert_eq!(text(tags::MODALITY), "SR");
    assert_eq!(text(tags::COMPLETION_FLAG), "PARTIAL");
    assert_eq!(text(tags::VERIFICATION_FLAG), "UNVERIFIED");
    let content = report
        .element(tags::CONTENT_SEQUENCE)
        .unwrap()
        .items()
        .unwrap();
    let words: Vec<String> = content
        .iter()
        .filter_map(|item| {
            Some(
                item.element(tags::TEXT_VALUE)
                    .ok()?
                    .to_str()
                    .ok()?
                    .into_owned(),
            )
        })
        .collect();
    assert!(
        words.iter().any(|words| words == thorax::domain::NOTICE),
        "{words:?}"
    );
    assert!(
        words.iter().any(|words| words.starts_with("Thorax ")),
        "{words:?}"
    );
    let n_labels = content
        .iter()
        .filter(|item| item.element(tags::CONTENT_SEQUENCE).is_ok())
        .count();
    assert_eq!(n_labels, 14);
    let capture = open_file(named(&files, ".sc.dcm")).unwrap();
    let comment = capture
        .element(tags::IMAGE_COMMENTS)
        .unwrap()
        .to_str()
        .unwrap()
        .into_owned();
    assert!(comment.contains(thorax::domain::NOTICE) && comment.contains("Model Thorax"));
    let table = std::fs::read_to_string(named(&files, ".scores.csv")).unwrap();
    assert_eq!(table.lines().count(), 15);
    assert!(
        table
            .lines()
            .skip(1)
            .all(|line| line.contains(thorax::domain::NOTICE))
    );
    // The picture of the capture is that of the PNG, pixel by pixel.
    let png = files
        .iter()
        .find(|file| file.to_string_lossy().ends_with(".png"))
        .unwrap();
    let stem = png.to_string_lossy().replace(".png", ".sc.dcm");
    let capture = open_file(stem).unwrap();
    let pixels = capture
        .element(tags::PIXEL_DATA)
        .unwrap()
        .to_bytes()
        .unwrap()
        .into_owned();
    let picture = image::open(png).unwrap().into_rgb8();
    assert_eq!(
        &pixels[..picture.as_raw().len()],
        picture.as_raw().as_slice()
    );
}

#[test]
fn the_scores_of_the_report_are_those_of_the_table() {
    let folder = tempfile::tempdir().unwrap();
    let files = export(&phantom(), folder.path());
    let report = open_file(named(&files, ".sr.dcm")).unwrap();
    let content = report
        .element(tags::CONTENT_SEQUENCE)
        .unwrap()
        .items()
        .unwrap();
    let mut reported = Vec::new();
    for label in content {
        let Ok(inner) = label.element(tags::CONTENT_SEQUENCE) else {
            continue;
        };
        let score = &inner.items().unwrap()[0];
        let value = score
            .element(tags::MEASURED_VALUE_SEQUENCE)
            .unwrap()
            .items()
            .unwrap()[0]
            .element(tags::NUMERIC_VALUE)
            .unwrap()
            .to_float64()
            .unwrap();
        reported.push(value);
    }
    let mut table = csv::Reader::from_path(named(&files, ".scores.csv")).unwrap();
    let scores = table
        .records()
        .map(|row| row.unwrap()[2].parse::<f64>().unwrap());
    for (place, (score, reported)) in scores.zip(&reported).enumerate() {
        // A decimal string of eight places.
        assert!(
            (score - reported).abs() <= 5e-9,
            "label {place}: {score} {reported}"
        );
    }
    assert_eq!(reported.len(), 14);
}

#[test]
fn a_dicom_film_is_referred_to_and_its_study_kept() {
    let Some(data) = std::env::var_os("CXR_DATA") else {
        eprintln!("skipped: CXR_DATA is not set");
        return;
    };
    let film = Path::new(&data).join("dicom/RG1_J2KI.dcm");
    let folder = tempfile::tempdir().unwrap();
    let files = export(&film, folder.path());
    check_dicom(&files);
    let (source, report) = (
        open_file(&film).unwrap(),
        open_file(named(&files, ".sr.dcm")).unwrap(),
    );
    let uid = |object: &dicom_object::DefaultDicomObject| {
        let element = object.element(tags::STUDY_INSTANCE_UID).unwrap();
        element.to_str().unwrap().trim_end_matches('\0').to_owned()
    };
    assert_eq!(uid(&source), uid(&report));
    let evidence = report.element(tags::CURRENT_REQUESTED_PROCEDURE_EVIDENCE_SEQUENCE);
    assert_eq!(evidence.unwrap().items().unwrap().len(), 1);
}

#[test]
fn every_export_names_run_and_epoch_of_a_trained_model_and_who_chose_each_threshold() {
    let folder = tempfile::tempdir().unwrap();
    let file = Classifier::default_file().unwrap();
    let mut card = file.card().clone();
    card.provenance.run = Some(TrainingPoint::at("r1", 12, 5, 5));
    let model = folder.path().join("best.safetensors");
    let file = ModelFile::new(card, file.weights().clone()).unwrap();
    file.save(&model).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_thorax"))
        .args(["export".as_ref(), phantom().as_os_str()])
        .args(["--model".as_ref(), model.as_os_str()])
        .args(["--to".as_ref(), folder.path().as_os_str()])
        .output()
        .unwrap();
    let written = String::from_utf8(output.stdout).unwrap();
    let files: Vec<PathBuf> = written.lines().map(PathBuf::from).collect();
    check_dicom(&files);
    let capture = open_file(named(&files, ".sc.dcm")).unwrap();
    let comment = capture.element(tags::IMAGE_COMMENTS).unwrap();
    assert!(comment.to_str().unwrap().contains(", run r1, epoch 12."));
    let table = std::fs::read_to_string(named(&files, ".scores.csv")).unwrap();
    assert!(
        table
            .lines()
            .skip(1)
            .all(|row| row.contains(",r1,12,hires-cam,")),
        "{table}"
    );
    let report = open_file(named(&files, ".sr.dcm")).unwrap();
    let mut words = Vec::new();
    let mut items = vec![report.element(tags::CONTENT_SEQUENCE).unwrap()];
    while let Some(sequence) = items.pop() {
        for item in sequence.items().unwrap() {
            let text = item.element(tags::TEXT_VALUE);
            words.extend(text.map(|text| text.to_str().unwrap().trim_end().to_owned()));
            items.extend(item.element(tags::CONTENT_SEQUENCE));
        }
    }
    let count = |end: &str| words.iter().filter(|words| words.ends_with(end)).count();
    assert_eq!(count(", run r1, epoch 12"), 1, "{words:?}");
    let points = file.card().operating_points.values().iter().flatten();
    assert_eq!(count("not set"), 14 - points.count(), "{words:?}");
}

#[test]
fn what_was_exported_before_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let first = export(&phantom(), folder.path());
    let second = export(&phantom(), folder.path());
    assert!(first.iter().all(|file| !second.contains(file)));
    assert!(
        named(&second, ".sr.dcm")
            .to_string_lossy()
            .ends_with("phantom-2.sr.dcm")
    );
}
