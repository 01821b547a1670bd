use super::Heatmap;
use crate::dataset::{BOX_FRAME_PX, FindingBox};

/// Points along each side of a film at which map and boxes are compared.
const GRID: usize = 128;

/// How a map meets boxes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Overlap {
    /// The map's maximum is inside a box; false without positive evidence.
    pub hit: bool,
    /// Intersection over union of boxes and places of at least `map_cut` of the largest value.
    pub iou: f64,
}

impl Overlap {
    /// Compares them on a grid; `map_cut` in `(0, 1]`.
    pub fn of(map: &Heatmap, boxes: &[&FindingBox], map_cut: f32) -> Self {
        let mut hottest = (0.0, false);
        let cut = map_cut * map.max();
        let (mut n_both, mut n_either) = (0_u32, 0_u32);
        for row in 0..GRID {
            for column in 0..GRID {
                let place = |index: usize| (index as f32 + 0.5) / GRID as f32;
                let (x, y) = (place(column), place(row));
                let value = map.at(x, y);
                let in_box = boxes
                    .iter()
                    .any(|found| contains(found, x.into(), y.into()));
                if value > hottest.0 {
                    hottest = (value, in_box);
                }
                let in_map = value > 0.0 && value >= cut;
                n_both += u32::from(in_map && in_box);
                n_either += u32::from(in_map || in_box);
            }
        }
        Self {
            hit: hottest.1,
            iou: f64::from(n_both) / f64::from(n_either.max(1)),
        }
    }
}

/// Whether a point, as fractions of width and height, is inside a box.
fn contains(found: &FindingBox, x: f64, y: f64) -> bool {
    let (x, y) = (x * BOX_FRAME_PX - found.x, y * BOX_FRAME_PX - found.y);
    (0.0..found.width).contains(&x) && (0.0..found.height).contains(&y)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Finding;

    fn quarter(x: f64, y: f64) -> FindingBox {
        FindingBox {
            image: "a.png".to_owned(),
            finding: Finding::Mass,
            x,
            y,
            width: 512.0,
            height: 512.0,
        }
    }

    /// Hot in the upper left quarter.
    fn map() -> Heatmap {
        let value = |place: usize| {
            if place / 4 < 2 && place % 4 < 2 {
                1.0
            } else {
                -1.0
            }
        };
        Heatmap::new(4, (0..16).map(value).collect())
    }

    #[test]
    fn a_map_that_fills_its_box_overlaps_it() {
        let found = quarter(0.0, 0.0);
        // Between grid points the map falls from 1 to -1: it passes 0 at the box's edge.
        let overlap = Overlap::of(&map(), &[&found], 0.01);
        assert!(overlap.hit && overlap.iou > 0.95, "{overlap:?}");
    }

    #[test]
    fn a_box_elsewhere_is_missed() {
        let found = quarter(512.0, 512.0);
        let overlap = Overlap::of(&map(), &[&found], 0.5);
        assert_eq!((overlap.hit, overlap.iou), (false, 0.0));
    }

    #[test]
    fn a_map_without_evidence_hits_nothing() {
        let found = quarter(0.0, 0.0);
        let overlap = Overlap::of(&Heatmap::new(4, vec![-1.0; 16]), &[&found], 0.5);
        assert_eq!((overlap.hit, overlap.iou), (false, 0.0));
    }

    #[test]
    fn of_several_boxes_one_is_enough_for_a_hit_and_all_count_for_the_overlap() {
        let (own, other) = (quarter(0.0, 0.0), quarter(512.0, 512.0));
        let both = Overlap::of(&map(), &[&own, &other], 0.5);
        let one = Overlap::of(&map(), &[&own], 0.5);
        assert!(both.hit && both.iou < 0.6 * one.iou, "{both:?} {one:?}");
    }
}
