use std::time::Duration;

use crate::work::{Job, JobContext, Outcome, Progress, Wake, cause_chain};

/// The result of a job: not requested, running, done, or failed.
#[derive(Default)]
pub enum Made<T> {
    /// Nobody has asked for it.
    #[default]
    Not,
    /// It is being made.
    Working(Working<T>),
    /// Here it is.
    Done(T),
    /// The chain of causes.
    Failed(String),
}

/// Running work; its events name the current stage.
pub struct Working<T> {
    job: Job<String, T>,
    /// The current stage, as text; empty at first.
    pub stage: String,
}

impl<T> Working<T> {
    /// How far it has come, if it says so.
    pub fn progress(&self) -> Option<Progress> {
        self.job.progress()
    }

    /// Whether it was asked to stop.
    pub fn is_cancelling(&self) -> bool {
        self.job.is_cancelling()
    }

    /// Time since it was started.
    pub fn elapsed(&self) -> Duration {
        self.job.elapsed()
    }
}

impl<T> Made<T> {
    /// What was made.
    pub fn done(&self) -> Option<&T> {
        match self {
            Self::Done(value) => Some(value),
            _ => None,
        }
    }

    /// Why it was not.
    pub fn error(&self) -> Option<&str> {
        match self {
            Self::Failed(error) => Some(error),
            _ => None,
        }
    }

    /// The work, while it is running.
    pub fn working(&self) -> Option<&Working<T>> {
        match self {
            Self::Working(working) => Some(working),
            _ => None,
        }
    }

    /// Tells the work to stop; it is over when it has noticed.
    pub(in crate::state) fn cancel(&self) {
        if let Self::Working(working) = self {
            working.job.cancel();
        }
    }
}

impl<T: Send + 'static> Made<T> {
    /// Starts `work` on a thread called `name`, unless some is already running: to
    /// replace it would mean to wait for it.
    pub(in crate::state) fn start(
        &mut self,
        name: &str,
        wake: &Wake,
        work: impl FnOnce(&JobContext<String>) -> anyhow::Result<T> + Send + 'static,
    ) {
        if self.working().is_some() {
            return;
        }
        *self = match Job::spawn(name, wake.clone(), work) {
            Ok(job) => Self::Working(Working {
                job,
                stage: String::new(),
            }),
            Err(error) => Self::Failed(format!("cannot start a thread: {error}")),
        };
    }

    /// Takes in what the work has reported; whether it is over now.
    pub(in crate::state) fn poll(&mut self) -> bool {
        let Self::Working(working) = self else {
            return false;
        };
        let (stages, outcome) = working.job.poll();
        if let Some(stage) = stages.into_iter().next_back() {
            working.stage = stage;
        }
        let Some(outcome) = outcome else {
            return false;
        };
        *self = match outcome {
            Outcome::Done(value) => Self::Done(value),
            Outcome::Cancelled => Self::Not,
            Outcome::Failed(error) => Self::Failed(cause_chain(&error)),
            Outcome::Panicked(text) => Self::Failed(crate::state::jobs::broke(&text)),
        };
        true
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn settle<T: Send + 'static>(made: &mut Made<T>) {
        while !made.poll() {
            std::thread::yield_now();
        }
    }

    fn started<T: Send + 'static>(
        work: impl FnOnce(&JobContext<String>) -> anyhow::Result<T> + Send + 'static,
    ) -> Made<T> {
        let mut made = Made::Not;
        let wake: Wake = Arc::new(|| ());
        made.start("test", &wake, work);
        made
    }

    #[test]
    fn what_was_made_is_kept_and_what_failed_says_why() {
        let mut made = started(|_| Ok(7));
        settle(&mut made);
        assert_eq!(made.done(), Some(&7));
        let mut made = started::<()>(|_| Err(anyhow::anyhow!("disk full").context("no check")));
        settle(&mut made);
        assert_eq!(made.error(), Some("no check: disk full"));
        assert!(!made.poll());
    }

    #[test]
    fn cancelled_work_is_as_if_never_asked_for() {
        let mut made = started::<()>(|ctx| {
            loop {
                ctx.check_cancelled()?;
                std::thread::yield_now();
            }
        });
        made.cancel();
        settle(&mut made);
        assert!(matches!(made, Made::Not));
    }

    #[test]
    fn work_under_way_is_not_replaced() {
        let (open, gate) = std::sync::mpsc::channel::<()>();
        let mut made = started(move |_| {
            let _ = gate.recv();
            Ok(1)
        });
        let wake: Wake = Arc::new(|| ());
        made.start("second", &wake, |_| Ok(2));
        drop(open);
        settle(&mut made);
        assert_eq!(made.done(), Some(&1));
    }
}
