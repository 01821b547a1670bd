use super::{Job, JobContext, Outcome, Wake};

/// One job running, one request waiting: a newer request replaces the waiting one.
///
/// What an overtaken job still has to say is thrown away.
pub struct Latest<Q, E, T> {
    name: &'static str,
    wake: Wake,
    work: fn(Q, &JobContext<E>) -> anyhow::Result<T>,
    running: Option<Job<E, T>>,
    waiting: Option<Q>,
}

impl<Q: Send + 'static, E: Send + 'static, T: Send + 'static> Latest<Q, E, T> {
    /// `work` answers one request; it runs on a thread called `name`.
    pub fn new(
        name: &'static str,
        wake: Wake,
        work: fn(Q, &JobContext<E>) -> anyhow::Result<T>,
    ) -> Self {
        Self {
            name,
            wake,
            work,
            running: None,
            waiting: None,
        }
    }

    /// Starts on `request`, or as soon as the running job has noticed that it is overtaken.
    pub fn request(&mut self, request: Q) {
        self.cancel();
        self.waiting = Some(request);
        self.start_waiting();
    }

    /// Stops the running job and forgets the waiting request; nothing more is heard of either.
    pub fn cancel(&mut self) {
        self.waiting = None;
        if let Some(job) = &self.running {
            job.cancel();
        }
    }

    /// Lets the running job go its own way, so that dropping this waits for nothing.
    pub fn abandon(mut self) {
        if let Some(job) = self.running.take() {
            job.detach();
        }
    }

    /// Whether an answer is still to come.
    pub fn is_busy(&self) -> bool {
        let running = self.running.as_ref();
        self.waiting.is_some() || running.is_some_and(|job| !job.is_cancelling())
    }

    /// The results of the newest request since the last call. Never blocks.
    pub fn poll(&mut self) -> (Vec<E>, Option<Outcome<T>>) {
        let Some(job) = &mut self.running else {
            return (vec![], None);
        };
        let overtaken = job.is_cancelling();
        let (events, outcome) = job.poll();
        if outcome.is_some() {
            self.running = None;
            self.start_waiting();
        }
        if overtaken {
            (vec![], None)
        } else {
            (events, outcome)
        }
    }

    fn start_waiting(&mut self) {
        if self.running.is_none()
            && let Some(request) = self.waiting.take()
        {
            let work = self.work;
            let wake = self.wake.clone();
            self.running = Some(Job::spawn(self.name, wake, move |ctx| work(request, ctx)));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::mpsc::{Receiver, channel};
    use std::time::Duration;

    use super::*;

    /// The work echoes its request once the gate is open or it is cancelled.
    struct Request {
        number: u32,
        gate: Receiver<()>,
    }

    #[expect(clippy::needless_pass_by_value, reason = "requests are handed over")]
    fn echo(request: Request, ctx: &JobContext<u32>) -> anyhow::Result<u32> {
        ctx.send(request.number);
        while request.gate.try_recv().is_err() {
            ctx.check_cancelled()?;
            std::thread::yield_now();
        }
        Ok(request.number)
    }

    #[test]
    fn only_the_newest_request_is_answered() {
        let (sender, woken) = channel();
        let wake: Wake = Arc::new(move || {
            let _ = sender.send(());
        });
        let mut latest = Latest::new("echo", wake, echo);
        let mut gates = Vec::new();
        for number in 1..=3 {
            let (open, gate) = channel();
            gates.push(open);
            latest.request(Request { number, gate });
        }
        for gate in &gates {
            // The first two were overtaken: their gates may be gone.
            let _ = gate.send(());
        }
        let mut answers = Vec::new();
        while latest.is_busy() {
            woken.recv_timeout(Duration::from_secs(20)).unwrap();
            let (events, outcome) = latest.poll();
            assert!(events.iter().all(|&number| number == 3), "{events:?}");
            if let Some(Outcome::Done(number)) = outcome {
                answers.push(number);
            }
        }
        assert_eq!(answers, [3]);
    }

    #[test]
    fn after_cancel_nothing_is_heard() {
        let wake: Wake = Arc::new(|| ());
        let mut latest = Latest::new("echo", wake, echo);
        let (_open, gate) = channel();
        latest.request(Request { number: 1, gate });
        latest.cancel();
        assert!(!latest.is_busy());
        for _ in 0..100 {
            let (events, outcome) = latest.poll();
            assert!(events.is_empty() && outcome.is_none());
            std::thread::yield_now();
        }
    }
}
