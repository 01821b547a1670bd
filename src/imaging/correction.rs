use image::{ImageBuffer, Luma, imageops};

use super::contrast::use_auto_window;
use crate::domain::{Correction, Film, PatientOrientation, Pixels};

/// Changes a film as the user wants it before scoring. Steps and doubts of the film name each change.
pub fn correct(film: &mut Film, correction: Correction) {
    if correction.auto_window {
        use_auto_window(film);
    }
    if correction.inverted {
        film.inverted = !film.inverted;
        told(film, "Black and white exchanged");
    }
    match correction.quarter_turns % 4 {
        0 => return,
        1 => told(film, "Rotated clockwise by 90°"),
        2 => told(film, "Rotated by 180°"),
        _ => told(film, "Rotated counterclockwise by 90°"),
    }
    for _ in 0..correction.quarter_turns % 4 {
        rotate_clockwise(film);
    }
}

fn told(film: &mut Film, what: &str) {
    film.doubts
        .push(format!("{what} by the user before scoring."));
    film.steps.push(format!("{what} by the user"));
}

fn rotate_clockwise(film: &mut Film) {
    let pixels = &film.pixels;
    let (width, height) = (pixels.width_px() as u32, pixels.height_px() as u32);
    let picture = ImageBuffer::<Luma<u16>, _>::from_raw(width, height, pixels.values());
    let turned = picture.map(|picture| imageops::rotate90(&picture).into_raw());
    let turned = turned.and_then(|values| {
        Pixels::new(height as usize, width as usize, values, pixels.offset()).ok()
    });
    // As many values as before: there is always a picture.
    let Some(turned) = turned else { return };
    film.pixels = turned;
    if let Some(spacing) = &mut film.info.spacing {
        std::mem::swap(&mut spacing.row_mm, &mut spacing.column_mm);
    }
    let sides = film.info.patient_orientation.take();
    film.info.patient_orientation = sides.map(|sides| PatientOrientation {
        // What was on top comes to the right.
        columns_towards: PatientOrientation::opposite(&sides.rows_towards),
        rows_towards: sides.columns_towards,
    });
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::domain::{PixelSpacing, SpacingSource};
    use crate::imaging::read_film;

    fn film() -> Film {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/phantom.png");
        let mut film = read_film(Path::new(path)).unwrap();
        // Not a square, so that rows and columns are told apart.
        let (width, height) = (film.pixels.width_px(), film.pixels.height_px() - 5);
        let values = film.pixels.values()[..width * height].to_vec();
        film.pixels = Pixels::new(width, height, values, 0).unwrap();
        film.info.spacing = Some(PixelSpacing {
            row_mm: 0.1,
            column_mm: 0.2,
            source: SpacingSource::PixelSpacing,
        });
        film.info.patient_orientation = Some(PatientOrientation {
            columns_towards: "L".into(),
            rows_towards: "F".into(),
        });
        film
    }

    fn turned(quarter_turns: u8) -> Film {
        let mut film = film();
        let correction = Correction {
            quarter_turns,
            ..Correction::default()
        };
        correct(&mut film, correction);
        film
    }

    #[test]
    fn a_quarter_turn_moves_every_pixel_spacing_and_side() {
        let (before, after) = (film(), turned(1));
        let (width, height) = (before.pixels.width_px(), before.pixels.height_px());
        assert_eq!(
            (after.pixels.width_px(), after.pixels.height_px()),
            (height, width)
        );
        for y in 0..height {
            for x in 0..width {
                // What was on top comes to the right.
                let to = x * height + (height - 1 - y);
                assert_eq!(
                    after.pixels.values()[to],
                    before.pixels.values()[y * width + x]
                );
            }
        }
        let spacing = after.info.spacing.unwrap();
        assert_eq!((spacing.row_mm, spacing.column_mm), (0.2, 0.1));
        let sides = after.info.patient_orientation.unwrap();
        assert_eq!(
            (&*sides.columns_towards, &*sides.rows_towards),
            ("H", "L"),
            "the head was on top and is at the right"
        );
        assert_eq!(
            after.doubts,
            ["Rotated clockwise by 90° by the user before scoring."]
        );
    }

    #[test]
    fn a_half_and_three_quarter_turns_are_two_and_three_of_a_quarter() {
        let mut by_quarters = film();
        for turns in 1..4 {
            correct(
                &mut by_quarters,
                Correction {
                    quarter_turns: 1,
                    ..Correction::default()
                },
            );
            assert_eq!(by_quarters.pixels, turned(turns).pixels);
            assert_eq!(
                by_quarters.info.patient_orientation,
                turned(turns).info.patient_orientation
            );
        }
    }

    #[test]
    fn an_inverted_film_has_its_grays_exchanged_and_says_so() {
        let (before, mut after) = (film(), film());
        let correction = Correction {
            inverted: true,
            ..Correction::default()
        };
        correct(&mut after, correction);
        let sums = before.gray_8bit().into_iter().zip(after.gray_8bit());
        assert!(
            sums.into_iter()
                .all(|(a, b)| u16::from(a) + u16::from(b) == 255)
        );
        assert_eq!(
            after.steps.last().map(String::as_str),
            Some("Black and white exchanged by the user")
        );
    }
}
