/// Value representations with a length of two bytes, in explicit encoding.
pub(super) const SHORT_VRS: [&[u8; 2]; 21] = [
    b"AE", b"AS", b"AT", b"CS", b"DA", b"DS", b"DT", b"FD", b"FL", b"IS", b"LO", b"LT", b"PN",
    b"SH", b"SL", b"SS", b"ST", b"TM", b"UI", b"UL", b"US",
];
/// Those with two reserved bytes and a length of four.
pub(super) const LONG_VRS: [&[u8; 2]; 13] = [
    b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV",
];

/// How tags, lengths and numbers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Encoding {
    /// Value representations are spelled out.
    pub(in super::super) explicit: bool,
    pub(in super::super) big_endian: bool,
}

impl Encoding {
    pub(in super::super) const EXPLICIT: Self = Self {
        explicit: true,
        big_endian: false,
    };
    pub(in super::super) const IMPLICIT: Self = Self {
        explicit: false,
        big_endian: false,
    };

    pub(in super::super) fn u16(self, bytes: [u8; 2]) -> u16 {
        if self.big_endian {
            u16::from_be_bytes(bytes)
        } else {
            u16::from_le_bytes(bytes)
        }
    }

    pub(super) fn u32(self, bytes: [u8; 4]) -> u32 {
        if self.big_endian {
            u32::from_be_bytes(bytes)
        } else {
            u32::from_le_bytes(bytes)
        }
    }

    /// As the first element shows it: writers do not always keep to what they declare.
    pub(in super::super) fn seen(self, bytes: &[u8]) -> Self {
        match *bytes {
            [low, high, _, _, a, b, c, d, ..] => Self {
                // Read as a length, a VR that nobody knows goes beyond the end.
                explicit: is_known_vr([a, b])
                    || self.explicit && self.u32([a, b, c, d]) as usize > bytes.len(),
                // Groups below 0x0100 come first.
                big_endian: if low == 0 || high == 0 {
                    low == 0 && high != 0
                } else {
                    self.big_endian
                },
            },
            _ => self,
        }
    }
}

/// Whether the standard defines a value representation of this name.
pub(in super::super) fn is_known_vr(vr: [u8; 2]) -> bool {
    SHORT_VRS.contains(&&vr) || LONG_VRS.contains(&&vr)
}
