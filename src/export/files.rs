use std::path::{Path, PathBuf};

use super::{ExportError, FilmExport, scores_csv, secondary_capture, structured_report};
use crate::explain::{OverlayStyle, overlay_image, png_of};
use crate::film::ScoredFilm;

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
/// Names begin with the film's; a file that is there already is kept, the new one gets a number.
pub fn export_film(
    export: &FilmExport<'_>,
    drawn: &DrawnMaps<'_>,
    kinds: &[ExportKind],
    folder: &Path,
) -> Result<Vec<PathBuf>, ExportError> {
    let stem = export.film.path.file_stem().unwrap_or_default();
    let stem = stem.to_string_lossy();
    let mut written = Vec::new();
    let mut write = |name: &str, bytes: &[u8]| -> Result<(), ExportError> {
        let path = free_path(folder, &stem, name);
        super::write_export(&path, bytes, &export.film.path)?;
        written.push(path);
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
        let part = file_part(label);
        if kinds.contains(&ExportKind::Png) {
            write(&format!("{part}.png"), &png_of(&image)?)?;
        }
        if kinds.contains(&ExportKind::SecondaryCapture) {
            let description = format!("Map of {}", label.replace('_', " "));
            let bytes = secondary_capture(export, &image, &description)?;
            write(&format!("{part}.sc.dcm"), &bytes)?;
        }
    }
    if kinds.contains(&ExportKind::Csv) {
        let text = scores_csv(std::slice::from_ref(export))?;
        write("scores.csv", text.as_bytes())?;
    }
    if kinds.contains(&ExportKind::StructuredReport) {
        write("sr.dcm", &structured_report(export)?)?;
    }
    Ok(written)
}

/// A label as part of a file's name: a model from elsewhere must not choose a folder.
fn file_part(label: &str) -> String {
    let kept = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    label
        .chars()
        .map(|c| if kept(c) { c } else { '_' })
        .collect()
}

/// `stem.name`, or `stem-2.name` and so on while there is such a file.
fn free_path(folder: &Path, stem: &str, name: &str) -> PathBuf {
    let mut path = folder.join(format!("{stem}.{name}"));
    let mut n = 2;
    while path.exists() {
        path = folder.join(format!("{stem}-{n}.{name}"));
        n += 1;
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_already_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let first = free_path(folder.path(), "film", "sr.dcm");
        std::fs::write(&first, b"x").unwrap();
        let second = free_path(folder.path(), "film", "sr.dcm");
        assert!(second.ends_with("film-2.sr.dcm"), "{second:?}");
    }

    #[test]
    fn a_label_chooses_no_folder() {
        assert_eq!(file_part("../Mass"), "___Mass");
    }
}
