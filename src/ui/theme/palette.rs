use egui::{Color32, Visuals};

use crate::drawing::{N_SERIES, PlotColor};

/// Colors that mean something, for one theme.
///
/// Orange means above threshold and nothing else. States also differ by a sign, a place or a word, since some eyes
/// tell few colors apart. The tests below hold contrast (WCAG 2.1 AA) and color-blind safety.
#[derive(Clone, Copy, Debug)]
pub struct Palette {
    /// The ground of panels and bars.
    pub panel: Color32,
    /// The ground of windows, menus and tooltips.
    pub window: Color32,
    /// The ground of text fields and plots.
    pub field: Color32,
    /// The ground of every second row, and of a row under the pointer.
    pub faint: Color32,
    /// The ground of buttons.
    pub button: Color32,
    /// That of a button under the pointer.
    pub button_hovered: Color32,
    /// Lines between panels, around windows and fields.
    pub line: Color32,
    /// Words.
    pub text: Color32,
    /// Words that matter most.
    pub strong_text: Color32,
    /// Words that matter less.
    pub weak_text: Color32,
    /// The one accent: links, the focus ring, what is under way.
    pub accent: Color32,
    /// The ground of what is selected.
    pub selected: Color32,
    /// Words on it.
    pub selected_text: Color32,
    /// Behind the film: black in both themes, so that films look the same.
    pub film_background: Color32,
    /// Words over the film's background.
    pub film_text: Color32,
    /// Ground of words that must not be missed.
    pub badge: Color32,
    /// Those words.
    pub badge_text: Color32,
    /// Bars of scores at or above their threshold.
    pub above: Color32,
    /// Words that say so, dark enough to be read.
    pub above_text: Color32,
    /// Words that say so over the film's background.
    pub above_film_text: Color32,
    /// Bars of scores below their threshold.
    pub below: Color32,
    /// Thresholds.
    pub threshold: Color32,
    /// The empty part of a score bar.
    pub rail: Color32,
    /// Errors.
    pub error: Color32,
    /// Warnings.
    pub warning: Color32,
    /// Figures of training films.
    pub train: Color32,
    /// Figures of validation films.
    pub valid: Color32,
    /// Single steps, behind what they add up to.
    pub steps: Color32,
    /// Further lines of a plot, and compared runs, in turn.
    pub series: [Color32; N_SERIES],
}

pub(super) const DARK: Palette = Palette {
    panel: Color32::from_rgb(20, 23, 28),
    window: Color32::from_rgb(29, 33, 40),
    field: Color32::from_rgb(12, 14, 17),
    faint: Color32::from_rgb(30, 35, 42),
    button: Color32::from_rgb(38, 44, 53),
    button_hovered: Color32::from_rgb(50, 58, 69),
    line: Color32::from_rgb(47, 54, 64),
    text: Color32::from_rgb(222, 227, 233),
    strong_text: Color32::from_rgb(250, 251, 253),
    weak_text: Color32::from_rgb(156, 166, 178),
    accent: Color32::from_rgb(98, 168, 240),
    selected: Color32::from_rgb(26, 56, 98),
    selected_text: Color32::from_rgb(242, 246, 251),
    film_background: Color32::from_rgb(6, 7, 9),
    film_text: Color32::from_rgb(196, 204, 213),
    badge: Color32::from_rgb(238, 216, 104),
    badge_text: Color32::from_rgb(24, 20, 4),
    above: Color32::from_rgb(242, 153, 54),
    above_text: Color32::from_rgb(242, 153, 54),
    above_film_text: Color32::from_rgb(242, 153, 54),
    below: Color32::from_rgb(88, 136, 190),
    threshold: Color32::from_rgb(250, 251, 253),
    rail: Color32::from_rgb(44, 50, 59),
    error: Color32::from_rgb(255, 130, 130),
    warning: Color32::from_rgb(238, 216, 104),
    train: Color32::from_rgb(98, 168, 240),
    valid: Color32::from_rgb(236, 238, 242),
    steps: Color32::from_rgb(90, 102, 116),
    series: [
        Color32::from_rgb(46, 140, 70),
        Color32::from_rgb(236, 110, 190),
        Color32::from_rgb(222, 196, 50),
        Color32::from_rgb(158, 84, 232),
        Color32::from_rgb(0, 228, 160),
    ],
};

pub(super) const LIGHT: Palette = Palette {
    panel: Color32::from_rgb(244, 246, 248),
    window: Color32::from_rgb(254, 254, 255),
    field: Color32::from_rgb(255, 255, 255),
    faint: Color32::from_rgb(232, 236, 241),
    button: Color32::from_rgb(226, 231, 237),
    button_hovered: Color32::from_rgb(213, 221, 230),
    line: Color32::from_rgb(200, 208, 217),
    text: Color32::from_rgb(30, 35, 42),
    strong_text: Color32::from_rgb(8, 10, 13),
    weak_text: Color32::from_rgb(80, 88, 99),
    accent: Color32::from_rgb(18, 92, 172),
    selected: Color32::from_rgb(200, 222, 246),
    selected_text: Color32::from_rgb(14, 42, 80),
    film_background: Color32::from_rgb(6, 7, 9),
    film_text: Color32::from_rgb(196, 204, 213),
    badge: Color32::from_rgb(238, 216, 104),
    badge_text: Color32::from_rgb(24, 20, 4),
    above: Color32::from_rgb(192, 92, 0),
    above_text: Color32::from_rgb(148, 68, 0),
    above_film_text: Color32::from_rgb(242, 153, 54),
    below: on_white(PlotColor::Below),
    threshold: Color32::from_rgb(24, 28, 34),
    rail: Color32::from_rgb(214, 220, 227),
    error: Color32::from_rgb(172, 22, 34),
    warning: Color32::from_rgb(98, 82, 0),
    train: on_white(PlotColor::Train),
    valid: on_white(PlotColor::Valid),
    steps: on_white(PlotColor::Behind),
    series: [
        on_white(PlotColor::Series(0)),
        on_white(PlotColor::Series(1)),
        on_white(PlotColor::Series(2)),
        on_white(PlotColor::Series(3)),
        on_white(PlotColor::Series(4)),
    ],
};

/// Plots that are written to files have the colors of the light theme.
const fn on_white(color: PlotColor) -> Color32 {
    let [r, g, b] = color.on_white();
    Color32::from_rgb(r, g, b)
}

impl Palette {
    /// The color of a line of a plot.
    pub fn plot(&self, color: PlotColor) -> Color32 {
        match color {
            PlotColor::Train => self.train,
            PlotColor::Valid => self.valid,
            PlotColor::Behind => self.steps,
            PlotColor::Below => self.below,
            PlotColor::Series(place) => {
                let [first, ..] = self.series;
                self.series.get(place % N_SERIES).copied().unwrap_or(first)
            }
        }
    }
}

/// The colors of the theme that `visuals` belong to.
pub fn palette(visuals: &Visuals) -> &'static Palette {
    if visuals.dark_mode { &DARK } else { &LIGHT }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::{RATE_COLORS, RELIABILITY_COLORS, SCORE_COLORS};

    /// WCAG 2.1 AA for words.
    const LEAST_OF_WORDS: f64 = 4.5;
    /// WCAG 2.1 AA for parts of pictures and of controls.
    const LEAST_OF_GRAPHICS: f64 = 3.0;
    /// Distance in Oklab below which two lines of a plot are taken for one; 0.02 can just be told apart side by side.
    const LEAST_DISTANCE: f64 = 0.08;

    fn linear(color: Color32) -> [f64; 3] {
        [color.r(), color.g(), color.b()].map(|value| {
            let value = f64::from(value) / 255.0;
            if value <= 0.040_45 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        })
    }

    /// WCAG 2.1, relative luminance.
    fn luminance(color: Color32) -> f64 {
        let [r, g, b] = linear(color);
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    /// WCAG 2.1, contrast ratio, from 1 to 21.
    fn contrast(a: Color32, b: Color32) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// Hue in degrees, and how colorful, from 0 to 1.
    fn hue(color: Color32) -> (f64, f64) {
        let [r, g, b] = [color.r(), color.g(), color.b()].map(f64::from);
        let (most, least) = (r.max(g).max(b), r.min(g).min(b));
        let span = most - least;
        if span == 0.0 {
            return (0.0, 0.0);
        }
        let sixth = if most == r {
            ((g - b) / span).rem_euclid(6.0)
        } else if most == g {
            (b - r) / span + 2.0
        } else {
            (r - g) / span + 4.0
        };
        (sixth * 60.0, span / most)
    }

    /// What eyes without one kind of cones see, in linear light: Machado, Oliveira and Fernandes 2009, severity 1.
    const BLIND: [(&str, [[f64; 3]; 3]); 4] = [
        (
            "all cones",
            [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        ),
        (
            "protanopia",
            [
                [0.152_286, 1.052_583, -0.204_868],
                [0.114_503, 0.786_281, 0.099_216],
                [-0.003_882, -0.048_116, 1.051_998],
            ],
        ),
        (
            "deuteranopia",
            [
                [0.367_322, 0.860_646, -0.227_968],
                [0.280_085, 0.672_501, 0.047_413],
                [-0.011_820, 0.042_940, 0.968_881],
            ],
        ),
        (
            "tritanopia",
            [
                [1.255_528, -0.076_749, -0.178_779],
                [-0.078_411, 0.930_809, 0.147_602],
                [0.004_733, 0.691_367, 0.303_900],
            ],
        ),
    ];

    fn times(matrix: [[f64; 3]; 3], v: [f64; 3]) -> [f64; 3] {
        matrix.map(|row| row[0] * v[0] + row[1] * v[1] + row[2] * v[2])
    }

    /// Oklab of linear light, after B. Ottosson 2020.
    fn oklab(linear: [f64; 3]) -> [f64; 3] {
        let cones = times(
            [
                [0.412_221_470_8, 0.536_332_536_3, 0.051_445_992_9],
                [0.211_903_498_2, 0.680_699_545_1, 0.107_396_956_6],
                [0.088_302_461_9, 0.281_718_837_6, 0.629_978_700_5],
            ],
            linear.map(|value| value.clamp(0.0, 1.0)),
        );
        times(
            [
                [0.210_454_255_3, 0.793_617_785_0, -0.004_072_046_8],
                [1.977_998_495_1, -2.428_592_205_0, 0.450_593_709_9],
                [0.025_904_037_1, 0.782_771_766_2, -0.808_675_766_0],
            ],
            cones.map(f64::cbrt),
        )
    }

    fn distance(a: Color32, b: Color32, eyes: [[f64; 3]; 3]) -> f64 {
        let [a, b] = [a, b].map(|color| oklab(times(eyes, linear(color))));
        let squares = a.iter().zip(b).map(|(a, b)| (a - b).powi(2));
        squares.sum::<f64>().sqrt()
    }

    #[test]
    fn contrast_and_distance_are_those_of_the_standards() {
        assert!((contrast(Color32::BLACK, Color32::WHITE) - 21.0).abs() < 1e-9);
        // The example of WebAIM: #777777 on white.
        assert!((contrast(Color32::from_gray(0x77), Color32::WHITE) - 4.48).abs() < 0.005);
        let eyes = BLIND[0].1;
        assert!((distance(Color32::BLACK, Color32::WHITE, eyes) - 1.0).abs() < 1e-3);
        assert_eq!(hue(Color32::from_rgb(255, 128, 0)).0.round(), 30.0);
    }

    #[test]
    fn words_meet_wcag_aa_on_every_ground_that_they_are_on() {
        for (theme, p) in [("dark", &DARK), ("light", &LIGHT)] {
            let grounds = [
                ("panel", p.panel),
                ("window", p.window),
                ("field", p.field),
                ("faint", p.faint),
            ];
            let words = [
                ("text", p.text),
                ("strong", p.strong_text),
                ("weak", p.weak_text),
                ("accent", p.accent),
                ("above", p.above_text),
                ("error", p.error),
                ("warning", p.warning),
            ];
            let mut pairs = Vec::new();
            for ground in grounds {
                pairs.extend(words.map(|word| (word, ground)));
            }
            for ground in [("button", p.button), ("hovered", p.button_hovered)] {
                pairs.extend([words[0], words[1]].map(|word| (word, ground)));
            }
            let selected = ("selected", p.selected);
            pairs.extend(
                [
                    ("selected text", p.selected_text),
                    ("above", p.above_text),
                    ("error", p.error),
                ]
                .map(|word| (word, selected)),
            );
            let film = ("film", p.film_background);
            pairs.push((("film text", p.film_text), film));
            pairs.push((("above", p.above_film_text), film));
            pairs.push((("badge text", p.badge_text), ("badge", p.badge)));
            for ((word, color), (ground, background)) in pairs {
                let ratio = contrast(color, background);
                assert!(
                    ratio >= LEAST_OF_WORDS,
                    "{theme}: {word} on {ground}: {ratio:.2}"
                );
            }
        }
    }

    #[test]
    fn bars_lines_and_the_focus_ring_meet_wcag_aa() {
        for (theme, p) in [("dark", &DARK), ("light", &LIGHT)] {
            let mut pairs = vec![
                ("above on its rail", p.above, p.rail),
                ("below on a panel", p.below, p.panel),
                ("threshold on its rail", p.threshold, p.rail),
                ("threshold on a bar above", p.threshold, p.above),
                ("focus on a panel", p.accent, p.panel),
                ("focus on a window", p.accent, p.window),
                ("focus on a button", p.accent, p.button),
                ("train", p.train, p.field),
                ("valid", p.valid, p.field),
            ];
            pairs.extend(p.series.map(|color| ("a compared run", color, p.field)));
            for (what, color, ground) in pairs {
                let ratio = contrast(color, ground);
                let least = match what {
                    // A mark of two points, taller than the bar: its ends are beside it.
                    "threshold on a bar above" => 1.9,
                    _ => LEAST_OF_GRAPHICS,
                };
                assert!(ratio >= least, "{theme}: {what} {color:?}: {ratio:.2}");
            }
        }
    }

    #[test]
    fn orange_means_above_threshold_and_nothing_else() {
        for (theme, p) in [("dark", &DARK), ("light", &LIGHT)] {
            let (orange, _) = hue(p.above);
            assert!((20.0..40.0).contains(&orange), "{theme}: {orange}");
            let others = [p.accent, p.selected, p.badge, p.below, p.error, p.warning];
            let figures = [p.train, p.valid, p.steps];
            for color in others.into_iter().chain(figures).chain(p.series) {
                let (hue, colorful) = hue(color);
                let apart = (hue - orange).abs();
                let apart = apart.min(360.0 - apart);
                assert!(colorful < 0.2 || apart >= 15.0, "{theme}: {color:?}");
            }
        }
    }

    /// All colors of lines that are ever in one small plot, beside the point of operation.
    #[test]
    fn lines_of_one_plot_are_of_different_hues_and_told_apart_by_color_blind_eyes() {
        let mut plots: Vec<Vec<PlotColor>> = vec![
            RATE_COLORS.to_vec(),
            RELIABILITY_COLORS.to_vec(),
            SCORE_COLORS.to_vec(),
            vec![PlotColor::Train, PlotColor::Valid],
        ];
        plots.push(
            (0..N_SERIES)
                .map(PlotColor::Series)
                .chain([PlotColor::Valid])
                .collect(),
        );
        for (theme, p) in [("dark", &DARK), ("light", &LIGHT)] {
            for plot in &plots {
                for (idx, &a) in plot.iter().enumerate() {
                    for &b in &plot[..idx] {
                        let (first, second) = (p.plot(a), p.plot(b));
                        let what = format!("{theme}: {a:?} and {b:?}");
                        for (eyes, matrix) in BLIND {
                            let apart = distance(first, second, matrix);
                            assert!(apart >= 0.09, "{what}, {eyes}: {apart:.3}");
                        }
                        let apart = distance(first, second, BLIND[0].1);
                        assert!(apart >= 0.12, "{what}: {apart:.3}");
                        let ((hue_a, full_a), (hue_b, full_b)) = (hue(first), hue(second));
                        let apart = (hue_a - hue_b).abs();
                        // Two blues are both "the blue line", however light one is.
                        assert!(
                            full_a < 0.3 || full_b < 0.3 || apart.min(360.0 - apart) >= 25.0,
                            "{what}: hues {hue_a:.0} and {hue_b:.0}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_told_apart_by_color_is_so_by_color_blind_eyes_too() {
        for (theme, p) in [("dark", &DARK), ("light", &LIGHT)] {
            let mut lines = vec![p.train, p.valid];
            lines.extend(p.series);
            let mut pairs = vec![
                (p.above, p.below),
                (p.error, p.text),
                // Films with and without the finding, in a plot of scores.
                (p.series[2], p.below),
                (p.above_text, p.weak_text),
            ];
            for (idx, &a) in lines.iter().enumerate() {
                pairs.extend(lines[..idx].iter().map(|&b| (a, b)));
            }
            for (eyes, matrix) in BLIND {
                for &(a, b) in &pairs {
                    let apart = distance(a, b, matrix);
                    assert!(
                        apart >= LEAST_DISTANCE,
                        "{theme}, {eyes}: {a:?} and {b:?}: {apart:.3}"
                    );
                }
            }
        }
    }
}
