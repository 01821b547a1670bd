use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{available_parallelism, scope};

use super::{EvaluateError, OrderedFilms};
use crate::dataset::Stream;
use crate::scores::{ScoredSet, TablePatients};
use crate::work::{Canceled, Progress, Watch};

/// Minimum fraction of replicates in which a metric must be defined to report an interval.
const LEAST_DEFINED: f64 = 0.95;
/// Films of all labels that are in order in memory at once: 8 bytes each.
const MAX_ORDERED: usize = 32 << 20;

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

/// How often each patient is in a replicate, in the order of their names.
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
    /// The figures of every replicate, in order: the same for any number of threads.
    ///
    /// Empty with fewer than two patients, where nothing can be drawn.
    pub fn replicates<T: Send>(
        &self,
        n_patients: usize,
        figures: &(dyn Fn(Replicate<'_>) -> T + Sync),
        watch: &dyn Watch,
    ) -> Result<Vec<T>, EvaluateError> {
        if n_patients < 2 {
            return Ok(Vec::new());
        }
        let n_threads = available_parallelism().map_or(1, NonZero::get);
        let (next, n_done) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let work = || {
            let mut drawn = Vec::new();
            let mut weights = vec![0; n_patients];
            loop {
                let replicate = next.fetch_add(1, Ordering::Relaxed);
                if replicate >= self.n_replicates || watch.check().is_err() {
                    return drawn;
                }
                self.draw(replicate, &mut weights);
                drawn.push((replicate, figures(&weights)));
                watch.progress(Progress {
                    n_done: n_done.fetch_add(1, Ordering::Relaxed) + 1,
                    n_total: self.n_replicates,
                    unit: "replicates",
                });
            }
        };
        let mut drawn: Vec<(usize, T)> = scope(|scope| {
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
        Ok(drawn.into_iter().map(|(_, figures)| figures).collect())
    }

    /// As many patients as there are, with putting back.
    fn draw(&self, replicate: usize, weights: &mut [u32]) {
        weights.fill(0);
        let mut random = Stream::Bootstrap { replicate }.random(self.seed);
        for _ in 0..weights.len() {
            if let Some(weight) = weights.get_mut(random.below(weights.len())) {
                *weight += 1;
            }
        }
    }

    /// The percentile interval (Efron and Tibshirani 1993) of a figure of the replicates; `None` is not estimable:
    /// undefined in too many of them.
    pub fn interval(&self, values: impl Iterator<Item = Option<f64>>) -> Option<BootstrapInterval> {
        let mut values: Vec<f64> = values.flatten().collect();
        let least = LEAST_DEFINED * self.n_replicates as f64;
        if values.is_empty() || (values.len() as f64) < least {
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

/// Intervals of the AUC of every label and, last, of their mean.
pub fn bootstrap_aucs(
    set: &ScoredSet,
    bootstrap: &Bootstrap,
    watch: &dyn Watch,
) -> Result<Vec<Option<BootstrapInterval>>, EvaluateError> {
    let films = set.predictions.films.iter();
    let patients = TablePatients::of(films.map(|film| film.patient_id.as_str()));
    let mut aucs = BootstrappedAucs::new(*bootstrap, patients.n_patients);
    let at_once = (MAX_ORDERED / set.n_films().max(1)).max(1);
    for columns in set.columns.chunks(at_once) {
        let ordered = columns.iter().map(|column| {
            let is_defined = column.auc.is_some();
            (OrderedFilms::of(column, &patients.of_rows), is_defined)
        });
        aucs.add(&ordered.collect::<Vec<_>>(), watch)?;
    }
    Ok(aucs.intervals())
}

/// The AUCs of each replicate, label after label; the films of a label are needed only while it is added.
pub struct BootstrappedAucs {
    bootstrap: Bootstrap,
    n_patients: usize,
    labels: Vec<Option<BootstrapInterval>>,
    /// Of each replicate the sum over the labels that have an AUC, and their number.
    sums: Vec<(f64, usize)>,
    /// Labels whose AUC is defined in the films themselves.
    n_expected: usize,
}

impl BootstrappedAucs {
    /// Without labels.
    pub fn new(bootstrap: Bootstrap, n_patients: usize) -> Self {
        let n_drawn = if n_patients < 2 {
            0
        } else {
            bootstrap.n_replicates
        };
        Self {
            bootstrap,
            n_patients,
            labels: Vec::new(),
            sums: vec![(0.0, 0); n_drawn],
            n_expected: 0,
        }
    }

    /// Adds labels, with whether their AUC is defined in the films themselves.
    pub fn add(
        &mut self,
        labels: &[(OrderedFilms, bool)],
        watch: &dyn Watch,
    ) -> Result<(), EvaluateError> {
        let figures = |weights: Replicate<'_>| -> Vec<Option<f64>> {
            labels.iter().map(|(films, _)| films.auc(weights)).collect()
        };
        let drawn = self
            .bootstrap
            .replicates(self.n_patients, &figures, watch)?;
        for (sum, aucs) in self.sums.iter_mut().zip(&drawn) {
            for auc in aucs.iter().flatten() {
                *sum = (sum.0 + auc, sum.1 + 1);
            }
        }
        for place in 0..labels.len() {
            let values = drawn.iter().map(|aucs| aucs.get(place).copied().flatten());
            self.labels.push(self.bootstrap.interval(values));
        }
        let defined = labels.iter().filter(|(_, is_defined)| *is_defined);
        self.n_expected += defined.count();
        Ok(())
    }

    /// The interval of each label and, last, of their mean.
    pub fn intervals(self) -> Vec<Option<BootstrapInterval>> {
        // A mean over other labels than those of the set would be another figure.
        let mean = |&(sum, n): &(f64, usize)| {
            (n > 0 && n == self.n_expected).then(|| sum / f64::from(n as u32))
        };
        let of_mean = self.bootstrap.interval(self.sums.iter().map(mean));
        let mut intervals = self.labels;
        intervals.push(of_mean);
        intervals
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::SeededRandom;
    use crate::metrics::roc_auc;
    use crate::scores::LabelColumn;
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

    /// A column whose films each have a patient, by number.
    fn ordered(column: &LabelColumn, patients: &[u32]) -> OrderedFilms {
        OrderedFilms::of(column, patients)
    }

    fn interval(
        column: &LabelColumn,
        patients: &[u32],
        watch: &dyn Watch,
    ) -> Result<Option<BootstrapInterval>, EvaluateError> {
        let n_patients = patients.iter().max().map_or(0, |last| *last as usize + 1);
        let mut aucs = BootstrappedAucs::new(Bootstrap::default(), n_patients);
        aucs.add(&[(ordered(column, patients), true)], watch)?;
        let found = aucs.intervals();
        assert_eq!(found[0], found[1], "the mean of one label is that label's");
        Ok(found[0])
    }

    #[test]
    fn the_area_of_a_replicate_is_that_of_the_films_written_out() {
        let column = films(40);
        // Two films a patient.
        let patients: Vec<u32> = (0..40).map(|film| film / 2).collect();
        let weights: Vec<u32> = (0..20).map(|patient| patient % 4).collect();
        let repeat = |film: usize| std::iter::repeat_n(film, weights[film / 2] as usize);
        let drawn: Vec<usize> = (0..40).flat_map(repeat).collect();
        let scores: Vec<f64> = drawn.iter().map(|&film| column.scores[film]).collect();
        let positives = drawn.iter().map(|&film| column.truth[film].unwrap());
        let positives: Vec<bool> = positives.collect();
        let expected = roc_auc(&scores, &positives).unwrap();
        let found = ordered(&column, &patients).auc(&weights).unwrap();
        assert!((found - expected).abs() < 1e-12, "{found}, not {expected}");
        assert_eq!(ordered(&column, &patients).auc(&[0; 20]), None);
    }

    #[test]
    fn of_films_that_are_all_apart_the_interval_is_about_that_of_delong() {
        let column = films(600);
        let patients: Vec<u32> = (0..600).collect();
        let found = interval(&column, &patients, &Unwatched).unwrap().unwrap();
        let (low, high) = column.auc.unwrap().interval(0.95).unwrap();
        assert!((found.low - low).abs() < 0.01, "{found:?} {low}");
        assert!((found.high - high).abs() < 0.01, "{found:?} {high}");
        // Who is drawn does not depend on threads or on the clock.
        let again = interval(&column, &patients, &Unwatched).unwrap().unwrap();
        assert_eq!(again, found);
        let stop = StopSignal::default();
        stop.give();
        let stopped = interval(&column, &patients, &stop);
        assert!(matches!(stopped, Err(EvaluateError::Canceled(_))));
    }

    #[test]
    fn films_that_come_in_tens_make_the_interval_wider() {
        let column = films(600);
        let tenfold =
            |value: &dyn Fn(usize) -> f64| (0..600).map(|film| value(film / 10)).collect();
        let scores: Vec<f64> = tenfold(&|patient| column.scores[patient]);
        let positives: Vec<Option<bool>> = (0..600).map(|film| column.truth[film / 10]).collect();
        let alike = LabelColumn::new("Mass".to_owned(), scores, positives).unwrap();
        let width = |films_a_patient: u32| {
            let patients: Vec<u32> = (0..600).map(|film| film / films_a_patient).collect();
            let found = interval(&alike, &patients, &Unwatched).unwrap().unwrap();
            found.high - found.low
        };
        assert!(width(10) > 2.0 * width(1), "{} {}", width(10), width(1));
    }

    #[test]
    fn what_most_replicates_lack_is_not_estimable() {
        let column = column(&[(1, false), (3, true), (5, false), (4, false), (2, false)]);
        assert_eq!(
            interval(&column, &[0, 1, 2, 3, 4], &Unwatched).unwrap(),
            None
        );
        assert_eq!(interval(&column, &[0; 5], &Unwatched).unwrap(), None);
    }

    #[test]
    fn labels_added_one_by_one_give_what_they_give_together() {
        let columns = [films(60), films(90), films(75)];
        let patients: Vec<u32> = (0..90).map(|film| film / 3).collect();
        let found = |at_once: usize| {
            let mut aucs = BootstrappedAucs::new(Bootstrap::default(), 30);
            for columns in columns.chunks(at_once) {
                let labels = columns
                    .iter()
                    .map(|column| (ordered(column, &patients), true));
                aucs.add(&labels.collect::<Vec<_>>(), &Unwatched).unwrap();
            }
            aucs.intervals()
        };
        assert_eq!(found(1), found(3));
        assert!(found(1).iter().all(Option::is_some));
    }
}
