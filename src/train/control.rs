use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::work::{Canceled, Watch};

/// How often a paused training asks whether it is to stop.
const TIME_BETWEEN_CHECKS: Duration = Duration::from_millis(50);

/// Pauses a training, between two steps; stopping it is up to its [`Watch`].
#[derive(Clone, Debug, Default)]
pub struct TrainControl(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    paused: Mutex<bool>,
    changed: Condvar,
}

impl TrainControl {
    /// Lets the training wait after its step, with the model in memory.
    pub fn pause(&self) {
        *self.lock() = true;
    }

    /// Ends the pause.
    pub fn go_on(&self) {
        *self.lock() = false;
        self.0.changed.notify_all();
    }

    /// Whether it is to wait.
    pub fn is_paused(&self) -> bool {
        *self.lock()
    }

    /// Waits for the end of the pause; an error once the work is to stop.
    pub fn wait_while_paused(&self, watch: &dyn Watch) -> Result<(), Canceled> {
        let mut paused = self.lock();
        while *paused {
            watch.check()?;
            let waited = self.0.changed.wait_timeout(paused, TIME_BETWEEN_CHECKS);
            (paused, _) = waited.unwrap_or_else(PoisonError::into_inner);
        }
        Ok(())
    }

    /// The lock is held only for copying, so a poisoned one still holds a complete value.
    fn lock(&self) -> MutexGuard<'_, bool> {
        self.0.paused.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::work::{StopSignal, Unwatched};

    #[test]
    fn a_pause_ends_when_the_training_goes_on_or_is_to_stop() {
        let (control, stop) = (TrainControl::default(), StopSignal::default());
        control.pause();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| control.wait_while_paused(&Unwatched));
            control.go_on();
            assert_eq!(waiting.join().unwrap(), Ok(()));
        });
        control.pause();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| control.wait_while_paused(&stop));
            stop.give();
            assert_eq!(waiting.join().unwrap(), Err(Canceled));
        });
        assert!(control.is_paused());
    }
}
