use std::collections::BTreeMap;
use std::sync::Arc;

use egui::{ColorImage, Context, Rect, TextureHandle, TextureOptions, pos2, vec2};

use super::placement::Placement;
use crate::domain::{Display, GrayChoice, GrayTable};
use crate::film::OpenedFilm;
use crate::imaging::{Pyramid, TileKey};

/// Tiles kept on the graphics card: of 1 MB each, and as many as a large screen shows at once.
const MAX_TILES: usize = 56;

/// A film on the graphics card, as far as it is looked at: tiles of the level that the zoom wants.
#[derive(Default)]
pub struct FilmTiles {
    shown: Option<Shown>,
    tiles: BTreeMap<TileKey, Tile>,
    n_frames: u64,
}

/// The source of the tiles.
struct Shown {
    opened: Arc<OpenedFilm>,
    gray: GrayChoice,
    inverted: bool,
    table: GrayTable,
    /// Counts up with every other gray.
    version: u64,
}

struct Tile {
    texture: TextureHandle,
    version: u64,
    last_frame: u64,
}

impl FilmTiles {
    /// Draws the part of a film within `area`.
    ///
    /// `detail` of 1 is sharp on this screen; less makes fewer pixels while something moves.
    pub fn paint(
        &mut self,
        painter: &egui::Painter,
        area: Rect,
        placement: &Placement,
        opened: &Arc<OpenedFilm>,
        display: &Display,
        detail: f32,
    ) {
        let ctx = painter.ctx();
        self.look_at(opened, display);
        self.n_frames += 1;
        let screen_px = placement.screen_from_shown.zoom * ctx.pixels_per_point();
        let level = opened.pyramid().level_for(screen_px, detail);
        for key in visible_tiles(placement.visible(area), level) {
            let Some(texture) = self.tile(ctx, key) else {
                continue;
            };
            let part = part_of(key, placement);
            let uv = uv_of(key, part, texture.size_vec2());
            painter.add(placement.picture(texture.id(), part, uv));
        }
        self.forget_some();
    }

    fn look_at(&mut self, opened: &Arc<OpenedFilm>, display: &Display) {
        let same_film = |shown: &Shown| Arc::ptr_eq(&shown.opened, opened);
        if let Some(shown) = &self.shown
            && same_film(shown)
            && (&shown.gray, shown.inverted) == (&display.gray, display.inverted)
        {
            return;
        }
        if !self.shown.as_ref().is_some_and(same_film) {
            self.tiles.clear();
        }
        let version = self.shown.as_ref().map_or(0, |shown| shown.version) + 1;
        self.shown = Some(Shown {
            opened: Arc::clone(opened),
            gray: display.gray.clone(),
            inverted: display.inverted,
            table: opened.film.shown_table(display),
            version,
        });
    }

    /// The texture of one tile, built or rebuilt if its gray mapping has changed.
    fn tile(&mut self, ctx: &Context, key: TileKey) -> Option<&TextureHandle> {
        let shown = self.shown.as_ref()?;
        let known = self.tiles.get(&key);
        if known.is_none_or(|tile| tile.version != shown.version) {
            let film = &shown.opened.film.pixels;
            let tile = shown.opened.pyramid().tile(film, key, &shown.table)?;
            let image = ColorImage::from_gray([tile.width_px, tile.height_px], &tile.grays);
            let version = shown.version;
            if let Some(known) = self.tiles.get_mut(&key) {
                known.texture.set(image, TextureOptions::LINEAR);
                known.version = version;
            } else {
                let texture = ctx.load_texture("film", image, TextureOptions::LINEAR);
                let tile = Tile {
                    texture,
                    version,
                    last_frame: 0,
                };
                self.tiles.insert(key, tile);
            }
        }
        let tile = self.tiles.get_mut(&key)?;
        tile.last_frame = self.n_frames;
        Some(&tile.texture)
    }

    fn forget_some(&mut self) {
        if self.tiles.len() <= MAX_TILES {
            return;
        }
        let mut ages: Vec<_> = self.tiles.iter().map(|(k, t)| (t.last_frame, *k)).collect();
        ages.sort_unstable();
        for (last_frame, key) in ages.into_iter().take(self.tiles.len() - MAX_TILES) {
            if last_frame < self.n_frames {
                self.tiles.remove(&key);
            }
        }
    }
}

/// Film pixels along a tile's side.
fn side_px(level: usize) -> f32 {
    (Pyramid::TILE_SIDE_PX << level) as f32
}

fn visible_tiles(visible: Rect, level: usize) -> impl Iterator<Item = TileKey> {
    let side = side_px(level);
    let tiles = move |low: f32, high: f32| {
        let first = (low / side).floor().max(0.0) as usize;
        first..(high / side).ceil().max(0.0) as usize
    };
    let columns = tiles(visible.min.x, visible.max.x);
    tiles(visible.min.y, visible.max.y).flat_map(move |row| {
        columns
            .clone()
            .map(move |column| TileKey { level, column, row })
    })
}

/// The film pixels that a tile covers, up to the film's edge.
fn part_of(key: TileKey, placement: &Placement) -> Rect {
    let side = side_px(key.level);
    let min = pos2(key.column as f32 * side, key.row as f32 * side);
    Rect::from_min_max(
        min,
        pos2(
            (min.x + side).min(placement.film.width),
            (min.y + side).min(placement.film.height),
        ),
    )
}

/// The part of a tile's texture without its border.
fn uv_of(key: TileKey, part: Rect, texture_px: egui::Vec2) -> Rect {
    let border = Pyramid::BORDER_PX as f32;
    let min = vec2(border, border) / texture_px;
    let size = part.size() / (1_u32 << key.level) as f32 / texture_px;
    Rect::from_min_size(min.to_pos2(), size)
}
