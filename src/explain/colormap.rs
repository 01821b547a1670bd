use serde::{Deserialize, Serialize};

/// From map values in `[0, 1]` to colors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Colormap {
    /// Dark violet to yellow, even in lightness, safe for color-blind eyes.
    Viridis,
    /// Black over red to pale yellow, even in lightness.
    Inferno,
    /// The rainbow of older software; its bands show edges where there are none.
    Jet,
}

impl Colormap {
    /// All, in the order of a menu.
    pub const ALL: [Self; 3] = [Self::Viridis, Self::Inferno, Self::Jet];

    /// Label in menus.
    pub fn name(self) -> &'static str {
        match self {
            Self::Viridis => "Viridis",
            Self::Inferno => "Inferno",
            Self::Jet => "Jet",
        }
    }

    /// Red, green and blue of a value in `[0, 1]`; values outside get the color of the end.
    pub fn color(self, value: f32) -> [u8; 3] {
        let value = f64::from(value).clamp(0.0, 1.0);
        match self {
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

    #[test]
    fn values_outside_get_the_color_of_the_end() {
        assert_eq!(Colormap::Viridis.color(-3.0), Colormap::Viridis.color(0.0));
        assert_eq!(Colormap::Jet.color(9.0), Colormap::Jet.color(1.0));
    }
}
