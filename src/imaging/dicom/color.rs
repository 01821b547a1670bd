//! From color to gray: films in color clothes, whose channels are equal, and those that differ.

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::DicomError;
use super::attributes::Attributes;
use super::look_up::LookUp;
use crate::imaging::picture::luma;

/// Gray values with whether red, green and blue differed anywhere.
pub(super) struct Gray {
    pub(super) values: Vec<u16>,
    pub(super) channels_differ: bool,
    /// Bits that a value may take.
    pub(super) bits: u16,
}

/// Gray of three channels, the channels of a pixel together.
pub(super) fn gray_of_channels(samples: &[u16], ybr: bool, bits: u16) -> Gray {
    let mut channels_differ = false;
    let (pixels, _) = samples.as_chunks::<3>();
    let gray = |&[a, b, c]: &[u16; 3]| {
        let [red, green, blue] = if ybr { rgb(a, b, c, bits) } else { [a, b, c] };
        channels_differ |= red != green || green != blue;
        luma(red, green, blue)
    };
    Gray {
        values: pixels.iter().map(gray).collect(),
        channels_differ,
        bits,
    }
}

/// PS3.3 C.7.6.3.1.2, full range.
fn rgb(luma: u16, blue: u16, red: u16, bits: u16) -> [u16; 3] {
    let max = f64::from((1_u32 << bits) - 1);
    let middle = f64::from(1_u32 << (bits - 1));
    let (luma, blue, red) = (
        f64::from(luma),
        f64::from(blue) - middle,
        f64::from(red) - middle,
    );
    [
        luma + 1.402 * red,
        luma - 0.344_136 * blue - 0.714_136 * red,
        luma + 1.772 * blue,
    ]
    .map(|value| value.round().clamp(0.0, max) as u16)
}

/// Three tables that an index is looked up in.
pub(super) struct Palette {
    channels: [LookUp; 3],
    bits: u16,
}

const TABLES: [(Tag, Tag, Tag); 3] = [
    (
        tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR,
        tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DATA,
        tags::SEGMENTED_RED_PALETTE_COLOR_LOOKUP_TABLE_DATA,
    ),
    (
        tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR,
        tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DATA,
        tags::SEGMENTED_GREEN_PALETTE_COLOR_LOOKUP_TABLE_DATA,
    ),
    (
        tags::BLUE_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR,
        tags::BLUE_PALETTE_COLOR_LOOKUP_TABLE_DATA,
        tags::SEGMENTED_BLUE_PALETTE_COLOR_LOOKUP_TABLE_DATA,
    ),
];

impl Palette {
    /// The tables of a file; `input` is the range of its stored numbers.
    pub(super) fn read(attributes: &Attributes<'_>, input: (f64, f64)) -> Result<Self, DicomError> {
        let mut channels = Vec::new();
        for (descriptor, data, segmented) in TABLES {
            if attributes.element(data).is_none() && attributes.element(segmented).is_some() {
                let found = "PALETTE COLOR with segmented tables".to_owned();
                return Err(DicomError::Color { found });
            }
            let table = LookUp::read(attributes, descriptor, data, input);
            let found = "PALETTE COLOR without readable tables".to_owned();
            channels.push(table.ok_or(DicomError::Color { found })?);
        }
        let largest = channels
            .iter()
            .filter_map(|c| c.entries.iter().max().copied())
            .max();
        // Tables of 16 bits with entries of 8 are common.
        let is_wide = channels.iter().any(|c| c.bits > 8) && largest > Some(255);
        let channels = channels.try_into().map_err(|_| DicomError::NoPixelData)?;
        Ok(Self {
            channels,
            bits: if is_wide { 16 } else { 8 },
        })
    }

    /// Gray of indices; `offset` is added to each for its stored number.
    pub(super) fn gray(&self, indices: &[u16], offset: i32) -> Gray {
        let mut channels_differ = false;
        let [red, green, blue] = &self.channels;
        let gray = |&idx: &u16| {
            let idx = i32::from(idx) + offset;
            let (red, green, blue) = (red.apply(idx), green.apply(idx), blue.apply(idx));
            channels_differ |= red != green || green != blue;
            luma(red, green, blue)
        };
        Gray {
            values: indices.iter().map(gray).collect(),
            channels_differ,
            bits: self.bits,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_differences_of_color_luma_is_the_gray() {
        let gray = gray_of_channels(&[7, 128, 128, 255, 128, 128], true, 8);
        assert_eq!((gray.values, gray.channels_differ), (vec![7, 255], false));
        let colored = gray_of_channels(&[76, 85, 255], true, 8);
        assert_eq!((colored.values, colored.channels_differ), (vec![76], true));
    }

    #[test]
    fn equal_channels_pass_unchanged_at_every_depth() {
        for value in [0, 1, 254, 4095, 65_535] {
            let gray = gray_of_channels(&[value; 3], false, 16);
            assert_eq!((gray.values, gray.channels_differ), (vec![value], false));
        }
    }
}
