use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::JoinHandle;
use std::{io, thread};

use super::{Augmentation, FilmCache, Stream};
use thorax_ranks::Share;

/// Batches made ahead of the one in work.
const N_AHEAD: usize = 2;

/// One film of a set: the location of its pixels and its labels.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelledFilm {
    /// Place in the cache.
    pub film_idx: usize,
    /// 0 or 1 for each label; NaN where it is not known.
    pub truth: Vec<f32>,
    /// What the loss compares the scores with: the truth, or between 0 and 1 where it was mixed with
    /// a soft label; NaN where the truth is.
    pub targets: Vec<f32>,
}

/// Films that are trained on, as the loader needs them.
#[derive(Clone, Debug)]
pub struct TrainingSet {
    /// Pixels.
    pub cache: Arc<FilmCache>,
    /// The films; all of them can be decoded.
    pub films: Vec<LabelledFilm>,
    /// The network value of each gray.
    pub input_of_gray: Box<[f32; 256]>,
}

/// The inputs of a step.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// Places in the training set.
    pub films: Vec<usize>,
    /// Where in the step's whole batch the first of them is.
    pub first: usize,
    /// Films of the whole batch: as many as here, unless other processes have the rest.
    pub n_whole: usize,
    /// `(film, side, side)`.
    pub pixels: Vec<f32>,
    /// `(film, label)`.
    pub truth: Vec<f32>,
    /// `(film, label)`, as the loss takes them.
    pub targets: Vec<f32>,
}

impl Batch {
    /// The films of a share of this batch, with their place in the whole.
    #[must_use]
    pub fn part(&self, share: Share) -> Self {
        let n_films = self.films.len().max(1);
        let films = share.of(self.films.len());
        let numbers = |all: &[f32]| {
            let n_each = all.len() / n_films;
            let range = films.start * n_each..films.end * n_each;
            all.get(range).unwrap_or_default().to_vec()
        };
        Self {
            first: self.first + films.start,
            n_whole: self.n_whole,
            pixels: numbers(&self.pixels),
            truth: numbers(&self.truth),
            targets: numbers(&self.targets),
            films: self.films.get(films).unwrap_or_default().to_vec(),
        }
    }
}

/// Order and changes of the films of one epoch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EpochPlan {
    /// Seed of the run.
    pub seed: u64,
    /// From 1.
    pub epoch: usize,
    /// Films of a batch; where they do not divide the set, all batches are a little smaller.
    pub batch_size: usize,
    /// How films are changed.
    pub augmentation: Augmentation,
    /// The part of each batch that this process makes.
    pub share: Share,
}

impl TrainingSet {
    /// Number of batches of an epoch: none is larger than `batch_size`, sizes differ by at most one.
    pub fn n_batches(&self, batch_size: usize) -> usize {
        self.films.len().div_ceil(batch_size.max(1))
    }

    /// The places of an epoch's films, in order.
    pub fn order(&self, plan: &EpochPlan) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.films.len()).collect();
        let stream = Stream::FilmOrder { epoch: plan.epoch };
        stream.random(plan.seed).shuffle(&mut order);
        order
    }

    /// Makes one batch, or this process's share of it; the same for the same plan and places, whoever calls.
    pub fn batch(&self, plan: &EpochPlan, whole: &[usize]) -> Batch {
        let share = plan.share.of(whole.len());
        let first = share.start;
        let places = whole.get(share).unwrap_or_default();
        let side = self.cache.side();
        let mut pixels = vec![0.0; places.len() * side * side];
        let (mut truth, mut targets) = (Vec::new(), Vec::new());
        for (&place, pixels) in places
            .iter()
            .zip(pixels.chunks_exact_mut((side * side).max(1)))
        {
            let Some(film) = self.films.get(place) else {
                continue;
            };
            truth.extend_from_slice(&film.truth);
            targets.extend_from_slice(&film.targets);
            let Some(grays) = self.cache.grays(film.film_idx) else {
                continue;
            };
            let epoch = plan.epoch;
            let mut random = Stream::Augmentation { epoch, place }.random(plan.seed);
            plan.augmentation
                .apply(grays, side, &self.input_of_gray, &mut random, pixels);
        }
        Batch {
            films: places.to_vec(),
            first,
            n_whole: whole.len(),
            pixels,
            truth,
            targets,
        }
    }
}

/// Makes the batches of one epoch ahead of time, on a thread of its own.
///
/// Dropping it ends the thread.
#[derive(Debug)]
pub struct Loader {
    batches: Option<Receiver<Batch>>,
    thread: Option<JoinHandle<()>>,
}

impl Loader {
    /// Starts with batch `first_batch` (from 0) of the epoch.
    pub fn start(set: Arc<TrainingSet>, plan: EpochPlan, first_batch: usize) -> io::Result<Self> {
        let (sender, batches) = sync_channel(N_AHEAD);
        let make = move || {
            let order = set.order(&plan);
            let n_batches = set.n_batches(plan.batch_size);
            for batch_idx in first_batch..n_batches {
                let first = |batch_idx: usize| batch_idx * order.len() / n_batches;
                let places = order.get(first(batch_idx)..first(batch_idx + 1));
                let batch = set.batch(&plan, places.unwrap_or_default());
                if sender.send(batch).is_err() {
                    break;
                }
            }
        };
        let thread = thread::Builder::new()
            .name("loader".to_owned())
            .spawn(make)?;
        Ok(Self {
            batches: Some(batches),
            thread: Some(thread),
        })
    }
}

impl Iterator for Loader {
    type Item = Batch;

    fn next(&mut self) -> Option<Batch> {
        self.batches.as_ref()?.recv().ok()
    }
}

impl Drop for Loader {
    fn drop(&mut self) {
        // Without a receiver the thread's next batch finds nobody, and it ends.
        self.batches = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imaging::{Interpolation, Preprocessing};

    fn set(folder: &std::path::Path, n_films: usize) -> Arc<TrainingSet> {
        let mut paths = Vec::new();
        for n in 0..n_films {
            let path = folder.join(format!("{n}.png"));
            let picture =
                image::GrayImage::from_fn(32, 32, |x, _| image::Luma([(x as usize * n) as u8]));
            picture.save(&path).unwrap();
            paths.push(path);
        }
        let preprocessing = Preprocessing::new(32, Interpolation::Area, 1.0 / 255.0).unwrap();
        let place = folder.join("cache");
        let cache =
            FilmCache::open_or_build(&place, &paths, &preprocessing, 1, &crate::work::Unwatched);
        let film = |film_idx| LabelledFilm {
            film_idx,
            truth: vec![film_idx as f32],
            targets: vec![film_idx as f32 / 2.0],
        };
        Arc::new(TrainingSet {
            cache: Arc::new(cache.unwrap()),
            films: (0..n_films).map(film).collect(),
            input_of_gray: Box::new(preprocessing.input_of_gray()),
        })
    }

    fn plan(epoch: usize) -> EpochPlan {
        EpochPlan {
            seed: 7,
            epoch,
            batch_size: 4,
            augmentation: Augmentation::default(),
            share: Share::WHOLE,
        }
    }

    fn batches(set: &Arc<TrainingSet>, epoch: usize, first_batch: usize) -> Vec<Batch> {
        let loader = Loader::start(Arc::clone(set), plan(epoch), first_batch);
        loader.unwrap().collect()
    }

    #[test]
    fn every_film_comes_once_an_epoch_in_batches_alike() {
        let folder = tempfile::tempdir().unwrap();
        let set = set(folder.path(), 10);
        let batches = batches(&set, 1, 0);
        let lengths: Vec<_> = batches.iter().map(|batch| batch.films.len()).collect();
        assert_eq!(lengths, [3, 3, 4]);
        let mut films: Vec<_> = batches
            .iter()
            .flat_map(|batch| batch.films.clone())
            .collect();
        films.sort_unstable();
        assert_eq!(films, (0..10).collect::<Vec<_>>());
        for batch in &batches {
            let truth: Vec<_> = batch.films.iter().map(|&film| film as f32).collect();
            assert_eq!(batch.truth, truth);
            let targets: Vec<_> = truth.iter().map(|truth| truth / 2.0).collect();
            assert_eq!(batch.targets, targets);
        }
    }

    #[test]
    fn an_epoch_taken_up_in_its_middle_goes_on_as_it_would_have() {
        let folder = tempfile::tempdir().unwrap();
        let set = set(folder.path(), 10);
        let whole = batches(&set, 3, 0);
        assert_eq!(batches(&set, 3, 1), whole[1..]);
        assert_ne!(batches(&set, 4, 0), whole);
    }

    #[test]
    fn a_loader_that_is_not_emptied_ends_when_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let set = set(folder.path(), 40);
        let mut loader = Loader::start(Arc::clone(&set), plan(1), 0).unwrap();
        assert!(loader.next().is_some());
        drop(loader);
        assert_eq!(Arc::strong_count(&set), 1);
    }
}
