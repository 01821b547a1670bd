//! Numbers as people type and read them.

/// The reasons why a typed text is not the number that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// It cannot be read.
    #[error("not a number")]
    Unreadable,
    /// Points and commas together may group digits: what is meant is not clear.
    #[error("not clear, with more than one point or comma")]
    Separators,
    /// It has a fraction where only whole numbers count.
    #[error("not a whole number")]
    Fraction,
}

/// The number in `text`; a single comma is a decimal point. Infinity and NaN are no numbers here.
pub fn parse_number(text: &str) -> Result<f64, NumberError> {
    let plain: String = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| if c == '\u{2212}' { '-' } else { c })
        .collect();
    let n_separators = plain.chars().filter(|c| matches!(c, '.' | ',')).count();
    if n_separators > 1 && plain.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(NumberError::Separators);
    }
    let number: f64 = plain
        .replace(',', ".")
        .parse()
        .map_err(|_| NumberError::Unreadable)?;
    if number.is_finite() {
        Ok(number)
    } else {
        Err(NumberError::Unreadable)
    }
}

/// The whole number in `text`. A comma is refused: `10,000` may be ten or ten thousand.
pub fn parse_whole_number(text: &str) -> Result<f64, NumberError> {
    let number = parse_number(text)?;
    if number.fract() != 0.0 || text.contains(',') {
        return Err(NumberError::Fraction);
    }
    Ok(number)
}

/// The shortest text of a number that may have been stored as `f32`; small ones as `1e-8`.
pub fn number_text(value: f64) -> String {
    let single = value as f32;
    let is_single = f64::from(single) == value;
    let is_small = value != 0.0 && value.abs() < 1e-4;
    match (is_small, is_single) {
        (true, true) => format!("{single:e}"),
        (true, false) => format!("{value:e}"),
        (false, true) => single.to_string(),
        (false, false) => value.to_string(),
    }
}

/// A share in percent, to four digits after the point: what multiplying by 100 adds behind them is no one's number.
pub fn percent_of(share: f64) -> f64 {
    (share * 1e6).round() / 1e4
}

/// A share in `[0, 1]` with four significant digits of itself or, from one half on, of what it lacks to 1.
///
/// Thresholds that a hand moves are such numbers: [`number_text`] shows them whole, and what is shown decides.
pub fn rounded_share(share: f64) -> f64 {
    let least = share.min(1.0 - share);
    if !(least > 0.0 && least < 1.0) {
        return share;
    }
    let n_digits = (3.0 - least.log10().floor()).clamp(0.0, 17.0) as usize;
    format!("{share:.n_digits$}").parse().unwrap_or(share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_comma_is_a_point_and_spaces_do_not_count() {
        for (text, number) in [
            ("0,01", 0.01),
            ("0.01", 0.01),
            (" 1e-8 ", 1e-8),
            ("1E-8", 1e-8),
            ("1,5e-3", 1.5e-3),
            ("-2", -2.0),
            ("\u{2212}2", -2.0),
            ("12 000", 12_000.0),
        ] {
            assert_eq!(parse_number(text), Ok(number), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused_and_not_cut_short() {
        for text in ["", "abc", "1x", "inf", "NaN", "1e999", "--1"] {
            assert_eq!(parse_number(text), Err(NumberError::Unreadable), "{text}");
        }
        for text in ["1.000,5", "1,000,000", "0.0.1"] {
            assert_eq!(parse_number(text), Err(NumberError::Separators), "{text}");
        }
    }

    #[test]
    fn counts_have_neither_fraction_nor_comma() {
        assert_eq!(parse_whole_number("30"), Ok(30.0));
        assert_eq!(parse_whole_number("30.0"), Ok(30.0));
        for text in ["0.5", "0,5", "10,000"] {
            assert_eq!(parse_whole_number(text), Err(NumberError::Fraction));
        }
    }

    #[test]
    fn percents_are_as_they_were_meant() {
        for (share, text) in [
            (0.07, "7"),
            (f64::from(0.3_f32), "30"),
            (0.125, "12.5"),
            (1.0, "100"),
            (0.0, "0"),
        ] {
            assert_eq!(number_text(percent_of(share)), text);
        }
    }

    #[test]
    fn a_moved_share_has_few_digits_near_both_ends_and_is_shown_whole() {
        for (share, rounded, text) in [
            (0.422_314_471_234_567, 0.4223, "0.4223"),
            (0.000_123_456_789, 0.000_123_5, "0.0001235"),
            (0.999_876_543_21, 0.999_876_5, "0.9998765"),
            (0.000_001_234_56, 1.235e-6, "1.235e-6"),
            (0.0, 0.0, "0"),
            (1.0, 1.0, "1"),
        ] {
            assert_eq!(rounded_share(share), rounded);
            assert_eq!(number_text(rounded), text);
            assert_eq!(text.parse(), Ok(rounded));
        }
        assert!(rounded_share(f64::NAN).is_nan());
    }

    #[test]
    fn a_number_is_shown_shortest_and_a_small_one_with_its_power_of_ten() {
        for (number, text) in [
            (1e-8, "1e-8"),
            (f64::from(1e-5_f32), "1e-5"),
            (f64::from(0.001_f32), "0.001"),
            (0.25, "0.25"),
            (0.0, "0"),
            (30.0, "30"),
        ] {
            assert_eq!(number_text(number), text);
        }
    }
}
