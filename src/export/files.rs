use std::path::PathBuf;

use image::RgbImage;

use super::names::{ExportFolder, ExportNames};
use super::{ExportError, FilmExport, scores_csv, secondary_capture, structured_report};
use crate::domain::{Measurement, Threshold};
use crate::explain::{FilmImage, OverlayStyle, png_of};
use crate::film::ScoredFilm;
use crate::imaging::own_png;

/// The kinds of export files of a film.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportKind {
    /// A PNG of the film with each map.
    Png,
    /// A table of scores.
    Csv,
    /// A DICOM Secondary Capture of the same pictures.
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

/// What the pictures of a film show.
pub struct Pictures<'a> {
    /// The film with its maps.
    pub scored: &'a ScoredFilm,
    /// How maps are drawn; `None` for the film without them.
    pub maps: Option<OverlayStyle>,
    /// What is measured and written on the film.
    pub measurements: &'a [Measurement],
    /// The findings, a picture each.
    pub findings: &'a [usize],
}

impl Pictures<'_> {
    /// The film with the map of a finding, fainter below its threshold, or without; `None` for a finding that the
    /// model does not have.
    pub fn of(
        &self,
        export: &FilmExport<'_>,
        finding_idx: usize,
    ) -> Result<Option<RgbImage>, ExportError> {
        let smooth = self.maps.is_some_and(|style| style.smooth);
        let Some(heatmap) = self.scored.shown_maps(smooth).get(finding_idx) else {
            return Ok(None);
        };
        // As on the screen: without a threshold that somebody chose nothing is below it.
        let threshold = export.thresholds.get(finding_idx);
        let above = export.is_above(finding_idx) || !threshold.is_some_and(Threshold::is_set);
        let lines = export.caption(finding_idx, self.maps.is_some());
        let image = FilmImage {
            film: &self.scored.opened.film,
            picture: self.scored.opened.picture(),
            map: self.maps.map(|style| (heatmap, style.of_finding(above))),
            measurements: self.measurements,
            lines: &lines,
        };
        Ok(Some(image.draw()?))
    }
}

/// Writes a film's exports into a folder; the files written.
///
/// Names begin with the film's, or the beginning of a long one. Where exports of that name are there already, all
/// new files get one number, so that no two films are mixed and nothing is replaced; in a folder whose files are to be
/// overwritten, where another film of that name was exported into it before.
pub fn export_film(
    export: &FilmExport<'_>,
    drawn: &Pictures<'_>,
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
        let label = export.scores.labels().get(finding_idx);
        let Some((label, image)) = label.zip(drawn.of(export, finding_idx)?) else {
            continue;
        };
        let part = ExportNames::part_of_label(label);
        let words = label.replace('_', " ");
        let (part, description) = match drawn.maps {
            Some(_) => (part, format!("Map of {words}")),
            None => (
                format!("{part}.no-map"),
                format!("Film, scored for {words}"),
            ),
        };
        if kinds.contains(&ExportKind::Png) {
            write(&format!("{part}.png"), &own_png(&png_of(&image)?))?;
        }
        if kinds.contains(&ExportKind::SecondaryCapture) {
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
    maps: &[(FilmExport<'_>, Pictures<'_>)],
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
            let label = export.scores.labels().get(finding_idx);
            if let Some((label, image)) = label.zip(drawn.of(export, finding_idx)?) {
                let part = ExportNames::part_of_label(label);
                let path = names.path(&format!("{part}.{}.png", export.method.key()));
                let png = own_png(&png_of(&image)?);
                written.push(folder.write(path, &png, &export.film.path)?);
            }
        }
    }
    Ok(written)
}
