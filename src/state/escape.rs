use super::{
    AppState, Command, CompareCommand, DisplayCommand, EvaluationCommand, MeasureCommand, Tool,
    TrainingCommand, ViewerCommand, Workspace,
};

impl AppState {
    /// What Escape does now, one thing at a time: it closes what is open over the workspace, the topmost first, then
    /// leaves the tool, then cancels work. `None` where there is nothing of all that.
    ///
    /// Menus and drop-downs close by themselves, before this is asked.
    pub fn escape(&self) -> Option<Command> {
        let close = self.close_topmost();
        let leave = || self.leave_tool();
        close.or_else(leave).or_else(|| self.cancel_work())
    }

    fn close_topmost(&self) -> Option<Command> {
        let windows = &self.windows;
        let open = [
            (windows.palette.is_some(), Command::ShowPalette(false)),
            (windows.tour.is_some(), Command::ShowTour(None)),
            (windows.messages_shown, Command::ShowMessages(false)),
            (windows.keys_shown, Command::ShowKeys(false)),
            (self.shows_metadata(), Command::ShowMetadata(false)),
            (windows.about_shown, Command::ShowAbout(false)),
            (self.shared.prompt.is_some(), Command::ShowPathField(false)),
            (
                self.workspace == Workspace::Evaluation && self.evaluation.asked.is_some(),
                Command::Evaluation(EvaluationCommand::Decline),
            ),
            (
                self.workspace == Workspace::Evaluation && self.evaluation.start.columns.is_some(),
                Command::Evaluation(EvaluationCommand::CloseColumns { take: false }),
            ),
            (
                self.workspace == Workspace::Training
                    && self.training.files.columns.done().is_some(),
                Command::Training(TrainingCommand::CloseColumns { take: false }),
            ),
        ];
        open.into_iter()
            .find(|(open, _)| *open)
            .map(|(_, close)| close)
    }

    fn leave_tool(&self) -> Option<Command> {
        if self.workspace == Workspace::Viewer && self.viewer.is_measuring() {
            let abandon = DisplayCommand::Measure(MeasureCommand::Abandon);
            return Some(Command::Viewer(if self.viewer.measures_beside() {
                ViewerCommand::Compare(CompareCommand::Display(abandon))
            } else {
                ViewerCommand::Display(abandon)
            }));
        }
        let options = &self.viewer.options;
        let display = if self.workspace != Workspace::Viewer {
            return None;
        } else if self.viewer.tool != Tool::default() {
            DisplayCommand::UseTool(Tool::default())
        } else if options.all_maps_shown {
            DisplayCommand::ShowAllMaps(false)
        } else if options.input_shown {
            DisplayCommand::ShowInput(false)
        } else {
            return None;
        };
        Some(Command::Viewer(ViewerCommand::Display(display)))
    }

    /// Stops the running work of the workspace in view.
    fn cancel_work(&self) -> Option<Command> {
        if self.workspace == Workspace::Evaluation {
            let cancel = Command::Evaluation(EvaluationCommand::Cancel);
            return self.evaluation.underway().map(|_| cancel);
        }
        let films = &self.shared.films;
        if films.film.is_reading() || self.list.is_searching() || self.viewer.occlusion.is_busy() {
            return Some(Command::Cancel);
        }
        let checks = Command::Training(TrainingCommand::CancelChecks);
        self.training.is_checking().then_some(checks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::shared::tests::shared;
    use crate::state::{Palette, PathPrompt, PickKind, Settings, ViewOptions};

    #[test]
    fn escape_closes_the_topmost_first_then_leaves_the_tool_and_does_no_more() {
        let services = shared().services;
        let mut state = AppState::new(Settings::default(), services);
        state.windows.palette = Some(Palette::default());
        state.windows.keys_shown = true;
        state.shared.prompt = Some(PathPrompt::new(PickKind::Films));
        state.viewer.tool = Tool::Cover;
        state.viewer.options = ViewOptions {
            all_maps_shown: true,
            ..ViewOptions::default()
        };
        let mut done = Vec::new();
        while let Some(command) = state.escape() {
            done.push(command.clone());
            state.apply(command);
            assert!(done.len() < 10, "it never ends: {done:?}");
        }
        let display = |command| Command::Viewer(ViewerCommand::Display(command));
        assert_eq!(
            done,
            [
                Command::ShowPalette(false),
                Command::ShowKeys(false),
                Command::ShowPathField(false),
                display(DisplayCommand::UseTool(Tool::Window)),
                display(DisplayCommand::ShowAllMaps(false)),
            ]
        );
    }
}
