use std::path::PathBuf;

use super::{AppState, ModelRequest, PickForm, PickKind, Workspace};
use crate::model::ModelSource;

/// A path that is typed because there is no file dialog, or because the user prefers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathPrompt {
    /// The request: the path goes there and nowhere else.
    pub kind: PickKind,
    /// As typed so far, to the letter: a `PathBuf` would lose a slash at the end.
    pub text: String,
    /// Whether it is here because there is no file dialog.
    pub in_place_of_dialog: bool,
}

impl PathPrompt {
    /// An empty prompt.
    pub fn new(kind: PickKind) -> Self {
        Self {
            kind,
            text: String::new(),
            in_place_of_dialog: false,
        }
    }

    /// The requested path, as a label.
    pub fn question(&self) -> &'static str {
        match self.kind {
            // Typed without a dialog: films, folders and models are told apart by their names.
            PickKind::Films => "Path of a film, folder or model",
            PickKind::Folder => "Path of a folder of films",
            PickKind::Model => "Path of the model",
            PickKind::ComparedModel => "Path of the model to compare with",
            PickKind::ReadingLog => "File for the log of the session",
            PickKind::ResumedLog => "Log of the session to resume",
            PickKind::SessionTable => "File for the table of the session",
            PickKind::ExportFolder => "Folder for exports",
            PickKind::Training(pick) => pick.question(),
            PickKind::Evaluation(pick) => pick.question(),
        }
    }

    /// The words of the button that takes the path.
    pub fn button(&self) -> &'static str {
        match self.kind {
            PickKind::Films | PickKind::Folder | PickKind::Model => "Open path",
            PickKind::ComparedModel => "Compare",
            PickKind::ReadingLog => "Start session",
            PickKind::ResumedLog => "Resume session",
            PickKind::SessionTable => "Save table",
            PickKind::ExportFolder => "Export",
            PickKind::Training(_) | PickKind::Evaluation(_) => "Use path",
        }
    }
}

/// Whether the path is that of a file to be written anew.
fn writes_file(kind: PickKind) -> bool {
    let form = match kind {
        PickKind::Training(pick) => pick.form(),
        PickKind::Evaluation(pick) => pick.form(),
        PickKind::SessionTable => return true,
        // An old log is continued.
        PickKind::ReadingLog
        | PickKind::ResumedLog
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
        let mut prompt = PathPrompt::new(kind);
        prompt.in_place_of_dialog = true;
        if kind == PickKind::ExportFolder
            && let Some(folder) = &self.shared.settings.export_folder
        {
            prompt.text = folder.display().to_string();
        }
        self.shared.prompt = Some(prompt);
        match kind {
            PickKind::Training(_) => self.workspace = Workspace::Training,
            PickKind::Evaluation(_) => self.workspace = Workspace::Evaluation,
            PickKind::ReadingLog
            | PickKind::ResumedLog
            | PickKind::SessionTable
            | PickKind::ExportFolder
            | PickKind::Films
            | PickKind::Folder
            | PickKind::Model
            | PickKind::ComparedModel => {}
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
        self.take_picked(kind, vec![path]);
    }

    /// Hands paths to what asked for them: the only way of a path from a dialog or a typed line, the same for both.
    pub(super) fn take_picked(&mut self, kind: PickKind, paths: Vec<PathBuf>) {
        let Some(path) = paths.first().cloned() else {
            return;
        };
        match kind {
            PickKind::Films | PickKind::Folder => self.open(paths),
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
            PickKind::ResumedLog => self.list.resume_blinded(path, &self.shared),
            PickKind::SessionTable => self.list.save_report(path, &self.shared),
            PickKind::ExportFolder => {
                if self.can_export() {
                    self.shared.settings.export_folder = Some(path.clone());
                    self.viewer.export_to(path, &self.shared);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::state::shared::tests::shared;
    use crate::state::{Command, EvaluationPick, Settings, TrainingPick};

    /// A model that is not there: what is begun with it is told at once, without waiting for a job.
    const PATH: &str = "/no/such/model.safetensors";

    fn all_kinds() -> Vec<PickKind> {
        // One arm for every kind, so that the compiler finds a forgotten one below.
        let known = |kind: PickKind| match kind {
            PickKind::Films
            | PickKind::Folder
            | PickKind::ReadingLog
            | PickKind::ResumedLog
            | PickKind::SessionTable
            | PickKind::ExportFolder
            | PickKind::Model
            | PickKind::ComparedModel
            | PickKind::Training(_)
            | PickKind::Evaluation(_) => kind,
        };
        let mut kinds = vec![
            PickKind::Films,
            PickKind::Folder,
            PickKind::ReadingLog,
            PickKind::ResumedLog,
            PickKind::SessionTable,
            PickKind::ExportFolder,
            PickKind::Model,
            PickKind::ComparedModel,
        ];
        let training = [
            TrainingPick::DataFolder,
            TrainingPick::Table,
            TrainingPick::NewRunFolder,
            TrainingPick::Run,
            TrainingPick::ComparedRun,
            TrainingPick::LoadConfig,
            TrainingPick::SaveConfig,
            TrainingPick::Field("train_list"),
        ];
        let evaluation = [
            EvaluationPick::Predictions,
            EvaluationPick::DataFolder,
            EvaluationPick::Compared,
            EvaluationPick::Report,
            EvaluationPick::Figures,
            EvaluationPick::Plots,
            EvaluationPick::Model,
        ];
        kinds.extend(training.map(PickKind::Training));
        kinds.extend(evaluation.map(PickKind::Evaluation));
        kinds.into_iter().map(known).collect()
    }

    /// What a path does for a kind: all that any kind changes, and whether another model is asked for.
    fn effect(kind: PickKind, typed: bool) -> (String, bool) {
        let mut state = AppState::new(Settings::default(), shared().services);
        if typed {
            let text = PATH.to_owned();
            let mut prompt = PathPrompt::new(kind);
            prompt.text = text;
            state.shared.prompt = Some(prompt);
            state.apply(Command::UseTypedPath);
        } else {
            state.take_picked(kind, vec![PATH.into()]);
        }
        let (form, list) = (&state.training.form, &state.list);
        let loads = state.shared.model.requested_path() == Some(Path::new(PATH));
        let compare = state.viewer.compare.as_ref().map(|compare| &compare.with);
        let notices = state.shared.notices.iter().map(|notice| &notice.text);
        let text = format!(
            "{:?} {:?} {:?} {:?} {:?} {:?} {:?} {} {} {}",
            state.workspace,
            compare,
            form.config,
            form.run_folder,
            state.shared.prompt,
            state.evaluation.opening.running().is_some(),
            notices.collect::<Vec<_>>(),
            list.is_searching(),
            list.is_resuming(),
            state.training.phase().is_some(),
        );
        (text, loads)
    }

    #[test]
    fn a_typed_path_does_what_the_path_of_a_dialog_does() {
        for kind in all_kinds() {
            assert_eq!(effect(kind, true), effect(kind, false), "{kind:?}");
        }
    }

    #[test]
    fn only_a_path_that_was_asked_for_to_be_opened_replaces_the_model_in_use() {
        for kind in all_kinds() {
            let opens = matches!(kind, PickKind::Films | PickKind::Folder | PickKind::Model);
            for typed in [true, false] {
                let (_, loads) = effect(kind, typed);
                assert_eq!(loads, opens, "{kind:?}, typed: {typed}");
            }
        }
        let (text, _) = effect(PickKind::ComparedModel, true);
        assert!(
            text.contains("Model(\"/no/such/model.safetensors\")"),
            "{text}"
        );
    }
}
