use std::path::{Path, PathBuf};

use super::appearance::Appearance;
use super::*;
use crate::imaging::{read_film, samples};

fn of(film: &Film) -> Concerns {
    Concerns::of(film, &GrayPicture::of_film(film))
}

fn of_grays(values: Vec<u16>, width_px: usize) -> Concerns {
    of(&samples::gray_film(values, width_px))
}

fn kinds(concerns: &Concerns) -> Vec<(ConcernKind, Severity)> {
    let concerns = concerns.all().iter();
    concerns
        .map(|concern| (concern.kind, concern.severity))
        .collect()
}

fn phantom() -> Film {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/phantom.png");
    read_film(Path::new(path)).unwrap()
}

/// The film as the network is to see it, changed pixel by pixel: `(x, y)` of the film that is to
/// lie at `(x, y)` of the result.
fn moved(
    film: &Film,
    (width_px, height_px): (usize, usize),
    from: impl Fn(usize, usize) -> (usize, usize),
) -> Film {
    let width = film.pixels.width_px();
    let values = (0..width_px * height_px).map(|idx| {
        let (x, y) = from(idx % width_px, idx / width_px);
        film.pixels.values()[y * width + x]
    });
    let mut result = film.clone();
    result.pixels =
        crate::domain::Pixels::new(width_px, height_px, values.collect(), film.pixels.offset())
            .unwrap();
    result
}

fn turned(film: &Film, quarter_turns: usize) -> Film {
    let (width, height) = (film.pixels.width_px(), film.pixels.height_px());
    match quarter_turns {
        1 => moved(film, (height, width), |x, y| (y, height - 1 - x)),
        2 => moved(film, (width, height), |x, y| {
            (width - 1 - x, height - 1 - y)
        }),
        _ => moved(film, (height, width), |x, y| (width - 1 - y, x)),
    }
}

fn inverted(film: &Film) -> Film {
    let mut film = film.clone();
    film.inverted = !film.inverted;
    film
}

fn quarter(film: &Film) -> Film {
    let (width, height) = (film.pixels.width_px(), film.pixels.height_px());
    moved(film, (width / 2, height / 2), |x, y| (x, y))
}

fn lower_half(film: &Film) -> Film {
    let (width, height) = (film.pixels.width_px(), film.pixels.height_px());
    moved(film, (width, height / 2), |x, y| {
        (x, y + height - height / 2)
    })
}

#[test]
fn the_drawn_film_is_fine_and_turned_or_inverted_it_is_not() {
    let film = phantom();
    assert_eq!(of(&film).summary(), "fine");
    for turns in 1..4 {
        assert!(!of(&turned(&film, turns)).is_fine(), "{turns}");
    }
    let found = kinds(&of(&inverted(&film)));
    assert!(found.iter().any(|(kind, _)| *kind == ConcernKind::Inverted));
}

#[test]
fn flat_small_and_clipped_pictures_have_their_reasons() {
    let flat = of_grays(vec![1000; 200 * 200], 200);
    assert!(flat.is_refused());
    let small = of_grays((0..40 * 40).map(|n| n * 40).collect(), 40);
    assert!(kinds(&small).contains(&(ConcernKind::TooSmall, Severity::Refusal)));
    let half_size = of_grays((0..100 * 100).collect(), 100);
    assert!(kinds(&half_size).contains(&(ConcernKind::TooSmall, Severity::Warning)));
    let white = of_grays(vec![65_535; 200 * 200], 200);
    assert!(kinds(&white).contains(&(ConcernKind::Clipped, Severity::Refusal)));
    assert!(
        white.summary().contains("100 % is white"),
        "{}",
        white.summary()
    );
}

#[test]
fn a_view_from_the_side_is_refused_by_what_the_file_says() {
    let mut film = phantom();
    film.info.ruled_out = Some(RuledOut::View("Lateral view (LL).".to_owned()));
    assert_eq!(
        kinds(&of(&film)),
        [(ConcernKind::LateralOrRotated, Severity::Refusal)]
    );
}

#[test]
fn what_the_file_has_is_a_note_and_leaves_the_film_fine() {
    let mut film = phantom();
    film.warnings = vec!["Window 1 is ignored.".to_owned()];
    let concerns = of(&film);
    assert_eq!(kinds(&concerns), [(ConcernKind::File, Severity::Note)]);
    assert!(concerns.is_fine() && concerns.reasons().next().is_none());
    assert_eq!(concerns.summary(), "fine");
    assert_eq!(concerns.notes().collect::<Vec<_>>(), film.warnings);
}

#[test]
fn what_makes_scores_doubtful_by_the_file_is_a_warning() {
    let mut film = phantom();
    film.doubts = vec!["The film is FOR PROCESSING.".to_owned()];
    let concerns = of(&film);
    assert_eq!(kinds(&concerns), [(ConcernKind::File, Severity::Warning)]);
    assert_eq!(concerns.summary(), "doubtful: The film is FOR PROCESSING.");
}

#[test]
fn a_color_image_with_bright_air_is_told_both_and_each_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("color.png");
    let film = inverted(&phantom());
    let (width, height) = (
        film.pixels.width_px() as u32,
        film.pixels.height_px() as u32,
    );
    let mut grays = film.gray_8bit().into_iter();
    // Hardly tinted: not gray, and as bright as before.
    let colored = |_, _| {
        let gray = grays.next().unwrap();
        image::Rgb([gray, gray, gray.saturating_add(1)])
    };
    let picture = image::RgbImage::from_fn(width, height, colored);
    picture.save(&path).unwrap();
    let concerns = of(&read_film(&path).unwrap());
    let kinds: Vec<_> = concerns.all().iter().map(|concern| concern.kind).collect();
    assert_eq!(kinds, [ConcernKind::NotGray, ConcernKind::Inverted]);
    let summary = concerns.summary();
    for sentence in ["color image", "A film is gray.", "air is bright"] {
        assert_eq!(summary.matches(sentence).count(), 1, "{summary}");
    }
}

#[test]
fn probabilities_are_those_of_the_fit() {
    // `upright` of assets/fit_input_check.py for the drawn film: 0.99995.
    let picture = GrayPicture::of_film(&phantom());
    let tiny = picture.resized(Appearance::SIDE, Appearance::SIDE, Interpolation::Area);
    let found = Appearance::of(tiny.values()).unwrap().probabilities();
    assert!((found[0] - 0.999_95).abs() < 5e-5, "{found:?}");
    assert!((found.iter().sum::<f64>() - 1.0).abs() < 1e-12);
}

/// Films of a list of the real data; `None`, said aloud, where there are none.
fn real_films(list: &str) -> Option<Vec<Film>> {
    let Some(data) = std::env::var_os("CXR_DATA") else {
        eprintln!("skipped: CXR_DATA is not set");
        return None;
    };
    let data = PathBuf::from(data);
    let names = std::fs::read_to_string(data.join(list)).unwrap();
    let films = names.lines().filter(|line| !line.trim().is_empty());
    let read = |name: &str| {
        // The pool's own films may be JPEG under the table's name; the others lie in `nih`.
        let paths = ["nih", "pool"].map(|folder| data.join(folder).join("images").join(name));
        let [_, pooled] = &paths;
        let jpeg = pooled.with_extension("jpg");
        let path = paths.iter().chain([&jpeg]).find(|path| path.exists());
        read_film(path.unwrap()).unwrap()
    };
    Some(films.map(|name| read(name.trim())).collect())
}

/// Shares of films that are doubtful or refused, and of those that are refused.
fn shares(films: impl Iterator<Item = Film>) -> (f64, f64) {
    let concerns: Vec<Concerns> = films.map(|film| of(&film)).collect();
    let share = |is: fn(&Concerns) -> bool| {
        let n = concerns.iter().filter(|concerns| is(concerns)).count();
        n as f64 / concerns.len() as f64
    };
    (
        share(|concerns| !concerns.is_fine()),
        share(Concerns::is_refused),
    )
}

#[test]
fn error_rates_on_real_films_are_those_of_the_documentation() {
    let Some(films) = real_films("nih/test_list.txt") else {
        return;
    };
    let (doubtful, refused) = shares(films.iter().cloned());
    eprintln!("test films: doubtful {doubtful:.4}, refused {refused:.4}");
    assert!(
        doubtful <= 0.025 && refused <= 0.003,
        "{doubtful} {refused}"
    );
    for turns in 1..4 {
        let (doubtful, refused) = shares(films.iter().map(|film| turned(film, turns)));
        eprintln!("turned {turns}: doubtful {doubtful:.4}, refused {refused:.4}");
        assert!(
            doubtful >= 0.99 && refused >= 0.98,
            "{turns}: {doubtful} {refused}"
        );
    }
    let (doubtful, refused) = shares(films.iter().map(inverted));
    eprintln!("inverted: doubtful {doubtful:.4}, refused {refused:.4}");
    assert!(doubtful >= 0.99, "{doubtful}");
    let (doubtful, refused) = shares(films.iter().map(quarter));
    eprintln!("a quarter: doubtful {doubtful:.4}, refused {refused:.4}");
    assert!(doubtful >= 0.98, "{doubtful}");
}

#[test]
fn error_rates_on_the_pool_are_those_of_the_documentation() {
    let Some(films) = real_films("pool/test_list.txt") else {
        return;
    };
    let (doubtful, refused) = shares(films.iter().cloned());
    eprintln!("test films: doubtful {doubtful:.4}, refused {refused:.4}");
    assert!(
        doubtful <= 0.025 && refused <= 0.006,
        "{doubtful} {refused}"
    );
    // Every other one, so that the test stays short.
    let halves = films.iter().step_by(2).map(lower_half);
    let (doubtful, refused) = shares(halves);
    eprintln!("lower halves: doubtful {doubtful:.4}, refused {refused:.4}");
    assert!(doubtful >= 0.98 && refused >= 0.8, "{doubtful} {refused}");
    let small = films
        .into_iter()
        .filter(|film| film.pixels.width_px().max(film.pixels.height_px()) == 128);
    let (doubtful, refused) = shares(small);
    eprintln!("stored at 128 px: doubtful {doubtful:.4}, refused {refused:.4}");
    assert!(doubtful <= 0.035 && refused <= 0.01, "{doubtful} {refused}");
}

#[test]
fn legs_are_refused_and_chest_films_of_other_sources_are_not() {
    let Some(data) = std::env::var_os("CXR_DATA") else {
        eprintln!("skipped: CXR_DATA is not set");
        return;
    };
    let data = PathBuf::from(data);
    let concerns = |name: &str| read_film(&data.join(name)).map(|film| of(&film)).ok();
    for leg in ["RG3_J2KR", "RG3_JPLL", "RG3_JPLY", "RG3_RLE"] {
        // Some say which part of the body they show, and are not opened at all.
        let concerns = concerns(&format!("dicom/{leg}.dcm"));
        assert!(
            concerns.as_ref().is_none_or(|concerns| !concerns.is_fine()),
            "{leg}: {concerns:?}"
        );
    }
    for chest in ["RG1_J2KI", "nih_dx_1"] {
        let concerns = concerns(&format!("dicom/{chest}.dcm")).unwrap();
        assert!(concerns.is_fine(), "{chest}: {concerns:?}");
    }
    let originals = std::fs::read_dir(data.join("originals")).unwrap();
    for original in originals {
        let film = read_film(&original.unwrap().path()).unwrap();
        let concerns = of(&film);
        assert!(!concerns.is_refused(), "{:?} {concerns:?}", film.path);
    }
}

#[test]
fn noise_is_not_taken_for_a_film() {
    let mut state = 1_u32;
    let mut random = || {
        // A linear congruential generator (Numerical Recipes): any noise will do.
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) as u16
    };
    for _ in 0..20 {
        let values = (0..160 * 160).map(|_| random()).collect();
        assert!(!of_grays(values, 160).is_fine());
    }
}

/// The film with its grays in a part of their range, and a bright marker in a corner.
fn dimmed(film: &Film, divisor: u16) -> Film {
    let (width_px, height_px) = (film.pixels.width_px(), film.pixels.height_px());
    let values = film.pixels.values().iter().enumerate().map(|(idx, value)| {
        let is_marker = idx % width_px < 20 && idx / width_px < 20;
        if is_marker { 255 } else { value / divisor }
    });
    let mut film = film.clone();
    let pixels = values.collect();
    film.pixels =
        crate::domain::Pixels::new(width_px, height_px, pixels, film.pixels.offset()).unwrap();
    film
}

#[test]
fn a_film_in_a_small_part_of_its_range_is_never_fine() {
    let severity = |divisor: u16| {
        let concerns = of(&dimmed(&phantom(), divisor));
        let mut all = concerns.all().iter();
        let low = all.find(|concern| concern.kind == ConcernKind::LowContrast);
        low.map(|concern| concern.severity)
    };
    assert_eq!(severity(1), None);
    assert_eq!(severity(4), Some(Severity::Warning));
    assert_eq!(severity(16), Some(Severity::Refusal));
}
