use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// A signal to a training, checked between two steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Go on.
    #[default]
    Run,
    /// Wait, the model stays in memory.
    Pause,
    /// Save a checkpoint and end.
    Stop,
}

/// A handle shared between a training and those who steer it.
#[derive(Clone, Debug, Default)]
pub struct TrainControl(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    order: Mutex<Order>,
    changed: Condvar,
}

impl TrainControl {
    /// Sends a signal. Nothing overrides `Stop`.
    pub fn give(&self, order: Order) {
        let mut current = self.lock();
        if *current != Order::Stop {
            *current = order;
        }
        self.0.changed.notify_all();
    }

    /// The order in force.
    pub fn order(&self) -> Order {
        *self.lock()
    }

    /// Waits while the signal is `Pause`; returns the one that ended it.
    pub fn wait_while_paused(&self) -> Order {
        let waited = self
            .0
            .changed
            .wait_while(self.lock(), |order| *order == Order::Pause);
        *waited.unwrap_or_else(PoisonError::into_inner)
    }

    /// The lock is held only for copying, so a poisoned one still holds a complete value.
    fn lock(&self) -> MutexGuard<'_, Order> {
        self.0.order.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_ends_with_the_next_order_and_a_stop_is_final() {
        let control = TrainControl::default();
        control.give(Order::Pause);
        let other = control.clone();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(move || other.wait_while_paused());
            control.give(Order::Stop);
            assert_eq!(waiting.join().unwrap(), Order::Stop);
        });
        control.give(Order::Run);
        assert_eq!(control.order(), Order::Stop);
    }
}
