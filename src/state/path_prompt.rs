use std::path::PathBuf;

use super::{AppState, ModelRequest, NoticeKind, PickForm, PickKind, Workspace};
use crate::model::ModelSource;

/// A path that is typed because there is no file dialog, or because the user prefers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathPrompt {
    /// The request: the path goes there and nowhere else.
    pub kind: PickKind,
    /// As typed so far, to the letter: a `PathBuf` would lose a slash at the end.
    pub text: String,
}

impl PathPrompt {
    /// An empty prompt.
    pub fn new(kind: PickKind) -> Self {
        Self {
            kind,
            text: String::new(),
        }
    }

    /// The requested path, as a label.
    pub fn question(&self) -> &'static str {
        match self.kind {
            PickKind::Films | PickKind::Folder | PickKind::Model => {
                "Path of a film, folder or model"
            }
            PickKind::ComparedModel => "Path of the model to compare with",
            PickKind::ReadingLog => "File for the log of the session",
            PickKind::ExportFolder => "Folder for exports",
            PickKind::Training(pick) => pick.question(),
            PickKind::Evaluation(pick) => pick.question(),
        }
    }

    /// The words of the button that takes the path.
    pub fn button(&self) -> &'static str {
        match self.kind {
            PickKind::Films | PickKind::Folder | PickKind::Model => "Open path",
            PickKind::ComparedModel
            | PickKind::ReadingLog
            | PickKind::ExportFolder
            | PickKind::Training(_)
            | PickKind::Evaluation(_) => "Use path",
        }
    }
}

/// Whether the path is that of a file to be written anew.
fn writes_file(kind: PickKind) -> bool {
    let form = match kind {
        PickKind::Training(pick) => pick.form(),
        PickKind::Evaluation(pick) => pick.form(),
        // An old log is continued.
        PickKind::ReadingLog
        | PickKind::ExportFolder
        | PickKind::Films
        | PickKind::Folder
        | PickKind::Model
        | PickKind::ComparedModel => return false,
    };
    matches!(form, PickForm::NewFile(_))
}

impl AppState {
    /// There is no dialog: the path can be typed.
    pub(super) fn ask_path(&mut self, kind: PickKind) {
        self.shared.prompt = Some(PathPrompt::new(kind));
        match kind {
            PickKind::Training(_) => self.workspace = Workspace::Training,
            PickKind::Evaluation(_) => self.workspace = Workspace::Evaluation,
            PickKind::ReadingLog | PickKind::ExportFolder => {}
            PickKind::Films | PickKind::Folder | PickKind::Model | PickKind::ComparedModel => {
                let text = "No file dialog available. Type a path instead";
                self.shared.notices.push(NoticeKind::Info, text);
            }
        }
    }

    /// Uses what is typed for what was asked; an empty line stays.
    pub(super) fn use_typed_path(&mut self) {
        let Some(prompt) = &self.shared.prompt else {
            return;
        };
        let (kind, text) = (prompt.kind, prompt.text.trim());
        if text.is_empty() {
            return;
        }
        let path = PathBuf::from(text);
        // A dialog asks before a file is replaced; here another name is asked for.
        if writes_file(kind) && path.exists() {
            let text = format!(
                "a file of this name exists, type another: {}",
                path.display()
            );
            return self.shared.say_error(text);
        }
        self.shared.prompt = None;
        match kind {
            // The prompt says so: films, folders and models are recognized by their names.
            PickKind::Films | PickKind::Folder | PickKind::Model => self.open(vec![path]),
            kind => self.take_picked(kind, vec![path]),
        }
    }

    /// Hands paths to what asked for them, whether a dialog or a typed line has them.
    pub(super) fn take_picked(&mut self, kind: PickKind, paths: Vec<PathBuf>) {
        if let PickKind::Films | PickKind::Folder = kind {
            return self.open(paths);
        }
        let Some(path) = paths.into_iter().next() else {
            return;
        };
        match kind {
            PickKind::Films | PickKind::Folder => {}
            PickKind::Model => {
                self.shared
                    .load_model(ModelRequest::Source(ModelSource::File(path)));
            }
            PickKind::ComparedModel => self.viewer.compare_with_model(path, &mut self.shared),
            PickKind::Training(pick) => {
                let effects = self.training.take_path(pick, path, &mut self.shared);
                self.settle(effects);
            }
            PickKind::Evaluation(pick) => {
                self.evaluation.take_path(pick, path, &mut self.shared);
            }
            PickKind::ReadingLog => {
                let effects = self.list.start_blinded(path, &mut self.shared);
                self.settle(effects);
            }
            PickKind::ExportFolder => {
                if self.can_export() {
                    self.viewer.export_to(path, &self.shared);
                }
            }
        }
    }
}
