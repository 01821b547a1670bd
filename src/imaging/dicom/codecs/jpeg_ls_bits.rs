//! The bits of a JPEG-LS scan and their Golomb codes (ITU-T T.87 9.1, A.5.3).

use super::huffman::Result;

/// The bits of a scan; a byte after 0xFF holds seven (9.1).
pub(super) struct Bits<'a> {
    rest: &'a [u8],
    after_ff: bool,
    buffer: u64,
    n_buffered: u32,
}

impl<'a> Bits<'a> {
    pub(super) fn new(rest: &'a [u8]) -> Self {
        Self {
            rest,
            after_ff: false,
            buffer: 0,
            n_buffered: 0,
        }
    }

    /// Fills up to at least `n_bits`.
    fn fill(&mut self, n_bits: u32) -> Result<()> {
        while self.n_buffered < n_bits {
            let (&byte, rest) = self.rest.split_first().ok_or("scan data break off")?;
            self.rest = rest;
            let n = if self.after_ff { 7 } else { 8 };
            self.buffer = (self.buffer << n) | u64::from(byte);
            self.n_buffered += n;
            self.after_ff = byte == 0xFF;
        }
        Ok(())
    }

    /// Up to 24 bits.
    pub(super) fn take(&mut self, n_bits: u32) -> Result<i32> {
        self.fill(n_bits)?;
        self.n_buffered -= n_bits;
        let value = (self.buffer >> self.n_buffered) as u32 & ((1 << n_bits) - 1);
        Ok(value.cast_signed())
    }

    /// A Golomb code of limited length (A.5.3).
    pub(super) fn golomb(&mut self, k: u32, limit: u32, n_range_bits: u32) -> Result<i32> {
        let most = limit - n_range_bits - 1;
        let mut n_zeros = 0;
        while self.take(1)? == 0 {
            n_zeros += 1;
            if n_zeros > most {
                return Err("a code is too long");
            }
        }
        if n_zeros < most {
            let low = self.take(k)?;
            Ok((n_zeros.cast_signed() << k) + low)
        } else {
            Ok(self.take(n_range_bits)? + 1)
        }
    }
}
