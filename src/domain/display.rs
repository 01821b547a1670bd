use super::{Orientation, ScreenFromImage, Voi, Window};

/// How one film is shown, all of it up to the user. The network never sees any of this.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Display {
    /// From modality values to gray.
    pub gray: GrayChoice,
    /// Black and white exchanged by the user, on top of what the file asks for.
    pub inverted: bool,
    /// How it is turned and mirrored.
    pub orientation: Orientation,
    /// The placement of the oriented film on screen; `None` fits it.
    pub view: Option<ScreenFromImage>,
}

/// Which mapping from modality values to gray is in use.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum GrayChoice {
    /// The one that the file asks for.
    #[default]
    File,
    /// A window or table chosen from a list; the name it had there.
    Preset(String, Voi),
    /// A window that the user has dragged.
    Dragged(Window),
}

impl Window {
    /// The window after a drag, by IHE's Basic Image Review: rightwards widens, upwards brightens.
    ///
    /// `wider` and `brighter` are fractions of a screen's side; a side corresponds to `span` modality
    /// values, the range of the film. `low_is_white` where low values are shown white.
    #[must_use]
    pub fn dragged(self, wider: f64, brighter: f64, span: f64, low_is_white: bool) -> Self {
        // Brighter: high values turn white sooner, so the center falls.
        let step = if low_is_white { span } else { -span };
        let least = self.function().least_width().max(span / 4096.0);
        let width = (self.width() + wider * span).max(least);
        let center = self.center() + brighter * step;
        Self::new(center, width, self.function()).unwrap_or(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::VoiFunction;

    #[test]
    fn rightwards_widens_and_upwards_brightens() {
        let window = Window::spanning(0.0, 200.0);
        let wider = window.dragged(0.25, 0.0, 200.0, false);
        assert_eq!((wider.center(), wider.width()), (100.0, 250.0));
        for low_is_white in [false, true] {
            let gray = |window: Window| {
                let gray = window.apply(100.0);
                if low_is_white { 1.0 - gray } else { gray }
            };
            let brighter = window.dragged(0.0, 0.25, 200.0, low_is_white);
            assert!(gray(brighter) > gray(window), "{low_is_white}");
        }
    }

    #[test]
    fn no_drag_makes_a_window_without_width() {
        for function in [VoiFunction::Linear, VoiFunction::Sigmoid] {
            let window = Window::new(100.0, 50.0, function).unwrap();
            let narrow = window.dragged(-10.0, 0.0, 200.0, false);
            assert!(narrow.width() > 0.0 && narrow.width() <= 1.0);
            assert!(narrow.apply(50.0).is_finite());
        }
    }
}
