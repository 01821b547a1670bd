//! The viewer without a window: a command in, state and effects out.

use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::domain::{Measurement, Point, Size};
use crate::explain::{CamMethod, MapMethod};
use crate::film::{open, score};
use crate::state::shared::tests::{another_model, errors, list, shared, shared_with_model};
use crate::state::{Effect, FilmState, PickKind, Shared};

const PHANTOM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/phantom.png");

/// The phantom in view, decoded and without scores; another film on the list.
fn viewer(mut shared: Shared) -> (ViewerState, Shared) {
    list(&mut shared, &[PHANTOM, "other.png"]);
    shared.films.show(0);
    let opened = open(Path::new(PHANTOM)).unwrap();
    shared.films.film = FilmState::Scoring(Arc::new(opened));
    let mut viewer = ViewerState::new(&shared.services.wake);
    viewer.main.displays.show(Some(Path::new(PHANTOM)));
    (viewer, shared)
}

fn change(change: DisplayChange) -> ViewerCommand {
    ViewerCommand::Display(DisplayCommand::Change(change))
}

fn set(threshold: f32) -> ViewerCommand {
    ViewerCommand::SetThreshold(0, threshold)
}

fn threshold(shared: &Shared) -> f32 {
    let loaded = shared.model.loaded.as_ref().unwrap();
    loaded.thresholds.current().values()[0].value_f32()
}

#[test]
fn without_a_film_there_is_no_display_to_change() {
    let mut shared = shared();
    let mut viewer = ViewerState::new(&shared.services.wake);
    viewer.apply(change(DisplayChange::Invert), &mut shared);
    assert!(!viewer.display().inverted && !viewer.can_undo());
}

#[test]
fn thresholds_and_display_are_undone_in_the_order_of_their_changes() {
    let (mut viewer, mut shared) = viewer(shared_with_model());
    let before = threshold(&shared);
    viewer.apply(set(0.9), &mut shared);
    viewer.apply(change(DisplayChange::Invert), &mut shared);
    viewer.apply(ViewerCommand::Undo, &mut shared);
    assert_eq!(
        (viewer.display().inverted, threshold(&shared)),
        (false, 0.9)
    );
    viewer.apply(ViewerCommand::Undo, &mut shared);
    assert_eq!(threshold(&shared), before);
    assert!(!viewer.can_undo());
    viewer.apply(ViewerCommand::Redo, &mut shared);
    assert_eq!(
        (viewer.display().inverted, threshold(&shared)),
        (false, 0.9)
    );
    viewer.apply(ViewerCommand::Redo, &mut shared);
    assert!(viewer.display().inverted && !viewer.can_redo());
}

#[test]
fn another_change_leaves_nothing_to_redo() {
    let (mut viewer, mut shared) = viewer(shared_with_model());
    viewer.apply(set(0.9), &mut shared);
    viewer.apply(ViewerCommand::Undo, &mut shared);
    viewer.apply(change(DisplayChange::Invert), &mut shared);
    assert!(!viewer.can_redo());
}

#[test]
fn another_film_leaves_threshold_moves_to_undo_and_no_display() {
    let (mut viewer, mut shared) = viewer(shared_with_model());
    let before = threshold(&shared);
    viewer.apply(set(0.9), &mut shared);
    viewer.apply(change(DisplayChange::Invert), &mut shared);
    viewer.apply(ViewerCommand::ShowFilm(1), &mut shared);
    viewer.apply(ViewerCommand::Undo, &mut shared);
    assert_eq!(threshold(&shared), before);
    viewer.apply(ViewerCommand::ShowFilm(0), &mut shared);
    assert!(viewer.display().inverted, "a film is shown as it was left");
}

#[test]
fn thresholds_of_one_model_are_not_undone_onto_another() {
    let (mut viewer, mut shared) = viewer(shared_with_model());
    viewer.apply(set(0.9), &mut shared);
    viewer.apply(change(DisplayChange::Invert), &mut shared);
    shared.use_model(another_model());
    viewer.model_changed(true, &mut shared);
    viewer.apply(ViewerCommand::Undo, &mut shared);
    assert!(!viewer.display().inverted, "the film is the same");
    assert!(!viewer.can_undo());
    assert_eq!(threshold(&shared), 0.125);
}

#[test]
fn drags_of_window_and_threshold_are_a_step_each_in_their_order() {
    let (mut viewer, mut shared) = viewer(shared_with_model());
    let (window, before) = (viewer.display().gray.clone(), threshold(&shared));
    let drag = DisplayChange::DragWindow {
        wider: 0.1,
        brighter: 0.0,
    };
    let drags = [change(drag.clone()), change(drag.clone())];
    let mut apply = |commands: &[ViewerCommand]| {
        for command in commands {
            viewer.apply(command.clone(), &mut shared);
        }
        (viewer.display().gray.clone(), threshold(&shared))
    };
    let (dragged, _) = apply(&drags);
    apply(&[set(0.9), set(0.8)]);
    apply(&drags);
    let undo = [ViewerCommand::Undo];
    assert_eq!(apply(&undo), (dragged.clone(), 0.8));
    assert_eq!(apply(&undo), (dragged, before));
    assert_eq!(apply(&undo), (window, before));
    assert!(!viewer.can_undo());
}

#[test]
fn a_threshold_drag_is_told_at_its_beginning_and_its_end() {
    let (mut viewer, mut shared) = viewer(shared_with_model());
    let before = threshold(&shared);
    let mut apply = |command| viewer.apply(command, &mut shared);
    assert_eq!(apply(set(0.91)), [Effect::ThresholdsMoved]);
    assert_eq!(apply(set(0.92)), []);
    let end = apply(ViewerCommand::EndThresholdMove);
    assert_eq!(end, [Effect::ThresholdsMoved]);
    assert_eq!(apply(set(0.93)), [Effect::ThresholdsMoved]);
    apply(ViewerCommand::Undo);
    apply(ViewerCommand::Undo);
    assert_eq!(threshold(&shared), before);
}

#[test]
fn stepping_through_findings_stops_at_the_first_and_the_last() {
    let (mut viewer, mut shared) = viewer(shared_with_model());
    let mut step = |step| {
        viewer.apply(ViewerCommand::StepFinding(step), &mut shared);
        viewer.selected
    };
    assert_eq!(step(-1), Some(0), "the first step selects the first");
    assert_eq!(step(-1), Some(0));
    assert_eq!(step(13), Some(13));
    assert_eq!(step(1), Some(13));
}

#[test]
fn map_settings_stay_within_their_ranges() {
    let (mut viewer, mut shared) = viewer(shared());
    for command in [MapCommand::SetOpacity(1.5), MapCommand::SetCutOff(1.0)] {
        viewer.apply(ViewerCommand::Map(command), &mut shared);
    }
    let map = &shared.settings.map;
    assert_eq!((map.opacity, map.cut_off), (1.0, 0.99));
}

#[test]
fn cancelling_keeps_the_picture_and_only_while_something_is_read() {
    let (mut viewer, mut shared) = viewer(shared());
    viewer.cancel(&mut shared);
    let FilmState::Cancelled(Some(film)) = &shared.films.film else {
        panic!("{:?}", shared.films.film);
    };
    assert_eq!(film.film.path, Path::new(PHANTOM));
    shared.films.film = FilmState::Empty;
    viewer.cancel(&mut shared);
    assert!(matches!(shared.films.film, FilmState::Empty));
}

#[test]
fn without_any_model_a_waiting_film_says_why_it_has_no_scores() {
    let (mut viewer, mut shared) = viewer(shared());
    shared.model.error = Some("broken file".to_owned());
    viewer.model_failed(&mut shared);
    let FilmState::Failed { error, film } = &shared.films.film else {
        panic!("{:?}", shared.films.film);
    };
    assert_eq!(error, "no scores without a model: broken file");
    assert!(film.is_some(), "the picture stays");
    assert!(errors(&shared).is_empty(), "its card says it, once");
}

#[test]
fn another_model_deselects_a_finding_that_it_may_not_have() {
    let (mut viewer, mut shared) = viewer(shared_with_model());
    viewer.apply(ViewerCommand::SelectFinding(Some(3)), &mut shared);
    viewer.model_changed(true, &mut shared);
    assert_eq!(viewer.selected, Some(3));
    viewer.model_changed(false, &mut shared);
    assert_eq!(viewer.selected, None);
}

#[test]
fn a_refused_film_is_seen_once_its_reader_asks_for_it() {
    let (mut viewer, mut shared) = viewer(shared());
    assert!(!viewer.is_refused(&shared.films), "the phantom is a film");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("stripes.png");
    let stripes = |x: u32, y: u32| image::Luma([((x * 7) ^ (y * 13)) as u8]);
    image::GrayImage::from_fn(200, 200, stripes)
        .save(&path)
        .unwrap();
    list(&mut shared, &[path.to_str().unwrap()]);
    shared.films.show(2);
    let opened = open(&path).unwrap();
    assert!(opened.concerns.is_refused());
    shared.films.film = FilmState::Scoring(Arc::new(opened));
    assert!(viewer.is_refused(&shared.films));
    viewer.apply(ViewerCommand::ShowAnyway, &mut shared);
    assert!(!viewer.is_refused(&shared.films));
}

#[test]
fn an_export_asks_for_a_folder_first() {
    let (mut viewer, shared) = viewer(shared_with_model());
    let export = ExportCommand::Export(vec![crate::export::ExportKind::Csv]);
    let effects = viewer.export(export, &shared);
    assert_eq!(effects, [Effect::AskPath(PickKind::ExportFolder)]);
}

#[test]
fn an_unlinked_film_beside_is_changed_alone_and_a_linked_one_with_the_film_in_view() {
    let (mut viewer, mut shared) = viewer(shared());
    viewer.main.area = Some(ViewerArea {
        top_left: Point { x: 0.0, y: 0.0 },
        size: Size {
            width: 400.0,
            height: 300.0,
        },
        pixels_per_point: 1.0,
        fit: 1.0,
    });
    let show = CompareCommand::Show(CompareWith::Film(PHANTOM.into()));
    viewer.apply(ViewerCommand::Compare(show), &mut shared);
    let invert = || {
        let invert = DisplayCommand::Change(DisplayChange::Invert);
        ViewerCommand::Compare(CompareCommand::Display(invert))
    };
    viewer.apply(invert(), &mut shared);
    assert!(viewer.display().inverted);
    let link = ViewerCommand::Compare(CompareCommand::Link(false));
    viewer.apply(link, &mut shared);
    let beside = |viewer: &ViewerState| viewer.compare.as_ref().unwrap().pane.display().inverted;
    assert!(beside(&viewer), "it stays as it was while linked");
    viewer.apply(invert(), &mut shared);
    assert!(viewer.display().inverted);
    assert!(!beside(&viewer));
}

#[test]
fn another_method_makes_the_maps_of_both_films_anew_and_scores_neither_again() {
    let (mut viewer, mut shared) = viewer(shared_with_model());
    let classifier = shared.model.classifier().cloned().unwrap();
    let opened = shared.films.film.opened().cloned().unwrap();
    let scored = Arc::new(score(&opened, &classifier, CamMethod::PooledGradCam).unwrap());
    shared.films.film = FilmState::Read(Arc::clone(&scored));
    let show = CompareCommand::Show(CompareWith::Film(PHANTOM.into()));
    viewer.apply(ViewerCommand::Compare(show), &mut shared);
    viewer.compare.as_mut().unwrap().film = FilmState::Read(Arc::clone(&scored));
    let method = MapCommand::SetMethod(MapMethod::Cam(CamMethod::HiResCam));
    viewer.apply(ViewerCommand::Map(method), &mut shared);
    let beside = &viewer.compare.as_ref().unwrap().film;
    for film in [&shared.films.film, beside] {
        let reading = film.reading().expect("it is still scored");
        assert_eq!(reading.method, MapMethod::Cam(CamMethod::HiResCam));
        assert_eq!(reading.inference.scores, scored.inference.scores);
        assert_ne!(reading.maps, scored.maps);
    }
}

#[test]
fn a_film_beside_that_cannot_be_read_is_told_and_leaves_the_one_in_view_alone() {
    let (mut viewer, mut shared) = viewer(shared_with_model());
    let show = CompareCommand::Show(CompareWith::Film("/gone.png".into()));
    viewer.apply(ViewerCommand::Compare(show), &mut shared);
    let failed = |viewer: &ViewerState| {
        let compare = viewer.compare.as_ref().unwrap();
        matches!(compare.film, FilmState::Failed { .. })
    };
    while !failed(&viewer) {
        viewer.poll(&mut shared);
        std::thread::yield_now();
    }
    let film = &viewer.compare.as_ref().unwrap().film;
    assert!(matches!(film, FilmState::Failed { error, .. } if error.contains("/gone.png")));
    assert!(errors(&shared).is_empty(), "its card says it, once");
    assert!(matches!(shared.films.film, FilmState::Scoring(_)));
}

/// The phantom in view, scored by a small network, with its exact map.
fn viewer_of_scored_film() -> (ViewerState, Shared) {
    let architecture = thorax_engine::NetworkSpec::new(11, 32, 2).unwrap();
    let weights = crate::bench::arbitrary_weights(&architecture);
    let device = crate::model::ComputeDevice::cpu_with_threads(1).unwrap();
    let classifier = crate::bench::classifier_of(&weights, &architecture, &device).unwrap();
    let (viewer, mut shared) = viewer(shared());
    shared.use_model(classifier);
    let classifier = shared.model.classifier().cloned().unwrap();
    let opened = shared.films.film.opened().cloned().unwrap();
    let scored = Arc::new(score(&opened, &classifier, CamMethod::HiResCam).unwrap());
    shared.films.keep(&scored);
    shared.films.film = FilmState::Read(scored);
    (viewer, shared)
}

#[test]
fn covering_a_film_gives_a_map_of_that_film_alone_and_leaves_its_scores() {
    let (mut viewer, mut shared) = viewer_of_scored_film();
    let exact = shared.films.film.reading().cloned().unwrap();
    let occlusion = MapCommand::SetMethod(MapMethod::Occlusion);
    viewer.apply(ViewerCommand::Map(occlusion), &mut shared);
    assert!(viewer.occlusion.is_busy());
    while viewer.occlusion.is_busy() {
        viewer.poll(&mut shared);
        // Workers have a lower priority than a loop without a breath.
        std::thread::park_timeout(std::time::Duration::from_millis(5));
    }
    let covered = shared.films.film.reading().cloned().unwrap();
    assert_eq!(covered.method, MapMethod::Occlusion);
    assert_eq!(covered.inference, exact.inference);
    assert!(covered.maps.values().iter().all(|map| map.side() == 16));
    assert_ne!(covered.outside, exact.outside);
    // What came of the film beside must not take the map away; another choice does.
    viewer.refresh_maps(&mut shared);
    assert_eq!(
        shared.films.film.reading().unwrap().method,
        MapMethod::Occlusion
    );
    assert_eq!(shared.settings.map.method, CamMethod::HiResCam);
    viewer.apply(ViewerCommand::ShowFilm(0), &mut shared);
    let again = shared.films.film.reading().unwrap();
    assert_eq!(again.method, MapMethod::default());
    assert_eq!(again.maps, exact.maps);
}

#[test]
fn a_map_of_covered_places_that_is_stopped_never_comes() {
    let (mut viewer, mut shared) = viewer_of_scored_film();
    let occlusion = || ViewerCommand::Map(MapCommand::SetMethod(MapMethod::Occlusion));
    viewer.apply(occlusion(), &mut shared);
    viewer.apply(ViewerCommand::Map(MapCommand::StopOcclusion), &mut shared);
    assert!(!viewer.occlusion.is_busy());
    viewer.apply(occlusion(), &mut shared);
    viewer.cancel(&mut shared);
    assert!(!viewer.occlusion.is_busy());
    viewer.poll(&mut shared);
    assert_eq!(
        shared.films.film.reading().unwrap().method,
        MapMethod::default()
    );
    assert!(errors(&shared).is_empty());
}

#[test]
fn a_measurement_is_saved_when_its_drag_ends_and_undone_as_one_step() {
    let (mut viewer, mut shared) = viewer(shared());
    let measure = |command| ViewerCommand::Display(DisplayCommand::Measure(command));
    let length = |x| Measurement::Length([Point { x, y: 1.0 }, Point { x: x + 9.0, y: 1.0 }]);
    let saved = vec![Effect::MeasurementsChanged(PHANTOM.into())];
    let add = measure(MeasureCommand::Add(length(0.0)));
    assert_eq!(viewer.apply(add, &mut shared), saved);
    for x in [1.0, 2.0, 3.0] {
        let to = length(x);
        let change = measure(MeasureCommand::Change { place: 0, to });
        assert_eq!(viewer.apply(change, &mut shared), []);
    }
    let end = || ViewerCommand::Display(DisplayCommand::EndGesture);
    assert_eq!(viewer.apply(end(), &mut shared), saved);
    assert_eq!(viewer.apply(end(), &mut shared), []);
    let seen = |shared: &Shared| shared.films.current_entry().unwrap().measurements.clone();
    assert_eq!(seen(&shared), [length(3.0)]);
    let undone = viewer.apply(ViewerCommand::Undo, &mut shared);
    assert_eq!((undone, seen(&shared)), (saved, vec![length(0.0)]));
    viewer.apply(change(DisplayChange::Reset), &mut shared);
    assert_eq!(seen(&shared), [length(0.0)], "the view alone is reset");
    viewer.apply(ViewerCommand::ShowFilm(1), &mut shared);
    assert!(
        !viewer.can_undo(),
        "steps of the film before are not undone on this one"
    );
}

#[test]
fn each_stroke_that_covers_is_a_step_and_another_model_forgets_them() {
    let (mut viewer, mut shared) = viewer_of_scored_film();
    let cover = |x, covers| {
        let path = vec![Point { x, y: 0.2 }, Point { x, y: 0.8 }];
        ViewerCommand::Display(DisplayCommand::Cover { path, covers })
    };
    let end = || ViewerCommand::Display(DisplayCommand::EndGesture);
    for x in [0.2, 0.3] {
        viewer.apply(cover(x, true), &mut shared);
    }
    viewer.apply(end(), &mut shared);
    let first = viewer.probe.cover.clone();
    viewer.apply(cover(0.8, true), &mut shared);
    viewer.apply(end(), &mut shared);
    let second = viewer.probe.cover.clone();
    assert!(first.is_some() && first != second);
    viewer.apply(ViewerCommand::Undo, &mut shared);
    assert_eq!(viewer.probe.cover, first);
    assert!(viewer.probe.is_busy(), "scores follow");
    viewer.apply(ViewerCommand::Redo, &mut shared);
    assert_eq!(viewer.probe.cover, second);
    let uncover = ViewerCommand::Display(DisplayCommand::Uncover);
    viewer.apply(uncover, &mut shared);
    assert_eq!(viewer.probe.cover, None);
    viewer.apply(ViewerCommand::Undo, &mut shared);
    assert_eq!(viewer.probe.cover, second);
    viewer.model_changed(true, &mut shared);
    assert!(!viewer.can_undo());
    assert_eq!(viewer.probe.cover, None);
}
