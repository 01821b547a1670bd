use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};

use super::{
    CompareCommand, DisplayCommand, EvaluationCommand, ExportCommand, ListCommand, MapCommand,
    ThemeChoice, TourStep, TrainingCommand, ViewerCommand, Workspace,
};

/// A command from a panel, carried out after the frame by [`super::AppState::apply`].
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// A command of the viewer.
    Viewer(ViewerCommand),
    /// A command of the film list.
    List(ListCommand),
    /// A command of training.
    Training(TrainingCommand),
    /// A command of evaluation.
    Evaluation(EvaluationCommand),
    /// Write or copy what is in view.
    Export(ExportCommand),
    /// Show a film in its folder, in the desktop's file manager.
    ShowInFolder(PathBuf),
    /// Put the path of a film on the clipboard.
    CopyPath(PathBuf),
    /// Stop searching for films, and opening and scoring the film in view.
    Cancel,
    /// Turn to what the window is used for.
    ShowWorkspace(Workspace),
    /// Ask for films by a file dialog.
    PickFilms,
    /// Ask for a folder of films by a file dialog.
    PickFolder,
    /// Ask for a model by a file dialog.
    PickModel,
    /// Ask for a model that the film in view is to be compared under.
    PickComparedModel,
    /// Put films, or all films in folders, on the list and show the first of them; load models.
    Open(Vec<PathBuf>),
    /// Go back to the built-in model.
    OpenDefaultModel,
    /// Load this model at every start, or the built-in one again.
    PinModel(Option<PathBuf>),
    /// Show or hide the field in which a path can be typed.
    ShowPathField(bool),
    /// Change the text of the path field.
    EditPath(String),
    /// Use what the path field says for what was asked for.
    UseTypedPath,
    /// Show or hide what the model file says of itself.
    ShowAbout(bool),
    /// Open what was open when the program ended last.
    OpenLastSession,
    /// Show a step of the tour, over the sample film; end it.
    ShowTour(Option<TourStep>),
    /// Show or hide the messages so far.
    ShowMessages(bool),
    /// Show or hide the list of keys.
    ShowKeys(bool),
    /// Show or hide the metadata of the film in view.
    ShowMetadata(bool),
    /// Search them for tags, names and values.
    SearchMetadata(String),
    /// Fill the screen, or be a window again.
    SwitchFullScreen,
    /// End the program; a running training is asked about first.
    Quit,
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

    /// Queues a viewer command for the end of the frame.
    pub fn view(&self, command: ViewerCommand) {
        self.send(Command::Viewer(command));
    }

    /// Queues a command about the map for the end of the frame.
    pub fn map(&self, command: MapCommand) {
        self.view(ViewerCommand::Map(command));
    }

    /// Queues a command about the film beside for the end of the frame.
    pub fn compare(&self, command: CompareCommand) {
        self.view(ViewerCommand::Compare(command));
    }

    /// Queues a display command for the end of the frame.
    pub fn display(&self, command: impl Into<DisplayCommand>) {
        self.view(ViewerCommand::Display(command.into()));
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
