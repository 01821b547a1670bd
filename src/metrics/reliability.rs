/// Brier score: mean squared difference of scores in `[0, 1]` and labels (Brier 1950); `None` without films.
pub fn brier_score(scores: &[f64], positives: &[bool]) -> Option<f64> {
    let squares = scores.iter().zip(positives).map(|(&score, &positive)| {
        let truth = if positive { 1.0 } else { 0.0 };
        (score - truth).powi(2)
    });
    (!scores.is_empty()).then(|| squares.sum::<f64>() / scores.len() as f64)
}

/// How probabilities are put into bins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bins {
    /// A number of bins of equal width between 0 and 1.
    EqualWidth(usize),
    /// A number of bins with numbers of films as equal as ties allow.
    EqualCount(usize),
}

/// The films of one bin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReliabilityBin {
    /// Films in it, at least 1.
    pub n_films: usize,
    /// Films with the finding.
    pub n_pos: usize,
    /// Mean of what was predicted, in `[0, 1]`.
    pub mean_predicted: f64,
}

impl ReliabilityBin {
    /// Share of its films that have the finding.
    pub fn observed(&self) -> f64 {
        self.n_pos as f64 / self.n_films as f64
    }
}

/// Predicted against observed, bins without films left out, lowest first.
pub fn reliability(probabilities: &[f64], positives: &[bool], bins: Bins) -> Vec<ReliabilityBin> {
    let mut films: Vec<(f64, bool)> = probabilities
        .iter()
        .copied()
        .zip(positives.iter().copied())
        .collect();
    films.sort_by(|a, b| a.0.total_cmp(&b.0));
    let n_films = films.len();
    let bin_of = |(place, probability): (usize, f64)| match bins {
        Bins::EqualWidth(n) => ((probability * n as f64) as usize).min(n.saturating_sub(1)),
        Bins::EqualCount(n) => place * n / n_films.max(1),
    };
    let mut found: Vec<(usize, ReliabilityBin)> = Vec::new();
    let mut last = f64::NAN;
    for (place, &(probability, positive)) in films.iter().enumerate() {
        // Films of one probability stay together.
        let bin_idx = match found.last() {
            Some(&(bin_idx, _)) if probability == last => bin_idx,
            _ => bin_of((place, probability)),
        };
        last = probability;
        if found.last().is_none_or(|(other, _)| *other != bin_idx) {
            let empty = ReliabilityBin {
                n_films: 0,
                n_pos: 0,
                mean_predicted: 0.0,
            };
            found.push((bin_idx, empty));
        }
        if let Some((_, bin)) = found.last_mut() {
            bin.n_films += 1;
            bin.n_pos += usize::from(positive);
            bin.mean_predicted += probability;
        }
    }
    let mean = |(_, bin): (usize, ReliabilityBin)| ReliabilityBin {
        mean_predicted: bin.mean_predicted / bin.n_films as f64,
        ..bin
    };
    found.into_iter().map(mean).collect()
}

/// Mean distance of predicted from observed over films (Naeini et al. 2015); `None` without films.
pub fn expected_calibration_error(bins: &[ReliabilityBin]) -> Option<f64> {
    let n_films: usize = bins.iter().map(|bin| bin.n_films).sum();
    let distance =
        |bin: &ReliabilityBin| bin.n_films as f64 * (bin.mean_predicted - bin.observed()).abs();
    (n_films > 0).then(|| bins.iter().map(distance).sum::<f64>() / n_films as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_film_counts_in_the_bin_of_its_probability() {
        let probabilities = [0.05, 0.15, 0.15, 0.95, 1.0];
        let positives = [false, true, false, true, true];
        let bins = reliability(&probabilities, &positives, Bins::EqualWidth(10));
        let counts: Vec<_> = bins.iter().map(|bin| (bin.n_films, bin.n_pos)).collect();
        assert_eq!(counts, [(1, 0), (2, 1), (2, 2)]);
        assert!((bins[1].mean_predicted - 0.15).abs() < 1e-12);
        // 1/5 0.05 + 2/5 0.35 + 2/5 0.025
        let error = expected_calibration_error(&bins).unwrap();
        assert!((error - 0.16).abs() < 1e-12, "{error}");
    }

    #[test]
    fn bins_of_equal_count_keep_ties_together() {
        let probabilities = [0.1, 0.2, 0.2, 0.2, 0.3, 0.4];
        let bins = reliability(&probabilities, &[true; 6], Bins::EqualCount(3));
        let counts: Vec<_> = bins.iter().map(|bin| bin.n_films).collect();
        assert_eq!(counts.iter().sum::<usize>(), 6);
        assert_eq!(counts, [4, 2]);
    }

    #[test]
    fn no_films_have_no_error() {
        assert_eq!(brier_score(&[], &[]), None);
        assert_eq!(expected_calibration_error(&[]), None);
        assert_eq!(brier_score(&[0.5, 1.0], &[true, true]), Some(0.125));
    }
}
