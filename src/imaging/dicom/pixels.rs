//! Raw stored numbers out of the pixel data, whatever it is coded in.
//!
//! The library's codecs trust the data set's size and panic when the stream disagrees, so the
//! stream's own header is compared first.

use std::borrow::Cow;

use dicom_core::value::{C, PixelFragmentSequence, Value};
use dicom_core::{DataElement, PrimitiveValue, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};
use dicom_pixeldata::PixelDecoder as _;

use crate::domain::Pixels;
use crate::imaging::jpeg_stream::{self, FrameHeader};

use super::data_set::{DataSet, chain};
use super::header::Header;
use super::j2k_stream::SizeHeader;
use super::{DicomError, jpeg_sequential, rle};

/// Decoded numbers and what was odd about them.
pub(super) struct Stored {
    pub(super) pixels: Pixels,
    /// Bits that a number may take.
    pub(super) bits: u16,
    pub(super) warnings: Vec<String>,
}

/// Little-endian samples as they come out of a codec.
struct Samples {
    bytes: Vec<u8>,
    /// 1 or 2.
    n_bytes: usize,
    /// Bits that count.
    bits: u16,
    /// Their offset above bit 0.
    shift: u16,
}

/// Decodes the one frame of `data_set`.
pub(super) fn decode(data_set: &DataSet, header: &Header) -> Result<Stored, DicomError> {
    let element = data_set.object.get(tags::PIXEL_DATA);
    let value = element.ok_or(DicomError::NoPixelData)?.value();
    let samples = match value {
        Value::Primitive(primitive) => native(primitive.to_bytes(), header)?,
        Value::PixelSequence(sequence) => {
            encapsulated(&sequence.fragments().concat(), &data_set.syntax_uid, header)?
        }
        Value::Sequence(_) => return Err(DicomError::NoPixelData),
    };
    let mut warnings = vec![];
    if samples.bits != header.bits_stored {
        warnings.push(format!(
            "The file says {} bits, its compressed image {}.",
            header.bits_stored, samples.bits
        ));
    }
    let pixels = numbers(&samples, header)?;
    Ok(Stored {
        pixels,
        bits: samples.bits,
        warnings,
    })
}

fn native(bytes: Cow<'_, [u8]>, header: &Header) -> Result<Samples, DicomError> {
    let n_bytes = usize::from(header.bits_allocated / 8);
    let n_expected = header.n_pixels() * n_bytes;
    if bytes.len() < n_expected {
        let n_found = bytes.len();
        return Err(DicomError::PixelLength {
            n_expected,
            n_found,
        });
    }
    Ok(Samples {
        bytes: bytes.into_owned(),
        n_bytes,
        bits: header.bits_stored,
        shift: header.high_bit + 1 - header.bits_stored,
    })
}

fn encapsulated(stream: &[u8], uid: &str, header: &Header) -> Result<Samples, DicomError> {
    match uid {
        uids::RLE_LOSSLESS => {
            let n_bytes = usize::from(header.bits_allocated / 8);
            let bytes = rle::decode(stream, header.n_pixels(), n_bytes)?;
            native(Cow::Owned(bytes), header)
        }
        uids::ENCAPSULATED_UNCOMPRESSED_EXPLICIT_VR_LITTLE_ENDIAN => {
            native(Cow::Borrowed(stream), header)
        }
        uids::JPEG_BASELINE8_BIT
        | uids::JPEG_EXTENDED12_BIT
        | uids::JPEG_LOSSLESS
        | uids::JPEG_LOSSLESS_SV1 => jpeg(stream, uid, header),
        uids::JPEGLS_LOSSLESS | uids::JPEGLS_NEAR_LOSSLESS if cfg!(not(feature = "jpeg-ls")) => {
            Err(DicomError::NoJpegLs)
        }
        uids::JPEGLS_LOSSLESS | uids::JPEGLS_NEAR_LOSSLESS => {
            let frame = jpeg_header(stream, "JPEG-LS", header)?;
            by_library(stream, uid, "JPEG-LS", frame.precision, header)
        }
        uids::JPEG2000_LOSSLESS | uids::JPEG2000 => jpeg_2000(stream, uid, header),
        uids::DEFLATED_IMAGE_FRAME_COMPRESSION => inflated(stream, header),
        other => Err(DicomError::TransferSyntax {
            name: other.to_owned(),
        }),
    }
}

fn inflated(stream: &[u8], header: &Header) -> Result<Samples, DicomError> {
    use std::io::Read as _;

    let n_expected = header.n_pixels() * usize::from(header.bits_allocated / 8);
    let mut bytes = vec![];
    let mut reader = flate2::read::DeflateDecoder::new(stream).take(n_expected as u64);
    let read = reader.read_to_end(&mut bytes);
    read.map_err(|error| codec_error("deflated", error.to_string()))?;
    native(Cow::Owned(bytes), header)
}

fn jpeg(stream: &[u8], uid: &str, header: &Header) -> Result<Samples, DicomError> {
    let frame = jpeg_header(stream, "JPEG", header)?;
    if !jpeg_stream::is_complete(stream) {
        return Err(codec_error(
            "JPEG",
            "expected an end marker, got none".to_owned(),
        ));
    }
    // The library decodes 8 bits, and up to 16 in lossless coding; extended coding is in between.
    if frame.marker == 0xC1 && frame.precision > 8 {
        let values = jpeg_sequential::decode(stream)
            .map_err(|cause| codec_error("JPEG extended", cause.to_owned()))?;
        return Ok(Samples {
            bytes: values.into_iter().flat_map(u16::to_le_bytes).collect(),
            n_bytes: 2,
            bits: u16::from(frame.precision),
            shift: 0,
        });
    }
    by_library(stream, uid, "JPEG", frame.precision, header)
}

fn jpeg_header(
    stream: &[u8],
    codec: &'static str,
    header: &Header,
) -> Result<FrameHeader, DicomError> {
    let frame = FrameHeader::of(stream);
    let frame = frame.ok_or_else(|| codec_error(codec, "it has no frame header".to_owned()))?;
    let size = (u32::from(frame.width_px), u32::from(frame.height_px));
    check_stream(size, u16::from(frame.n_components), frame.precision, header)?;
    Ok(frame)
}

fn jpeg_2000(stream: &[u8], uid: &str, header: &Header) -> Result<Samples, DicomError> {
    let size = SizeHeader::of(stream);
    let damaged = |cause: &str| codec_error("JPEG 2000", cause.to_owned());
    let size = size.ok_or_else(|| damaged("it has no size header"))?;
    check_stream(
        (size.width_px, size.height_px),
        size.n_components,
        size.precision,
        header,
    )?;
    // T.800 allows 65,535 tiles; each costs the decoder memory whatever its size.
    if !size.full_resolution || size.n_tiles > 4096 {
        return Err(damaged("it is subsampled or has too many tiles"));
    }
    by_library(stream, uid, "JPEG 2000", size.precision, header)
}

fn check_stream(
    (width_px, height_px): (u32, u32),
    n_components: u16,
    precision: u8,
    header: &Header,
) -> Result<(), DicomError> {
    let fits = (width_px, height_px) == (header.width_px, header.height_px);
    if fits && n_components == 1 && (2..=16).contains(&precision) {
        return Ok(());
    }
    let (width, height) = (header.width_px, header.height_px);
    Err(DicomError::Stream {
        expected: format!("{width} x {height} pixels, 1 component, 2 to 16 bits"),
        found: format!("{width_px} x {height_px}, {n_components}, {precision}"),
    })
}

/// Hands the library a data set with nothing in it but what the codec needs, made to fit.
fn by_library(
    stream: &[u8],
    uid: &str,
    codec: &'static str,
    precision: u8,
    header: &Header,
) -> Result<Samples, DicomError> {
    let n_bytes = if precision > 8 { 2 } else { 1 };
    let mut object = InMemDicomObject::new_empty();
    let shorts = [
        (tags::SAMPLES_PER_PIXEL, 1),
        (tags::ROWS, header.height_px as u16),
        (tags::COLUMNS, header.width_px as u16),
        (tags::BITS_ALLOCATED, 8 * n_bytes as u16),
        (tags::BITS_STORED, u16::from(precision)),
        (tags::HIGH_BIT, u16::from(precision) - 1),
        (tags::PIXEL_REPRESENTATION, u16::from(header.signed)),
    ];
    for (tag, value) in shorts {
        object.put(DataElement::new(tag, VR::US, PrimitiveValue::from(value)));
    }
    let photometric = PrimitiveValue::from("MONOCHROME2");
    object.put(DataElement::new(
        tags::PHOTOMETRIC_INTERPRETATION,
        VR::CS,
        photometric,
    ));
    let fragments = PixelFragmentSequence::new_fragments(C::from_vec(vec![stream.to_vec()]));
    object.put(DataElement::new(tags::PIXEL_DATA, VR::OB, fragments));
    let meta = FileMetaTableBuilder::new()
        .transfer_syntax(uid)
        .media_storage_sop_class_uid("")
        .media_storage_sop_instance_uid("");
    let object = object
        .with_meta(meta)
        .map_err(|error| codec_error(codec, chain(&error)))?;
    let decoded = object.decode_pixel_data_frame(0);
    let bytes = decoded
        .map_err(|error| codec_error(codec, chain(&error)))?
        .data()
        .to_vec();
    let n_expected = header.n_pixels() * n_bytes;
    if bytes.len() != n_expected {
        let n_found = bytes.len();
        return Err(DicomError::PixelLength {
            n_expected,
            n_found,
        });
    }
    Ok(Samples {
        bytes,
        n_bytes,
        bits: u16::from(precision),
        shift: 0,
    })
}

/// Cuts out the bits that count, spreads the sign, and moves signed numbers above 0.
fn numbers(samples: &Samples, header: &Header) -> Result<Pixels, DicomError> {
    let unused = 16 - u32::from(samples.bits);
    let number = |raw: u16| {
        let top = (raw >> samples.shift) << unused;
        if header.signed {
            ((top.cast_signed() >> unused).cast_unsigned()) ^ 0x8000
        } else {
            top >> unused
        }
    };
    let raws = samples.bytes.chunks_exact(samples.n_bytes);
    let raws = raws.map(|bytes| match *bytes {
        [low, high] => u16::from_le_bytes([low, high]),
        [byte] => u16::from(byte),
        _ => 0,
    });
    let values = raws.take(header.n_pixels()).map(number).collect();
    let offset = if header.signed { -32_768 } else { 0 };
    let (width_px, height_px) = (header.width_px as usize, header.height_px as usize);
    Pixels::new(width_px, height_px, values, offset).map_err(|error| DicomError::PixelLength {
        n_expected: header.n_pixels(),
        n_found: error.n_values,
    })
}

fn codec_error(codec: &'static str, cause: String) -> DicomError {
    DicomError::Codec { codec, cause }
}
