use thiserror::Error;

/// Errors from reading a DICOM file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum DicomError {
    #[error("DICOM file is damaged: {cause}")]
    Damaged { cause: String },
    #[error("expected at most {limit} sequences within each other, got more")]
    TooDeep { limit: usize },
    #[error("expected at most {limit} elements, got more")]
    TooManyElements { limit: usize },
    #[error("expected at most {limit} bytes after inflating, got more")]
    InflatesTooFar { limit: u64 },
    #[error("expected a transfer syntax that this build reads, got {name}")]
    TransferSyntax { name: String },
    #[error("expected an image, got {found}")]
    NoImage { found: String },
    #[error("expected {expected} in {attribute}, got {found}")]
    Attribute {
        attribute: &'static str,
        expected: &'static str,
        found: String,
    },
    #[error("expected a single frame, got {n_frames} frames")]
    Frames { n_frames: i64 },
    #[error("expected a gray, RGB, YBR or PALETTE COLOR image, got {found}")]
    Color { found: String },
    #[error("expected {n_expected} bytes of pixel data, got {n_found}")]
    PixelLength { n_expected: usize, n_found: usize },
    #[error("expected pixel data, got none")]
    NoPixelData,
    #[error("expected {expected} in the compressed image, got {found}")]
    Stream { expected: String, found: String },
    #[error("{codec} image is damaged or not supported: {cause}")]
    Codec { codec: &'static str, cause: String },
}

#[cfg(test)]
mod tests {
    use dicom_core::value::{C, PixelFragmentSequence};
    use dicom_core::{DataElement, PrimitiveValue, VR};
    use dicom_dictionary_std::{tags, uids};

    use crate::imaging::samples::{dx, element, file, refusal};

    #[test]
    fn segmented_palettes_are_refused_by_name() {
        let mut object = dx(2, 1);
        let red = tags::SEGMENTED_RED_PALETTE_COLOR_LOOKUP_TABLE_DATA;
        object.put(element(
            tags::PHOTOMETRIC_INTERPRETATION,
            VR::CS,
            "PALETTE COLOR",
        ));
        object.put(element(red, VR::OW, 0_u16));
        let pixels = PrimitiveValue::U8(C::from_slice(&[0, 1]));
        object.put(DataElement::new(tags::PIXEL_DATA, VR::OB, pixels));
        let said = refusal(&file(object, uids::EXPLICIT_VR_LITTLE_ENDIAN));
        assert!(
            said.contains("PALETTE COLOR with segmented tables"),
            "{said}"
        );
    }

    #[test]
    fn restarts_in_jpeg_ls_are_refused_by_name() {
        // A frame of 2 x 1 pixels at 8 bits, restarts after each line, and a scan.
        let stream = b"\xFF\xD8\xFF\xF7\0\x0b\x08\0\x01\0\x02\x01\x01\x11\0\xFF\xDD\0\x04\0\x01\
                       \xFF\xDA\0\x08\x01\x01\0\0\0\0\x20\0\xFF\xD9";
        let mut object = dx(2, 1);
        let fragments = PixelFragmentSequence::new_fragments(C::from_vec(vec![stream.to_vec()]));
        object.put(DataElement::new(tags::PIXEL_DATA, VR::OB, fragments));
        let said = refusal(&file(object, uids::JPEGLS_LOSSLESS));
        assert!(
            said.contains("JPEG-LS") && said.contains("restart markers"),
            "{said}"
        );
    }
}
