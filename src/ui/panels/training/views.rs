use std::path::PathBuf;
use std::sync::Arc;

use egui::{ColorImage, Context, TextureHandle, TextureId, TextureOptions};

use super::run::PlottedRuns;
use crate::state::{Preview, TrainingState};
use crate::train::CurveChoices;
use crate::ui::panels::small_films::SmallFilms;

/// The runs that are drawn, as they were then, and how.
type PlotKey = (Vec<(PathBuf, u64)>, CurveChoices);

/// Cached views, rebuilt only when their source changes, and the open sections.
#[derive(Default)]
pub struct TrainingViews {
    /// Which part's bars the check shows: 0 train, 1 valid, 2 test.
    pub part: usize,
    plotted: Option<(PlotKey, PlottedRuns)>,
    /// Small validation films.
    pub small_films: SmallFilms,
    preview: Option<(Arc<Preview>, Vec<Vec<TextureHandle>>)>,
}

impl TrainingViews {
    /// The curves of the run in view and of the compared runs.
    pub fn plotted(&mut self, training: &TrainingState) -> &PlottedRuns {
        let in_view = training.run.as_ref();
        let choices = in_view.map(|run| run.choices.curves.clone());
        let records: Vec<_> = in_view
            .map(|run| &run.record)
            .into_iter()
            .chain(&training.compared.records)
            .collect();
        let shown = records.iter();
        let shown = shown.map(|record| (record.folder.clone(), record.revision));
        let key = (shown.collect(), choices.unwrap_or_default());
        if self.plotted.as_ref().is_none_or(|(known, _)| *known != key) {
            self.plotted = None;
        }
        let (_, plotted) = self.plotted.get_or_insert_with(|| {
            let plotted = PlottedRuns::new(&records, &key.1);
            (key, plotted)
        });
        plotted
    }

    /// The films whose textures are kept.
    pub fn last_preview(&self) -> Option<Arc<Preview>> {
        self.preview
            .as_ref()
            .map(|(preview, _)| Arc::clone(preview))
    }

    /// The textures of a preview, film by film.
    pub fn preview(&mut self, ctx: &Context, preview: &Arc<Preview>) -> Vec<Vec<TextureId>> {
        let known = self.preview.as_ref();
        if known.is_none_or(|(known, _)| !Arc::ptr_eq(known, preview)) {
            let side = preview.side;
            let texture = |grays: &Vec<u8>| {
                let image = ColorImage::from_gray([side, side], grays);
                ctx.load_texture("changed film", image, TextureOptions::LINEAR)
            };
            let films = preview.films.iter();
            let textures = films.map(|film| film.pictures.iter().map(texture).collect());
            self.preview = Some((Arc::clone(preview), textures.collect()));
        }
        let textures = self.preview.iter().flat_map(|(_, textures)| textures);
        textures
            .map(|row| row.iter().map(TextureHandle::id).collect())
            .collect()
    }
}
