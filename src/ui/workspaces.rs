//! The layout of the window: which panels each workspace has, and where. Makes their views.

use egui::{CentralPanel, Context, Panel, Ui};

use super::panels::{
    CompareView, EvaluationView, EvaluationViews, FindingsView, FindingsViews, ListView, ListViews,
    MapControlsView, MetadataView, PaletteView, Pane, SessionView, ToolStripView, ToolbarView,
    TourPlaces, TrainingView, TrainingViews, ViewerViews, WelcomeView, about_ui, all_maps_ui,
    answers_ui, back_ui, close_ui, compare_ui, epoch_scrubber_ui, evaluation_ui, film_list_ui,
    findings_ui, histogram_ui, keys_ui, map_bar_ui, messages_ui, metadata_ui, palette_ui,
    path_prompt_ui, session_report_ui, status_bar_ui, tool_strip_ui, toolbar_ui, tour_ui,
    training_ui, viewer_ui, welcome_ui,
};
use super::shortcuts::Actions;
use super::theme;
use crate::state::{
    AppState, CommandSender, FilmState, ModelOrigin, ViewerArea, ViewerCommand, Workspace,
    is_drawn_film,
};

/// The workspaces of the window, and what they keep between frames: textures, curves, positions.
#[derive(Default)]
pub struct Workspaces {
    viewer: ViewerViews,
    beside: ViewerViews,
    list: ListViews,
    findings: FindingsViews,
    training: TrainingViews,
    evaluation: EvaluationViews,
    /// Where the viewer's parts are in this frame.
    places: TourPlaces,
}

impl Workspaces {
    /// Draws the bars and the workspace in view.
    pub fn ui(&mut self, ui: &mut Ui, state: &AppState, commands: &CommandSender) {
        Panel::top("toolbar").show(ui, |ui| {
            toolbar_ui(ui, &ToolbarView::of(state), commands);
        });
        Panel::bottom("status").show(ui, |ui| {
            let blinded = state.is_blinded();
            let notices = state.visible_notices();
            status_bar_ui(
                ui,
                &state.shared,
                &state.training,
                &notices,
                blinded,
                commands,
            );
        });
        match state.workspace {
            Workspace::Viewer => {
                if let Some(report) = &state.list.report {
                    CentralPanel::default().show(ui, |ui| {
                        session_report_ui(ui, report, Actions::of(state), commands);
                    });
                } else if let Some(session) = SessionView::of(state) {
                    self.session_ui(ui, &session, state, commands);
                } else {
                    self.viewer_ui(ui, state, commands);
                }
            }
            Workspace::Training => {
                let view = TrainingView::of(state);
                training_ui(ui, &view, &mut self.training, commands);
            }
            Workspace::Evaluation => {
                let view = EvaluationView::of(state);
                evaluation_ui(ui, &view, &mut self.evaluation, commands);
            }
        }
    }

    fn viewer_ui(&mut self, ui: &mut Ui, state: &AppState, commands: &CommandSender) {
        Panel::top("tools").show(ui, |ui| {
            tool_strip_ui(ui, &ToolStripView::of(state), commands);
        });
        let loaded = state.shared.model.loaded.as_ref();
        let of_default = loaded.is_none_or(|loaded| loaded.origin == ModelOrigin::Default);
        if !of_default && state.training.run.is_some() {
            Panel::top("epochs").show(ui, |ui| {
                epoch_scrubber_ui(ui, &TrainingView::of(state), commands);
            });
        }
        if state.evaluation.film_opened {
            Panel::top("back").show(ui, |ui| {
                back_ui(ui, &EvaluationView::of(state), commands);
            });
        }
        self.places = TourPlaces::default();
        let settings = state.shared.settings.viewer;
        // With large words on a small screen the film comes first.
        let wide = ui.available_width() >= theme::LEAST_WIDTH_FOR_LIST_PT;
        if !state.shared.films.entries().is_empty() && wide && !settings.list_hidden {
            let list = Panel::left("films")
                .default_size(theme::FILM_LIST_WIDTH_PT)
                .size_range(theme::FILM_LIST_WIDTH_PT..=420.0)
                .show(ui, |ui| {
                    film_list_ui(ui, &ListView::of(state), &mut self.list, commands);
                });
            self.places.list = list.response.rect;
        }
        let has_film = state.shared.films.current_path().is_some();
        if !settings.findings_hidden && (wide || has_film) {
            let room = ui.available_width();
            let width = theme::FINDINGS_WIDTH_PT.min(room * theme::FINDINGS_SHARE);
            // Names of their own: one width must not be remembered for the other.
            let compares = state.viewer.compare.is_some();
            let findings = Panel::right(match (wide, compares) {
                (true, false) => "findings",
                (true, true) => "compared findings",
                (false, _) => "narrow findings",
            })
            .default_size(width)
            .size_range(width..=(theme::FINDINGS_WIDTH_PT * 1.5).min(room * 0.5))
            .show(ui, |ui| {
                let view = FindingsView::of(state);
                findings_ui(ui, &view, &mut self.findings, commands);
            });
            self.places.findings = findings.response.rect;
        }
        if state.shared.settings.viewer.histogram_shown
            && let Some(opened) = state.shared.films.film.opened()
        {
            Panel::bottom("histogram").show(ui, |ui| {
                histogram_ui(ui, opened, state.viewer.display(), commands);
            });
        }
        self.film_panel_ui(ui, state, commands);
    }

    /// A blinded session: the film as large as it gets, and the questions. No tools, no list, no histogram.
    fn session_ui(
        &mut self,
        ui: &mut Ui,
        session: &SessionView<'_>,
        state: &AppState,
        commands: &CommandSender,
    ) {
        let width = theme::ANSWERS_WIDTH_PT.min(ui.available_width() * 0.5);
        Panel::right("answers")
            .default_size(width)
            .size_range(width..=theme::ANSWERS_WIDTH_PT * 1.5)
            .show(ui, |ui| {
                answers_ui(ui, session, commands);
                if !state.is_blinded() {
                    let view = FindingsView::of(state);
                    findings_ui(ui, &view, &mut self.findings, commands);
                }
            });
        self.film_panel_ui(ui, state, commands);
    }

    /// The film with the bar of its map, in the room that is left.
    fn film_panel_ui(&mut self, ui: &mut Ui, state: &AppState, commands: &CommandSender) {
        let areas = CentralPanel::no_frame().show(ui, |ui| {
            let film = ui.available_rect_before_wrap();
            let areas = self.film_ui(ui, state, commands);
            if areas != [None, None] {
                map_bar_ui(ui, film, &MapControlsView::of(state), commands);
            }
            areas
        });
        self.places.film = areas.response.rect;
        if let Some(step) = state.windows.tour {
            let is_drawn = state.shared.films.current_path().is_some_and(is_drawn_film);
            tour_ui(ui.ctx(), (step, is_drawn), &self.places, commands);
        }
        let [area, beside] = areas.inner;
        let known = state.viewer.compare.as_ref();
        let moved = known.is_some_and(|compare| compare.pane.area != beside);
        if moved || state.viewer.main.area != area {
            commands.view(ViewerCommand::SetAreas { area, beside });
        }
    }

    /// The film in view, and the one beside it; where each was drawn.
    fn film_ui(
        &mut self,
        ui: &mut Ui,
        state: &AppState,
        commands: &CommandSender,
    ) -> [Option<ViewerArea>; 2] {
        // Hidden views must not keep their film in memory.
        if state.viewer.compare.is_none() {
            self.beside = ViewerViews::default();
        }
        if state.shared.films.film.opened().is_none() {
            self.viewer = ViewerViews::default();
        }
        if matches!(state.shared.films.film, FilmState::Empty) {
            let view = WelcomeView {
                actions: Actions::of(state),
                settings: &state.shared.settings,
            };
            welcome_ui(ui, &view, commands);
            return [None, None];
        }
        if let Some(compare) = &state.viewer.compare {
            let display = state.viewer.beside_display(&state.shared.films);
            let display = display.unwrap_or_default();
            let view = CompareView::of(state, compare, &display);
            let views = [&mut self.viewer, &mut self.beside];
            return compare_ui(ui, &view, views, commands).map(Some);
        }
        let pane = Pane::main(state);
        if state.viewer.options.all_maps_shown && state.list.blinded.is_none() {
            all_maps_ui(ui, &pane, &mut self.viewer, commands);
            return [None, None];
        }
        let area = viewer_ui(ui, &pane, &mut self.viewer, commands);
        [Some(area), None]
    }
}

/// Draws the windows over the workspace.
pub fn windows_ui(ctx: &Context, state: &AppState, commands: &CommandSender) {
    if state.windows.messages_shown {
        messages_ui(ctx, &state.visible_notices(), commands);
    }
    if let Some(prompt) = &state.shared.prompt {
        path_prompt_ui(ctx, prompt, commands);
    }
    if let (true, Some(loaded)) = (state.windows.about_shown, &state.shared.model.loaded) {
        about_ui(ctx, loaded, commands);
    }
    if state.windows.keys_shown {
        let keys = &state.shared.settings.keys;
        keys_ui(ctx, keys, state.windows.key_asked_for, commands);
    }
    if let Some(view) = MetadataView::of(state).filter(|_| state.workspace == Workspace::Viewer) {
        metadata_ui(ctx, &view, commands);
    }
    if let Some(palette) = PaletteView::of(state) {
        palette_ui(ctx, &palette, commands);
    }
    close_ui(ctx, &state.training, commands);
}
