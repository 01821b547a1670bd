use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::check::device_for;
use crate::model::ComputeDevice;
use crate::train::{
    StepMetrics, TrainConfig, TrainControl, TrainEvent, TrainReport, TrainSetup, resume, train,
};
use crate::work::{JobContext, Progress, RunningTask, Task, Wake};
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

/// A running training. Dropping it stops it, which saves a checkpoint, and waits for that.
pub struct TrainingJob {
    control: TrainControl,
    task: Task<TrainReport, TrainingNews>,
}

impl TrainingJob {
    /// Starts on a separate thread; decoded films are cached in `cache_folder`, or else in the user's cache folder.
    pub(super) fn start(
        order: TrainingOrder,
        window_device: ComputeDevice,
        cache_folder: Option<PathBuf>,
        wake: &Wake,
    ) -> Self {
        let control = TrainControl::default();
        let handle = control.clone();
        let mut task = Task::Idle;
        task.start("training", wake, move |ctx| {
            // The loader's threads take it over from this one.
            lower_priority();
            let mut setup = TrainSetup::new(device_for(&window_device, order.config())?);
            setup.control = handle;
            if let Some(folder) = cache_folder {
                setup.cache_folder = folder;
            }
            run(&order, &setup, ctx)
        });
        Self { control, task }
    }

    /// Lets it wait after its step.
    pub(super) fn pause(&self) {
        self.control.pause();
    }

    /// Ends the pause.
    pub(super) fn go_on(&self) {
        self.control.go_on();
    }

    /// Tells it to save a checkpoint and end, between two steps or two films that it scores.
    pub(super) fn stop(&self) {
        self.task.cancel();
    }

    /// Whether it is to wait.
    pub fn is_pausing(&self) -> bool {
        self.control.is_paused()
    }

    /// Whether it is to end.
    pub fn is_stopping(&self) -> bool {
        self.task.running().is_some_and(RunningTask::is_canceling)
    }

    /// How far decoding or scoring has come.
    pub(super) fn progress(&self) -> Option<Progress> {
        self.task.running()?.progress()
    }

    /// What it has told since the last call, and whether it has ended.
    pub(super) fn poll(&mut self) -> (Vec<TrainingNews>, bool) {
        self.task.poll_events()
    }

    /// What it has ended with; `None` if it was stopped before its first step.
    pub(super) fn take_end(&mut self) -> Option<Result<TrainReport, String>> {
        self.task.take()
    }
}

fn run(
    order: &TrainingOrder,
    setup: &TrainSetup,
    ctx: &JobContext<TrainingNews>,
) -> anyhow::Result<TrainReport> {
    let mut teller = Teller {
        ctx,
        steps: Vec::new(),
        told: Instant::now(),
    };
    let mut tell = |event| teller.tell(event);
    let report = match order {
        TrainingOrder::Begin(config, root) => train(config, root, setup, ctx, &mut tell),
        TrainingOrder::Resume(_, root) => resume(root, setup, ctx, &mut tell),
    };
    teller.flush();
    Ok(report?)
}

/// Bundles steps and passes everything else on.
struct Teller<'a> {
    ctx: &'a JobContext<TrainingNews>,
    steps: Vec<StepMetrics>,
    told: Instant,
}

impl Teller<'_> {
    fn tell(&mut self, event: TrainEvent) {
        match event {
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
