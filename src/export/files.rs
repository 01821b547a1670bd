use std::path::PathBuf;

use super::names::{ExportFolder, ExportNames};
use super::{ExportError, FilmExport, scores_csv, secondary_capture, structured_report};
use crate::explain::{OverlayStyle, overlay_image, png_of};
use crate::film::ScoredFilm;
use crate::imaging::own_png;

/// The kinds of export files of a film.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportKind {
    /// A PNG of each map over the film.
    Png,
    /// A table of scores.
    Csv,
    /// A DICOM Secondary Capture of each map over the film.
    SecondaryCapture,
    /// A DICOM SR of scores.
    StructuredReport,
}

impl ExportKind {
    /// All, in the order in which they are written.
    pub const ALL: [Self; 4] = [
        Self::Png,
        Self::Csv,
        Self::SecondaryCapture,
        Self::StructuredReport,
    ];
}

/// Which maps are drawn, and how.
pub struct DrawnMaps<'a> {
    /// The film with its maps.
    pub scored: &'a ScoredFilm,
    /// Settings of the overlay.
    pub style: OverlayStyle,
    /// The findings to draw.
    pub findings: &'a [usize],
}

/// Writes a film's exports into a folder; the files written.
///
/// Names begin with the film's, or the beginning of a long one. Where exports of that name are there already, all
/// new files get one number, so that no two films are mixed and nothing is replaced; in a folder whose files are to be
/// overwritten, where another film of that name was exported into it before.
pub fn export_film(
    export: &FilmExport<'_>,
    drawn: &DrawnMaps<'_>,
    kinds: &[ExportKind],
    folder: &mut ExportFolder,
) -> Result<Vec<PathBuf>, ExportError> {
    let names = folder.names_for(&export.film.path);
    let names = names.map_err(|source| ExportError::Write {
        path: folder.path().to_owned(),
        source,
    })?;
    let mut written = Vec::new();
    let mut write = |name: &str, bytes: &[u8]| -> Result<(), ExportError> {
        written.push(folder.write(names.path(name), bytes, &export.film.path)?);
        Ok(())
    };
    let scored = drawn.scored;
    let pictures = kinds
        .iter()
        .any(|kind| matches!(kind, ExportKind::Png | ExportKind::SecondaryCapture));
    for &finding_idx in drawn.findings.iter().filter(|_| pictures) {
        let lines = export.caption(finding_idx, scored.method);
        let picture = scored.opened.picture();
        let image = overlay_image(picture, &scored.maps, finding_idx, &drawn.style, &lines)?;
        let label = scored.maps.labels().get(finding_idx).unwrap_or_default();
        let part = ExportNames::part_of_label(label);
        if kinds.contains(&ExportKind::Png) {
            write(&format!("{part}.png"), &own_png(&png_of(&image)?))?;
        }
        if kinds.contains(&ExportKind::SecondaryCapture) {
            let description = format!("Map of {}", label.replace('_', " "));
            let bytes = secondary_capture(export, &image, &description)?;
            write(&format!("{part}.sc.dcm"), &bytes)?;
        }
    }
    if kinds.contains(&ExportKind::Csv) {
        let text = scores_csv(std::slice::from_ref(export));
        write("scores.csv", text.as_bytes())?;
    }
    if kinds.contains(&ExportKind::StructuredReport) {
        write("sr.dcm", &structured_report(export)?)?;
    }
    Ok(written)
}
