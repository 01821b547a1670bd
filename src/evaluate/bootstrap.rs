use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{available_parallelism, scope};

use super::EvaluateError;
use crate::dataset::Stream;
use crate::scores::{LabelColumn, ScoredSet};
use crate::work::{Canceled, Progress, Watch};

/// Minimum fraction of replicates in which a metric must be defined to report an interval.
const LEAST_DEFINED: f64 = 0.95;

/// Draws whole patients again and again: films of one patient resemble each other, so drawing films
/// alone would make intervals too narrow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bootstrap {
    /// At least 1000 for an interval.
    pub n_replicates: usize,
    /// Decides who is drawn.
    pub seed: u64,
    /// Share of the replicates that the interval holds, in `(0, 1)`.
    pub level: f64,
}

/// How often each film is in a replicate, in the order of the set.
pub type Replicate<'a> = &'a [u32];

/// The middle share of the replicates' figures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BootstrapInterval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Replicates in which the figure is defined.
    pub n_defined: usize,
}

impl Default for Bootstrap {
    fn default() -> Self {
        Self {
            n_replicates: 1000,
            seed: 1,
            level: 0.95,
        }
    }
}

impl Bootstrap {
    /// Percentile intervals (Efron and Tibshirani 1993) of any figures; `None` is not estimable:
    /// undefined in too many replicates, or fewer than two patients.
    ///
    /// The same for any number of threads.
    pub fn intervals(
        &self,
        patients: &[&str],
        figures: &(dyn Fn(Replicate<'_>) -> Vec<Option<f64>> + Sync),
        watch: &dyn Watch,
    ) -> Result<Vec<Option<BootstrapInterval>>, EvaluateError> {
        let films_of = films_by_patient(patients);
        if films_of.len() < 2 || self.n_replicates == 0 {
            let n_figures = figures(&vec![1; patients.len()]).len();
            return Ok(vec![None; n_figures]);
        }
        let n_threads = available_parallelism().map_or(1, NonZero::get);
        let (next, n_done) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let work = || {
            let mut drawn = Vec::new();
            let mut weights = vec![0; patients.len()];
            loop {
                let replicate = next.fetch_add(1, Ordering::Relaxed);
                if replicate >= self.n_replicates || watch.check().is_err() {
                    return drawn;
                }
                self.draw(replicate, &films_of, &mut weights);
                drawn.push((replicate, figures(&weights)));
                watch.progress(Progress {
                    n_done: n_done.fetch_add(1, Ordering::Relaxed) + 1,
                    n_total: self.n_replicates,
                    unit: "replicates",
                });
            }
        };
        let mut drawn: Vec<(usize, Vec<Option<f64>>)> = scope(|scope| {
            let threads: Vec<_> = (0..n_threads).map(|_| scope.spawn(work)).collect();
            let joined = threads.into_iter().map(std::thread::ScopedJoinHandle::join);
            joined
                .flat_map(|drawn| drawn.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                .collect()
        });
        if drawn.len() < self.n_replicates {
            return Err(Canceled.into());
        }
        drawn.sort_by_key(|(replicate, _)| *replicate);
        let n_figures = drawn.first().map_or(0, |(_, figures)| figures.len());
        let column = |figure: usize| {
            let values = drawn
                .iter()
                .filter_map(|(_, figures)| *figures.get(figure)?);
            self.interval(values.collect())
        };
        Ok((0..n_figures).map(column).collect())
    }

    /// As many patients as there are, with putting back.
    fn draw(&self, replicate: usize, films_of: &[Vec<usize>], weights: &mut [u32]) {
        weights.fill(0);
        let mut random = Stream::Bootstrap { replicate }.random(self.seed);
        for _ in films_of {
            let films = films_of.get(random.below(films_of.len()));
            for &film in films.into_iter().flatten() {
                if let Some(weight) = weights.get_mut(film) {
                    *weight += 1;
                }
            }
        }
    }

    fn interval(&self, mut values: Vec<f64>) -> Option<BootstrapInterval> {
        let least = LEAST_DEFINED * self.n_replicates as f64;
        if (values.len() as f64) < least {
            return None;
        }
        values.sort_by(f64::total_cmp);
        let tail = (1.0 - self.level) / 2.0;
        Some(BootstrapInterval {
            low: quantile(&values, tail)?,
            high: quantile(&values, 1.0 - tail)?,
            n_defined: values.len(),
        })
    }
}

/// Between the two nearest of sorted values, as numpy does.
fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let place = share * sorted.len().checked_sub(1)? as f64;
    let below = sorted.get(place.floor() as usize)?;
    let above = sorted.get(place.ceil() as usize)?;
    Some(below + (above - below) * place.fract())
}

fn films_by_patient(patients: &[&str]) -> Vec<Vec<usize>> {
    let mut films: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (film, &patient) in patients.iter().enumerate() {
        films.entry(patient).or_default().push(film);
    }
    films.into_values().collect()
}

/// Intervals of the AUC of every label and, last, of their mean.
pub fn bootstrap_aucs(
    set: &ScoredSet,
    bootstrap: &Bootstrap,
    watch: &dyn Watch,
) -> Result<Vec<Option<BootstrapInterval>>, EvaluateError> {
    let films = set.predictions.films.iter();
    let patients: Vec<&str> = films.map(|film| film.patient_id.as_str()).collect();
    let ordered: Vec<OrderedFilms> = set.columns.iter().map(OrderedFilms::of).collect();
    let figures = |weights: Replicate<'_>| {
        let mut aucs: Vec<Option<f64>> = ordered.iter().map(|films| films.auc(weights)).collect();
        let defined = aucs.iter().flatten();
        let (sum, n) = defined.fold((0.0, 0), |(sum, n), auc| (sum + auc, n + 1));
        // A mean over other labels than those of the set would be another figure.
        let n_expected = set
            .columns
            .iter()
            .filter(|column| column.auc.is_some())
            .count();
        aucs.push((n > 0 && n == n_expected).then(|| sum / f64::from(n as u32)));
        aucs
    };
    bootstrap.intervals(&patients, &figures, watch)
}

/// The films of one label from the highest score down; a replicate's AUC is then one pass.
struct OrderedFilms {
    /// Place in the set, whether positive, and whether the next film has a lower score.
    films: Vec<(u32, bool, bool)>,
}

impl OrderedFilms {
    fn of(column: &LabelColumn) -> Self {
        let mut order: Vec<u32> = column.known().map(|(film, ..)| film as u32).collect();
        let score = |film: u32| column.scores.get(film as usize).copied().unwrap_or(0.0);
        order.sort_by(|&a, &b| score(b).total_cmp(&score(a)));
        let next = order.iter().skip(1).map(|&film| Some(score(film)));
        let films = order.iter().zip(next.chain([None])).map(|(&film, next)| {
            let positive = column.truth.get(film as usize).copied().flatten();
            let ends = next.is_none_or(|next| next < score(film));
            (film, positive.unwrap_or(false), ends)
        });
        Self {
            films: films.collect(),
        }
    }

    fn auc(&self, weights: Replicate<'_>) -> Option<f64> {
        let (mut n_pos, mut n_neg, mut twice_area) = (0_u64, 0_u64, 0_u64);
        let (mut tied_pos, mut tied_neg) = (0_u64, 0_u64);
        for &(film, positive, ends) in &self.films {
            let weight = u64::from(weights.get(film as usize).copied().unwrap_or(0));
            if positive {
                tied_pos += weight;
            } else {
                tied_neg += weight;
            }
            if ends {
                twice_area += tied_neg * (2 * n_pos + tied_pos);
                n_pos += tied_pos;
                n_neg += tied_neg;
                (tied_pos, tied_neg) = (0, 0);
            }
        }
        let n_pairs = n_pos * n_neg;
        (n_pairs > 0).then(|| twice_area as f64 / 2.0 / n_pairs as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::SeededRandom;
    use crate::metrics::roc_auc;
    use crate::work::{StopSignal, Unwatched};

    fn column(films: &[(u8, bool)]) -> LabelColumn {
        let scores = films.iter().map(|(score, _)| f64::from(*score) / 16.0);
        let positives = films.iter().map(|(_, positive)| *positive);
        LabelColumn::new("Mass".to_owned(), scores.collect(), positives.collect()).unwrap()
    }

    /// Films whose score tells a little of the truth; ten of them make a patient where asked.
    fn films(n_films: usize) -> LabelColumn {
        let mut random = SeededRandom::for_stream(5, &[]);
        let film = |_| {
            let positive = random.uniform() < 0.3;
            let shift = if positive { 2.5 } else { 0.0 };
            (
                (random.normal() * 2.0 + 7.0 + shift).clamp(0.0, 15.0) as u8,
                positive,
            )
        };
        column(&(0..n_films).map(film).collect::<Vec<_>>())
    }

    #[test]
    fn the_area_of_a_replicate_is_that_of_the_films_written_out() {
        let column = films(40);
        let weights: Vec<u32> = (0..40).map(|film| film % 4).collect();
        let repeat = |film: usize| std::iter::repeat_n(film, weights[film] as usize);
        let drawn: Vec<usize> = (0..40).flat_map(repeat).collect();
        let scores: Vec<f64> = drawn.iter().map(|&film| column.scores[film]).collect();
        let positives = drawn.iter().map(|&film| column.truth[film].unwrap());
        let positives: Vec<bool> = positives.collect();
        let expected = roc_auc(&scores, &positives).unwrap();
        let found = OrderedFilms::of(&column).auc(&weights).unwrap();
        assert!((found - expected).abs() < 1e-12, "{found}, not {expected}");
        assert_eq!(OrderedFilms::of(&column).auc(&[0; 40]), None);
    }

    #[test]
    fn of_films_that_are_all_apart_the_interval_is_about_that_of_delong() {
        let column = films(600);
        let ordered = OrderedFilms::of(&column);
        let names: Vec<String> = (0..600).map(|film| film.to_string()).collect();
        let patients: Vec<&str> = names.iter().map(String::as_str).collect();
        let bootstrap = Bootstrap::default();
        let figures = |weights: Replicate<'_>| vec![ordered.auc(weights)];
        let run = |watch: &dyn Watch| bootstrap.intervals(&patients, &figures, watch);
        let found = run(&Unwatched).unwrap()[0].unwrap();
        let (low, high) = column.auc.unwrap().interval(0.95).unwrap();
        assert!((found.low - low).abs() < 0.01, "{found:?} {low}");
        assert!((found.high - high).abs() < 0.01, "{found:?} {high}");
        // Who is drawn does not depend on threads or on the clock.
        assert_eq!(run(&Unwatched).unwrap()[0].unwrap(), found);
        let stop = StopSignal::default();
        stop.give();
        assert!(matches!(run(&stop), Err(EvaluateError::Canceled(_))));
    }

    #[test]
    fn films_that_come_in_tens_make_the_interval_wider() {
        let column = films(600);
        let tenfold =
            |value: &dyn Fn(usize) -> f64| (0..600).map(|film| value(film / 10)).collect();
        let scores: Vec<f64> = tenfold(&|patient| column.scores[patient]);
        let positives: Vec<Option<bool>> = (0..600).map(|film| column.truth[film / 10]).collect();
        let alike = LabelColumn::new("Mass".to_owned(), scores, positives).unwrap();
        let ordered = OrderedFilms::of(&alike);
        let width = |films_a_patient: usize| {
            let names: Vec<String> = (0..600)
                .map(|film| (film / films_a_patient).to_string())
                .collect();
            let patients: Vec<&str> = names.iter().map(String::as_str).collect();
            let figures = |weights: Replicate<'_>| vec![ordered.auc(weights)];
            let found = Bootstrap::default().intervals(&patients, &figures, &Unwatched);
            let found = found.unwrap()[0].unwrap();
            found.high - found.low
        };
        assert!(width(10) > 2.0 * width(1), "{} {}", width(10), width(1));
    }

    #[test]
    fn what_most_replicates_lack_is_not_estimable() {
        let column = column(&[(1, false), (3, true), (5, false), (4, false), (2, false)]);
        let ordered = OrderedFilms::of(&column);
        let figures = |weights: Replicate<'_>| vec![ordered.auc(weights)];
        let patients = ["a", "b", "c", "d", "e"];
        let found = Bootstrap::default().intervals(&patients, &figures, &Unwatched);
        assert_eq!(found.unwrap(), [None]);
        let one_patient = Bootstrap::default().intervals(&["a"; 5], &figures, &Unwatched);
        assert_eq!(one_patient.unwrap(), [None]);
    }
}
