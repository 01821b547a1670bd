use thiserror::Error;

/// From a logit to a probability: `sigmoid(slope * logit + intercept)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Platt {
    /// Multiplies the logit.
    pub slope: f64,
    /// Added to it.
    pub intercept: f64,
}

/// Errors from fitting a calibration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum PlattError {
    #[error("expected films on both sides, got {n_pos} positive and {n_neg} negative ones")]
    OneClass { n_pos: usize, n_neg: usize },
    #[error("expected as many logits as labels, all finite")]
    Input,
    #[error("the fit did not converge")]
    Unsettled,
}

/// About half the distance of 1 to the `f32` below it: a score of exactly 0 or 1 is a rounded one.
const LEAST_SCORE: f64 = 3e-8;

/// The logit of a score in `[0, 1]`, finite at both ends.
pub fn logit(score: f64) -> f64 {
    let score = score.clamp(LEAST_SCORE, 1.0 - LEAST_SCORE);
    (score / (1.0 - score)).ln()
}

/// Steps after which a fit that has not settled is given up.
const MAX_STEPS: usize = 100;
/// Halvings of one step before it is taken as it is.
const MAX_HALVINGS: usize = 30;
/// Gradient at which the fit has settled.
const SETTLED: f64 = 1e-9;

impl Platt {
    /// Fits by maximum likelihood with Platt's smoothed targets (Platt 1999; Newton's method with
    /// backtracking as in Lin, Lin and Weng 2007).
    pub fn fit(logits: &[f64], positives: &[bool]) -> Result<Self, PlattError> {
        if logits.len() != positives.len() || logits.iter().any(|z| !z.is_finite()) {
            return Err(PlattError::Input);
        }
        let n_pos = positives.iter().filter(|&&positive| positive).count();
        let n_neg = positives.len() - n_pos;
        if n_pos == 0 || n_neg == 0 {
            return Err(PlattError::OneClass { n_pos, n_neg });
        }
        let high = (n_pos as f64 + 1.0) / (n_pos as f64 + 2.0);
        let low = 1.0 / (n_neg as f64 + 2.0);
        let targets = positives
            .iter()
            .map(|&positive| if positive { high } else { low });
        let points: Vec<(f64, f64)> = logits.iter().copied().zip(targets).collect();
        let mut fit = Self {
            slope: 0.0,
            intercept: ((n_pos as f64 + 1.0) / (n_neg as f64 + 1.0)).ln(),
        };
        let mut loss = fit.loss(&points);
        for _ in 0..MAX_STEPS {
            let Some(step) = fit.newton_step(&points) else {
                return Ok(fit);
            };
            let mut share = 1.0;
            let mut next = fit.moved(step, share);
            for _ in 0..MAX_HALVINGS {
                if next.loss(&points) <= loss {
                    break;
                }
                share /= 2.0;
                next = fit.moved(step, share);
            }
            let next_loss = next.loss(&points);
            if next_loss >= loss {
                return Ok(fit);
            }
            (fit, loss) = (next, next_loss);
        }
        Err(PlattError::Unsettled)
    }

    /// The probability that belongs to a logit.
    pub fn probability(&self, logit: f64) -> f64 {
        sigmoid(self.slope * logit + self.intercept)
    }

    fn moved(&self, [slope, intercept]: [f64; 2], share: f64) -> Self {
        Self {
            slope: self.slope - share * slope,
            intercept: self.intercept - share * intercept,
        }
    }

    fn loss(&self, points: &[(f64, f64)]) -> f64 {
        let loss = |&(logit, target): &(f64, f64)| {
            let z = self.slope * logit + self.intercept;
            z.max(0.0) - z * target + (-z.abs()).exp().ln_1p()
        };
        points.iter().map(loss).sum()
    }

    /// Gradient over curvature; `None` where the gradient is nothing.
    fn newton_step(&self, points: &[(f64, f64)]) -> Option<[f64; 2]> {
        let (mut g, mut h) = ([0.0; 2], [[1e-12, 0.0], [0.0, 1e-12]]);
        for &(logit, target) in points {
            let p = self.probability(logit);
            let (slope, curvature) = (p - target, p * (1.0 - p));
            g[0] += slope * logit;
            g[1] += slope;
            h[0][0] += curvature * logit * logit;
            h[0][1] += curvature * logit;
            h[1][1] += curvature;
        }
        if g[0].abs() < SETTLED && g[1].abs() < SETTLED {
            return None;
        }
        let determinant = h[0][0] * h[1][1] - h[0][1] * h[0][1];
        Some([
            (h[1][1] * g[0] - h[0][1] * g[1]) / determinant,
            (h[0][0] * g[1] - h[0][1] * g[0]) / determinant,
        ])
    }
}

/// The probability behind a score of a network whose loss was weighted by class frequency.
///
/// With weights of the negative frequency for positives and the positive one for negatives,
/// `logit(q) = logit(p) - logit(f)`; `p = sigmoid(logit(q) + logit(f))`. Exact only where the
/// network fits its training part and films come from where those did.
pub fn undo_weighting(score: f64, class_frequency: f64) -> f64 {
    // The odds multiply; no logarithm of a rounded 0 or 1.
    let (hit, miss) = (
        score * class_frequency,
        (1.0 - score) * (1.0 - class_frequency),
    );
    if hit + miss > 0.0 {
        hit / (hit + miss)
    } else {
        score
    }
}

fn sigmoid(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_calibrated_score_is_left_nearly_alone() {
        // Four films in five are positive at logit ln 4, one in five at -ln 4.
        let z = 4.0_f64.ln();
        let (mut logits, mut positives) = (Vec::new(), Vec::new());
        for i in 0..10_000 {
            let high = i % 2 == 0;
            logits.push(if high { z } else { -z });
            positives.push((i / 2 % 5 == 0) != high);
        }
        let fit = Platt::fit(&logits, &positives).unwrap();
        assert!((fit.slope - 1.0).abs() < 1e-2, "{fit:?}");
        assert!(fit.intercept.abs() < 1e-2, "{fit:?}");
        assert!((fit.probability(z) - 0.8).abs() < 1e-3);
    }

    #[test]
    fn the_fit_is_the_best_in_its_neighborhood() {
        let logits = [-3.0, -1.0, -0.5, 0.1, 0.2, 2.0, 2.5];
        let positives = [false, true, false, false, true, true, true];
        let fit = Platt::fit(&logits, &positives).unwrap();
        let (high, low) = (5.0 / 6.0, 1.0 / 5.0);
        let targets = positives.iter().map(|&p| if p { high } else { low });
        let points: Vec<_> = logits.into_iter().zip(targets).collect();
        for (slope, intercept) in [(1e-3, 0.0), (-1e-3, 0.0), (0.0, 1e-3), (0.0, -1e-3)] {
            assert!(fit.loss(&points) < fit.moved([slope, intercept], 1.0).loss(&points));
        }
    }

    #[test]
    fn separable_films_settle_by_the_smoothed_targets() {
        let fit = Platt::fit(&[-9.0, -8.0, 8.0, 9.0], &[false, false, true, true]).unwrap();
        assert!(fit.slope.is_finite() && fit.slope > 0.0);
    }

    #[test]
    fn undoing_the_weights_adds_the_logit_of_the_frequency() {
        let logit = |p: f64| (p / (1.0 - p)).ln();
        for (score, frequency) in [(0.5, 0.03), (0.9, 0.2), (0.01, 0.5), (0.3, 0.999)] {
            let probability = undo_weighting(score, frequency);
            let expected = logit(score) + logit(frequency);
            assert!((logit(probability) - expected).abs() < 1e-9);
        }
        assert_eq!(undo_weighting(1.0, 0.1), 1.0);
        assert_eq!(undo_weighting(0.0, 0.1), 0.0);
    }

    #[test]
    fn one_class_has_no_fit() {
        let error = Platt::fit(&[1.0, 2.0], &[true, true]).unwrap_err();
        assert_eq!(error, PlattError::OneClass { n_pos: 2, n_neg: 0 });
        assert_eq!(Platt::fit(&[f64::NAN], &[true]), Err(PlattError::Input));
    }
}
