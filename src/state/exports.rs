use std::path::PathBuf;
use std::sync::Arc;

use image::RgbImage;

use super::jobs::Services;
use super::poll::broke;
use super::{AppState, NoticeKind, PickKind};
use crate::domain::{PerFinding, Threshold};
use crate::explain::{OverlayStyle, overlay_image};
use crate::export::{DrawnMaps, ExportKind, FilmExport, export_film, scores_csv};
use crate::model::Classifier;
use crate::state::ScoredFilm;
use crate::work::{Job, Outcome, cause_chain};

/// A command to export or copy the film in view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExportCommand {
    /// Ask for a folder, then write these into it.
    Export(Vec<ExportKind>),
    /// Put the picture of the selected finding's map on the clipboard.
    CopyPicture,
    /// Put the table of scores on the clipboard.
    CopyScores,
}

/// The content for the clipboard.
#[derive(Clone, Debug, PartialEq)]
pub enum Clip {
    /// Words.
    Text(String),
    /// A picture.
    Picture(RgbImage),
}

/// The result of an export.
pub enum Exported {
    Files(Vec<PathBuf>),
    Clip(Clip),
}

pub type ExportJob = Job<(), Exported>;

/// All that an export needs, free of the window.
struct ExportSource {
    reading: Arc<ScoredFilm>,
    classifier: Arc<Classifier>,
    thresholds: PerFinding<Threshold>,
    style: OverlayStyle,
    selected: Option<usize>,
    /// Part of the film is covered: not what the film's scores are.
    remark: Option<String>,
}

impl ExportSource {
    fn export(&self) -> FilmExport<'_> {
        let (film, check) = (&self.reading.opened.film, &self.reading.opened.check);
        let scores = &self.reading.inference.scores;
        let mut export = FilmExport::new(film, check, &self.classifier, scores, &self.thresholds);
        export.input_notes.extend(self.remark.clone());
        export
    }

    /// The selected finding, or those above threshold, or else the highest.
    fn findings(&self, export: &FilmExport<'_>) -> Vec<usize> {
        self.selected
            .map_or_else(|| export.drawn_findings(), |idx| vec![idx])
    }

    fn picture(&self) -> anyhow::Result<RgbImage> {
        let export = self.export();
        let finding_idx = self.findings(&export).first().copied().unwrap_or_default();
        let lines = export.caption(finding_idx, self.reading.method);
        let (film, maps) = (&self.reading.opened.film, &self.reading.maps);
        Ok(overlay_image(film, maps, finding_idx, &self.style, &lines)?)
    }

    fn files(
        &self,
        kinds: &[ExportKind],
        folder: &std::path::Path,
    ) -> anyhow::Result<Vec<PathBuf>> {
        let export = self.export();
        let drawn = DrawnMaps {
            maps: &self.reading.maps,
            method: self.reading.method,
            style: self.style,
            findings: &self.findings(&export),
        };
        Ok(export_film(&export, &drawn, kinds, folder)?)
    }
}

impl AppState {
    pub(super) fn apply_export(&mut self, command: ExportCommand) {
        match command {
            ExportCommand::Export(kinds) => {
                self.asked_exports = kinds;
                self.pick(PickKind::ExportFolder);
            }
            ExportCommand::CopyPicture => {
                self.start_export("copy picture", |source| {
                    Ok(Exported::Clip(Clip::Picture(source.picture()?)))
                });
            }
            ExportCommand::CopyScores => {
                self.start_export("copy scores", |source| {
                    let text = scores_csv(&[source.export()])?;
                    Ok(Exported::Clip(Clip::Text(text)))
                });
            }
        }
    }

    /// Whether there are visible scores, and no export is running.
    pub fn can_export(&self) -> bool {
        let seen = !self.hides_answer() && self.shared.films.film.reading().is_some();
        seen && self.exporting.is_none() && self.shared.model.loaded.is_some()
    }

    pub(super) fn export_to(&mut self, folder: PathBuf) {
        let kinds = std::mem::take(&mut self.asked_exports);
        self.start_export("export", move |source| {
            Ok(Exported::Files(source.files(&kinds, &folder)?))
        });
    }

    fn start_export(
        &mut self,
        name: &str,
        work: impl FnOnce(&ExportSource) -> anyhow::Result<Exported> + Send + 'static,
    ) {
        if !self.can_export() {
            return;
        }
        let covered = self.probe.reading.as_ref();
        let (Some(reading), Some(loaded)) = (
            covered.or(self.shared.films.film.reading()),
            &self.shared.model.loaded,
        ) else {
            return;
        };
        let map = &self.shared.settings.map;
        let source = ExportSource {
            reading: Arc::clone(reading),
            classifier: Arc::clone(&loaded.classifier),
            thresholds: loaded.thresholds.current().clone(),
            style: OverlayStyle {
                colormap: map.colormap,
                scale: map.scale,
                opacity: map.opacity,
                cut_off: map.cut_off,
            },
            selected: self.selected,
            remark: covered
                .map(|_| "Part of the film was covered by the user when it was scored.".to_owned()),
        };
        let Services { wake, .. } = &self.shared.services;
        match Job::spawn(name, wake.clone(), move |_| work(&source)) {
            Ok(job) => self.exporting = Some(job),
            Err(error) => {
                let text = format!("cannot start the export: {error}");
                self.shared.notices.push(NoticeKind::Error, text);
            }
        }
    }

    pub(super) fn poll_export(&mut self) {
        let Some((_, Some(outcome))) = self.exporting.as_mut().map(Job::poll) else {
            return;
        };
        self.exporting = None;
        let (kind, text) = match outcome {
            Outcome::Done(Exported::Files(files)) => {
                let names: Vec<String> = files
                    .iter()
                    .map(|file| file.display().to_string())
                    .collect();
                (NoticeKind::Info, format!("Written:\n{}", names.join("\n")))
            }
            Outcome::Done(Exported::Clip(clip)) => {
                let text = match clip {
                    Clip::Text(_) => "Scores copied to the clipboard",
                    Clip::Picture(_) => "Picture copied to the clipboard",
                };
                self.clip = Some(clip);
                (NoticeKind::Info, text.to_owned())
            }
            Outcome::Cancelled => return,
            Outcome::Failed(error) => (NoticeKind::Error, cause_chain(&error)),
            Outcome::Panicked(text) => (NoticeKind::Error, broke(&text)),
        };
        self.shared.notices.push(kind, text);
    }
}
