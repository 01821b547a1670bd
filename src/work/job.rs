use std::io;
use std::panic::AssertUnwindSafe;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use thiserror::Error;

use super::caught::panic_text;
use super::{Canceled, Progress, StopSignal, Watch};
use crate::files::io_reason;

/// Called from a job's thread when there is something new to look at.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// Progress wakes the window at most 20 times a second.
const LEAST_TIME_BETWEEN_WAKES: Duration = Duration::from_millis(50);

/// The system gives no thread.
#[derive(Debug, Error)]
#[error("cannot start a thread: {}", io_reason(.0))]
pub struct NoThread(#[source] pub io::Error);

/// The last that is heard of a job.
#[derive(Debug)]
pub enum Outcome<T> {
    /// It completed.
    Done(T),
    /// It was canceled.
    Canceled,
    /// It failed; the error has the chain of causes.
    Failed(anyhow::Error),
    /// It panicked: a bug in this program or in a library.
    Panicked(String),
}

/// What a job is at; overwritten, not queued.
#[derive(Clone, Debug, Default)]
struct Report {
    stage: String,
    progress: Option<Progress>,
}

/// The job as seen by its work: it watches it, and takes its events.
pub struct JobContext<E = ()> {
    stop: StopSignal,
    report: Arc<Mutex<Report>>,
    last_wake: Mutex<Option<Instant>>,
    events: Sender<E>,
    wake: Wake,
}

impl<E> JobContext<E> {
    /// Names what the work is at now; its progress begins anew.
    pub fn set_stage(&self, stage: impl Into<String>) {
        *lock(&self.report) = Report {
            stage: stage.into(),
            progress: None,
        };
        (self.wake)();
    }

    /// Queues an event; each one is delivered, in order, before the outcome.
    pub fn send(&self, event: E) {
        // The receiver is gone only when nobody wants to know any more.
        let _ = self.events.send(event);
        (self.wake)();
    }
}

impl<E: Send> Watch for JobContext<E> {
    fn progress(&self, progress: Progress) {
        lock(&self.report).progress = Some(progress);
        let mut last_wake = lock(&self.last_wake);
        if last_wake.is_none_or(|time| time.elapsed() >= LEAST_TIME_BETWEEN_WAKES) {
            *last_wake = Some(Instant::now());
            (self.wake)();
        }
    }

    fn check(&self) -> Result<(), Canceled> {
        self.stop.check()
    }
}

/// A named thread with an end: its events come first, its outcome last.
///
/// Dropping a job cancels it and waits for its thread.
pub struct Job<E, T> {
    stop: StopSignal,
    report: Arc<Mutex<Report>>,
    events: Receiver<E>,
    outcome: Receiver<Outcome<T>>,
    thread: Option<JoinHandle<()>>,
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
        let stop = StopSignal::default();
        let job_report = Arc::new(Mutex::new(Report::default()));
        let (event_sender, events) = channel();
        let (outcome_sender, outcome) = channel();
        let context = JobContext {
            stop: stop.clone(),
            report: Arc::clone(&job_report),
            last_wake: Mutex::new(None),
            events: event_sender,
            wake: Arc::clone(&wake),
        };
        let end = move |outcome| {
            // Dropping a job means that nobody asks for its outcome.
            let _ = outcome_sender.send(outcome);
            wake();
        };
        let end_at_once = end.clone();
        let run = move || end(outcome_of(|| work(&context)));
        let thread = thread.spawn(run);
        let thread = thread.map_err(|error| end_at_once(Outcome::Failed(NoThread(error).into())));
        Self {
            stop,
            report: job_report,
            events,
            outcome,
            thread: thread.ok(),
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
        self.stop.give();
    }

    /// Whether it was asked to stop.
    pub fn is_canceling(&self) -> bool {
        self.stop.is_given()
    }

    /// Lets the thread go its own way: for work that waits for the user and cannot be stopped.
    pub fn detach(mut self) {
        self.cancel();
        self.thread = None;
    }

    /// What it is at, as text; empty where it does not say.
    pub fn stage(&self) -> String {
        lock(&self.report).stage.clone()
    }

    /// How far it has come, if it says so.
    pub fn progress(&self) -> Option<Progress> {
        lock(&self.report).progress
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

/// An error with its causes, outermost first; causes whose words are in it already are left out.
pub fn cause_chain(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain() {
        let words = match cause.downcast_ref::<io::Error>() {
            Some(cause) => io_reason(cause),
            None => cause.to_string(),
        };
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
        Ok(Err(error)) if Canceled::caused(error.as_ref()) => Outcome::Canceled,
        Ok(Err(error)) => Outcome::Failed(error),
        Err(payload) => Outcome::Panicked(panic_text(payload.as_ref())),
    }
}

/// A poisoned lock still holds a whole value: nothing is done under it but copying.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
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
    fn a_new_stage_begins_its_progress_anew() {
        let (wake, woken) = wake();
        let (go_on, gate) = channel::<()>();
        let mut job = Job::<(), ()>::spawn("report", wake, move |ctx| {
            let progress = Progress {
                n_done: 3,
                n_total: 4,
                unit: "films decoded",
            };
            ctx.set_stage("Decoding");
            ctx.progress(progress);
            gate.recv()?;
            ctx.set_stage("Scoring");
            gate.recv()?;
            Ok(())
        });
        let wait_for = |expected: (&str, Option<usize>)| {
            let found = |job: &Job<(), ()>| job.progress().map(|progress| progress.n_done);
            while (job.stage().as_str(), found(&job)) != expected {
                woken.recv_timeout(Duration::from_secs(20)).unwrap();
            }
            go_on.send(()).unwrap();
        };
        wait_for(("Decoding", Some(3)));
        wait_for(("Scoring", None));
        assert!(matches!(outcome(&mut job, &woken).1, Outcome::Done(())));
    }

    #[test]
    fn a_canceled_job_says_so() {
        let (wake, woken) = wake();
        let mut job = Job::<(), ()>::spawn("wait", wake, |ctx| {
            loop {
                ctx.check()?;
                std::thread::yield_now();
            }
        });
        job.cancel();
        assert!(matches!(outcome(&mut job, &woken).1, Outcome::Canceled));
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
        let inner = io::Error::from(io::ErrorKind::PermissionDenied);
        let error = anyhow::Error::new(inner).context("cannot save a.png");
        assert_eq!(
            cause_chain(&error),
            "cannot save a.png: you have no permission"
        );
        let inner = io::Error::other("disk full");
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
                ctx.check()?;
                std::thread::yield_now();
            }
        });
        drop(job);
        assert_eq!(Arc::strong_count(&alive), 1);
    }
}
