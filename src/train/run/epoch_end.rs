//! The end of an epoch: validation, figures, the best so far; and the test films after the last.

use std::time::Instant;

use super::Run;
use crate::domain::Part;
use crate::model::ModelFile;
use crate::train::TrainError;
use crate::train::config::{ScheduleKind, SelectBy};
use crate::train::event::TrainEvent;
use crate::train::history::{AucTable, EpochMetrics};
use crate::train::schedule::learning_rate;
use crate::train::scoring::Judged;
use crate::train::trained_model::model_file;

impl Run<'_> {
    /// Validates, keeps the model, and turns to the next epoch.
    pub(super) fn finish_epoch(&mut self) -> Result<(), TrainError> {
        let started = Instant::now();
        let card = self.card_now();
        let plain = model_file(&card, self.weights(), None)?;
        let valid = self.score(&plain, Part::Valid)?;
        let predictions = valid.as_ref().map(|valid| &valid.predictions);
        let file = model_file(&card, self.weights(), predictions)?;
        self.checkpoint.place.elapsed_secs += started.elapsed().as_secs_f64();
        let epoch = self.epoch_metrics(valid.as_ref());
        self.count_gain(&epoch);
        if self.writes()
            && let Err(error) = self.folder.save_model(&file, &epoch)
        {
            self.save_failed(&error);
        }
        if let (true, Some(valid)) = (epoch.is_best && self.writes(), &valid) {
            let path = self.folder.predictions_path(Part::Valid);
            if let Err(error) = valid.predictions.save(&path) {
                self.save_failed(&error);
            }
        }
        let secs = self.checkpoint.place.epoch_secs.max(f64::MIN_POSITIVE);
        let waited = self.waited.as_secs_f64() / secs;
        let place = &mut self.checkpoint.place;
        place.history.push(epoch.clone());
        place.epoch += 1;
        place.next_batch = 0;
        (place.loss_sum, place.n_films, place.epoch_secs) = (0.0, 0, 0.0);
        self.checkpoint.scores.clear();
        self.checkpoint.truth.clear();
        let history = self.checkpoint.place.history.clone();
        if self.writes()
            && let Err(error) = self.folder.save_history(&history)
        {
            self.save_failed(&error);
        }
        self.save_checkpoint();
        self.say(epoch.log_line(waited));
        (self.on_event)(TrainEvent::EpochDone(Box::new(epoch)));
        Ok(())
    }

    fn epoch_metrics(&self, valid: Option<&Judged>) -> EpochMetrics {
        let place = &self.checkpoint.place;
        let labels: Vec<String> = self.card.labels.iter().map(ToOwned::to_owned).collect();
        let n_steps = self.n_steps();
        let (loss, table) = valid.map_or((None, AucTable::default()), |valid| {
            (Some(valid.loss), valid.auc.clone())
        });
        let mut epoch = EpochMetrics {
            epoch: place.epoch,
            train_loss: place.loss_sum / place.n_films.max(1) as f64,
            penalty: self.penalty(),
            train_auc: AucTable::new(&labels, &self.checkpoint.scores, &self.checkpoint.truth),
            valid_loss: loss,
            valid_auc: table,
            learning_rate: learning_rate(
                self.config,
                place.epoch,
                n_steps.saturating_sub(1),
                n_steps,
                place.n_cuts,
            ),
            films_per_s: place.n_films as f64 / place.epoch_secs.max(f64::MIN_POSITIVE),
            elapsed_secs: place.elapsed_secs,
            is_best: false,
            patience_left: None,
        };
        epoch.is_best = self
            .figure(&epoch)
            .is_none_or(|figure| place.best.is_none_or(|best| figure > best));
        epoch.patience_left = if epoch.is_best {
            (self.config.patience > 0).then_some(self.config.patience)
        } else {
            self.patience_left().map(|left| left.saturating_sub(1))
        };
        epoch
    }

    fn penalty(&self) -> f64 {
        let kernels = self.checkpoint.state.parameters.values();
        let kernels = kernels.filter(|tensor| tensor.shape.len() == 4);
        let squares = kernels.flat_map(|kernel| &kernel.values);
        let sum: f64 = squares.map(|&value| f64::from(value).powi(2)).sum();
        f64::from(self.loss.l2) * sum
    }

    /// The selection criterion of the best epoch, higher is better; without validation each epoch is the best.
    fn figure(&self, epoch: &EpochMetrics) -> Option<f64> {
        match self.config.select_by {
            SelectBy::Auc => {
                let least = self.config.select_min_positives;
                epoch.valid_auc.macro_mean_of_frequent(least)
            }
            SelectBy::Loss => epoch.valid_loss.map(|loss| -loss),
        }
    }

    fn count_gain(&mut self, epoch: &EpochMetrics) {
        let figure = self.figure(epoch);
        let place = &mut self.checkpoint.place;
        if epoch.is_best {
            place.best = figure;
            (place.n_without_gain, place.n_since_cut) = (0, 0);
            return;
        }
        place.n_without_gain += 1;
        place.n_since_cut += 1;
        let is_plateau = self.config.schedule == ScheduleKind::Plateau;
        if is_plateau && place.n_since_cut >= self.config.step_epochs.max(1) {
            place.n_cuts += 1;
            place.n_since_cut = 0;
        }
    }

    /// The best weights on the test films, once there is nothing left to choose by them.
    pub(super) fn judge(&mut self) -> Result<Option<AucTable>, TrainError> {
        // The first process has written it.
        self.setup.ranks.wait()?;
        let path = self.folder.best_path();
        let best = ModelFile::load(&path)?;
        let Some(test) = self.score(&best, Part::Test)? else {
            return Ok(None);
        };
        if !self.writes() {
            return Ok(Some(test.auc));
        }
        test.predictions
            .save(&self.folder.predictions_path(Part::Test))?;
        let mut info = self.folder.info()?;
        info.test_auc = Some(test.auc.clone());
        self.folder.save_info(&info)?;
        let text = self.evaluation_text(&test);
        let mut judged = best.card().clone();
        judged.provenance.evaluation = Some(text.clone());
        ModelFile::new(judged, best.weights().clone())?.save(&path)?;
        self.say(text);
        Ok(Some(test.auc))
    }

    fn evaluation_text(&self, test: &Judged) -> String {
        let defined = test.auc.defined().len();
        let mean = test.auc.macro_mean();
        let best = self
            .checkpoint
            .place
            .history
            .iter()
            .rev()
            .find(|epoch| epoch.is_best);
        let valid = best.and_then(|epoch| epoch.valid_auc.macro_mean());
        let number = |value: Option<f64>| value.map_or("n/a".to_owned(), |v| format!("{v:.3}"));
        format!(
            "macro AUC {} on validation, {} on {} test films ({defined} of {} labels)",
            number(valid),
            number(mean),
            test.predictions.films.len(),
            self.card.labels.len()
        )
    }
}
