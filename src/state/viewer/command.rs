use super::{CompareCommand, Tool, ViewerArea};
use crate::domain::{GrayChoice, Measurement, Point, ScreenFromImage};
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
    /// Set the window of the film in view aside, and score it by one that its gray values choose; or take the
    /// file's again.
    UseAutoWindow(bool),
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
    /// Set, select, change or remove measurements of the film.
    Measure(MeasureCommand),
    /// Cover, or uncover, all that the brush passes.
    Cover {
        /// The way of its middle, as parts of width and height of the film as it is stored.
        path: Vec<Point>,
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
    /// The initial display: the file's window, no rotation, fit to the view. Measurements stay.
    Reset,
}

impl From<DisplayChange> for DisplayCommand {
    fn from(change: DisplayChange) -> Self {
        Self::Change(change)
    }
}

/// A command about the measurements of one film.
#[derive(Clone, Debug, PartialEq)]
pub enum MeasureCommand {
    /// Set the next place of what the tool measures, in film pixels.
    Place(Point),
    /// Take the places back that were set, and the words being written.
    Abandon,
    /// Lay something measured over the film.
    Add(Measurement),
    /// Select a measurement by its place among those of the film, or none.
    Select(Option<usize>),
    /// Put another in the place of one: a step of a drag.
    Change {
        /// Its place among those of the film.
        place: usize,
        /// What it becomes.
        to: Measurement,
    },
    /// Write the words of a measurement.
    Write(usize),
    /// Accept the words, or leave all as it was.
    EndWriting(Option<String>),
    /// Take the selected measurement off the film, or the last one.
    Remove,
}
