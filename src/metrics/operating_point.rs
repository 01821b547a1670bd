/// The threshold with the highest sensitivity + specificity - 1 (Youden 1950), one of `scores`;
/// of several as good, the highest. Positive iff score >= threshold.
///
/// `None` where all films are on one side or a score is not a number.
pub fn youden_threshold(scores: &[f64], positives: &[bool]) -> Option<f64> {
    let n_pos = positives.iter().filter(|&&positive| positive).count();
    let n_neg = positives.len() - n_pos;
    if scores.len() != positives.len() || n_pos == 0 || n_neg == 0 {
        return None;
    }
    if scores.iter().any(|score| score.is_nan()) {
        return None;
    }
    let mut films: Vec<(f64, bool)> = scores
        .iter()
        .copied()
        .zip(positives.iter().copied())
        .collect();
    films.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut tp, mut fp) = (0.0, 0.0);
    let mut best: Option<(f64, f64)> = None;
    let mut films = films.into_iter().peekable();
    while let Some((score, positive)) = films.next() {
        if positive {
            tp += 1.0;
        } else {
            fp += 1.0;
        }
        // Films of one score change sides together.
        if films.peek().is_some_and(|(next, _)| *next == score) {
            continue;
        }
        let index = tp / n_pos as f64 - fp / n_neg as f64;
        if best.is_none_or(|(highest, _)| index > highest) {
            best = Some((index, score));
        }
    }
    best.map(|(_, score)| score)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn index_at(threshold: f64, scores: &[f64], positives: &[bool]) -> f64 {
        let rate = |side: bool| {
            let films = scores.iter().zip(positives).filter(|(_, p)| **p == side);
            let flagged = films.clone().filter(|(score, _)| **score >= threshold);
            flagged.count() as f64 / films.count() as f64
        };
        rate(true) - rate(false)
    }

    #[test]
    fn sides_that_do_not_overlap_are_cut_at_the_lowest_positive() {
        let threshold = youden_threshold(&[0.1, 0.9, 0.2, 0.8], &[false, true, false, true]);
        assert_eq!(threshold, Some(0.8));
    }

    #[test]
    fn one_side_has_no_threshold() {
        assert_eq!(youden_threshold(&[0.1, 0.9], &[true, true]), None);
        assert_eq!(youden_threshold(&[], &[]), None);
        assert_eq!(youden_threshold(&[f64::NAN, 0.1], &[true, false]), None);
    }

    proptest! {
        #[test]
        fn no_other_threshold_is_better(
            films in prop::collection::vec((0_u8..12, any::<bool>()), 2..40),
        ) {
            let scores: Vec<f64> = films.iter().map(|(s, _)| f64::from(*s) / 12.0).collect();
            let positives: Vec<bool> = films.iter().map(|(_, p)| *p).collect();
            if let Some(threshold) = youden_threshold(&scores, &positives) {
                let best = index_at(threshold, &scores, &positives);
                for &other in &scores {
                    prop_assert!(index_at(other, &scores, &positives) <= best + 1e-12);
                }
            }
        }
    }
}
