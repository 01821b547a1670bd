/// What can be measured and written on a film.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MeasurementKind {
    /// The distance of two places.
    Length,
    /// The angle at the second of three places.
    Angle,
    /// The cardiothoracic ratio.
    Ratio,
    /// Gray values within a rectangle.
    Rectangle,
    /// An arrow, with words or without.
    Arrow,
    /// Words.
    Text,
}

impl MeasurementKind {
    /// All kinds.
    pub const ALL: [Self; 6] = [
        Self::Length,
        Self::Angle,
        Self::Ratio,
        Self::Rectangle,
        Self::Arrow,
        Self::Text,
    ];

    /// How many places it has.
    pub fn n_points(self) -> usize {
        match self {
            Self::Text => 1,
            Self::Length | Self::Rectangle | Self::Arrow => 2,
            Self::Angle => 3,
            Self::Ratio => 4,
        }
    }

    /// Its name on the screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Length => "Length",
            Self::Angle => "Angle",
            Self::Ratio => "Cardiothoracic ratio",
            Self::Rectangle => "Rectangle",
            Self::Arrow => "Arrow",
            Self::Text => "Text",
        }
    }

    /// Its name in files.
    pub fn key(self) -> &'static str {
        match self {
            Self::Length => "length",
            Self::Angle => "angle",
            Self::Ratio => "cardiothoracic_ratio",
            Self::Rectangle => "rectangle",
            Self::Arrow => "arrow",
            Self::Text => "text",
        }
    }

    /// The kind of this name in files.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }

    /// What to draw next, when so many places are set.
    pub fn hint(self, n_set: usize) -> &'static str {
        match (self, n_set) {
            (Self::Length, 0) => "Length: drag from one point to the other, or click both",
            (Self::Length | Self::Rectangle | Self::Arrow, 1) => "Click the other end",
            (Self::Angle, 0) => "Angle: drag the first leg up to the vertex, or click three points",
            (Self::Angle, 1) => "Click the vertex",
            (Self::Angle, _) => "Click the end of the second leg",
            (Self::Ratio, 0) => "CTR 1 of 2: draw the greatest width of the heart",
            (Self::Ratio, 1) => "CTR 1 of 2: click the other side of the heart",
            (Self::Ratio, 2) => "CTR 2 of 2: draw the greatest inner width of the chest",
            (Self::Ratio, _) => "CTR 2 of 2: click the other side of the chest",
            (Self::Rectangle, _) => "Rectangle: drag from corner to corner, or click both",
            (Self::Arrow, _) => "Arrow: drag from the words to the place they are about",
            (Self::Length, _) => "Length",
            (Self::Text, _) => "Text: click where the words begin",
        }
    }
}
