//! The window: drains jobs, draws panels, carries out commands. Contains no logic of its own.

mod stored;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use eframe::{CreationContext, Frame, Storage};
use egui::{CentralPanel, Context, Panel, Ui, ViewportCommand};

use crate::model::ComputeDevice;
use crate::state::{
    AppState, Clip, Closing, Command, CommandSender, FilePicker, FilmState, ModelOrigin,
    NoticeKind, Services, Session, Settings, StartMark, TrainingCommand, Workspace,
    command_channel,
};
use crate::ui::panels::{
    EvaluationViews, ListViews, Pane, TrainingViews, ViewerViews, about_ui, all_maps_ui,
    answers_ui, back_ui, close_ui, compare_ui, epoch_scrubber_ui, evaluation_ui, film_list_ui,
    findings_ui, histogram_ui, keys_ui, map_controls_ui, notices_ui, palette_ui, path_prompt_ui,
    status_bar_ui, tool_strip_ui, toolbar_ui, training_ui, viewer_ui, welcome_ui,
};
use crate::ui::{shortcuts, theme};

pub use stored::set_aside_unusable;

/// The key of the settings in eframe's storage.
const SETTINGS_KEY: &str = "settings";

/// Frames after which the window has started: the first ones find their layout.
const N_FRAMES_OF_START: u64 = 3;

/// The program as eframe runs it.
pub struct ThoraxApp {
    /// The whole state; public for tests.
    pub state: AppState,
    viewer_views: ViewerViews,
    beside_views: ViewerViews,
    list_views: ListViews,
    training_views: TrainingViews,
    evaluation_views: EvaluationViews,
    commands: CommandSender,
    queue: Receiver<Command>,
    /// While the window starts.
    start: Option<StartMark>,
}

impl ThoraxApp {
    /// Restores the settings, starts loading the model and opens `files`.
    pub fn new(
        cc: &CreationContext<'_>,
        picker: Arc<dyn FilePicker>,
        device: ComputeDevice,
        files: Vec<PathBuf>,
    ) -> Self {
        // Not from the file: some values let no window come up, and none can be set here.
        cc.egui_ctx.options_mut(|options| {
            let usual = egui::Options::default();
            options.tessellation_options = usual.tessellation_options;
            options.input_options = usual.input_options;
        });
        theme::install(&cc.egui_ctx);
        let ctx = cc.egui_ctx.clone();
        let services = Services {
            picker,
            wake: Arc::new(move || ctx.request_repaint()),
            device,
            // Where nothing is to be kept, as in tests, notes are not either.
            data_folder: cc.storage.and_then(|_| eframe::storage_dir("thorax")),
            cache_folder: None,
        };
        let mut state = AppState::new(stored_settings(cc.storage), services);
        if !files.is_empty() {
            state.apply(Command::Open(files));
        }
        let (commands, queue) = command_channel();
        Self {
            state,
            viewer_views: ViewerViews::default(),
            beside_views: ViewerViews::default(),
            list_views: ListViews::default(),
            training_views: TrainingViews::default(),
            evaluation_views: EvaluationViews::default(),
            commands,
            queue,
            start: None,
        }
    }

    /// Opens what was open when the program ended last, if that is wanted and if opening it did not
    /// end the program. `start` is held until the window has started.
    pub fn begin(&mut self, mut start: StartMark, restores: bool) {
        let shared = &mut self.state.shared;
        if let Some(film) = start.failed_film() {
            let text = format!(
                "The last session is not opened by itself: the program ended while its films were \
                 being opened, this one first: {film}"
            );
            shared.notices.push(NoticeKind::Error, text);
            shared.settings.session = Session::default();
        } else if restores && shared.settings.restore_session {
            let session = &shared.settings.session;
            if let Some(first) = session.current.as_ref().or(session.opened.first()) {
                start.opens(first);
            }
            self.state.restore_session();
        }
        self.start = Some(start);
    }

    /// Lets go of the mark of a start once frames are drawn and the last session is open again.
    fn end_start(&mut self, ctx: &Context) {
        let (list, films) = (&self.state.list, &self.state.shared.films);
        let is_opening = list.is_searching() || films.film.is_reading() || list.pictures.is_busy();
        let is_over = |start: &StartMark| {
            ctx.cumulative_frame_nr() >= N_FRAMES_OF_START && !(start.opens_films() && is_opening)
        };
        if self.start.as_ref().is_some_and(is_over) {
            self.start = None;
        }
    }

    fn panels_ui(&mut self, ui: &mut Ui) {
        let (state, commands) = (&self.state, &self.commands);
        Panel::top("toolbar").show(ui, |ui| toolbar_ui(ui, state, commands));
        Panel::bottom("status").show(ui, |ui| status_bar_ui(ui, state, commands));
        if let Some(prompt) = &state.shared.prompt {
            Panel::top("path").show(ui, |ui| path_prompt_ui(ui, prompt, commands));
        }
        match state.workspace {
            Workspace::Viewer => self.viewer_panels_ui(ui),
            Workspace::Training => {
                training_ui(ui, state, &mut self.training_views, commands);
            }
            Workspace::Evaluation => {
                evaluation_ui(ui, state, &mut self.evaluation_views, commands);
            }
        }
    }

    fn viewer_panels_ui(&mut self, ui: &mut Ui) {
        let (state, commands) = (&self.state, &self.commands);
        Panel::top("tools").show(ui, |ui| tool_strip_ui(ui, state, commands));
        let loaded = state.shared.model.loaded.as_ref();
        let of_default = loaded.is_none_or(|loaded| loaded.origin == ModelOrigin::Default);
        if !of_default && state.training.run.is_some() {
            Panel::top("epochs").show(ui, |ui| epoch_scrubber_ui(ui, state, commands));
        }
        if state.evaluation.film_opened {
            Panel::top("back").show(ui, |ui| back_ui(ui, state, commands));
        }
        // With large words on a small screen the film comes first.
        let width = ui.available_width();
        let wide = width >= theme::LEAST_WIDTH_FOR_LIST_PT;
        let findings_width = if wide {
            theme::FINDINGS_WIDTH_PT
        } else {
            width * 0.5
        };
        if !state.shared.films.entries().is_empty() && wide {
            Panel::left("films")
                .default_size(theme::FILM_LIST_WIDTH_PT)
                .size_range(160.0..=420.0)
                .show(ui, |ui| {
                    film_list_ui(ui, state, &mut self.list_views, commands);
                });
        }
        // Two names: one width must not be remembered for the other.
        Panel::right(if wide { "findings" } else { "narrow findings" })
            .default_size(findings_width)
            .size_range(findings_width..=theme::FINDINGS_WIDTH_PT * 1.5)
            .show(ui, |ui| {
                if let Some(reading) = &state.list.blinded {
                    answers_ui(ui, state, reading, commands);
                }
                if !state.is_blinded() {
                    findings_ui(ui, state, commands);
                }
            });
        Panel::bottom("map").show(ui, |ui| {
            let reading = state
                .shared
                .films
                .film
                .reading()
                .filter(|_| !state.hides_answer());
            let heatmap = reading
                .zip(state.viewer.selected)
                .and_then(|(reading, idx)| {
                    let max = state.shared.settings.map.scale.max(&reading.maps, idx);
                    Some((reading.maps.get(idx)?, max))
                });
            // Words too large for the panel must not run into its neighbor.
            egui::ScrollArea::horizontal()
                .auto_shrink([false, true])
                .show(ui, |ui| {
                    map_controls_ui(ui, &state.shared.settings.map, heatmap, commands);
                });
        });
        if state.shared.settings.viewer.histogram_shown
            && let Some(opened) = state.shared.films.film.opened()
        {
            Panel::bottom("histogram").show(ui, |ui| {
                histogram_ui(ui, opened, state.viewer.display(), commands);
            });
        }
        // Hidden views must not keep their film in memory.
        if state.viewer.compare.is_none() {
            self.beside_views = ViewerViews::default();
        }
        if state.shared.films.film.opened().is_none() {
            self.viewer_views = ViewerViews::default();
        }
        let area = CentralPanel::no_frame().show(ui, |ui| {
            if matches!(state.shared.films.film, FilmState::Empty) {
                welcome_ui(ui, state, commands);
                return None;
            }
            let pane = Pane::main(state);
            if let Some(compare) = &state.viewer.compare {
                let views = [&mut self.viewer_views, &mut self.beside_views];
                let [main, beside] = compare_ui(ui, state, compare, views, commands);
                return Some((main, Some(beside)));
            }
            if state.viewer.options.all_maps_shown {
                all_maps_ui(ui, &pane, &mut self.viewer_views, commands);
                return None;
            }
            let area = viewer_ui(ui, &pane, &mut self.viewer_views, commands);
            Some((area, None))
        });
        self.state.viewer.main.area = area.inner.map(|(main, _)| main);
        if let Some(compare) = &mut self.state.viewer.compare {
            compare.pane.area = area.inner.and_then(|(_, beside)| beside);
        }
    }

    fn windows_ui(&self, ctx: &Context) {
        let (state, commands) = (&self.state, &self.commands);
        notices_ui(ctx, &state.shared.notices, state.workspace, commands);
        if let (true, Some(loaded)) = (state.windows.about_shown, &state.shared.model.loaded) {
            about_ui(ctx, loaded, commands);
        }
        if state.windows.keys_shown {
            let keys = &state.shared.settings.keys;
            keys_ui(ctx, keys, state.windows.key_asked_for, commands);
        }
        palette_ui(ctx, state, commands);
        close_ui(ctx, &state.training, commands);
    }

    /// Closing the window does not lose a training: it asks first, then saves a checkpoint.
    fn mind_closing(&self, ctx: &Context) {
        let training = &self.state.training;
        if training.closing == Closing::Now {
            ctx.send_viewport_cmd(ViewportCommand::Close);
        } else if ctx.input(|input| input.viewport().close_requested()) && training.is_running() {
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            if training.closing == Closing::No {
                self.commands.train(TrainingCommand::AskClose);
            }
        }
    }

    fn copy_clip(&mut self, ctx: &Context) {
        match self.state.viewer.exports.clip.take() {
            Some(Clip::Text(text)) => ctx.copy_text(text),
            Some(Clip::Picture(picture)) => {
                let size = [picture.width() as usize, picture.height() as usize];
                ctx.copy_image(egui::ColorImage::from_rgb(size, picture.as_raw()));
            }
            None => {}
        }
    }

    fn take_drops(&self, ctx: &Context) {
        let paths: Vec<PathBuf> = ctx.input(|input| {
            let dropped = input.raw.dropped_files.iter();
            dropped.map(|file| file.path().to_owned()).collect()
        });
        if !paths.is_empty() {
            self.commands.send(Command::Open(paths));
        }
    }
}

impl eframe::App for ThoraxApp {
    fn logic(&mut self, ctx: &Context, _frame: &mut Frame) {
        self.state.poll();
        self.end_start(ctx);
        ctx.set_theme(theme::preference(self.state.shared.settings.theme));
        ctx.set_zoom_factor(self.state.shared.settings.scale);
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut Frame) {
        let ctx = ui.ctx().clone();
        self.take_drops(&ctx);
        self.mind_closing(&ctx);
        shortcuts::keys_ui(&ctx, &self.state, &self.commands);
        self.panels_ui(ui);
        self.windows_ui(&ctx);
        self.copy_clip(&ctx);
        let mut changed = false;
        for command in self.queue.try_iter() {
            self.state.apply(command);
            changed = true;
        }
        if changed {
            // The frame drawn above precedes these commands.
            ctx.request_repaint();
        }
    }

    fn save(&mut self, storage: &mut dyn Storage) {
        eframe::set_value(storage, SETTINGS_KEY, &self.state.shared.settings);
    }
}

fn stored_settings(storage: Option<&dyn Storage>) -> Settings {
    storage
        .and_then(|storage| eframe::get_value(storage, SETTINGS_KEY))
        .unwrap_or_default()
}
