//! Frames of a drag on a film of 4000 x 4000 pixels at 16 bits, and the memory of 20 such films.
//!
//! Then a list of 100,000 films: sorted, filtered, scrolled.
//!
//! Layout, tiles and tessellation at 2560 x 1440, without the graphics card; beside them, what a
//! viewer without tiles does: the whole film through the table into one texture, each frame.
//!
//! `cargo bench --bench viewer`

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench that cannot start is to fail loudly; the answer"
)]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::{Event, Modifiers, PointerButton, Pos2, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use thorax::app::ThoraxApp;
use thorax::domain::Display;
use thorax::film::OpenedFilm;
use thorax::model::ComputeDevice;
use thorax::state::{
    Command, DisplayChange, DisplayCommand, FilePicker, FilmEntry, FilmState, ListCommand,
    ListFilter, PickKind, Picked, SortKey, SortOrder, ViewerCommand,
};

#[path = "shared/times.rs"]
mod times;
use times::print_times;

const SIDE_PX: u32 = 4000;
const N_FILMS: usize = 20;
const N_FRAMES: usize = 200;
const N_ROWS: usize = 100_000;
const SCREEN_PT: Vec2 = Vec2::new(2560.0, 1440.0);

struct NoPicker;

impl FilePicker for NoPicker {
    fn pick(&self, _kind: PickKind) -> Picked {
        Picked::Nothing
    }
}

type Bench = Harness<'static, ThoraxApp>;

fn main() {
    let folder = tempfile::tempdir().unwrap();
    write_films(folder.path());
    let mut harness = harness(folder.path().to_owned());
    wait_for_scores(&mut harness);
    harness.run_steps(20);

    let center = harness.get_by_label("Film").rect().center();
    println!("a film of {SIDE_PX} x {SIDE_PX} px, 16 bits; window {SCREEN_PT:?} pt");
    print_times("window drag, whole film", window_drag(&mut harness, center));
    print_times("wheel zoom at the cursor", wheel_zoom(&mut harness, center));
    harness
        .state_mut()
        .state
        .apply(Command::Viewer(ViewerCommand::Display(
            DisplayCommand::Change(DisplayChange::ActualSize),
        )));
    harness.run_steps(5);
    print_times("window drag at 1:1", window_drag(&mut harness, center));
    print_times("pan at 1:1", pan(&mut harness, center));
    let opened = harness
        .state()
        .state
        .shared
        .films
        .film
        .opened()
        .unwrap()
        .clone();
    print_times("the whole film in one texture", whole_film(&opened));

    let seen = memory_text();
    println!("after the film alone: {seen}");
    for film_idx in 0..N_FILMS {
        let state = &mut harness.state_mut().state;
        state.apply(Command::Viewer(ViewerCommand::ShowFilm(film_idx)));
        wait_for_scores(&mut harness);
    }
    println!("{N_FILMS} films looked at: {}", memory_text());
    long_list(&mut harness);
}

/// Films that are not there: the list has to be quick without them.
fn long_list(harness: &mut Bench) {
    let state = &mut harness.state_mut().state;
    let entries = (0..N_ROWS).map(|n| {
        let mut entry = FilmEntry::new(format!("/gone/{:08}_{:03}.png", n / 4, n % 4).into());
        let score = |label: usize| ((n * 7919 + label * 104_729) % 100_003) as f32 / 100_003.0;
        entry.scores = Some((0..14).map(score).collect());
        entry
    });
    let entries = entries.collect();
    let started = Instant::now();
    state.shared.films.add(entries);
    println!(
        "{N_ROWS} films put on the list: {:.1} ms",
        ms(started.elapsed())
    );
    for (name, order, text) in [
        ("as opened", SortKey::Opened, ""),
        ("by score", SortKey::Score(4), ""),
        ("by patient and study", SortKey::Study, ""),
        ("by score, names with 77", SortKey::Score(4), "77"),
    ] {
        let filter = ListFilter {
            text: text.to_owned(),
            ..ListFilter::default()
        };
        let state = &mut harness.state_mut().state;
        state.apply(Command::List(ListCommand::Filter(filter)));
        let order = SortOrder {
            key: order,
            descending: true,
        };
        let started = Instant::now();
        state.apply(Command::List(ListCommand::Sort(order)));
        let elapsed = ms(started.elapsed());
        println!(
            "{name}: {elapsed:.1} ms, {} films",
            state.list.places().len()
        );
    }
    harness.run_steps(10);
    let above_list = harness.get_by_label_contains("Sort and filter").rect();
    harness.hover_at(above_list.center_bottom() + Vec2::new(0.0, 300.0));
    harness.step();
    let mut times = Vec::new();
    for _ in 0..N_FRAMES {
        harness.event(wheel(-400.0));
        times.push(timed(|| harness.step()));
    }
    print_times("a frame while the list scrolls", times);
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn wheel(points: f32) -> Event {
    Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: Vec2::new(0.0, points),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
        modifiers: Modifiers::NONE,
    }
}

fn window_drag(harness: &mut Bench, center: Pos2) -> Vec<Duration> {
    dragged(harness, PointerButton::Primary, center)
}

fn pan(harness: &mut Bench, center: Pos2) -> Vec<Duration> {
    dragged(harness, PointerButton::Middle, center)
}

fn dragged(harness: &mut Bench, button: PointerButton, center: Pos2) -> Vec<Duration> {
    let press = |pos, pressed| Event::PointerButton {
        pos,
        button,
        pressed,
        modifiers: Modifiers::NONE,
    };
    harness.hover_at(center);
    harness.step();
    harness.event(press(center, true));
    harness.step();
    let mut times = Vec::new();
    for frame in 0..N_FRAMES {
        let angle = frame as f32 * 0.1;
        let pos = center + Vec2::new(angle.sin() * 300.0, (angle * 0.7).cos() * 200.0);
        harness.hover_at(pos);
        times.push(timed(|| harness.step()));
    }
    harness.event(press(center, false));
    harness.run_steps(5);
    times
}

fn wheel_zoom(harness: &mut Bench, center: Pos2) -> Vec<Duration> {
    harness.hover_at(center);
    harness.step();
    let mut times = Vec::new();
    for frame in 0..N_FRAMES {
        let inwards = (frame / 50) % 2 == 0;
        harness.event(wheel(if inwards { 18.0 } else { -18.0 }));
        times.push(timed(|| harness.step()));
    }
    harness.run_steps(20);
    times
}

/// What a frame costs where the whole film goes through the table each time.
fn whole_film(opened: &OpenedFilm) -> Vec<Duration> {
    let draw = |frame: usize| {
        let table = opened.film.shown_table(&Display {
            inverted: frame.is_multiple_of(2),
            ..Display::default()
        });
        let grays: Vec<u8> = opened
            .film
            .pixels
            .values()
            .iter()
            .map(|v| table.gray(*v))
            .collect();
        let size = [SIDE_PX as usize; 2];
        std::hint::black_box(egui::ColorImage::from_gray(size, &grays));
    };
    (0..20).map(|frame| timed(|| draw(frame))).collect()
}

fn timed(work: impl FnOnce()) -> Duration {
    let started = Instant::now();
    work();
    started.elapsed()
}

fn wait_for_scores(harness: &mut Bench) {
    while !matches!(harness.state().state.shared.films.film, FilmState::Read(_)) {
        harness.step();
        std::thread::park_timeout(Duration::from_millis(4));
    }
}

fn harness(folder: PathBuf) -> Bench {
    Harness::builder()
        .with_size(SCREEN_PT)
        .build_eframe(move |cc| {
            ThoraxApp::new(cc, Arc::new(NoPicker), ComputeDevice::cpu(), vec![folder])
        })
}

/// Twenty films of smooth noise over a bright middle: they compress little and look like nothing.
fn write_films(folder: &Path) {
    for film in 0..N_FILMS as u32 {
        let gray = |x: u32, y: u32| {
            let noise = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503 + film)) >> 22;
            image::Luma([(x * 7 + y * 5 + noise * 8).min(65_535) as u16])
        };
        let picture = image::ImageBuffer::from_fn(SIDE_PX, SIDE_PX, gray);
        picture
            .save(folder.join(format!("film{film:02}.png")))
            .unwrap();
    }
}

/// Of this process, where the system says (Linux).
fn memory_text() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = |name: &str| {
        let mut lines = status.lines();
        lines
            .find_map(|line| line.strip_prefix(name))
            .map_or_else(|| "n/a".to_owned(), |rest| rest.trim().to_owned())
    };
    format!("resident {}, at most {}", line("VmRSS:"), line("VmHWM:"))
}
