use serde::{Deserialize, Serialize};

/// How well a label's scores rank films that had no part in training and chose no threshold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestRecord {
    /// Which films, as text: `1719 test films`.
    pub measured_on: String,
    /// Films with the label.
    pub n_pos: usize,
    /// Area under the ROC curve, in `[0, 1]`.
    pub auc: f64,
    /// `DeLong`'s 95 % interval of it; `None` where there are too few films.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<(f64, f64)>,
}

impl TestRecord {
    /// Whether every number is one that can have been measured.
    pub(super) fn is_sound(&self) -> bool {
        let is_share = |value: f64| (0.0..=1.0).contains(&value);
        let holds = |(low, high): (f64, f64)| is_share(low) && is_share(high) && low <= high;
        is_share(self.auc) && self.interval.is_none_or(holds)
    }
}
