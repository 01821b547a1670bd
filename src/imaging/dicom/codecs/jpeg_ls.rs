//! JPEG-LS (ITU-T T.87), lossless and near-lossless.

use super::huffman::Result;
use super::jpeg_ls_bits::Bits;
use super::{Decoded, check_stream, codec_error};
use crate::imaging::dicom::DicomError;
use crate::imaging::dicom::header::Header;
use crate::imaging::jpeg_stream::{FrameHeader, Segment, segments};

/// Bits of the length of a run by its index (A.2.1).
const RUN_BITS: [u32; 32] = [
    0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 9, 10, 11, 12, 13,
    14, 15,
];

/// Decodes a stream.
pub(super) fn decode(stream: &[u8], header: &Header) -> std::result::Result<Decoded, DicomError> {
    let frame = FrameHeader::of(stream).filter(|frame| frame.marker == 0xF7);
    let frame = frame.ok_or_else(|| codec_error("JPEG-LS", "it has no frame header"))?;
    let size = (u32::from(frame.width_px), u32::from(frame.height_px));
    check_stream(size, u16::from(frame.n_components), frame.precision, header)?;
    let samples = samples(stream, frame).map_err(|cause| codec_error("JPEG-LS", cause))?;
    let is_near = |segment: Segment<'_>| {
        // Behind the components, of two bytes each.
        let n = segment.payload.first().copied().unwrap_or_default();
        segment.payload.get(1 + 2 * usize::from(n)) != Some(&0)
    };
    Ok(Decoded {
        samples,
        precision: u16::from(frame.precision),
        ybr: None,
        lossy: segments(stream).any(|segment| segment.marker == 0xDA && is_near(segment)),
    })
}

fn samples(stream: &[u8], frame: FrameHeader) -> Result<Vec<u16>> {
    let width = usize::from(frame.width_px);
    let n_channels = usize::from(frame.n_components);
    let mut samples = vec![0; width * usize::from(frame.height_px) * n_channels];
    let mut preset = [0_i32; 5];
    let mut n_decoded = 0;
    let mut n_frames = 0;
    for segment in segments(stream) {
        match (segment.marker, segment.payload) {
            (0xF7, _) => n_frames += 1,
            (0xF8, [1, values @ ..]) => {
                let (values, _) = values.as_chunks::<2>();
                for (target, &value) in preset.iter_mut().zip(values) {
                    *target = i32::from(u16::from_be_bytes(value));
                }
            }
            (0xF8, _) => return Err("palettes and extensions are not supported"),
            (0xDD, payload) if payload.iter().any(|&byte| byte != 0) => {
                return Err("restart markers are not supported");
            }
            (0xDA, _) => {
                let n_left = n_channels - n_decoded;
                n_decoded += scan(segment, frame, preset, (n_decoded, n_left), &mut samples)?;
            }
            _ => {}
        }
    }
    if n_decoded == n_channels && n_frames == 1 {
        Ok(samples)
    } else {
        Err("expected one frame with a scan for each component")
    }
}

/// Decodes a scan into the channels from `first` on; returns how many it had.
fn scan(
    segment: Segment<'_>,
    frame: FrameHeader,
    preset: [i32; 5],
    (first, n_left): (usize, usize),
    samples: &mut [u16],
) -> Result<usize> {
    let (&n, rest) = segment
        .payload
        .split_first()
        .ok_or("scan header breaks off")?;
    let n = usize::from(n);
    let [near, interleave, transform, ..] = *rest.get(2 * n..).unwrap_or_default() else {
        return Err("scan header breaks off");
    };
    if n == 0 || n > n_left || transform != 0 || (n > 1 && !matches!(interleave, 1 | 2)) {
        return Err("scan of a kind that is not supported");
    }
    let width = usize::from(frame.width_px);
    let n_channels = usize::from(frame.n_components);
    let mut coder = Coder::new(segment.scan, preset, i32::from(near), frame.precision, n)?;
    // A border of one at the left, of one at the right.
    let mut above = vec![vec![0; width + 2]; n];
    let mut lines = above.clone();
    for target in samples.chunks_exact_mut(width * n_channels) {
        for (line, above) in lines.iter_mut().zip(&mut above) {
            std::mem::swap(line, above);
            let (start, end) = (at(above, 1), at(above, width));
            put(above, width + 1, end);
            put(line, 0, start);
        }
        if interleave == 2 && n > 1 {
            coder.line_of_pixels(&mut lines, &above)?;
        } else {
            for (idx, (line, above)) in lines.iter_mut().zip(&above).enumerate() {
                coder.line(idx, line, above)?;
            }
        }
        for (channel, line) in lines.iter().enumerate() {
            let targets = target.iter_mut().skip(first + channel).step_by(n_channels);
            for (target, &value) in targets.zip(line.iter().skip(1)) {
                *target = value as u16;
            }
        }
    }
    Ok(n)
}

fn at(line: &[i32], x: usize) -> i32 {
    line.get(x).copied().unwrap_or_default()
}

fn put(line: &mut [i32], x: usize, value: i32) {
    if let Some(target) = line.get_mut(x) {
        *target = value;
    }
}

/// Statistics of one context (A.2).
#[derive(Clone, Copy)]
struct Context {
    /// Sum of the sizes of the errors.
    a: i32,
    /// Sum of the errors.
    b: i32,
    /// Correction of the prediction.
    c: i32,
    /// How many there were.
    n: i32,
    /// How many were negative; in run mode only.
    n_negative: i32,
}

impl Context {
    /// Bits that a Golomb code leaves uncoded (A.5.1), for a sum of errors.
    fn k(&self, sum: i32) -> u32 {
        let mut k = 0;
        while k < 24 && (self.n << k) < sum {
            k += 1;
        }
        k
    }
}

/// Parameters and state of a scan.
struct Coder<'a> {
    bits: Bits<'a>,
    max: i32,
    near: i32,
    thresholds: [i32; 3],
    reset: i32,
    range: i32,
    n_range_bits: u32,
    limit: u32,
    contexts: Vec<Context>,
    run_contexts: [Context; 2],
    /// By component.
    run_idxs: Vec<usize>,
}

/// The three neighbors that predict, and the one above to the right.
struct Neighbors {
    left: i32,
    above: i32,
    diagonal: i32,
    right: i32,
}

impl Neighbors {
    /// Of the sample at `x`, counted from 0 without the border.
    fn of(line: &[i32], above: &[i32], x: usize) -> Self {
        Self {
            left: at(line, x),
            above: at(above, x + 1),
            diagonal: at(above, x),
            right: at(above, x + 2),
        }
    }

    fn gradients(&self) -> [i32; 3] {
        [
            self.right - self.above,
            self.above - self.diagonal,
            self.diagonal - self.left,
        ]
    }

    /// The median edge detector (A.4.1).
    fn predict(&self) -> i32 {
        let (low, high) = (self.left.min(self.above), self.left.max(self.above));
        if self.diagonal >= high {
            low
        } else if self.diagonal <= low {
            high
        } else {
            self.left + self.above - self.diagonal
        }
    }
}

impl<'a> Coder<'a> {
    fn new(
        data: &'a [u8],
        [max, t1, t2, t3, reset]: [i32; 5],
        near: i32,
        precision: u8,
        n_components: usize,
    ) -> Result<Self> {
        let full = (1 << precision) - 1;
        let max = if max == 0 { full } else { max };
        let reset = if reset == 0 { 64 } else { reset };
        if max > full || near > 255.min(max / 2) || reset < 3 {
            return Err("parameters out of range");
        }
        let step = 2 * near + 1;
        let range = (max + 2 * near) / step + 1;
        let n_bits = |n: i32| i32::BITS - (n - 1).leading_zeros();
        let n_max_bits = n_bits(max + 1).max(2);
        let defaults = default_thresholds(max, near);
        let mut thresholds = [t1, t2, t3];
        for (threshold, default) in thresholds.iter_mut().zip(defaults) {
            if *threshold == 0 {
                *threshold = default;
            }
        }
        let context = Context {
            a: ((range + 32) / 64).max(2),
            b: 0,
            c: 0,
            n: 1,
            n_negative: 0,
        };
        Ok(Self {
            bits: Bits::new(data),
            max,
            near,
            thresholds,
            reset,
            range,
            n_range_bits: n_bits(range),
            limit: 2 * (n_max_bits + n_max_bits.max(8)),
            contexts: vec![context; 365],
            run_contexts: [context; 2],
            run_idxs: vec![0; n_components],
        })
    }

    /// One line of one component.
    fn line(&mut self, component: usize, line: &mut [i32], above: &[i32]) -> Result<()> {
        let width = line.len() - 2;
        let mut x = 0;
        while x < width {
            let neighbors = Neighbors::of(line, above, x);
            if !self.is_flat(&neighbors) {
                let value = self.regular(&neighbors)?;
                put(line, x + 1, value);
                x += 1;
                continue;
            }
            let n = self.run_length(component, width - x)?;
            for target in line.iter_mut().skip(x + 1).take(n) {
                *target = neighbors.left;
            }
            x += n;
            if x < width {
                let value = self.interruption(component, neighbors.left, at(above, x + 1))?;
                put(line, x + 1, value);
                self.end_run(component);
                x += 1;
            }
        }
        Ok(())
    }

    /// One line of all components, pixel by pixel (interleave mode 2).
    fn line_of_pixels(&mut self, lines: &mut [Vec<i32>], above: &[Vec<i32>]) -> Result<()> {
        let width = lines.first().map_or(0, |line| line.len() - 2);
        let mut x = 0;
        while x < width {
            let neighbors = lines.iter().zip(above);
            let neighbors: Vec<_> = neighbors.map(|(l, a)| Neighbors::of(l, a, x)).collect();
            if !neighbors.iter().all(|neighbors| self.is_flat(neighbors)) {
                for (line, neighbors) in lines.iter_mut().zip(&neighbors) {
                    let value = self.regular(neighbors)?;
                    put(line, x + 1, value);
                }
                x += 1;
                continue;
            }
            let n = self.run_length(0, width - x)?;
            for (line, neighbors) in lines.iter_mut().zip(&neighbors) {
                for target in line.iter_mut().skip(x + 1).take(n) {
                    *target = neighbors.left;
                }
            }
            x += n;
            if x < width {
                for ((line, above), neighbors) in lines.iter_mut().zip(above).zip(&neighbors) {
                    let value = self.interruption_of(0, neighbors.left, at(above, x + 1), false)?;
                    put(line, x + 1, value);
                }
                self.end_run(0);
                x += 1;
            }
        }
        Ok(())
    }

    fn is_flat(&self, neighbors: &Neighbors) -> bool {
        neighbors.gradients().iter().all(|d| d.abs() <= self.near)
    }

    /// A gradient as one of nine regions (A.3.3).
    fn region(&self, d: i32) -> i32 {
        let [t1, t2, t3] = self.thresholds;
        let region = match d.abs() {
            size if size <= self.near => 0,
            size if size < t1 => 1,
            size if size < t2 => 2,
            size if size < t3 => 3,
            _ => 4,
        };
        region * d.signum()
    }

    fn regular(&mut self, neighbors: &Neighbors) -> Result<i32> {
        let idx = neighbors
            .gradients()
            .iter()
            .fold(0, |idx, &d| 9 * idx + self.region(d));
        let sign = if idx < 0 { -1 } else { 1 };
        let slot = idx.unsigned_abs() as usize;
        let mut context = *self.contexts.get(slot).ok_or("no such context")?;
        let prediction = (neighbors.predict() + sign * context.c).clamp(0, self.max);
        let k = context.k(context.a);
        let code = self.bits.golomb(k, self.limit, self.n_range_bits)?;
        let error = if self.near == 0 && k == 0 && 2 * context.b <= -context.n {
            // The mapping is reversed here (A.5.2).
            if code % 2 == 1 {
                code / 2
            } else {
                -(code / 2) - 1
            }
        } else if code % 2 == 0 {
            code / 2
        } else {
            -(code / 2) - 1
        };
        context.b += error * (2 * self.near + 1);
        context.a += error.abs();
        if context.n == self.reset {
            context.a >>= 1;
            context.b >>= 1;
            context.n >>= 1;
        }
        context.n += 1;
        if context.b <= -context.n {
            context.b = (context.b + context.n).max(1 - context.n);
            context.c = (context.c - 1).max(-128);
        } else if context.b > 0 {
            context.b = (context.b - context.n).min(0);
            context.c = (context.c + 1).min(127);
        }
        if let Some(target) = self.contexts.get_mut(slot) {
            *target = context;
        }
        Ok(self.reconstructed(prediction, sign * error))
    }

    /// Prediction and error, modulo the range (A.4.5).
    fn reconstructed(&self, prediction: i32, error: i32) -> i32 {
        let step = 2 * self.near + 1;
        let mut value = prediction + error * step;
        if value < -self.near {
            value += self.range * step;
        } else if value > self.max + self.near {
            value -= self.range * step;
        }
        value.clamp(0, self.max)
    }

    /// Length of a run, at most to the end of the line (A.7.1).
    fn run_length(&mut self, component: usize, n_left: usize) -> Result<usize> {
        let idx = self
            .run_idxs
            .get_mut(component)
            .ok_or("no such component")?;
        let n_bits = |idx: usize| RUN_BITS.get(idx).copied().unwrap_or_default();
        let mut n = 0;
        while self.bits.take(1)? == 1 {
            let whole = 1 << n_bits(*idx);
            n += whole;
            if n > n_left {
                return Ok(n_left);
            }
            *idx = (*idx + 1).min(31);
            if n == n_left {
                return Ok(n);
            }
        }
        n += self.bits.take(n_bits(*idx))? as usize;
        if n > n_left {
            return Err("a run goes beyond its line");
        }
        Ok(n)
    }

    fn end_run(&mut self, component: usize) {
        if let Some(idx) = self.run_idxs.get_mut(component) {
            *idx = idx.saturating_sub(1);
        }
    }

    /// The sample that ends a run (A.7.2).
    fn interruption(&mut self, component: usize, left: i32, above: i32) -> Result<i32> {
        let alike = (left - above).abs() <= self.near;
        self.interruption_of(component, left, above, alike)
    }

    fn interruption_of(
        &mut self,
        component: usize,
        left: i32,
        above: i32,
        alike: bool,
    ) -> Result<i32> {
        let kind = i32::from(alike);
        let slot = usize::from(alike);
        let mut context = *self.run_contexts.get(slot).ok_or("no such context")?;
        let k = context.k(context.a + kind * (context.n >> 1));
        let run_idx = self.run_idxs.get(component).copied().unwrap_or_default();
        let n_run_bits = RUN_BITS.get(run_idx).copied().unwrap_or_default();
        let limit = self.limit - n_run_bits - 1;
        let code = self.bits.golomb(k, limit, self.n_range_bits)?;
        let shifted = code + kind;
        let size = (shifted + 1) / 2;
        let odd_is_negative = k != 0 || 2 * context.n_negative >= context.n;
        let error = if odd_is_negative == (shifted % 2 == 1) {
            -size
        } else {
            size
        };
        context.n_negative += i32::from(error < 0);
        context.a += (code + 1 - kind) >> 1;
        if context.n == self.reset {
            context.a >>= 1;
            context.n >>= 1;
            context.n_negative >>= 1;
        }
        context.n += 1;
        if let Some(target) = self.run_contexts.get_mut(slot) {
            *target = context;
        }
        if alike {
            return Ok(self.reconstructed(left, error));
        }
        let sign = if above < left { -1 } else { 1 };
        Ok(self.reconstructed(above, sign * error))
    }
}

/// C.2.4.1.1.
fn default_thresholds(max: i32, near: i32) -> [i32; 3] {
    let within = |value: i32, least: i32| {
        if value > max || value < least {
            least
        } else {
            value
        }
    };
    let [t1, t2, t3] = if max >= 128 {
        let factor = (max.min(4095) + 128) / 256;
        [
            factor + 2 + 3 * near,
            4 * factor + 3 + 5 * near,
            17 * factor + 4 + 7 * near,
        ]
    } else {
        let factor = 256 / (max + 1);
        [
            (3 / factor + 3 * near).max(2),
            (7 / factor + 5 * near).max(3),
            (21 / factor + 7 * near).max(4),
        ]
    };
    let t1 = within(t1, near + 1);
    let t2 = within(t2, t1);
    [t1, t2, within(t3, t2)]
}
