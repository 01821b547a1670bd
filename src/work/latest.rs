use super::{JobContext, Progress, RunningTask, Task, Wake};

/// One job running, one request waiting: a newer request replaces the waiting one.
///
/// What an overtaken job still has to say is thrown away.
pub struct Latest<Q, T, E = ()> {
    name: &'static str,
    wake: Wake,
    work: fn(Q, &JobContext<E>) -> anyhow::Result<T>,
    task: Task<T, E>,
    waiting: Option<Q>,
}

impl<Q: Send + 'static, T: Send + 'static, E: Send + 'static> Latest<Q, T, E> {
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
            task: Task::Idle,
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
        self.task.cancel();
    }

    /// Lets the running job go its own way, so that dropping this waits for nothing.
    pub fn abandon(mut self) {
        self.task.detach();
    }

    /// Whether an answer is still to come.
    pub fn is_busy(&self) -> bool {
        let running = self.task.running();
        self.waiting.is_some() || running.is_some_and(|task| !task.is_canceling())
    }

    /// How far the newest request has come, if it runs and says so.
    pub fn progress(&self) -> Option<Progress> {
        let running = self.task.running();
        running.filter(|task| !task.is_canceling())?.progress()
    }

    /// What the newest request has reported since the last call, and its value or the chain of
    /// causes once it has ended. Never blocks.
    pub fn poll(&mut self) -> (Vec<E>, Option<Result<T, String>>) {
        let running = self.task.running();
        let overtaken = running.is_some_and(RunningTask::is_canceling);
        let (events, over) = self.task.poll_events();
        let ended = self.task.take();
        if over {
            self.start_waiting();
        }
        if overtaken {
            (Vec::new(), None)
        } else {
            (events, ended)
        }
    }

    fn start_waiting(&mut self) {
        if self.task.running().is_none()
            && let Some(request) = self.waiting.take()
        {
            let work = self.work;
            let answer = move |ctx: &JobContext<E>| work(request, ctx);
            self.task.start(self.name, &self.wake, answer);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::mpsc::{Receiver, channel};
    use std::time::Duration;

    use super::*;
    use crate::work::Watch as _;

    /// The work echoes its request once the gate is open or it is canceled.
    struct Request {
        number: u32,
        gate: Receiver<()>,
    }

    #[expect(clippy::needless_pass_by_value, reason = "requests are handed over")]
    fn echo(request: Request, ctx: &JobContext<u32>) -> anyhow::Result<u32> {
        ctx.send(request.number);
        while request.gate.try_recv().is_err() {
            ctx.check()?;
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
            let (events, ended) = latest.poll();
            assert!(events.iter().all(|&number| number == 3), "{events:?}");
            answers.extend(ended.map(Result::unwrap));
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
            let (events, ended) = latest.poll();
            assert!(events.is_empty() && ended.is_none());
            std::thread::yield_now();
        }
    }
}
