use std::collections::BTreeMap;

use crate::dataset::{FilmRow, FilmTable, Sex, ViewPosition};
use crate::domain::Threshold;
use crate::metrics::{AucEstimate, Confusion};
use crate::scores::ScoredSet;

/// Films that have something in common, and how well they are scored.
#[derive(Clone, Debug, PartialEq)]
pub struct Subgroup {
    /// The grouping attribute, such as `View`.
    pub by: &'static str,
    /// The value of the group, such as `PA`.
    pub name: &'static str,
    /// Films of the set in the group.
    pub n_films: usize,
    /// One for each label, in the order of the set.
    pub labels: Vec<SubgroupAuc>,
}

/// One label in a subgroup.
#[derive(Clone, Debug, PartialEq)]
pub struct SubgroupAuc {
    /// As the set spells it.
    pub name: String,
    /// Films with and without the finding.
    pub n_pos: usize,
    /// Films without it.
    pub n_neg: usize,
    /// `None` where one class is missing.
    pub auc: Option<AucEstimate>,
    /// The 2x2 table at the label's threshold.
    pub counts: Confusion,
}

/// The groups that a film is put into, one for each way of telling films apart.
fn groups_of(row: &FilmRow) -> [(&'static str, &'static str); 4] {
    let view = match row.view_position {
        Some(ViewPosition::Pa) => "PA",
        Some(ViewPosition::Ap) => "AP",
        Some(ViewPosition::Other) => "other",
        None => UNKNOWN,
    };
    let sex = match row.sex {
        Some(Sex::Female) => "female",
        Some(Sex::Male) => "male",
        None => UNKNOWN,
    };
    let age = match row.age_years {
        Some(age) if age < 20.0 => "under 20",
        Some(age) if age < 40.0 => "20 to 39",
        Some(age) if age < 60.0 => "40 to 59",
        Some(age) if age < 80.0 => "60 to 79",
        Some(_) => "80 and older",
        None => UNKNOWN,
    };
    let visit = match row.follow_up {
        Some(0) => "first film",
        Some(_) => "follow-up",
        None => UNKNOWN,
    };
    [("View", view), ("Sex", sex), ("Age", age), ("Visit", visit)]
}

const UNKNOWN: &str = "not given";

/// Figures of the films by view, sex, age and visit, as the table of the data set tells them; films
/// that the table lacks count as not given. Thresholds are one for each label.
pub fn subgroups(set: &ScoredSet, table: &FilmTable, thresholds: &[Threshold]) -> Vec<Subgroup> {
    let rows = table.rows_by_image();
    let mut groups: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for (film_idx, film) in set.predictions.films.iter().enumerate() {
        let name = film.path.file_name().unwrap_or_default().to_string_lossy();
        let path = film.path.to_string_lossy();
        let row = rows.get(name.as_ref()).or_else(|| rows.get(path.as_ref()));
        let row = row.and_then(|&row| table.rows.get(row));
        let unknown = ["View", "Sex", "Age", "Visit"].map(|by| (by, UNKNOWN));
        for group in row.map_or(unknown, groups_of) {
            groups.entry(group).or_default().push(film_idx);
        }
    }
    let subgroup = |((by, name), films): ((&'static str, &'static str), Vec<usize>)| {
        let columns = set.columns.iter().zip(thresholds);
        let labels = columns.map(|(column, threshold)| {
            let film = |&film: &usize| {
                let truth = column.truth.get(film).copied().flatten();
                Some((*column.scores.get(film)?, truth?))
            };
            let (scores, positives): (Vec<f64>, Vec<bool>) = films.iter().filter_map(film).unzip();
            let counts = Confusion::count(&scores, &positives, threshold.value());
            SubgroupAuc {
                name: column.name.clone(),
                n_pos: counts.n_pos(),
                n_neg: counts.n_neg(),
                auc: AucEstimate::of(&scores, &positives).ok(),
                counts,
            }
        });
        Subgroup {
            by,
            name,
            n_films: films.len(),
            labels: labels.collect(),
        }
    };
    groups.into_iter().map(subgroup).collect()
}
