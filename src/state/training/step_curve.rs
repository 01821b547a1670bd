use crate::train::StepLoss;

/// Maximum number of points; more are thinned out, so that drawing takes less than a frame.
pub const MAX_POINTS: usize = 2000;

/// Loss by step, with at most [`MAX_POINTS`] points: when there are too many, neighbors are
/// averaged, and from then on each point covers twice as many steps.
#[derive(Clone, Debug, PartialEq)]
pub struct StepCurve {
    points: Vec<[f64; 2]>,
    /// Steps per point.
    n_per_point: usize,
    sum: [f64; 2],
    n_summed: usize,
}

impl Default for StepCurve {
    fn default() -> Self {
        Self {
            points: Vec::new(),
            n_per_point: 1,
            sum: [0.0; 2],
            n_summed: 0,
        }
    }
}

impl StepCurve {
    /// The curve of steps that were taken.
    pub fn of(steps: &[StepLoss]) -> Self {
        let mut curve = Self::default();
        for step in steps {
            curve.push(step.epochs_done(), step.loss);
        }
        curve
    }

    /// Adds one step.
    pub fn push(&mut self, x: f64, y: f64) {
        let [sum_x, sum_y] = self.sum;
        self.sum = [sum_x + x, sum_y + y];
        self.n_summed += 1;
        if self.n_summed < self.n_per_point {
            return;
        }
        let n = self.n_summed as f64;
        let [sum_x, sum_y] = self.sum;
        self.points.push([sum_x / n, sum_y / n]);
        (self.sum, self.n_summed) = ([0.0; 2], 0);
        if self.points.len() == MAX_POINTS {
            self.halve();
        }
    }

    fn halve(&mut self) {
        let pairs = self.points.chunks_exact(2);
        let mean = |pair: &[[f64; 2]]| match pair {
            [[x0, y0], [x1, y1]] => Some([f64::midpoint(*x0, *x1), f64::midpoint(*y0, *y1)]),
            _ => None,
        };
        self.points = pairs.filter_map(mean).collect();
        self.n_per_point *= 2;
    }

    /// Place and loss, in order of the steps.
    pub fn points(&self) -> &[[f64; 2]] {
        &self.points
    }

    /// Steps that each point is the mean of.
    pub fn n_per_point(&self) -> usize {
        self.n_per_point
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_many_steps_there_are_the_points_stay_few() {
        let mut curve = StepCurve::default();
        for step in 0..100_000 {
            curve.push(f64::from(step), 2.0);
            assert!(curve.points().len() < MAX_POINTS);
        }
        assert_eq!(curve.n_per_point(), 64);
        assert!(curve.points().iter().all(|[_, y]| *y == 2.0));
        assert!(curve.points().is_sorted_by(|a, b| a[0] < b[0]));
        // The first point is the mean of the first 64 steps.
        assert_eq!(curve.points()[0][0], 31.5);
    }

    #[test]
    fn few_steps_are_kept_as_they_are() {
        let mut curve = StepCurve::default();
        curve.push(0.5, 1.0);
        curve.push(1.0, 0.5);
        assert_eq!(curve.points(), [[0.5, 1.0], [1.0, 0.5]]);
    }
}
