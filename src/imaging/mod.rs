//! The one path from a file to the numbers that the network is fed.
//!
//! `read_film` tells the format by content and hands back a [`Film`](crate::domain::Film)
//! at full depth; `model_input` makes the network's numbers from it. Nothing here panics on a
//! hostile file: sizes are checked before memory is taken, and every refusal names the file.

mod archive;
mod body_mask;
mod concerns;
mod contrast;
mod convolve;
mod correction;
mod decode;
mod dicom;
mod error;
mod film_stream;
mod folder_walk;
mod found_films;
mod gray_bins;
mod gray_counts;
mod header;
#[cfg(test)]
mod hostile;
mod input;
mod jpeg_stream;
mod limits;
mod list;
mod medium;
mod metadata;
mod picture;
mod png_chunks;
mod polarity;
mod pyramid;
mod raster;
mod record;
mod resize;
#[cfg(test)]
mod samples;
mod sniff;
mod tiff;
mod tiff_pages;
mod tiff_tags;

pub use archive::place_of_film;
pub use body_mask::BodyMask;
pub use concerns::{Concern, ConcernKind, Concerns, Severity};
pub use contrast::has_auto_window;
pub use correction::correct;
pub use decode::{film_from_bytes, read_film};
pub use dicom::DicomError;
pub use error::FilmError;
pub use film_stream::{FilmStream, StreamedFilm, Wanted};
pub use found_films::{FoundFilms, PassedOver};
pub use gray_bins::GrayBin;
pub use gray_counts::GrayCounts;
pub use header::{dicom_metadata, film_record};
pub use input::{ModelInput, Preprocessing, PreprocessingError, model_input};
pub use limits::{MAX_FILE_BYTES, MAX_PIXELS, MAX_SIDE_PX};
pub use list::{ListError, list_films, list_named_films};
pub use metadata::{Metadata, MetadataRow};
pub use polarity::Polarity;
pub use pyramid::{Pyramid, Tile, TileKey};
pub use record::FilmRecord;
pub use resize::{GrayPicture, Interpolation};
pub use sniff::{OWN_DICOM_UID, is_kept_film, is_named_like_film, own_png};
