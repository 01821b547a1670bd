//! Progress in the terminal, and the interrupts that stop the work behind it.

use std::process::exit;

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};

use crate::work::{Canceled, Progress, StopSignal, Watch};

/// Exit code of a program ended by an interrupt (128 + SIGINT).
pub const INTERRUPTED: u8 = 130;

/// A bar on stderr, where that is a terminal; an interrupt stops the work that it watches.
pub struct ProgressLine {
    /// Drawn over by whoever has more to say than a count.
    pub bar: ProgressBar,
    stop: StopSignal,
}

impl ProgressLine {
    /// Listens for interrupts, which a program does once: the first one gives the signal to stop,
    /// a second one ends the program.
    pub fn new(template: &str) -> anyhow::Result<Self> {
        let stop = StopSignal::default();
        let given = stop.clone();
        ctrlc::set_handler(move || {
            if given.is_given() {
                exit(i32::from(INTERRUPTED));
            }
            given.give();
        })
        .context("cannot listen for interrupts")?;
        let bar = ProgressBar::no_length();
        Ok(Self {
            bar: match ProgressStyle::with_template(template) {
                Ok(style) => bar.with_style(style),
                Err(_) => bar,
            },
            stop,
        })
    }
}

impl Watch for ProgressLine {
    fn progress(&self, progress: Progress) {
        if self.bar.message() != progress.unit {
            // The time left is that of the new work.
            self.bar.reset();
            self.bar.set_message(progress.unit);
        }
        self.bar.set_length(progress.n_total as u64);
        self.bar.set_position(progress.n_done as u64);
    }

    fn check(&self) -> Result<(), Canceled> {
        self.stop.check()
    }
}
