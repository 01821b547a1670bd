use std::path::Path;

use super::EvaluateError;
use crate::dataset::{BOX_FRAME_PX, FindingBox};
use crate::domain::Threshold;
use crate::explain::{CamMethod, Heatmap, class_activation_maps};
use crate::imaging::read_film;
use crate::model::Classifier;

/// Points along each side of a film at which map and boxes are compared.
const GRID: usize = 128;

/// How well a label's maps meet radiologists' boxes, over films that have one.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelLocalization {
    /// As the model spells it.
    pub name: String,
    /// Films with a box of this finding that could be scored.
    pub n_films: usize,
    /// Those whose hottest place lies in a box (the pointing game, Zhang et al. 2018).
    pub n_hits: usize,
    /// Those whose score reaches the label's threshold.
    pub n_flagged: usize,
    /// Mean over films of the overlap of boxes and the map above its cut: intersection over union.
    pub mean_iou: f64,
    /// Films with an overlap of at least a half.
    pub n_overlapping: usize,
}

/// Which places of a film a map is taken to point at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MapRule {
    /// Which map.
    pub method: CamMethod,
    /// Share of the map's largest value from which a place belongs to it, in `(0, 1]`.
    pub cut: f32,
}

/// One film's boxes of one finding.
struct BoxedFilm<'a> {
    path: &'a Path,
    finding_idx: usize,
    boxes: Vec<&'a FindingBox>,
}

/// Scores films with boxes and compares maps with them.
///
/// `films` pairs images with their files. Films that cannot be read are returned with the reason.
/// `progress(n_done, n_total)` stops the work by `false`.
pub fn localize(
    classifier: &Classifier,
    films: &[(String, &Path)],
    boxes: &[FindingBox],
    thresholds: &[f64],
    rule: MapRule,
    progress: &mut dyn FnMut(usize, usize) -> bool,
) -> Result<(Vec<LabelLocalization>, Vec<String>), EvaluateError> {
    let labels = &classifier.card().labels;
    let boxed = boxed_films(classifier, films, boxes);
    let mut sums: Vec<LabelLocalization> = labels
        .iter()
        .map(|name| LabelLocalization {
            name: name.to_owned(),
            n_films: 0,
            n_hits: 0,
            n_flagged: 0,
            mean_iou: 0.0,
            n_overlapping: 0,
        })
        .collect();
    let mut unreadable = Vec::new();
    for (n_done, film) in boxed.iter().enumerate() {
        if !progress(n_done, boxed.len()) {
            return Err(EvaluateError::Cancelled);
        }
        let radiograph = match read_film(film.path) {
            Ok(radiograph) => radiograph,
            Err(error) => {
                unreadable.push(error.to_string());
                continue;
            }
        };
        let reading = classifier.score(&radiograph)?;
        let maps = class_activation_maps(
            &reading.features,
            classifier.head(),
            &reading.scores,
            rule.method,
        );
        let (Some(map), Some(sum)) = (maps.get(film.finding_idx), sums.get_mut(film.finding_idx))
        else {
            continue;
        };
        let score = reading.scores.get(film.finding_idx);
        let threshold = thresholds.get(film.finding_idx).copied();
        let flagged = score.zip(threshold).is_some_and(|(score, threshold)| {
            let exact = Threshold::new(threshold as f32).ok();
            exact.is_some_and(|threshold| score.is_positive(threshold))
        });
        let overlap = Overlap::of(map, &film.boxes, rule.cut);
        sum.n_films += 1;
        sum.n_hits += usize::from(overlap.hit);
        sum.n_flagged += usize::from(flagged);
        sum.mean_iou += overlap.iou;
        sum.n_overlapping += usize::from(overlap.iou >= 0.5);
    }
    for sum in &mut sums {
        sum.mean_iou /= sum.n_films.max(1) as f64;
    }
    Ok((sums, unreadable))
}

fn boxed_films<'a>(
    classifier: &Classifier,
    films: &[(String, &'a Path)],
    boxes: &'a [FindingBox],
) -> Vec<BoxedFilm<'a>> {
    let labels = &classifier.card().labels;
    let of_film = |(image, path): &(String, &'a Path)| -> Vec<BoxedFilm<'a>> {
        let mut boxed: Vec<BoxedFilm<'a>> = Vec::new();
        for found in boxes.iter().filter(|found| found.image == *image) {
            let Some(finding_idx) = labels.position(found.finding.name()) else {
                continue;
            };
            match boxed
                .iter_mut()
                .find(|film| film.finding_idx == finding_idx)
            {
                Some(film) => film.boxes.push(found),
                None => boxed.push(BoxedFilm {
                    path,
                    finding_idx,
                    boxes: vec![found],
                }),
            }
        }
        boxed
    };
    films.iter().flat_map(of_film).collect()
}

/// How a map meets boxes.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Overlap {
    /// The hottest place lies in a box; never where nothing speaks for the finding.
    hit: bool,
    /// Intersection over union of boxes and places of at least `map_cut` of the largest value.
    iou: f64,
}

impl Overlap {
    fn of(map: &Heatmap, boxes: &[&FindingBox], map_cut: f32) -> Self {
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

/// Whether a place, in shares of width and height, lies in a box.
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
