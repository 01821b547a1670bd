//! Whether a chest film is shown the right way round: air dark, bone and heart bright.

use crate::domain::Film;

use super::GrayPicture;

/// Cells a side of the coarse picture that is compared.
const N_CELLS: usize = 8;

/// A schematic frontal chest film, left half, rows from the top; the right half mirrors it.
/// Tenths of a standard deviation, rounded from the mean of 1,692 NIH films.
const HALF_CHEST: [[f64; N_CELLS / 2]; N_CELLS] = [
    [-17.0, -15.0, -10.0, 1.0],
    [-4.0, -1.0, -5.0, -1.0],
    [1.0, 1.0, -8.0, -1.0],
    [0.0, 0.0, -7.0, 3.0],
    [-3.0, 0.0, -2.0, 7.0],
    [-5.0, 2.0, 5.0, 11.0],
    [-8.0, 5.0, 11.0, 14.0],
    [-8.0, 7.0, 13.0, 16.0],
];

/// Correlation beyond which the check decides. Of 2,266 NIH films none falls below 0 as it is, and
/// 26 (1.1 %) fall below this, so that many negatives would go unnoticed.
const DECISIVE: f64 = 0.35;

/// How far a picture resembles a frontal chest film with dark air: correlation in -1..=1.
///
/// Compares 8 x 8 cell means with a schematic chest; meaningless for other parts of the body.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Polarity(f64);

impl Polarity {
    /// Looks at the film as it is shown under its own window.
    ///
    /// For the decoder, which must know before the picture is settled; makes no picture of its own.
    pub fn of_film(film: &Film) -> Self {
        let table = film.gray_table(&film.default_window.voi);
        let gray = |value: u16| table.gray(value);
        Self::of_values(film.pixels.values(), film.pixels.width_px(), gray)
    }

    /// Looks at a picture; flat ones, and those under 8 pixels a side, give 0.
    pub fn of_picture(picture: &GrayPicture) -> Self {
        Self::of_values(picture.values(), picture.width_px(), |gray| gray)
    }

    fn of_values<T: Copy>(values: &[T], width_px: usize, gray: impl Fn(T) -> u8) -> Self {
        if width_px < N_CELLS || values.len() < width_px * N_CELLS {
            return Self(0.0);
        }
        let chest = HALF_CHEST
            .iter()
            .flat_map(|row| row.iter().chain(row.iter().rev()));
        let means = cell_means(values, width_px, gray);
        Self(correlation(chest.copied().collect(), means))
    }

    /// The correlation itself.
    pub fn correlation(self) -> f64 {
        self.0
    }

    /// Clearly a chest film with bright air.
    pub fn is_inverted(self) -> bool {
        self.0 < -DECISIVE
    }
}

fn cell_means<T: Copy>(values: &[T], width_px: usize, gray: impl Fn(T) -> u8) -> Vec<f64> {
    let height_px = values.len() / width_px;
    let mut sums = [[(0_u64, 0_u64); N_CELLS]; N_CELLS];
    for (y, row) in values.chunks_exact(width_px).enumerate() {
        let Some(cells) = sums.get_mut(y * N_CELLS / height_px) else {
            continue;
        };
        // Pixel x is in cell `x * N_CELLS / width_px`.
        let first = |cell: usize| (cell * width_px).div_ceil(N_CELLS);
        for (cell, (sum, n)) in cells.iter_mut().enumerate() {
            let values = row.get(first(cell)..first(cell + 1)).unwrap_or_default();
            let grays = values.iter().map(|&value| u32::from(gray(value)));
            *sum += u64::from(grays.sum::<u32>());
            *n += values.len() as u64;
        }
    }
    let mean = |&(sum, n): &(u64, u64)| sum as f64 / n.max(1) as f64;
    sums.iter().flatten().map(mean).collect()
}

/// Pearson's; 0 where one side does not vary.
fn correlation(mut xs: Vec<f64>, mut ys: Vec<f64>) -> f64 {
    for values in [&mut xs, &mut ys] {
        let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
        for value in values.iter_mut() {
            *value -= mean;
        }
    }
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    let norm = (dot(&xs, &xs) * dot(&ys, &ys)).sqrt();
    if norm > 0.0 {
        dot(&xs, &ys) / norm
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imaging::samples;

    /// Two dark lungs and dark corners in a bright body.
    fn phantom() -> Vec<u8> {
        let pixel = |idx: usize| {
            let (x, y) = (idx % 64, idx / 64);
            let lung = (10..48).contains(&y) && ((12..26).contains(&x) || (38..52).contains(&x));
            let corner = y < 8 && !(24..40).contains(&x);
            if lung || corner { 40 } else { 120 + y as u8 }
        };
        (0..64 * 64).map(pixel).collect()
    }

    fn polarity(grays: Vec<u8>, width_px: usize) -> Polarity {
        let height_px = grays.len() / width_px;
        Polarity::of_picture(&GrayPicture::new(width_px, height_px, grays).unwrap())
    }

    #[test]
    fn a_phantom_is_upright_and_its_negative_is_inverted() {
        let negative: Vec<u8> = phantom().iter().map(|gray| 255 - gray).collect();
        let (upright, negative) = (polarity(phantom(), 64), polarity(negative, 64));
        assert!(upright.correlation() > DECISIVE && !upright.is_inverted());
        assert!(negative.is_inverted());
        assert!((upright.correlation() + negative.correlation()).abs() < 1e-9);
    }

    #[test]
    fn flat_and_tiny_pictures_are_undecided() {
        for (grays, width_px) in [(vec![7; 100], 10), (vec![7], 1), (vec![0, 255], 2)] {
            assert_eq!(polarity(grays, width_px), Polarity(0.0));
        }
    }

    #[test]
    fn a_film_and_its_picture_are_of_one_polarity() {
        let values = phantom().into_iter().map(|gray| u16::from(gray) * 257);
        let mut film = samples::gray_film(values.collect(), 64);
        for _ in 0..2 {
            let picture = GrayPicture::of_film(&film);
            assert_eq!(Polarity::of_film(&film), Polarity::of_picture(&picture));
            film.inverted = !film.inverted;
        }
    }
}
