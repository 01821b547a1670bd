use crate::domain::MeasurementKind;

/// The tool: the effect of a drag with the left button over the film.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tool {
    /// Window width and center.
    #[default]
    Window,
    /// Moves the film.
    Pan,
    /// Zooms about the place where the drag began.
    Zoom,
    /// Enlarges the area under the cursor.
    Magnifier,
    /// Measures a distance.
    Length,
    /// Measures an angle: the second of three places is its vertex.
    Angle,
    /// Measures the cardiothoracic ratio: two lines.
    Ratio,
    /// Measures gray values within a rectangle.
    Rectangle,
    /// Points at a place, with words.
    Arrow,
    /// Writes words.
    Text,
    /// Covers parts of the film; scores and maps follow.
    Cover,
}

impl Tool {
    /// In the order of the toolbar.
    pub const ALL: [Self; 11] = [
        Self::Window,
        Self::Pan,
        Self::Zoom,
        Self::Magnifier,
        Self::Length,
        Self::Angle,
        Self::Ratio,
        Self::Rectangle,
        Self::Arrow,
        Self::Text,
        Self::Cover,
    ];

    /// What it measures; `None` for tools that measure nothing.
    pub fn measures(self) -> Option<MeasurementKind> {
        Some(match self {
            Self::Length => MeasurementKind::Length,
            Self::Angle => MeasurementKind::Angle,
            Self::Ratio => MeasurementKind::Ratio,
            Self::Rectangle => MeasurementKind::Rectangle,
            Self::Arrow => MeasurementKind::Arrow,
            Self::Text => MeasurementKind::Text,
            Self::Window | Self::Pan | Self::Zoom | Self::Magnifier | Self::Cover => return None,
        })
    }

    /// Label of the button.
    pub fn label(self) -> &'static str {
        match self {
            Self::Window => "W/L",
            Self::Pan => "Pan",
            Self::Zoom => "Zoom",
            Self::Magnifier => "Magnifier",
            Self::Length => "Length",
            Self::Angle => "Angle",
            Self::Ratio => "CTR",
            Self::Rectangle => "Rectangle",
            Self::Arrow => "Arrow",
            Self::Text => "Text",
            Self::Cover => "Cover",
        }
    }

    /// A one-line description.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Window => "Drag right for a wider window, up for a brighter film",
            Self::Pan => "Drag to move the film",
            Self::Zoom => "Drag up to enlarge, down to shrink",
            Self::Magnifier => "Hold to enlarge the area under the cursor",
            Self::Length => "Drag from one point to the other, or click both",
            Self::Angle => {
                "Drag the first leg up to the vertex and click the end of the second, or click all three"
            }
            Self::Ratio => {
                "Cardiothoracic ratio: the greatest width of the heart, then the greatest inner width of the chest; usual limit 0.50 on PA films"
            }
            Self::Rectangle => "Mean and standard deviation of the gray values within a rectangle",
            Self::Arrow => "Drag from the words to the place they are about",
            Self::Text => "Click where the words begin",
            Self::Cover => "Drag to cover parts of the film; scores and map follow",
        }
    }
}
