/// What the user changes about a film before the network sees it. The film names each change in its steps and doubts.
///
/// Not a matter of the display: how a film is turned and inverted for the eye is in [`super::Display`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Correction {
    /// The window of the file is set aside: the film's gray values choose the contrast.
    pub auto_window: bool,
    /// Rotated by quarter turns clockwise, 0 to 3.
    pub quarter_turns: u8,
    /// Black and white are exchanged.
    pub inverted: bool,
}

/// One change that may make a film's scores worth showing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Let the film's gray values choose the contrast.
    AutoWindow,
    /// Rotate by quarter turns clockwise, 1 to 3.
    Rotate(u8),
    /// Exchange black and white.
    Invert,
}

impl Correction {
    /// The contrast chosen by the film's gray values, and nothing else.
    pub const AUTO_WINDOW: Self = Self {
        auto_window: true,
        quarter_turns: 0,
        inverted: false,
    };

    /// Whether the film is taken as it is in its file.
    pub fn is_none(self) -> bool {
        self == Self::default()
    }

    /// With one more change.
    #[must_use]
    pub fn with(self, remedy: Remedy) -> Self {
        match remedy {
            Remedy::AutoWindow => Self {
                auto_window: true,
                ..self
            },
            Remedy::Rotate(quarter_turns) => Self {
                quarter_turns: (self.quarter_turns + quarter_turns) % 4,
                ..self
            },
            Remedy::Invert => Self {
                inverted: !self.inverted,
                ..self
            },
        }
    }
}

impl Remedy {
    /// The words of its button.
    pub fn label(self) -> &'static str {
        match self {
            Self::AutoWindow => "Use auto window",
            Self::Rotate(_) => "Rotate and score",
            Self::Invert => "Invert and score",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remedies_add_up_and_two_of_a_kind_cancel() {
        let none = Correction::default();
        let turned = none.with(Remedy::Rotate(3)).with(Remedy::Rotate(3));
        assert_eq!(turned.quarter_turns, 2);
        assert!(turned.with(Remedy::Rotate(2)).is_none());
        assert!(none.with(Remedy::Invert).with(Remedy::Invert).is_none());
        assert_eq!(none.with(Remedy::AutoWindow), Correction::AUTO_WINDOW);
    }
}
