use super::normal_quantile;

/// How often two readers, or a reader and a model, gave the same answer to a yes-or-no question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Agreement {
    /// Both said yes.
    pub both: usize,
    /// The first alone said yes.
    pub first_only: usize,
    /// The second alone said yes.
    pub second_only: usize,
    /// Neither did.
    pub neither: usize,
}

/// Agreement beyond what two raters reach by chance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kappa {
    /// At most 1; 0 where chance alone would agree as often.
    pub value: f64,
    /// Its large-sample standard error, 0 or more.
    pub std_error: f64,
}

impl Agreement {
    /// Counts one pair of answers.
    pub fn count(&mut self, first: bool, second: bool) {
        *match (first, second) {
            (true, true) => &mut self.both,
            (true, false) => &mut self.first_only,
            (false, true) => &mut self.second_only,
            (false, false) => &mut self.neither,
        } += 1;
    }

    /// Adds the counts of other pairs.
    pub fn add(&mut self, other: &Self) {
        self.both += other.both;
        self.first_only += other.first_only;
        self.second_only += other.second_only;
        self.neither += other.neither;
    }

    /// Pairs of answers.
    pub fn n(&self) -> usize {
        self.both + self.first_only + self.second_only + self.neither
    }

    /// Share of equal answers; `None` without any.
    pub fn share(&self) -> Option<f64> {
        let n = self.n();
        (n > 0).then(|| (self.both + self.neither) as f64 / n as f64)
    }

    /// Cohen's kappa (Cohen 1960); `None` without answers, or where chance alone would always agree.
    pub fn kappa(&self) -> Option<Kappa> {
        let n = self.n() as f64;
        let observed = self.share()?;
        let [both, first_only, second_only, neither] =
            [self.both, self.first_only, self.second_only, self.neither].map(|k| k as f64 / n);
        let (first, second) = (both + first_only, both + second_only);
        let chance = first * second + (1.0 - first) * (1.0 - second);
        if chance >= 1.0 {
            return None;
        }
        let value = (observed - chance) / (1.0 - chance);
        // Fleiss, Cohen and Everitt (1969), formula 13: large samples, kappa not assumed to be 0.
        let rest = 1.0 - value;
        let (no_first, no_second) = (1.0 - first, 1.0 - second);
        let equal = both * (1.0 - (first + second) * rest).powi(2)
            + neither * (1.0 - (no_first + no_second) * rest).powi(2);
        let unequal =
            first_only * (second + no_first).powi(2) + second_only * (no_second + first).powi(2);
        let mean = value - chance * rest;
        let spread = equal + rest.powi(2) * unequal - mean.powi(2);
        let variance = spread.max(0.0) / (n * (1.0 - chance).powi(2));
        let std_error = variance.sqrt();
        Some(Kappa { value, std_error })
    }
}

impl Kappa {
    /// The normal interval at this level, cut to `[-1, 1]`.
    ///
    /// `None` where the standard error vanishes, as with equal answers only: the interval would claim certainty.
    pub fn interval(&self, level: f64) -> Option<(f64, f64)> {
        let z = normal_quantile(f64::midpoint(1.0, level))?;
        let half = z * self.std_error;
        let (low, high) = ((self.value - half).max(-1.0), (self.value + half).min(1.0));
        (half > 1e-9).then_some((low, high))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Kappa, standard error and 95 % interval of counts; the reference is the delta method with numerical
    /// derivatives of kappa, in Python, which knows nothing of the formula.
    fn check(counts: [usize; 4], expected: [f64; 4]) {
        let [both, first_only, second_only, neither] = counts;
        let agreement = Agreement {
            both,
            first_only,
            second_only,
            neither,
        };
        let kappa = agreement.kappa().unwrap();
        let (low, high) = kappa.interval(0.95).unwrap();
        let found = [kappa.value, kappa.std_error, low, high];
        for (found, expected) in found.into_iter().zip(expected) {
            assert!((found - expected).abs() < 1e-8, "{found} {expected}");
        }
    }

    #[test]
    fn kappa_and_its_interval_are_those_of_the_textbook_and_of_numerical_derivatives() {
        // Both tables: Wikipedia, Cohen's kappa, with kappa 0.4 and 0.1304.
        let first = [0.4, 0.126_996_062_9, 0.151_092_290_5, 0.648_907_709_5];
        check([20, 5, 10, 15], first);
        let second = [
            0.130_434_782_6,
            0.098_661_537_6,
            -0.062_938_277_8,
            0.323_807_843_0,
        ];
        check([45, 15, 25, 15], second);
    }

    #[test]
    fn kappa_is_undefined_without_both_answers_and_its_interval_where_all_agree() {
        assert_eq!(Agreement::default().kappa(), None);
        let neither = Agreement {
            neither: 9,
            ..Agreement::default()
        };
        assert_eq!((neither.share(), neither.kappa()), (Some(1.0), None));
        let equal = Agreement {
            both: 3,
            neither: 9,
            ..Agreement::default()
        };
        let kappa = equal.kappa().unwrap();
        assert!((kappa.value - 1.0).abs() < 1e-12);
        assert_eq!(kappa.interval(0.95), None);
    }

    #[test]
    fn pairs_are_counted_by_who_said_yes() {
        let mut found = Agreement::default();
        for (first, second) in [(true, true), (true, false), (true, false), (false, true)] {
            found.count(first, second);
        }
        let mut twice = found;
        twice.add(&found);
        let expected = Agreement {
            both: 2,
            first_only: 4,
            second_only: 2,
            neither: 0,
        };
        assert_eq!((twice, twice.n()), (expected, 8));
    }
}
