//! The segments of a JPEG or JPEG-LS stream (ITU-T T.81 B.1), read without decoding anything.

/// One marker with what follows it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment<'a> {
    /// The second byte of the marker, as in 0xD8 for SOI.
    pub(super) marker: u8,
    /// The parameters, without their length.
    pub(super) payload: &'a [u8],
    /// The entropy-coded data behind SOS, else empty.
    pub(super) scan: &'a [u8],
}

/// The frame header (SOF).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FrameHeader {
    /// The SOF marker's second byte: 0xC0 baseline, 0xC1 extended, 0xC3 lossless, 0xF7 JPEG-LS.
    pub(super) marker: u8,
    /// Bits a sample.
    pub(super) precision: u8,
    pub(super) width_px: u16,
    /// 0 if it follows the first scan (DNL), which is not supported.
    pub(super) height_px: u16,
    pub(super) n_components: u8,
}

impl FrameHeader {
    /// The first frame header of a stream.
    pub(super) fn of(stream: &[u8]) -> Option<Self> {
        segments(stream).find_map(Self::from_segment)
    }

    pub(super) fn from_segment(segment: Segment<'_>) -> Option<Self> {
        // 0xC4, 0xC8 and 0xCC are in the range of the frame headers without being one.
        let marker = segment.marker;
        let is_frame = matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC);
        if !is_frame && marker != 0xF7 {
            return None;
        }
        match *segment.payload {
            [precision, y1, y0, x1, x0, n_components, ..] => Some(Self {
                marker,
                precision,
                width_px: u16::from_be_bytes([x1, x0]),
                height_px: u16::from_be_bytes([y1, y0]),
                n_components,
            }),
            _ => None,
        }
    }
}

/// Whether the stream reaches its end marker (EOI).
pub(super) fn is_complete(stream: &[u8]) -> bool {
    segments(stream).any(|segment| segment.marker == 0xD9)
}

/// All segments up to EOI, or to where the stream breaks off.
pub(super) fn segments(stream: &[u8]) -> impl Iterator<Item = Segment<'_>> {
    let mut rest = stream;
    std::iter::from_fn(move || {
        let (segment, behind) = next_segment(rest)?;
        rest = behind;
        Some(segment)
    })
}

fn next_segment<'a>(stream: &'a [u8]) -> Option<(Segment<'a>, &'a [u8])> {
    let start = stream.iter().position(|&byte| byte == 0xFF)?;
    let fill = stream.get(start..)?;
    let n_fill = fill.iter().position(|&byte| byte != 0xFF)?;
    let (&marker, behind) = fill.get(n_fill..)?.split_first()?;
    let bare = |rest: &'a [u8]| {
        let segment = Segment {
            marker,
            payload: &[],
            scan: &[],
        };
        Some((segment, rest))
    };
    match marker {
        0xD9 => return bare(&[]),
        0x00 | 0x01 | 0xD0..=0xD8 => return bare(behind),
        _ => {}
    }
    let (&[high, low], _) = behind.split_first_chunk()?;
    let length = usize::from(u16::from_be_bytes([high, low]));
    let payload = behind.get(2..length)?;
    let behind = behind.get(length..)?;
    let n_scan = if marker == 0xDA { scan_len(behind) } else { 0 };
    let (scan, rest) = behind.split_at_checked(n_scan)?;
    let segment = Segment {
        marker,
        payload,
        scan,
    };
    Some((segment, rest))
}

/// Up to the next marker that is neither a stuffed zero nor a restart. JPEG-LS stuffs bits, so
/// that 0xFF is followed by less than 0x80 there.
fn scan_len(bytes: &[u8]) -> usize {
    let ends = |pair: &[u8]| matches!(*pair, [0xFF, 0x80..=0xCF | 0xD8..=0xFE]);
    bytes.windows(2).position(ends).unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: &[u8] = &[
        0xFF, 0xD8, 0xFF, 0xC0, 0, 11, 8, 0, 2, 0, 3, 1, 1, 0x11, 0, 0xFF, 0xDA, 0, 4, 1, 2, 7,
        0xFF, 0x00, 8, 0xFF, 0xD0, 9, 0xFF, 0xD9,
    ];

    #[test]
    fn the_frame_header_is_read() {
        let header = FrameHeader::of(STREAM).unwrap();
        assert_eq!((header.width_px, header.height_px), (3, 2));
        assert_eq!(
            (header.marker, header.precision, header.n_components),
            (0xC0, 8, 1)
        );
    }

    #[test]
    fn stuffed_zeros_and_restarts_stay_in_the_scan() {
        let scan = segments(STREAM)
            .find(|segment| segment.marker == 0xDA)
            .unwrap();
        assert_eq!(scan.payload, [1, 2]);
        assert_eq!(scan.scan, [7, 0xFF, 0x00, 8, 0xFF, 0xD0, 9]);
    }

    #[test]
    fn only_the_whole_stream_is_complete() {
        for length in 0..STREAM.len() {
            assert!(!is_complete(&STREAM[..length]), "{length}");
        }
        assert!(is_complete(STREAM));
    }
}
