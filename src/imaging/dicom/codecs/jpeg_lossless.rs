//! JPEG lossless (ITU-T T.81 Annex H): predictors 1 to 7, restarts, point transforms.

use super::huffman::{Bits, HuffmanTable, Result};
use super::jpeg_scans::{Frame, FrameDecoder, Scan, Tables, decode_scans};

/// Decodes a stream into samples, the channels of a pixel together.
pub(super) fn decode(stream: &[u8]) -> Result<Vec<u16>> {
    let decoder: LosslessDecoder = decode_scans(stream)?;
    if decoder.n_decoded != decoder.frame.components.len() {
        return Err("a component has no scan");
    }
    Ok(decoder.samples)
}

struct LosslessDecoder {
    frame: Frame,
    samples: Vec<u16>,
    n_decoded: usize,
}

/// One component of a scan.
struct Channel<'t> {
    idx: usize,
    table: &'t HuffmanTable,
    /// The row above, then the row that is decoded.
    above: Vec<u16>,
    row: Vec<u16>,
}

impl FrameDecoder for LosslessDecoder {
    fn start(frame: Frame) -> Result<Self> {
        let subsampled = frame
            .components
            .iter()
            .any(|c| (c.across, c.down) != (1, 1));
        if subsampled && frame.components.len() > 1 {
            return Err("subsampled lossless coding is not supported");
        }
        if !(2..=16).contains(&frame.precision) {
            return Err("expected 2 to 16 bits");
        }
        let samples = vec![0; frame.width_px * frame.height_px * frame.components.len()];
        Ok(Self {
            frame,
            samples,
            n_decoded: 0,
        })
    }

    fn frame(&self) -> &Frame {
        &self.frame
    }

    fn decode_scan(&mut self, scan: &Scan<'_>, tables: &Tables) -> Result<()> {
        let (width, n_channels) = (self.frame.width_px, self.frame.components.len());
        let (predictor, shift) = (scan.first, u32::from(scan.low));
        if !(1..=7).contains(&predictor) || shift >= self.frame.precision {
            return Err("expected a predictor of 1 to 7 and a point transform below the bits");
        }
        let interval = tables.restart_interval;
        if !interval.is_multiple_of(width) {
            return Err("restarts within a row are not allowed");
        }
        let mut channels = Vec::new();
        for &(idx, table, _) in &scan.components {
            channels.push(Channel {
                idx,
                table: Tables::huffman(&tables.dc, table)?,
                above: vec![],
                row: vec![],
            });
        }
        self.n_decoded += channels.len();
        let mask = (1_u32 << self.frame.precision).wrapping_sub(1) as u16;
        let start = 1_u16 << (self.frame.precision - shift - 1);
        let mut bits = Bits::new(scan.data);
        let rows = self.samples.chunks_exact_mut(width * n_channels);
        for (y, target) in rows.enumerate() {
            if interval > 0 && y > 0 && y % (interval / width) == 0 {
                bits.restart()?;
                for channel in &mut channels {
                    channel.row.clear();
                }
            }
            for channel in &mut channels {
                std::mem::swap(&mut channel.above, &mut channel.row);
                channel.row.clear();
            }
            for _ in 0..width {
                for channel in &mut channels {
                    channel.decode_sample(&mut bits, predictor, start)?;
                }
            }
            for channel in &channels {
                let targets = target.iter_mut().skip(channel.idx).step_by(n_channels);
                for (target, &value) in targets.zip(&channel.row) {
                    // Sums are modulo 2^16 (H.1.2.1): what lies above the bits is no value.
                    *target = (value << shift) & mask;
                }
            }
        }
        Ok(())
    }
}

impl Channel<'_> {
    /// The next sample of the row; predictions are those of table H.1.
    fn decode_sample(&mut self, bits: &mut Bits<'_>, predictor: u8, start: u16) -> Result<()> {
        let x = self.row.len();
        let left = self.row.last().copied();
        let above = self.above.get(x).copied();
        let prediction = match (left, above) {
            (None, None) => start,
            (Some(left), None) => left,
            (None, Some(above)) => above,
            (Some(left), Some(above)) => {
                let diagonal = self.above.get(x - 1).copied().unwrap_or_default();
                predict(
                    predictor,
                    i32::from(left),
                    i32::from(above),
                    i32::from(diagonal),
                )
            }
        };
        let difference = match self.table.decode(bits)? {
            // 32,768 has no further bits (H.1.2.2).
            16 => 0x8000,
            n_bits => bits.take_signed(u32::from(n_bits))? as u16,
        };
        self.row.push(prediction.wrapping_add(difference));
        Ok(())
    }
}

fn predict(predictor: u8, left: i32, above: i32, diagonal: i32) -> u16 {
    let prediction = match predictor {
        1 => left,
        2 => above,
        3 => diagonal,
        4 => left + above - diagonal,
        5 => left + ((above - diagonal) >> 1),
        6 => above + ((left - diagonal) >> 1),
        _ => (left + above) >> 1,
    };
    prediction as u16
}
