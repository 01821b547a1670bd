use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::TrainError;
use super::plan::DataPlan;
use crate::dataset::{FilmCache, LabelledFilm, TrainingSet};
use crate::work::Watch;

/// Films decoded and split: everything the loop needs of the data.
#[derive(Debug)]
pub struct Prepared {
    /// Where every film went, and why.
    pub plan: DataPlan,
    /// Train, valid and test, without films that could not be decoded.
    pub parts: [PartFilms; 3],
    /// The training films as the loader takes them.
    pub train: Arc<TrainingSet>,
    /// Films that could not be decoded, with the reason.
    pub unreadable: Vec<String>,
}

/// The films of one part.
#[derive(Clone, Debug, Default)]
pub struct PartFilms {
    /// Their rows in the table.
    pub rows: Vec<usize>,
    /// Their pixels and labels, in the same order.
    pub films: Vec<LabelledFilm>,
}

impl Prepared {
    /// Decodes the plan's films into a cache in `cache_folder`, or takes them from there.
    pub fn new(
        plan: DataPlan,
        cache_folder: &Path,
        n_threads: usize,
        watch: &dyn Watch,
    ) -> Result<Self, TrainError> {
        plan.check_leaks()?;
        let mut rows: Vec<usize> = plan
            .parts
            .iter()
            .flat_map(|part| part.rows.clone())
            .collect();
        rows.sort_unstable();
        rows.dedup();
        let film = |row: usize| plan.data.table.rows.get(row);
        let paths: Vec<PathBuf> = rows
            .iter()
            .filter_map(|&row| film(row)?.path.clone())
            .collect();
        let preprocessing = plan.config.preprocessing()?;
        let cache =
            FilmCache::open_or_build(cache_folder, &paths, &preprocessing, n_threads, watch)?;
        let cache = Arc::new(cache);
        let parts = plan.parts.clone().map(|part| {
            let mut films = PartFilms::default();
            for row in part.rows {
                let place = rows.binary_search(&row).ok();
                let readable = place.filter(|&place| cache.grays(place).is_some());
                if let (Some(film_idx), Some(film)) = (readable, film(row)) {
                    films.rows.push(row);
                    films.films.push(LabelledFilm {
                        film_idx,
                        truth: plan.truth(film),
                        targets: plan.targets(row, film),
                    });
                }
            }
            films
        });
        let [train, ..] = &parts;
        if train.films.is_empty() {
            let path = plan.config.data.display().to_string();
            return Err(TrainError::NoFilms(path));
        }
        Ok(Self {
            train: Arc::new(TrainingSet {
                cache: Arc::clone(&cache),
                films: train.films.clone(),
                input_of_gray: Box::new(preprocessing.input_of_gray()),
            }),
            unreadable: cache.unreadable().values().cloned().collect(),
            parts,
            plan,
        })
    }

    /// The image at an index of the training part.
    pub fn train_image(&self, place: usize) -> String {
        let [train, ..] = &self.parts;
        let row = train.rows.get(place);
        let film = row.and_then(|&row| self.plan.data.table.rows.get(row));
        film.map_or_else(String::new, |film| film.image.clone())
    }
}
