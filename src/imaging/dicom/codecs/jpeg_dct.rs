//! JPEG with the cosine transform and Huffman codes: sequential and progressive, 8 and 12 bits.

use super::huffman::{Bits, HuffmanTable, Result};
use super::idct;
use super::jpeg_scans::{Component, Frame, FrameDecoder, Scan, Tables, decode_scans};

/// Decodes a stream into samples, the channels of a pixel together; chroma that is stored for
/// several pixels at once is repeated.
pub(super) fn decode(stream: &[u8]) -> Result<Vec<u16>> {
    let decoder: DctDecoder = decode_scans(stream)?;
    decoder.into_samples()
}

/// The coefficients of one component.
struct Plane {
    component: Component,
    /// Blocks in a row, including those that only fill up a unit.
    n_across: usize,
    /// Blocks that hold pixels, across and down.
    used: (usize, usize),
    /// In zigzag order.
    blocks: Vec<[i16; 64]>,
    /// As they were when the first scan of the component came.
    steps: Option<[u16; 64]>,
    predictor: i32,
}

struct DctDecoder {
    frame: Frame,
    planes: Vec<Plane>,
    /// Most samples across and down in a unit.
    unit: (usize, usize),
}

/// Tables and progress of a scan.
struct Pass<'a> {
    bits: Bits<'a>,
    /// Blocks for which no more coefficients come in this band.
    n_ended: u32,
    first: usize,
    last: usize,
    low: u8,
    refines: bool,
    progressive: bool,
}

impl FrameDecoder for DctDecoder {
    fn start(frame: Frame) -> Result<Self> {
        let bits = if frame.progressive || frame.precision == 12 {
            [8, 12]
        } else {
            [8, 8]
        };
        if !bits.contains(&frame.precision) {
            return Err("expected 8 or 12 bits");
        }
        let most = |side: fn(&Component) -> usize| frame.components.iter().map(side).max();
        let unit = (
            most(|c| c.across).unwrap_or(1),
            most(|c| c.down).unwrap_or(1),
        );
        let n_units = (
            frame.width_px.div_ceil(8 * unit.0),
            frame.height_px.div_ceil(8 * unit.1),
        );
        let planes = frame.components.iter().map(|&component| {
            let n_across = n_units.0 * component.across;
            let n_blocks = n_across * n_units.1 * component.down;
            Plane {
                component,
                n_across,
                used: (
                    (frame.width_px * component.across).div_ceil(8 * unit.0),
                    (frame.height_px * component.down).div_ceil(8 * unit.1),
                ),
                blocks: vec![[0; 64]; n_blocks],
                steps: None,
                predictor: 0,
            }
        });
        let planes = planes.collect();
        Ok(Self {
            frame,
            planes,
            unit,
        })
    }

    fn frame(&self) -> &Frame {
        &self.frame
    }

    fn decode_scan(&mut self, scan: &Scan<'_>, tables: &Tables) -> Result<()> {
        let progressive = self.frame.progressive;
        // Sequential coding has the full range (B.2.3); some archives write zeros there.
        let (first, last) = if progressive {
            (usize::from(scan.first), usize::from(scan.last))
        } else {
            (0, 63)
        };
        let is_band = first > 0;
        if last > 63 || first > last || scan.low > 13 {
            return Err("scan names coefficients beyond the block");
        }
        if progressive && (is_band && scan.components.len() > 1 || !is_band && last > 0) {
            return Err("progressive scan mixes what must be apart");
        }
        for &(idx, ..) in &scan.components {
            let plane = self.planes.get_mut(idx).ok_or("no such component")?;
            plane.predictor = 0;
            let steps = tables.quantization.get(plane.component.quantization_idx);
            if plane.steps.is_none() {
                plane.steps = steps.copied().flatten();
            }
        }
        let pass = Pass {
            bits: Bits::new(scan.data),
            n_ended: 0,
            first,
            last,
            low: if progressive { scan.low } else { 0 },
            refines: progressive && scan.high > 0,
            progressive,
        };
        self.run(pass, scan, tables)
    }
}

impl DctDecoder {
    fn run(&mut self, mut pass: Pass<'_>, scan: &Scan<'_>, tables: &Tables) -> Result<()> {
        // A scan of one component holds its blocks row by row, without filling (A.2.2).
        let alone = scan.components.len() == 1;
        let (n_across, n_down) = match scan.components.as_slice() {
            [(idx, ..)] => self.planes.get(*idx).ok_or("no such component")?.used,
            _ => (
                self.frame.width_px.div_ceil(8 * self.unit.0),
                self.frame.height_px.div_ceil(8 * self.unit.1),
            ),
        };
        let mut n_units = 0;
        for y in 0..n_down {
            for x in 0..n_across {
                let interval = tables.restart_interval;
                if interval > 0 && n_units > 0 && n_units % interval == 0 {
                    pass.bits.restart()?;
                    pass.n_ended = 0;
                    self.planes.iter_mut().for_each(|plane| plane.predictor = 0);
                }
                n_units += 1;
                for &(idx, dc, ac) in &scan.components {
                    let plane = self.planes.get_mut(idx).ok_or("no such component")?;
                    let Component { across, down, .. } = plane.component;
                    let (across, down) = if alone { (1, 1) } else { (across, down) };
                    for block_y in y * down..(y + 1) * down {
                        for block_x in x * across..(x + 1) * across {
                            let place = block_y * plane.n_across + block_x;
                            let block = plane.blocks.get_mut(place).ok_or("no such block")?;
                            pass.decode_block(block, &mut plane.predictor, (dc, ac), tables)?;
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn into_samples(self) -> Result<Vec<u16>> {
        let (width, height) = (self.frame.width_px, self.frame.height_px);
        let n_channels = self.planes.len();
        let mut samples = vec![0; width * height * n_channels];
        for (channel, plane) in self.planes.into_iter().enumerate() {
            let steps = plane
                .steps
                .ok_or("a component has no quantization table or scan")?;
            // Pixels that a sample stands for.
            let across = self.unit.0 / plane.component.across;
            let down = self.unit.1 / plane.component.down;
            if across * plane.component.across != self.unit.0
                || down * plane.component.down != self.unit.1
            {
                return Err("sampling factors that are no multiples are not supported");
            }
            for (idx, block) in plane.blocks.iter().enumerate() {
                let block_x = idx % plane.n_across * 8 * across;
                let block_y = idx / plane.n_across * 8 * down;
                if block_x >= width || block_y >= height {
                    continue;
                }
                let decoded = idct::samples(block, &steps, self.frame.precision);
                for y in block_y..(block_y + 8 * down).min(height) {
                    let row = decoded.chunks_exact(8).nth((y - block_y) / down);
                    let row = row.unwrap_or_default();
                    let repeated = row.iter().flat_map(|&s| std::iter::repeat_n(s, across));
                    let targets = samples
                        .iter_mut()
                        .skip((y * width + block_x) * n_channels + channel)
                        .step_by(n_channels)
                        .take(width - block_x);
                    for (target, sample) in targets.zip(repeated) {
                        *target = sample;
                    }
                }
            }
        }
        Ok(samples)
    }
}

impl Pass<'_> {
    fn decode_block(
        &mut self,
        block: &mut [i16; 64],
        predictor: &mut i32,
        (dc, ac): (u8, u8),
        tables: &Tables,
    ) -> Result<()> {
        if self.first == 0 {
            if self.refines {
                let bit = self.bits.take(1)? as i16;
                let [dc, ..] = block;
                *dc |= bit << self.low;
                return Ok(());
            }
            let dc = Tables::huffman(&tables.dc, dc)?;
            let n_bits = u32::from(dc.decode(&mut self.bits)?);
            *predictor = predictor.wrapping_add(self.bits.take_signed(n_bits)?);
            put(block, 0, *predictor << self.low)?;
            if self.progressive {
                return Ok(());
            }
        }
        let ac = Tables::huffman(&tables.ac, ac)?;
        if self.refines {
            self.refine_band(block, ac)
        } else {
            self.decode_band(block, ac)
        }
    }

    /// Coefficients of a band for the first time (F.2.2.2, G.1.2.2).
    fn decode_band(&mut self, block: &mut [i16; 64], ac: &HuffmanTable) -> Result<()> {
        if self.n_ended > 0 {
            self.n_ended -= 1;
            return Ok(());
        }
        let mut idx = self.first.max(1);
        while idx <= self.last {
            let symbol = ac.decode(&mut self.bits)?;
            let (n_zeros, n_bits) = (usize::from(symbol >> 4), u32::from(symbol & 15));
            match (n_zeros, n_bits) {
                (15, 0) => idx += 16,
                (_, 0) if !self.progressive => break,
                (run, 0) => {
                    self.n_ended = self.ended_blocks(run as u32)? - 1;
                    break;
                }
                _ => {
                    idx += n_zeros;
                    put(block, idx, self.bits.take_signed(n_bits)? << self.low)?;
                    idx += 1;
                }
            }
        }
        Ok(())
    }

    /// How many blocks end here, of the category `run`.
    fn ended_blocks(&mut self, run: u32) -> Result<u32> {
        Ok((1 << run) + self.bits.take(run)?.cast_unsigned())
    }

    /// One more bit for the coefficients of a band (G.1.2.3).
    fn refine_band(&mut self, block: &mut [i16; 64], ac: &HuffmanTable) -> Result<()> {
        let bit = 1_i16 << self.low;
        let mut idx = self.first;
        if self.n_ended == 0 {
            while idx <= self.last {
                let symbol = ac.decode(&mut self.bits)?;
                let (mut n_zeros, n_bits) = (usize::from(symbol >> 4), symbol & 15);
                let mut new = 0;
                match (n_zeros, n_bits) {
                    (15, 0) => {}
                    (run, 0) => {
                        self.n_ended = self.ended_blocks(run as u32)?;
                        break;
                    }
                    _ => new = if self.bits.take(1)? == 1 { bit } else { -bit },
                }
                while idx <= self.last {
                    let coefficient = block.get_mut(idx).ok_or("more than 64 coefficients")?;
                    if *coefficient != 0 {
                        refine(coefficient, bit, &mut self.bits)?;
                    } else if n_zeros == 0 {
                        *coefficient = new;
                        idx += 1;
                        break;
                    } else {
                        n_zeros -= 1;
                    }
                    idx += 1;
                }
            }
        }
        if self.n_ended > 0 {
            for coefficient in block.iter_mut().take(self.last + 1).skip(idx) {
                if *coefficient != 0 {
                    refine(coefficient, bit, &mut self.bits)?;
                }
            }
            self.n_ended -= 1;
        }
        Ok(())
    }
}

fn refine(coefficient: &mut i16, bit: i16, bits: &mut Bits<'_>) -> Result<()> {
    if bits.take(1)? == 1 && *coefficient & bit == 0 {
        let away = if *coefficient < 0 { -bit } else { bit };
        *coefficient = coefficient.wrapping_add(away);
    }
    Ok(())
}

fn put(block: &mut [i16; 64], idx: usize, value: i32) -> Result<()> {
    let coefficient = block.get_mut(idx).ok_or("more than 64 coefficients")?;
    *coefficient = value as i16;
    Ok(())
}
