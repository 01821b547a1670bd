/// What a line of a plot is, by its color: one choice for the window and for plots that are written to files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PlotColor {
    /// The scores in view, or figures of training films.
    #[default]
    Train,
    /// Compared scores, or figures of validation films.
    Valid,
    /// Further lines of a plot, and compared runs, in turn.
    Series(usize),
    /// What the others are seen before: single steps, other findings.
    Behind,
    /// Films without the finding.
    Below,
}

/// How many colors of [`PlotColor::Series`] there are before they repeat.
pub const N_SERIES: usize = 5;

impl PlotColor {
    /// Red, green and blue on white paper: those of the window's light theme.
    pub const fn on_white(self) -> [u8; 3] {
        match self {
            Self::Train => [18, 92, 172],
            Self::Valid => [36, 40, 47],
            Self::Behind => [150, 161, 173],
            Self::Below => [74, 122, 176],
            Self::Series(place) => match place % N_SERIES {
                0 => [18, 77, 0],
                1 => [165, 70, 110],
                2 => [121, 121, 5],
                3 => [90, 53, 119],
                _ => [14, 158, 164],
            },
        }
    }

    /// As CSS and SVG write it.
    pub fn hex(self) -> String {
        let [r, g, b] = self.on_white();
        format!("#{r:02x}{g:02x}{b:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_are_written_as_css_does_and_repeat() {
        assert_eq!(PlotColor::Train.hex(), "#125cac");
        let again = PlotColor::Series(N_SERIES + 1).hex();
        assert_eq!(again, PlotColor::Series(1).hex());
    }
}
