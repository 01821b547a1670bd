use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use thiserror::Error;

/// Called from a job's thread when there is something new to look at.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// Progress wakes the window at most 20 times a second.
const LEAST_TIME_BETWEEN_WAKES: Duration = Duration::from_millis(50);

/// How far a job has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Units done, at most `n_total`.
    pub n_done: usize,
    /// Units in all.
    pub n_total: usize,
}

/// The last that is heard of a job.
#[derive(Debug)]
pub enum Outcome<T> {
    /// It completed.
    Done(T),
    /// It was canceled.
    Cancelled,
    /// It failed; the error has the chain of causes.
    Failed(anyhow::Error),
    /// It panicked: a bug in this program or in a library.
    Panicked(String),
}

/// The error by which work gives up because it was cancelled.
#[derive(Clone, Copy, Debug, Error)]
#[error("cancelled")]
pub struct Cancelled;

/// The job as seen by its work: the stop signal, and the reporting channels.
pub struct JobContext<E> {
    cancelled: Arc<AtomicBool>,
    progress: Arc<Mutex<Option<Progress>>>,
    last_wake: Mutex<Option<Instant>>,
    events: Sender<E>,
    wake: Wake,
}

impl<E> JobContext<E> {
    /// An error as soon as the job is cancelled; to be asked between units of work.
    pub fn check_cancelled(&self) -> Result<(), Cancelled> {
        if self.cancelled.load(Ordering::Relaxed) {
            Err(Cancelled)
        } else {
            Ok(())
        }
    }

    /// Overwrites the job's progress.
    pub fn set_progress(&self, progress: Progress) {
        *lock(&self.progress) = Some(progress);
        let mut last_wake = lock(&self.last_wake);
        if last_wake.is_none_or(|time| time.elapsed() >= LEAST_TIME_BETWEEN_WAKES) {
            *last_wake = Some(Instant::now());
            (self.wake)();
        }
    }

    /// Queues an event; each one is delivered, in order, before the outcome.
    pub fn send(&self, event: E) {
        // The receiver is gone only when nobody wants to know any more.
        let _ = self.events.send(event);
        (self.wake)();
    }
}

/// A named thread with an end: its events come first, its outcome last.
///
/// Dropping a job cancels it and waits for its thread.
pub struct Job<E, T> {
    cancelled: Arc<AtomicBool>,
    progress: Arc<Mutex<Option<Progress>>>,
    events: Receiver<E>,
    outcome: Receiver<Outcome<T>>,
    thread: Option<JoinHandle<()>>,
    started: Instant,
}

impl<E: Send + 'static, T: Send + 'static> Job<E, T> {
    /// Starts `work` on a thread called `name`; `wake` is called after every report.
    ///
    /// Where the system gives no thread, the job has failed, like any other that fails.
    pub fn spawn(
        name: &str,
        wake: Wake,
        work: impl FnOnce(&JobContext<E>) -> anyhow::Result<T> + Send + 'static,
    ) -> Self {
        Self::on(Builder::new().name(name.to_owned()), wake, work)
    }

    fn on(
        thread: Builder,
        wake: Wake,
        work: impl FnOnce(&JobContext<E>) -> anyhow::Result<T> + Send + 'static,
    ) -> Self {
        let cancelled = Arc::new(AtomicBool::new(false));
        let progress = Arc::new(Mutex::new(None));
        let (event_sender, events) = channel();
        let (outcome_sender, outcome) = channel();
        let context = JobContext {
            cancelled: Arc::clone(&cancelled),
            progress: Arc::clone(&progress),
            last_wake: Mutex::new(None),
            events: event_sender,
            wake: Arc::clone(&wake),
        };
        let report = move |outcome| {
            // Dropping a job means that nobody asks for its outcome.
            let _ = outcome_sender.send(outcome);
            wake();
        };
        let report_failure = report.clone();
        let run = move || report(outcome_of(|| work(&context)));
        let thread = thread.spawn(run).map_err(|error| {
            let error = anyhow::Error::new(error).context("cannot start a thread");
            report_failure(Outcome::Failed(error));
        });
        Self {
            cancelled,
            progress,
            events,
            outcome,
            thread: thread.ok(),
            started: Instant::now(),
        }
    }

    /// The events since the last call, and the outcome once there is one. Never waits.
    pub fn poll(&mut self) -> (Vec<E>, Option<Outcome<T>>) {
        // In this order: an outcome seen here was sent after all events, which are then in.
        let outcome = self.outcome.try_recv().ok();
        (self.events.try_iter().collect(), outcome)
    }
}

impl<E, T> Job<E, T> {
    /// Asks the work to stop; it does so between two units of work.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether it was asked to stop.
    pub fn is_cancelling(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// Lets the thread go its own way: for work that waits for the user and cannot be stopped.
    pub fn detach(mut self) {
        self.cancel();
        self.thread = None;
    }

    /// How far it has come, if it says so.
    pub fn progress(&self) -> Option<Progress> {
        *lock(&self.progress)
    }

    /// Time since it was started.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}

impl<E, T> Drop for Job<E, T> {
    fn drop(&mut self) {
        self.cancel();
        if let Some(thread) = self.thread.take() {
            // Its panics are caught inside; there is nothing to learn from the result.
            let _ = thread.join();
        }
    }
}

/// The message for a panic in a job.
pub fn panic_message(panic_text: &str) -> String {
    format!("this should not have happened, please report it: {panic_text}")
}

/// An error with its causes, outermost first; causes whose words are in it already are left out.
pub fn cause_chain(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain() {
        let words = cause.to_string();
        if text.is_empty() {
            text = words;
        } else if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
    }
    text
}

fn outcome_of<T>(work: impl FnOnce() -> anyhow::Result<T>) -> Outcome<T> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where panics become outcomes"
    )]
    // Unwind safe: what the work owned is dropped, the channels hold whole messages only.
    let result = std::panic::catch_unwind(AssertUnwindSafe(work));
    match result {
        Ok(Ok(value)) => Outcome::Done(value),
        Ok(Err(error)) if error.is::<Cancelled>() => Outcome::Cancelled,
        Ok(Err(error)) => Outcome::Failed(error),
        Err(payload) => Outcome::Panicked(panic_text(payload.as_ref())),
    }
}

fn panic_text(payload: &(dyn Any + Send)) -> String {
    payload
        .downcast_ref::<&str>()
        .map(ToString::to_string)
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".to_owned())
}

/// A poisoned lock still holds a whole value: nothing is done under it but copying.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::RecvTimeoutError;

    type Woken = Receiver<()>;

    fn wake() -> (Wake, Woken) {
        let (sender, woken) = channel();
        (
            Arc::new(move || {
                let _ = sender.send(());
            }),
            woken,
        )
    }

    fn outcome<E: Send + 'static, T: Send + 'static>(
        job: &mut Job<E, T>,
        woken: &Woken,
    ) -> (Vec<E>, Outcome<T>) {
        let mut all_events = Vec::new();
        loop {
            let (events, outcome) = job.poll();
            all_events.extend(events);
            if let Some(outcome) = outcome {
                return (all_events, outcome);
            }
            let waited = woken.recv_timeout(Duration::from_secs(20));
            assert_ne!(waited, Err(RecvTimeoutError::Timeout), "the job never woke");
        }
    }

    #[test]
    fn events_come_in_order_and_before_the_outcome() {
        let (wake, woken) = wake();
        let mut job = Job::spawn("count", wake, |ctx| {
            (0..100).for_each(|n| ctx.send(n));
            Ok("done")
        });
        let (events, outcome) = outcome(&mut job, &woken);
        assert_eq!(events, (0..100).collect::<Vec<_>>());
        assert!(matches!(outcome, Outcome::Done("done")));
    }

    #[test]
    fn a_cancelled_job_says_so() {
        let (wake, woken) = wake();
        let mut job = Job::<(), ()>::spawn("wait", wake, |ctx| {
            loop {
                ctx.check_cancelled()?;
                std::thread::yield_now();
            }
        });
        job.cancel();
        assert!(matches!(outcome(&mut job, &woken).1, Outcome::Cancelled));
    }

    #[test]
    fn a_failure_keeps_its_chain_of_causes() {
        let (wake, woken) = wake();
        let mut job = Job::<(), ()>::spawn("fail", wake, |_| {
            Err(anyhow::anyhow!("disk full").context("cannot save"))
        });
        let Outcome::Failed(error) = outcome(&mut job, &woken).1 else {
            panic!("expected a failure");
        };
        assert_eq!(format!("{error:#}"), "cannot save: disk full");
    }

    #[test]
    fn a_job_without_a_thread_has_failed() {
        let (wake, woken) = wake();
        // No machine has a stack of 4 million TiB.
        let thread = Builder::new().stack_size(1 << 62);
        let mut job = Job::<(), ()>::on(thread, wake, |_| Ok(()));
        let Outcome::Failed(error) = outcome(&mut job, &woken).1 else {
            panic!("expected a failure");
        };
        let text = cause_chain(&error);
        assert!(text.starts_with("cannot start a thread: "), "{text}");
    }

    #[test]
    fn causes_are_told_once() {
        let inner = std::io::Error::other("disk full");
        let error = anyhow::Error::new(inner).context("cannot save (disk full): a.png");
        assert_eq!(cause_chain(&error), "cannot save (disk full): a.png");
        let error = error.context("cannot go on");
        assert_eq!(
            cause_chain(&error),
            "cannot go on: cannot save (disk full): a.png"
        );
    }

    #[test]
    fn a_panic_is_an_outcome() {
        let (wake, woken) = wake();
        let mut job = Job::<(), ()>::spawn("panic", wake, |_| panic!("on purpose"));
        let Outcome::Panicked(text) = outcome(&mut job, &woken).1 else {
            panic!("expected a panic");
        };
        assert_eq!(text, "on purpose");
    }

    #[test]
    fn dropping_a_job_stops_its_thread() {
        let (wake, _woken) = wake();
        let alive = Arc::new(());
        let held = Arc::clone(&alive);
        let job = Job::<(), ()>::spawn("drop", wake, move |ctx| {
            loop {
                assert!(Arc::strong_count(&held) > 1);
                ctx.check_cancelled()?;
                std::thread::yield_now();
            }
        });
        drop(job);
        assert_eq!(Arc::strong_count(&alive), 1);
    }
}
