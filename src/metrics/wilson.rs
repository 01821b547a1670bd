use super::normal::normal_quantile;

/// The interval of a proportion of `n_hits` in `n` (Wilson 1927), within `[0, 1]`.
///
/// `None` without films, or where `level` is not strictly between 0 and 1. Assumes films
/// independent of each other.
pub fn wilson_interval(n_hits: usize, n: usize, level: f64) -> Option<(f64, f64)> {
    let z = normal_quantile(0.5 + level / 2.0).filter(|_| level > 0.0)?;
    if n == 0 || n_hits > n {
        return None;
    }
    let (n, p) = (n as f64, n_hits as f64 / n as f64);
    let center = p + z * z / (2.0 * n);
    let reach = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z * z / n;
    Some((
        ((center - reach) / scale).max(0.0),
        ((center + reach) / scale).min(1.0),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_those_of_statsmodels() {
        // statsmodels 0.14, proportion_confint(…, method="wilson").
        for (n_hits, n, low, high) in [
            (8, 10, 0.490_162_471_536_641_83, 0.943_317_848_545_624_7),
            (0, 20, 0.0, 0.161_125_158_052_819_3),
            (81, 263, 0.255_288_519_878_274_3, 0.366_209_576_982_800_16),
        ] {
            let (found_low, found_high) = wilson_interval(n_hits, n, 0.95).unwrap();
            assert!((found_low - low).abs() < 1e-12, "{n_hits}/{n}: {found_low}");
            assert!(
                (found_high - high).abs() < 1e-12,
                "{n_hits}/{n}: {found_high}"
            );
        }
    }

    #[test]
    fn no_films_have_no_interval() {
        assert_eq!(wilson_interval(0, 0, 0.95), None);
        assert_eq!(wilson_interval(1, 2, 1.0), None);
    }
}
