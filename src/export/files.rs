use std::path::PathBuf;

use image::RgbImage;

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
    let pictures = kinds
        .iter()
        .any(|kind| matches!(kind, ExportKind::Png | ExportKind::SecondaryCapture));
    for &finding_idx in drawn.findings.iter().filter(|_| pictures) {
        let Some((label, image)) = picture(export, drawn, finding_idx)? else {
            continue;
        };
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

/// Writes a PNG of each map of a film by several methods: `film.Mass.hires-cam.png`; the files written.
pub fn export_maps(
    maps: &[(FilmExport<'_>, DrawnMaps<'_>)],
    folder: &mut ExportFolder,
) -> Result<Vec<PathBuf>, ExportError> {
    let Some((first, _)) = maps.first() else {
        return Ok(Vec::new());
    };
    let names = folder.names_for(&first.film.path);
    let names = names.map_err(|source| ExportError::Write {
        path: folder.path().to_owned(),
        source,
    })?;
    let mut written = Vec::new();
    for (export, drawn) in maps {
        for &finding_idx in drawn.findings {
            if let Some((label, image)) = picture(export, drawn, finding_idx)? {
                let part = ExportNames::part_of_label(label);
                let path = names.path(&format!("{part}.{}.png", export.method.key()));
                let png = own_png(&png_of(&image)?);
                written.push(folder.write(path, &png, &export.film.path)?);
            }
        }
    }
    Ok(written)
}

/// The label of a finding, and its map over the film; fainter below its threshold.
fn picture<'a>(
    export: &FilmExport<'_>,
    drawn: &DrawnMaps<'a>,
    finding_idx: usize,
) -> Result<Option<(&'a str, RgbImage)>, ExportError> {
    let scored: &'a ScoredFilm = drawn.scored;
    let maps = scored.shown_maps(drawn.style.smooth);
    let label = maps.labels().get(finding_idx);
    let Some((label, heatmap)) = label.zip(maps.get(finding_idx)) else {
        return Ok(None);
    };
    let lines = export.caption(finding_idx);
    let style = drawn.style.of_finding(export.is_above(finding_idx));
    let image = overlay_image(scored.opened.picture(), heatmap, &style, &lines)?;
    Ok(Some((label, image)))
}
