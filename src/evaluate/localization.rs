use std::collections::BTreeMap;
use std::path::Path;

use super::EvaluateError;
use crate::dataset::FindingBox;
use crate::domain::{Labels, PerFinding, Threshold};
use crate::explain::{
    Heatmap, MapCurves, MapMethod, Overlap, class_activation_maps, map_curves, occlusion_maps,
};
use crate::film::{OpenedFilm, infer, open};
use crate::model::{Classifier, Inference, MapFigures, MapRecord};
use crate::work::{Canceled, Progress, Watch};

/// How well maps meet radiologists' boxes, over films that have one.
#[derive(Clone, Debug, PartialEq)]
pub struct Localization {
    /// The method that tables show, and the map threshold of all methods.
    pub rule: MapRule,
    /// Each method with the labels in the order of the model's outputs.
    pub methods: Vec<(MapMethod, Vec<LabelLocalization>)>,
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
    /// Mean share of the evidence outside the body, over films with evidence and a body that was found.
    pub outside: Mean,
    /// Mean area under the deletion curve, where curves were asked for.
    pub deletion: Mean,
    /// Mean area under the insertion curve, likewise.
    pub insertion: Mean,
}

/// A mean over some of the films.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mean {
    sum: f64,
    n: u32,
}

impl Mean {
    /// The mean; `None` over no film.
    pub fn value(self) -> Option<f64> {
        (self.n > 0).then(|| self.sum / f64::from(self.n))
    }

    fn add(&mut self, value: f64) {
        self.sum += value;
        self.n += 1;
    }
}

/// Which places of a film a map is taken to point at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MapRule {
    /// Which map tables show.
    pub method: MapMethod,
    /// Map threshold, as a fraction of the map's maximum, in `(0, 1]`.
    pub cut: f32,
    /// Whether deletion and insertion curves are measured too, and the map of covered places with
    /// them: some 500 forward passes for each box.
    pub curves: bool,
}

impl Localization {
    /// The labels under the method that tables show.
    pub fn shown(&self) -> &[LabelLocalization] {
        let shown = self.methods.iter();
        let mut shown = shown.filter(|(method, _)| *method == self.rule.method);
        shown.next().map_or(&[], |(_, labels)| labels)
    }

    /// What a model file keeps of a label; `None` where no film has a box of it.
    pub(super) fn record(&self, finding_idx: usize, measured_on: &str) -> Option<MapRecord> {
        let of_method = |(method, labels): &(MapMethod, Vec<LabelLocalization>)| {
            let label = labels.get(finding_idx).filter(|label| label.n_films > 0)?;
            let figures = MapFigures {
                n: label.n_films,
                hits: label.n_hits,
                mean_iou: label.mean_iou,
                mean_outside_body: label.outside.value(),
                deletion: label.deletion.value(),
                insertion: label.insertion.value(),
            };
            Some((method.key().to_owned(), figures))
        };
        let methods: BTreeMap<_, _> = self.methods.iter().filter_map(of_method).collect();
        (!methods.is_empty()).then(|| MapRecord {
            measured_on: measured_on.to_owned(),
            map_threshold: self.rule.cut.into(),
            methods,
        })
    }

    fn new(labels: &Labels, rule: MapRule) -> Self {
        let empty = |name: &str| LabelLocalization {
            name: name.to_owned(),
            n_films: 0,
            n_hits: 0,
            n_flagged: 0,
            mean_iou: 0.0,
            n_overlapping: 0,
            outside: Mean::default(),
            deletion: Mean::default(),
            insertion: Mean::default(),
        };
        let methods = MapMethod::ALL.into_iter();
        let methods = methods.filter(|method| rule.makes(*method));
        Self {
            rule,
            methods: methods
                .map(|method| (method, labels.iter().map(empty).collect()))
                .collect(),
        }
    }
}

impl MapRule {
    /// That of covered places only where it is asked for: it takes seconds a film.
    fn makes(self, method: MapMethod) -> bool {
        method != MapMethod::Occlusion || self.curves || self.method == method
    }
}

/// What one film says of one map.
struct MapOfFilm {
    overlap: Overlap,
    outside: Option<f64>,
    curves: Option<MapCurves>,
    /// The score reaches the label's threshold.
    flagged: bool,
}

impl LabelLocalization {
    fn add(&mut self, film: &MapOfFilm) {
        let overlap = film.overlap;
        self.n_films += 1;
        self.n_hits += usize::from(overlap.hit);
        self.n_flagged += usize::from(film.flagged);
        // The mean so far, moved by its share of the new film's.
        self.mean_iou += (overlap.iou - self.mean_iou) / self.n_films as f64;
        self.n_overlapping += usize::from(overlap.iou >= 0.5);
        if let Some(share) = film.outside {
            self.outside.add(share);
        }
        if let Some(curves) = film.curves {
            self.deletion.add(curves.deletion);
            self.insertion.add(curves.insertion);
        }
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
        let scored = Scored {
            classifier,
            inference: infer(&opened, classifier).map_err(|error| *error.source)?,
            opened,
            watch: Inner(watch),
        };
        for (method, sums) in &mut localization.methods {
            let maps = scored.maps(*method)?;
            for (finding_idx, boxes) in &film.findings {
                if let (Some(map), Some(sum)) = (maps.get(*finding_idx), sums.get_mut(*finding_idx))
                {
                    let threshold = thresholds.get(*finding_idx);
                    sum.add(&scored.compare(map, *finding_idx, boxes, threshold, rule)?);
                }
            }
        }
    }
    Ok((localization, unreadable))
}

/// The work on one film asks whether to stop; how far it has come is said by film.
struct Inner<'a>(&'a dyn Watch);

impl Watch for Inner<'_> {
    fn progress(&self, _: Progress) {}

    fn check(&self) -> Result<(), Canceled> {
        self.0.check()
    }
}

/// A film with a box, scored.
struct Scored<'a> {
    classifier: &'a Classifier,
    opened: OpenedFilm,
    inference: Inference,
    watch: Inner<'a>,
}

impl Scored<'_> {
    fn maps(&self, method: MapMethod) -> Result<PerFinding<Heatmap>, EvaluateError> {
        let inference = &self.inference;
        Ok(match method {
            MapMethod::Cam(method) => class_activation_maps(
                &inference.features,
                self.classifier.head(),
                &inference.scores,
                method,
            ),
            MapMethod::Occlusion => occlusion_maps(self.classifier, inference, &self.watch)?,
        })
    }

    fn compare(
        &self,
        map: &Heatmap,
        finding_idx: usize,
        boxes: &[&FindingBox],
        threshold: Option<&Threshold>,
        rule: MapRule,
    ) -> Result<MapOfFilm, EvaluateError> {
        let inference = &self.inference;
        let curves = rule
            .curves
            .then(|| map_curves(self.classifier, inference, finding_idx, map, &self.watch));
        let pair = inference.scores.get(finding_idx).zip(threshold);
        Ok(MapOfFilm {
            overlap: Overlap::of(map, boxes, rule.cut),
            outside: self.opened.body().and_then(|body| map.share_outside(body)),
            curves: curves.transpose()?,
            flagged: pair.is_some_and(|(score, threshold)| score.is_positive(threshold)),
        })
    }
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
