//! The pages of a TIFF or `BigTIFF` file with their tags (TIFF 6.0, section 2); nothing is decoded.

/// Pages that are looked for at most.
const MAX_PAGES: usize = 4096;
/// Numbers of one tag that are read at most: the color map of 16 bits has this many.
const MAX_NUMBERS: usize = 3 << 16;

/// A field type of TIFF: `SHORT`, two bytes without sign.
const SHORT: u16 = 3;
/// A field type of TIFF: `LONG`, four bytes without sign.
const LONG: u16 = 4;

/// Where numbers are in a file, and which way round their bytes are.
#[derive(Clone, Copy, Debug)]
struct Layout {
    big_endian: bool,
    /// `BigTIFF`: offsets and counts of eight bytes.
    big: bool,
}

/// The pages of a file, in order; at least one.
#[derive(Debug)]
pub(super) struct TiffPages {
    layout: Layout,
    pub(super) pages: Vec<Page>,
    /// The list of pages was longer than what is looked at, or broken.
    pub(super) incomplete: bool,
}

/// One page: a directory of tags.
#[derive(Debug)]
pub(super) struct Page {
    at: usize,
    entries: Vec<Entry>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    tag: u16,
    /// Where the entry itself begins.
    at: usize,
    kind: u16,
    count: usize,
    /// Where its first number is.
    values_at: usize,
}

impl Layout {
    /// `None` where the file ends before.
    fn number(self, bytes: &[u8], at: usize, n_bytes: usize) -> Option<u64> {
        let bytes = bytes.get(at..at.checked_add(n_bytes)?)?;
        let join = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        Some(if self.big_endian {
            bytes.iter().fold(0, join)
        } else {
            bytes.iter().rev().fold(0, join)
        })
    }

    fn offset(self, bytes: &[u8], at: usize) -> Option<usize> {
        let n_bytes = if self.big { 8 } else { 4 };
        usize::try_from(self.number(bytes, at, n_bytes)?).ok()
    }

    fn write(self, bytes: &mut [u8], at: usize, n_bytes: usize, value: u64) -> Option<()> {
        let place = bytes.get_mut(at..at.checked_add(n_bytes)?)?;
        let big = value.to_be_bytes();
        let digits = big.get(8_usize.checked_sub(n_bytes)?..)?;
        for (idx, byte) in place.iter_mut().enumerate() {
            let from = if self.big_endian {
                idx
            } else {
                n_bytes - 1 - idx
            };
            *byte = *digits.get(from)?;
        }
        Some(())
    }

    /// The page at an offset, and where it says that the next one is.
    fn page(self, bytes: &[u8], at: usize) -> Option<(Page, usize)> {
        let (n_count_bytes, n_entry_bytes) = if self.big { (8, 20) } else { (2, 12) };
        let n_entries = usize::try_from(self.number(bytes, at, n_count_bytes)?).ok()?;
        let first = at.checked_add(n_count_bytes)?;
        let end = first.checked_add(n_entries.checked_mul(n_entry_bytes)?)?;
        // Before memory is taken for them: the entries are in the file.
        bytes.get(first..end)?;
        let entries =
            (0..n_entries).filter_map(|idx| self.entry(bytes, first + idx * n_entry_bytes));
        let page = Page {
            at,
            entries: entries.collect(),
        };
        Some((page, self.offset(bytes, end).unwrap_or(usize::MAX)))
    }

    fn entry(self, bytes: &[u8], at: usize) -> Option<Entry> {
        let tag = self.number(bytes, at, 2)? as u16;
        let kind = self.number(bytes, at + 2, 2)? as u16;
        let count = self.offset(bytes, at + 4)?;
        let inline_at = at + if self.big { 12 } else { 8 };
        let room = if self.big { 8 } else { 4 };
        let is_inline = count.checked_mul(size_of(kind)?)? <= room;
        let values_at = if is_inline {
            inline_at
        } else {
            self.offset(bytes, inline_at)?
        };
        Some(Entry {
            tag,
            at,
            kind,
            count,
            values_at,
        })
    }
}

/// Bytes of a number of this field type; `None` for types without numbers that are known.
fn size_of(kind: u16) -> Option<usize> {
    match kind {
        1 | 2 | 6 | 7 => Some(1),
        SHORT | 8 => Some(2),
        LONG | 9 | 11 | 13 => Some(4),
        5 | 10 | 12 | 16 | 17 | 18 => Some(8),
        _ => None,
    }
}

impl TiffPages {
    /// Whether these bytes begin like a TIFF or `BigTIFF` file.
    pub(super) fn is_tiff(head: &[u8]) -> bool {
        Self::layout(head).is_some()
    }

    fn layout(head: &[u8]) -> Option<Layout> {
        let (big_endian, big) = match head.get(..4)? {
            b"II*\0" => (false, false),
            b"MM\0*" => (true, false),
            b"II+\0" => (false, true),
            b"MM\0+" => (true, true),
            _ => return None,
        };
        Some(Layout { big_endian, big })
    }

    /// `None` where there is not a single page.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        let layout = Self::layout(bytes)?;
        let mut pages: Vec<Page> = Vec::new();
        let mut next = layout.offset(bytes, if layout.big { 8 } else { 4 })?;
        let mut seen = std::collections::BTreeSet::new();
        let mut incomplete = false;
        while next != 0 {
            let found = layout.page(bytes, next);
            let Some((page, behind)) =
                found.filter(|_| seen.insert(next) && pages.len() < MAX_PAGES)
            else {
                incomplete = true;
                break;
            };
            pages.push(page);
            next = behind;
        }
        (!pages.is_empty()).then_some(Self {
            layout,
            pages,
            incomplete,
        })
    }

    /// The unsigned numbers of a tag; `None` where it is missing, of another type or cut off.
    pub(super) fn numbers(&self, bytes: &[u8], page: &Page, tag: u16) -> Option<Vec<u64>> {
        let entry = page.entry(tag)?;
        if !matches!(entry.kind, 1 | SHORT | LONG | 13 | 16 | 18) || entry.count > MAX_NUMBERS {
            return None;
        }
        let n_bytes = size_of(entry.kind)?;
        let number = |idx| {
            let at = entry.values_at.checked_add(idx * n_bytes)?;
            self.layout.number(bytes, at, n_bytes)
        };
        (0..entry.count).map(number).collect()
    }

    /// The first number of a tag.
    pub(super) fn first(&self, bytes: &[u8], page: &Page, tag: u16) -> Option<u64> {
        self.numbers(bytes, page, tag)?.first().copied()
    }

    /// Changes a tag of one number in a copy of the file; nothing where the page has no such tag.
    pub(super) fn set(&self, copy: &mut [u8], page: &Page, tag: u16, value: u64) -> Option<()> {
        let entry = page.entry(tag)?;
        let (n_count_bytes, room) = if self.layout.big { (8, 8) } else { (4, 4) };
        let value_at = entry.at + 4 + n_count_bytes;
        self.layout.write(copy, entry.at + 2, 2, u64::from(LONG))?;
        self.layout.write(copy, entry.at + 4, n_count_bytes, 1)?;
        copy.get_mut(value_at..value_at + room)?.fill(0);
        self.layout.write(copy, value_at, 4, value)
    }

    /// Makes a page the first one, in a copy of the file.
    pub(super) fn begin_with(&self, copy: &mut [u8], page: &Page) -> Option<()> {
        let (at, n_bytes) = if self.layout.big { (8, 8) } else { (4, 4) };
        self.layout.write(copy, at, n_bytes, page.at as u64)
    }
}

impl Page {
    fn entry(&self, tag: u16) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.tag == tag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two pages, the second of which says that it is followed by the first.
    fn in_a_circle() -> Vec<u8> {
        let mut bytes = b"II*\0\x08\0\0\0".to_vec();
        for (width, next) in [(7_u32, 26_u32), (9, 8)] {
            bytes.extend(1_u16.to_le_bytes());
            bytes.extend(256_u16.to_le_bytes());
            bytes.extend(LONG.to_le_bytes());
            bytes.extend(1_u32.to_le_bytes());
            bytes.extend(width.to_le_bytes());
            bytes.extend(next.to_le_bytes());
        }
        bytes
    }

    #[test]
    fn pages_in_a_circle_are_read_once() {
        let bytes = in_a_circle();
        let found = TiffPages::of(&bytes).unwrap();
        let widths: Vec<_> = found
            .pages
            .iter()
            .map(|page| found.first(&bytes, page, 256))
            .collect();
        assert_eq!(widths, [Some(7), Some(9)]);
        assert!(found.incomplete);
    }

    #[test]
    fn a_tag_is_changed_in_a_copy() {
        let mut bytes = in_a_circle();
        let found = TiffPages::of(&bytes).unwrap();
        found.set(&mut bytes, &found.pages[1], 256, 70_000).unwrap();
        found.begin_with(&mut bytes, &found.pages[1]).unwrap();
        let found = TiffPages::of(&bytes).unwrap();
        assert_eq!(found.first(&bytes, &found.pages[0], 256), Some(70_000));
        assert_eq!(found.set(&mut bytes, &found.pages[0], 257, 1), None);
    }

    #[test]
    fn no_truncation_is_a_panic() {
        let bytes = in_a_circle();
        for length in 0..bytes.len() {
            let found = TiffPages::of(&bytes[..length]);
            assert!(found.is_none_or(|found| found.incomplete), "{length}");
        }
    }
}
