//! Where the patient is on a film, and where only air or collimated black.

use super::{GrayPicture, Interpolation, Polarity};

/// Cells along each side.
const SIDE: usize = 64;
/// Air and collimator edges reach the film's border, or begin within this many cells of it where a
/// frame of white or of letters runs around the film.
const RIM: usize = 4;
/// How far above the gray of air a cell may be, as a share of the way to tissue. Lungs are brighter.
const AIR_SHARE: f64 = 0.2;
/// Grays between air and tissue below which the two cannot be told apart.
const LEAST_CONTRAST: f64 = 16.0;
/// A body covers at least this share of the film, and nearly all of its middle.
const LEAST_BODY: f64 = 0.35;
const LEAST_MIDDLE: f64 = 0.98;

/// The body on a frontal chest film: all but the dark that reaches in from the film's border.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BodyMask {
    /// Row by row from the top left.
    inside: Vec<bool>,
}

impl BodyMask {
    /// Cells along each side of the mask.
    pub const SIDE: usize = SIDE;

    /// Looks for the body; `None` where no plausible outline is found, as on a cropped film whose
    /// lungs touch the border.
    ///
    /// A film with clearly bright air is looked at as its negative. The gray of air is that of the
    /// border's darkest cells, so a veil over the film or a black frame does no harm.
    pub fn of(picture: &GrayPicture) -> Option<Self> {
        let small = picture.resized(SIDE, SIDE, Interpolation::Area);
        let inverted = Polarity::of_picture(picture).is_inverted();
        let grays = small.values().iter().map(|&gray| {
            let gray = if inverted { 255 - gray } else { gray };
            f64::from(gray)
        });
        let grays: Vec<f64> = grays.collect();
        let border = (0..SIDE * SIDE).filter(|&cell| depth(cell) == 0);
        let border = border.filter_map(|cell| grays.get(cell).copied());
        let air = at_share(border.collect(), 0.05);
        let tissue = at_share(grays.clone(), 0.75);
        if tissue - air < LEAST_CONTRAST {
            return None;
        }
        let limit = air + AIR_SHARE * (tissue - air);
        let dark: Vec<bool> = grays.iter().map(|&gray| gray <= limit).collect();
        let mut air = vec![false; SIDE * SIDE];
        for cell in (0..SIDE * SIDE).filter(|&cell| depth(cell) < RIM) {
            fill(cell, &dark, &mut air);
        }
        // Letters and markers in the air are islands: the body is the largest piece of the rest.
        let rest: Vec<bool> = air.iter().map(|air| !air).collect();
        let mut known = vec![false; SIDE * SIDE];
        let pieces = (0..SIDE * SIDE).map(|cell| (fill(cell, &rest, &mut known), cell));
        let (_, cell) = pieces.max()?;
        let mut inside = vec![false; SIDE * SIDE];
        fill(cell, &rest, &mut inside);
        let mask = Self { inside };
        mask.is_plausible().then_some(mask)
    }

    /// Whether the body is at a place between 0 and 1 of width and height.
    pub fn contains(&self, x: f32, y: f32) -> bool {
        let cell = |share: f32| ((share * SIDE as f32).max(0.0) as usize).min(SIDE - 1);
        let place = self.inside.get(cell(y) * SIDE + cell(x));
        place.copied().unwrap_or_default()
    }

    /// Row by row from the top left, [`BodyMask::SIDE`] cells a side.
    pub fn cells(&self) -> &[bool] {
        &self.inside
    }

    fn is_plausible(&self) -> bool {
        let share = |cells: &mut dyn Iterator<Item = bool>| {
            let (mut n_inside, mut n) = (0, 0);
            for inside in cells {
                n_inside += u32::from(inside);
                n += 1;
            }
            f64::from(n_inside) / f64::from(n.max(1))
        };
        let cells = self.inside.iter().copied();
        let middle = cells.clone().enumerate();
        let middle = middle.filter(|&(cell, _)| depth(cell) >= SIDE / 4);
        share(&mut cells.clone()) >= LEAST_BODY
            && share(&mut middle.map(|(_, inside)| inside)) >= LEAST_MIDDLE
    }
}

/// Cells between a cell and the nearest border.
fn depth(cell: usize) -> usize {
    let (x, y) = (cell % SIDE, cell / SIDE);
    x.min(y).min(SIDE - 1 - x).min(SIDE - 1 - y)
}

/// The value that this share of all values is below.
fn at_share(mut values: Vec<f64>, share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let place = (values.len() as f64 * share) as usize;
    values.get(place).copied().unwrap_or_default()
}

/// Marks what is connected to a cell, side by side, among the open cells; how many are new.
fn fill(start: usize, open: &[bool], marked: &mut [bool]) -> usize {
    let mut waiting = vec![start];
    let mut n_new = 0;
    while let Some(cell) = waiting.pop() {
        let Some(mark) = marked.get_mut(cell) else {
            continue;
        };
        if *mark || open.get(cell) != Some(&true) {
            continue;
        }
        *mark = true;
        n_new += 1;
        let (x, y) = (cell % SIDE, cell / SIDE);
        let sides = [
            (x > 0).then(|| cell - 1),
            (x + 1 < SIDE).then_some(cell + 1),
            (y > 0).then(|| cell - SIDE),
            (y + 1 < SIDE).then_some(cell + SIDE),
        ];
        waiting.extend(sides.into_iter().flatten());
    }
    n_new
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FILM_SIDE: usize = 128;

    /// A bright body with two dark lungs, as wide and as far down as said, in darker air.
    fn phantom(half_width: f32, top: f32, air: u8, lung: u8, tissue: u8) -> Vec<u8> {
        let pixel = |idx: usize| {
            let place = |n: usize| (n as f32 + 0.5) / FILM_SIDE as f32;
            let (x, y) = (place(idx % FILM_SIDE), place(idx / FILM_SIDE));
            let from_middle = (x - 0.5).abs();
            let lungs = from_middle > 0.06
                && ((from_middle - half_width * 0.5) / (half_width * 0.32)).hypot((y - 0.5) / 0.25)
                    < 1.0;
            if lungs {
                lung
            } else if y > top && from_middle < half_width {
                tissue
            } else {
                air
            }
        };
        (0..FILM_SIDE * FILM_SIDE).map(pixel).collect()
    }

    fn mask(grays: Vec<u8>) -> Option<BodyMask> {
        BodyMask::of(&GrayPicture::new(FILM_SIDE, FILM_SIDE, grays).unwrap())
    }

    /// The share of cells whose middle is told apart rightly.
    fn agreement(mask: &BodyMask, half_width: f32, top: f32) -> f64 {
        let right = |cell: usize| {
            let place = |n: usize| (n as f32 + 0.5) / SIDE as f32;
            let (x, y) = (place(cell % SIDE), place(cell / SIDE));
            let body = y > top && (x - 0.5).abs() < half_width;
            mask.contains(x, y) == body && mask.cells()[cell] == body
        };
        let n_right = (0..SIDE * SIDE).filter(|&cell| right(cell)).count();
        n_right as f64 / (SIDE * SIDE) as f64
    }

    proptest! {
        #[test]
        fn the_body_is_found_under_any_exposure_veil_and_polarity(
            half_width in 0.34_f32..0.46,
            top in 0.02_f32..0.15,
            air in 0_u8..60,
            contrast in 60_u8..190,
            negative: bool,
        ) {
            let tissue = air + contrast;
            let lung = air + contrast / 5 * 2;
            let mut grays = phantom(half_width, top, air, lung, tissue);
            if negative {
                for gray in &mut grays {
                    *gray = 255 - *gray;
                }
            }
            let inverted = Polarity::of_picture(
                &GrayPicture::new(FILM_SIDE, FILM_SIDE, grays.clone()).unwrap(),
            );
            // A negative is looked at as one only where the film is clearly one.
            prop_assume!(!negative || inverted.is_inverted());
            let mask = mask(grays).unwrap();
            let agreement = agreement(&mask, half_width, top);
            prop_assert!(agreement > 0.94, "{agreement}");
        }
    }

    #[test]
    fn a_black_frame_and_letters_in_the_air_are_outside() {
        let mut grays = phantom(0.36, 0.1, 20, 60, 200);
        for (idx, gray) in grays.iter_mut().enumerate() {
            let (x, y) = (idx % FILM_SIDE, idx / FILM_SIDE);
            if x < 6 || y < 6 || x >= FILM_SIDE - 6 || y >= FILM_SIDE - 6 {
                *gray = 0;
            } else if (8..12).contains(&x) && (30..36).contains(&y) {
                *gray = 255;
            }
        }
        let mask = mask(grays).unwrap();
        assert!(
            !mask.contains(0.02, 0.5) && !mask.contains(0.08, 0.26),
            "frame and letter"
        );
        assert!(
            mask.contains(0.5, 0.5) && mask.contains(0.3, 0.5),
            "spine and lung"
        );
    }

    #[test]
    fn air_within_a_white_frame_is_outside() {
        let mut grays = phantom(0.38, 0.12, 10, 60, 180);
        for (idx, gray) in grays.iter_mut().enumerate() {
            let (x, y) = (idx % FILM_SIDE, idx / FILM_SIDE);
            // All but one corner, where the frame is worn off: air is as dark as it is there.
            let frame = x < 4 || y < 4 || x >= FILM_SIDE - 4;
            if frame && (x > 20 || y > 20) {
                *gray = 255;
            }
        }
        let mask = mask(grays).unwrap();
        assert!(!mask.contains(0.93, 0.2) && !mask.contains(0.06, 0.6));
        assert!(mask.contains(0.5, 0.6));
    }

    #[test]
    fn where_nothing_tells_the_body_from_air_there_is_no_mask() {
        assert_eq!(mask(vec![90; FILM_SIDE * FILM_SIDE]), None, "flat");
        // Lungs that reach the border, on a film cropped to them.
        let lungs = (0..FILM_SIDE * FILM_SIDE).map(|idx| {
            let from_middle = (idx % FILM_SIDE).abs_diff(FILM_SIDE / 2);
            if from_middle > 8 { 20 } else { 200 }
        });
        assert_eq!(mask(lungs.collect()), None, "cropped");
        assert_eq!(
            mask(
                (0..FILM_SIDE * FILM_SIDE)
                    .map(|idx| (idx % 2 * 255) as u8)
                    .collect()
            ),
            None
        );
    }

    #[test]
    fn a_film_full_of_body_has_nothing_outside() {
        // Gray from 100 to 200, none of it air: all but the darkest corner is taken for the body.
        let grays = (0..FILM_SIDE * FILM_SIDE).map(|idx| {
            let diagonal = idx % FILM_SIDE + idx / FILM_SIDE;
            100 + (diagonal * 100 / (2 * FILM_SIDE)) as u8
        });
        let mask = mask(grays.collect()).unwrap();
        let n_outside = mask.cells().iter().filter(|inside| !**inside).count();
        assert!(n_outside < SIDE * SIDE / 12, "{n_outside}");
    }
}
