//! The promises of evaluation, at the size of NIH's test split: 25,596 films, 14 labels.
//!
//! `cargo bench --bench metrics`; `benches/peers/metrics.sh` times scikit-learn on the same arrays
//! beside it.

#![expect(
    clippy::unwrap_used,
    reason = "a bench that cannot start is to fail loudly"
)]

use std::path::PathBuf;

use divan::{Bencher, black_box};
use thorax::dataset::SeededRandom;
use thorax::domain::Labels;
use thorax::domain::Threshold;
use thorax::evaluate::{Bootstrap, Figures, bootstrap_aucs};
use thorax::metrics::{AucEstimate, RankedScores};
use thorax::scores::{FilmPrediction, LabelColumn, Predictions, ScoredSet};
use thorax::work::Unwatched;

const N_FILMS: usize = 25_596;
/// NIH's test split has nine films a patient.
const FILMS_A_PATIENT: usize = 9;
/// Share of films with a finding; those of NIH lie between 0.002 and 0.18.
const PREVALENCE: f64 = 0.05;

fn main() {
    divan::main();
}

/// Scores that tell something of the truth, all distinct.
fn predictions() -> Predictions {
    let labels: Vec<String> = Labels::nih_14().iter().map(ToOwned::to_owned).collect();
    let film = |film_idx: usize| {
        let mut random = SeededRandom::for_stream(1, &[film_idx as u64]);
        let truth: Vec<bool> = labels
            .iter()
            .map(|_| random.uniform() < PREVALENCE)
            .collect();
        let score = |&positive: &bool| {
            let logit = random.normal() + f64::from(u8::from(positive)) - 2.0;
            1.0 / (1.0 + (-logit).exp())
        };
        FilmPrediction {
            path: PathBuf::from(format!("{film_idx}.png")),
            patient_id: (film_idx / FILMS_A_PATIENT).to_string(),
            scores: truth.iter().map(score).collect(),
            truth: truth.into_iter().map(Some).collect(),
        }
    };
    let films = (0..N_FILMS).map(film).collect();
    Predictions {
        labels,
        films,
        model: None,
    }
}

fn scored_set() -> ScoredSet {
    ScoredSet::new("drawn".to_owned(), predictions()).unwrap()
}

fn scores_and_labels() -> Vec<(Vec<f64>, Vec<bool>)> {
    let set = scored_set();
    set.columns.iter().map(LabelColumn::known_scores).collect()
}

/// ROC and precision-recall curves with both areas, one label after the other.
#[divan::bench]
fn curves_and_areas_of_14_labels(bencher: Bencher) {
    let columns = scores_and_labels();
    bencher.bench_local(|| {
        for (scores, positives) in &columns {
            let ranked = RankedScores::of(scores, positives).unwrap();
            let areas = (ranked.auc().unwrap(), ranked.average_precision().unwrap());
            let curves = (ranked.roc().unwrap(), ranked.precision_recall().unwrap());
            black_box((areas, curves));
        }
    });
}

#[divan::bench]
fn delong_of_14_labels(bencher: Bencher) {
    let columns = scores_and_labels();
    bencher.bench_local(|| {
        for (scores, positives) in &columns {
            black_box(AucEstimate::of(scores, positives).unwrap());
        }
    });
}

/// What a window asks for when a handle is dragged: every table and every rate, promised within 1 ms.
#[divan::bench]
fn move_the_thresholds_of_14_labels(bencher: Bencher) {
    let set = scored_set();
    let mut threshold = 0.0;
    bencher.bench_local(|| {
        threshold = (threshold + 0.618_033_988_749_894_9) % 1.0;
        for column in &set.columns {
            let counts = column.at(threshold);
            black_box((
                (counts.sensitivity(), counts.specificity(), counts.ppv()),
                (counts.npv(), counts.f1(), counts.accuracy()),
                (counts.balanced_accuracy(), counts.matthews_correlation()),
                (counts.youden_index(), counts.flagged_share()),
                column.ranked.next_above(threshold),
                column.ranked.next_below(threshold),
            ));
        }
    });
}

/// The same by way of the whole table of figures, averages over labels included.
#[divan::bench]
fn all_figures_at_other_thresholds(bencher: Bencher) {
    let set = scored_set();
    let mut threshold = 0.0;
    bencher.bench_local(|| {
        threshold = (threshold + 0.618_033_988_749_894_9) % 1.0;
        let moved = Threshold::moved(threshold, "these films").unwrap();
        Figures::of(&set, &std::array::from_fn::<_, 14, _>(|_| moved.clone()))
    });
}

/// Promised within 5 s on two cores.
#[divan::bench(sample_count = 5, max_time = 60)]
fn a_thousand_patient_bootstraps_of_14_aucs(bencher: Bencher) {
    let set = scored_set();
    bencher.bench_local(|| bootstrap_aucs(&set, &Bootstrap::default(), &Unwatched).unwrap());
}
