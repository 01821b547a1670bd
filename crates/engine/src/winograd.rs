//! 3x3 convolutions as Winograd F(4x4, 3x3): 36 products a tile of 16 outputs instead of 144.
//!
//! A map is cut into tiles of 4x4. Each 6x6 neighborhood `d` becomes `Bᵀ d B`, each kernel `g`
//! becomes `G g Gᵀ`; multiplied place by place and summed over input channels this gives `m`, and
//! `Aᵀ m A` is the tile's output (Lavin and Gray, "Fast algorithms for convolutional neural
//! networks", 2015). The 36 places are 36 planes, so the sums over channels are 36 matrix products.
//! Interpolation points are 0, ±1, ±2, ∞; with f32 the error stays near 1e-6 of the range.

use super::ahead::Fetch;
use super::buffer::Buffer;
use super::gemm::{Epilogue, PanelWidth, Panels, Pixels, Store, add_outer_products, multiply};
use super::instruction_set::InstructionSet;
use super::lane::Lane;

/// Outputs along one side of a tile.
pub(super) const TILE: usize = 4;
/// Inputs along one side of a tile.
const PATCH: usize = TILE + 2;
/// Places in a patch, each a matrix product of its own.
pub(super) const N_PLANES: usize = PATCH * PATCH;
/// Keeps the planes of power-of-two maps from falling on the same sets of the first cache.
const PLANE_GAP: usize = 16;

/// The tiles of a strip of `rows` by `width` outputs, both multiples of [`TILE`].
#[derive(Clone, Copy, Debug)]
pub(super) struct TileGrid {
    pub rows: usize,
    pub width: usize,
}

impl TileGrid {
    pub const fn n_tiles(self) -> usize {
        self.rows * self.width / (TILE * TILE)
    }

    /// Values from one plane to the next.
    const fn plane_stride(self, channels: usize) -> usize {
        self.n_tiles() * channels + PLANE_GAP
    }

    /// Values of all planes of a strip.
    pub const fn planes_len(self, channels: usize) -> usize {
        N_PLANES * self.plane_stride(channels)
    }

    /// Values of the strip with a border of one pixel on every side.
    pub const fn padded_len(self, channels: usize) -> usize {
        (self.rows + 2) * (self.width + 2) * channels
    }

    /// The upper left pixel of `tile` in rows of `row_len` pixels.
    #[inline(always)]
    const fn first_pixel(self, tile: usize, row_len: usize) -> usize {
        let tiles_per_row = self.width / TILE;
        (tile / tiles_per_row * row_len + tile % tiles_per_row) * TILE
    }
}

/// The transformed kernels of one convolution: a set of [`Panels`] for each plane.
pub(super) struct KernelPlanes {
    values: Buffer,
    channels: usize,
}

impl KernelPlanes {
    pub fn zeros(channels: usize) -> Self {
        Self {
            values: Buffer::zeros(N_PLANES * channels * channels),
            channels,
        }
    }

    /// Transforms and packs `kernel(input, output)`, rows first.
    pub fn fill(&mut self, set: InstructionSet, kernel: impl Fn(usize, usize) -> [[f32; 3]; 3]) {
        let channels = self.channels;
        let position = Panels::positions(set, Self::width(channels), channels);
        let values = self.values.as_mut_slice();
        for output in 0..channels {
            for input in 0..channels {
                let patch = transform_kernel(kernel(input, output));
                let at = position(input, output);
                for (plane, value) in patch.into_iter().flatten().enumerate() {
                    values[plane * channels * channels + at] = value;
                }
            }
        }
    }

    fn width(channels: usize) -> PanelWidth {
        PanelWidth::for_outputs(channels)
    }

    fn plane(&self, plane: usize) -> &[f32] {
        let len = self.channels * self.channels;
        &self.values.as_slice()[plane * len..(plane + 1) * len]
    }
}

/// `G g Gᵀ`, computed in `f64` so that only the result is rounded.
fn transform_kernel(kernel: [[f32; 3]; 3]) -> [[f32; PATCH]; PATCH] {
    // Rows of G: (1/4, 0, 0), (-1/6, ∓1/6, -1/6), (1/24, ±1/12, 1/6), (0, 0, 1).
    let expand = |a: f64, b: f64, c: f64| {
        let (even, wide) = (a + c, a / 4.0 + c);
        [
            a / 4.0,
            (even + b) / -6.0,
            (even - b) / -6.0,
            (wide + b / 2.0) / 6.0,
            (wide - b / 2.0) / 6.0,
            c,
        ]
    };
    let columns = [0, 1, 2].map(|j| {
        expand(
            f64::from(kernel[0][j]),
            f64::from(kernel[1][j]),
            f64::from(kernel[2][j]),
        )
    });
    [0, 1, 2, 3, 4, 5]
        .map(|i| expand(columns[0][i], columns[1][i], columns[2][i]).map(|value| value as f32))
}

/// `Gᵀ u G`: the gradient of a kernel from that of its transform.
pub(super) fn kernel_gradient(patch: [[f32; PATCH]; PATCH]) -> [[f32; 3]; 3] {
    let fold = |u: [f64; PATCH]| {
        let (near, far) = (u[1] + u[2], u[3] + u[4]);
        [
            u[0] / 4.0 - near / 6.0 + far / 24.0,
            (u[2] - u[1]) / 6.0 + (u[3] - u[4]) / 12.0,
            (far - near) / 6.0 + u[5],
        ]
    };
    let columns =
        [0, 1, 2, 3, 4, 5].map(|j| fold([0, 1, 2, 3, 4, 5].map(|i| f64::from(patch[i][j]))));
    [0, 1, 2].map(|i| fold([0, 1, 2, 3, 4, 5].map(|j| columns[j][i])).map(|value| value as f32))
}

/// `Bᵀ d`.
#[inline(always)]
unsafe fn input_column<L: Lane>(d: [L; PATCH]) -> [L; PATCH] {
    // SAFETY: the caller has the instructions.
    unsafe {
        let (four, minus_four, minus_five) = (L::splat(4.0), L::splat(-4.0), L::splat(-5.0));
        let even = d[2].mul_add(minus_four, d[4]);
        let odd = d[1].mul_add(minus_four, d[3]);
        let wide_even = d[4].sub(d[2]);
        let wide_odd = L::splat(2.0).mul(d[3].sub(d[1]));
        [
            d[0].mul_add(four, d[2].mul_add(minus_five, d[4])),
            even.add(odd),
            even.sub(odd),
            wide_even.add(wide_odd),
            wide_even.sub(wide_odd),
            d[1].mul_add(four, d[3].mul_add(minus_five, d[5])),
        ]
    }
}

/// `Aᵀ m`.
#[inline(always)]
unsafe fn output_column<L: Lane>(m: [L; PATCH]) -> [L; TILE] {
    // SAFETY: the caller has the instructions.
    unsafe {
        let (near_sum, near_diff) = (m[1].add(m[2]), m[1].sub(m[2]));
        let (far_sum, far_diff) = (m[3].add(m[4]), m[3].sub(m[4]));
        [
            m[0].add(near_sum.add(far_sum)),
            far_diff.mul_add(L::splat(2.0), near_diff),
            far_sum.mul_add(L::splat(4.0), near_sum),
            m[5].add(far_diff.mul_add(L::splat(8.0), near_diff)),
        ]
    }
}

/// `A y`: what [`output_column`] does, turned round.
#[inline(always)]
unsafe fn gradient_column<L: Lane>(y: [L; TILE]) -> [L; PATCH] {
    // SAFETY: the caller has the instructions.
    unsafe {
        let (even, odd) = (y[0].add(y[2]), y[1].add(y[3]));
        let wide_even = y[2].mul_add(L::splat(4.0), y[0]);
        let wide_odd = y[3].mul_add(L::splat(8.0), y[1].mul(L::splat(2.0)));
        [
            y[0],
            even.add(odd),
            even.sub(odd),
            wide_even.add(wide_odd),
            wide_even.sub(wide_odd),
            y[3],
        ]
    }
}

/// Cuts a strip with its border into planes of transformed patches.
///
/// # Safety
/// The processor has the instructions of `L`; `padded` holds [`TileGrid::padded_len`] values,
/// `planes` at least [`TileGrid::planes_len`].
#[inline(always)]
pub(super) unsafe fn transform_input<L: Lane, const C: usize>(
    grid: TileGrid,
    padded: &[f32],
    planes: &mut [f32],
) {
    debug_assert_eq!(padded.len(), grid.padded_len(C));
    let (row_len, plane_stride) = (grid.width + 2, grid.plane_stride(C));
    // No closures where lanes are: one that is not inlined loses its instructions.
    for tile in 0..grid.n_tiles() {
        let pixel = grid.first_pixel(tile, row_len);
        for channel in (0..C).step_by(L::WIDTH) {
            // SAFETY: every patch lies inside the border, every tile inside its plane.
            unsafe {
                let mut columns = [[L::splat(0.0); PATCH]; PATCH];
                for (j, column) in columns.iter_mut().enumerate() {
                    let mut d = [L::splat(0.0); PATCH];
                    for (i, value) in d.iter_mut().enumerate() {
                        *value = L::load(padded, (pixel + i * row_len + j) * C + channel);
                    }
                    *column = input_column(d);
                }
                for i in 0..PATCH {
                    let mut row = [L::splat(0.0); PATCH];
                    for (value, column) in row.iter_mut().zip(&columns) {
                        *value = column[i];
                    }
                    for (j, &value) in input_column(row).iter().enumerate() {
                        let plane = i * PATCH + j;
                        value.store(planes, plane * plane_stride + tile * C + channel);
                    }
                }
            }
        }
    }
}

/// Fetches the plane after `plane` of a set of kernels that the second cache cannot hold.
#[inline(always)]
fn next_plane<const C: usize>(plane: &[f32]) -> Option<Fetch<1>> {
    const SECOND_CACHE: usize = 1 << 20;
    (N_PLANES * C * C * size_of::<f32>() > SECOND_CACHE).then(|| Fetch::after([plane]))
}

/// Multiplies each plane by its kernels.
///
/// # Safety
/// As for [`transform_input`]; `kernels` were packed for `L` and have `C` channels.
#[inline(always)]
pub(super) unsafe fn multiply_planes<L: Lane, const C: usize>(
    grid: TileGrid,
    kernels: &KernelPlanes,
    planes: &[f32],
    products: &mut [f32],
) {
    debug_assert_eq!(kernels.channels, C);
    let stride = grid.plane_stride(C);
    let len = grid.n_tiles() * C;
    for plane in 0..N_PLANES {
        let range = plane * stride..plane * stride + len;
        let source = [&planes[range.clone()]];
        let pixels = Pixels {
            sources: &source,
            stride: C,
            n: grid.n_tiles(),
        };
        let mut store = Store {
            to: &mut products[range],
            stride: C,
        };
        let width = KernelPlanes::width(C);
        let mut ahead = next_plane::<C>(kernels.plane(plane));
        // SAFETY: passed on from the caller.
        unsafe {
            multiply::<L, C>(
                pixels,
                kernels.plane(plane),
                width,
                C,
                &mut store,
                &mut ahead,
            );
        }
    }
}

/// Gives the outputs of a strip, pixel after pixel, to `epilogue`, added to what it starts from.
///
/// # Safety
/// As for [`transform_input`]; `epilogue` takes the strip's pixels.
#[inline(always)]
pub(super) unsafe fn transform_output<L: Lane, const C: usize>(
    grid: TileGrid,
    products: &[f32],
    epilogue: &mut impl Epilogue<L>,
) {
    let plane_stride = grid.plane_stride(C);
    for tile in 0..grid.n_tiles() {
        let pixel = grid.first_pixel(tile, grid.width);
        for channel in (0..C).step_by(L::WIDTH) {
            // SAFETY: every tile lies inside its plane and inside the strip.
            unsafe {
                let mut columns = [[L::splat(0.0); TILE]; PATCH];
                for (j, column) in columns.iter_mut().enumerate() {
                    let mut m = [L::splat(0.0); PATCH];
                    for (i, value) in m.iter_mut().enumerate() {
                        let plane = i * PATCH + j;
                        *value = L::load(products, plane * plane_stride + tile * C + channel);
                    }
                    *column = output_column(m);
                }
                for i in 0..TILE {
                    let mut row = [L::splat(0.0); PATCH];
                    for (value, column) in row.iter_mut().zip(&columns) {
                        *value = column[i];
                    }
                    for (j, &value) in output_column(row).iter().enumerate() {
                        let pixel = pixel + i * grid.width + j;
                        let sum = value.add(epilogue.start(pixel, channel));
                        epilogue.finish(pixel, channel, sum);
                    }
                }
            }
        }
    }
}

/// Cuts the gradient of a strip's outputs, stored with a border, into planes: `A y Aᵀ`.
///
/// # Safety
/// As for [`transform_input`].
#[inline(always)]
pub(super) unsafe fn transform_gradient<L: Lane, const C: usize>(
    grid: TileGrid,
    padded: &[f32],
    planes: &mut [f32],
) {
    debug_assert_eq!(padded.len(), grid.padded_len(C));
    let (row_len, plane_stride) = (grid.width + 2, grid.plane_stride(C));
    for tile in 0..grid.n_tiles() {
        let first = grid.first_pixel(tile, row_len) + row_len + 1;
        for channel in (0..C).step_by(L::WIDTH) {
            // SAFETY: every tile lies inside the border and inside its plane.
            unsafe {
                let mut columns = [[L::splat(0.0); PATCH]; TILE];
                for (j, column) in columns.iter_mut().enumerate() {
                    let mut y = [L::splat(0.0); TILE];
                    for (i, value) in y.iter_mut().enumerate() {
                        *value = L::load(padded, (first + i * row_len + j) * C + channel);
                    }
                    *column = gradient_column(y);
                }
                for i in 0..PATCH {
                    let mut row = [L::splat(0.0); TILE];
                    for (value, column) in row.iter_mut().zip(&columns) {
                        *value = column[i];
                    }
                    for (j, &value) in gradient_column(row).iter().enumerate() {
                        let plane = i * PATCH + j;
                        value.store(planes, plane * plane_stride + tile * C + channel);
                    }
                }
            }
        }
    }
}

/// Adds to the gradients of the transformed kernels, `[plane][input][output]`.
///
/// # Safety
/// As for [`transform_input`]; `sums` holds `N_PLANES * C * C` values.
#[inline(always)]
pub(super) unsafe fn add_kernel_gradients<L: Lane, const C: usize>(
    grid: TileGrid,
    inputs: &[f32],
    gradients: &[f32],
    sums: &mut [f32],
) {
    let stride = grid.plane_stride(C);
    let len = grid.n_tiles() * C;
    for (plane, sums) in sums.chunks_exact_mut(C * C).enumerate() {
        let range = plane * stride..plane * stride + len;
        let (left, right) = (&inputs[range.clone()], &gradients[range]);
        let mut ahead = next_plane::<C>(sums);
        // SAFETY: passed on from the caller.
        unsafe { add_outer_products::<L>(left, C, right, C, sums, &mut ahead) };
    }
}
