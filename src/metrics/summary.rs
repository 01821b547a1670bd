/// Lowest, highest and middle of the figures that are defined, as the notebook reports AUCs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// Figures that are defined, at least 1.
    pub n_defined: usize,
    /// The lowest.
    pub min: f64,
    /// Half are at most as high; the mean of the middle two of an even number.
    pub median: f64,
    /// Unweighted (macro) mean.
    pub mean: f64,
    /// The highest.
    pub max: f64,
}

impl Summary {
    /// Of what is defined; `None` where nothing is.
    pub fn of(values: impl IntoIterator<Item = Option<f64>>) -> Option<Self> {
        let mut values: Vec<f64> = values.into_iter().flatten().collect();
        values.sort_by(f64::total_cmp);
        let (min, max) = (*values.first()?, *values.last()?);
        let n_defined = values.len();
        let (lower, upper) = (values.get((n_defined - 1) / 2)?, values.get(n_defined / 2)?);
        Some(Self {
            n_defined,
            min,
            median: f64::midpoint(*lower, *upper),
            mean: values.iter().sum::<f64>() / n_defined as f64,
            max,
        })
    }

    /// Mean weighted by how many films have each finding; undefined figures are left out.
    pub fn prevalence_weighted(values: &[(Option<f64>, usize)]) -> Option<f64> {
        let defined = values
            .iter()
            .filter_map(|(value, n)| Some(((*value)?, *n as f64)));
        let (sum, weight) = defined.fold((0.0, 0.0), |(sum, weight), (value, n)| {
            (sum + value * n, weight + n)
        });
        (weight > 0.0).then(|| sum / weight)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn undefined_figures_count_nowhere() {
        let summary = Summary::of([Some(0.9), None, Some(0.5), Some(0.6), Some(0.8)]).unwrap();
        assert_eq!(summary.n_defined, 4);
        assert_eq!((summary.min, summary.max), (0.5, 0.9));
        assert!((summary.median - 0.7).abs() < 1e-12 && (summary.mean - 0.7).abs() < 1e-12);
        assert_eq!(Summary::of([None, None]), None);
        let weighted = Summary::prevalence_weighted(&[(Some(0.5), 1), (None, 9), (Some(0.9), 3)]);
        assert!((weighted.unwrap() - 0.8).abs() < 1e-12);
        assert_eq!(Summary::prevalence_weighted(&[(None, 3)]), None);
    }
}
