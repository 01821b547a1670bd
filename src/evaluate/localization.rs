use std::path::Path;

use super::EvaluateError;
use crate::dataset::FindingBox;
use crate::domain::{Labels, Threshold};
use crate::explain::{CamMethod, Overlap, class_activation_maps};
use crate::film::{infer, open};
use crate::model::Classifier;
use crate::work::{Progress, Watch};

/// How well maps meet radiologists' boxes, over films that have one.
#[derive(Clone, Debug, PartialEq)]
pub struct Localization {
    /// The method that tables show, and the map threshold of all methods.
    pub rule: MapRule,
    /// Each method with the labels in the order of the model's outputs.
    pub methods: Vec<(CamMethod, Vec<LabelLocalization>)>,
}

/// How well a label's maps by one method meet radiologists' boxes.
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
    /// Which map tables show.
    pub method: CamMethod,
    /// Map threshold, as a fraction of the map's maximum, in `(0, 1]`.
    pub cut: f32,
}

impl Localization {
    /// The labels under the method that tables show.
    pub fn shown(&self) -> &[LabelLocalization] {
        let shown = self.methods.iter();
        let mut shown = shown.filter(|(method, _)| *method == self.rule.method);
        shown.next().map_or(&[], |(_, labels)| labels)
    }

    fn new(labels: &Labels, rule: MapRule) -> Self {
        let empty = |name: &str| LabelLocalization {
            name: name.to_owned(),
            n_films: 0,
            n_hits: 0,
            n_flagged: 0,
            mean_iou: 0.0,
            n_overlapping: 0,
        };
        let methods = CamMethod::ALL.map(|method| (method, labels.iter().map(empty).collect()));
        Self {
            rule,
            methods: methods.into(),
        }
    }
}

impl LabelLocalization {
    fn add(&mut self, overlap: Overlap, flagged: bool) {
        self.n_films += 1;
        self.n_hits += usize::from(overlap.hit);
        self.n_flagged += usize::from(flagged);
        // The mean so far, moved by its share of the new film's.
        self.mean_iou += (overlap.iou - self.mean_iou) / self.n_films as f64;
        self.n_overlapping += usize::from(overlap.iou >= 0.5);
    }
}

/// One film with its boxes, by finding.
struct BoxedFilm<'a> {
    path: &'a Path,
    findings: Vec<(usize, Vec<&'a FindingBox>)>,
}

/// Scores each film with boxes once and compares its maps, by every method, with them.
///
/// `films` pairs images with their files. Films that cannot be read are returned with the reason.
pub fn localize(
    classifier: &Classifier,
    films: &[(String, &Path)],
    boxes: &[FindingBox],
    thresholds: &[Threshold],
    rule: MapRule,
    watch: &dyn Watch,
) -> Result<(Localization, Vec<String>), EvaluateError> {
    let labels = &classifier.card().labels;
    let boxed = boxed_films(labels, films, boxes);
    let mut localization = Localization::new(labels, rule);
    let mut unreadable = Vec::new();
    for (n_done, film) in boxed.iter().enumerate() {
        watch.progress(Progress {
            n_done,
            n_total: boxed.len(),
            unit: "films with boxes",
        });
        watch.check()?;
        let opened = match open(film.path) {
            Ok(opened) => opened,
            Err(error) => {
                unreadable.push(error.to_string());
                continue;
            }
        };
        let inference = infer(&opened, classifier).map_err(|error| *error.source)?;
        for (method, sums) in &mut localization.methods {
            let scores = &inference.scores;
            let maps =
                class_activation_maps(&inference.features, classifier.head(), scores, *method);
            for (finding_idx, boxes) in &film.findings {
                let (Some(map), Some(sum)) = (maps.get(*finding_idx), sums.get_mut(*finding_idx))
                else {
                    continue;
                };
                let pair = scores.get(*finding_idx).zip(thresholds.get(*finding_idx));
                let flagged = pair.is_some_and(|(score, threshold)| score.is_positive(threshold));
                sum.add(Overlap::of(map, boxes, rule.cut), flagged);
            }
        }
    }
    Ok((localization, unreadable))
}

/// Films that have a box of a label, each once.
fn boxed_films<'a>(
    labels: &Labels,
    films: &[(String, &'a Path)],
    boxes: &'a [FindingBox],
) -> Vec<BoxedFilm<'a>> {
    let of_film = |(image, path): &(String, &'a Path)| {
        let mut findings: Vec<(usize, Vec<&'a FindingBox>)> = Vec::new();
        for found in boxes.iter().filter(|found| found.image == *image) {
            let Some(finding_idx) = labels.position(found.finding.name()) else {
                continue;
            };
            match findings.iter_mut().find(|(known, _)| *known == finding_idx) {
                Some((_, boxes)) => boxes.push(found),
                None => findings.push((finding_idx, vec![found])),
            }
        }
        (!findings.is_empty()).then_some(BoxedFilm { path, findings })
    };
    films.iter().filter_map(of_film).collect()
}
