use thorax::dataset::SeededRandom;

/// Bytes that a reader may take for lengths, counts or signs.
const EXTREMES: [u64; 8] = [
    0,
    1,
    0x7F,
    0xFF,
    0x7FFF_FFFF,
    0xFFFF_FFFF,
    0x7FFF_FFFF_FFFF_FFFF,
    u64::MAX,
];

/// Words that mean something to readers of tables, settings and JSON.
const WORDS: [&str; 20] = [
    "\"",
    ",",
    ";",
    "\t",
    "\r\n",
    "\n\n",
    "-1",
    "NaN",
    "1e400",
    "0,5",
    "=",
    "sep=;",
    "\u{feff}",
    "\0",
    "[",
    "{",
    "null",
    "|",
    "18446744073709551616",
    "../",
];

/// One of `seeds` with one to eight changes: bits, extreme numbers, words, parts cut, repeated, or taken from
/// another of the seeds.
pub fn mutated(seeds: &[Vec<u8>], random: &mut SeededRandom) -> Vec<u8> {
    let mut bytes = seeds[random.below(seeds.len())].clone();
    for _ in 0..1 << random.below(4) {
        change(&mut bytes, seeds, random);
    }
    bytes
}

fn change(bytes: &mut Vec<u8>, seeds: &[Vec<u8>], random: &mut SeededRandom) {
    let at = place(bytes.len(), random);
    let part = at..(at + 1 + random.below(64)).min(bytes.len());
    match random.below(9) {
        0 if !part.is_empty() => bytes[at] ^= 1 << random.below(8),
        1 if !part.is_empty() => bytes[at] = random.below(256) as u8,
        2 => overwrite(bytes, at, random),
        3 => drop(bytes.drain(part)),
        4 => {
            let again = bytes[part].repeat(1 + random.below(4));
            bytes.splice(at..at, again);
        }
        5 => {
            let word = WORDS[random.below(WORDS.len())];
            bytes.splice(at..at, word.bytes());
        }
        6 if random.below(4) == 0 => bytes.truncate(at),
        7 => {
            let other = &seeds[random.below(seeds.len())];
            let from = place(other.len(), random);
            let to = (from + 1 + random.below(512)).min(other.len());
            let replaced = at..(at + to - from).min(bytes.len());
            bytes.splice(replaced, other[from..to].iter().copied());
        }
        _ => {
            let noise: Vec<u8> = (0..=random.below(8))
                .map(|_| random.below(256) as u8)
                .collect();
            bytes.splice(at..at, noise);
        }
    }
}

/// A place within `n_bytes`: half of the time among the first 1,024, where headers are.
fn place(n_bytes: usize, random: &mut SeededRandom) -> usize {
    let is_in_header = random.below(2) == 0;
    random.below(if is_in_header {
        n_bytes.min(1024)
    } else {
        n_bytes
    })
}

/// Writes an extreme number of 1, 2, 4 or 8 bytes over what is at `at`, in either order of bytes.
fn overwrite(bytes: &mut [u8], at: usize, random: &mut SeededRandom) {
    let n_bytes = 1 << random.below(4);
    let number = EXTREMES[random.below(EXTREMES.len())].to_le_bytes();
    let mut number = number[..n_bytes].to_vec();
    if random.below(2) == 0 {
        number.reverse();
    }
    for (to, from) in bytes[at..].iter_mut().zip(number) {
        *to = from;
    }
}
