//! A pyramid of a film at full depth, split into tiles.

use crate::domain::{GrayTable, Pixels};

/// A film and its smaller copies, each half as wide and high as the one before.
///
/// Level 0 is the film itself, which stays where it is; the copies take a third of its memory.
#[derive(Clone, Debug)]
pub struct Pyramid {
    /// From level 1 on.
    smaller: Vec<Pixels>,
}

/// One square of a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TileKey {
    /// 0 for full size; a pixel of level `n` covers 2ⁿ x 2ⁿ film pixels.
    pub level: usize,
    /// From the left.
    pub column: usize,
    /// From the top.
    pub row: usize,
}

/// The gray of a tile with one pixel of its neighbors around it, or of its own edge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tile {
    /// With both borders.
    pub width_px: usize,
    /// With both borders.
    pub height_px: usize,
    /// Row by row.
    pub grays: Vec<u8>,
}

impl Pyramid {
    /// Pixels of a tile's side, without its border.
    pub const TILE_SIDE_PX: usize = 512;

    /// Pixels around a tile that show its neighbors, so that blending leaves no seam.
    pub const BORDER_PX: usize = 1;

    /// Halves a film until it fits into one tile.
    pub fn of(film: &Pixels) -> Self {
        let mut smaller: Vec<Pixels> = Vec::new();
        loop {
            let last = smaller.last().unwrap_or(film);
            if last.width_px().max(last.height_px()) <= Self::TILE_SIDE_PX {
                return Self { smaller };
            }
            match halved(last) {
                Some(half) => smaller.push(half),
                None => return Self { smaller },
            }
        }
    }

    /// Bytes of the smaller copies.
    pub fn n_bytes(&self) -> usize {
        let levels = self.smaller.iter();
        levels.map(|level| size_of_val(level.values())).sum()
    }

    /// The level to draw with: the smallest one that has `detail` of its pixels to a screen's pixel.
    ///
    /// `screen_px_a_film_px` is the zoom; a `detail` of 1 is sharp, less is quicker to draw.
    pub fn level_for(&self, screen_px_a_film_px: f32, detail: f32) -> usize {
        let mut level = 0;
        // A level may be drawn as long as its pixels are not larger than the screen's by 1 / detail.
        while level < self.smaller.len()
            && screen_px_a_film_px * (2_u32 << level) as f32 <= 1.0 / detail
        {
            level += 1;
        }
        level
    }

    /// The stored numbers of a level; beyond the last, the last.
    pub fn level<'a>(&'a self, film: &'a Pixels, level: usize) -> &'a Pixels {
        let idx = level.min(self.smaller.len());
        idx.checked_sub(1)
            .and_then(|idx| self.smaller.get(idx))
            .unwrap_or(film)
    }

    /// The gray of one tile under a table; `None` beyond the level's edge.
    pub fn tile(&self, film: &Pixels, key: TileKey, table: &GrayTable) -> Option<Tile> {
        let pixels = self.level(film, key.level);
        let (width, height) = (pixels.width_px(), pixels.height_px());
        let columns = span(key.column, width)?;
        let rows = span(key.row, height)?;
        let last = columns.end - 1;
        let mut grays = Vec::with_capacity((columns.len() + 2) * (rows.len() + 2));
        let above = rows.start.saturating_sub(1);
        let below = rows.end.min(height - 1);
        let gray = |value: &u16| table.gray(*value);
        for y in std::iter::once(above).chain(rows.clone()).chain([below]) {
            let row = pixels.values().get(y * width..(y + 1) * width)?;
            let left = row.get(columns.start.saturating_sub(1));
            let right = row.get(columns.end).or_else(|| row.get(last));
            grays.extend(left.map(gray));
            grays.extend(row.get(columns.clone())?.iter().map(gray));
            grays.extend(right.map(gray));
        }
        Some(Tile {
            width_px: columns.len() + 2 * Self::BORDER_PX,
            height_px: rows.len() + 2 * Self::BORDER_PX,
            grays,
        })
    }
}

/// The pixels of a tile along one side; `None` beyond the edge.
fn span(tile: usize, side: usize) -> Option<std::ops::Range<usize>> {
    let start = tile * Pyramid::TILE_SIDE_PX;
    let end = side.min(start + Pyramid::TILE_SIDE_PX);
    (start < end).then_some(start..end)
}

/// Rounded means of 2 x 2 pixels; a last odd row or column is averaged alone.
fn halved(pixels: &Pixels) -> Option<Pixels> {
    let (width, height) = (pixels.width_px(), pixels.height_px());
    let half_width = width.div_ceil(2);
    let mut values = Vec::with_capacity(half_width * height.div_ceil(2));
    let mut rows = pixels.values().chunks_exact(width);
    while let Some(upper) = rows.next() {
        let lower = rows.next().unwrap_or(upper);
        let pairs = upper.chunks(2).zip(lower.chunks(2));
        values.extend(pairs.map(|(upper, lower)| {
            let sum = |pair: &[u16]| match *pair {
                [left, right, ..] => u32::from(left) + u32::from(right),
                [only] => 2 * u32::from(only),
                [] => 0,
            };
            ((sum(upper) + sum(lower) + 2) / 4) as u16
        }));
    }
    Pixels::new(half_width, height.div_ceil(2), values, pixels.offset()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ModalityMap, Voi, Window};

    fn film(width: usize, height: usize) -> Pixels {
        let values = (0..width * height).map(|idx| (idx * 7919 % 65_521) as u16);
        Pixels::new(width, height, values.collect(), 0).unwrap()
    }

    fn table() -> GrayTable {
        let voi = Voi::Window(Window::spanning(0.0, 65_535.0));
        GrayTable::of(&ModalityMap::IDENTITY, 0, 65_535, &voi, false)
    }

    #[test]
    fn levels_halve_until_they_fit_one_tile() {
        let film = film(1300, 700);
        let pyramid = Pyramid::of(&film);
        let sizes: Vec<_> = (0..3)
            .map(|level| pyramid.level(&film, level))
            .map(|level| (level.width_px(), level.height_px()))
            .collect();
        assert_eq!(sizes, [(1300, 700), (650, 350), (325, 175)]);
        assert_eq!(pyramid.level(&film, 9).width_px(), 325);
        assert!(pyramid.n_bytes() < 1300 * 700 * 2 / 3);
    }

    #[test]
    fn a_half_is_the_mean_of_two_by_two_and_edges_stand_alone() {
        let film = Pixels::new(3, 3, vec![0, 4, 10, 8, 8, 30, 5, 7, 9], -3).unwrap();
        let half = halved(&film).unwrap();
        assert_eq!(half.values(), [5, 20, 6, 9]);
        assert_eq!((half.width_px(), half.offset()), (2, -3));
    }

    #[test]
    fn tiles_cover_a_film_once_and_their_borders_are_their_neighbors() {
        let film = film(700, 520);
        let (pyramid, table) = (Pyramid::of(&film), table());
        let gray = |x: usize, y: usize| table.gray(film.values()[y * 700 + x]);
        for (column, row) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
            let key = TileKey {
                level: 0,
                column,
                row,
            };
            let tile = pyramid.tile(&film, key, &table).unwrap();
            for y in 0..tile.height_px {
                for x in 0..tile.width_px {
                    let film_x = (column * 512 + x).saturating_sub(1).min(699);
                    let film_y = (row * 512 + y).saturating_sub(1).min(519);
                    assert_eq!(tile.grays[y * tile.width_px + x], gray(film_x, film_y));
                }
            }
        }
        let beyond = TileKey {
            level: 0,
            column: 2,
            row: 0,
        };
        assert_eq!(pyramid.tile(&film, beyond, &table), None);
    }

    #[test]
    fn the_level_drawn_never_has_less_than_the_asked_detail() {
        let film = film(4000, 4000);
        let pyramid = Pyramid::of(&film);
        assert_eq!(pyramid.level_for(1.0, 1.0), 0);
        assert_eq!(pyramid.level_for(0.5, 1.0), 1);
        assert_eq!(pyramid.level_for(0.51, 1.0), 0);
        assert_eq!(pyramid.level_for(0.7, 0.7), 1);
        assert_eq!(pyramid.level_for(0.001, 1.0), 3);
    }
}
