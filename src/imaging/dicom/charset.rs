//! Text in the character set that a file names (PS3.5 6.1, PS3.3 C.12.1.1.2).

use dicom_encoding::text::{SpecificCharacterSet, TextCodec as _};

const ESCAPE: u8 = 0x1B;

/// Decodes text; `None` where it cannot be shown as it was meant.
pub(super) fn decode(bytes: &[u8], declared: &[String]) -> Option<String> {
    if bytes.is_ascii() && !bytes.contains(&ESCAPE) {
        return String::from_utf8(bytes.to_vec()).ok();
    }
    let sets: Vec<_> = declared.iter().filter_map(|name| named(name)).collect();
    let decoded = if bytes.contains(&ESCAPE) {
        escaped(bytes, &sets)?
    } else if let Some(first) = sets.first() {
        first.decode(bytes).ok()?
    } else if let Ok(text) = str::from_utf8(bytes) {
        text.to_owned()
    } else {
        // Undeclared: most often Western Europe.
        SpecificCharacterSet::ISO_IR_100.decode(bytes).ok()?
    };
    // The decoder writes what it does not know as a backslash with a number.
    let invented = decoded.contains('\\') && !bytes.contains(&b'\\');
    let shown = decoded
        .chars()
        .all(|c| !c.is_control() || c.is_whitespace() || c == '\0');
    (shown && !invented).then_some(decoded)
}

/// By its name, also where that is misspelt.
fn named(name: &str) -> Option<SpecificCharacterSet> {
    let digits = |text: &str| {
        text.chars()
            .filter(char::is_ascii_digit)
            .collect::<String>()
    };
    let upper = name.to_ascii_uppercase();
    if upper.contains("UTF") || upper.ends_with("192") {
        return Some(SpecificCharacterSet::ISO_IR_192);
    }
    if upper.starts_with("GB") {
        let exact = if upper.contains("18030") {
            "GB18030"
        } else {
            "GBK"
        };
        return SpecificCharacterSet::from_code(exact);
    }
    // ISO_IR 100, ISO-IR 100, ISO 2022 IR 100 …
    let (_, number) = upper.rsplit_once("IR")?;
    match digits(number).as_str() {
        "58" => SpecificCharacterSet::from_code("GBK"),
        // Supplementary kanji share the escape sequences of the others.
        "159" => SpecificCharacterSet::from_code("ISO_IR 87"),
        number => SpecificCharacterSet::from_code(&format!("ISO_IR {number}")),
    }
}

/// Text with the escape sequences of ISO 2022.
fn escaped(bytes: &[u8], sets: &[SpecificCharacterSet]) -> Option<String> {
    let kanji = SpecificCharacterSet::from_code("ISO_IR 87")?;
    if sets.contains(&kanji) {
        return kanji.decode(bytes).ok();
    }
    // Korean, Chinese and single-byte sets lie in the upper half: the sequences only announce them.
    let mut plain = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        if byte != ESCAPE {
            plain.push(byte);
            continue;
        }
        let n_intermediate = rest
            .iter()
            .take_while(|byte| matches!(byte, 0x20..=0x2F))
            .count();
        rest = rest.get(n_intermediate + 1..)?;
    }
    let last = sets.last()?;
    last.decode(&plain).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], declared: &[&str], expected: Option<&str>) {
        let declared: Vec<String> = declared.iter().map(ToString::to_string).collect();
        assert_eq!(
            decode(bytes, &declared).as_deref(),
            expected,
            "{declared:?}"
        );
    }

    #[test]
    fn text_is_shown_as_meant_or_not_at_all() {
        check(b"THORAX", &["ISO_IR 999"], Some("THORAX"));
        check(b"T\xD3RAX", &[], Some("TÓRAX"));
        check("TÓRAX".as_bytes(), &[], Some("TÓRAX"));
        check("TÓRAX".as_bytes(), &["utf8"], Some("TÓRAX"));
        check(b"\xD8\xE2", &["ISO IR 144"], Some("ит"));
        check(b"\x1B$)C\xC8\xAB", &["", "ISO 2022 IR 149"], Some("홍"));
        check(b"\x1B$B;3ED\x1B(J", &["", "ISO 2022 IR 87"], Some("山田"));
        check(b"\x1B$B;3ED", &[], None);
        check(b"\xFF\xFE", &["ISO_IR 192"], None);
    }
}
