use super::{CompareCommand, ViewerArea};
use crate::domain::{Correction, GrayChoice, Measurement, ScreenFromImage};
use crate::explain::{Colormap, MapMethod};

/// A command of the viewer.
#[derive(Clone, Debug, PartialEq)]
pub enum ViewerCommand {
    /// Show film `film_idx` of the list.
    ShowFilm(usize),
    /// Open and score the film in view once more.
    Retry,
    /// Show the scores of the film in view though it was refused as input.
    ShowAnyway,
    /// Open and score the film in view once more, changed so.
    Correct(Correction),
    /// Lay the map of this finding over the film; of none.
    SelectFinding(Option<usize>),
    /// Keep the finding in view from film to film, or show each film's top finding.
    KeepFinding(bool),
    /// Select the finding above or below the selected one.
    StepFinding(isize),
    /// Move one finding's threshold to a value in `[0, 1]`.
    SetThreshold(usize, f32),
    /// The drag of a threshold ended.
    EndThresholdMove,
    /// Back to the model's operating point.
    ResetThreshold(usize),
    /// All findings back to the model's operating points.
    ResetAllThresholds,
    /// Undo the last threshold move or change of the display.
    Undo,
    /// Redo what was undone last.
    Redo,
    /// A command about maps.
    Map(MapCommand),
    /// Measure how far scores move when the film is changed a little.
    MeasureJitter,
    /// Show or hide the panels beside the film.
    ShowPanels {
        /// The list of films.
        list: bool,
        /// The findings.
        findings: bool,
    },
    /// Show or hide the patient's name where the file has it.
    ShowPatientName(bool),
    /// A command about the film beside the one in view.
    Compare(CompareCommand),
    /// A command about how a film is shown.
    Display(DisplayCommand),
    /// Where the last frame drew the film, and the film beside it; `None` where it drew none.
    SetAreas {
        /// The film in view.
        area: Option<ViewerArea>,
        /// The film beside it.
        beside: Option<ViewerArea>,
    },
}

/// A command about how maps are shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MapCommand {
    /// Show or hide the map.
    Show(bool),
    /// Opacity of the map's hottest place, in `[0, 1]`.
    SetOpacity(f32),
    /// From map values to colors.
    SetColormap(Colormap),
    /// Which map; that of covered places is made for the film in view alone.
    SetMethod(MapMethod),
    /// Stop making the map of covered places.
    StopOcclusion,
    /// Draw the exact map with the head's cells blended, or as it is.
    SetSmooth(bool),
    /// Share of the map's maximum below which a map is not drawn, in `[0, 1)`.
    SetCutOff(f32),
    /// Lines of equal evidence in place of colors.
    SetContours(bool),
}

/// A command about how films are shown.
#[derive(Clone, Debug, PartialEq)]
pub enum DisplayCommand {
    /// Change how the film is shown.
    Change(DisplayChange),
    /// The drag ended.
    EndGesture,
    /// The tool: the effect of a drag with the left button.
    UseTool(Tool),
    /// Exchange the axes of the window drag.
    SwapWindowAxes(bool),
    /// Cover, or uncover, a spot at these parts of the film's width and height.
    Cover {
        /// From the left of the film as it is stored.
        x: f32,
        /// From its top.
        y: f32,
        /// Whether it is covered or uncovered.
        covers: bool,
    },
    /// Uncover all.
    Uncover,
    /// Radius of the brush as a part of the film's side.
    SetBrush(f32),
    /// Show the maps of all findings at once, in place of one film.
    ShowAllMaps(bool),
    /// Show or hide the film's histogram.
    ShowHistogram(bool),
    /// Show what the network was fed in place of the film.
    ShowInput(bool),
}

/// A change of how one film is shown.
#[derive(Clone, Debug, PartialEq)]
pub enum DisplayChange {
    /// Another mapping from modality values to gray.
    SetGray(GrayChoice),
    /// One of the windows on offer, by its place among them.
    UsePreset(usize),
    /// Window by a drag: parts of the viewer's side, rightwards and upwards in IHE's directions.
    DragWindow {
        /// Widens where positive.
        wider: f64,
        /// Brightens where positive.
        brighter: f64,
    },
    /// Exchange black and white.
    Invert,
    /// By quarter turns clockwise.
    Turn(i8),
    /// Exchange left and right of the screen.
    FlipHorizontally,
    /// Exchange top and bottom of the screen.
    FlipVertically,
    /// Zoom and pan to here.
    SetView(ScreenFromImage),
    /// Show the whole film.
    Fit,
    /// One film pixel to one pixel of the screen, about the middle of the viewer.
    ActualSize,
    /// Larger or smaller by a factor, about the middle of the viewer.
    Zoom(f32),
    /// Move by parts of the viewer's sides.
    Pan {
        /// Rightwards.
        x: f32,
        /// Downwards.
        y: f32,
    },
    /// Lay something measured over the film.
    AddMeasurement(Measurement),
    /// Take the measurement set last off the film.
    RemoveLastMeasurement,
    /// The initial display: the file's window, no rotation, fit to the view, no measurements.
    Reset,
}

impl From<DisplayChange> for DisplayCommand {
    fn from(change: DisplayChange) -> Self {
        Self::Change(change)
    }
}

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
    /// Measures an angle by three clicks.
    Angle,
    /// Covers parts of the film; scores and maps follow.
    Cover,
}

impl Tool {
    /// In the order of the toolbar.
    pub const ALL: [Self; 7] = [
        Self::Window,
        Self::Pan,
        Self::Zoom,
        Self::Magnifier,
        Self::Length,
        Self::Angle,
        Self::Cover,
    ];

    /// Label of the button.
    pub fn label(self) -> &'static str {
        match self {
            Self::Window => "W/L",
            Self::Pan => "Pan",
            Self::Zoom => "Zoom",
            Self::Magnifier => "Magnifier",
            Self::Length => "Length",
            Self::Angle => "Angle",
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
            Self::Length => "Drag from one point to the other",
            Self::Angle => "Click three points, the vertex second",
            Self::Cover => "Drag to cover parts of the film; scores and map follow",
        }
    }
}
