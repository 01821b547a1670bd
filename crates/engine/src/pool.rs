//! A fixed team of threads that works through passes of tasks.
//!
//! A *pass* is a number of independent tasks; the next pass begins when the last task of this one
//! has ended. Workers claim tasks as they become free, so a worker that another program pushes
//! aside holds up no more than its own task. Between the passes of one call workers spin for some
//! microseconds, then yield, then sleep; between calls they sleep.

use std::any::Any;
use std::cell::Cell;
use std::hint::spin_loop;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// How much less than the window's thread the scheduler favors a worker (`nice`): key presses
/// are answered in 4 to 7 ms beside two busy workers, instead of 12 to 29 ms.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 10;

/// Rounds of the processor's pause instruction before a waiting worker yields: tens of µs.
const SPINS: usize = 1 << 10;
/// Yields before a waiting worker sleeps.
const YIELDS: usize = 1 << 7;
const NAP: Duration = Duration::from_micros(50);

thread_local! {
    static IS_WORKER: Cell<bool> = const { Cell::new(false) };
}

/// Which task a worker is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Turn {
    /// The worker that does it, below the pool's size: names its scratch memory.
    pub worker: usize,
    /// Index into the passes of the call.
    pub pass: usize,
    /// Index into the tasks of the pass.
    pub task: usize,
}

/// Threads that live as long as the pool.
pub(super) struct ThreadPool {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

struct Shared {
    state: Mutex<State>,
    /// Tells workers of a call, and callers that it is their turn.
    changed: Condvar,
    /// Tells the caller that its call has ended.
    ended: Condvar,
    /// Equals `State::generation`; read without the lock while spinning.
    generation: AtomicUsize,
    progress: Progress,
}

/// Counters of the running call, each on its own cache line.
#[derive(Default)]
struct Progress {
    claimed: CachePadded,
    finished: CachePadded,
    abandoned: AtomicBool,
}

#[derive(Default)]
#[repr(align(128))]
struct CachePadded(AtomicUsize);

#[derive(Default)]
struct State {
    job: Option<Job>,
    generation: usize,
    /// Workers that hold the job. One that wakes too late finds no job and is not waited for.
    n_inside: usize,
    panic: Option<Box<dyn Any + Send>>,
    quitting: bool,
    /// Callers are served in the order they came, so that a long training run cannot starve a film.
    next_ticket: usize,
    serving: usize,
}

type Job = &'static (dyn Fn(usize) + Sync);

impl ThreadPool {
    /// Starts `n_threads` workers, at least one.
    pub fn new(n_threads: usize) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            changed: Condvar::new(),
            ended: Condvar::new(),
            generation: AtomicUsize::new(0),
            progress: Progress::default(),
        });
        // Filled one by one: if a thread cannot start, dropping the pool ends the others.
        let mut pool = Self {
            shared,
            threads: Vec::new(),
        };
        for worker in 0..n_threads.max(1) {
            let shared = Arc::clone(&pool.shared);
            let thread = thread::Builder::new()
                .name(format!("kernels-{worker}"))
                .spawn(move || shared.work(worker))?;
            pool.threads.push(thread);
        }
        Ok(pool)
    }

    pub fn n_threads(&self) -> usize {
        self.threads.len()
    }

    /// Does every task of every pass; `passes` holds the number of tasks of each.
    ///
    /// Called from a worker, the tasks run on that worker alone, as worker 0.
    ///
    /// # Panics
    /// With the panic of a task, after every worker has let go of `task`.
    pub fn run(&self, passes: &[usize], task: impl Fn(Turn) + Sync) {
        if IS_WORKER.get() {
            run_inline(passes, task);
            return;
        }
        let progress = &self.shared.progress;
        let job = |worker| progress.work_through(passes, worker, &task);
        let job: &(dyn Fn(usize) + Sync) = &job;
        // SAFETY: `call` returns only when no worker holds the job any more, and does not unwind
        // before.
        let job = unsafe { std::mem::transmute::<&(dyn Fn(usize) + Sync), Job>(job) };
        if let Some(panic) = self.shared.call(job) {
            resume_unwind(panic);
        }
    }
}

impl Drop for ThreadPool {
    fn drop(&mut self) {
        self.shared.lock().quitting = true;
        self.shared.changed.notify_all();
        for thread in self.threads.drain(..) {
            // A worker catches the panics of its tasks; there is nothing left to report.
            let _ = thread.join();
        }
    }
}

fn run_inline(passes: &[usize], task: impl Fn(Turn)) {
    for (pass, &n_tasks) in passes.iter().enumerate() {
        for index in 0..n_tasks {
            task(Turn {
                worker: 0,
                pass,
                task: index,
            });
        }
    }
}

impl Progress {
    fn reset(&self) {
        self.claimed.0.store(0, Ordering::Relaxed);
        self.finished.0.store(0, Ordering::Relaxed);
        self.abandoned.store(false, Ordering::Relaxed);
    }

    /// Claims tasks until none is left. Tasks are numbered through all passes, so one counter
    /// deals them out and one tells when a pass has ended.
    fn work_through(&self, passes: &[usize], worker: usize, task: &(impl Fn(Turn) + Sync)) {
        let abandon = AbandonOnPanic(&self.abandoned);
        let (mut first_of_pass, mut ready) = (0, 0);
        let mut passes = passes.iter().enumerate().peekable();
        loop {
            let claim = self.claimed.0.fetch_add(1, Ordering::Relaxed);
            while let Some(&(_, &n_tasks)) = passes.peek()
                && claim >= first_of_pass + n_tasks
            {
                first_of_pass += n_tasks;
                passes.next();
            }
            let Some(&(pass, _)) = passes.peek() else {
                break;
            };
            if ready < first_of_pass {
                if !self.wait_for(first_of_pass) {
                    break;
                }
                ready = first_of_pass;
            }
            task(Turn {
                worker,
                pass,
                task: claim - first_of_pass,
            });
            self.finished.0.fetch_add(1, Ordering::Release);
        }
        std::mem::forget(abandon);
    }

    /// Whether `n_tasks` have ended; false when a panic means that they never will.
    fn wait_for(&self, n_tasks: usize) -> bool {
        let mut rounds = 0;
        while self.finished.0.load(Ordering::Acquire) < n_tasks {
            if self.abandoned.load(Ordering::Relaxed) {
                return false;
            }
            pause(rounds);
            rounds += 1;
        }
        true
    }
}

/// Waits a little; the longer it has lasted, the more of the processor is left to others.
fn pause(round: usize) {
    if round < SPINS {
        spin_loop();
    } else if round < SPINS + YIELDS {
        thread::yield_now();
    } else {
        thread::sleep(NAP);
    }
}

/// Tells waiting workers that a pass will never end. Forgotten when the work ends well.
struct AbandonOnPanic<'a>(&'a AtomicBool);

impl Drop for AbandonOnPanic<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Shared {
    /// Nothing panics while the lock is held, so a poisoned lock is still valid.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the workers run `job` until one comes back from it; gives back a panic of one of them.
    fn call(&self, job: Job) -> Option<Box<dyn Any + Send>> {
        let mut state = self.lock();
        let ticket = state.next_ticket;
        state.next_ticket = ticket.wrapping_add(1);
        while state.serving != ticket {
            state = wait(&self.changed, state);
        }
        self.progress.reset();
        state.job = Some(job);
        state.generation = state.generation.wrapping_add(1);
        self.generation.store(state.generation, Ordering::Release);
        self.changed.notify_all();
        while state.job.is_some() || state.n_inside > 0 {
            state = wait(&self.ended, state);
        }
        state.serving = ticket.wrapping_add(1);
        let panic = state.panic.take();
        drop(state);
        self.changed.notify_all();
        panic
    }

    /// The life of a worker.
    fn work(&self, worker: usize) {
        IS_WORKER.set(true);
        lower_priority();
        let mut seen = 0;
        while let Some((job, generation)) = self.next_job(seen) {
            seen = generation;
            let outcome = catch_unwind(AssertUnwindSafe(|| job(worker)));
            let mut state = self.lock();
            if let Err(panic) = outcome {
                state.panic = Some(panic);
            }
            // It returned, so every task is claimed: nothing is left for workers that have not started.
            state.job = None;
            state.n_inside -= 1;
            if state.n_inside == 0 {
                self.ended.notify_all();
            }
        }
    }

    /// The job after generation `seen`, or `None` when the pool ends.
    fn next_job(&self, seen: usize) -> Option<(Job, usize)> {
        for _ in 0..SPINS {
            if self.generation.load(Ordering::Acquire) != seen {
                break;
            }
            spin_loop();
        }
        let mut state = self.lock();
        loop {
            if state.quitting {
                return None;
            }
            match state.job {
                Some(job) if state.generation != seen => {
                    state.n_inside += 1;
                    return Some((job, state.generation));
                }
                _ => state = wait(&self.changed, state),
            }
        }
    }
}

fn wait<'a>(signal: &Condvar, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
    signal.wait(state).unwrap_or_else(PoisonError::into_inner)
}

/// Puts the calling thread, and those it will start, behind the window and other programs (Linux).
///
/// Best effort: work at normal priority is a slower window, not an error.
pub fn lower_priority() {
    #[cfg(target_os = "linux")]
    // SAFETY: plain system calls without pointers.
    unsafe {
        let thread = libc::gettid();
        libc::setpriority(libc::PRIO_PROCESS, thread.cast_unsigned(), NICENESS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(n_threads: usize) -> ThreadPool {
        ThreadPool::new(n_threads).expect("threads start")
    }

    #[test]
    fn every_task_runs_once_and_after_the_passes_before_it() {
        for n_threads in [1, 2, 5] {
            let pool = pool(n_threads);
            let passes = [3, 0, 7, 1, 16];
            let log = Mutex::new(Vec::new());
            pool.run(&passes, |turn| {
                assert!(turn.worker < n_threads);
                log.lock().expect("no panic").push((turn.pass, turn.task));
            });
            let log = log.into_inner().expect("no panic");
            assert!(log.is_sorted_by_key(|&(pass, _)| pass), "{log:?}");
            let mut sorted = log;
            sorted.sort_unstable();
            let all = passes
                .iter()
                .enumerate()
                .flat_map(|(p, &n)| (0..n).map(move |t| (p, t)));
            assert_eq!(sorted, all.collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_call_from_a_worker_runs_on_that_worker() {
        let pool = pool(2);
        let n_done = AtomicUsize::new(0);
        pool.run(&[4], |_| {
            let outer = thread::current().id();
            pool.run(&[3, 2], |turn| {
                assert_eq!((thread::current().id(), turn.worker), (outer, 0));
                n_done.fetch_add(1, Ordering::Relaxed);
            });
        });
        assert_eq!(n_done.into_inner(), 20);
    }

    #[test]
    fn callers_on_several_threads_take_turns() {
        let pool = pool(3);
        let n_inside = AtomicUsize::new(0);
        let n_done = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..25 {
                        pool.run(&[1, 2], |turn| {
                            if turn.pass == 0 {
                                assert_eq!(n_inside.fetch_add(1, Ordering::SeqCst), 0);
                                n_inside.fetch_sub(1, Ordering::SeqCst);
                            }
                            n_done.fetch_add(1, Ordering::Relaxed);
                        });
                    }
                });
            }
        });
        assert_eq!(n_done.into_inner(), 300);
    }

    #[test]
    fn a_panic_reaches_the_caller_and_the_pool_works_on() {
        let pool = pool(2);
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            pool.run(&[4, 4], |turn| {
                assert_ne!((turn.pass, turn.task), (0, 2), "told to fail");
            });
        }));
        assert!(outcome.is_err());
        let n_done = AtomicUsize::new(0);
        pool.run(&[8], |_| {
            n_done.fetch_add(1, Ordering::Relaxed);
        });
        assert_eq!(n_done.into_inner(), 8);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn workers_have_a_lower_priority_than_their_caller() {
        let pool = pool(1);
        pool.run(&[1], |_| {
            // SAFETY: plain system calls without pointers.
            let niceness =
                unsafe { libc::getpriority(libc::PRIO_PROCESS, libc::gettid().cast_unsigned()) };
            assert!(niceness >= NICENESS, "{niceness}");
        });
    }
}
