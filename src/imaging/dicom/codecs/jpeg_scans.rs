//! What sequential, progressive and lossless JPEG share: frames, tables and scans (ITU-T T.81 Annex B).

use super::huffman::{HuffmanTable, Result};
use crate::imaging::jpeg_stream::{FrameHeader, Segment, segments};

/// One component of a frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Component {
    pub(super) id: u8,
    /// Samples across and down in a unit, 1 to 4.
    pub(super) across: usize,
    pub(super) down: usize,
    pub(super) quantization_idx: usize,
}

/// The frame header with its components.
pub(super) struct Frame {
    pub(super) width_px: usize,
    pub(super) height_px: usize,
    pub(super) precision: u32,
    pub(super) progressive: bool,
    pub(super) components: Vec<Component>,
}

impl Frame {
    fn read(segment: Segment<'_>) -> Result<Self> {
        let header = FrameHeader::from_segment(segment).ok_or("frame header breaks off")?;
        let specs = segment.payload.get(6..).unwrap_or_default();
        let (specs, _) = specs.as_chunks::<3>();
        let components: Vec<_> = specs
            .iter()
            .take(usize::from(header.n_components))
            .map(|&[id, sampling, quantization]| Component {
                id,
                across: usize::from(sampling >> 4),
                down: usize::from(sampling & 15),
                quantization_idx: usize::from(quantization),
            })
            .collect();
        let in_range = |c: &Component| (1..=4).contains(&c.across) && (1..=4).contains(&c.down);
        if components.is_empty()
            || components.len() != usize::from(header.n_components)
            || !components.iter().all(in_range)
        {
            return Err("frame header names no components");
        }
        Ok(Self {
            width_px: usize::from(header.width_px),
            height_px: usize::from(header.height_px),
            precision: u32::from(header.precision),
            progressive: header.marker == 0xC2,
            components,
        })
    }
}

/// Tables in force.
#[derive(Default)]
pub(super) struct Tables {
    /// In zigzag order.
    pub(super) quantization: [Option<[u16; 64]>; 4],
    pub(super) dc: [Option<HuffmanTable>; 4],
    pub(super) ac: [Option<HuffmanTable>; 4],
    /// In units; 0 for none.
    pub(super) restart_interval: usize,
}

impl Tables {
    fn read_quantization(&mut self, mut payload: &[u8]) -> Result<()> {
        while let Some((&kind, rest)) = payload.split_first() {
            let is_wide = kind >> 4 != 0;
            let n_bytes = if is_wide { 128 } else { 64 };
            let (values, behind) = rest.split_at_checked(n_bytes).ok_or("DQT breaks off")?;
            let mut table = [0; 64];
            for (entry, bytes) in table.iter_mut().zip(values.chunks_exact(n_bytes / 64)) {
                *entry = bytes
                    .iter()
                    .fold(0, |sum, &byte| (sum << 8) | u16::from(byte));
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

    /// A Huffman table by its place.
    pub(super) fn huffman(tables: &[Option<HuffmanTable>; 4], idx: u8) -> Result<&HuffmanTable> {
        let table = tables.get(usize::from(idx)).and_then(Option::as_ref);
        table.ok_or("scan names a Huffman table that is not there")
    }
}

/// The header of a scan.
pub(super) struct Scan<'a> {
    /// Index of the component in the frame, its DC and AC table.
    pub(super) components: Vec<(usize, u8, u8)>,
    /// First and last coefficient, or the predictor.
    pub(super) first: u8,
    pub(super) last: u8,
    /// Bits left out before this scan, and after it (point transform).
    pub(super) high: u8,
    pub(super) low: u8,
    pub(super) data: &'a [u8],
}

impl<'a> Scan<'a> {
    fn read(segment: Segment<'a>, frame: &Frame) -> Result<Self> {
        let (&n, rest) = segment
            .payload
            .split_first()
            .ok_or("scan header breaks off")?;
        let (specs, rest) = rest
            .split_at_checked(2 * usize::from(n))
            .ok_or("scan header breaks off")?;
        let [first, last, approximation, ..] = *rest else {
            return Err("scan header breaks off");
        };
        let (specs, _) = specs.as_chunks::<2>();
        let components = specs.iter().map(|&[id, tables]| {
            let idx = frame.components.iter().position(|c| c.id == id);
            Ok((
                idx.ok_or("scan names no such component")?,
                tables >> 4,
                tables & 15,
            ))
        });
        let components: Vec<_> = components.collect::<Result<_>>()?;
        let twice = |(at, component): (usize, &(usize, u8, u8))| {
            let mut before = components.iter().take(at);
            before.any(|other| other.0 == component.0)
        };
        if components.is_empty() || components.iter().enumerate().any(twice) {
            return Err("scan names no components, or one twice");
        }
        Ok(Self {
            components,
            first,
            last,
            high: approximation >> 4,
            low: approximation & 15,
            data: segment.scan,
        })
    }
}

/// A coding of frames, scan after scan.
pub(super) trait FrameDecoder: Sized {
    /// Takes memory for the frame; sizes are checked beforehand.
    fn start(frame: Frame) -> Result<Self>;
    fn frame(&self) -> &Frame;
    fn decode_scan(&mut self, scan: &Scan<'_>, tables: &Tables) -> Result<()>;
}

/// Gives all scans of the stream to a decoder.
pub(super) fn decode_scans<D: FrameDecoder>(stream: &[u8]) -> Result<D> {
    let mut tables = Tables::default();
    let mut decoder: Option<D> = None;
    let mut n_scans = 0;
    for segment in segments(stream) {
        match segment.marker {
            0xC4 => tables.read_huffman(segment.payload)?,
            0xDB => tables.read_quantization(segment.payload)?,
            0xDD => tables.read_restart(segment.payload)?,
            0xC0..=0xC3 if decoder.is_some() => return Err("it has a second frame"),
            0xC0..=0xC3 => decoder = Some(D::start(Frame::read(segment)?)?),
            0xDA => {
                let decoder = decoder.as_mut().ok_or("scan before frame")?;
                n_scans += 1;
                if n_scans > MAX_SCANS {
                    return Err("more scans than any encoder writes");
                }
                let scan = Scan::read(segment, decoder.frame())?;
                decoder.decode_scan(&scan, &tables)?;
            }
            _ => {}
        }
    }
    decoder.filter(|_| n_scans > 0).ok_or("it has no scan")
}

/// Progressive coding of 12 bits in four components takes fewer.
const MAX_SCANS: usize = 200;
