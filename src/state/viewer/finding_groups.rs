use crate::domain::{PerFinding, Score, Threshold};

/// The findings of a film as the window tells them, each by its place among the model's outputs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FindingGroups {
    /// At or above their threshold, the farthest first.
    pub above: Vec<usize>,
    /// Below it, the nearest first.
    pub below: Vec<usize>,
    /// With a score and without a threshold, the highest score first.
    pub without_threshold: Vec<usize>,
    /// Without a score, in the model's order.
    pub without_score: Vec<usize>,
}

impl FindingGroups {
    /// Parts the findings by their scores, where there are any.
    pub fn of(thresholds: &PerFinding<Threshold>, scores: Option<&PerFinding<Score>>) -> Self {
        let score = |place: usize| scores.and_then(|scores| scores.get(place)).copied();
        let mut groups = Self::default();
        for (place, threshold) in thresholds.values().iter().enumerate() {
            let group = match score(place) {
                None => &mut groups.without_score,
                Some(_) if !threshold.is_set() => &mut groups.without_threshold,
                Some(score) if score.is_positive(threshold) => &mut groups.above,
                Some(_) => &mut groups.below,
            };
            group.push(place);
        }
        let value = |place: usize| score(place).map_or(f64::NEG_INFINITY, |s| f64::from(s.get()));
        let distance =
            |place: usize| value(place) - thresholds.get(place).map_or(0.0, Threshold::value);
        // Stable: equal ones stay in the model's order.
        for group in [&mut groups.above, &mut groups.below] {
            group.sort_by(|&a, &b| distance(b).total_cmp(&distance(a)));
        }
        let highest = &mut groups.without_threshold;
        highest.sort_by(|&a, &b| value(b).total_cmp(&value(a)));
        groups
    }

    /// How many findings have a score and a threshold.
    pub fn n_judged(&self) -> usize {
        self.above.len() + self.below.len()
    }

    /// Whether both are the same but for where `place` stands.
    pub fn differ_only_at(&self, other: &Self, place: usize) -> bool {
        let pairs = [
            (&self.above, &other.above),
            (&self.below, &other.below),
            (&self.without_threshold, &other.without_threshold),
            (&self.without_score, &other.without_score),
        ];
        let others = |group: &Vec<usize>| group.iter().copied().filter(|&p| p != place).collect();
        pairs.into_iter().all(|(a, b)| {
            let (a, b): (Vec<usize>, Vec<usize>) = (others(a), others(b));
            a == b
        })
    }

    /// All findings, as they stand below each other.
    pub fn in_order(&self) -> impl Iterator<Item = usize> {
        let judged = self.above.iter().chain(&self.below);
        judged
            .chain(&self.without_score)
            .chain(&self.without_threshold)
            .copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Labels;

    #[test]
    fn findings_are_parted_by_their_thresholds_and_sorted_by_how_far_they_are_from_them() {
        let labels = Labels::nih_14();
        let chosen = [0.5, 0.2, 0.45, 0.6];
        let thresholds = labels.map(|idx, _| {
            let moved = chosen
                .get(idx)
                .and_then(|&value| Threshold::moved(value, "valid"));
            moved.unwrap_or_else(Threshold::unset)
        });
        let values = [0.5, 0.5, 0.5, 0.5, 0.1, 0.9];
        let scores = labels.map(|idx, _| Score::new(values[idx.min(5)]).unwrap());
        let groups = FindingGroups::of(&thresholds, Some(&scores));
        assert_eq!(groups.above, [1, 2, 0]);
        assert_eq!(groups.below, [3]);
        assert_eq!(groups.without_threshold[0], 5);
        assert_eq!(groups.without_threshold.last(), Some(&4));
        assert_eq!(groups.n_judged(), 4);
        let moved = FindingGroups {
            above: vec![1, 0],
            below: vec![2, 3],
            ..groups.clone()
        };
        assert!(groups.differ_only_at(&moved, 2) && !groups.differ_only_at(&moved, 0));
        let mut all: Vec<_> = groups.in_order().collect();
        assert_eq!(all[..5], [1, 2, 0, 3, 5]);
        all.sort_unstable();
        assert_eq!(all, (0..14).collect::<Vec<_>>());

        let unscored = FindingGroups::of(&thresholds, None);
        assert_eq!(unscored.without_score, (0..14).collect::<Vec<_>>());
        assert_eq!(unscored.n_judged(), 0);
    }
}
