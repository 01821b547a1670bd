use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use egui::{ColorImage, Context, TextureHandle, TextureId, TextureOptions};

use super::run::{RunCurves, TableOf};
use crate::imaging::GrayPicture;
use crate::state::{Preview, TrainingDesk};

/// Small films kept on the graphics card.
const MAX_THUMBNAILS: usize = 400;

/// What is drawn again and again, made anew only when its source changes; and what is folded open.
#[derive(Default)]
pub struct TrainingViews {
    /// Which figures the run's table shows.
    pub table_of: TableOf,
    /// Which part's bars the check shows: 0 train, 1 valid, 2 test.
    pub part: usize,
    curves: Option<(Vec<(PathBuf, u64)>, RunCurves)>,
    thumbnails: BTreeMap<PathBuf, (Arc<GrayPicture>, TextureHandle)>,
    preview: Option<(Arc<Preview>, Vec<Vec<TextureHandle>>)>,
}

impl TrainingViews {
    /// The curves of the run in view and of those laid over it.
    pub fn curves(&mut self, training: &TrainingDesk) -> &RunCurves {
        let in_view = training.run.as_ref().map(|run| &run.record);
        let records: Vec<_> = in_view.into_iter().chain(&training.compared).collect();
        let key: Vec<_> = records
            .iter()
            .map(|record| (record.folder.clone(), record.revision))
            .collect();
        if self.curves.as_ref().is_none_or(|(known, _)| *known != key) {
            self.curves = None;
        }
        let (_, curves) = self
            .curves
            .get_or_insert_with(|| (key, RunCurves::new(&records)));
        curves
    }

    /// The texture of a small film.
    pub fn thumbnail(
        &mut self,
        ctx: &Context,
        path: &PathBuf,
        picture: &Arc<GrayPicture>,
    ) -> TextureId {
        if let Some((source, texture)) = self.thumbnails.get(path)
            && Arc::ptr_eq(source, picture)
        {
            return texture.id();
        }
        if self.thumbnails.len() >= MAX_THUMBNAILS {
            // Those in view are made again at once.
            self.thumbnails.clear();
        }
        let size = [picture.width_px(), picture.height_px()];
        let image = ColorImage::from_gray(size, picture.values());
        let texture = ctx.load_texture("small film", image, TextureOptions::LINEAR);
        let id = texture.id();
        self.thumbnails
            .insert(path.clone(), (Arc::clone(picture), texture));
        id
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
