//! JPEG with sequential DCT and Huffman codes at up to 12 bits, one component (ITU-T T.81).
//!
//! Extended coding at 12 bits is common in older CR archives; no crate at hand decodes it.

use super::huffman::{Bits, HuffmanTable, Result};
use crate::imaging::jpeg_stream::{FrameHeader, Segment, segments};

/// Index in the 8 x 8 block of each coefficient of the zigzag order (figure A.6).
const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20,
    13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59,
    52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// Decodes the only component of a stream; sizes are the caller's to check beforehand.
pub(super) fn decode(stream: &[u8]) -> Result<Vec<u16>> {
    let mut tables = Tables::default();
    let mut frame = None;
    for segment in segments(stream) {
        match segment.marker {
            0xC4 => tables.read_huffman(segment.payload)?,
            0xDB => tables.read_quantization(segment.payload)?,
            0xDD => tables.read_restart(segment.payload)?,
            0xC0 | 0xC1 => frame = Some(Frame::read(segment)?),
            0xDA => return decode_scan(segment, &frame.ok_or("scan before frame")?, &tables),
            0xC2 | 0xC3 | 0xC5..=0xCF => return Err("expected sequential Huffman coding"),
            _ => {}
        }
    }
    Err("it has no scan")
}

struct Frame {
    header: FrameHeader,
    quantization_idx: usize,
}

impl Frame {
    fn read(segment: Segment<'_>) -> Result<Self> {
        let header = FrameHeader::from_segment(segment).ok_or("frame header breaks off")?;
        if header.n_components != 1 || !(8..=12).contains(&header.precision) {
            return Err("expected 1 component of 8 to 12 bits");
        }
        let quantization_idx = *segment.payload.get(8).ok_or("frame header breaks off")?;
        Ok(Self {
            header,
            quantization_idx: usize::from(quantization_idx),
        })
    }
}

#[derive(Default)]
struct Tables {
    quantization: [Option<[f32; 64]>; 4],
    dc: [Option<HuffmanTable>; 4],
    ac: [Option<HuffmanTable>; 4],
    restart_interval: usize,
}

impl Tables {
    fn read_quantization(&mut self, mut payload: &[u8]) -> Result<()> {
        while let Some((&kind, rest)) = payload.split_first() {
            let is_wide = kind >> 4 != 0;
            let n_bytes = if is_wide { 128 } else { 64 };
            let (values, behind) = rest.split_at_checked(n_bytes).ok_or("DQT breaks off")?;
            let mut table = [0.0; 64];
            for (entry, bytes) in table.iter_mut().zip(values.chunks_exact(n_bytes / 64)) {
                *entry = bytes
                    .iter()
                    .fold(0.0, |sum, &byte| sum * 256.0 + f32::from(byte));
            }
            let slot = self.quantization.get_mut(usize::from(kind & 15));
            *slot.ok_or("DQT names a table beyond 3")? = Some(table);
            payload = behind;
        }
        Ok(())
    }

    fn read_huffman(&mut self, mut payload: &[u8]) -> Result<()> {
        while let Some((&kind, rest)) = payload.split_first() {
            let (counts, rest) = rest.split_first_chunk::<16>().ok_or("DHT breaks off")?;
            let n_symbols = counts.iter().map(|&count| usize::from(count)).sum();
            let (symbols, behind) = rest.split_at_checked(n_symbols).ok_or("DHT breaks off")?;
            let tables = if kind >> 4 == 0 {
                &mut self.dc
            } else {
                &mut self.ac
            };
            let slot = tables.get_mut(usize::from(kind & 15));
            *slot.ok_or("DHT names a table beyond 3")? = Some(HuffmanTable::new(*counts, symbols));
            payload = behind;
        }
        Ok(())
    }

    fn read_restart(&mut self, payload: &[u8]) -> Result<()> {
        match *payload {
            [high, low, ..] => self.restart_interval = usize::from(u16::from_be_bytes([high, low])),
            _ => return Err("DRI breaks off"),
        }
        Ok(())
    }
}

fn decode_scan(segment: Segment<'_>, frame: &Frame, tables: &Tables) -> Result<Vec<u16>> {
    // After the tables comes the range of coefficients. It is always the full range in sequential
    // coding (B.2.3), and some archives write zeros there.
    let [1, _, table_idxs, ..] = *segment.payload else {
        return Err("expected a scan of 1 component");
    };
    let dc = tables
        .dc
        .get(usize::from(table_idxs >> 4))
        .and_then(Option::as_ref);
    let ac = tables
        .ac
        .get(usize::from(table_idxs & 15))
        .and_then(Option::as_ref);
    let dc = dc.ok_or("scan names no DC table")?;
    let ac = ac.ok_or("scan names no AC table")?;
    let quantization = tables
        .quantization
        .get(frame.quantization_idx)
        .and_then(Option::as_ref);
    let quantization = quantization.ok_or("frame names no quantization table")?;

    let width_px = usize::from(frame.header.width_px);
    let height_px = usize::from(frame.header.height_px);
    let max = ((1_u32 << frame.header.precision) - 1) as f32;
    let middle = (1_u32 << (frame.header.precision - 1)) as f32;
    let basis = cosine_basis();
    let mut bits = Bits::new(segment.scan);
    let mut values = vec![0; width_px * height_px];
    let (mut predictor, mut n_blocks) = (0, 0);
    for band in values.chunks_mut(width_px * 8) {
        for x in (0..width_px).step_by(8) {
            if tables.restart_interval > 0
                && n_blocks > 0
                && n_blocks % tables.restart_interval == 0
            {
                bits.restart()?;
                predictor = 0;
            }
            n_blocks += 1;
            let coefficients = decode_block(&mut bits, dc, ac, quantization, &mut predictor)?;
            let block = half_transform(&half_transform(&coefficients, &basis), &basis);
            for (row, samples) in band.chunks_mut(width_px).zip(block.chunks_exact(8)) {
                for (value, sample) in row.iter_mut().skip(x).zip(samples) {
                    *value = (sample + middle).round().clamp(0.0, max) as u16;
                }
            }
        }
    }
    Ok(values)
}

/// Dequantized coefficients of one block, in rows (F.2.2).
fn decode_block(
    bits: &mut Bits<'_>,
    dc: &HuffmanTable,
    ac: &HuffmanTable,
    quantization: &[f32; 64],
    predictor: &mut i32,
) -> Result<[f32; 64]> {
    let mut coefficients = [0.0; 64];
    let mut put = |idx: usize, value: i32| -> Result<()> {
        let place = ZIGZAG.get(idx).zip(quantization.get(idx));
        let (&place, &step) = place.ok_or("more than 64 coefficients")?;
        if let Some(coefficient) = coefficients.get_mut(usize::from(place)) {
            *coefficient = value as f32 * step;
        }
        Ok(())
    };
    let n_bits = u32::from(dc.decode(bits)?);
    *predictor = predictor.wrapping_add(bits.take_signed(n_bits)?);
    put(0, *predictor)?;
    let mut idx = 1;
    while idx < 64 {
        let symbol = ac.decode(bits)?;
        let (n_zeros, n_bits) = (usize::from(symbol >> 4), u32::from(symbol & 15));
        match (n_zeros, n_bits) {
            (15, 0) => idx += 16,
            (_, 0) => break,
            _ => {
                idx += n_zeros;
                put(idx, bits.take_signed(n_bits)?)?;
                idx += 1;
            }
        }
    }
    Ok(coefficients)
}

/// `C(u) / 2 * cos((2x + 1) u pi / 16)` by x and u (A.3.3).
fn cosine_basis() -> [[f32; 8]; 8] {
    let at = |x: usize, u: usize| {
        let angle = (2 * x + 1) as f32 * u as f32 * std::f32::consts::PI / 16.0;
        let scale = if u == 0 {
            std::f32::consts::FRAC_1_SQRT_2
        } else {
            1.0
        };
        0.5 * scale * angle.cos()
    };
    std::array::from_fn(|x| std::array::from_fn(|u| at(x, u)))
}

/// Transforms the rows of a block and hands it back transposed; twice makes the picture.
fn half_transform(block: &[f32; 64], basis: &[[f32; 8]; 8]) -> [f32; 64] {
    let mut transposed = [0.0; 64];
    for (column, row) in block.chunks_exact(8).enumerate() {
        for (waves, target) in basis.iter().zip(transposed.chunks_exact_mut(8)) {
            if let Some(target) = target.get_mut(column) {
                *target = row
                    .iter()
                    .zip(waves)
                    .map(|(value, wave)| value * wave)
                    .sum();
            }
        }
    }
    transposed
}
