use std::io;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread::{Builder, scope};

/// How far work runs ahead of whoever takes its results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ahead {
    /// Threads that work, at least one.
    pub n_threads: usize,
    /// Items that are in work or done and not yet taken, at most; at least one.
    pub n_ahead: usize,
    /// Results that are taken at once, at most; at least one.
    pub n_batch: usize,
}

/// Maps items on threads of their own and hands the results over in the order of the items.
///
/// Never more than `n_ahead` items are held, however many there are. `take` gets as many results as are
/// there or in work, up to `n_batch`: it waits for no item that `items` has not given yet, so that a slow
/// source, such as a person, gets an answer to each. What `take` refuses ends the work.
pub fn map_in_order<T: Send, U: Send, E: From<io::Error>>(
    items: impl Iterator<Item = T> + Send,
    ahead: Ahead,
    map: impl Fn(T) -> U + Sync,
    mut take: impl FnMut(Vec<U>) -> Result<(), E>,
) -> Result<(), E> {
    let n_ahead = ahead.n_ahead.max(1);
    // The places of results in their order, and the items with where their results go.
    let (place, places) = sync_channel::<Receiver<U>>(n_ahead);
    let (item, waiting) = sync_channel::<(T, SyncSender<U>)>(n_ahead);
    let waiting = Mutex::new(waiting);
    scope(|scope| {
        for worker in 0..ahead.n_threads.max(1) {
            let (map, waiting) = (&map, &waiting);
            let work = move || {
                // The lock is held while waiting for an item: the others have none to wait for.
                while let Some((item, result)) = next(waiting) {
                    // Whoever is gone needs no result.
                    let _ = result.send(map(item));
                }
            };
            let name = format!("ahead-{worker}");
            Builder::new().name(name).spawn_scoped(scope, work)?;
        }
        let feed = move || {
            for next in items {
                let (result, place_of_result) = sync_channel(1);
                if place.send(place_of_result).is_err() || item.send((next, result)).is_err() {
                    break;
                }
            }
        };
        Builder::new()
            .name("feed".to_owned())
            .spawn_scoped(scope, feed)?;
        // Dropped with this function's end, which ends the threads.
        let places = places;
        while let Ok(first) = places.recv() {
            // A thread that panicked has no result; the panic is passed on by the scope.
            let Ok(first) = first.recv() else { break };
            let mut batch = vec![first];
            while batch.len() < ahead.n_batch {
                match places.try_recv().map(|place| place.recv()) {
                    Ok(Ok(result)) => batch.push(result),
                    Ok(Err(_)) | Err(TryRecvError::Empty | TryRecvError::Disconnected) => break,
                }
            }
            take(batch)?;
        }
        Ok(())
    })
}

fn next<T>(waiting: &Mutex<Receiver<T>>) -> Option<T> {
    let waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
    waiting.recv().ok()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use super::*;

    const AHEAD: Ahead = Ahead {
        n_threads: 3,
        n_ahead: 8,
        n_batch: 5,
    };

    #[test]
    fn results_come_in_the_order_of_the_items_and_in_batches() {
        let mut taken = Vec::new();
        let slow = |n: u64| {
            std::thread::sleep(Duration::from_micros((n * 7919) % 300));
            n
        };
        map_in_order(0..500, AHEAD, slow, |batch| {
            assert!((1..=5).contains(&batch.len()));
            taken.extend(batch);
            Ok::<_, io::Error>(())
        })
        .unwrap();
        assert_eq!(taken, (0..500).collect::<Vec<_>>());
    }

    #[test]
    fn no_more_items_are_held_than_asked_for() {
        let held = AtomicUsize::new(0);
        let items = (0..200).inspect(|_| {
            held.fetch_add(1, Ordering::SeqCst);
        });
        map_in_order(
            items,
            AHEAD,
            |n| n,
            |batch| {
                std::thread::sleep(Duration::from_micros(200));
                // One more is in the hands of the feeding thread, and those of the batch before are gone.
                let most = AHEAD.n_ahead + AHEAD.n_batch + 1;
                assert!(held.load(Ordering::SeqCst) <= most);
                held.fetch_sub(batch.len(), Ordering::SeqCst);
                Ok::<_, io::Error>(())
            },
        )
        .unwrap();
    }

    #[test]
    fn a_source_that_waits_for_each_answer_gets_it() {
        let (answer, answers) = channel();
        let mut n_asked = 0;
        let items = std::iter::from_fn(move || {
            if n_asked > 0 {
                answers.recv_timeout(Duration::from_mins(1)).ok()?;
            }
            n_asked += 1;
            (n_asked <= 20).then_some(n_asked)
        });
        let mut taken = Vec::new();
        map_in_order(
            items,
            AHEAD,
            |n| n,
            |batch| {
                taken.extend(batch);
                answer.send(()).map_err(io::Error::other)
            },
        )
        .ok();
        assert_eq!(taken, (1..=20).collect::<Vec<_>>());
    }

    #[test]
    fn a_refusal_ends_the_work_of_an_endless_source() {
        let mut n_taken = 0;
        let result = map_in_order(
            0_u64..,
            AHEAD,
            |n| n,
            |batch| {
                n_taken += batch.len();
                if n_taken > 20 {
                    return Err(io::Error::other("enough"));
                }
                Ok(())
            },
        );
        assert_eq!(result.unwrap_err().to_string(), "enough");
    }
}
