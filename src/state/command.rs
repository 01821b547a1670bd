use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};

use super::{
    CompareCommand, DisplayCommand, EvaluationCommand, ExportCommand, ListCommand, ThemeChoice,
    TrainingCommand, Workspace,
};
use crate::domain::Threshold;
use crate::explain::{CamMethod, Colormap, HeatmapScale};

/// A command from a panel, carried out after the frame by [`super::AppState::apply`].
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Turn to what the window is used for.
    ShowWorkspace(Workspace),
    /// A command of training.
    Training(TrainingCommand),
    /// A command of evaluation.
    Evaluation(EvaluationCommand),
    /// Ask for films by a file dialog.
    PickFilms,
    /// Ask for a model by a file dialog.
    PickModel,
    /// Ask for a model that the film in view is to be compared under.
    PickComparedModel,
    /// Ask for a folder of films by a file dialog.
    PickFolder,
    /// Put films, or all films in folders, on the list and show the first of them; load models.
    Open(Vec<PathBuf>),
    /// Go back to the built-in model.
    OpenDefaultModel,
    /// Show or hide the field in which a path can be typed.
    ShowPathField(bool),
    /// Change the text of the path field.
    EditPath(String),
    /// Use what the path field says for what was asked for.
    UseTypedPath,
    /// Show film `film_idx` of the list.
    ShowFilm(usize),
    /// Open and score the film in view once more.
    Retry,
    /// Stop opening and scoring.
    Cancel,
    /// Lay the map of this finding over the film; of none.
    SelectFinding(Option<usize>),
    /// Select the finding above or below the selected one.
    StepFinding(isize),
    /// Move one finding's threshold.
    SetThreshold(usize, Threshold),
    /// The drag of a threshold ended.
    EndThresholdMove,
    /// Back to the model's operating point.
    ResetThreshold(usize),
    /// All findings back to the model's operating points.
    ResetAllThresholds,
    /// Take back the last threshold move or change of the display.
    Undo,
    /// Make again what was taken back last.
    Redo,
    /// Show or hide the map.
    ShowMap(bool),
    /// Opacity of the map's hottest place, in `[0, 1]`.
    SetMapOpacity(f32),
    /// From map values to colors.
    SetColormap(Colormap),
    /// The value of the hottest color.
    SetMapScale(HeatmapScale),
    /// Which map.
    SetCamMethod(CamMethod),
    /// Share of the scale below which a map is not drawn, in `[0, 1)`.
    SetMapCutOff(f32),
    /// Lines of equal evidence in place of colors.
    SetMapContours(bool),
    /// A command of the film list.
    List(ListCommand),
    /// Show the scores of the film in view though it was refused as input.
    ShowAnyway,
    /// Measure how far scores move when the film is changed a little.
    MeasureJitter,
    /// A command about the film beside the one in view.
    Compare(CompareCommand),
    /// Write or copy what is in view.
    Export(ExportCommand),
    /// A command about how a film is shown.
    Display(DisplayCommand),
    /// Show or hide what the model file says of itself.
    ShowAbout(bool),
    /// Show or hide the list of keys.
    ShowKeys(bool),
    /// Show or hide the patient's name where the file has it.
    ShowPatientName(bool),
    /// Colors of the window.
    SetTheme(ThemeChoice),
    /// Whether the next start opens what is open now.
    SetRestoreSession(bool),
    /// Scale of text and buttons: 1 is that of the system, up to 2.
    SetScale(f32),
    /// Show or hide the command palette.
    ShowPalette(bool),
    /// The query of the command palette.
    EditPalette(String),
    /// Choose one of those that the palette offers.
    ChooseInPalette(usize),
    /// The next key pressed is for this action; for none.
    AskKey(Option<&'static str>),
    /// Give an action a key, or none.
    SetKey(&'static str, Option<String>),
    /// Back to the first keys of all actions.
    ResetKeys,
    /// Say something to the user.
    Notify(String),
    /// Take a notice off the screen.
    DismissNotice(u64),
}

/// The sender of commands for views.
#[derive(Clone, Debug)]
pub struct CommandSender(Sender<Command>);

impl CommandSender {
    /// Queues a training command for the end of the frame.
    pub fn train(&self, command: TrainingCommand) {
        self.send(Command::Training(command));
    }

    /// Queues a list command for the end of the frame.
    pub fn list(&self, command: ListCommand) {
        self.send(Command::List(command));
    }

    /// Queues a display command for the end of the frame.
    pub fn display(&self, command: DisplayCommand) {
        self.send(Command::Display(command));
    }

    /// Queues a command of evaluation for the end of the frame.
    pub fn evaluate(&self, command: EvaluationCommand) {
        self.send(Command::Evaluation(command));
    }

    /// Queues a command for the end of the frame.
    pub fn send(&self, command: Command) {
        // The receiver lives as long as the program.
        let _ = self.0.send(command);
    }
}

/// The two ends of the command queue.
pub fn command_channel() -> (CommandSender, Receiver<Command>) {
    let (sender, receiver) = channel();
    (CommandSender(sender), receiver)
}
