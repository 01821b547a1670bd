use std::path::PathBuf;
use std::sync::Arc;

use super::FilePicker;
use crate::model::ComputeDevice;
use crate::work::Wake;

/// The services that the program needs; tests provide their own.
#[derive(Clone)]
pub struct Services {
    /// Asks the user for files.
    pub picker: Arc<dyn FilePicker>,
    /// Called by jobs when there is something new to look at.
    pub wake: Wake,
    /// Where the network runs.
    pub device: ComputeDevice,
    /// A folder of the program's own; `None` where there is none.
    pub data_folder: Option<PathBuf>,
    /// Folder of decoded films; `None` for the user's cache folder.
    pub cache_folder: Option<PathBuf>,
}

impl Services {
    /// Folder of notes on films whose own folder cannot be written to.
    pub fn notes_folder(&self) -> Option<PathBuf> {
        let folder = self.data_folder.as_ref()?;
        Some(folder.join("notes"))
    }
}
