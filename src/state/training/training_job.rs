use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::check::device_for;
use crate::dataset::CacheError;
use crate::model::ComputeDevice;
use crate::train::{
    Order, StepMetrics, TrainConfig, TrainControl, TrainError, TrainEvent, TrainReport, TrainSetup,
    resume, train,
};
use crate::work::{Cancelled, Job, JobContext, Outcome, Progress, Wake};
use thorax_engine::lower_priority;

/// Minimum time between two reports of steps: small networks take hundreds per second.
const TIME_BETWEEN_STEPS: Duration = Duration::from_millis(100);

/// What to train.
#[derive(Clone, Debug, PartialEq)]
pub enum TrainingOrder {
    /// From the beginning.
    Begin(Box<TrainConfig>, PathBuf),
    /// From the checkpoint in this folder.
    Resume(Box<TrainConfig>, PathBuf),
}

impl TrainingOrder {
    fn config(&self) -> &TrainConfig {
        match self {
            Self::Begin(config, _) | Self::Resume(config, _) => config,
        }
    }
}

/// Events of a training, with steps in batches.
#[derive(Debug)]
pub enum TrainingNews {
    /// Steps since the last news of them.
    Steps(Vec<StepMetrics>),
    /// Anything but a step.
    Event(TrainEvent),
}

/// A running training. Dropping it saves a checkpoint first and waits for that.
pub struct TrainingJob {
    control: TrainControl,
    job: Job<TrainingNews, TrainReport>,
}

impl TrainingJob {
    /// Starts on a separate thread; decoded films are cached in `cache_folder`, or else in the user's cache folder.
    pub(super) fn start(
        order: TrainingOrder,
        window_device: ComputeDevice,
        cache_folder: Option<PathBuf>,
        wake: Wake,
    ) -> Self {
        let control = TrainControl::default();
        let handle = control.clone();
        let job = Job::spawn("training", wake, move |ctx| {
            // The loader's threads take it over from this one.
            lower_priority();
            let mut setup = TrainSetup::new(device_for(&window_device, order.config())?);
            setup.control = handle;
            if let Some(folder) = cache_folder {
                setup.cache_folder = folder;
            }
            run(&order, &setup, ctx)
        });
        Self { control, job }
    }

    /// Sends a signal; it takes effect between two steps.
    pub(super) fn give(&self, order: Order) {
        self.control.give(order);
    }

    /// The order in force.
    pub fn order(&self) -> Order {
        self.control.order()
    }

    pub(super) fn poll(&mut self) -> (Vec<TrainingNews>, Option<Outcome<TrainReport>>) {
        self.job.poll()
    }
}

impl Drop for TrainingJob {
    fn drop(&mut self) {
        // Before the job is dropped and waited for: a paused training would wait for ever.
        self.control.give(Order::Stop);
    }
}

fn run(
    order: &TrainingOrder,
    setup: &TrainSetup,
    ctx: &JobContext<TrainingNews>,
) -> anyhow::Result<TrainReport> {
    let mut teller = Teller {
        ctx,
        control: &setup.control,
        steps: Vec::new(),
        told: Instant::now(),
    };
    let mut tell = |event| teller.tell(event);
    let report = match order {
        TrainingOrder::Begin(config, root) => train(config, root, setup, &mut tell),
        TrainingOrder::Resume(_, root) => resume(root, setup, &mut tell),
    };
    teller.flush();
    match report {
        Err(TrainError::Stopped | TrainError::Cache(CacheError::Cancelled)) => {
            Err(Cancelled.into())
        }
        report => Ok(report?),
    }
}

/// Bundles steps, passes everything else on, and hears whether the job was cancelled.
struct Teller<'a> {
    ctx: &'a JobContext<TrainingNews>,
    control: &'a TrainControl,
    steps: Vec<StepMetrics>,
    told: Instant,
}

impl Teller<'_> {
    fn tell(&mut self, event: TrainEvent) {
        if self.ctx.check_cancelled().is_err() {
            self.control.give(Order::Stop);
        }
        match event {
            TrainEvent::Decoding { n_done, n_total } => {
                let progress = Progress { n_done, n_total };
                self.ctx.set_progress(progress);
                if self.told.elapsed() > TIME_BETWEEN_STEPS || n_done == n_total {
                    self.told = Instant::now();
                    self.ctx.send(TrainingNews::Event(event));
                }
            }
            TrainEvent::StepDone(step) => {
                self.steps.push(step);
                if self.told.elapsed() > TIME_BETWEEN_STEPS {
                    self.flush();
                }
            }
            event => {
                self.flush();
                self.ctx.send(TrainingNews::Event(event));
            }
        }
    }

    fn flush(&mut self) {
        self.told = Instant::now();
        if !self.steps.is_empty() {
            let steps = std::mem::take(&mut self.steps);
            self.ctx.send(TrainingNews::Steps(steps));
        }
    }
}
