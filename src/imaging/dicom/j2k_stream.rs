//! The size header (SIZ) of a JPEG 2000 codestream, ITU-T T.800 A.5.1.

/// The header of the codestream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SizeHeader {
    pub(super) width_px: u32,
    pub(super) height_px: u32,
    pub(super) n_components: u16,
    /// Bits a sample of the first component.
    pub(super) precision: u8,
    /// The first component has a sample for every pixel.
    pub(super) full_resolution: bool,
    pub(super) n_tiles: u64,
}

impl SizeHeader {
    /// Reads it where a bare codestream or a JP2 file begins.
    pub(super) fn of(stream: &[u8]) -> Option<Self> {
        const SOC_SIZ: [u8; 4] = [0xFF, 0x4F, 0xFF, 0x51];
        let head = stream.get(..stream.len().min(4096))?;
        let start = head.windows(4).position(|window| window == SOC_SIZ)?;
        let siz = stream.get(start + 8..)?; // past the markers, Lsiz and Rsiz
        let word = |idx: usize| {
            let (&bytes, _) = siz.get(4 * idx..)?.split_first_chunk()?;
            Some(u32::from_be_bytes(bytes))
        };
        let (x1, y1, x0, y0) = (word(0)?, word(1)?, word(2)?, word(3)?);
        let (tile_width, tile_height) = (word(4)?, word(5)?);
        let (tiles_left, tiles_top) = (word(6)?, word(7)?);
        let (&components, rest) = siz.get(32..)?.split_first_chunk()?;
        let (&[depth, x_step, y_step], _) = rest.split_first_chunk()?;
        let n_across = (x1.checked_sub(tiles_left)?).div_ceil(tile_width.max(1));
        let n_down = (y1.checked_sub(tiles_top)?).div_ceil(tile_height.max(1));
        Some(Self {
            width_px: x1.checked_sub(x0)?,
            height_px: y1.checked_sub(y0)?,
            n_components: u16::from_be_bytes(components),
            precision: (depth & 0x7F) + 1,
            full_resolution: x_step == 1 && y_step == 1,
            n_tiles: u64::from(n_across) * u64::from(n_down),
        })
    }
}
