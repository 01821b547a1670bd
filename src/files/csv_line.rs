/// First characters by which a spreadsheet takes a cell for a formula (OWASP, CSV injection).
const FORMULA_STARTS: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// One line of a CSV file with a line feed at its end: the only place that writes cells.
///
/// A cell that a spreadsheet would run as a formula gets an apostrophe before it; numbers stay numbers.
/// [`csv_text`] takes it off again.
pub fn csv_line<C: AsRef<str>>(cells: impl IntoIterator<Item = C>) -> String {
    let cells: Vec<String> = cells.into_iter().map(|c| written(c.as_ref())).collect();
    cells.join(",") + "\n"
}

/// The text of a cell that [`csv_line`] wrote.
pub fn csv_text(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(text) if is_formula(text) => text,
        _ => cell,
    }
}

fn written(text: &str) -> String {
    let mark = if is_formula(text) { "'" } else { "" };
    let is_quoted = text.contains([',', '"', '\n', '\r']) || text.trim() != text;
    if is_quoted {
        format!("\"{mark}{}\"", text.replace('"', "\"\""))
    } else {
        format!("{mark}{text}")
    }
}

/// Whether a spreadsheet would run it; apostrophes before it do not count, so that they can be told from ours.
fn is_formula(text: &str) -> bool {
    let is_number = text.parse::<f64>().is_ok();
    text.trim_start_matches('\'').starts_with(FORMULA_STARTS) && !is_number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_defused_and_numbers_are_not() {
        for (text, expected) in [
            ("=1+1", "'=1+1"),
            ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
            ("-film.png", "'-film.png"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("＝1+1", "'＝1+1"),
            ("\t=1", "\"'\t=1\""),
            ("-0.25", "-0.25"),
            ("+1e-3", "+1e-3"),
            ("-", "'-"),
            ("'=1", "''=1"),
            ("'tis", "'tis"),
            ("plain", "plain"),
            ("", ""),
        ] {
            assert_eq!(csv_line([text]), format!("{expected}\n"), "{text}");
        }
    }

    #[test]
    fn every_text_comes_back_from_its_cell() {
        for text in [
            "=1+1",
            "'=1",
            "''@x",
            "-0.5",
            "a,b",
            "\"quoted\"",
            "two\nlines",
            " blank ",
            "'tis",
            "",
        ] {
            let line = csv_line(["first", text]);
            let mut reader = csv::ReaderBuilder::new()
                .has_headers(false)
                .from_reader(line.as_bytes());
            let record = reader.records().next().unwrap().unwrap();
            assert_eq!(csv_text(&record[1]), text);
        }
    }
}
