//! Lines of equal evidence over a film.

use super::{Colormap, Heatmap};

/// Points along each side at which a map is looked at.
const N_POINTS: usize = 97;
/// Shares of a map's maximum along which lines are drawn.
const LINE_SHARES: [f32; 4] = [0.25, 0.5, 0.7, 0.9];

/// A line, as places in `[0, 1]` of width and height.
pub type EvidenceLine = Vec<[f32; 2]>;

/// The lines of a map that are drawn, each with its share of the maximum; none below the share `cut_off`.
pub fn evidence_lines(heatmap: &Heatmap, cut_off: f32) -> Vec<(f32, EvidenceLine)> {
    let shares = LINE_SHARES.into_iter().filter(|share| *share >= cut_off);
    let lines = shares.flat_map(|share| {
        let lines = contours(heatmap, share * heatmap.max()).into_iter();
        lines.map(move |line| (share, line))
    });
    lines.collect()
}

/// Red, green and blue of the line of a share of the maximum. Colors of weak evidence are dark, which a thin line must
/// not be.
pub fn line_color(colormap: Colormap, share: f32) -> [u8; 3] {
    colormap.color(0.45 + 0.55 * share)
}

/// Lines along which a map has a value, as places in `[0, 1]` of width and height.
///
/// Marching squares: each cell is crossed by up to two pieces, which are then joined. A closed line
/// ends where it began; one that meets the film's edge stays open.
fn contours(heatmap: &Heatmap, value: f32) -> Vec<EvidenceLine> {
    let step = 1.0 / (N_POINTS - 1) as f32;
    let at = |column: usize, row: usize| {
        let (x, y) = (column as f32 * step, row as f32 * step);
        heatmap.at(x, y) - value
    };
    let mut pieces = Vec::new();
    for row in 0..N_POINTS - 1 {
        for column in 0..N_POINTS - 1 {
            // Clockwise from the top left.
            let corners = [
                (column, row),
                (column + 1, row),
                (column + 1, row + 1),
                (column, row + 1),
            ];
            let values = corners.map(|(column, row)| at(column, row));
            pieces_of_cell(corners, values, &mut pieces);
        }
    }
    let lines = joined(&pieces);
    let place = |end: &Crossing| {
        let [a, b] = [end.from, end.to].map(|(x, y)| (x as f32 * step, y as f32 * step));
        [a.0 + (b.0 - a.0) * end.share, a.1 + (b.1 - a.1) * end.share]
    };
    lines
        .iter()
        .map(|line| line.iter().map(place).collect())
        .collect()
}

/// Where a side of a cell has the value: a side is known by its two ends, the smaller first.
#[derive(Clone, Copy, Debug)]
struct Crossing {
    from: (usize, usize),
    to: (usize, usize),
    /// From the first end.
    share: f32,
}

impl Crossing {
    fn side(&self) -> ((usize, usize), (usize, usize)) {
        (self.from, self.to)
    }
}

fn pieces_of_cell(corners: [(usize, usize); 4], values: [f32; 4], pieces: &mut Vec<[Crossing; 2]>) {
    let mut crossings = Vec::new();
    let ends = corners.iter().zip(values);
    let next = corners.iter().zip(values).cycle().skip(1);
    for ((&a, a_value), (&b, b_value)) in ends.zip(next) {
        if (a_value >= 0.0) != (b_value >= 0.0) {
            // The same side has the same crossing from both of its cells.
            let ((from, low), (to, high)) = if a < b {
                ((a, a_value), (b, b_value))
            } else {
                ((b, b_value), (a, a_value))
            };
            let share = low / (low - high);
            crossings.push(Crossing { from, to, share });
        }
    }
    match *crossings.as_slice() {
        [a, b] => pieces.push([a, b]),
        [a, b, c, d] => {
            // A saddle: the middle decides which corners belong together.
            let middle: f32 = values.iter().sum::<f32>() / 4.0;
            let [first, ..] = values;
            if (middle >= 0.0) == (first >= 0.0) {
                pieces.extend([[a, b], [c, d]]);
            } else {
                pieces.extend([[d, a], [b, c]]);
            }
        }
        _ => {}
    }
}

/// Joins pieces that meet on a side of a cell.
fn joined(pieces: &[[Crossing; 2]]) -> Vec<Vec<Crossing>> {
    use std::collections::BTreeMap;
    let mut at_side: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (idx, piece) in pieces.iter().enumerate() {
        for end in piece {
            at_side.entry(end.side()).or_default().push(idx);
        }
    }
    let mut used = vec![false; pieces.len()];
    let mut lines = Vec::new();
    for idx in 0..pieces.len() {
        let (Some(false), Some(&[first, last])) = (used.get(idx).copied(), pieces.get(idx)) else {
            continue;
        };
        if let Some(used) = used.get_mut(idx) {
            *used = true;
        }
        let mut line = vec![first, last];
        // Forwards from its last end, then backwards from its first.
        for _ in 0..2 {
            while let Some(&end) = line.last() {
                let here = at_side.get(&end.side()).into_iter().flatten();
                let mut free = here.filter(|&&other| used.get(other) == Some(&false));
                let Some(&other) = free.next() else {
                    break;
                };
                if let Some(used) = used.get_mut(other) {
                    *used = true;
                }
                if let Some(&[a, b]) = pieces.get(other) {
                    line.push(if a.side() == end.side() { b } else { a });
                }
            }
            line.reverse();
        }
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A cone with its top in the middle.
    fn cone(side: usize) -> Heatmap {
        let values = (0..side * side).map(|idx| {
            let place = |n: usize| (n as f32 + 0.5) / side as f32 - 0.5;
            1.0 - place(idx % side).hypot(place(idx / side)) * 2.0
        });
        Heatmap::new(side, values.collect())
    }

    #[test]
    fn a_cone_has_one_closed_circle_at_each_height() {
        let lines = contours(&cone(64), 0.4);
        assert_eq!(lines.len(), 1);
        let line = &lines[0];
        assert_eq!(line.first(), line.last(), "closed");
        for [x, y] in line {
            let radius = (x - 0.5).hypot(y - 0.5);
            // 1 - 2 r = 0.4 at a radius of 0.3; the grid has cells of a 64th.
            assert!((radius - 0.3).abs() < 0.004, "{radius}");
        }
    }

    #[test]
    fn every_point_has_the_value() {
        let heatmap = cone(64);
        for line in contours(&heatmap, 0.25) {
            for [x, y] in line {
                // Between two points the map is not quite straight.
                assert!((heatmap.at(x, y) - 0.25).abs() < 0.01);
            }
        }
    }

    #[test]
    fn above_the_top_there_is_no_line_and_at_the_edge_lines_stay_open() {
        assert!(contours(&cone(64), 1.1).is_empty());
        let slope = Heatmap::new(2, vec![0.0, 1.0, 0.0, 1.0]);
        let lines = contours(&slope, 0.5);
        assert_eq!(lines.len(), 1);
        assert_ne!(lines[0].first(), lines[0].last());
        assert!(lines[0].iter().all(|[x, _]| (x - 0.5).abs() < 1e-5));
    }

    #[test]
    fn a_saddle_is_crossed_by_two_pieces() {
        let saddle = Heatmap::new(2, vec![1.0, 0.0, 0.0, 1.0]);
        for value in [0.4, 0.6] {
            let lines = contours(&saddle, value);
            assert_eq!(lines.len(), 2, "{value}");
        }
    }
}
