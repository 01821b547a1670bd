//! The inverse cosine transform, to the bit as the libraries of the Independent JPEG Group do it
//! (their accurate integer method), which dcmtk and others build on.

/// Fraction bits of the constants.
const N_BITS: u32 = 13;

/// Index in the 8 x 8 block of each coefficient of the zigzag order (T.81 figure A.6).
const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20,
    13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59,
    52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// Samples of one block, row by row, from coefficients and steps in zigzag order.
pub(super) fn samples(coefficients: &[i16; 64], steps: &[u16; 64], precision: u32) -> [u16; 64] {
    let mut block = [[0_i64; 8]; 8];
    for ((&place, &coefficient), &step) in ZIGZAG.iter().zip(coefficients).zip(steps) {
        let row = block.get_mut(usize::from(place / 8));
        if let Some(target) = row.and_then(|row| row.get_mut(usize::from(place % 8))) {
            *target = i64::from(coefficient) * i64::from(step);
        }
    }
    // Bits that are kept between the passes; 12 bits would overflow 32 with more.
    let n_kept = if precision > 8 { 1 } else { 2 };
    let columns = transposed(&block).map(|column| transform(column, N_BITS - n_kept));
    let rows = transposed(&columns).map(|row| transform(row, N_BITS + n_kept + 3));
    let middle = 1 << (precision - 1);
    let max = (1 << precision) - 1;
    let mut samples = [0; 64];
    for (sample, value) in samples.iter_mut().zip(rows.as_flattened()) {
        *sample = (value + middle).clamp(0, max) as u16;
    }
    samples
}

fn transposed(block: &[[i64; 8]; 8]) -> [[i64; 8]; 8] {
    let mut result = [[0; 8]; 8];
    for (y, row) in block.iter().enumerate() {
        for (&value, target) in row.iter().zip(&mut result) {
            if let Some(target) = target.get_mut(y) {
                *target = value;
            }
        }
    }
    result
}

/// Eight values by the method of Loeffler, Ligtenberg and Moschytz, rounded by `n_shift` bits.
fn transform([s0, s1, s2, s3, s4, s5, s6, s7]: [i64; 8], n_shift: u32) -> [i64; 8] {
    let z1 = (s2 + s6) * 4433; // 0.541196100
    let even2 = z1 - s6 * 15_137; // 1.847759065
    let even3 = z1 + s2 * 6270; // 0.765366865
    let even0 = (s0 + s4) << N_BITS;
    let even1 = (s0 - s4) << N_BITS;
    let (a0, a3) = (even0 + even3, even0 - even3);
    let (a1, a2) = (even1 + even2, even1 - even2);

    let (z1, z2, z3, z4) = (s7 + s1, s5 + s3, s7 + s3, s5 + s1);
    let z5 = (z3 + z4) * 9633; // 1.175875602
    let (z1, z2) = (-z1 * 7373, -z2 * 20_995); // 0.899976223, 2.562915447
    let z3 = z5 - z3 * 16_069; // 1.961570560
    let z4 = z5 - z4 * 3196; // 0.390180644
    let b0 = s7 * 2446 + z1 + z3; // 0.298631336
    let b1 = s5 * 16_819 + z2 + z4; // 2.053119869
    let b2 = s3 * 25_172 + z2 + z3; // 3.072711026
    let b3 = s1 * 12_299 + z1 + z4; // 1.501321110

    [
        a0 + b3,
        a1 + b2,
        a2 + b1,
        a3 + b0,
        a3 - b0,
        a2 - b1,
        a1 - b2,
        a0 - b3,
    ]
    .map(|value| (value + (1 << (n_shift - 1))) >> n_shift)
}
