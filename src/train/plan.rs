use std::sync::Arc;

use super::TrainError;
use super::config::{LossKind, TrainConfig};
use crate::dataset::{DataSet, FilmRow, Leak, SoftLabels, SoftSummary, Split, Stream, undersample};
use crate::domain::{Labels, Part, PerFinding};
use thorax_engine::LossWeights;

/// Weight of a film without a finding when films are drawn by their findings (kmader's kernel).
const NO_FINDING_WEIGHT: f64 = 0.04;

/// Which films go where, before any is decoded; works without the films.
#[derive(Clone, Debug)]
pub struct DataPlan {
    /// What was asked for.
    pub config: TrainConfig,
    /// The table and what was found of its films.
    pub data: Arc<DataSet>,
    /// The labels that are learned, a selection of the table's.
    pub labels: Labels,
    /// Train, valid and test.
    pub parts: [PlannedPart; 3],
    /// Patients in more than one part of the split.
    pub leaks: Vec<Leak>,
    /// Scores of other networks that targets are mixed with, and how many training films have some.
    pub soft: Option<(SoftLabels, SoftSummary)>,
}

/// The films of one part.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlannedPart {
    /// Rows of the table that the split gave it.
    pub all: Vec<usize>,
    /// Films kept after undersampling, drawing and the limit, whose file exists.
    pub rows: Vec<usize>,
    /// Films that would be kept, but have no file.
    pub n_missing: usize,
}

impl DataPlan {
    /// Reads the table, parts the films, leaves out what the configuration leaves out.
    pub fn new(config: &TrainConfig) -> Result<Self, TrainError> {
        config.check()?;
        let data = DataSet::open_by(&config.data, config.columns.as_ref(), config.label_rules())?;
        Self::of(config, Arc::new(data))
    }

    /// The same of data that was opened as the configuration says.
    pub fn of(config: &TrainConfig, data: Arc<DataSet>) -> Result<Self, TrainError> {
        config.check()?;
        data.check_images()?;
        let table = &data.table;
        let split = Split::new(table, &config.split_rule(&data.root))?;
        let leaks = split.leaks(table);
        let all = [split.train, split.valid, split.test];
        let mut parts: [PlannedPart; 3] = Default::default();
        for (which, (part, all)) in Part::ALL.into_iter().zip(parts.iter_mut().zip(all)) {
            let is_train = which == Part::Train;
            let mut rows = all.clone();
            if is_train || config.undersample_all {
                rows = undersample(table, &rows, &config.undersample);
            }
            if is_train && config.draw_films > 0 {
                rows = drawn_by_findings(&table.rows, rows, config.draw_films, config.seed);
            }
            if config.limit > 0 {
                rows = drawn(rows, config.limit, config.seed, which);
            }
            let n_rows = rows.len();
            let has_file = |row: &usize| table.rows.get(*row).is_some_and(|row| row.path.is_some());
            rows.retain(has_file);
            part.n_missing = n_rows - rows.len();
            (part.all, part.rows) = (all, rows);
        }
        let [train, ..] = &parts;
        let labels = frequent_labels(&data, &train.rows, config.min_positives)?;
        let soft = match config.soft_labels_path(&data.root) {
            Some(path) => {
                let soft = SoftLabels::read(&path, table)?;
                let summary = soft.among(&train.rows)?;
                Some((soft, summary))
            }
            None => None,
        };
        Ok(Self {
            config: config.clone(),
            labels,
            parts,
            leaks,
            soft,
            data,
        })
    }

    /// An error that names a patient, unless no patient leaks or leaks are allowed.
    ///
    /// A split by image is leaky by its nature: whoever chooses it has been warned.
    pub fn check_leaks(&self) -> Result<(), TrainError> {
        let by_image = matches!(
            self.config.split_rule(&self.data.root),
            crate::dataset::SplitRule::ByImage(_)
        );
        match self.leaks.first() {
            Some(leak) if !self.config.allow_leaks && !by_image => Err(TrainError::Leaks {
                n_patients: self.leaks.len(),
                example: leak.patient_id.clone(),
            }),
            _ => Ok(()),
        }
    }

    /// 0 or 1 for each label that is learned; NaN where it is not known.
    pub fn truth(&self, row: &FilmRow) -> Vec<f32> {
        let table_labels = &self.data.table.labels;
        let truth = |label: &str| {
            let place = table_labels.position(label);
            match place.map_or(Some(false), |place| row.has(place)) {
                Some(true) => 1.0,
                Some(false) => 0.0,
                None => f32::NAN,
            }
        };
        self.labels.iter().map(truth).collect()
    }

    /// What the loss of a training film compares the scores with: its label, mixed with its soft
    /// label by the configured share where there is one; NaN where the label is not known.
    pub fn targets(&self, row_idx: usize, row: &FilmRow) -> Vec<f32> {
        let mut targets = self.truth(row);
        let Some((soft, _)) = &self.soft else {
            return targets;
        };
        let share = self.config.soft_share;
        for (target, label) in targets.iter_mut().zip(self.labels.iter()) {
            let place = self.data.table.labels.position(label);
            if let Some(soft) = place.and_then(|place| soft.value(row_idx, place)) {
                let mixed = (1.0 - share) * f64::from(*target) + share * f64::from(soft);
                *target = mixed as f32;
            }
        }
        targets
    }

    /// The soft labels in words, for logs and cards; `None` without.
    pub fn soft_text(&self) -> Option<String> {
        let (soft, summary) = self.soft.as_ref()?;
        let [train, ..] = &self.parts;
        let name = soft.path.file_name().unwrap_or_default().to_string_lossy();
        let teachers = match summary.n_teachers {
            Some((1, 1)) => "1 teacher network".to_owned(),
            Some((least, most)) if least == most => format!("mean of {most} teacher networks"),
            Some((least, most)) => format!("mean of {least} to {most} teacher networks"),
            None => "teacher networks not counted".to_owned(),
        };
        Some(format!(
            "targets are {} % soft labels of {name} ({teachers}) on {} of {} training films",
            (self.config.soft_share * 1000.0).round() / 10.0,
            summary.n_films,
            train.rows.len()
        ))
    }

    /// Positive films by label among `rows`.
    pub fn n_positives(&self, rows: &[usize]) -> PerFinding<usize> {
        let place = self
            .labels
            .map(|_, label| self.data.table.labels.position(label));
        place.map(|place| {
            let films = rows.iter().filter_map(|&row| self.data.table.rows.get(row));
            let is_positive = |film: &&FilmRow| place.is_some_and(|p| film.findings.contains(p));
            films.filter(is_positive).count()
        })
    }

    /// Share of positive films by label among those of the training part whose label is known, in
    /// `[0, 1]`.
    pub fn class_frequencies(&self) -> PerFinding<f64> {
        let [train, ..] = &self.parts;
        let n_positives = self.n_positives(&train.rows);
        self.labels.map(|idx, label| {
            let place = self.data.table.labels.position(label);
            let films = train.rows.iter();
            let films = films.filter_map(|&row| self.data.table.rows.get(row));
            let known = films.filter(|film| place.is_some_and(|p| film.has(p).is_some()));
            let n_pos = n_positives.get(idx).copied().unwrap_or(0);
            n_pos as f64 / known.count().max(1) as f64
        })
    }

    /// The loss that the configuration asks for.
    pub fn loss(&self) -> LossWeights {
        let config = &self.config;
        let frequencies = self.class_frequencies();
        let weights = |of: &dyn Fn(f64) -> f64| -> Vec<f32> {
            let values = frequencies.values().iter();
            values.map(|&frequency| of(frequency) as f32).collect()
        };
        let (positive, negative) = match config.loss {
            LossKind::Plain => (weights(&|_| 1.0), weights(&|_| 1.0)),
            LossKind::Weighted | LossKind::Focal => (weights(&|f| 1.0 - f), weights(&|f| f)),
        };
        LossWeights {
            positive,
            negative,
            l2: config.l2,
            focal_gamma: match config.loss {
                LossKind::Focal => config.focal_gamma,
                LossKind::Weighted | LossKind::Plain => 0.0,
            },
        }
    }
}

/// The table's labels that have enough positive films in the training part.
fn frequent_labels(
    data: &DataSet,
    train: &[usize],
    min_positives: usize,
) -> Result<Labels, TrainError> {
    let table = &data.table;
    let n_positives = |place: usize| {
        let films = train.iter().filter_map(|&row| table.rows.get(row));
        films.filter(|film| film.findings.contains(place)).count()
    };
    let names = table.labels.iter().enumerate();
    let kept: Vec<String> = names
        .filter(|(place, _)| n_positives(*place) >= min_positives)
        .map(|(_, name)| name.to_owned())
        .collect();
    Labels::new(kept).map_err(|_| {
        TrainError::NoFilms(format!(
            "no finding has {min_positives} positive training films"
        ))
    })
}

/// `n_films` of `rows`, each taken with a weight of its number of findings plus a little, without
/// putting back (Efraimidis and Spirakis 2006); in table order.
fn drawn_by_findings(table: &[FilmRow], rows: Vec<usize>, n_films: usize, seed: u64) -> Vec<usize> {
    let mut random = Stream::FilmDraw.random(seed);
    let mut keyed: Vec<(f64, usize)> = rows
        .into_iter()
        .map(|row| {
            let n_findings = table.get(row).map_or(0, |film| film.findings.len());
            let weight = n_findings as f64 + NO_FINDING_WEIGHT;
            // ln(u) / w orders as u^(1/w) does, without underflow.
            ((1.0 - random.uniform()).ln() / weight, row)
        })
        .collect();
    keyed.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut rows: Vec<usize> = keyed
        .into_iter()
        .take(n_films)
        .map(|(_, row)| row)
        .collect();
    rows.sort_unstable();
    rows
}

/// `n_films` of `rows` at random, in table order.
fn drawn(mut rows: Vec<usize>, n_films: usize, seed: u64, part: Part) -> Vec<usize> {
    Stream::FilmLimit { part }.random(seed).shuffle(&mut rows);
    rows.truncate(n_films);
    rows.sort_unstable();
    rows
}
