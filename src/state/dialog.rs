use std::sync::Arc;

use super::{PickKind, Picked, Shared};
use crate::work::Task;

/// The file dialog: one at a time.
#[derive(Default)]
pub struct FileDialog {
    task: Task<(PickKind, Picked)>,
}

impl FileDialog {
    /// Whether it is open.
    pub fn is_open(&self) -> bool {
        self.task.is_running()
    }

    /// Opens the dialog, unless it is open already.
    pub fn open(&mut self, kind: PickKind, shared: &Shared) {
        let picker = Arc::clone(&shared.services.picker);
        let work = move |_: &_| Ok((kind, picker.pick(kind)));
        self.task.start("file dialog", &shared.services.wake, work);
    }

    /// The user's answer, once it is there.
    pub fn poll(&mut self, shared: &mut Shared) -> Option<(PickKind, Picked)> {
        shared.finished(&mut self.task)
    }
}

impl Drop for FileDialog {
    fn drop(&mut self) {
        // An open file dialog must not keep a closed window alive.
        self.task.detach();
    }
}
