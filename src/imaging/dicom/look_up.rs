//! Look-up tables: modality and VOI LUTs (PS3.3 C.11.1.1, C.11.2.1.1) and palettes (C.7.6.3.1.5).

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::attributes::Attributes;

/// A table with what is odd about it.
pub(super) struct LookUp {
    /// The number that the first entry belongs to; may be negative.
    pub(super) first: i32,
    /// At least one.
    pub(super) entries: Vec<u16>,
    /// Declared bits an entry.
    pub(super) bits: u16,
    /// What counts as white, above 0.
    pub(super) max: u16,
    /// Completes the sentence `The table …` where entries are missing.
    pub(super) missing: Option<String>,
    /// The same where the entries do not fit the declared bits.
    pub(super) stretched: Option<String>,
}

impl LookUp {
    /// The table of an item of a LUT sequence. `input` is the range of what is looked up.
    pub(super) fn of_item(item: &Attributes<'_>, input: (f64, f64)) -> Option<Self> {
        Self::read(item, tags::LUT_DESCRIPTOR, tags::LUT_DATA, input)
    }

    /// `None` where descriptor or data are missing or make no table.
    pub(super) fn read(
        attributes: &Attributes<'_>,
        descriptor: Tag,
        data: Tag,
        input: (f64, f64),
    ) -> Option<Self> {
        let words = attributes.words(descriptor)?;
        let [n_entries, first, bits] = *words.values else {
            return None;
        };
        // 65,536 does not fit 16 bits and is written as 0.
        let n_entries = match n_entries {
            0 => 65_536,
            n => usize::from(n),
        };
        let first = match words.signed {
            Some(true) => i32::from(first.cast_signed()),
            _ => unsigned_or_not(first, n_entries, input),
        };
        let bytes = attributes.little_endian(data)?;
        // Entries of 8 bits come as bytes, padded to an even number, or as words.
        let entries: Vec<u16> = if bits <= 8 && bytes.len() <= n_entries + 1 {
            bytes
                .iter()
                .copied()
                .map(u16::from)
                .take(n_entries)
                .collect()
        } else {
            let (words, _) = bytes.as_chunks::<2>();
            words
                .iter()
                .copied()
                .map(u16::from_le_bytes)
                .take(n_entries)
                .collect()
        };
        let largest = *entries.iter().max()?;
        let missing = (entries.len() < n_entries).then(|| {
            let n_found = entries.len();
            format!("has {n_found} entries, not {n_entries} as declared; the last is repeated")
        });
        let declared = match bits {
            1..=16 => ((1_u32 << bits) - 1) as u16,
            _ => 0,
        };
        // Entries of 12 bits in a table declared with 16 are common: taken literally, all is dark.
        let fits = largest <= declared && largest > declared / 2;
        let keep = fits || largest == 0 && declared > 0;
        let stretched = (!keep).then(|| {
            format!("is declared with {bits} bits but ends at {largest}: stretched to that")
        });
        Some(Self {
            first,
            max: if keep { declared } else { largest.max(1) },
            entries,
            bits,
            missing,
            stretched,
        })
    }

    /// The entry of a number, the ends repeated.
    pub(super) fn apply(&self, number: i32) -> u16 {
        let last = self.entries.len().saturating_sub(1);
        let idx = usize::try_from(number.saturating_sub(self.first)).unwrap_or(0);
        self.entries.get(idx.min(last)).copied().unwrap_or_default()
    }
}

/// The first mapped number is signed where the numbers looked up may be negative (C.11.2.1.1), and
/// implicit VR does not say: the reading under which more of them fall into the table.
fn unsigned_or_not(first: u16, n_entries: usize, (low, high): (f64, f64)) -> i32 {
    let covered = |first: i32| {
        let end = f64::from(first) + n_entries as f64 - 1.0;
        end.min(high) - f64::from(first).max(low)
    };
    let (unsigned, signed) = (i32::from(first), i32::from(first.cast_signed()));
    if covered(signed) > covered(unsigned) {
        signed
    } else {
        unsigned
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_number_is_signed_where_that_covers_the_input() {
        let minus_1024 = 64_512;
        assert_eq!(unsigned_or_not(minus_1024, 4096, (-1024.0, 3071.0)), -1024);
        assert_eq!(unsigned_or_not(minus_1024, 1024, (0.0, 65_535.0)), 64_512);
        assert_eq!(unsigned_or_not(0, 4096, (-1024.0, 3071.0)), 0);
    }
}
