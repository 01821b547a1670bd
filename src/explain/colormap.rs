use serde::{Deserialize, Serialize};

/// Where matplotlib's plasma is bright enough to be seen on black.
const PLASMA_BEGIN: f64 = 0.25;

/// From map values in `[0, 1]` to colors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Colormap {
    /// Violet over red to yellow, without matplotlib's dark blue: even its weak end has a color that
    /// no gray has.
    Plasma,
    /// Dark violet to yellow, even in lightness, safe for color-blind eyes.
    Viridis,
    /// Black over red to pale yellow, even in lightness.
    Inferno,
    /// The rainbow of older software; its bands show edges where there are none.
    Jet,
}

impl Colormap {
    /// All, in the order of a menu.
    pub const ALL: [Self; 4] = [Self::Plasma, Self::Viridis, Self::Inferno, Self::Jet];

    /// Label in menus.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plasma => "Plasma",
            Self::Viridis => "Viridis",
            Self::Inferno => "Inferno",
            Self::Jet => "Jet",
        }
    }

    /// Red, green and blue of a value in `[0, 1]`; values outside get the color of the end.
    pub fn color(self, value: f32) -> [u8; 3] {
        let value = f64::from(value).clamp(0.0, 1.0);
        match self {
            Self::Plasma => {
                let value = PLASMA_BEGIN + (1.0 - PLASMA_BEGIN) * value;
                colorous::PLASMA.eval_continuous(value).into_array()
            }
            Self::Viridis => colorous::VIRIDIS.eval_continuous(value).into_array(),
            Self::Inferno => colorous::INFERNO.eval_continuous(value).into_array(),
            Self::Jet => jet(value),
        }
    }
}

/// Three trapezes, one a primary, as MATLAB's `jet` has them.
fn jet(value: f64) -> [u8; 3] {
    [3.0, 2.0, 1.0].map(|center| {
        let height = 1.5 - (4.0 * value - center).abs();
        (height.clamp(0.0, 1.0) * 255.0).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Between two entries of the published tables the value may be rounded either way.
    const TOLERANCE: u8 = 1;

    fn check(colormap: Colormap, expected: [[u8; 3]; 3]) {
        for (value, expected) in [0.0, 0.5, 1.0].into_iter().zip(expected) {
            let found = colormap.color(value);
            let close = found.iter().zip(&expected);
            let close = close.map(|(a, b)| a.abs_diff(*b)).all(|d| d <= TOLERANCE);
            assert!(close, "{}: {found:?}, not {expected:?}", colormap.name());
        }
    }

    #[test]
    fn ends_and_middles_are_matplotlibs() {
        check(
            Colormap::Viridis,
            [[68, 1, 84], [33, 145, 140], [253, 231, 37]],
        );
        check(
            Colormap::Inferno,
            [[0, 0, 4], [188, 55, 84], [252, 255, 164]],
        );
        check(Colormap::Jet, [[0, 0, 128], [128, 255, 128], [128, 0, 0]]);
    }

    /// CIELAB of an sRGB color (IEC 61966-2-1, white D65).
    fn lab(color: [f64; 3]) -> [f64; 3] {
        let linear = color.map(|channel| {
            let channel = channel / 255.0;
            if channel <= 0.04045 {
                channel / 12.92
            } else {
                ((channel + 0.055) / 1.055).powf(2.4)
            }
        });
        let of = |row: [f64; 3]| row.iter().zip(linear).map(|(a, b)| a * b).sum::<f64>();
        let xyz = [
            of([0.4124, 0.3576, 0.1805]) / 0.9505,
            of([0.2126, 0.7152, 0.0722]),
            of([0.0193, 0.1192, 0.9505]) / 1.089,
        ];
        let [x, y, z] = xyz.map(|value| {
            let cubed = (6.0_f64 / 29.0).powi(3);
            if value > cubed {
                value.cbrt()
            } else {
                value * 841.0 / 108.0 + 4.0 / 29.0
            }
        });
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    #[test]
    fn every_color_of_the_default_ramp_is_seen_on_every_gray() {
        // Ten times what a trained eye tells apart side by side (CIE76).
        const SEEN: f64 = 23.0;
        let difference = |colormap: Colormap, value: f32, gray: u8| {
            let gray = f64::from(gray);
            // At the opacity that maps have unless the user changes it.
            let opacity = f64::from(crate::explain::OverlayStyle::default().opacity);
            let color = colormap.color(value).map(f64::from);
            let blended = color.map(|channel| channel * opacity + gray * (1.0 - opacity));
            let pairs = lab(blended).into_iter().zip(lab([gray; 3]));
            pairs.map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
        };
        let default = crate::explain::OverlayStyle::default().colormap;
        for step in 0..=10_u8 {
            for gray in 0..=255 {
                let seen = difference(default, f32::from(step) / 10.0, gray);
                assert!(seen > SEEN, "{step} on {gray}: {seen}");
            }
        }
        assert!(
            difference(Colormap::Inferno, 0.0, 0) < 1.0,
            "the ramp that was the default"
        );
    }

    #[test]
    fn values_outside_get_the_color_of_the_end() {
        assert_eq!(Colormap::Viridis.color(-3.0), Colormap::Viridis.color(0.0));
        assert_eq!(Colormap::Jet.color(9.0), Colormap::Jet.color(1.0));
    }
}
