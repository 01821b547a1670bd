//! The window: drains jobs, draws panels, carries out commands. Contains no logic of its own.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use eframe::{CreationContext, Frame, Storage};
use egui::{Context, Ui, ViewportCommand};

use crate::model::ComputeDevice;
use crate::state::{
    AppState, Clip, Closing, Command, CommandSender, FilePicker, Services, Settings,
    TrainingCommand, command_channel,
};
use crate::ui::{Workspaces, shortcuts, theme, windows_ui};

/// The key of the settings in eframe's storage.
const SETTINGS_KEY: &str = "settings";

/// The program as eframe runs it.
pub struct ThoraxApp {
    /// The whole state; public for tests.
    pub state: AppState,
    workspaces: Workspaces,
    commands: CommandSender,
    queue: Receiver<Command>,
}

impl ThoraxApp {
    /// Restores the settings, starts loading the model and opens `files`.
    pub fn new(
        cc: &CreationContext<'_>,
        picker: Arc<dyn FilePicker>,
        device: ComputeDevice,
        files: Vec<PathBuf>,
    ) -> Self {
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
        } else if state.shared.settings.restore_session {
            state.restore_session();
        }
        let (commands, queue) = command_channel();
        Self {
            state,
            workspaces: Workspaces::default(),
            commands,
            queue,
        }
    }

    /// Closing the window does not lose a training: it asks first, then saves a checkpoint.
    fn ask_before_closing(&self, ctx: &Context) {
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

    fn open_dropped(&self, ctx: &Context) {
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
