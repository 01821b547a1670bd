//! How far scores move when the film is changed a little, as positioning and exposure would.

use thiserror::Error;

use crate::dataset::{Augmentation, Stream};
use crate::domain::PerFinding;
use crate::imaging::{GrayPicture, ModelInput};
use crate::model::{Classifier, ModelError};
use crate::work::{Canceled, Progress, Watch};

/// Why there are no intervals.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum JitterError {
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error("canceled")]
    Canceled(#[from] Canceled),
}

/// Which small changes, and how many.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct JitterConfig {
    /// Films made from the one.
    pub n: usize,
    /// Decides the changes.
    pub seed: u64,
    /// How far each may go.
    pub changes: Augmentation,
}

impl Default for JitterConfig {
    /// Smaller than what training does to films: no network should mind them.
    fn default() -> Self {
        Self {
            n: 24,
            seed: 0,
            changes: Augmentation {
                shift: 0.03,
                rotation_degrees: 3.0,
                zoom: 0.04,
                brightness: 0.03,
                contrast: 0.05,
                ..Augmentation::NONE
            },
        }
    }
}

/// Scores of one label over small changes of the film, in `[0, 1]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct JitterInterval {
    /// The 5th percentile.
    pub low: f32,
    /// The 50th.
    pub median: f32,
    /// The 95th.
    pub high: f32,
}

/// The interval of each score of a film's picture.
///
/// Not a confidence interval: it says how much the network minds what should not matter.
pub fn score_jitter(
    classifier: &Classifier,
    picture: &GrayPicture,
    config: &JitterConfig,
    watch: &dyn Watch,
) -> Result<PerFinding<JitterInterval>, JitterError> {
    let card = classifier.card();
    let side = card.preprocessing.side();
    let input_of_gray = card.preprocessing.input_of_gray();
    let picture = picture.resized(side, side, card.preprocessing.interpolation());
    let mut scores: PerFinding<Vec<f32>> = card.labels.map(|_, _| Vec::new());
    for change in 0..config.n.max(1) {
        watch.progress(Progress {
            n_done: change,
            n_total: config.n,
            unit: "changed films scored",
        });
        watch.check()?;
        let mut random = Stream::Jitter { change }.random(config.seed);
        let mut values = vec![0.0; side * side];
        let grays = picture.values();
        config
            .changes
            .apply(grays, side, &input_of_gray, &mut random, &mut values);
        let reading = classifier.score_input(ModelInput { side, values })?;
        for (finding_idx, score) in reading.scores.values().iter().enumerate() {
            if let Some(scores) = scores.get_mut(finding_idx) {
                scores.push(score.get());
            }
        }
    }
    Ok(scores.map(|scores| interval(scores.clone())))
}

fn interval(mut scores: Vec<f32>) -> JitterInterval {
    scores.sort_by(f32::total_cmp);
    // Between two ranks, linearly: numpy's default, Hyndman and Fan's seventh.
    let at = |share: f32| {
        let place = share * scores.len().saturating_sub(1) as f32;
        let value = |rank: f32| scores.get(rank as usize).copied().unwrap_or_default();
        let (low, high) = (value(place.floor()), value(place.ceil()));
        low + (high - low) * place.fract()
    };
    JitterInterval {
        low: at(0.05),
        median: at(0.5),
        high: at(0.95),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imaging::read_film;
    use crate::model::{ComputeDevice, ModelSource};
    use crate::work::{StopSignal, Unwatched};

    fn picture_and_model() -> (GrayPicture, Classifier) {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/phantom.png");
        let film = read_film(std::path::Path::new(path)).unwrap();
        let picture = GrayPicture::of_film(&film);
        let classifier = Classifier::open(&ModelSource::Default, &ComputeDevice::cpu()).unwrap();
        (picture, classifier)
    }

    fn jitter(config: &JitterConfig) -> (PerFinding<JitterInterval>, Vec<f32>) {
        let (picture, classifier) = picture_and_model();
        let found = score_jitter(&classifier, &picture, config, &Unwatched).unwrap();
        let scores = classifier.score(&picture).unwrap().scores;
        let scores = scores.values().iter().map(|score| score.get()).collect();
        (found, scores)
    }

    #[test]
    fn told_to_stop_there_are_no_intervals() {
        let (picture, classifier) = picture_and_model();
        let stop = StopSignal::default();
        stop.give();
        let found = score_jitter(&classifier, &picture, &JitterConfig::default(), &stop);
        assert!(matches!(found, Err(JitterError::Canceled(_))));
    }

    #[test]
    fn without_changes_the_interval_is_the_score() {
        let config = JitterConfig {
            n: 2,
            changes: Augmentation::NONE,
            ..JitterConfig::default()
        };
        let (found, scores) = jitter(&config);
        for (interval, score) in found.values().iter().zip(scores) {
            assert_eq!(
                (interval.low, interval.median, interval.high),
                (score, score, score)
            );
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_intervals_and_they_are_in_order() {
        let config = JitterConfig {
            n: 5,
            ..JitterConfig::default()
        };
        let (found, _) = jitter(&config);
        assert_eq!(found, jitter(&config).0);
        for interval in found.values() {
            assert!(interval.low <= interval.median && interval.median <= interval.high);
        }
        assert!(found.values().iter().any(|i| i.high > i.low));
    }

    #[test]
    fn percentiles_are_those_of_numpy() {
        // numpy.percentile([0, 1, ..., 9], [5, 50, 95]) = 0.45, 4.5, 8.55
        let found = interval((0..10).map(|n| n as f32).collect());
        assert!((found.low - 0.45).abs() < 1e-6 && (found.median - 4.5).abs() < 1e-6);
        assert!((found.high - 8.55).abs() < 1e-5);
    }
}
