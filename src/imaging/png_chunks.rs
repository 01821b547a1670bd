//! What a PNG file says beside its pixels: significant bits, orientation, animation (PNG 3, 11.3).

use image::metadata::Orientation;

use super::picture::Picture;

/// Sets what the chunks of the file say about a picture decoded from it.
pub(super) fn apply(png: &[u8], picture: &mut Picture) {
    for (name, data) in chunks(png) {
        match name {
            b"sBIT" => apply_significant_bits(data, picture),
            // The decoder reads it only where it comes before the pixels.
            b"eXIf" => {
                let exif = data.strip_prefix(b"Exif\0\0").unwrap_or(data);
                if let Some(orientation) = Orientation::from_exif_chunk(exif) {
                    picture.orientation = orientation;
                }
            }
            b"acTL" => picture
                .warnings
                .push("The file is an animation: its first picture is read.".to_owned()),
            _ => {}
        }
    }
}

/// A file of 12 significant bits in 16 should be stretched to 16; many writers leave it at 4095.
fn apply_significant_bits(data: &[u8], picture: &mut Picture) {
    // One number a channel, the last one of two or four is that of the transparency.
    let n_channels = if data.len() < 3 { 1 } else { 3 };
    let n_bits = data.iter().take(n_channels).max().copied();
    let n_bits = n_bits.map_or(0, u16::from);
    if picture.bits != 16 || !(1..16).contains(&n_bits) {
        return;
    }
    picture.bits = n_bits;
    let white = (1_u16 << n_bits) - 1;
    if picture.values.iter().all(|&value| value <= white) {
        picture.range = [0.0, f64::from(white)];
        picture.steps.push(format!(
            "white is {white}: the file says {n_bits} significant bits (sBIT), and no value goes beyond"
        ));
    }
}

/// Names and data of the chunks, as far as the file is whole.
fn chunks(png: &[u8]) -> impl Iterator<Item = (&[u8; 4], &[u8])> {
    let mut rest = png.get(8..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (length, behind) = rest.split_first_chunk::<4>()?;
        let (name, behind) = behind.split_first_chunk::<4>()?;
        let (data, behind) = behind.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        rest = behind.get(4..)?;
        Some((name, data))
    })
}
