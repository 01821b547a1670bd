/// Rows of the letters of `DRAWN`, five by seven dots each, a bit a dot.
const LETTERS: [[u8; 7]; 5] = [
    [
        0b11110, 0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b11110,
    ],
    [
        0b11110, 0b10001, 0b10001, 0b11110, 0b10100, 0b10010, 0b10001,
    ],
    [
        0b01110, 0b10001, 0b10001, 0b11111, 0b10001, 0b10001, 0b10001,
    ],
    [
        0b10001, 0b10001, 0b10001, 0b10101, 0b10101, 0b11011, 0b10001,
    ],
    [
        0b10001, 0b11001, 0b10101, 0b10011, 0b10001, 0b10001, 0b10001,
    ],
];

/// Letters and the gap between two are this wide, dots.
const PITCH: usize = 6;

/// Whether the mark `DRAWN` in a film's upper left corner covers this pixel.
///
/// It is the same on every film, with a finding or without, so that no network learns by it.
pub fn is_mark(x: usize, y: usize) -> bool {
    let (Some(x), Some(y)) = (x.checked_sub(6), y.checked_sub(6)) else {
        return false;
    };
    let rows = LETTERS.get(x / PITCH);
    let row = rows.and_then(|rows| rows.get(y));
    row.is_some_and(|row| (row << (x % PITCH)) & 0b10000 != 0 && x % PITCH < 5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_can_be_read() {
        let row = |y| (0..40).map(move |x| if is_mark(x, y) { '#' } else { ' ' });
        let text: Vec<String> = (6..13).map(|y| row(y).collect()).collect();
        assert_eq!(text[0].trim_end(), "      ####  ####   ###  #   # #   #");
        assert_eq!(text[3].trim_end(), "      #   # ####  ##### # # # #  ##");
        assert!(row(5).chain(row(13)).all(|dot| dot == ' '));
    }
}
