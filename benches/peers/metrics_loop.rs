//! Thorax' figures behind the loop that `metrics.py` drives.
//!
//! usage: `metrics_loop` FILMS LABELS, in the folder of `scores.f64` and `truth.u8` (label by label).
//! Reads `curves`, `curves-threads`, `delong`, `move`, `figures`, `bootstrap`, `areas`; answers each
//! with one line: milliseconds, or for `areas` the AUC and average precision of every label.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a program for one script, which reads its answers and sees it fail"
)]

use std::fs;
use std::hint::black_box;
use std::io::{BufRead as _, stdin};
use std::path::PathBuf;
use std::time::Instant;

use thorax::domain::Threshold;
use thorax::evaluate::{Bootstrap, Figures, bootstrap_aucs};
use thorax::metrics::{AucEstimate, RankedScores};
use thorax::scores::{FilmPrediction, LabelColumn, Predictions, ScoredSet};
use thorax::work::Unwatched;

/// Threshold moves timed together; one alone is too short for a clock.
const N_MOVES: u32 = 1000;
/// As in `metrics.py`.
const FILMS_A_PATIENT: usize = 9;

fn main() {
    let mut sizes = std::env::args().skip(1);
    let mut size = || sizes.next().unwrap().parse::<usize>().unwrap();
    let (n_films, n_labels) = (size(), size());
    let set = ScoredSet::new("made up".to_owned(), predictions(n_films, n_labels)).unwrap();
    for order in stdin().lock().lines() {
        let order = order.unwrap();
        if order == "areas" {
            let ranked = set.columns.iter().map(|column| &column.ranked);
            let areas = ranked.flat_map(|r| [r.auc().unwrap(), r.average_precision().unwrap()]);
            let areas: Vec<String> = areas.map(|area| area.to_string()).collect();
            println!("{}", areas.join(" "));
            continue;
        }
        let started = Instant::now();
        let n_times = work(&order, &set);
        println!(
            "{}",
            started.elapsed().as_secs_f64() * 1e3 / f64::from(n_times)
        );
    }
}

/// Does it and says how often it did.
fn work(order: &str, set: &ScoredSet) -> u32 {
    match order {
        "curves" => set.columns.iter().for_each(curves),
        "curves-threads" => std::thread::scope(|scope| {
            let n_threads = std::thread::available_parallelism().map_or(1, usize::from);
            for columns in set.columns.chunks(set.columns.len().div_ceil(n_threads)) {
                scope.spawn(|| columns.iter().for_each(curves));
            }
        }),
        "delong" => {
            for column in &set.columns {
                let (scores, positives) = column.known_scores();
                black_box(AucEstimate::of(&scores, &positives).unwrap());
            }
        }
        "move" => {
            for step in 0..N_MOVES {
                let threshold = f64::from(step) / f64::from(N_MOVES);
                for column in &set.columns {
                    let counts = column.at(threshold);
                    black_box((counts.sensitivity(), counts.specificity(), counts.ppv()));
                    black_box((counts.npv(), counts.f1(), counts.accuracy()));
                    black_box((counts.balanced_accuracy(), counts.matthews_correlation()));
                }
            }
            return N_MOVES;
        }
        "figures" => {
            for step in 0..N_MOVES {
                let value = f64::from(step) / f64::from(N_MOVES);
                let threshold = Threshold::moved(value, "these films").unwrap();
                black_box(Figures::of(set, &vec![threshold; set.columns.len()]));
            }
            return N_MOVES;
        }
        "bootstrap" => {
            black_box(bootstrap_aucs(set, &Bootstrap::default(), &Unwatched).unwrap());
        }
        other => panic!("expected an order, got {other:?}"),
    }
    1
}

/// From unsorted scores to both curves and both areas.
fn curves(column: &LabelColumn) {
    let (scores, positives) = column.known_scores();
    let ranked = RankedScores::of(&scores, &positives).unwrap();
    black_box((ranked.auc().unwrap(), ranked.average_precision().unwrap()));
    black_box((ranked.roc().unwrap(), ranked.precision_recall().unwrap()));
}

fn predictions(n_films: usize, n_labels: usize) -> Predictions {
    let scores = fs::read("scores.f64").unwrap();
    let (scores, rest) = scores.as_chunks::<8>();
    let truth = fs::read("truth.u8").unwrap();
    assert!(rest.is_empty() && scores.len() == n_films * n_labels && truth.len() == scores.len());
    let film = |film: usize| {
        let places = || (0..n_labels).map(move |label| label * n_films + film);
        FilmPrediction {
            path: PathBuf::from(format!("{film}.png")),
            patient_id: (film / FILMS_A_PATIENT).to_string(),
            scores: places().map(|p| f64::from_le_bytes(scores[p])).collect(),
            truth: places().map(|place| Some(truth[place] == 1)).collect(),
        }
    };
    Predictions {
        labels: (0..n_labels)
            .map(|label| format!("label {label}"))
            .collect(),
        films: (0..n_films).map(film).collect(),
        model: None,
    }
}
