use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use thiserror::Error;

/// How far work has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Units done, at most `n_total`.
    pub n_done: usize,
    /// Units in all.
    pub n_total: usize,
    /// What is counted, as text after the numbers: `films decoded`.
    pub unit: &'static str,
}

/// The error of work that ends because it was told to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("canceled")]
pub struct Canceled;

impl Canceled {
    /// Whether an error is this one, or was caused by it.
    pub fn caused(error: &(dyn Error + 'static)) -> bool {
        let mut cause = Some(error);
        while let Some(error) = cause {
            if error.is::<Self>() {
                return true;
            }
            cause = error.source();
        }
        false
    }
}

/// Whoever watches work: hears how far it has come, and may stop it.
///
/// Work takes `&dyn Watch` and asks between two units: neither knows of a window or a terminal.
pub trait Watch: Sync {
    /// How far the work has come; each call replaces the one before.
    fn progress(&self, progress: Progress);

    /// An error once the work is to stop.
    fn check(&self) -> Result<(), Canceled>;
}

/// Nobody watches: the work runs to its end.
#[derive(Clone, Copy, Debug)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn progress(&self, _: Progress) {}

    fn check(&self) -> Result<(), Canceled> {
        Ok(())
    }
}

/// The signal to stop, shared by those who give it and the work; it is never taken back.
#[derive(Clone, Debug, Default)]
pub struct StopSignal(Arc<AtomicBool>);

impl StopSignal {
    /// Tells the work to stop; it does so between two units.
    pub fn give(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was given.
    pub fn is_given(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Watch for StopSignal {
    fn progress(&self, _: Progress) {}

    fn check(&self) -> Result<(), Canceled> {
        if self.is_given() {
            Err(Canceled)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Error)]
    #[error("no scores")]
    struct Outer(#[source] Canceled);

    #[test]
    fn work_is_told_to_stop_once_and_for_all() {
        let stop = StopSignal::default();
        let given = stop.clone();
        assert_eq!(stop.check(), Ok(()));
        given.give();
        assert_eq!(stop.check(), Err(Canceled));
        assert_eq!(Unwatched.check(), Ok(()));
    }

    #[test]
    fn a_cancellation_is_known_among_the_causes_of_an_error() {
        assert!(Canceled::caused(&Canceled));
        assert!(Canceled::caused(&Outer(Canceled)));
        let error = anyhow::Error::new(Outer(Canceled)).context("no report");
        assert!(Canceled::caused(error.as_ref()));
        assert!(!Canceled::caused(&std::io::Error::other("canceled")));
    }
}
