use std::sync::Arc;

use egui::{ColorImage, Context, TextureHandle, TextureId, TextureOptions};

use crate::explain::{Colormap, HeatmapScale, map_picture};
use crate::state::{FilmReading, MapSettings, OpenedFilm};

/// Side of the map's texture: fine enough that the screen's own blending shows no grid.
const MAP_SIDE_PX: usize = 256;

/// What is on the graphics card, made anew only when its source changes.
#[derive(Default)]
pub struct ViewerTextures {
    film: Option<(Arc<OpenedFilm>, TextureHandle)>,
    map: Option<(MapSource, Option<TextureHandle>)>,
}

struct MapSource {
    reading: Arc<FilmReading>,
    finding_idx: usize,
    colormap: Colormap,
    scale: HeatmapScale,
}

impl MapSource {
    fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.reading, &other.reading)
            && (self.finding_idx, self.colormap, self.scale)
                == (other.finding_idx, other.colormap, other.scale)
    }
}

impl ViewerTextures {
    /// The film's picture.
    pub fn film(&mut self, ctx: &Context, opened: &Arc<OpenedFilm>) -> TextureId {
        match &self.film {
            Some((source, texture)) if Arc::ptr_eq(source, opened) => texture.id(),
            _ => {
                let picture = &opened.picture;
                let size = [picture.width_px(), picture.height_px()];
                let image = ColorImage::from_gray(size, picture.values());
                let texture = ctx.load_texture("film", image, TextureOptions::LINEAR);
                let id = texture.id();
                self.film = Some((Arc::clone(opened), texture));
                id
            }
        }
    }

    /// The map of one finding at full opacity; `None` where it has no positive evidence.
    pub fn map(
        &mut self,
        ctx: &Context,
        reading: &Arc<FilmReading>,
        finding_idx: usize,
        settings: &MapSettings,
    ) -> Option<TextureId> {
        let source = MapSource {
            reading: Arc::clone(reading),
            finding_idx,
            colormap: settings.colormap,
            scale: settings.scale,
        };
        if let Some((known, texture)) = &self.map
            && known.is_same(&source)
        {
            return texture.as_ref().map(TextureHandle::id);
        }
        let texture = map_texture(ctx, &source);
        let id = texture.as_ref().map(TextureHandle::id);
        self.map = Some((source, texture));
        id
    }
}

fn map_texture(ctx: &Context, source: &MapSource) -> Option<TextureHandle> {
    let maps = &source.reading.maps;
    let heatmap = maps.get(source.finding_idx)?;
    if !heatmap.has_positive_evidence() {
        return None;
    }
    let max = source.scale.max(maps, source.finding_idx);
    let size = [MAP_SIDE_PX, MAP_SIDE_PX];
    let rgba = map_picture(heatmap, max, source.colormap, size);
    let image = ColorImage::from_rgba_unmultiplied(size, &rgba);
    Some(ctx.load_texture("map", image, TextureOptions::LINEAR))
}
