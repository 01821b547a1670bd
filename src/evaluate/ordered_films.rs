use super::Replicate;
use crate::scores::LabelColumn;

/// The films of one label from the highest score down; a replicate's AUC is then one pass.
pub struct OrderedFilms {
    /// Patient, whether positive, and whether the next film has a lower score.
    films: Vec<(u32, bool, bool)>,
}

impl OrderedFilms {
    /// Orders the films whose label is known; `patients` has a number for each film of the column.
    pub fn of(column: &LabelColumn, patients: &[u32]) -> Self {
        let mut order: Vec<u32> = column.known().map(|(film, ..)| film as u32).collect();
        let score = |film: u32| column.scores.get(film as usize).copied().unwrap_or(0.0);
        order.sort_by(|&a, &b| score(b).total_cmp(&score(a)));
        let next = order.iter().skip(1).map(|&film| Some(score(film)));
        let films = order.iter().zip(next.chain([None])).map(|(&film, next)| {
            let positive = column.truth.get(film as usize).copied().flatten();
            let ends = next.is_none_or(|next| next < score(film));
            let patient = patients.get(film as usize).copied().unwrap_or(u32::MAX);
            (patient, positive.unwrap_or(false), ends)
        });
        Self {
            films: films.collect(),
        }
    }

    /// The area under the ROC curve where each patient is drawn so often; `None` where one class is missing.
    pub fn auc(&self, weights: Replicate<'_>) -> Option<f64> {
        let (mut n_pos, mut n_neg, mut twice_area) = (0_u64, 0_u64, 0_u64);
        let (mut tied_pos, mut tied_neg) = (0_u64, 0_u64);
        for &(patient, positive, ends) in &self.films {
            let weight = u64::from(weights.get(patient as usize).copied().unwrap_or(0));
            if positive {
                tied_pos += weight;
            } else {
                tied_neg += weight;
            }
            if ends {
                twice_area += tied_neg * (2 * n_pos + tied_pos);
                n_pos += tied_pos;
                n_neg += tied_neg;
                (tied_pos, tied_neg) = (0, 0);
            }
        }
        let n_pairs = n_pos * n_neg;
        (n_pairs > 0).then(|| twice_area as f64 / 2.0 / n_pairs as f64)
    }
}
