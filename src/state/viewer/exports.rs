use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use image::RgbImage;

use super::ViewerState;
use crate::domain::{Measurement, PerFinding, Threshold};
use crate::explain::OverlayStyle;
use crate::export::{ExportFolder, ExportKind, FilmExport, Pictures, export_film, scores_csv};
use crate::film::ScoredFilm;
use crate::model::Classifier;
use crate::state::{Effect, PickKind, Shared};
use crate::work::Task;

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
    /// The desktop shows it: nothing to say.
    Shown,
}

/// All that an export needs, free of the window.
struct ExportSource {
    reading: Arc<ScoredFilm>,
    classifier: Arc<Classifier>,
    thresholds: PerFinding<Threshold>,
    /// How maps are drawn; `None` while they are hidden.
    maps: Option<OverlayStyle>,
    measurements: Vec<Measurement>,
    selected: Option<usize>,
    /// Part of the film is covered: not what the film's scores are.
    remark: Option<String>,
}

impl ExportSource {
    fn export(&self) -> FilmExport<'_> {
        let mut export = FilmExport::new(&self.reading, &self.classifier, &self.thresholds);
        export.input_notes.extend(self.remark.clone());
        export
    }

    /// The selected finding, or those above threshold, or else the highest.
    fn findings(&self, export: &FilmExport<'_>) -> Vec<usize> {
        self.selected
            .map_or_else(|| export.drawn_findings(), |idx| vec![idx])
    }

    fn pictures<'a>(&'a self, findings: &'a [usize]) -> Pictures<'a> {
        Pictures {
            scored: &self.reading,
            maps: self.maps,
            measurements: &self.measurements,
            findings,
        }
    }

    fn picture(&self) -> anyhow::Result<RgbImage> {
        let export = self.export();
        let finding_idx = self.findings(&export).first().copied().unwrap_or_default();
        let picture = self.pictures(&[]).of(&export, finding_idx)?;
        picture.context("the film has no map")
    }

    fn files(&self, kinds: &[ExportKind], folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
        let export = self.export();
        let findings = self.findings(&export);
        Ok(export_film(
            &export,
            &self.pictures(&findings),
            kinds,
            &mut ExportFolder::new(folder, false),
        )?)
    }
}

/// Exports of the film in view: one at a time.
#[derive(Default)]
pub struct Exports {
    /// The content that the window puts on the clipboard.
    pub clip: Option<Clip>,
    task: Task<Exported>,
    /// The export that waits for a folder.
    requested: Vec<ExportKind>,
}

impl Exports {
    /// Whether an export is running.
    pub fn is_running(&self) -> bool {
        self.task.is_running()
    }

    pub(super) fn poll(&mut self, shared: &mut Shared) {
        match shared.finished(&mut self.task) {
            Some(Exported::Files(files)) => {
                let names: Vec<String> = files
                    .iter()
                    .map(|file| file.display().to_string())
                    .collect();
                shared.say(format!("Written:\n{}", names.join("\n")));
            }
            Some(Exported::Clip(clip)) => {
                shared.say(match clip {
                    Clip::Text(_) => "Scores copied to the clipboard",
                    Clip::Picture(_) => "Picture copied to the clipboard",
                });
                self.clip = Some(clip);
            }
            Some(Exported::Shown) | None => {}
        }
    }
}

impl ViewerState {
    /// Writes or copies the film in view. Only for scores that may be seen: who calls it checks.
    pub fn export(&mut self, command: ExportCommand, shared: &Shared) -> Vec<Effect> {
        match command {
            ExportCommand::Export(kinds) => {
                self.exports.requested = kinds;
                return vec![Effect::AskPath(PickKind::ExportFolder)];
            }
            ExportCommand::CopyPicture => self.start_export("copy picture", shared, |source| {
                Ok(Exported::Clip(Clip::Picture(source.picture()?)))
            }),
            ExportCommand::CopyScores => self.start_export("copy scores", shared, |source| {
                let text = scores_csv(&[source.export()]);
                Ok(Exported::Clip(Clip::Text(text)))
            }),
        }
        Vec::new()
    }

    /// Writes the files that were requested last. Only for scores that may be seen.
    pub fn export_to(&mut self, folder: PathBuf, shared: &Shared) {
        let kinds = std::mem::take(&mut self.exports.requested);
        self.start_export("export", shared, move |source| {
            Ok(Exported::Files(source.files(&kinds, &folder)?))
        });
    }

    /// Puts the path of a film on the clipboard.
    pub fn copy_path(&mut self, film: &Path, shared: &mut Shared) {
        self.exports.clip = Some(Clip::Text(film.display().to_string()));
        shared.say("Path copied to the clipboard");
    }

    /// Shows a film in its folder, in the desktop's file manager.
    pub fn show_in_folder(&mut self, film: PathBuf, shared: &Shared) {
        let picker = Arc::clone(&shared.services.picker);
        let wake = &shared.services.wake;
        self.exports.task.start("show in folder", wake, move |job| {
            picker.show_in_folder(&film, job)?;
            Ok(Exported::Shown)
        });
    }

    fn start_export(
        &mut self,
        name: &str,
        shared: &Shared,
        work: impl FnOnce(&ExportSource) -> anyhow::Result<Exported> + Send + 'static,
    ) {
        let covered = self.probe.reading.as_ref();
        let (Some(reading), Some(loaded)) = (
            covered.or(shared.films.film.reading()),
            &shared.model.loaded,
        ) else {
            return;
        };
        let map = &shared.settings.map;
        let source = ExportSource {
            reading: Arc::clone(reading),
            classifier: Arc::clone(&loaded.classifier),
            thresholds: loaded.thresholds.current().clone(),
            maps: map.visible.then(|| map.style()),
            measurements: shared
                .films
                .current_entry()
                .map_or_else(Vec::new, |entry| entry.measurements.clone()),
            selected: self.selected,
            remark: covered
                .map(|_| "Part of the film was covered by the user when it was scored.".to_owned()),
        };
        let wake = &shared.services.wake;
        self.exports.task.start(name, wake, move |_| work(&source));
    }
}
