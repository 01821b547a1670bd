use std::fmt;

use chrono::{Datelike as _, Months, NaiveDate};

/// A day of the calendar; days that de-identification puts in place of one are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StudyDate(NaiveDate);

/// Seconds since midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StudyTime(u32);

impl StudyDate {
    /// `20110304`, `2011.03.04` or `2011-03-04`; `None` for what is no day of the calendar, and for `19000101`
    /// and others that de-identification leaves in place of a date.
    pub fn of_dicom(text: &str) -> Option<Self> {
        let text = text.trim();
        let format = match text.len() {
            8 => "%Y%m%d",
            10 if text.contains('.') => "%Y.%m.%d",
            10 => "%Y-%m-%d",
            _ => return None,
        };
        let date = NaiveDate::parse_from_str(text, format).ok()?;
        // No film is older than 1900; 9999 is the end of what a date can hold.
        let is_placeholder = (date.year(), date.ordinal()) <= (1900, 1) || date.year() >= 9999;
        (!is_placeholder).then_some(Self(date))
    }

    /// As `20110304`.
    pub fn to_dicom(self) -> String {
        self.0.format("%Y%m%d").to_string()
    }

    /// Days from another day to this one.
    pub fn days_since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0).num_days()
    }

    /// How much later or earlier this day is than `other`, in words: as in `5 months earlier`.
    pub fn relative_to(self, other: Self) -> String {
        const LONGEST_IN_DAYS: i64 = 92;
        const LONGEST_IN_MONTHS: u32 = 24;
        let days = self.days_since(other);
        if days == 0 {
            return "same day".to_owned();
        }
        let (first, last) = if days < 0 {
            (self, other)
        } else {
            (other, self)
        };
        let direction = if days < 0 { "earlier" } else { "later" };
        let months = first.whole_months_until(last);
        let (n, unit) = if days.abs() <= LONGEST_IN_DAYS {
            (days.unsigned_abs(), "day")
        } else if months <= LONGEST_IN_MONTHS {
            (u64::from(months), "month")
        } else {
            (u64::from(months / 12), "year")
        };
        let plural = if n == 1 { "" } else { "s" };
        format!("{n} {unit}{plural} {direction}")
    }

    fn whole_months_until(self, later: Self) -> u32 {
        let (first, last) = (self.0, later.0);
        let years = u32::try_from(last.year() - first.year()).unwrap_or_default();
        let months = (years * 12 + last.month()).saturating_sub(first.month());
        // The month in progress is not a whole one.
        let reached = first.checked_add_months(Months::new(months));
        months - u32::from(months > 0 && reached.is_some_and(|day| day > last))
    }
}

/// In ISO form.
impl fmt::Display for StudyDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%d"))
    }
}

impl StudyTime {
    /// `143205.12`, `1432`, `14` or, as long ago, `14:32:05`; `None` for what is no time of day.
    pub fn of_dicom(text: &str) -> Option<Self> {
        let whole = text.trim().split('.').next()?.replace(':', "");
        let is_plain = whole.bytes().all(|byte| byte.is_ascii_digit());
        if !is_plain || !matches!(whole.len(), 2 | 4 | 6) {
            return None;
        }
        let part = |at: usize| {
            whole
                .get(at..at + 2)
                .map_or(Some(0), |part| part.parse().ok())
        };
        let (hours, minutes, seconds): (u32, u32, u32) = (part(0)?, part(2)?, part(4)?);
        // 60 is a leap second.
        let valid = hours < 24 && minutes < 60 && seconds <= 60;
        valid.then_some(Self(hours * 3600 + minutes * 60 + seconds))
    }

    /// As `143205`.
    pub fn to_dicom(self) -> String {
        // A leap second at midnight is in the minute before.
        let seconds = self.0.min(24 * 3600 - 1);
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
        format!("{hours:02}{minutes:02}{:02}", seconds % 60)
    }
}

/// Hours and minutes.
impl fmt::Display for StudyTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minutes = (self.0 / 60).min(24 * 60 - 1);
        write!(f, "{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_days_and_placeholders_as_none() {
        let iso = |text: &str| StudyDate::of_dicom(text).map(|date| date.to_string());
        for text in ["20110304", "2011.03.04", "2011-03-04", " 20110304 "] {
            assert_eq!(iso(text).as_deref(), Some("2011-03-04"), "{text}");
            let date = StudyDate::of_dicom(text).unwrap();
            assert_eq!(date.to_dicom(), "20110304");
        }
        for text in [
            "",
            "19000101",
            "00010101",
            "18991231",
            "99991231",
            "20110230",
            "2011",
            "0000",
            "ANON",
            "+2110304",
            "20110304-20110305",
        ] {
            assert_eq!(iso(text), None, "{text}");
        }
        // Shifted into the future by some data sets: the time between two films is right.
        assert_eq!(iso("21800506").as_deref(), Some("2180-05-06"));
    }

    #[test]
    fn times_are_read_as_they_are_written() {
        let time = |text: &str| StudyTime::of_dicom(text).map(|time| time.to_string());
        for text in ["143205.123", "1432", "14:32:05"] {
            assert_eq!(time(text).as_deref(), Some("14:32"), "{text}");
        }
        assert_eq!(time("14").as_deref(), Some("14:00"));
        for text in ["", "2500", "1461", "ab", "1"] {
            assert_eq!(time(text), None, "{text}");
        }
    }

    #[test]
    fn the_time_between_is_told_in_the_unit_that_fits() {
        let date = |text: &str| StudyDate::of_dicom(text).unwrap();
        let check = |a: &str, b: &str, expected: &str| {
            assert_eq!(date(a).relative_to(date(b)), expected, "{a} {b}");
        };
        check("20110304", "20110304", "same day");
        check("20110303", "20110304", "1 day earlier");
        check("20110304", "20101203", "91 days later");
        check("20100704", "20110303", "7 months earlier");
        check("20100731", "20110227", "6 months earlier");
        check("20060304", "20110303", "4 years earlier");
        check("20110304", "20060304", "5 years later");
    }
}
