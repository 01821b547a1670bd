use super::{Colormap, Heatmap, MAP_THRESHOLD};

/// Below this share of the scale a map fades out, so that the film's cold parts stay plain.
const FADE_BELOW: f32 = 0.25;

/// From the map threshold on a map fades in over this share of its scale, so that its edge is smooth.
const EDGE_SHARE: f32 = 0.04;

/// Settings of a map overlay.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OverlayStyle {
    /// From values to colors: the hottest is that of the map's own maximum.
    pub colormap: Colormap,
    /// Of the hottest places, in `[0, 1]`.
    pub opacity: f32,
    /// Share of the opacity that is drawn, in `[0, 1]`: less for a finding below its threshold.
    pub strength: f32,
    /// Share of the map's maximum below which nothing is drawn, in `[0, 1)`.
    pub cut_off: f32,
    /// Whether the head's weights are blended over the borders of its cells.
    pub smooth: bool,
    /// Lines of equal evidence in place of colors.
    pub outline: bool,
}

/// How much of its opacity a map keeps whose finding is below its threshold.
pub const BELOW_THRESHOLD_OPACITY: f32 = 0.4;

impl Default for OverlayStyle {
    fn default() -> Self {
        Self {
            colormap: Colormap::Plasma,
            opacity: 0.6,
            strength: 1.0,
            cut_off: MAP_THRESHOLD,
            smooth: true,
            outline: false,
        }
    }
}

impl OverlayStyle {
    /// The same for a finding at or above its threshold, or fainter for one below: on its own scale
    /// a map of weak evidence would look like one of strong evidence.
    #[must_use]
    pub fn of_finding(self, above: bool) -> Self {
        let strength = if above { 1.0 } else { BELOW_THRESHOLD_OPACITY };
        Self { strength, ..self }
    }

    /// Of the hottest places of a filled map, in `[0, 1]`.
    pub fn fill_opacity(&self) -> f32 {
        self.opacity * self.strength
    }
}

/// The map alone at `[width, height]`: red, green, blue and opacity, not premultiplied.
///
/// The hottest color is that of the map's maximum; values at or below 0 are fully transparent, and
/// those below the share `cut_off` of the maximum too.
pub fn map_picture(
    heatmap: &Heatmap,
    colormap: Colormap,
    cut_off: f32,
    [width_px, height_px]: [usize; 2],
) -> Vec<u8> {
    let max = heatmap.max();
    let mut rgba = Vec::with_capacity(width_px * height_px * 4);
    for row in 0..height_px {
        let y = (row as f32 + 0.5) / height_px as f32;
        for column in 0..width_px {
            let x = (column as f32 + 0.5) / width_px as f32;
            let share = share_of(heatmap.at(x, y), max);
            rgba.extend(colormap.color(share));
            let edge = ((share - cut_off) / EDGE_SHARE).clamp(0.0, 1.0);
            rgba.push((opacity(share) * edge * 255.0).round() as u8);
        }
    }
    rgba
}

/// The film with the map over it: red, green, blue, row by row, at the size of the film.
pub fn overlay_picture(
    grays: &[u8],
    width_px: usize,
    heatmap: &Heatmap,
    style: &OverlayStyle,
) -> Vec<u8> {
    let height_px = grays.len() / width_px.max(1);
    let map = map_picture(
        heatmap,
        style.colormap,
        style.cut_off,
        [width_px, height_px],
    );
    let (map, _) = map.as_chunks::<4>();
    let mut rgb = Vec::with_capacity(grays.len() * 3);
    for (&gray, &[red, green, blue, alpha]) in grays.iter().zip(map) {
        let share = f32::from(alpha) / 255.0 * style.fill_opacity();
        let blend = |color: u8| f32::from(gray) * (1.0 - share) + f32::from(color) * share;
        rgb.extend([red, green, blue].map(|color| blend(color).round() as u8));
    }
    rgb
}

fn share_of(value: f32, max: f32) -> f32 {
    if max > 0.0 {
        (value / max).clamp(0.0, 1.0)
    } else {
        0.0
    }
}

fn opacity(share: f32) -> f32 {
    (share / FADE_BELOW).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_without_positive_evidence_show_the_plain_film() {
        let heatmap = Heatmap::new(2, vec![-1.0, -1.0, -1.0, -1.0]);
        let grays = [10, 20, 30, 40];
        let style = OverlayStyle {
            opacity: 1.0,
            ..OverlayStyle::default()
        };
        let rgb = overlay_picture(&grays, 2, &heatmap, &style);
        let expected: Vec<u8> = grays.iter().flat_map(|&gray| [gray; 3]).collect();
        assert_eq!(rgb, expected);
    }

    #[test]
    fn the_hottest_place_has_the_hottest_color() {
        let heatmap = Heatmap::new(1, vec![2.0]);
        let rgba = map_picture(&heatmap, Colormap::Viridis, 0.0, [1, 1]);
        assert_eq!(rgba, [253, 231, 37, 255]);
    }

    #[test]
    fn below_the_cut_off_nothing_is_drawn() {
        let heatmap = Heatmap::new(2, vec![1.0, 2.0, 1.0, 2.0]);
        let alphas = |cut_off| {
            let rgba = map_picture(&heatmap, Colormap::Inferno, cut_off, [2, 1]);
            [rgba[3], rgba[7]]
        };
        assert_eq!(alphas(0.4), [255, 255]);
        assert_eq!(alphas(0.5), [0, 255]);
        assert_eq!(alphas(0.6), [0, 255]);
    }

    #[test]
    fn each_map_is_on_its_own_scale() {
        let weak = Heatmap::new(2, vec![0.001, 0.002, 0.001, 0.002]);
        let strong = Heatmap::new(2, vec![1.0, 2.0, 1.0, 2.0]);
        let picture = |heatmap| map_picture(heatmap, Colormap::Plasma, 0.3, [4, 4]);
        assert_eq!(picture(&weak), picture(&strong));
    }

    #[test]
    fn below_its_threshold_a_finding_s_map_is_fainter() {
        let heatmap = Heatmap::new(1, vec![1.0]);
        let red_over_black = |above| {
            let style = OverlayStyle {
                colormap: Colormap::Viridis,
                ..OverlayStyle::default()
            };
            overlay_picture(&[0], 1, &heatmap, &style.of_finding(above))[0]
        };
        // 253 is the red of the hottest color.
        assert_eq!(red_over_black(true), (253.0_f32 * 0.6).round() as u8);
        assert_eq!(red_over_black(false), (253.0_f32 * 0.6 * 0.4).round() as u8);
    }
}
