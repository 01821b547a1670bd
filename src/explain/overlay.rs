use super::{Colormap, Heatmap, HeatmapScale};

/// Below this share of the scale a map fades out, so that the film's cold parts stay plain.
const FADE_BELOW: f32 = 0.25;

/// Settings of a map overlay.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OverlayStyle {
    /// From values to colors.
    pub colormap: Colormap,
    /// The value of the hottest color.
    pub scale: HeatmapScale,
    /// Of the hottest places, in `[0, 1]`.
    pub opacity: f32,
    /// Share of the scale below which nothing is drawn, in `[0, 1)`.
    pub cut_off: f32,
}

impl Default for OverlayStyle {
    fn default() -> Self {
        Self {
            colormap: Colormap::Inferno,
            scale: HeatmapScale::Absolute,
            opacity: 0.6,
            cut_off: 0.0,
        }
    }
}

/// The map alone at `[width, height]`: red, green, blue and opacity, not premultiplied.
///
/// `max` is the value of the hottest color; values at or below 0 are fully transparent, and those
/// below the share `cut_off` of `max` too.
pub fn map_picture(
    heatmap: &Heatmap,
    max: f32,
    colormap: Colormap,
    cut_off: f32,
    [width_px, height_px]: [usize; 2],
) -> Vec<u8> {
    let mut rgba = Vec::with_capacity(width_px * height_px * 4);
    for row in 0..height_px {
        let y = (row as f32 + 0.5) / height_px as f32;
        for column in 0..width_px {
            let x = (column as f32 + 0.5) / width_px as f32;
            let share = share_of(heatmap.at(x, y), max);
            rgba.extend(colormap.color(share));
            let opacity = if share < cut_off { 0.0 } else { opacity(share) };
            rgba.push((opacity * 255.0).round() as u8);
        }
    }
    rgba
}

/// The film with the map over it: red, green, blue, row by row, at the size of the film.
pub fn overlay_picture(
    grays: &[u8],
    width_px: usize,
    heatmap: &Heatmap,
    max: f32,
    style: &OverlayStyle,
) -> Vec<u8> {
    let height_px = grays.len() / width_px.max(1);
    let map = map_picture(
        heatmap,
        max,
        style.colormap,
        style.cut_off,
        [width_px, height_px],
    );
    let (map, _) = map.as_chunks::<4>();
    let mut rgb = Vec::with_capacity(grays.len() * 3);
    for (&gray, &[red, green, blue, alpha]) in grays.iter().zip(map) {
        let share = f32::from(alpha) / 255.0 * style.opacity;
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
        let rgb = overlay_picture(&grays, 2, &heatmap, 1.0, &style);
        let expected: Vec<u8> = grays.iter().flat_map(|&gray| [gray; 3]).collect();
        assert_eq!(rgb, expected);
    }

    #[test]
    fn the_hottest_place_has_the_hottest_color() {
        let heatmap = Heatmap::new(1, vec![2.0]);
        let rgba = map_picture(&heatmap, 2.0, Colormap::Viridis, 0.0, [1, 1]);
        assert_eq!(rgba, [253, 231, 37, 255]);
    }

    #[test]
    fn below_the_cut_off_nothing_is_drawn() {
        let heatmap = Heatmap::new(2, vec![1.0, 2.0, 1.0, 2.0]);
        let alphas = |cut_off| {
            let rgba = map_picture(&heatmap, 2.0, Colormap::Inferno, cut_off, [2, 1]);
            [rgba[3], rgba[7]]
        };
        assert_eq!(alphas(0.5), [255, 255]);
        assert_eq!(alphas(0.6), [0, 255]);
    }

    #[test]
    fn a_weak_map_stays_transparent_on_a_strong_scale() {
        let heatmap = Heatmap::new(1, vec![0.01]);
        let rgba = map_picture(&heatmap, 2.0, Colormap::Jet, 0.0, [1, 1]);
        assert!(rgba[3] < 10, "{rgba:?}");
    }
}
