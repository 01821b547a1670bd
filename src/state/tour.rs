//! The tour over the sample film: four steps that a newcomer can leave at any time.

/// A step of the tour: the part of the window that it explains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TourStep {
    /// The film in the middle.
    Film,
    /// The scores at its right.
    Findings,
    /// The map over it.
    Map,
    /// The user's own films, and what comes after a look at them.
    OwnFilms,
}

impl TourStep {
    /// In their order.
    pub const ALL: [Self; 4] = [Self::Film, Self::Findings, Self::Map, Self::OwnFilms];

    /// Number from 1.
    pub fn number(self) -> usize {
        self as usize + 1
    }

    /// The step before; `None` at the first.
    pub fn before(self) -> Option<Self> {
        Self::ALL.get((self as usize).checked_sub(1)?).copied()
    }

    /// The step after; `None` at the last.
    pub fn after(self) -> Option<Self> {
        Self::ALL.get(self as usize + 1).copied()
    }

    /// In a few words.
    pub fn title(self) -> &'static str {
        match self {
            Self::Film => "The film",
            Self::Findings => "What the network scores",
            Self::Map => "Where it looks",
            Self::OwnFilms => "Your own films",
        }
    }

    /// What else to know of it where the film in view is the drawn one.
    pub fn remark_on_drawn_film(self) -> Option<&'static str> {
        (self == Self::Film).then_some("This film is drawn: its scores mean nothing.")
    }

    /// What a newcomer does there.
    pub fn text(self) -> &'static str {
        match self {
            Self::Film => {
                "Drag to change window and level, turn the wheel to zoom, drag with the middle button to move, double \
                 click to fit. None of this changes what the network is fed."
            }
            Self::Findings => {
                "Each row is a finding with its score, the farthest above its threshold first. A score ranks films; \
                 it is no probability. Click a row to open it, and drag the mark in its histogram: films at or above \
                 it count as positive. \"Nothing above threshold\" does not mean normal."
            }
            Self::Map => {
                "The colors show which places raised the score of the open finding, the hottest most. They do not \
                 outline a disease. M hides the map, Fill and Outline change how it is drawn, and More has other \
                 methods to compare it with."
            }
            Self::OwnFilms => {
                "Drop films or a folder on the window, or press Ctrl+O. All of them stay on this machine. Ctrl+S exports \
                 picture and scores, Training and Evaluation at the top train a network of your own and judge it, \
                 and ? lists all keys."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tour_goes_through_its_steps_and_back() {
        let mut step = TourStep::ALL[0];
        let mut seen = vec![step];
        while let Some(next) = step.after() {
            assert_eq!(next.before(), Some(step));
            assert_eq!(next.number(), step.number() + 1);
            step = next;
            seen.push(step);
        }
        assert_eq!(seen, TourStep::ALL);
        assert_eq!(TourStep::ALL[0].before(), None);
    }
}
