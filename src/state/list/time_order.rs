//! Films of one patient in the order of time, and the one before.

use std::cmp::Ordering;

use super::FilmEntry;

/// The order in which two films of a patient were taken: by day and time, NIH's follow-up number, study, series,
/// place in the series, and name. Films of unknown time come last.
pub fn by_time(a: &FilmEntry, b: &FilmEntry) -> Ordering {
    /// What is missing comes last.
    fn key<T: Ord>(value: Option<T>) -> (bool, Option<T>) {
        (value.is_none(), value)
    }
    let of = |entry: &FilmEntry| {
        let study = entry.visit.study.as_deref();
        (
            key(study.and_then(|study| study.date)),
            key(study
                .filter(|study| study.date.is_some())
                .and_then(|study| study.time)),
            key(entry.visit.follow_up),
        )
    };
    of(a)
        .cmp(&of(b))
        .then_with(|| within_day(a).cmp(&within_day(b)))
        .then_with(|| a.name.cmp(&b.name))
}

/// Study, series and place in it; missing numbers last.
fn within_day(entry: &FilmEntry) -> Option<impl Ord> {
    let study = entry.visit.study.as_deref()?;
    Some((
        &study.study_uid,
        study.series_number.is_none(),
        study.series_number,
        &study.series_uid,
        study.instance_number.is_none(),
        study.instance_number,
    ))
}

/// Why there is no prior film.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoPrior {
    /// No film is in view, or it is of no known patient.
    NoPatient,
    /// The list has no other study of the patient.
    OneStudy,
    /// Neither dates nor follow-up numbers tell the order of the patient's films.
    NoTimes,
    /// It is the patient's first.
    First,
}

impl NoPrior {
    /// As a sentence.
    pub fn text(self) -> &'static str {
        match self {
            Self::NoPatient => "No prior: the patient of this film is not known",
            Self::OneStudy => "No prior: the list has no other study of this patient",
            Self::NoTimes => "No prior: the dates of this patient's films are not known",
            Self::First => "No prior: no film of this patient on the list is earlier",
        }
    }
}

/// The patient's film before another one: of the last study before it, the film of the same view, or else the last.
pub fn prior(entries: &[FilmEntry], current: usize) -> Result<usize, NoPrior> {
    let film = entries.get(current).ok_or(NoPrior::NoPatient)?;
    let patient = film.patient_id.as_ref().ok_or(NoPrior::NoPatient)?;
    let others: Vec<(usize, &FilmEntry)> = entries
        .iter()
        .enumerate()
        .filter(|(_, other)| other.patient_id.as_ref() == Some(patient))
        .filter(|(_, other)| !other.visit.is_same_study(&film.visit))
        .collect();
    if others.is_empty() {
        return Err(NoPrior::OneStudy);
    }
    let order = |other: &FilmEntry| other.visit.is_before(&film.visit);
    if others.iter().all(|(_, other)| order(other).is_none()) {
        return Err(NoPrior::NoTimes);
    }
    let earlier = others
        .into_iter()
        .filter(|(_, other)| order(other) == Some(true));
    let earlier: Vec<_> = earlier.collect();
    let (last_place, last) = earlier
        .iter()
        .max_by(|(_, a), (_, b)| by_time(a, b))
        .ok_or(NoPrior::First)?;
    let alike = earlier.iter().filter(|(_, other)| {
        let same_study = other.visit.is_same_study(&last.visit);
        same_study && other.visit.view.is_some() && other.visit.view == film.visit.view
    });
    let alike = alike.max_by(|(_, a), (_, b)| by_time(a, b));
    Ok(alike.map_or(*last_place, |(place, _)| *place))
}

/// The film of the same patient that comes after another one in time among `places`, or before it; `None` at the ends.
pub fn same_patient(
    entries: &[FilmEntry],
    places: &[usize],
    current: usize,
    step: isize,
) -> Option<usize> {
    let film = entries.get(current)?;
    let patient = film.patient_id.as_ref()?;
    let of_patient = places
        .iter()
        .filter_map(|&place| Some((place, entries.get(place)?)));
    let of_patient = of_patient.filter(|(_, other)| other.patient_id.as_ref() == Some(patient));
    // Equal names are told apart by their places.
    let compare =
        |a: &(usize, &FilmEntry), b: &(usize, &FilmEntry)| by_time(a.1, b.1).then(a.0.cmp(&b.0));
    let this = (current, film);
    if !places.contains(&current) {
        return None;
    }
    if step > 0 {
        let later = of_patient.filter(|other| compare(other, &this).is_gt());
        later.min_by(compare).map(|(place, _)| place)
    } else {
        let earlier = of_patient.filter(|other| compare(other, &this).is_lt());
        earlier.max_by(compare).map(|(place, _)| place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{StudyDate, StudyInfo, Visit};

    fn nih(names: &[&str]) -> Vec<FilmEntry> {
        let names = names.iter();
        names.map(|name| FilmEntry::new((*name).into())).collect()
    }

    /// A film of patient 1: name, date, study, view.
    fn dated(&(name, date, study, view): &(&str, &str, &str, &str)) -> FilmEntry {
        let mut entry = FilmEntry::new(name.into());
        entry.patient_id = Some("1".to_owned());
        entry.visit = Visit {
            view: Some(view.into()),
            study: Some(Box::new(StudyInfo {
                date: StudyDate::of_dicom(date),
                study_uid: Some(study.to_owned()),
                ..StudyInfo::default()
            })),
            ..Visit::default()
        };
        entry
    }

    #[test]
    fn steps_go_through_time_whatever_the_order_of_the_list() {
        let entries = nih(&[
            "00000001_002.png",
            "00000002_000.png",
            "00000001_000.png",
            "00000001_010.png",
        ]);
        let places = [3, 1, 0, 2];
        assert_eq!(same_patient(&entries, &places, 2, 1), Some(0));
        assert_eq!(same_patient(&entries, &places, 0, 1), Some(3));
        assert_eq!(same_patient(&entries, &places, 3, 1), None);
        assert_eq!(same_patient(&entries, &places, 0, -1), Some(2));
        assert_eq!(same_patient(&entries, &places, 2, -1), None);
        assert_eq!(
            same_patient(&entries, &[0, 1, 3], 0, -1),
            None,
            "filtered out"
        );
        assert_eq!(same_patient(&entries, &[1, 3], 0, 1), None);
        assert_eq!(same_patient(&nih(&["a.png", "b.png"]), &[0, 1], 0, 1), None);
    }

    #[test]
    fn the_prior_is_of_the_study_before_and_of_the_same_view() {
        let entries: Vec<FilmEntry> = [
            ("a", "20110304", "3", "PA"),
            ("b", "20110304", "3", "LL"),
            ("c", "20100101", "2", "PA"),
            ("d", "20100101", "2", "LL"),
            ("e", "20090101", "1", "PA"),
            ("f", "", "9", "PA"),
        ]
        .iter()
        .map(dated)
        .collect();
        assert_eq!(prior(&entries, 0), Ok(2));
        assert_eq!(prior(&entries, 1), Ok(3));
        assert_eq!(prior(&entries, 2), Ok(4));
        assert_eq!(
            prior(&entries, 3),
            Ok(4),
            "any view where there is no other"
        );
        assert_eq!(prior(&entries, 4), Err(NoPrior::First));
        assert_eq!(
            prior(&entries, 5),
            Err(NoPrior::NoTimes),
            "nothing is invented"
        );
        assert_eq!(prior(&entries[..2], 0), Err(NoPrior::OneStudy));
        assert_eq!(prior(&nih(&["a.png", "b.png"]), 0), Err(NoPrior::NoPatient));
        assert_eq!(prior(&[], 0), Err(NoPrior::NoPatient));
    }

    #[test]
    fn nihs_follow_up_numbers_are_times() {
        let entries = nih(&["00000001_003.png", "00000001_001.png", "00000001_000.png"]);
        assert_eq!(prior(&entries, 0), Ok(1));
        assert_eq!(prior(&entries, 2), Err(NoPrior::First));
    }

    #[test]
    fn films_of_unknown_time_come_last() {
        let entries: Vec<FilmEntry> = [
            ("a", "", "1", "PA"),
            ("b", "20110304", "2", "PA"),
            ("c", "20100101", "3", "PA"),
        ]
        .iter()
        .map(dated)
        .collect();
        let mut places = [0, 1, 2];
        places.sort_by(|&a, &b| by_time(&entries[a], &entries[b]));
        assert_eq!(places, [2, 1, 0]);
    }
}
