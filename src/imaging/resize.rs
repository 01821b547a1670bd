//! 8-bit gray pictures of another size, as the network's training saw them made.

use serde::{Deserialize, Serialize};

use super::convolve::{Filter, convolved};
use crate::domain::Film;

/// Interpolation for resizing an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Interpolation {
    /// The pixel under the center of each new one: PIL's `NEAREST`, what Keras' generators use.
    Nearest,
    /// Two by two neighbors, without antialiasing: `INTER_LINEAR` of `OpenCV`.
    Bilinear,
    /// The mean of what each new pixel covers: PIL's `BOX`.
    Area,
    /// Antialiased with three lobes: PIL's `LANCZOS`.
    Lanczos,
}

/// An 8-bit gray picture, row by row, at least one pixel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrayPicture {
    width_px: usize,
    height_px: usize,
    values: Vec<u8>,
}

impl GrayPicture {
    /// Takes `width_px * height_px` grays; `None` when there are none, or more or fewer.
    pub fn new(width_px: usize, height_px: usize, values: Vec<u8>) -> Option<Self> {
        let fits = width_px.checked_mul(height_px) == Some(values.len()) && !values.is_empty();
        fits.then_some(Self {
            width_px,
            height_px,
            values,
        })
    }

    /// The film as 8-bit gray under the file's own window.
    pub fn of_film(film: &Film) -> Self {
        Self {
            width_px: film.pixels.width_px(),
            height_px: film.pixels.height_px(),
            values: film.gray_8bit(),
        }
    }

    /// This picture, made smaller if one of its sides is longer than that.
    #[must_use]
    pub fn within(&self, max_side_px: usize) -> Self {
        let longest = self.width_px.max(self.height_px);
        if longest <= max_side_px {
            return self.clone();
        }
        let shrunk = |side: usize| side * max_side_px / longest;
        self.resized(
            shrunk(self.width_px),
            shrunk(self.height_px),
            Interpolation::Area,
        )
    }

    /// At least 1.
    pub fn width_px(&self) -> usize {
        self.width_px
    }

    /// At least 1.
    pub fn height_px(&self) -> usize {
        self.height_px
    }

    /// Row by row from the top left; 0 is black.
    pub fn values(&self) -> &[u8] {
        &self.values
    }

    /// This picture at another size; sides of 0 are taken as 1.
    #[must_use]
    pub fn resized(&self, width_px: usize, height_px: usize, by: Interpolation) -> Self {
        let (width_px, height_px) = (width_px.max(1), height_px.max(1));
        if (width_px, height_px) == (self.width_px, self.height_px) {
            return self.clone();
        }
        let values = match by {
            Interpolation::Nearest => nearest(self, width_px, height_px),
            Interpolation::Bilinear => bilinear(self, width_px, height_px),
            Interpolation::Area => convolved(self, width_px, height_px, &Filter::BOX),
            Interpolation::Lanczos => convolved(self, width_px, height_px, &Filter::LANCZOS),
        };
        Self {
            width_px,
            height_px,
            values,
        }
    }

    fn rows(&self) -> Vec<&[u8]> {
        self.values.chunks_exact(self.width_px).collect()
    }
}

fn nearest(source: &GrayPicture, width_px: usize, height_px: usize) -> Vec<u8> {
    let xs = nearest_indices(source.width_px, width_px);
    let ys = nearest_indices(source.height_px, height_px);
    let rows = source.rows();
    let rows = ys.iter().filter_map(|&y| rows.get(y));
    rows.flat_map(|row| xs.iter().filter_map(|&x| row.get(x).copied()))
        .collect()
}

/// PIL adds up the step instead of multiplying (`ImagingScaleAffine`), and so do we.
fn nearest_indices(n_from: usize, n_to: usize) -> Vec<usize> {
    let step = n_from as f64 / n_to as f64;
    let mut position = step * 0.5;
    let mut next = || {
        let idx = (position as usize).min(n_from - 1);
        position += step;
        idx
    };
    (0..n_to).map(|_| next()).collect()
}

/// The arithmetic of `OpenCV` on bytes: weights of 11 bits, rows and columns one after the other.
fn bilinear(source: &GrayPicture, width_px: usize, height_px: usize) -> Vec<u8> {
    // OpenCV takes the mean of four where the size is exactly halved.
    if source.width_px == 2 * width_px && source.height_px == 2 * height_px {
        return halved(source);
    }
    let xs = taps(source.width_px, width_px);
    let ys = taps(source.height_px, height_px);
    let at = |row: &[u8], x: usize| i32::from(row.get(x).copied().unwrap_or_default());
    let across = |row: &[u8]| -> Vec<i32> {
        let sum =
            |tap: &Tap| at(row, tap.first) * tap.weights.0 + at(row, tap.second) * tap.weights.1;
        xs.iter().map(sum).collect()
    };
    let rows = source.rows();
    let mut values = Vec::with_capacity(width_px * height_px);
    for Tap {
        first,
        second,
        weights,
    } in ys
    {
        let (Some(upper), Some(lower)) = (rows.get(first), rows.get(second)) else {
            continue;
        };
        for (upper, lower) in across(upper).into_iter().zip(across(lower)) {
            let sum = ((weights.0 * (upper >> 4)) >> 16) + ((weights.1 * (lower >> 4)) >> 16);
            values.push(((sum + 2) >> 2).clamp(0, 255) as u8);
        }
    }
    values
}

fn halved(source: &GrayPicture) -> Vec<u8> {
    let mut values = Vec::with_capacity(source.values.len() / 4);
    for pair in source.values.chunks_exact(2 * source.width_px) {
        let (upper, lower) = pair.split_at(source.width_px);
        for (upper, lower) in upper.chunks_exact(2).zip(lower.chunks_exact(2)) {
            let sum: u16 = upper.iter().chain(lower).map(|&gray| u16::from(gray)).sum();
            values.push(((sum + 2) >> 2) as u8);
        }
    }
    values
}

/// Two neighbors and what each counts, in parts of 2048.
struct Tap {
    first: usize,
    second: usize,
    weights: (i32, i32),
}

fn taps(n_from: usize, n_to: usize) -> Vec<Tap> {
    let step = 1.0 / (n_to as f64 / n_from as f64);
    let tap = |idx: usize| {
        let position = ((idx as f64 + 0.5) * step - 0.5) as f32;
        let floor = position.floor();
        let (first, share) = if position < 0.0 {
            (0, 0.0)
        } else {
            (floor as usize, position - floor)
        };
        let (first, share) = if first >= n_from - 1 {
            (n_from - 1, 0.0)
        } else {
            (first, share)
        };
        let fixed = |weight: f32| (weight * 2048.0).round_ties_even() as i32;
        Tap {
            first,
            second: (first + 1).min(n_from - 1),
            weights: (fixed(1.0 - share), fixed(share)),
        }
    };
    (0..n_to).map(tap).collect()
}
