use std::sync::Arc;

use egui::{ColorImage, Context, TextureHandle, TextureId, TextureOptions};

use crate::explain::{Colormap, EvidenceLine, Heatmap, evidence_lines, map_picture};
use crate::film::ScoredFilm;
use crate::state::MapSettings;

/// Side of the map's texture: fine enough that the screen's own blending shows no grid.
const MAP_SIDE_PX: usize = 256;

/// Map textures, rebuilt only when their source changes.
#[derive(Default)]
pub struct MapTextures {
    source: Option<Source>,
    /// By finding; `None` where it has no positive evidence.
    made: Vec<(usize, Option<TextureHandle>)>,
    /// Lines of one finding, each with its share of the maximum.
    lines: Option<(usize, Vec<Line>)>,
}

/// A line of equal evidence with its share of the map's maximum.
pub type Line = (f32, EvidenceLine);

struct Source {
    scored: Arc<ScoredFilm>,
    colormap: Colormap,
    cut_off: f32,
    smooth: bool,
}

impl Source {
    fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.scored, &other.scored)
            && (self.colormap, self.cut_off, self.smooth)
                == (other.colormap, other.cut_off, other.smooth)
    }

    fn heatmap(&self, finding_idx: usize) -> Option<&Heatmap> {
        self.scored.shown_maps(self.smooth).get(finding_idx)
    }
}

impl MapTextures {
    /// The map of one finding at full opacity; `None` where it has no positive evidence.
    pub fn of(
        &mut self,
        ctx: &Context,
        scored: &Arc<ScoredFilm>,
        finding_idx: usize,
        settings: &MapSettings,
    ) -> Option<TextureId> {
        let source = Source {
            scored: Arc::clone(scored),
            colormap: settings.colormap,
            cut_off: settings.cut_off,
            smooth: settings.smooth,
        };
        if !self.source.as_ref().is_some_and(|s| s.is_same(&source)) {
            self.made.clear();
            self.lines = None;
            self.source = Some(source);
        }
        let known = self.made.iter().find(|(idx, _)| *idx == finding_idx);
        if let Some((_, texture)) = known {
            return texture.as_ref().map(TextureHandle::id);
        }
        let texture = map_texture(ctx, self.source.as_ref()?, finding_idx);
        let id = texture.as_ref().map(TextureHandle::id);
        self.made.push((finding_idx, texture));
        id
    }

    /// Lines of equal evidence of the finding whose map was asked for last.
    pub fn lines(&mut self, finding_idx: usize) -> &[Line] {
        let known = self
            .lines
            .as_ref()
            .is_some_and(|(idx, _)| *idx == finding_idx);
        if !known && let Some(source) = &self.source {
            let lines = source.heatmap(finding_idx);
            let lines =
                lines.map_or_else(Vec::new, |heatmap| evidence_lines(heatmap, source.cut_off));
            self.lines = Some((finding_idx, lines));
        }
        self.lines.as_ref().map_or(&[], |(_, lines)| lines)
    }
}

fn map_texture(ctx: &Context, source: &Source, finding_idx: usize) -> Option<TextureHandle> {
    let heatmap = source.heatmap(finding_idx)?;
    if !heatmap.has_positive_evidence() {
        return None;
    }
    let size = [MAP_SIDE_PX, MAP_SIDE_PX];
    let rgba = map_picture(heatmap, source.colormap, source.cut_off, size);
    let image = ColorImage::from_rgba_unmultiplied(size, &rgba);
    Some(ctx.load_texture("map", image, TextureOptions::LINEAR))
}
