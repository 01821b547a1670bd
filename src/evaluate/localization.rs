use std::path::Path;
use std::sync::Arc;

use super::EvaluateError;
use crate::dataset::FindingBox;
use crate::domain::Threshold;
use crate::explain::{CamMethod, Overlap};
use crate::film::{open, score};
use crate::model::Classifier;
use crate::work::{Progress, Watch};

/// How well a label's maps meet radiologists' boxes, over films that have one.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelLocalization {
    /// As the model spells it.
    pub name: String,
    /// Films with a box of this finding that could be scored.
    pub n_films: usize,
    /// Films whose map maximum is inside a box (the pointing game, Zhang et al. 2018).
    pub n_hits: usize,
    /// Films whose score reaches the label's threshold.
    pub n_flagged: usize,
    /// Mean over films of the overlap of boxes and the map above its threshold: intersection over union.
    pub mean_iou: f64,
    /// Films with an overlap of at least a half.
    pub n_overlapping: usize,
}

/// Which places of a film a map is taken to point at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MapRule {
    /// Which map.
    pub method: CamMethod,
    /// Map threshold, as a fraction of the map's maximum, in `(0, 1]`.
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
pub fn localize(
    classifier: &Classifier,
    films: &[(String, &Path)],
    boxes: &[FindingBox],
    thresholds: &[Threshold],
    rule: MapRule,
    watch: &dyn Watch,
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
        watch.progress(Progress {
            n_done,
            n_total: boxed.len(),
            unit: "films with boxes",
        });
        watch.check()?;
        let opened = match open(film.path) {
            Ok(opened) => Arc::new(opened),
            Err(error) => {
                unreadable.push(error.to_string());
                continue;
            }
        };
        let scored = score(&opened, classifier, rule.method).map_err(|error| *error.source)?;
        let map = scored.maps.get(film.finding_idx);
        let (Some(map), Some(sum)) = (map, sums.get_mut(film.finding_idx)) else {
            continue;
        };
        let score = scored.inference.scores.get(film.finding_idx);
        let pair = score.zip(thresholds.get(film.finding_idx));
        let flagged = pair.is_some_and(|(score, threshold)| score.is_positive(threshold));
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
