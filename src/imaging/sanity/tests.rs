use std::path::{Path, PathBuf};

use super::appearance::Appearance;
use super::*;
use crate::imaging::{read_film, samples};

fn check_of(values: Vec<u16>, width_px: usize) -> InputCheck {
    InputCheck::of(&samples::gray_film(values, width_px))
}

fn kinds(check: &InputCheck) -> Vec<(ConcernKind, InputLevel)> {
    let concerns = check.concerns().iter();
    concerns
        .map(|concern| (concern.kind, concern.level))
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

#[test]
fn the_drawn_film_is_fine_and_turned_or_inverted_it_is_not() {
    let film = phantom();
    assert_eq!(InputCheck::of(&film).summary(), "fine");
    for turns in 1..4 {
        let check = InputCheck::of(&turned(&film, turns));
        assert!(check.level() > InputLevel::Fine, "{turns}");
    }
    let check = InputCheck::of(&inverted(&film));
    assert!(
        kinds(&check)
            .iter()
            .any(|(kind, _)| *kind == ConcernKind::Inverted)
    );
}

#[test]
fn flat_small_and_clipped_pictures_have_their_reasons() {
    let flat = check_of(vec![1000; 200 * 200], 200);
    assert_eq!(flat.level(), InputLevel::Refused);
    let small = check_of((0..40 * 40).map(|n| n * 40).collect(), 40);
    assert!(kinds(&small).contains(&(ConcernKind::TooSmall, InputLevel::Refused)));
    let half_size = check_of((0..100 * 100).collect(), 100);
    assert!(kinds(&half_size).contains(&(ConcernKind::TooSmall, InputLevel::Doubtful)));
    let white = check_of(vec![65_535; 200 * 200], 200);
    assert!(kinds(&white).contains(&(ConcernKind::Clipped, InputLevel::Refused)));
    assert!(
        white.summary().contains("100 % is white"),
        "{}",
        white.summary()
    );
}

#[test]
fn a_view_from_the_side_is_refused_by_what_the_file_says() {
    let mut film = phantom();
    film.info.view_position = Some("LL".to_owned());
    let check = InputCheck::of(&film);
    assert_eq!(
        kinds(&check),
        [(ConcernKind::LateralOrRotated, InputLevel::Refused)]
    );
    film.info.view_position = Some("AP".to_owned());
    film.info.colored = true;
    let check = InputCheck::of(&film);
    assert_eq!(
        kinds(&check),
        [(ConcernKind::NotGray, InputLevel::Doubtful)]
    );
}

#[test]
fn probabilities_are_those_of_scikit_learn() {
    // `predict_proba` of assets/fit_input_check.py for the drawn film: upright 0.9999.
    let picture = GrayPicture::of_film(&phantom());
    let tiny = picture.resized(Appearance::SIDE, Appearance::SIDE, Interpolation::Area);
    let found = Appearance::of(tiny.values()).unwrap().probabilities();
    assert!((found[0] - 0.9999).abs() < 2e-4, "{found:?}");
    assert!((found.iter().sum::<f64>() - 1.0).abs() < 1e-12);
}

/// Films of a list of the real data; `None`, said aloud, where there are none.
fn real_films(list: &str) -> Option<Vec<Film>> {
    let Some(data) = std::env::var_os("CXR_DATA") else {
        eprintln!("skipped: CXR_DATA is not set");
        return None;
    };
    let folder = PathBuf::from(data).join("nih");
    let names = std::fs::read_to_string(folder.join(list)).unwrap();
    let films = names.lines().filter(|line| !line.trim().is_empty());
    let read = |name: &str| read_film(&folder.join("images").join(name.trim())).unwrap();
    Some(films.map(read).collect())
}

/// Shares of films at `Doubtful` or worse, and at `Refused`.
fn shares(films: impl Iterator<Item = Film>) -> (f64, f64) {
    let levels: Vec<InputLevel> = films.map(|film| InputCheck::of(&film).level()).collect();
    let share = |least: InputLevel| {
        let n = levels.iter().filter(|level| **level >= least).count();
        n as f64 / levels.len() as f64
    };
    (share(InputLevel::Doubtful), share(InputLevel::Refused))
}

#[test]
fn error_rates_on_real_films_are_those_of_the_documentation() {
    let Some(films) = real_films("test_list.txt") else {
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
fn legs_are_refused_and_chest_films_of_other_sources_are_not() {
    let Some(data) = std::env::var_os("CXR_DATA") else {
        eprintln!("skipped: CXR_DATA is not set");
        return;
    };
    let data = PathBuf::from(data);
    let level = |name: &str| {
        let film = read_film(&data.join(name));
        film.map(|film| InputCheck::of(&film).level()).ok()
    };
    for leg in ["RG3_J2KR", "RG3_JPLL", "RG3_JPLY", "RG3_RLE"] {
        // Some say which part of the body they show, and are not opened at all.
        let level = level(&format!("dicom/{leg}.dcm"));
        assert!(
            level.is_none_or(|level| level > InputLevel::Fine),
            "{leg}: {level:?}"
        );
    }
    for chest in ["RG1_J2KI", "nih_dx_1"] {
        let level = level(&format!("dicom/{chest}.dcm"));
        assert_eq!(level, Some(InputLevel::Fine), "{chest}");
    }
    let originals = std::fs::read_dir(data.join("originals")).unwrap();
    for original in originals {
        let film = read_film(&original.unwrap().path()).unwrap();
        let check = InputCheck::of(&film);
        assert!(
            check.level() < InputLevel::Refused,
            "{:?} {}",
            film.path,
            check.summary()
        );
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
        assert!(check_of(values, 160).level() > InputLevel::Fine);
    }
}
