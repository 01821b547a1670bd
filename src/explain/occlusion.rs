//! How much each place matters: the drop of the score where it is covered, and curves by which other
//! maps are judged.
//!
//! Covered means blurred until nothing smaller than the patch is left. A patch of the film's mean
//! gray, as in Zeiler and Fergus 2014, is itself something to see: over a lung it looks like a
//! shadow, in the air like an object, and the score answers to that. Blur takes structure away and
//! adds no edge (Fong and Vedaldi 2017).

use thiserror::Error;

use super::Heatmap;
use crate::domain::{PerFinding, sigmoid};
use crate::imaging::ModelInput;
use crate::model::{Classifier, Inference, ModelError};
use crate::work::{Canceled, Progress, Watch};

/// Places along each side at which the patch is centered.
pub const N_PLACES: usize = 16;
/// Side of the patch, in steps from place to place: patches overlap by half.
const PATCH_STEPS: f32 = 2.0;
/// Films of one batch: as many as `thorax bench` measures.
const BATCH: usize = 32;
/// Steps of a deletion or insertion curve.
const N_STEPS: usize = 16;

/// Why there is no map of covered places, or no curve.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum OcclusionError {
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error("canceled")]
    Canceled(#[from] Canceled),
}

/// Areas under a finding's score while the film is taken away, or put back, in the order of a map
/// (Petsiuk et al. 2018), each in `[0, 1]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MapCurves {
    /// The strongest places are blurred first: low where the map found what the score rests on.
    pub deletion: f64,
    /// The strongest places come back first to a blurred film: high where it did.
    pub insertion: f64,
}

/// The drop of every finding's score where a patch covers the film, `N_PLACES` places a side.
///
/// All findings from one set of `N_PLACES * N_PLACES` forward passes, in batches; they are equal to
/// single ones to the bit.
pub fn occlusion_maps(
    classifier: &Classifier,
    inference: &Inference,
    watch: &dyn Watch,
) -> Result<PerFinding<Heatmap>, OcclusionError> {
    let input = &inference.input;
    let blurred = blurred(input, input.side / N_PLACES);
    let n_places = N_PLACES * N_PLACES;
    let films = (0..n_places).map(|place| covered(input, &blurred, place));
    let scores = scores_of(classifier, films, (n_places, "places covered"), watch)?;
    let n_findings = inference.scores.values().len();
    Ok(inference.scores.labels().map(|finding_idx, _| {
        let whole = inference
            .scores
            .get(finding_idx)
            .map_or(0.0, |score| score.get());
        let of_places = scores.iter().skip(finding_idx).step_by(n_findings.max(1));
        Heatmap::new(N_PLACES, of_places.map(|score| whole - score).collect())
    }))
}

/// The curves of one finding in the order of its map; places of equal evidence from the top left.
pub fn map_curves(
    classifier: &Classifier,
    inference: &Inference,
    finding_idx: usize,
    map: &Heatmap,
    watch: &dyn Watch,
) -> Result<MapCurves, OcclusionError> {
    let input = &inference.input;
    let blurred = blurred(input, input.side / (N_PLACES / 2));
    let order = order_of(map, input.side);
    // Deletion from the film to the blurred one, then insertion the other way.
    let film = |step: usize| {
        let (from, to) = match step / (N_STEPS + 1) {
            0 => (input.values.as_slice(), blurred.as_slice()),
            _ => (blurred.as_slice(), input.values.as_slice()),
        };
        let n_changed = step % (N_STEPS + 1) * order.len() / N_STEPS;
        let mut values = from.to_vec();
        for &pixel in order.iter().take(n_changed) {
            if let (Some(value), Some(other)) = (values.get_mut(pixel), to.get(pixel)) {
                *value = *other;
            }
        }
        values
    };
    let n_films = 2 * (N_STEPS + 1);
    let films = (0..n_films).map(film);
    let scores = scores_of(classifier, films, (n_films, "steps of curves"), watch)?;
    let n_findings = inference.scores.values().len().max(1);
    let scores: Vec<f64> = scores
        .iter()
        .skip(finding_idx)
        .step_by(n_findings)
        .map(|score| f64::from(*score))
        .collect();
    let (deletion, insertion) = scores.split_at((N_STEPS + 1).min(scores.len()));
    Ok(MapCurves {
        deletion: area_under(deletion),
        insertion: area_under(insertion),
    })
}

/// Scores `(film, finding)` of changed inputs, batch by batch.
fn scores_of(
    classifier: &Classifier,
    mut films: impl Iterator<Item = Vec<f32>>,
    (n_total, unit): (usize, &'static str),
    watch: &dyn Watch,
) -> Result<Vec<f32>, OcclusionError> {
    let mut scores = Vec::new();
    for n_done in (0..n_total).step_by(BATCH) {
        watch.progress(Progress {
            n_done,
            n_total,
            unit,
        });
        watch.check()?;
        let batch: Vec<f32> = films.by_ref().take(BATCH).flatten().collect();
        scores.extend(classifier.logits(&batch)?.into_iter().map(sigmoid));
    }
    Ok(scores)
}

/// The input with the patch of a place blurred.
fn covered(input: &ModelInput, blurred: &[f32], place: usize) -> Vec<f32> {
    let step = input.side as f32 / N_PLACES as f32;
    let span = |index: usize| {
        let middle = (index as f32 + 0.5) * step;
        let half = PATCH_STEPS * step / 2.0;
        (middle - half, middle + half)
    };
    let is_within = |pixel: usize, (low, high): (f32, f32)| {
        let middle = pixel as f32 + 0.5;
        middle > low && middle < high
    };
    let (rows, columns) = (span(place / N_PLACES), span(place % N_PLACES));
    let values = input.values.iter().zip(blurred).enumerate();
    let value = |(pixel, (&value, &blurred)): (usize, (&f32, &f32))| {
        let within = is_within(pixel / input.side, rows) && is_within(pixel % input.side, columns);
        if within { blurred } else { value }
    };
    values.map(value).collect()
}

/// Three box filters after one another, near a Gaussian; the film's edge repeats.
fn blurred(input: &ModelInput, radius: usize) -> Vec<f32> {
    let mut values = input.values.clone();
    for _ in 0..3 {
        // Each pass turns rows into columns, so that two blur both ways.
        values = box_filtered(&values, input.side, radius);
        values = box_filtered(&values, input.side, radius);
    }
    values
}

/// Means along rows, the result with rows and columns exchanged.
fn box_filtered(values: &[f32], side: usize, radius: usize) -> Vec<f32> {
    let mut turned = vec![0.0; values.len()];
    let n = (2 * radius + 1) as f32;
    for (row, line) in values.chunks_exact(side.max(1)).enumerate() {
        let at = |column: usize| line.get(column.saturating_sub(radius).min(side - 1));
        for column in 0..side {
            let around = column..=column + 2 * radius;
            let sum: f32 = around.filter_map(at).sum();
            if let Some(value) = turned.get_mut(column * side + row) {
                *value = sum / n;
            }
        }
    }
    turned
}

/// Pixels of the input, the strongest evidence first.
fn order_of(map: &Heatmap, side: usize) -> Vec<usize> {
    let place = |index: usize| (index as f32 + 0.5) / side.max(1) as f32;
    let values = (0..side * side).map(|pixel| map.at(place(pixel % side), place(pixel / side)));
    let mut order: Vec<(f32, usize)> = values.zip(0..).collect();
    order.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    order.into_iter().map(|(_, pixel)| pixel).collect()
}

/// The trapezoid rule over steps of equal width.
fn area_under(scores: &[f64]) -> f64 {
    let pairs = scores.windows(2).map(|pair| pair.iter().sum::<f64>() / 2.0);
    pairs.sum::<f64>() / scores.len().saturating_sub(1).max(1) as f64
}
