//! Parsing of cells; `None` for what is not such a value, or an implausible one.

use super::{Sex, ViewPosition};

/// NIH's first table has ages up to 414: no one is older than this.
const MAX_AGE_YEARS: f32 = 130.0;

/// A finite number; a comma is taken for a decimal point.
pub(super) fn parse_number(cell: &str) -> Option<f64> {
    let number = cell.parse().or_else(|_| cell.replacen(',', ".", 1).parse());
    number.ok().filter(|number: &f64| number.is_finite())
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

/// Every word is a view; only blank cells, which do not come here, are none.
#[expect(clippy::unnecessary_wraps, reason = "one signature for all cells")]
pub(super) fn parse_view(cell: &str) -> Option<ViewPosition> {
    Some(match cell.to_ascii_uppercase().as_str() {
        "PA" => ViewPosition::Pa,
        "AP" => ViewPosition::Ap,
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
    fn sexes_views_and_follow_ups_are_read_as_written() {
        assert_eq!(parse_sex("F"), Some(Sex::Female));
        assert_eq!(parse_sex("male"), Some(Sex::Male));
        assert_eq!(parse_sex("O"), None);
        assert_eq!(parse_view("pa"), Some(ViewPosition::Pa));
        assert_eq!(parse_view("AP"), Some(ViewPosition::Ap));
        assert_eq!(parse_view("LATERAL"), Some(ViewPosition::Other));
        assert_eq!(parse_follow_up("12"), Some(12));
        assert_eq!(parse_follow_up("3.0"), Some(3));
        assert_eq!(parse_follow_up("-1"), None);
        assert_eq!(parse_follow_up("1.5"), None);
    }
}
