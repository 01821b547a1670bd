use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::domain::Labels;

/// The most labels that a table may have: findings of a film are the bits of one word.
pub const MAX_LABELS: usize = 64;

/// The findings of one film, as indices into the table's labels; empty means No Finding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FindingSet(u64);

impl FindingSet {
    /// No finding at all.
    pub const fn empty() -> Self {
        Self(0)
    }

    /// Every label that a table may have.
    pub(super) const fn all() -> Self {
        Self(u64::MAX)
    }

    /// Labels that are in either.
    pub(super) fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Labels that are in both.
    pub(super) fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Adds a label below [`MAX_LABELS`]; a table has none above, and one above changes nothing.
    pub fn insert(&mut self, finding_idx: usize) {
        self.0 |= Self::bit(finding_idx);
    }

    /// Whether label `finding_idx` is among them.
    pub fn contains(self, finding_idx: usize) -> bool {
        self.0 & Self::bit(finding_idx) != 0
    }

    /// Whether the film has no finding.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Number of findings.
    pub fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// The indices, ascending.
    pub fn iter(self) -> impl Iterator<Item = usize> {
        (0..MAX_LABELS).filter(move |finding_idx| self.contains(*finding_idx))
    }

    fn bit(finding_idx: usize) -> u64 {
        let shift = u32::try_from(finding_idx).unwrap_or(u32::MAX);
        1_u64.checked_shl(shift).unwrap_or(0)
    }
}

impl FromIterator<usize> for FindingSet {
    fn from_iter<I: IntoIterator<Item = usize>>(indices: I) -> Self {
        let mut findings = Self::empty();
        for finding_idx in indices {
            findings.insert(finding_idx);
        }
        findings
    }
}

/// The patient's sex in the table; NIH's `F` and `M`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Sex {
    Female,
    Male,
}

/// From where the film was taken; NIH's `PA` and `AP`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ViewPosition {
    /// From behind, the patient standing before the detector.
    Pa,
    /// From the front, mostly at the bedside.
    Ap,
    /// Any other view.
    Other,
}

/// One row of a table: a film, whose it is, and what was found in it.
#[derive(Clone, Debug, PartialEq)]
pub struct FilmRow {
    /// Names the film in lists and predictions, once in a table: NIH's image index or a file name.
    pub image: String,
    /// The file found for it; `None` while missing.
    pub path: Option<PathBuf>,
    /// The person, as the table spells them; never blank.
    pub patient_id: String,
    /// The findings, as indices into the table's labels.
    pub findings: FindingSet,
    /// Labels whose value is not known; none of them is among the findings.
    pub unknown: FindingSet,
    /// Whether the film is known to have no finding: by all labels, or by the table's own word.
    pub no_finding: bool,
    /// Number of the film among the patient's, from 0.
    pub follow_up: Option<u32>,
    /// Age in years, 0 to 130.
    pub age_years: Option<f32>,
    /// The patient's sex, where it is given.
    pub sex: Option<Sex>,
    /// The view, where it is given.
    pub view_position: Option<ViewPosition>,
}

/// The films of a data set in the order of its table, and the labels that they may have.
#[derive(Clone, Debug, PartialEq)]
pub struct FilmTable {
    /// At most [`MAX_LABELS`], without "No Finding".
    pub labels: Labels,
    /// In the table's order; no image twice.
    pub rows: Vec<FilmRow>,
}

impl FilmRow {
    /// Whether the film has a finding; `None` where that is not known.
    pub fn has(&self, finding_idx: usize) -> Option<bool> {
        let known = !self.unknown.contains(finding_idx);
        known.then(|| self.findings.contains(finding_idx))
    }
}

impl FilmTable {
    /// The index of each row by the name of its image.
    pub fn rows_by_image(&self) -> BTreeMap<&str, usize> {
        let rows = self.rows.iter().enumerate();
        rows.map(|(row_idx, row)| (row.image.as_str(), row_idx))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_kept_by_index_up_to_the_64th() {
        let findings: FindingSet = [63, 0, 5, 5].into_iter().collect();
        assert_eq!(findings.iter().collect::<Vec<_>>(), [0, 5, 63]);
        assert_eq!(findings.len(), 3);
        assert!(findings.contains(63) && !findings.contains(1));
    }

    #[test]
    fn an_index_past_the_last_label_is_in_no_set() {
        let mut findings = FindingSet::empty();
        findings.insert(64);
        findings.insert(usize::MAX);
        assert!(findings.is_empty());
        assert!(!findings.contains(64) && !findings.contains(usize::MAX));
    }
}
