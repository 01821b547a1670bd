use std::time::Duration;

use super::{Job, JobContext, Outcome, Progress, Wake, cause_chain, panic_message};

/// Background work and its result: idle, running, done, or failed.
#[derive(Default)]
pub enum Task<T> {
    /// Nobody has asked for it, or it was cancelled.
    #[default]
    Idle,
    /// The work is running.
    Running(RunningTask<T>),
    /// The result.
    Done(T),
    /// The chain of causes.
    Failed(String),
}

/// Running work; its events name the current stage.
pub struct RunningTask<T> {
    job: Job<String, T>,
    /// The current stage, as text; empty at first.
    pub stage: String,
}

impl<T> RunningTask<T> {
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

impl<T> Task<T> {
    /// The result.
    pub fn done(&self) -> Option<&T> {
        match self {
            Self::Done(value) => Some(value),
            _ => None,
        }
    }

    /// Why there is none.
    pub fn error(&self) -> Option<&str> {
        match self {
            Self::Failed(error) => Some(error),
            _ => None,
        }
    }

    /// The work, while it is running.
    pub fn running(&self) -> Option<&RunningTask<T>> {
        match self {
            Self::Running(task) => Some(task),
            _ => None,
        }
    }

    /// Tells the work to stop; it is over when it has noticed.
    pub fn cancel(&self) {
        if let Self::Running(task) = self {
            task.job.cancel();
        }
    }
}

impl<T: Send + 'static> Task<T> {
    /// Starts `work` on a thread called `name`, unless some is already running: to
    /// replace it would mean to wait for it.
    pub fn start(
        &mut self,
        name: &str,
        wake: &Wake,
        work: impl FnOnce(&JobContext<String>) -> anyhow::Result<T> + Send + 'static,
    ) {
        if self.running().is_some() {
            return;
        }
        *self = Self::Running(RunningTask {
            job: Job::spawn(name, wake.clone(), work),
            stage: String::new(),
        });
    }

    /// Takes in what the work has reported; whether it is over now.
    pub fn poll(&mut self) -> bool {
        let Self::Running(task) = self else {
            return false;
        };
        let (stages, outcome) = task.job.poll();
        if let Some(stage) = stages.into_iter().next_back() {
            task.stage = stage;
        }
        let Some(outcome) = outcome else {
            return false;
        };
        *self = match outcome {
            Outcome::Done(value) => Self::Done(value),
            Outcome::Cancelled => Self::Idle,
            Outcome::Failed(error) => Self::Failed(cause_chain(&error)),
            Outcome::Panicked(text) => Self::Failed(panic_message(&text)),
        };
        true
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn settle<T: Send + 'static>(task: &mut Task<T>) {
        while !task.poll() {
            std::thread::yield_now();
        }
    }

    fn started<T: Send + 'static>(
        work: impl FnOnce(&JobContext<String>) -> anyhow::Result<T> + Send + 'static,
    ) -> Task<T> {
        let mut task = Task::Idle;
        let wake: Wake = Arc::new(|| ());
        task.start("test", &wake, work);
        task
    }

    #[test]
    fn what_was_done_is_kept_and_what_failed_says_why() {
        let mut task = started(|_| Ok(7));
        settle(&mut task);
        assert_eq!(task.done(), Some(&7));
        let mut task = started::<()>(|_| Err(anyhow::anyhow!("disk full").context("no check")));
        settle(&mut task);
        assert_eq!(task.error(), Some("no check: disk full"));
        assert!(!task.poll());
    }

    #[test]
    fn cancelled_work_is_as_if_never_asked_for() {
        let mut task = started::<()>(|ctx| {
            loop {
                ctx.check_cancelled()?;
                std::thread::yield_now();
            }
        });
        task.cancel();
        settle(&mut task);
        assert!(matches!(task, Task::Idle));
    }

    #[test]
    fn work_under_way_is_not_replaced() {
        let (open, gate) = std::sync::mpsc::channel::<()>();
        let mut task = started(move |_| {
            let _ = gate.recv();
            Ok(1)
        });
        let wake: Wake = Arc::new(|| ());
        task.start("second", &wake, |_| Ok(2));
        drop(open);
        settle(&mut task);
        assert_eq!(task.done(), Some(&1));
    }
}
