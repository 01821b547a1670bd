//! Huffman codes and the bits of a JPEG scan (ITU-T T.81 Annex F).

/// Error message.
pub(super) type Result<T> = std::result::Result<T, &'static str>;

/// Codes up to this length are found by one look.
const N_FAST_BITS: u32 = 9;

/// One table of a DHT segment.
#[derive(Clone)]
pub(super) struct HuffmanTable {
    /// Length and symbol by the first bits; length 0 for longer codes.
    fast: Vec<(u8, u8)>,
    /// How many codes there are of each length, from 1 bit on.
    counts: [u8; 16],
    /// In the order of their codes.
    symbols: Vec<u8>,
}

impl HuffmanTable {
    /// Takes how many codes there are of each length, and their symbols.
    pub(super) fn new(counts: [u8; 16], symbols: &[u8]) -> Self {
        let mut fast = vec![(0, 0); 1 << N_FAST_BITS];
        let mut left = symbols.iter();
        let mut code = 0_usize;
        for (length, &count) in (1..=N_FAST_BITS).zip(&counts) {
            for &symbol in left.by_ref().take(usize::from(count)) {
                let n_below = N_FAST_BITS - length;
                let entries = fast.iter_mut().skip(code << n_below).take(1 << n_below);
                for entry in entries {
                    *entry = (length as u8, symbol);
                }
                code += 1;
            }
            code <<= 1;
        }
        let symbols = symbols.to_vec();
        Self {
            fast,
            counts,
            symbols,
        }
    }

    /// The procedure DECODE of figure F.16.
    pub(super) fn decode(&self, bits: &mut Bits<'_>) -> Result<u8> {
        let ahead = bits.peek(16);
        let fast = self.fast.get((ahead >> (16 - N_FAST_BITS)) as usize);
        if let Some(&(length, symbol)) = fast
            && length > 0
        {
            bits.drop_bits(u32::from(length))?;
            return Ok(symbol);
        }
        let (mut first_code, mut first_idx) = (0_usize, 0_usize);
        for (length, &count) in (1..=16).zip(&self.counts) {
            let count = usize::from(count);
            let code = (ahead >> (16 - length)) as usize;
            if let Some(beyond) = code.checked_sub(first_code)
                && beyond < count
            {
                bits.drop_bits(length)?;
                let symbol = self.symbols.get(first_idx + beyond);
                return symbol.copied().ok_or("no such code");
            }
            first_idx += count;
            first_code = (first_code + count) << 1;
        }
        Err("no such code")
    }
}

/// The bits of a scan, most significant first, stuffed zeros left out.
pub(super) struct Bits<'a> {
    rest: &'a [u8],
    buffer: u64,
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

    fn fill(&mut self) {
        while self.n_buffered <= 48 {
            let byte = match *self.rest {
                [0xFF, 0x00, ref rest @ ..] => {
                    self.rest = rest;
                    0xFF
                }
                [0xFF, ..] | [] => return,
                [byte, ref rest @ ..] => {
                    self.rest = rest;
                    byte
                }
            };
            self.buffer = (self.buffer << 8) | u64::from(byte);
            self.n_buffered += 8;
        }
    }

    /// The next bits, up to 16, without taking them; zeros beyond the end.
    fn peek(&mut self, n_bits: u32) -> u32 {
        if self.n_buffered < n_bits {
            self.fill();
        }
        let shifted = if self.n_buffered >= n_bits {
            self.buffer >> (self.n_buffered - n_bits)
        } else {
            self.buffer << (n_bits - self.n_buffered)
        };
        shifted as u32 & ((1 << n_bits) - 1)
    }

    fn drop_bits(&mut self, n_bits: u32) -> Result<()> {
        let left = self.n_buffered.checked_sub(n_bits);
        self.n_buffered = left.ok_or("scan data break off")?;
        Ok(())
    }

    /// Up to 16 bits as a number.
    pub(super) fn take(&mut self, n_bits: u32) -> Result<i32> {
        let value = self.peek(n_bits);
        self.drop_bits(n_bits)?;
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
        self.fill();
        (self.buffer, self.n_buffered) = (0, 0);
        // Markers may have any number of fill bytes before them (B.1.1.2).
        while let [0xFF, 0xFF, ..] = self.rest {
            self.rest = self.rest.get(1..).unwrap_or_default();
        }
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
    fn codes_of_all_lengths_are_found() {
        // 0, 10, 110, … one of each length.
        let symbols: Vec<u8> = (1..=16).collect();
        let table = HuffmanTable::new([1; 16], &symbols);
        // Fifteen ones and a zero is the code of 16 bits; ten ones and a zero that of 11.
        let mut bits = Bits::new(&[0xFE, 0xFE, 0xFE, 0xFF, 0x00, 0xC0]);
        let found: Vec<_> = (0..4).map(|_| table.decode(&mut bits)).collect();
        assert_eq!(found, [Ok(8), Ok(8), Ok(8), Ok(11)]);
        let mut bits = Bits::new(&[0xFF, 0x00, 0xFE]);
        assert_eq!(table.decode(&mut bits), Ok(16));
        assert_eq!(table.decode(&mut bits), Err("scan data break off"));
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
