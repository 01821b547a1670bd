use super::config::{ScheduleKind, TrainConfig};

/// Learning rate of one step.
///
/// `step` of `n_steps` counts from 0 within `epoch`, which counts from 1; `n_cuts` is how often a
/// plateau has decayed the learning rate so far.
pub fn learning_rate(
    config: &TrainConfig,
    epoch: usize,
    step: usize,
    n_steps: usize,
    n_cuts: usize,
) -> f64 {
    let n_steps = n_steps.max(1) as f64;
    let position = epoch.saturating_sub(1) as f64 + step as f64 / n_steps;
    let highest = config.learning_rate;
    if position < config.warmup_epochs {
        // The first step is a small one, not none.
        return highest * (position + 1.0 / n_steps).min(config.warmup_epochs)
            / config.warmup_epochs;
    }
    match config.schedule {
        ScheduleKind::Constant => highest,
        ScheduleKind::Step => {
            let n_cuts = (position / config.step_epochs.max(1) as f64) as i32;
            highest * config.step_factor.powi(n_cuts)
        }
        ScheduleKind::Plateau => highest * config.step_factor.powf(n_cuts as f64),
        ScheduleKind::Cosine => {
            let n_epochs = config.epochs as f64 - config.warmup_epochs;
            let share = ((position - config.warmup_epochs) / n_epochs).clamp(0.0, 1.0);
            let fall = f64::midpoint(1.0, (std::f64::consts::PI * share).cos());
            highest * (config.final_share + (1.0 - config.final_share) * fall)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(schedule: ScheduleKind) -> TrainConfig {
        TrainConfig {
            schedule,
            learning_rate: 0.1,
            warmup_epochs: 2.0,
            final_share: 0.01,
            step_epochs: 3,
            step_factor: 0.5,
            epochs: 10,
            ..TrainConfig::default()
        }
    }

    fn check(schedule: ScheduleKind, epoch: usize, step: usize, expected: f64) {
        let got = learning_rate(&config(schedule), epoch, step, 4, 2);
        assert!(
            (got - expected).abs() < 1e-12,
            "{schedule:?} {epoch} {step}: {got}"
        );
    }

    #[test]
    fn the_step_size_rises_from_a_small_one() {
        check(ScheduleKind::Constant, 1, 0, 0.1 / 8.0);
        check(ScheduleKind::Constant, 2, 3, 0.1);
        check(ScheduleKind::Constant, 3, 0, 0.1);
    }

    #[test]
    fn steps_and_plateaus_multiply() {
        check(ScheduleKind::Step, 3, 3, 0.1);
        check(ScheduleKind::Step, 4, 0, 0.05);
        check(ScheduleKind::Step, 7, 0, 0.025);
        check(ScheduleKind::Plateau, 5, 0, 0.025);
    }

    #[test]
    fn half_a_cosine_ends_at_its_final_share() {
        check(ScheduleKind::Cosine, 3, 0, 0.1);
        check(ScheduleKind::Cosine, 7, 0, 0.1 * (0.01 + 0.99 * 0.5));
        check(ScheduleKind::Cosine, 11, 0, 0.001);
    }
}
