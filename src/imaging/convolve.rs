//! PIL's antialiased resizing of bytes (`Resample.c`), rounding included.
//!
//! Custom, since `fast_image_resize` treats pixels on the edge of a box differently: up to
//! 9 grays off. Rows come first, then columns, as in Pillow up to 12; Pillow 13 turns that round where
//! the height shrinks much more than the width, which changes what is clipped in between.

use super::GrayPicture;

/// Weights are in `1 / 2^22`.
const WEIGHT_BITS: u32 = 22;

/// A bell to weight neighbors with, in pixels of the smaller picture.
pub(super) struct Filter {
    /// Half its width.
    support: f64,
    weight: fn(f64) -> f64,
}

impl Filter {
    pub(super) const BOX: Self = Self {
        support: 0.5,
        weight: |x| if x > -0.5 && x <= 0.5 { 1.0 } else { 0.0 },
    };

    pub(super) const LANCZOS: Self = Self {
        support: 3.0,
        weight: |x| {
            if (-3.0..3.0).contains(&x) {
                sinc(x) * sinc(x / 3.0)
            } else {
                0.0
            }
        },
    };
}

fn sinc(x: f64) -> f64 {
    if x == 0.0 {
        return 1.0;
    }
    let x = x * std::f64::consts::PI;
    x.sin() / x
}

/// The grays of `source` at another size, sides of at least 1: rows first, then columns.
pub(super) fn convolved(
    source: &GrayPicture,
    width_px: usize,
    height_px: usize,
    filter: &Filter,
) -> Vec<u8> {
    let xs = windows(source.width_px(), width_px, filter);
    let ys = windows(source.height_px(), height_px, filter);
    let mut narrowed = Vec::with_capacity(width_px * source.height_px());
    for row in source.values().chunks_exact(source.width_px()) {
        for Window { first, weights } in &xs {
            let grays = row.get(*first..).unwrap_or_default().iter().zip(weights);
            let products = grays.map(|(&gray, &weight)| i32::from(gray) * weight);
            narrowed.push(rounded(products.sum()));
        }
    }
    let rows: Vec<&[u8]> = narrowed.chunks_exact(width_px).collect();
    let mut values = Vec::with_capacity(width_px * height_px);
    for Window { first, weights } in &ys {
        let mut sums = vec![0_i32; width_px];
        for (row, &weight) in rows.iter().skip(*first).zip(weights) {
            for (sum, &gray) in sums.iter_mut().zip(*row) {
                *sum += i32::from(gray) * weight;
            }
        }
        values.extend(sums.into_iter().map(rounded));
    }
    values
}

/// Sums fit, as in Pillow: the positive weights of a window are less than 2 together.
fn rounded(sum: i32) -> u8 {
    let half = 1 << (WEIGHT_BITS - 1);
    ((sum + half) >> WEIGHT_BITS).clamp(0, 255) as u8
}

/// Which pixels make up a new one.
struct Window {
    first: usize,
    weights: Vec<i32>,
}

fn windows(n_from: usize, n_to: usize, filter: &Filter) -> Vec<Window> {
    let step = n_from as f64 / n_to as f64;
    let spread = step.max(1.0);
    let support = filter.support * spread;
    let window = |idx: usize| {
        let center = (idx as f64 + 0.5) * step;
        // Casts stop at 0, as PIL's check does.
        let first = (center - support + 0.5) as usize;
        let end = ((center + support + 0.5) as usize).min(n_from);
        let weight = |n: usize| {
            // In PIL's order of operations: whether a pixel is on the edge of a box depends on the last bit.
            (filter.weight)(((n + first) as f64 - center + 0.5) * (1.0 / spread))
        };
        let weights: Vec<f64> = (0..end.saturating_sub(first)).map(weight).collect();
        let sum: f64 = weights.iter().sum();
        let fixed = |weight: f64| {
            let share = if sum == 0.0 { weight } else { weight / sum };
            (share * f64::from(1 << WEIGHT_BITS)).round() as i32
        };
        Window {
            first,
            weights: weights.into_iter().map(fixed).collect(),
        }
    };
    (0..n_to).map(window).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_bright_pixels_fit_whatever_the_sizes() {
        let sizes = [1, 2, 3, 4, 5, 7, 8, 31, 32, 33, 127, 128, 300, 4000];
        for filter in [Filter::BOX, Filter::LANCZOS] {
            for n_from in sizes {
                for n_to in sizes {
                    for window in windows(n_from, n_to, &filter) {
                        let positive = window.weights.iter().filter(|weight| **weight > 0);
                        let sum: i64 = positive.map(|&weight| i64::from(weight) * 255).sum();
                        let room = i64::from(i32::MAX) - (1 << (WEIGHT_BITS - 1));
                        assert!(sum <= room, "{n_from} to {n_to}: {sum}");
                    }
                }
            }
        }
    }
}
