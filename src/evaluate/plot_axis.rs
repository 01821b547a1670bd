/// The next of 1, 2, 5 times a power of ten that is at least `least`, which is positive.
pub fn round_step(least: f64) -> f64 {
    let power = 10_f64.powf(least.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * power);
    // Powers of ten are rounded.
    let step = steps.into_iter().find(|step| *step >= least * (1.0 - 1e-9));
    step.unwrap_or(least)
}

/// What an axis measures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AxisScale {
    /// Numbers.
    #[default]
    Linear,
    /// Whole numbers: no mark between two of them.
    Whole,
    /// Numbers by their logarithm; those that are not positive are left out.
    Log,
}

/// An axis: from a figure to its place in `[0, 1]`, and the marks on it.
pub(super) struct Axis {
    low: f64,
    high: f64,
    scale: AxisScale,
    /// Figures with a mark, on the axis.
    pub ticks: Vec<f64>,
}

impl Axis {
    /// Over all `values` that are finite; `n_ticks` at most, roughly.
    pub fn over(values: impl Iterator<Item = f64>, n_ticks: f64, scale: AxisScale) -> Self {
        let mut axis = Self {
            low: f64::MAX,
            high: f64::MIN,
            scale,
            ticks: Vec::new(),
        };
        for value in values.map(|value| up(value, scale)) {
            if !value.is_finite() {
                continue;
            }
            (axis.low, axis.high) = (axis.low.min(value), axis.high.max(value));
        }
        (axis.low, axis.high) = match axis.high - axis.low {
            // Nothing to draw, or one figure.
            range if range < 0.0 => (0.0, 1.0),
            0.0 => (axis.low - 0.5, axis.low + 0.5),
            _ => (axis.low, axis.high),
        };
        axis.ticks = axis.marks(n_ticks);
        axis
    }

    fn marks(&self, n_ticks: f64) -> Vec<f64> {
        let (low, high) = (self.low, self.high);
        if self.scale == AxisScale::Log {
            let (first, last) = (low.floor() as i32 - 1, high.ceil() as i32);
            let ticks = |steps: &[f64]| -> Vec<f64> {
                let decades = (first..=last).map(f64::from);
                let ticks =
                    decades.flat_map(|decade| steps.iter().map(move |m| decade + m.log10()));
                let ticks = ticks.filter(|tick| (low..=high).contains(tick));
                ticks.map(|tick| 10_f64.powf(tick)).collect()
            };
            let coarse = ticks(&[1.0, 2.0, 5.0]);
            // Less than a decade.
            return if coarse.len() < 3 {
                ticks(&[1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0])
            } else {
                coarse
            };
        }
        let mut step = round_step((high - low) / n_ticks);
        if self.scale == AxisScale::Whole {
            step = step.max(1.0);
        }
        let first = (low / step).ceil() as i64;
        let last = (high / step).floor() as i64;
        (first..=last).map(|n| n as f64 * step).collect()
    }

    /// Where a figure is: 0 at the start, 1 at the end; infinite for what has no place.
    pub fn share(&self, value: f64) -> f64 {
        (up(value, self.scale) - self.low) / (self.high - self.low)
    }
}

fn up(value: f64, scale: AxisScale) -> f64 {
    match scale {
        AxisScale::Linear | AxisScale::Whole => value,
        AxisScale::Log => value.log10(),
    }
}

/// A mark's figure, without the tails of its rounding.
pub fn tick_text(value: f64) -> String {
    let digits = (2.0 - value.abs().max(1e-9).log10().floor()).clamp(0.0, 9.0) as usize;
    let text = format!("{value:.digits$}");
    match text.split_once('.') {
        Some(_) => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round() {
        for (least, expected) in [
            (0.3, 0.5),
            (1.0, 1.0),
            (0.01, 0.01),
            (7.0, 10.0),
            (110.0, 200.0),
        ] {
            assert!((round_step(least) - expected).abs() < 1e-9, "{least}");
        }
    }

    #[test]
    fn marks_are_round_and_whole_where_only_whole_numbers_count() {
        let texts = |ends: [f64; 2], scale| -> Vec<String> {
            let axis = Axis::over(ends.into_iter(), 6.0, scale);
            axis.ticks.iter().map(|tick| tick_text(*tick)).collect()
        };
        let unit = texts([0.0, 1.0], AxisScale::Linear);
        assert_eq!(unit, ["0", "0.2", "0.4", "0.6", "0.8", "1"]);
        assert_eq!(texts([0.0, 2.0], AxisScale::Whole), ["0", "1", "2"]);
        let log = texts([0.1, 10.0], AxisScale::Log);
        assert_eq!(log, ["0.1", "0.2", "0.5", "1", "2", "5", "10"]);
        assert!(texts([f64::NAN, f64::INFINITY], AxisScale::Linear).len() > 1);
    }
}
