//! Huffman codes and the bits of a JPEG scan (ITU-T T.81 Annex F).

/// Error message.
pub(super) type Result<T> = std::result::Result<T, &'static str>;

/// One table of a DHT segment.
pub(super) struct HuffmanTable {
    /// How many codes there are of each length, from 1 bit on.
    counts: [u8; 16],
    /// In the order of their codes.
    symbols: Vec<u8>,
}

impl HuffmanTable {
    /// Takes how many codes there are of each length, and their symbols.
    pub(super) fn new(counts: [u8; 16], symbols: &[u8]) -> Self {
        let symbols = symbols.to_vec();
        Self { counts, symbols }
    }

    /// The procedure DECODE of figure F.16.
    pub(super) fn decode(&self, bits: &mut Bits<'_>) -> Result<u8> {
        let (mut code, mut first_code, mut first_idx) = (0_usize, 0_usize, 0_usize);
        for &count in &self.counts {
            let count = usize::from(count);
            code = (code << 1) | bits.take(1)? as usize;
            first_code <<= 1;
            if let Some(beyond) = code.checked_sub(first_code)
                && beyond < count
            {
                return self
                    .symbols
                    .get(first_idx + beyond)
                    .copied()
                    .ok_or("no such code");
            }
            first_idx += count;
            first_code += count;
        }
        Err("no such code")
    }
}

/// The bits of a scan, most significant first, stuffed zeros left out.
pub(super) struct Bits<'a> {
    rest: &'a [u8],
    buffer: u32,
    n_buffered: u32,
}

impl<'a> Bits<'a> {
    pub(super) fn new(scan: &'a [u8]) -> Self {
        Self {
            rest: scan,
            buffer: 0,
            n_buffered: 0,
        }
    }

    fn take(&mut self, n_bits: u32) -> Result<i32> {
        while self.n_buffered < n_bits {
            let byte = match *self.rest {
                [0xFF, 0x00, ref rest @ ..] => {
                    self.rest = rest;
                    0xFF
                }
                [0xFF, ..] | [] => return Err("scan data break off"),
                [byte, ref rest @ ..] => {
                    self.rest = rest;
                    byte
                }
            };
            self.buffer = (self.buffer << 8) | u32::from(byte);
            self.n_buffered += 8;
        }
        self.n_buffered -= n_bits;
        let value = (self.buffer >> self.n_buffered) & ((1 << n_bits) - 1);
        Ok(value.cast_signed())
    }

    /// A value of `n_bits` with the sign that its first bit gives it (F.2.2.1, EXTEND).
    pub(super) fn take_signed(&mut self, n_bits: u32) -> Result<i32> {
        if n_bits == 0 {
            return Ok(0);
        }
        if n_bits > 16 {
            return Err("coefficient of more than 16 bits");
        }
        let value = self.take(n_bits)?;
        let is_negative = value < 1 << (n_bits - 1);
        Ok(if is_negative {
            value - (1 << n_bits) + 1
        } else {
            value
        })
    }

    /// Drops what is left of the byte and steps over the restart marker.
    pub(super) fn restart(&mut self) -> Result<()> {
        self.n_buffered = 0;
        match *self.rest {
            [0xFF, 0xD0..=0xD7, ref rest @ ..] => {
                self.rest = rest;
                Ok(())
            }
            _ => Err("expected a restart marker"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_across_stuffed_bytes() {
        // Codes 0, 10, 110 for the symbols 5, 6, 7.
        let mut counts = [0; 16];
        counts[..3].copy_from_slice(&[1, 1, 1]);
        let table = HuffmanTable::new(counts, &[5, 6, 7]);
        let mut bits = Bits::new(&[0b0101_1011, 0xFF, 0x00, 0xFF, 0x00]);
        let symbols: Vec<_> = (0..4).map(|_| table.decode(&mut bits)).collect();
        assert_eq!(symbols, [Ok(5), Ok(6), Ok(7), Err("no such code")]);
    }

    #[test]
    fn a_first_bit_of_0_makes_a_value_negative() {
        let mut bits = Bits::new(&[0b0110_0100]);
        let values: Vec<_> = [3, 1, 2, 2, 1].map(|n| bits.take_signed(n)).into();
        assert_eq!(
            values,
            [Ok(-4), Ok(-1), Ok(-2), Ok(-3), Err("scan data break off")]
        );
    }
}
