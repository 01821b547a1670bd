/// Confusion counts at one threshold. Positive iff score >= threshold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Confusion {
    pub true_positives: usize,
    pub false_positives: usize,
    pub true_negatives: usize,
    pub false_negatives: usize,
}

impl Confusion {
    /// Counts films one by one; films without a score or a label are skipped.
    pub fn count(scores: &[f64], positives: &[bool], threshold: f64) -> Self {
        let mut counts = Self::default();
        for (&score, &positive) in scores.iter().zip(positives) {
            let cell = match (score >= threshold, positive) {
                (true, true) => &mut counts.true_positives,
                (true, false) => &mut counts.false_positives,
                (false, false) => &mut counts.true_negatives,
                (false, true) => &mut counts.false_negatives,
            };
            *cell += 1;
        }
        counts
    }

    /// Films with the finding.
    pub fn n_pos(&self) -> usize {
        self.true_positives + self.false_negatives
    }

    /// Films without it.
    pub fn n_neg(&self) -> usize {
        self.true_negatives + self.false_positives
    }

    /// Films at or above the threshold.
    pub fn n_flagged(&self) -> usize {
        self.true_positives + self.false_positives
    }

    /// All films.
    pub fn n_films(&self) -> usize {
        self.n_pos() + self.n_neg()
    }

    /// Share of the films with the finding that are flagged; `None` without such films.
    pub fn sensitivity(&self) -> Option<f64> {
        share(self.true_positives, self.n_pos())
    }

    /// Share of the films without the finding that are not flagged; `None` without such films.
    pub fn specificity(&self) -> Option<f64> {
        share(self.true_negatives, self.n_neg())
    }

    /// Share of the flagged films that have the finding; `None` where none is flagged.
    pub fn ppv(&self) -> Option<f64> {
        share(self.true_positives, self.n_flagged())
    }

    /// Share of the films not flagged that are without the finding; `None` where all are flagged.
    pub fn npv(&self) -> Option<f64> {
        let n_passed = self.true_negatives + self.false_negatives;
        share(self.true_negatives, n_passed)
    }

    /// Harmonic mean of sensitivity and PPV; `None` where no film is flagged and none positive.
    pub fn f1(&self) -> Option<f64> {
        let twice = 2 * self.true_positives;
        share(twice, twice + self.false_positives + self.false_negatives)
    }

    /// Share of the films on the right side; `None` without films.
    pub fn accuracy(&self) -> Option<f64> {
        share(self.true_positives + self.true_negatives, self.n_films())
    }

    /// Mean of sensitivity and specificity; `None` where one of them is undefined.
    pub fn balanced_accuracy(&self) -> Option<f64> {
        Some(f64::midpoint(self.sensitivity()?, self.specificity()?))
    }

    /// Correlation of side and truth (Matthews 1975), in `[-1, 1]`; `None` where either is the same
    /// for all films.
    pub fn matthews_correlation(&self) -> Option<f64> {
        let n_passed = self.true_negatives + self.false_negatives;
        let margins = [self.n_flagged(), n_passed, self.n_pos(), self.n_neg()];
        let product: f64 = margins.iter().map(|&n| n as f64).product();
        let right = self.true_positives as f64 * self.true_negatives as f64;
        let wrong = self.false_positives as f64 * self.false_negatives as f64;
        (product > 0.0).then(|| (right - wrong) / product.sqrt())
    }

    /// Sensitivity + specificity - 1 (Youden 1950), in `[-1, 1]`.
    pub fn youden_index(&self) -> Option<f64> {
        Some(self.sensitivity()? + self.specificity()? - 1.0)
    }

    /// Share of the films that are flagged; `None` without films.
    pub fn flagged_share(&self) -> Option<f64> {
        share(self.n_flagged(), self.n_films())
    }

    /// PPV among people of whom a share of `prevalence` has the finding, by Bayes' rule; assumes
    /// that sensitivity and specificity stay what they are here.
    pub fn ppv_at(&self, prevalence: f64) -> Option<f64> {
        let hit = self.sensitivity()? * prevalence;
        let false_alarm = (1.0 - self.specificity()?) * (1.0 - prevalence);
        quotient(hit, hit + false_alarm)
    }

    /// NPV among people of whom a share of `prevalence` has the finding, likewise.
    pub fn npv_at(&self, prevalence: f64) -> Option<f64> {
        let passed = self.specificity()? * (1.0 - prevalence);
        let missed = (1.0 - self.sensitivity()?) * prevalence;
        quotient(passed, passed + missed)
    }
}

fn share(part: usize, whole: usize) -> Option<f64> {
    quotient(part as f64, whole as f64)
}

fn quotient(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_at_the_threshold_is_positive() {
        let counts = Confusion::count(&[0.5, 0.5, 0.4], &[true, false, true], 0.5);
        let expected = Confusion {
            true_positives: 1,
            false_positives: 1,
            true_negatives: 0,
            false_negatives: 1,
        };
        assert_eq!(counts, expected);
    }

    #[test]
    fn rates_without_films_to_tell_are_undefined() {
        let none = Confusion::default();
        let rates = [
            none.sensitivity(),
            none.specificity(),
            none.ppv(),
            none.npv(),
            none.f1(),
            none.accuracy(),
            none.matthews_correlation(),
            none.flagged_share(),
            none.ppv_at(0.1),
        ];
        assert_eq!(rates, [None; 9]);
    }

    #[test]
    fn values_at_the_sets_own_prevalence_are_its_own() {
        let counts = Confusion {
            true_positives: 30,
            false_positives: 20,
            true_negatives: 140,
            false_negatives: 10,
        };
        let prevalence = 40.0 / 200.0;
        let close = |a: Option<f64>, b: Option<f64>| (a.unwrap() - b.unwrap()).abs() < 1e-12;
        assert!(close(counts.ppv_at(prevalence), counts.ppv()));
        assert!(close(counts.npv_at(prevalence), counts.npv()));
        // scikit-learn's matthews_corrcoef of the same table.
        let mcc = counts.matthews_correlation().unwrap();
        assert!((mcc - 0.577_350_269_189_625_7).abs() < 1e-12, "{mcc}");
    }
}
