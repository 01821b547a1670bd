use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::{ColorImage, Context, Image, Rect, TextureHandle, TextureId, TextureOptions, Ui, Vec2};

use crate::imaging::GrayPicture;
use crate::state::SmallPictures;
use crate::ui::theme;

/// Small films kept on the graphics card.
const MAX_THUMBNAILS: usize = 400;

/// Narrower ones have no room for words.
const LEAST_WIDTH_FOR_WORDS_PT: f32 = 64.0;

/// Textures of small films, made once.
#[derive(Default)]
pub struct SmallFilms {
    textures: BTreeMap<PathBuf, (Arc<GrayPicture>, TextureHandle)>,
}

impl SmallFilms {
    /// Draws a film within `rect`, or why there is no picture, or that it is being read.
    pub fn paint(&mut self, ui: &Ui, rect: Rect, path: &Path, pictures: &SmallPictures) {
        let palette = theme::palette(ui.visuals());
        ui.painter().rect_filled(rect, 2.0, palette.film_background);
        let words = match pictures.known.get(path) {
            Some(Ok(picture)) => {
                let texture = self.texture(ui.ctx(), path, picture);
                let (width, height) = (picture.width_px() as f32, picture.height_px() as f32);
                let scale = rect.width().min(rect.height()) / width.max(height);
                let size = Vec2::new(width, height) * scale;
                let place = Rect::from_center_size(rect.center(), size);
                Image::new((texture, size)).paint_at(ui, place);
                return;
            }
            Some(Err(_)) if rect.width() < LEAST_WIDTH_FOR_WORDS_PT => "!",
            Some(Err(_)) => "No image",
            None => "…",
        };
        let font = egui::FontId::proportional(theme::SMALL_TEXT_PT);
        let center = egui::Align2::CENTER_CENTER;
        ui.painter()
            .text(rect.center(), center, words, font, palette.film_text);
    }

    fn texture(&mut self, ctx: &Context, path: &Path, picture: &Arc<GrayPicture>) -> TextureId {
        if let Some((source, texture)) = self.textures.get(path)
            && Arc::ptr_eq(source, picture)
        {
            return texture.id();
        }
        if self.textures.len() >= MAX_THUMBNAILS {
            // Those in view are made again at once.
            self.textures.clear();
        }
        let size = [picture.width_px(), picture.height_px()];
        let image = ColorImage::from_gray(size, picture.values());
        let texture = ctx.load_texture("small film", image, TextureOptions::LINEAR);
        let id = texture.id();
        self.textures
            .insert(path.to_owned(), (Arc::clone(picture), texture));
        id
    }
}
