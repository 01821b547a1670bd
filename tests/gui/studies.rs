//! Patients and studies: the list by patient, the prior film beside the one in view, and a film's metadata.

use std::path::{Path, PathBuf};

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use thorax::state::{
    BlindedSession, Command, CompareWith, FilmEntry, ListCommand, Picked, SortKey, SortOrder,
    ViewerCommand,
};

use crate::films::folder;
use crate::harness::{
    AppHarness, PreparedPicker, app_with_scores, build, builder, is_scored, step_until,
};

fn medium() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/dicom/medium")
}

/// The films of a DICOMDIR: two studies of patient 13, the newer one with two views, and one of patient 7.
fn app_of_medium() -> AppHarness {
    app_with_scores(vec![medium().join("DICOMDIR")])
}

/// Films of patient 1 as NIH names them: follow-ups 0, 1 and 2; the table knows them.
fn nih_folder() -> tempfile::TempDir {
    let films = folder(3, false);
    let mut rows = String::from(
        "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Sex,View Position\n",
    );
    for n in 0..3 {
        let name = format!("00000001_{n:03}.png");
        let old = films.path().join(format!("film{n}.png"));
        std::fs::rename(old, films.path().join(&name)).unwrap();
        rows.push_str(&format!("{name},No Finding,{n},1,{},F,PA\n", 57 + n));
    }
    std::fs::write(films.path().join("Data_Entry_2017_v2020.csv"), rows).unwrap();
    films
}

fn shown(harness: &AppHarness) -> Vec<String> {
    let state = &harness.state().state;
    let films = state.list.places().iter();
    let films = films.map(|&place| &state.shared.films.entries()[place].path);
    let names = films.map(|path| path.strip_prefix(medium()).unwrap_or(path));
    names.map(|path| path.display().to_string()).collect()
}

fn show(harness: &mut AppHarness, name: &str) {
    let films = &harness.state().state.shared.films;
    let mut entries = films.entries().iter();
    let place = entries.position(|entry| entry.path.ends_with(name));
    let command = Command::Viewer(ViewerCommand::ShowFilm(place.unwrap()));
    harness.state_mut().state.apply(command);
    step_until("the film", harness, is_scored);
    harness.run();
}

fn beside(harness: &AppHarness) -> Option<&Path> {
    match &harness.state().state.viewer.compare.as_ref()?.with {
        CompareWith::Film(path) => Some(path),
        CompareWith::Model(_) => None,
    }
}

fn says(harness: &AppHarness, words: &str) -> bool {
    let mut notices = harness.state().state.shared.notices.iter();
    notices.any(|notice| notice.text.contains(words))
}

const NEW_PA: &str = "PT000000/ST000000/SE000000/IM000000";
const NEW_LATERAL: &str = "PT000000/ST000000/SE000001/IM000000";
const OLD_PA: &str = "PT000000/ST000001/SE000000/IM000000";
const UNDATED: &str = "PT000001/ST000000/SE000000/IM000000";

#[test]
fn a_dicomdir_opens_as_a_list_of_patients_and_studies() {
    let mut harness = app_of_medium();
    assert_eq!(shown(&harness), [UNDATED, OLD_PA, NEW_PA, NEW_LATERAL]);
    assert!(says(&harness, "a structured report"));
    for heading in [
        "7 · 1 film",
        // The date that stands for a removed one is none.
        "No study date · Chest AP",
        "2010-12-01 09:05 · Chest PA",
        "2011-03-04 14:32 · Chest two views",
    ] {
        assert_eq!(harness.query_all_by_label(heading).count(), 1, "{heading}");
    }
    // Sex and age are in the films, and not in the directory.
    harness.get_by_label("13 · 3 films");
    show(&mut harness, NEW_LATERAL);
    harness.get_by_label("13 · F 57 y · 3 films");
    // The corner of the film has them, with the day in ISO form, and no accession number unasked.
    harness.get_by_label("Patient 13 · F 57 y · 2011-03-04 14:32");
    harness.get_by_label("Chest two views · Thorax LL");
    let name = Command::Viewer(ViewerCommand::ShowPatientName(true));
    harness.state_mut().state.apply(name);
    harness.run();
    harness.get_by_label("Chest two views · Thorax LL · Accession ACC2");
    // Newest first, patients as before.
    let order = SortOrder {
        key: SortKey::Study,
        descending: true,
    };
    let state = &mut harness.state_mut().state;
    state.apply(Command::List(ListCommand::Sort(order)));
    harness.run();
    assert_eq!(shown(&harness), [UNDATED, NEW_LATERAL, NEW_PA, OLD_PA]);
}

#[test]
fn a_folder_of_dicom_films_is_known_by_patient_before_any_is_opened() {
    let harness = app_with_scores(vec![medium()]);
    let state = &harness.state().state;
    let entries = state.shared.films.entries();
    assert_eq!(entries.len(), 4);
    assert_eq!(state.list.order.key, SortKey::Opened);
    for entry in entries {
        assert!(entry.patient_id.is_some() && entry.visit.study.is_some());
        assert!(entry.visit.age.is_some() && entry.visit.view.is_some());
    }
}

#[test]
fn the_prior_film_is_beside_the_one_in_view_at_the_same_scale() {
    let mut harness = app_of_medium();
    show(&mut harness, NEW_PA);
    harness.key_press(Key::P);
    step_until("the prior film", &mut harness, |app| {
        let compare = app.state.viewer.compare.as_ref();
        compare.is_some_and(|compare| compare.film.reading().is_some())
    });
    harness.run();
    assert_eq!(beside(&harness), Some(medium().join(OLD_PA).as_path()));
    // 0.4 mm a pixel against 0.2 mm: the older film is half as large, and linked.
    let state = &harness.state().state;
    assert!(state.viewer.compare.as_ref().unwrap().linked);
    let [main, beside_fit] = state.viewer.fits(&state.shared.films);
    assert!((main - 1.0).abs() < 1e-2 && (beside_fit - 0.5).abs() < 1e-2);
    assert!(
        harness
            .query_all_by_label_contains("3 months earlier")
            .count()
            > 0
    );
    harness.get_by_label("Patient 13 · F 57 y · 2010-12-01 09:05");
    // The same key closes it.
    harness.key_press(Key::P);
    harness.run();
    assert_eq!(beside(&harness), None);
    // The first film has none, and the film says so in a sentence.
    show(&mut harness, OLD_PA);
    harness.key_press(Key::P);
    harness.run();
    assert_eq!(beside(&harness), None);
    assert!(says(
        &harness,
        "No prior: no film of this patient on the list is earlier"
    ));
    show(&mut harness, UNDATED);
    harness.key_press(Key::P);
    harness.run();
    assert!(says(
        &harness,
        "No prior: the list has no other study of this patient"
    ));
}

#[test]
fn a_lateral_film_has_the_prior_that_there_is_and_shift_p_pans() {
    let mut harness = app_of_medium();
    show(&mut harness, NEW_LATERAL);
    harness.key_press(Key::P);
    harness.run();
    assert_eq!(beside(&harness), Some(medium().join(OLD_PA).as_path()));
    harness.key_press_modifiers(Modifiers::SHIFT, Key::P);
    harness.run();
    assert_eq!(harness.state().state.viewer.tool, thorax::state::Tool::Pan);
    assert!(beside(&harness).is_some());
}

#[test]
fn nihs_films_have_priors_by_their_follow_up_numbers_at_the_same_fit() {
    let films = nih_folder();
    let mut harness = app_with_scores(vec![films.path().to_owned()]);
    show(&mut harness, "00000001_002.png");
    harness.key_press(Key::P);
    step_until("the prior film", &mut harness, |app| {
        let compare = app.state.viewer.compare.as_ref();
        compare.is_some_and(|compare| compare.film.reading().is_some())
    });
    harness.run();
    assert!(beside(&harness).unwrap().ends_with("00000001_001.png"));
    let state = &harness.state().state;
    assert_eq!(state.viewer.fits(&state.shared.films), [1.0, 1.0]);
    harness.get_by_label("Patient 1 · F 59 y · Follow-up 2");
    harness.get_by_label("Patient 1 · F 58 y · Follow-up 1");
    assert_eq!(harness.query_all_by_label_contains("earlier").count(), 0);
}

#[test]
fn a_long_list_by_patient_lays_out_what_is_in_view_alone() {
    const N_FILMS: usize = 20_000;
    let films = nih_folder();
    let mut harness = app_with_scores(vec![films.path().to_owned()]);
    let entries = (0..N_FILMS)
        .map(|n| FilmEntry::new(format!("/gone/{:08}_{:03}.png", 2 + n / 4, n % 4).into()));
    let state = &mut harness.state_mut().state;
    state.shared.films.add(entries.collect());
    let order = SortOrder {
        key: SortKey::Study,
        descending: false,
    };
    state.apply(Command::List(ListCommand::Sort(order)));
    assert_eq!(state.list.rows().len(), (N_FILMS + 3) * 2 + N_FILMS / 4 + 1);
    harness.run_steps(4);
    let n_rows = harness.query_all_by_label_contains("Follow-up").count();
    assert!((3..60).contains(&n_rows), "{n_rows}");
    // A film in the middle is scrolled to, with its headings.
    let middle = N_FILMS / 2;
    let state = &mut harness.state_mut().state;
    state.apply(Command::Viewer(ViewerCommand::ShowFilm(middle)));
    harness.run_steps(6);
    let entry = &harness.state().state.shared.films.entries()[middle];
    let (name, patient) = (entry.name.clone(), entry.patient_id.clone().unwrap());
    assert!(harness.query_by_label(&name).is_some(), "{name}");
    let heading = format!("{patient} · 4 films");
    assert!(harness.query_by_label(&heading).is_some(), "{heading}");
}

fn open_metadata(harness: &mut AppHarness) {
    harness.key_press_modifiers(Modifiers::SHIFT, Key::I);
    step_until("the metadata", harness, |app| {
        app.state.metadata.n_lines().is_some()
    });
    harness.run();
}

fn search(harness: &mut AppHarness, text: &str) {
    let command = Command::SearchMetadata(text.to_owned());
    harness.state_mut().state.apply(command);
    harness.run();
}

#[test]
fn the_header_is_searched_and_hides_who_it_is_unless_asked() {
    let mut harness = app_of_medium();
    open_metadata(&mut harness);
    harness
        .get_by_role_and_label(Role::TextInput, "Search the metadata")
        .focus();
    harness.run_steps(2);
    harness
        .get_by_role_and_label(Role::TextInput, "Search the metadata")
        .type_text("StudyD");
    harness.run();
    harness.get_by_label("(0008,0020) StudyDate DA 20110304");
    harness.get_by_label("(0008,1030) StudyDescription LO Chest two views");
    assert_eq!(harness.state().state.metadata.n_found(), 2);
    for (query, line) in [
        ("00100010", "(0010,0010) PatientName PN"),
        ("PatientBirthDate", "(0010,0030) PatientBirthDate DA"),
        ("Accession", "(0008,0050) AccessionNumber SH"),
        ("InstitutionName", "(0008,0080) InstitutionName LO"),
        (
            "ReferringPhysician",
            "(0008,0090) ReferringPhysicianName PN",
        ),
    ] {
        search(&mut harness, query);
        harness.get_by_label(&format!("{line} hidden (View > Patient name)"));
    }
    // A hidden value is not found either.
    for query in ["müller", "19530102", "ACC2", "General Hospital", "Rita"] {
        search(&mut harness, query);
        assert_eq!(harness.state().state.metadata.n_found(), 0, "{query}");
    }
    let name = Command::Viewer(ViewerCommand::ShowPatientName(true));
    harness.state_mut().state.apply(name);
    search(&mut harness, "müller");
    harness.get_by_label("(0010,0010) PatientName PN Müller^Anna");
    // A click copies the line.
    harness
        .get_by_label("(0010,0010) PatientName PN Müller^Anna")
        .click();
    harness.step();
    let commands = &harness.output().platform_output.commands;
    let copied = commands.iter().any(|command| {
        matches!(command, egui::OutputCommand::CopyText(text)
            if text == "(0010,0010)\tPatientName\tPN\tMüller^Anna")
    });
    assert!(copied, "{commands:?}");
    // Binary values are told by their length.
    search(&mut harness, "PixelData");
    harness.get_by_label("(7FE0,0010) PixelData OB 4096 bytes");
    harness.key_press_modifiers(Modifiers::SHIFT, Key::I);
    harness.run();
    assert_eq!(harness.query_all_by_label_contains("PixelData").count(), 0);
}

#[test]
fn a_film_of_a_table_shows_its_row() {
    let films = nih_folder();
    let mut harness = app_with_scores(vec![films.path().to_owned()]);
    open_metadata(&mut harness);
    harness.get_by_label("Row of Data_Entry_2017_v2020.csv, line 2");
    harness.get_by_label("Patient Age 57");
    harness.get_by_label("Format PNG");
    // Another film, another row.
    harness.key_press(Key::PageDown);
    step_until("the next row", &mut harness, |app| {
        let rows = (0..app.state.metadata.n_found()).filter_map(|n| app.state.metadata.found(n));
        rows.map(|(row, value)| (row.name.as_str(), value))
            .any(|row| row == ("Patient Age", "58"))
    });
}

#[test]
fn a_blinded_session_shows_neither_metadata_nor_identity_nor_priors() {
    let films = nih_folder();
    let log = films.path().join("log.csv");
    let picker = PreparedPicker::new(Picked::Files(vec![log]));
    let mut harness = build(builder(), picker, vec![films.path().to_owned()]);
    step_until("the scores", &mut harness, is_scored);
    open_metadata(&mut harness);
    let order = SortOrder {
        key: SortKey::Study,
        descending: false,
    };
    let state = &mut harness.state_mut().state;
    state.apply(Command::List(ListCommand::Sort(order)));
    state.apply(Command::List(ListCommand::StartBlinded));
    step_until("the session", &mut harness, |app| {
        app.state.list.blinded.is_some() && is_scored(app)
    });
    harness.run_steps(8);
    for words in ["Patient 1", "Follow-up", "Patient Age", "F 57 y"] {
        let n = harness.query_all_by_label_contains(words).count();
        assert_eq!(n, 0, "{words}");
    }
    harness.key_press(Key::P);
    harness.run_steps(4);
    let state = &harness.state().state;
    assert!(state.viewer.compare.is_none() && !says(&harness, "No prior"));
    let session = state.list.blinded.as_ref();
    assert!(!session.is_some_and(BlindedSession::is_committed));
}

/// A DICOM file of the sample film in explicit VR, little endian, that says it is of this modality.
fn film_of_modality(folder: &Path, modality: &str) -> PathBuf {
    let film = image::open(crate::films::phantom()).unwrap().into_luma8();
    let number = |value: u32| (value as u16).to_le_bytes().to_vec();
    let (width_px, height_px) = film.dimensions();
    let mut file = [vec![0; 128], b"DICM".to_vec()].concat();
    for (tag, vr, mut value) in [
        ([2, 0, 0x10, 0], "UI", b"1.2.840.10008.1.2.1\0".to_vec()),
        ([8, 0, 0x60, 0], "CS", modality.as_bytes().to_vec()),
        ([0x28, 0, 2, 0], "US", number(1)),
        ([0x28, 0, 4, 0], "CS", b"MONOCHROME2 ".to_vec()),
        ([0x28, 0, 0x10, 0], "US", number(height_px)),
        ([0x28, 0, 0x11, 0], "US", number(width_px)),
        ([0x28, 0, 0, 1], "US", number(8)),
        ([0x28, 0, 1, 1], "US", number(8)),
        ([0x28, 0, 2, 1], "US", number(7)),
        ([0x28, 0, 3, 1], "US", number(0)),
        ([0xE0, 0x7F, 0x10, 0], "OB", film.into_raw()),
    ] {
        value.resize(value.len().next_multiple_of(2), 0);
        file.extend_from_slice(&tag);
        file.extend_from_slice(vr.as_bytes());
        if vr == "OB" {
            file.extend_from_slice(&[0, 0]);
            file.extend_from_slice(&(value.len() as u32).to_le_bytes());
        } else {
            file.extend_from_slice(&(value.len() as u16).to_le_bytes());
        }
        file.extend_from_slice(&value);
    }
    let path = folder.join(format!("{modality}.dcm"));
    std::fs::write(&path, file).unwrap();
    path
}

#[test]
fn another_modality_is_shown_as_a_picture_and_its_scores_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let modalities = ["DX", "CT", "MR", "US", "NM", "PT"];
    let films = modalities.map(|modality| film_of_modality(folder.path(), modality));
    let mut harness = app_with_scores(films.to_vec());
    assert!(
        !harness.state().state.hides_answer(),
        "a film of the same picture has scores"
    );
    assert!(harness.state().state.viewer.selected.is_some());
    for modality in &modalities[1..] {
        show(&mut harness, &format!("{modality}.dcm"));
        harness.get_by_label("Scores hidden");
        let reason = format!("Modality is {modality}: no projection radiograph.");
        assert!(
            harness.query_all_by_label_contains(&reason).count() > 0,
            "{reason}"
        );
        let state = &harness.state().state;
        assert!(state.shared.films.film.opened().is_some());
        assert!(state.hides_answer() && !state.can_export());
        assert_eq!(state.viewer.selected, None);
        assert_eq!(state.shared.films.current_entry().unwrap().scores, None);
    }
}

#[test]
fn the_list_is_sorted_by_patient_from_the_strip() {
    let films = nih_folder();
    let mut harness = app_with_scores(vec![films.path().to_owned()]);
    harness.get_by_label("Sort and filter").click();
    harness.run();
    harness.get_by_label_contains("As opened").click();
    harness.run();
    harness.get_by_label("Patient and study").click();
    harness.run();
    assert_eq!(harness.state().state.list.order.key, SortKey::Study);
    assert!(
        harness.query_by_label("Search the list").is_none(),
        "a choice closes the menu"
    );
    harness.get_by_label("1 · F 57 y to 59 y · 3 films");
}
