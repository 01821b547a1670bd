use crate::state::CheckReport;
use crate::ui::panels::training::text::percent_text;

/// One row of the class bars: films with a label before and after some are left out.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelBar {
    /// As the table spells it, underscores as spaces; the last row is `No Finding`.
    pub name: String,
    /// Films as the split gave them.
    pub n_split: usize,
    /// Films as they will be used.
    pub n_used: usize,
    /// Share among the part's films before and after.
    pub prevalence: [String; 2],
    /// Weights of positive and negative films in the loss; none for `No Finding` and labels that
    /// are not learned.
    pub weights: Option<[f32; 2]>,
    /// It is a label, but will not be trained.
    pub left_out: bool,
}

/// Bars of part `part_idx` (train, valid, test), in the table's order.
pub fn label_bars(check: &CheckReport, part_idx: usize) -> Vec<LabelBar> {
    let Some(part) = check.parts.get(part_idx) else {
        return Vec::new();
    };
    let share = |n: usize, all: usize| percent_text((all > 0).then(|| n as f64 / all as f64));
    let bar = |name: &str, n_split: usize, n_used: usize| LabelBar {
        name: name.replace('_', " "),
        n_split,
        n_used,
        prevalence: [
            share(n_split, part.split.n_films),
            share(n_used, part.used.n_films),
        ],
        weights: None,
        left_out: false,
    };
    let labels = check.labels.iter().map(|label| {
        let count = |counts: &[usize; 3]| counts.get(part_idx).copied().unwrap_or(0);
        LabelBar {
            weights: label.weights,
            left_out: label.weights.is_none(),
            ..bar(&label.name, count(&label.n_split), count(&label.n_used))
        }
    });
    let (n_split, n_used) = (part.split.n_no_finding, part.used.n_no_finding);
    let no_finding = std::iter::once(bar("No Finding", n_split, n_used));
    labels.chain(no_finding).collect()
}
