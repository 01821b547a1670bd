use std::fmt;

use super::{StudyDate, StudyTime};

/// When a film was taken and of whom, as far as a file, a table or the film's name says so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visit {
    /// The patient's sex.
    pub sex: Option<PatientSex>,
    /// The patient's age at the time.
    pub age: Option<PatientAge>,
    /// `PA`, `AP`, `LL` and so on.
    pub view: Option<Box<str>>,
    /// Number of the film among the patient's, from 0: NIH's, which has no dates.
    pub follow_up: Option<u32>,
    /// The study; `None` where the film is of no named study.
    pub study: Option<Box<StudyInfo>>,
}

/// Study and series of a film, as the file has them; `None` where it says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StudyInfo {
    /// Study Date (0008,0020); none of those that stand for a removed date.
    pub date: Option<StudyDate>,
    /// Study Time (0008,0030).
    pub time: Option<StudyTime>,
    /// Accession Number (0008,0050).
    pub accession: Option<String>,
    /// Study Description (0008,1030).
    pub description: Option<String>,
    /// Series Description (0008,103E).
    pub series_description: Option<String>,
    /// Study Instance UID (0020,000D).
    pub study_uid: Option<String>,
    /// Series Instance UID (0020,000E).
    pub series_uid: Option<String>,
    /// SOP Instance UID (0008,0018).
    pub instance_uid: Option<String>,
    /// Series Number (0020,0011).
    pub series_number: Option<i64>,
    /// Instance Number (0020,0013).
    pub instance_number: Option<i64>,
}

/// DICOM's `F`, `M` and `O`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum PatientSex {
    Female,
    Male,
    Other,
}

/// An age as DICOM writes it: a number of years, months, weeks or days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PatientAge {
    number: u16,
    unit: AgeUnit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AgeUnit {
    Years,
    Months,
    Weeks,
    Days,
}

impl StudyInfo {
    /// Takes over what is not known yet.
    pub fn complete_with(&mut self, other: Self) {
        self.date = self.date.or(other.date);
        self.time = self.time.or(other.time);
        self.accession = self.accession.take().or(other.accession);
        self.description = self.description.take().or(other.description);
        self.series_description = self.series_description.take().or(other.series_description);
        self.study_uid = self.study_uid.take().or(other.study_uid);
        self.series_uid = self.series_uid.take().or(other.series_uid);
        self.instance_uid = self.instance_uid.take().or(other.instance_uid);
        self.series_number = self.series_number.or(other.series_number);
        self.instance_number = self.instance_number.or(other.instance_number);
    }
}

impl PatientSex {
    /// `F`, `M` or `O`, in either case.
    pub fn of_dicom(text: &str) -> Option<Self> {
        match text.trim() {
            "F" | "f" => Some(Self::Female),
            "M" | "m" => Some(Self::Male),
            "O" | "o" => Some(Self::Other),
            _ => None,
        }
    }

    /// One letter.
    pub fn letter(self) -> &'static str {
        match self {
            Self::Female => "F",
            Self::Male => "M",
            Self::Other => "O",
        }
    }
}

impl PatientAge {
    /// `057Y`, `011M`, `003W` or `012D`; a number alone is years, as some write it.
    pub fn of_dicom(text: &str) -> Option<Self> {
        let text = text.trim();
        let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit = match text.get(number.len()..)?.to_ascii_uppercase().as_str() {
            "Y" | "" => AgeUnit::Years,
            "M" => AgeUnit::Months,
            "W" => AgeUnit::Weeks,
            "D" => AgeUnit::Days,
            _ => return None,
        };
        let is_plain =
            (1..=3).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
        let number = number.parse().ok().filter(|_| is_plain)?;
        Some(Self { number, unit })
    }

    /// Whole years, or months of a small child.
    pub fn of_years(years: f32) -> Option<Self> {
        let in_months = years < 2.0 && years.fract() != 0.0;
        let (number, unit) = if in_months {
            ((years * 12.0).round(), AgeUnit::Months)
        } else {
            (years, AgeUnit::Years)
        };
        let number = number as u16;
        (0.0..=999.0)
            .contains(&years)
            .then_some(Self { number, unit })
    }
}

/// As in `57 y` or `11 mo`.
impl fmt::Display for PatientAge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            AgeUnit::Years => "y",
            AgeUnit::Months => "mo",
            AgeUnit::Weeks => "wk",
            AgeUnit::Days => "d",
        };
        write!(f, "{} {unit}", self.number)
    }
}

impl Visit {
    /// Takes over what is not known yet.
    pub fn complete_with(&mut self, other: Self) {
        self.sex = self.sex.or(other.sex);
        self.age = self.age.or(other.age);
        self.view = self.view.take().or(other.view);
        self.follow_up = self.follow_up.or(other.follow_up);
        match (&mut self.study, other.study) {
            (Some(study), Some(other)) => study.complete_with(*other),
            (study, other) => *study = study.take().or(other),
        }
    }

    /// The day, where it is known.
    pub fn date(&self) -> Option<StudyDate> {
        self.study.as_ref()?.date
    }

    /// When, in words: a date, else a follow-up number; `None` where neither is known.
    pub fn moment(&self) -> Option<String> {
        let date = self.date().map(|date| {
            let time = self.study.as_ref().and_then(|study| study.time);
            time.map_or_else(|| date.to_string(), |time| format!("{date} {time}"))
        });
        date.or_else(|| self.follow_up.map(|number| format!("Follow-up {number}")))
    }

    /// Sex and age, as in `F 57 y`; `None` where neither is known.
    pub fn person(&self) -> Option<String> {
        let sex = self.sex.map(|sex| sex.letter().to_owned());
        let age = self.age.map(|age| age.to_string());
        let words: Vec<String> = sex.into_iter().chain(age).collect();
        (!words.is_empty()).then(|| words.join(" "))
    }

    /// Whether both are of one study: by its identifier, or where one has none by day and follow-up.
    pub fn is_same_study(&self, other: &Self) -> bool {
        let uid = |visit: &Self| visit.study.as_ref()?.study_uid.clone();
        match (uid(self), uid(other)) {
            (Some(a), Some(b)) => a == b,
            _ => self.date() == other.date() && self.follow_up == other.follow_up,
        }
    }

    /// Whether this film was taken before another; `None` where neither dates nor follow-ups of both are known, or
    /// both are of one moment.
    pub fn is_before(&self, other: &Self) -> Option<bool> {
        let days = self.date().zip(other.date());
        if let Some((a, b)) = days.filter(|(a, b)| a != b) {
            return Some(a < b);
        }
        let time = |visit: &Self| visit.study.as_ref()?.time;
        if let Some((a, b)) = time(self)
            .zip(time(other))
            .filter(|(a, b)| a != b && days.is_some())
        {
            return Some(a < b);
        }
        let numbers = self.follow_up.zip(other.follow_up);
        numbers.filter(|(a, b)| a != b).map(|(a, b)| a < b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_read_as_they_are_written() {
        let age = |text: &str| PatientAge::of_dicom(text).map(|age| age.to_string());
        assert_eq!(age("057Y").as_deref(), Some("57 y"));
        assert_eq!(age("011M").as_deref(), Some("11 mo"));
        assert_eq!(age("57").as_deref(), Some("57 y"));
        for text in ["", "Y", "-1Y", "0570Y", "57X"] {
            assert_eq!(age(text), None, "{text}");
        }
    }

    #[test]
    fn films_of_one_moment_or_of_unknown_time_are_in_no_order() {
        let visit = |date: &str, time: &str, follow_up| Visit {
            follow_up,
            study: Some(Box::new(StudyInfo {
                date: StudyDate::of_dicom(date),
                time: StudyTime::of_dicom(time),
                ..StudyInfo::default()
            })),
            ..Visit::default()
        };
        let check = |a: &Visit, b: &Visit, expected| {
            assert_eq!(a.is_before(b), expected);
            assert_eq!(b.is_before(a), expected.map(|before| !before));
        };
        let early = visit("20110304", "0800", None);
        check(&early, &visit("20110305", "0700", None), Some(true));
        check(&early, &visit("20110304", "0900", None), Some(true));
        check(&early, &visit("20110304", "0800", None), None);
        check(&early, &visit("20110304", "", None), None);
        // Times of unknown days say nothing.
        check(&visit("", "0800", None), &visit("", "0900", None), None);
        check(&visit("", "", Some(1)), &visit("", "", Some(2)), Some(true));
        check(&early, &visit("", "", Some(2)), None);
    }
}
