//! Exports from the window: files in the folder that was chosen, and the clipboard.

use std::path::Path;

use egui::{Event, Key, Modifiers, OutputCommand};
use egui_kittest::kittest::Queryable as _;
use thorax::domain::{Measurement, Point};
use thorax::export::ExportKind;
use thorax::state::{
    Command, DisplayCommand, ExportCommand, MapCommand, MeasureCommand, Picked, ViewerCommand,
};

use crate::films::{own_phantom, phantom};
use crate::harness::{
    AppHarness, PreparedPicker, app_with_scores, build, builder, is_scored, step_until,
};

#[test]
fn one_key_writes_picture_table_and_dicom_into_the_chosen_folder() {
    let folder = tempfile::tempdir().unwrap();
    let picker = PreparedPicker::new(Picked::Files(vec![folder.path().to_owned()]));
    let mut harness = build(builder(), picker, vec![phantom()]);
    step_until("the scores", &mut harness, is_scored);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::S);
    step_until("the exports", &mut harness, |app| {
        app.state
            .shared
            .notices
            .iter()
            .any(|notice| notice.text.starts_with("Written:"))
    });
    harness.run();
    let files = std::fs::read_dir(folder.path()).unwrap();
    let names: Vec<String> = files
        .map(|file| file.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    for end in [".png", ".scores.csv", ".sc.dcm", ".sr.dcm"] {
        assert_eq!(
            names.iter().filter(|name| name.ends_with(end)).count(),
            1,
            "{names:?}"
        );
    }
    harness.get_by_label_contains("Written:");
}

#[test]
fn without_a_dialog_the_folder_is_typed() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = build(
        builder(),
        PreparedPicker::new(Picked::NoDialog),
        vec![phantom()],
    );
    step_until("the scores", &mut harness, is_scored);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::S);
    step_until("the prompt", &mut harness, |app| {
        app.state.shared.prompt.is_some()
    });
    harness.run_steps(3);
    harness
        .get_by_role_and_label(egui::accesskit::Role::TextInput, "Folder for exports")
        .type_text(&folder.path().display().to_string());
    harness.run_steps(3);
    harness.get_by_label_contains("has no file dialog");
    harness.get_by_label("Export").click();
    step_until("the exports", &mut harness, |app| {
        app.state
            .shared
            .notices
            .iter()
            .any(|notice| notice.text.starts_with("Written:"))
    });
    assert!(std::fs::read_dir(folder.path()).unwrap().count() >= 4);
    // The next export is offered the same folder.
    harness.key_press_modifiers(Modifiers::COMMAND, Key::S);
    step_until("the prompt", &mut harness, |app| {
        app.state.shared.prompt.is_some()
    });
    let prompt = |app: &AppHarness| {
        app.state()
            .state
            .shared
            .prompt
            .as_ref()
            .unwrap()
            .text
            .clone()
    };
    assert_eq!(prompt(&harness), folder.path().display().to_string());
    // Typing replaces it.
    harness.run_steps(3);
    harness.event(Event::Text("/elsewhere".to_owned()));
    harness.run_steps(2);
    assert_eq!(prompt(&harness), "/elsewhere");
}

#[test]
fn picture_and_scores_go_on_the_clipboard_with_the_notice() {
    let mut harness = app_with_scores(vec![phantom()]);
    harness.event(Event::Copy);
    let mut picture = false;
    for _ in 0..4000 {
        harness.step();
        let mut orders = harness.output().platform_output.commands.iter();
        picture |= orders.any(|order| matches!(order, OutputCommand::CopyImage(_)));
        if picture {
            break;
        }
        std::thread::park_timeout(std::time::Duration::from_millis(5));
    }
    assert!(picture, "no picture came");
    // One event, so one frame: a step shows the output of its last frame alone, and the text may come
    // in the frame after the key.
    harness.event(Event::Key {
        key: Key::T,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: Modifiers::COMMAND,
    });
    let mut words = None;
    for _ in 0..4000 {
        harness.step();
        let orders = harness.output().platform_output.commands.iter();
        let mut orders = orders;
        words = orders.find_map(|order| match order {
            OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        });
        if words.is_some() {
            break;
        }
        std::thread::park_timeout(std::time::Duration::from_millis(5));
    }
    let words = words.expect("no scores came");
    assert!(
        words.contains(thorax::domain::NOTICE) && words.lines().count() == 15,
        "{words}"
    );
}

/// Exports the picture; its name, and how many pixels of the film have a color.
fn exported_picture(harness: &mut AppHarness, folder: &Path) -> (String, usize) {
    let names = || -> Vec<_> {
        let files = std::fs::read_dir(folder).unwrap();
        files.map(|file| file.unwrap().path()).collect()
    };
    let before = names();
    let export = ExportCommand::Export(vec![ExportKind::Png]);
    harness.state_mut().state.apply(Command::Export(export));
    step_until("the picture", harness, |app| {
        names().len() > before.len() && !app.state.viewer.exports.is_running()
    });
    let new = names().into_iter().find(|path| !before.contains(path));
    let new = new.unwrap();
    let picture = image::open(&new).unwrap().into_rgb8();
    let side = picture.width();
    let colored = picture.enumerate_pixels().filter(|(_, y, pixel)| {
        let [red, green, blue] = pixel.0;
        // Below the film are words.
        *y < side && red.abs_diff(blue).max(red.abs_diff(green)) > 8
    });
    let name = new.file_name().unwrap().to_string_lossy();
    (name.into_owned(), colored.count())
}

#[test]
fn the_picture_shows_what_the_screen_shows() {
    // What is measured is kept beside the film.
    let (_films, film) = own_phantom();
    let folder = tempfile::tempdir().unwrap();
    let picker = PreparedPicker::new(Picked::Files(vec![folder.path().to_owned()]));
    let mut harness = build(builder(), picker, vec![film]);
    step_until("the scores", &mut harness, is_scored);
    let (name, with_map) = exported_picture(&mut harness, folder.path());
    assert!(
        with_map > 1000 && !name.contains("no-map"),
        "{name} {with_map}"
    );

    let map = |command| Command::Viewer(ViewerCommand::Map(command));
    let state = &mut harness.state_mut().state;
    state.apply(map(MapCommand::SetContours(true)));
    let (_, outline) = exported_picture(&mut harness, folder.path());
    assert!(
        outline > 100 && outline * 2 < with_map,
        "{outline} {with_map}"
    );

    let state = &mut harness.state_mut().state;
    state.apply(map(MapCommand::Show(false)));
    let (name, plain) = exported_picture(&mut harness, folder.path());
    assert!(plain == 0 && name.contains("no-map"), "{name} {plain}");

    let ends = [Point { x: 200.0, y: 600.0 }, Point { x: 700.0, y: 600.0 }];
    let add = MeasureCommand::Add(Measurement::Length(ends));
    let state = &mut harness.state_mut().state;
    state.apply(Command::Viewer(ViewerCommand::Display(
        DisplayCommand::Measure(add),
    )));
    let (_, measured) = exported_picture(&mut harness, folder.path());
    assert!(measured > 100, "{measured}");
}
