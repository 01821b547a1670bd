use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use super::file_manager::show_in_folder;
use super::{ChosenDevice, DeviceArgs, device, output};
use crate::app::{ThoraxApp, set_aside_unusable};
use crate::files::{give_large_buffers_back, remove_leftovers};
use crate::state::{FilePicker, NoticeKind, PickForm, PickKind, Picked, StartMark};
use crate::work::Watch;

/// Names the program's folder of settings.
const APP_ID: &str = "thorax";
/// Size of the window at the very first start.
const FIRST_SIZE_PT: [f32; 2] = [1280.0, 800.0];
const SMALLEST_SIZE_PT: [f32; 2] = [900.0, 560.0];

/// Opens the window; without a display says so in one line.
pub fn run(files: Vec<PathBuf>, device_args: DeviceArgs) -> anyhow::Result<ExitCode> {
    let no_display = "no display to open a window on: try `thorax classify FILES`";
    if !has_display() {
        output::complain(no_display);
        return Ok(ExitCode::FAILURE);
    }
    give_large_buffers_back();
    let ChosenDevice { device, remark } = device(device_args)?;
    let folder = eframe::storage_dir(APP_ID);
    let start = StartMark::begin(folder.as_deref());
    let set_aside = folder.and_then(|folder| {
        remove_leftovers(&folder);
        set_aside_unusable(&folder, start.blames_settings())
    });
    let viewport = egui::ViewportBuilder::default()
        .with_title("Thorax")
        .with_app_id(APP_ID)
        .with_inner_size(FIRST_SIZE_PT)
        .with_min_inner_size(SMALLEST_SIZE_PT)
        .with_drag_and_drop(true)
        .with_icon(icon()?);
    let options = eframe::NativeOptions {
        viewport,
        renderer: eframe::Renderer::Glow,
        ..Default::default()
    };
    let build: eframe::AppCreator<'_> = Box::new(move |cc| {
        let restores = files.is_empty();
        let mut app = ThoraxApp::new(cc, Arc::new(DesktopPicker), device, files);
        for remark in [remark, set_aside].into_iter().flatten() {
            app.state.shared.notices.push(NoticeKind::Info, remark);
        }
        app.begin(start, restores);
        Ok(Box::new(app))
    });
    if let Err(error) = eframe::run_native(APP_ID, options, build) {
        output::complain(&format!("{no_display} ({error})"));
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// X11 and Wayland name their display in the environment; other systems always have one.
fn has_display() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(all(unix, not(target_os = "macos")))
        || ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"]
            .into_iter()
            .any(is_set)
}

fn icon() -> anyhow::Result<egui::IconData> {
    let png = include_bytes!("../../assets/icon.png");
    let icon = image::load_from_memory(png)?.into_rgba8();
    Ok(egui::IconData {
        width: icon.width(),
        height: icon.height(),
        rgba: icon.into_raw(),
    })
}

/// The desktop's own file dialog.
struct DesktopPicker;

impl FilePicker for DesktopPicker {
    fn pick(&self, kind: PickKind) -> Picked {
        if !may_have_dialog() {
            return Picked::NoDialog;
        }
        let started = std::time::Instant::now();
        let files = match kind {
            PickKind::Films => rfd::FileDialog::new().set_title("Open films").pick_files(),
            PickKind::Folder => pick_one("Open a folder of films", PickForm::Folder),
            PickKind::ExportFolder => pick_one("Folder for exports", PickForm::Folder),
            PickKind::ReadingLog => pick_one(
                "Log of the blinded session",
                PickForm::NewFile("reading-log.csv"),
            ),
            PickKind::ResumedLog => pick_one(
                "Log of the blinded session to resume",
                PickForm::File(&["csv"]),
            ),
            PickKind::SessionTable => pick_one(
                "Save the table of the session",
                PickForm::NewFile("reading-table.csv"),
            ),
            PickKind::Model | PickKind::ComparedModel => rfd::FileDialog::new()
                .set_title("Open a model")
                .add_filter("Models and Keras weights", &["safetensors", "h5", "hdf5"])
                .add_filter("All files", &["*"])
                .pick_file()
                .map(|file| vec![file]),
            PickKind::Training(pick) => pick_one(pick.question(), pick.form()),
            PickKind::Evaluation(pick) => pick_one(pick.question(), pick.form()),
        };
        match files {
            Some(files) => Picked::Files(files),
            // rfd answers a missing dialog as it answers "cancel", only faster than any hand.
            None if started.elapsed() < FASTEST_HAND => Picked::NoDialog,
            None => Picked::Nothing,
        }
    }

    fn show_in_folder(&self, film: &Path, watch: &dyn Watch) -> anyhow::Result<()> {
        show_in_folder(film, watch)
    }
}

fn pick_one(question: &str, form: PickForm) -> Option<Vec<PathBuf>> {
    let dialog = rfd::FileDialog::new().set_title(question);
    let picked = match form {
        PickForm::Folder => dialog.pick_folder(),
        PickForm::File(endings) => dialog
            .add_filter("Files of this kind", endings)
            .add_filter("All files", &["*"])
            .pick_file(),
        PickForm::NewFile(name) => dialog.set_file_name(name).save_file(),
    };
    picked.map(|path| vec![path])
}

/// Whether there may be a file dialog: on Linux it comes from the desktop's portal, which is asked
/// over the session bus, or from `zenity`.
fn may_have_dialog() -> bool {
    if !cfg!(all(unix, not(target_os = "macos"))) {
        return true;
    }
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let has_bus = variable("DBUS_SESSION_BUS_ADDRESS").is_some()
        || variable("XDG_RUNTIME_DIR")
            .is_some_and(|folder| Path::new(&folder).join("bus").exists());
    let has_zenity = variable("PATH").is_some_and(|folders| {
        std::env::split_paths(&folders).any(|folder| folder.join("zenity").is_file())
    });
    has_bus || has_zenity
}

/// Too fast for a hand, and slower than a dialog that cannot be opened on a busy machine. A user who is
/// faster gets a line to type a path.
const FASTEST_HAND: std::time::Duration = std::time::Duration::from_millis(500);
