use super::check::device_for;
use crate::model::ComputeDevice;
use crate::train::{DataPlan, DryRun, TrainConfig, probe};
use crate::work::{JobContext, Latest, Wake};

/// How fast training would be, timed for two seconds on no films: the newest settings count.
pub struct SpeedProbe {
    probing: Latest<ProbeRequest, DryRun>,
    asked: Option<TrainConfig>,
    found: Option<DryRun>,
}

struct ProbeRequest {
    plan: DataPlan,
    window_device: ComputeDevice,
}

impl SpeedProbe {
    pub(super) fn new(wake: Wake) -> Self {
        Self {
            probing: Latest::new("speed", wake, time),
            asked: None,
            found: None,
        }
    }

    /// Times the steps of `config` unless its speed is known or being found out.
    pub(super) fn keep_up(
        &mut self,
        config: &TrainConfig,
        plan: &DataPlan,
        device: &ComputeDevice,
    ) {
        if self.is_of(config) {
            return;
        }
        (self.asked, self.found) = (Some(config.clone()), None);
        let mut plan = plan.clone();
        plan.config = config.clone();
        self.probing.request(ProbeRequest {
            plan,
            window_device: device.clone(),
        });
    }

    /// Leaves the processor to other work.
    pub(super) fn cancel(&mut self) {
        if self.probing.is_busy() {
            self.probing.cancel();
            self.asked = None;
        }
    }

    pub(super) fn poll(&mut self) {
        if let (_, Some(ended)) = self.probing.poll() {
            // An estimate that cannot be made is none: the run itself will say what is wrong.
            self.found = ended.ok();
        }
    }

    /// Whether the steps are being timed.
    pub fn is_busy(&self) -> bool {
        self.probing.is_busy()
    }

    /// Training films a second under `config`, once they were timed.
    pub fn films_per_s(&self, config: &TrainConfig) -> Option<f64> {
        let found = self.found.filter(|_| self.is_of(config))?;
        Some(found.films_per_s)
    }

    fn is_of(&self, config: &TrainConfig) -> bool {
        self.asked
            .as_ref()
            .is_some_and(|asked| speed_settings(asked) == speed_settings(config))
    }
}

/// What the time of a step depends on.
fn speed_settings(config: &TrainConfig) -> impl PartialEq {
    (
        (config.depth, config.side, config.batch_size, config.threads),
        (config.optimizer, config.head, config.loss),
    )
}

fn time(request: ProbeRequest, ctx: &JobContext) -> anyhow::Result<DryRun> {
    let ProbeRequest {
        plan,
        window_device,
    } = request;
    let device = device_for(&window_device, &plan.config)?;
    Ok(probe(&plan, &device, ctx)?)
}
