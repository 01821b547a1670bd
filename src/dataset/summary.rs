use std::collections::BTreeSet;

use crate::domain::PerFinding;

use super::{FilmRow, FilmTable, Sex, ViewPosition};

/// A summary of a part of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct PartSummary {
    /// Films, F.
    pub n_films: usize,
    /// Different patients.
    pub n_patients: usize,
    /// Films with each finding; a film may have several.
    pub counts: PerFinding<usize>,
    /// Films for which the label is known.
    pub n_known: PerFinding<usize>,
    /// Films that are known to have no finding.
    pub n_no_finding: usize,
    /// Films by view.
    pub views: ViewCounts,
    /// Films, not patients, by sex.
    pub sexes: SexCounts,
    /// Ages at the time of the film; `None` where no film has one.
    pub ages: Option<AgeSummary>,
    /// Films whose age is not given.
    pub n_without_age: usize,
    /// Films that are their patient's first; `None` where the table does not number them.
    pub n_first_films: Option<usize>,
}

/// Films by view.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ViewCounts {
    /// Taken from behind.
    pub pa: usize,
    /// Taken from the front.
    pub ap: usize,
    /// Neither of these.
    pub other: usize,
    /// Not given.
    pub unknown: usize,
}

/// Films by the patient's sex.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct SexCounts {
    pub female: usize,
    pub male: usize,
    /// Not given.
    pub unknown: usize,
}

/// Ages over the films that have one, in years.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AgeSummary {
    /// The youngest.
    pub min: f32,
    /// Half are at most as old; the mean of the middle two of an even number.
    pub median: f32,
    /// The oldest.
    pub max: f32,
    /// Films by decade: 0 to 9, 10 to 19, …, 90 and older.
    pub decades: [usize; 10],
}

impl PartSummary {
    /// Summarizes `rows`; indices past the end of the table are ignored.
    pub fn of(table: &FilmTable, rows: &[usize]) -> Self {
        let films = || rows.iter().filter_map(|row_idx| table.rows.get(*row_idx));
        let count = |holds: &dyn Fn(&FilmRow) -> bool| films().filter(|film| holds(film)).count();
        let view = |view| count(&|film| film.view_position == view);
        let sex = |sex| count(&|film| film.sex == sex);
        let mut counts = table.labels.map(|_, _| 0);
        for finding_idx in films().flat_map(|film| film.findings.iter()) {
            if let Some(count) = counts.get_mut(finding_idx) {
                *count += 1;
            }
        }
        let n_unknown = table
            .labels
            .map(|idx, _| count(&|film| film.unknown.contains(idx)));
        let patients: BTreeSet<&str> = films().map(|film| film.patient_id.as_str()).collect();
        let numbered = films().any(|film| film.follow_up.is_some());
        Self {
            n_films: films().count(),
            n_patients: patients.len(),
            n_known: n_unknown.map(|n_unknown| films().count() - n_unknown),
            counts,
            n_no_finding: count(&|film| film.no_finding),
            views: ViewCounts {
                pa: view(Some(ViewPosition::Pa)),
                ap: view(Some(ViewPosition::Ap)),
                other: view(Some(ViewPosition::Other)),
                unknown: view(None),
            },
            sexes: SexCounts {
                female: sex(Some(Sex::Female)),
                male: sex(Some(Sex::Male)),
                unknown: sex(None),
            },
            ages: AgeSummary::of(films().filter_map(|film| film.age_years).collect()),
            n_without_age: count(&|film| film.age_years.is_none()),
            n_first_films: numbered.then(|| count(&|film| film.follow_up == Some(0))),
        }
    }

    /// Share of films with each finding among those where it is known, in `[0, 1]`; `None` where
    /// there are none.
    pub fn prevalence(&self) -> PerFinding<Option<f64>> {
        let labels = self.counts.labels();
        labels.map(|idx, _| {
            let (count, n_known) = (self.counts.get(idx)?, self.n_known.get(idx)?);
            (*n_known > 0).then(|| *count as f64 / *n_known as f64)
        })
    }

    /// Weight in the loss of films with each finding: the share of films without, as in the
    /// notebook; `None` where there are no films.
    pub fn positive_weights(&self) -> PerFinding<Option<f64>> {
        self.prevalence()
            .map(|share| share.map(|share| 1.0 - share))
    }

    /// Weight in the loss of films without each finding: the share of films with it.
    pub fn negative_weights(&self) -> PerFinding<Option<f64>> {
        self.prevalence()
    }
}

impl AgeSummary {
    fn of(mut ages: Vec<f32>) -> Option<Self> {
        ages.sort_by(f32::total_cmp);
        let middle = |idx: usize| ages.get(idx).copied();
        let upper = middle(ages.len() / 2)?;
        let lower = middle((ages.len() - 1) / 2)?;
        let mut decades = [0; 10];
        for age in &ages {
            let decade = (age / 10.0) as usize;
            if let Some(count) = decades.get_mut(decade.min(9)) {
                *count += 1;
            }
        }
        Some(Self {
            min: *ages.first()?,
            median: f32::midpoint(lower, upper),
            max: *ages.last()?,
            decades,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::samples::table;

    #[test]
    fn a_part_is_counted_by_all_that_it_has() {
        let mut films = table(5, |row| (row / 2, if row < 2 { &[0, 3] } else { &[] }));
        let ages = [Some(4.0), None, Some(50.0), Some(60.0), Some(109.0)];
        for (row, age) in films.rows.iter_mut().zip(ages) {
            row.age_years = age;
        }
        films.rows[0].sex = Some(Sex::Female);
        films.rows[0].follow_up = Some(0);
        films.rows[3].view_position = Some(ViewPosition::Ap);
        let summary = PartSummary::of(&films, &[0, 1, 2, 3, 4]);
        assert_eq!((summary.n_films, summary.n_patients), (5, 3));
        assert_eq!(summary.n_no_finding, 3);
        assert_eq!(summary.counts.of("Atelectasis"), Some(&2));
        assert_eq!(summary.counts.of("Hernia"), Some(&0));
        assert_eq!((summary.sexes.female, summary.sexes.unknown), (1, 4));
        assert_eq!((summary.views.ap, summary.views.unknown), (1, 4));
        assert_eq!(summary.n_first_films, Some(1));
        assert_eq!(summary.n_without_age, 1);
        let ages = summary.ages.unwrap();
        assert_eq!((ages.min, ages.median, ages.max), (4.0, 55.0, 109.0));
        assert_eq!(ages.decades, [1, 0, 0, 0, 0, 1, 1, 0, 0, 1]);
        assert_eq!(summary.prevalence().of("Edema"), Some(&Some(0.4)));
        assert_eq!(summary.positive_weights().of("Edema"), Some(&Some(0.6)));
        assert_eq!(summary.negative_weights().of("Edema"), Some(&Some(0.4)));
    }

    #[test]
    fn a_share_is_of_the_films_whose_label_is_known() {
        let mut films = table(4, |row| (row, if row == 0 { &[3] } else { &[] }));
        films.rows[1].unknown.insert(3);
        films.rows[1].no_finding = false;
        films.rows[2].unknown.insert(3);
        let summary = PartSummary::of(&films, &[0, 1, 2, 3]);
        assert_eq!(summary.n_known.of("Edema"), Some(&2));
        assert_eq!(summary.n_known.of("Hernia"), Some(&4));
        assert_eq!(summary.prevalence().of("Edema"), Some(&Some(0.5)));
        assert_eq!(summary.n_no_finding, 2);
    }

    #[test]
    fn an_empty_part_has_no_prevalence_and_no_ages() {
        let summary = PartSummary::of(&table(3, |row| (row, &[])), &[]);
        assert_eq!(summary.n_films, 0);
        assert!(summary.prevalence().values().iter().all(Option::is_none));
        assert!(
            summary
                .positive_weights()
                .values()
                .iter()
                .all(Option::is_none)
        );
        assert_eq!(summary.ages, None);
        assert_eq!(summary.n_first_films, None);
    }
}
