//! Whether a chest film is shown the right way round: air dark, bone and heart bright.

use crate::domain::Film;

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
    /// Warning about a film that looks inverted and is shown unchanged.
    pub const WARNING: &'static str =
        "This film looks inverted: air is bright. The file does not say so; nothing was changed.";

    /// Looks at the film as it is shown under its own window.
    pub fn of(film: &Film) -> Self {
        Self::of_gray(&film.gray_8bit(), film.pixels.width_px())
    }

    /// Looks at 8-bit gray, row by row; flat pictures, and those under 8 pixels a side, give 0.
    pub fn of_gray(gray: &[u8], width_px: usize) -> Self {
        if width_px < N_CELLS || gray.len() < width_px * N_CELLS {
            return Self(0.0);
        }
        let chest = HALF_CHEST
            .iter()
            .flat_map(|row| row.iter().chain(row.iter().rev()));
        Self(correlation(
            chest.copied().collect(),
            cell_means(gray, width_px),
        ))
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

fn cell_means(gray: &[u8], width_px: usize) -> Vec<f64> {
    let height_px = gray.len() / width_px;
    let mut sums = [[(0_u64, 0_u64); N_CELLS]; N_CELLS];
    for (y, row) in gray.chunks_exact(width_px).enumerate() {
        let Some(cells) = sums.get_mut(y * N_CELLS / height_px) else {
            continue;
        };
        for (x, &value) in row.iter().enumerate() {
            if let Some((sum, n)) = cells.get_mut(x * N_CELLS / width_px) {
                *sum += u64::from(value);
                *n += 1;
            }
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

    #[test]
    fn a_phantom_is_upright_and_its_negative_is_inverted() {
        let upright = phantom();
        let negative: Vec<u8> = upright.iter().map(|gray| 255 - gray).collect();
        let (upright, negative) = (
            Polarity::of_gray(&upright, 64),
            Polarity::of_gray(&negative, 64),
        );
        assert!(upright.correlation() > DECISIVE && !upright.is_inverted());
        assert!(negative.is_inverted());
        assert!((upright.correlation() + negative.correlation()).abs() < 1e-9);
    }

    #[test]
    fn flat_and_tiny_pictures_are_undecided() {
        for (gray, width_px) in [(&[7; 100][..], 10), (&[7], 1), (&[], 0), (&[0, 255], 2)] {
            assert_eq!(Polarity::of_gray(gray, width_px), Polarity(0.0));
        }
    }
}
