use std::path::PathBuf;

use super::{ModelRequest, PickKind, Workspace};

/// What a command or a finished job means for another workspace or the window.
///
/// A workspace changes only its own state and [`super::Shared`]; the rest it returns as effects,
/// which [`super::AppState`] carries out in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Open films, folders, models and tables of scores, told apart by their names.
    Open(Vec<PathBuf>),
    /// Load a model and use it.
    LoadModel(ModelRequest),
    /// Show a workspace.
    ShowWorkspace(Workspace),
    /// Ask the user for a path.
    AskPath(PickKind),
    /// Show film `film_idx` of the list.
    ShowFilm(usize),
    /// Show no film.
    ClearFilm,
    /// Close the film beside the one in view.
    CloseCompare,
    /// Select the finding whose map is shown on a film, when that comes into view.
    SelectFinding {
        /// Its place among the outputs of the model in use.
        finding_idx: usize,
        /// The film.
        film: PathBuf,
    },
    /// The measurements of a film have changed and are to be saved.
    MeasurementsChanged(PathBuf),
    /// The film in view has been scored.
    FilmScored,
    /// A threshold of the model in use has moved.
    ThresholdsMoved,
}
