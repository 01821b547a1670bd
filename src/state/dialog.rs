use std::sync::Arc;

use super::{PickKind, Picked, Shared};
use crate::work::{Job, Outcome, cause_chain, panic_message};

/// The file dialog: one at a time.
#[derive(Default)]
pub struct FileDialog {
    job: Option<Job<(), (PickKind, Picked)>>,
}

impl FileDialog {
    /// Whether it is open.
    pub fn is_open(&self) -> bool {
        self.job.is_some()
    }

    /// Opens the dialog, unless it is open already.
    pub fn open(&mut self, kind: PickKind, shared: &Shared) {
        if self.job.is_none() {
            let picker = Arc::clone(&shared.services.picker);
            let wake = shared.services.wake.clone();
            let job = Job::spawn("file dialog", wake, move |_| Ok((kind, picker.pick(kind))));
            self.job = Some(job);
        }
    }

    /// The user's answer, once it is there.
    pub fn poll(&mut self, shared: &mut Shared) -> Option<(PickKind, Picked)> {
        let (_, Some(outcome)) = self.job.as_mut().map(Job::poll)? else {
            return None;
        };
        self.job = None;
        match outcome {
            Outcome::Done(answer) => return Some(answer),
            Outcome::Cancelled => {}
            Outcome::Failed(error) => shared.say_error(cause_chain(&error)),
            Outcome::Panicked(text) => shared.say_error(panic_message(&text)),
        }
        None
    }
}

impl Drop for FileDialog {
    fn drop(&mut self) {
        // An open file dialog must not keep a closed window alive.
        if let Some(job) = self.job.take() {
            job.detach();
        }
    }
}
