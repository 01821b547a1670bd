/// A weighted mean of equally long lists of numbers, element by element.
///
/// Summed in `f64` in the order in which lists are added. Equal numbers come back as they are: their products with small
/// whole weights, and the sums of those, are exact.
#[derive(Clone, Debug)]
pub struct WeightedSum {
    sums: Vec<f64>,
    total: f64,
}

impl WeightedSum {
    /// Of lists of `n` numbers; none is added yet.
    pub fn new(n: usize) -> Self {
        Self {
            sums: vec![0.0; n],
            total: 0.0,
        }
    }

    /// Adds a list with its weight, a whole number. With weight 0 it is left out, even if it holds no numbers.
    pub fn add<'a>(&mut self, values: impl IntoIterator<Item = &'a f32>, weight: f64) {
        if weight <= 0.0 {
            return;
        }
        self.total += weight;
        for (sum, &value) in self.sums.iter_mut().zip(values) {
            *sum += f64::from(value) * weight;
        }
    }

    /// The mean; no numbers (NaN) where nothing was added.
    pub fn mean(&self) -> impl Iterator<Item = f32> {
        self.sums.iter().map(|sum| (sum / self.total) as f32)
    }
}
