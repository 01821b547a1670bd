//! Transfer syntaxes (PS3.5 Annex A): how a data set is written and its pixels are coded.

use super::elements::Encoding;

/// A coding of pixel data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    /// Plain numbers.
    Native,
    Rle,
    /// Any coding of ITU-T T.81; the stream says which.
    Jpeg,
    JpegLs,
    /// With or without high throughput.
    Jpeg2000,
    JpegXl,
    /// Each frame deflated.
    Deflated,
}

/// What a transfer syntax UID says.
#[derive(Clone, Copy, Debug)]
pub(super) struct TransferSyntax {
    /// In a few words, as in `JPEG 2000`.
    pub(super) name: &'static str,
    pub(super) encoding: Encoding,
    /// Pixels may be changed by the coding, whatever the stream looks like.
    pub(super) lossy: bool,
    /// The whole data set is deflated.
    pub(super) deflated: bool,
    /// `None` for what this program does not decode.
    pub(super) coding: Option<Coding>,
}

impl TransferSyntax {
    /// Where the file names none.
    pub(super) const IMPLICIT: Self = Self {
        name: "uncompressed",
        encoding: Encoding::IMPLICIT,
        lossy: false,
        deflated: false,
        coding: Some(Coding::Native),
    };

    /// By UID; those that the standard does not list are taken for explicit, little endian.
    pub(super) fn of(uid: &str) -> Self {
        let explicit = |name, coding| Self {
            name,
            encoding: Encoding::EXPLICIT,
            lossy: false,
            deflated: false,
            coding,
        };
        let coded = |name, coding| explicit(name, Some(coding));
        let lossy = |name, coding| Self {
            lossy: true,
            ..coded(name, coding)
        };
        let Some(rest) = uid.strip_prefix("1.2.840.10008.1.2") else {
            return explicit("an unknown coding", None);
        };
        match rest {
            "" => Self::IMPLICIT,
            ".1" => coded("uncompressed", Coding::Native),
            ".1.98" => coded("uncompressed in fragments", Coding::Native),
            ".1.99" => Self {
                deflated: true,
                ..coded("deflated", Coding::Native)
            },
            ".2" => Self {
                encoding: Encoding {
                    explicit: true,
                    big_endian: true,
                },
                ..coded("uncompressed", Coding::Native)
            },
            ".5" => coded("RLE", Coding::Rle),
            ".8.1" => coded("deflated frames", Coding::Deflated),
            ".4.50" => lossy("JPEG baseline", Coding::Jpeg),
            ".4.51" => lossy("JPEG extended", Coding::Jpeg),
            ".4.53" => lossy("JPEG spectral selection", Coding::Jpeg),
            ".4.55" => lossy("JPEG progressive", Coding::Jpeg),
            ".4.57" | ".4.70" => coded("JPEG lossless", Coding::Jpeg),
            ".4.52" | ".4.54" | ".4.56" | ".4.58" => explicit("JPEG with arithmetic coding", None),
            ".4.59" | ".4.60" | ".4.61" | ".4.62" | ".4.63" | ".4.64" | ".4.65" | ".4.66" => {
                explicit("hierarchical JPEG", None)
            }
            ".4.80" | ".4.81" => coded("JPEG-LS", Coding::JpegLs),
            ".4.90" => coded("JPEG 2000 lossless", Coding::Jpeg2000),
            ".4.91" => lossy("JPEG 2000", Coding::Jpeg2000),
            ".4.92" | ".4.93" => explicit("JPEG 2000 with several components", None),
            ".4.94" | ".4.95" | ".4.204" | ".4.205" => {
                explicit("JPIP, a reference to an image elsewhere", None)
            }
            ".4.201" | ".4.202" => coded("HTJ2K lossless", Coding::Jpeg2000),
            ".4.203" => lossy("HTJ2K", Coding::Jpeg2000),
            ".4.110" => coded("JPEG XL lossless", Coding::JpegXl),
            ".4.111" => lossy("JPEG XL of a JPEG", Coding::JpegXl),
            ".4.112" => lossy("JPEG XL", Coding::JpegXl),
            other if other.starts_with(".4.10") => explicit("video (MPEG)", None),
            _ => explicit("an unknown coding", None),
        }
    }
}
