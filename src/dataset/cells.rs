//! Parsing of cells; `None` for what is not such a value, or an implausible one.

use super::{Sex, ViewPosition};

/// NIH's first table has ages up to 414: no one is older than this.
const MAX_AGE_YEARS: f32 = 130.0;

/// A finite number; a comma is taken for a decimal point.
pub(super) fn parse_number(cell: &str) -> Option<f64> {
    let number = cell.parse().or_else(|_| cell.replacen(',', ".", 1).parse());
    number.ok().filter(|number: &f64| number.is_finite())
}

/// What a cell says of a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LabelCell {
    Known(bool),
    /// Blank, or what pandas and R write for it.
    Blank,
    /// -1, the mark of uncertain labels.
    Uncertain,
}

/// 0 or 1 or the words for them, -1, or nothing.
pub(super) fn parse_label(cell: &str) -> Option<LabelCell> {
    match parse_number(cell) {
        Some(0.0) => return Some(LabelCell::Known(false)),
        Some(1.0) => return Some(LabelCell::Known(true)),
        Some(-1.0) => return Some(LabelCell::Uncertain),
        _ => {}
    }
    Some(match cell.to_ascii_lowercase().as_str() {
        "false" | "no" => LabelCell::Known(false),
        "true" | "yes" => LabelCell::Known(true),
        "" | "nan" | "na" | "n/a" | "null" => LabelCell::Blank,
        "uncertain" => LabelCell::Uncertain,
        _ => return None,
    })
}

/// A patient's number as pandas writes it in a column with gaps is the number: `7.0` is `7`.
pub(super) fn plain_id(cell: &str) -> &str {
    let is_number = |id: &&str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    cell.strip_suffix(".0").filter(is_number).unwrap_or(cell)
}

/// Years, or a number with `Y`, `M`, `W` or `D` after it.
pub(super) fn parse_age(cell: &str) -> Option<f32> {
    let (number, unit_years) = match cell.as_bytes().last()?.to_ascii_uppercase() {
        b'Y' => (cell.get(..cell.len() - 1)?, 1.0),
        b'M' => (cell.get(..cell.len() - 1)?, 1.0 / 12.0),
        b'W' => (cell.get(..cell.len() - 1)?, 7.0 / 365.25),
        b'D' => (cell.get(..cell.len() - 1)?, 1.0 / 365.25),
        _ => (cell, 1.0),
    };
    let age = parse_number(number.trim())? as f32 * unit_years;
    (0.0..=MAX_AGE_YEARS).contains(&age).then_some(age)
}

/// A whole number from 0, also as `3.0`, which pandas makes of columns with gaps.
pub(super) fn parse_follow_up(cell: &str) -> Option<u32> {
    cell.strip_suffix(".0").unwrap_or(cell).parse().ok()
}

pub(super) fn parse_sex(cell: &str) -> Option<Sex> {
    match cell.to_ascii_lowercase().as_str() {
        "f" | "female" => Some(Sex::Female),
        "m" | "male" => Some(Sex::Male),
        _ => None,
    }
}

/// Every word is a view; only blank cells, which do not come here, are none. `PadChest` has
/// `AP_horizontal`.
#[expect(clippy::unnecessary_wraps, reason = "one signature for all cells")]
pub(super) fn parse_view(cell: &str) -> Option<ViewPosition> {
    Some(match cell.to_ascii_uppercase().as_str() {
        "PA" | "POSTEROANTERIOR" => ViewPosition::Pa,
        "AP" | "AP_HORIZONTAL" | "ANTEROPOSTERIOR" => ViewPosition::Ap,
        _ => ViewPosition::Other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_come_in_years_months_weeks_and_days() {
        assert_eq!(parse_age("58"), Some(58.0));
        assert_eq!(parse_age("058Y"), Some(58.0));
        assert_eq!(parse_age("006M"), Some(0.5));
        assert_eq!(parse_age("7.5"), Some(7.5));
        let day = parse_age("001d").unwrap();
        assert!(day > 0.0 && day < 0.003, "{day}");
    }

    #[test]
    fn numbers_have_a_point_or_a_comma_and_are_finite() {
        assert_eq!(parse_number("0,25"), Some(0.25));
        assert_eq!(parse_number("-1.5e-3"), Some(-0.0015));
        for cell in ["1,000.5", "1,2,3", "", "NaN", "inf", "1e999", "5 mm"] {
            assert_eq!(parse_number(cell), None, "{cell:?}");
        }
        assert_eq!(parse_age("7,5"), Some(7.5));
    }

    #[test]
    fn what_no_one_can_be_is_no_age() {
        for cell in ["414", "414Y", "-3", "", "Y", "é", "NaN", "inf", "old"] {
            assert_eq!(parse_age(cell), None, "{cell:?}");
        }
    }

    #[test]
    fn a_label_is_known_blank_or_uncertain_and_nothing_else() {
        for (cells, expected) in [
            (
                &["0", "0.0", "0,0", "False", "no"][..],
                LabelCell::Known(false),
            ),
            (&["1", "1.0", "TRUE", "yes"], LabelCell::Known(true)),
            (&["", "nan", "NA", "N/A"], LabelCell::Blank),
            (&["-1", "-1.0", "uncertain"], LabelCell::Uncertain),
        ] {
            for cell in cells {
                assert_eq!(parse_label(cell), Some(expected), "{cell:?}");
            }
        }
        for cell in ["2", "0.5", "-2", "maybe", "inf"] {
            assert_eq!(parse_label(cell), None, "{cell:?}");
        }
    }

    #[test]
    fn numbers_of_patients_lose_the_point_that_pandas_gave_them() {
        assert_eq!((plain_id("7.0"), plain_id("p7.0")), ("7", "p7.0"));
        assert_eq!((plain_id("7.5"), plain_id(".0")), ("7.5", ".0"));
    }

    #[test]
    fn sexes_views_and_follow_ups_are_read_as_written() {
        assert_eq!(parse_sex("F"), Some(Sex::Female));
        assert_eq!(parse_sex("male"), Some(Sex::Male));
        assert_eq!(parse_sex("O"), None);
        assert_eq!(parse_view("pa"), Some(ViewPosition::Pa));
        assert_eq!(parse_view("AP"), Some(ViewPosition::Ap));
        assert_eq!(parse_view("AP_horizontal"), Some(ViewPosition::Ap));
        assert_eq!(parse_view("LATERAL"), Some(ViewPosition::Other));
        assert_eq!(parse_follow_up("12"), Some(12));
        assert_eq!(parse_follow_up("3.0"), Some(3));
        assert_eq!(parse_follow_up("-1"), None);
        assert_eq!(parse_follow_up("1.5"), None);
    }
}
