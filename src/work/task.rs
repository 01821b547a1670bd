use super::job::{Job, Outcome};
use super::{JobContext, Progress, Wake, cause_chain};

/// Background work and its result: idle, running, done, or failed.
///
/// The only handle that the window keeps of its threads. `E` is what the work tells on its way.
#[derive(Default)]
pub enum Task<T, E = ()> {
    /// Nobody has asked for it, or it was canceled, or the result was taken out.
    #[default]
    Idle,
    /// The work is running.
    Running(RunningTask<T, E>),
    /// The result.
    Done(T),
    /// The chain of causes.
    Failed(String),
}

/// Running work.
pub struct RunningTask<T, E = ()>(Job<E, T>);

impl<T, E> RunningTask<T, E> {
    /// What it is at, as text; empty where it does not say.
    pub fn stage(&self) -> String {
        self.0.stage()
    }

    /// How far it has come, if it says so.
    pub fn progress(&self) -> Option<Progress> {
        self.0.progress()
    }

    /// Whether it was asked to stop.
    pub fn is_canceling(&self) -> bool {
        self.0.is_canceling()
    }
}

impl<T, E> Task<T, E> {
    /// The result.
    pub fn done(&self) -> Option<&T> {
        match self {
            Self::Done(value) => Some(value),
            Self::Idle | Self::Running(_) | Self::Failed(_) => None,
        }
    }

    /// Why there is none.
    pub fn error(&self) -> Option<&str> {
        match self {
            Self::Failed(error) => Some(error),
            Self::Idle | Self::Running(_) | Self::Done(_) => None,
        }
    }

    /// The work, while it is running.
    pub fn running(&self) -> Option<&RunningTask<T, E>> {
        match self {
            Self::Running(task) => Some(task),
            Self::Idle | Self::Done(_) | Self::Failed(_) => None,
        }
    }

    /// Whether the work is running.
    pub fn is_running(&self) -> bool {
        self.running().is_some()
    }

    /// Tells the work to stop; it is over when it has noticed.
    pub fn cancel(&self) {
        if let Self::Running(RunningTask(job)) = self {
            job.cancel();
        }
    }

    /// Tells the work to stop and waits for nothing: for work that waits for the user, or whose
    /// result no longer counts.
    pub fn detach(&mut self) {
        if let Self::Running(RunningTask(job)) = std::mem::take(self) {
            job.detach();
        }
    }

    /// The result, or the chain of causes, taken out; `None` unless the work has ended with one.
    pub fn take(&mut self) -> Option<Result<T, String>> {
        match std::mem::take(self) {
            Self::Done(value) => Some(Ok(value)),
            Self::Failed(error) => Some(Err(error)),
            other @ (Self::Idle | Self::Running(_)) => {
                *self = other;
                None
            }
        }
    }
}

impl<T: Send + 'static, E: Send + 'static> Task<T, E> {
    /// Starts `work` on a thread called `name`, unless some is already running: to
    /// replace it would mean to wait for it.
    pub fn start(
        &mut self,
        name: &str,
        wake: &Wake,
        work: impl FnOnce(&JobContext<E>) -> anyhow::Result<T> + Send + 'static,
    ) {
        if !self.is_running() {
            *self = Self::Running(RunningTask(Job::spawn(name, wake.clone(), work)));
        }
    }

    /// What the work has told since the last call, and whether it has ended with it. Never waits.
    pub fn poll_events(&mut self) -> (Vec<E>, bool) {
        let Self::Running(RunningTask(job)) = self else {
            return (Vec::new(), false);
        };
        let (events, outcome) = job.poll();
        let Some(outcome) = outcome else {
            return (events, false);
        };
        *self = match outcome {
            Outcome::Done(value) => Self::Done(value),
            Outcome::Canceled => Self::Idle,
            Outcome::Failed(error) => Self::Failed(cause_chain(&error)),
            Outcome::Panicked(text) => Self::Failed(format!(
                "this should not have happened, please report it: {text}"
            )),
        };
        (events, true)
    }
}

impl<T: Send + 'static> Task<T> {
    /// Takes in what the work has reported; whether it has ended now. Never waits.
    pub fn poll(&mut self) -> bool {
        self.poll_events().1
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::mpsc::channel;

    use super::*;
    use crate::work::Watch as _;

    fn settle<T: Send + 'static>(task: &mut Task<T>) {
        while !task.poll() {
            std::thread::yield_now();
        }
    }

    fn started<T: Send + 'static>(
        work: impl FnOnce(&JobContext) -> anyhow::Result<T> + Send + 'static,
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
    fn a_result_is_taken_out_once() {
        let mut task = started(|_| Ok(7));
        settle(&mut task);
        assert_eq!(task.take(), Some(Ok(7)));
        assert_eq!(task.take(), None);
        let mut task = started::<()>(|_| Err(anyhow::anyhow!("disk full")));
        settle(&mut task);
        assert_eq!(task.take(), Some(Err("disk full".to_owned())));
        assert!(matches!(task, Task::Idle));
    }

    #[test]
    fn running_work_has_nothing_to_take() {
        let (open, gate) = channel::<()>();
        let mut task = started(move |_| Ok(gate.recv().is_err()));
        assert_eq!(task.take(), None);
        assert!(task.is_running());
        drop(open);
        settle(&mut task);
        assert_eq!(task.done(), Some(&true));
    }

    #[test]
    fn a_panic_is_a_failure_that_asks_to_be_reported() {
        let mut task = started::<()>(|_| panic!("on purpose"));
        settle(&mut task);
        let error = task.error().unwrap();
        assert!(error.contains("please report it: on purpose"), "{error}");
    }

    #[test]
    fn canceled_work_is_as_if_never_asked_for() {
        let mut task = started::<()>(|ctx| {
            loop {
                ctx.check()?;
                std::thread::yield_now();
            }
        });
        task.cancel();
        settle(&mut task);
        assert!(matches!(task, Task::Idle));
    }

    #[test]
    fn detached_work_is_not_waited_for() {
        let (open, gate) = channel::<()>();
        let mut task = started(move |_| Ok(gate.recv()?));
        task.detach();
        assert!(matches!(task, Task::Idle));
        // It waits for this until now: to wait for it would have been for ever.
        drop(open);
    }

    #[test]
    fn all_events_come_with_the_end_at_the_latest() {
        let mut task = Task::<(), u32>::Idle;
        let wake: Wake = Arc::new(|| ());
        task.start("count", &wake, |ctx| {
            (0..100).for_each(|n| ctx.send(n));
            Ok(())
        });
        let mut all = Vec::new();
        loop {
            let (events, over) = task.poll_events();
            all.extend(events);
            if over {
                break;
            }
            std::thread::yield_now();
        }
        assert_eq!(all, (0..100).collect::<Vec<_>>());
        assert_eq!(task.done(), Some(&()));
    }

    #[test]
    fn work_under_way_is_not_replaced() {
        let (open, gate) = channel::<()>();
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
