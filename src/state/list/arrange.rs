use std::cmp::Ordering;

use super::time_order::by_time;
use super::{FilmEntry, FilmStatus, Mark};
use crate::domain::{Labels, PerFinding, Score, Threshold};

/// The sort key of the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortKey {
    /// The order in which films were opened.
    #[default]
    Opened,
    /// File names.
    Name,
    /// Patients, and of each patient the films in the order of time: the oldest first, or descending the newest.
    Study,
    /// The score of one label.
    Score(usize),
    /// How many findings are above their thresholds.
    Above,
}

/// Which way the list is sorted. Films without what is sorted by come last either way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SortOrder {
    /// What it is sorted by.
    pub key: SortKey,
    /// The largest first.
    pub descending: bool,
}

/// The decision of a model at the threshold in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// At or above.
    Above,
    /// Below.
    Below,
}

/// Which films are shown: those that pass every part that is set.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListFilter {
    /// In the name, the patient or the note, whatever the case.
    pub text: String,
    /// The finding that the decision and label filters refer to.
    pub label: usize,
    /// The model's decision; films without a score pass neither.
    pub decision: Option<Decision>,
    /// Least score of that label, and largest; films without a score pass only `(0, 1)`.
    pub scores: Option<(f32, f32)>,
    /// The label in the table; films without a table pass neither.
    pub truth: Option<bool>,
    /// Films of one patient.
    pub patient: Option<String>,
    /// Films with one mark.
    pub mark: Option<Mark>,
    /// Films that could not be opened or scored.
    pub failed: bool,
}

/// The places of the films that pass, in order.
pub fn arranged(
    entries: &[FilmEntry],
    order: SortOrder,
    filter: &ListFilter,
    labels: Option<&Labels>,
    thresholds: Option<&PerFinding<Threshold>>,
) -> Vec<usize> {
    let filter = Prepared::new(filter, labels, thresholds);
    let mut places: Vec<usize> = (0..entries.len())
        .filter(|&place| entries.get(place).is_some_and(|entry| filter.passes(entry)))
        .collect();
    let by_place = |key: &dyn Fn(&FilmEntry, &FilmEntry) -> Ordering, places: &mut Vec<usize>| {
        places.sort_by(|&a, &b| match (entries.get(a), entries.get(b)) {
            (Some(a), Some(b)) => key(a, b),
            _ => Ordering::Equal,
        });
    };
    let turned = |ordering: Ordering| {
        if order.descending {
            ordering.reverse()
        } else {
            ordering
        }
    };
    // Films of unknown time stay last.
    let turned_known = |ordering: Ordering, a: &FilmEntry, b: &FilmEntry| {
        let is_known = |entry: &FilmEntry| entry.visit.moment().is_some();
        if is_known(a) == is_known(b) {
            turned(ordering)
        } else {
            ordering
        }
    };
    match order.key {
        SortKey::Opened => {
            if order.descending {
                places.reverse();
            }
        }
        SortKey::Name => by_place(&|a, b| turned(a.name.cmp(&b.name)), &mut places),
        // Patients keep their places; descending turns time.
        SortKey::Study => by_place(
            &|a, b| {
                let patients = (a.patient_id.as_deref(), b.patient_id.as_deref());
                missing_last(patients, |a, b| by_number(a, b))
                    .then_with(|| turned_known(by_time(a, b), a, b))
            },
            &mut places,
        ),
        SortKey::Score(label) => by_place(
            &|a, b| {
                missing_last((score(a, label), score(b, label)), |a, b| {
                    turned(a.total_cmp(b))
                })
            },
            &mut places,
        ),
        SortKey::Above => by_place(
            &|a, b| {
                let counts = (n_above(a, thresholds), n_above(b, thresholds));
                missing_last(counts, |a, b| turned(a.cmp(b)))
            },
            &mut places,
        ),
    }
    places
}

/// How many findings of a film are at or above their thresholds; `None` without scores.
pub fn n_above(entry: &FilmEntry, thresholds: Option<&PerFinding<Threshold>>) -> Option<usize> {
    let scores = entry.scores.as_ref()?.iter().zip(thresholds?.values());
    Some(scores.filter(|(score, t)| is_above(**score, t)).count())
}

/// A score of one label; `None` where the film has none.
pub fn score(entry: &FilmEntry, label: usize) -> Option<f32> {
    entry.scores.as_ref()?.get(label).copied()
}

fn is_above(score: f32, threshold: &Threshold) -> bool {
    Score::new(score).is_ok_and(|score| score.is_positive(threshold))
}

/// Numbers as numbers, then other words as words; equal are those that are spelled alike.
fn by_number(a: &str, b: &str) -> Ordering {
    let numbers = (a.parse::<u64>().ok(), b.parse::<u64>().ok());
    missing_last(numbers, u64::cmp).then_with(|| a.cmp(b))
}

fn missing_last<T>(
    (a, b): (Option<T>, Option<T>),
    compare: impl Fn(&T, &T) -> Ordering,
) -> Ordering {
    match (&a, &b) {
        (Some(a), Some(b)) => compare(a, b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}

/// A filter with what is the same for all films looked up once.
struct Prepared<'a> {
    filter: &'a ListFilter,
    text: String,
    name: Option<&'a str>,
    threshold: Option<&'a Threshold>,
}

impl<'a> Prepared<'a> {
    fn new(
        filter: &'a ListFilter,
        labels: Option<&'a Labels>,
        thresholds: Option<&'a PerFinding<Threshold>>,
    ) -> Self {
        Self {
            filter,
            text: filter.text.trim().to_lowercase(),
            name: labels.and_then(|labels| labels.get(filter.label)),
            threshold: thresholds.and_then(|t| t.get(filter.label)),
        }
    }

    fn passes(&self, entry: &FilmEntry) -> bool {
        let filter = self.filter;
        let text = self.text.as_str();
        let holds = |words: &str| {
            // Names are mostly plain: no copy for them.
            words.contains(text) || words.to_lowercase().contains(text)
        };
        let patient = entry.patient_id.as_deref();
        if !text.is_empty()
            && !holds(&entry.name)
            && !patient.is_some_and(holds)
            && !holds(&entry.note)
        {
            return false;
        }
        if filter.patient.is_some() && filter.patient.as_deref() != patient {
            return false;
        }
        if filter.mark.is_some() && filter.mark != entry.mark {
            return false;
        }
        if filter.failed && !matches!(entry.status, FilmStatus::Failed(_) | FilmStatus::Refused(_))
        {
            return false;
        }
        let score = score(entry, filter.label);
        if let Some(wanted) = filter.decision {
            let above = score.zip(self.threshold).map(|(s, t)| is_above(s, t));
            if above != Some(wanted == Decision::Above) {
                return false;
            }
        }
        if let Some((least, most)) = filter.scores.filter(|range| *range != (0.0, 1.0))
            && !score.is_some_and(|score| (least..=most).contains(&score))
        {
            return false;
        }
        if let Some(wanted) = filter.truth {
            return self.name.and_then(|name| entry.has(name)) == Some(wanted);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn labels() -> Labels {
        Labels::nih_14()
    }

    fn thresholds() -> PerFinding<Threshold> {
        labels().map(|_, _| Threshold::unset())
    }

    fn entry(number: usize, score: Option<f32>) -> FilmEntry {
        let name = format!("{:08}_{:03}.png", number % 7, number);
        let mut entry = FilmEntry::new(name.into());
        entry.scores = score.map(|score| vec![score; 14].into());
        entry.truth = (!number.is_multiple_of(3)).then(|| {
            let found = number.is_multiple_of(2).then(|| "Atelectasis".into());
            found.into_iter().collect()
        });
        entry
    }

    fn entries(scores: &[Option<f32>]) -> Vec<FilmEntry> {
        let scores = scores.iter().enumerate();
        scores
            .map(|(number, score)| entry(number, *score))
            .collect()
    }

    fn arrange(entries: &[FilmEntry], order: SortOrder, filter: &ListFilter) -> Vec<usize> {
        arranged(entries, order, filter, Some(&labels()), Some(&thresholds()))
    }

    #[test]
    fn films_without_a_score_come_last_whichever_way_it_is_sorted() {
        let entries = entries(&[Some(0.2), None, Some(0.9), Some(0.2)]);
        let key = SortKey::Score(3);
        for (descending, expected) in [(false, [0, 3, 2, 1]), (true, [2, 0, 3, 1])] {
            let order = SortOrder { key, descending };
            assert_eq!(arrange(&entries, order, &ListFilter::default()), expected);
        }
    }

    #[test]
    fn a_score_on_the_threshold_is_above_it() {
        let entries = entries(&[Some(0.5), Some(0.499), None]);
        let filter = |decision| ListFilter {
            decision: Some(decision),
            ..ListFilter::default()
        };
        let order = SortOrder::default();
        assert_eq!(arrange(&entries, order, &filter(Decision::Above)), [0]);
        assert_eq!(arrange(&entries, order, &filter(Decision::Below)), [1]);
    }

    #[test]
    fn a_film_without_a_table_is_neither_positive_nor_negative() {
        let entries = entries(&[None; 7]);
        let filter = |truth| ListFilter {
            truth: Some(truth),
            ..ListFilter::default()
        };
        let order = SortOrder::default();
        assert_eq!(arrange(&entries, order, &filter(true)), [2, 4]);
        assert_eq!(arrange(&entries, order, &filter(false)), [1, 5]);
    }

    #[test]
    fn patients_are_sorted_as_numbers() {
        let mut list = entries(&[None; 3]);
        for (entry, patient) in list.iter_mut().zip(["10", "9", "100"]) {
            entry.patient_id = Some(patient.to_owned());
        }
        let order = SortOrder {
            key: SortKey::Study,
            descending: false,
        };
        assert_eq!(arrange(&list, order, &ListFilter::default()), [1, 0, 2]);
    }

    #[test]
    fn numbers_come_before_words_and_other_spellings_are_other_patients() {
        let mut patients = ["1a", "9", "10", "009", "b", "9"];
        patients.sort_by(|a, b| by_number(a, b));
        assert_eq!(patients, ["009", "9", "9", "10", "1a", "b"]);
    }

    #[test]
    fn films_of_a_patient_are_in_the_order_of_time_either_way() {
        let names = [
            "00000009_010.png",
            "b.png",
            "00000010_000.png",
            "00000009_002.png",
            "a.png",
        ];
        let entries: Vec<FilmEntry> = names
            .iter()
            .map(|name| FilmEntry::new((*name).into()))
            .collect();
        for (descending, expected) in [(false, [3, 0, 2, 4, 1]), (true, [0, 3, 2, 1, 4])] {
            let key = SortKey::Study;
            let order = SortOrder { key, descending };
            assert_eq!(arrange(&entries, order, &ListFilter::default()), expected);
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_is_what_passes_in_order(
            scores in prop::collection::vec(prop::option::of(0.0_f32..=1.0), 0..60),
            descending: bool,
            above: Option<bool>,
            truth: Option<bool>,
            text in "[0-9]{0,2}",
        ) {
            let entries = entries(&scores);
            let filter = ListFilter {
                text: text.clone(),
                decision: above.map(|a| if a { Decision::Above } else { Decision::Below }),
                truth,
                ..ListFilter::default()
            };
            let order = SortOrder { key: SortKey::Score(0), descending };
            let shown = arrange(&entries, order, &filter);
            // Film by film, in plain words.
            let passes = |place: usize| {
                let entry = &entries[place];
                let score = scores[place];
                (text.is_empty() || entry.name.contains(&text)
                    || entry.patient_id.as_ref().is_some_and(|p| p.contains(&text)))
                    && above.is_none_or(|above| score.is_some_and(|s| (s >= 0.5) == above))
                    && truth.is_none_or(|truth| entry.has("Atelectasis") == Some(truth))
            };
            let mut expected: Vec<usize> = (0..entries.len()).filter(|p| passes(*p)).collect();
            let mut found = shown.clone();
            found.sort_unstable();
            prop_assert_eq!(&found, &expected);
            // A stable sort by score, films without one last.
            let sign = if descending { -1.0 } else { 1.0 };
            let key = |place: &usize| scores[*place].map_or(2.0, |score| score * sign);
            expected.sort_by(|a, b| key(a).total_cmp(&key(b)));
            prop_assert_eq!(shown, expected);
        }
    }
}
