//! The window: drains jobs, draws panels, carries out commands. Contains no logic of its own.

mod stored;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use eframe::{CreationContext, Frame, Storage};
use egui::{Context, Ui, ViewportCommand};

use crate::model::ComputeDevice;
use crate::state::{
    AppState, Clip, Closing, Command, CommandSender, FilePicker, NoticeKind, Services, Session,
    Settings, StartMark, TrainingCommand, TrainingPick, Workspace, command_channel,
};
use crate::ui::{Workspaces, shortcuts, theme, windows_ui};

pub use stored::set_aside_unusable;

/// The key of the settings in eframe's storage.
const SETTINGS_KEY: &str = "settings";

/// eframe's entry of where the window was.
const WINDOW_KEY: &str = "window";

/// The first window's part of the screen, each way.
const SHARE_OF_SCREEN: f32 = 0.9;

/// Frames after which the window has started: the first ones find their layout.
const N_FRAMES_OF_START: u64 = 3;

/// The program as eframe runs it.
pub struct ThoraxApp {
    /// The whole state; public for tests.
    pub state: AppState,
    workspaces: Workspaces,
    commands: CommandSender,
    queue: Receiver<Command>,
    /// While the window starts.
    start: Option<StartMark>,
    /// Whether the window is the first ever, whose size nobody chose.
    sizes_window: bool,
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
        let is_first = |storage: &dyn Storage| storage.get_string(WINDOW_KEY).is_none();
        Self {
            sizes_window: cc.storage.is_some_and(is_first),
            state,
            workspaces: Workspaces::default(),
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

    /// The first window takes most of the screen; later ones are as the last was left.
    fn size_first_window(&mut self, ctx: &Context) {
        let screen = ctx.input(|input| input.viewport().monitor_size);
        let Some(screen) = screen.filter(|_| self.sizes_window) else {
            return;
        };
        self.sizes_window = false;
        let size = screen * SHARE_OF_SCREEN;
        let corner = ((screen - size) / 2.0).to_pos2();
        ctx.send_viewport_cmd(ViewportCommand::InnerSize(size));
        ctx.send_viewport_cmd(ViewportCommand::OuterPosition(corner));
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

    /// Closing the window does not lose a training: it asks first, then saves a checkpoint.
    fn ask_before_closing(&mut self, ctx: &Context) {
        if std::mem::take(&mut self.state.windows.quit_asked) {
            ctx.send_viewport_cmd(ViewportCommand::Close);
        }
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

    fn switch_full_screen(&mut self, ctx: &Context) {
        if std::mem::take(&mut self.state.windows.full_screen_asked) {
            let fills = ctx.input(|input| input.viewport().fullscreen.unwrap_or(false));
            ctx.send_viewport_cmd(ViewportCommand::Fullscreen(!fills));
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

    fn open_dropped(&self, ctx: &Context) {
        let paths: Vec<PathBuf> = ctx.input(|input| {
            let dropped = input.raw.dropped_files.iter();
            dropped.map(|file| file.path().to_owned()).collect()
        });
        match (&paths[..], self.state.workspace) {
            ([], _) => {}
            ([path], Workspace::Training) if self.state.training.takes_data(path) => {
                let take = TrainingCommand::TakePath(TrainingPick::Table, path.clone());
                self.commands.train(take);
            }
            _ => self.commands.send(Command::Open(paths)),
        }
    }
}

impl eframe::App for ThoraxApp {
    fn logic(&mut self, ctx: &Context, _frame: &mut Frame) {
        self.state.poll();
        self.size_first_window(ctx);
        self.end_start(ctx);
        ctx.set_theme(theme::preference(self.state.shared.settings.theme));
        ctx.set_zoom_factor(self.state.shared.settings.scale);
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut Frame) {
        let ctx = ui.ctx().clone();
        self.open_dropped(&ctx);
        self.ask_before_closing(&ctx);
        shortcuts::keys_ui(&ctx, &self.state, &self.commands);
        self.workspaces.ui(ui, &self.state, &self.commands);
        windows_ui(&ctx, &self.state, &self.commands);
        self.copy_clip(&ctx);
        self.switch_full_screen(&ctx);
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
