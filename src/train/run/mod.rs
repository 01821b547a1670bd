//! The training loop: epochs of steps, validation, checkpoints, pauses and stops from outside.

use std::sync::Arc;
use std::time::{Duration, Instant};

mod epoch_end;

use super::TrainError;
use super::checkpoint::Checkpoint;
use super::config::TrainConfig;
use super::event::{PartFigures, PreparedRun, StepMetrics, TrainEvent};
use super::history::AucTable;
use super::prepared::Prepared;
use super::run_folder::RunFolder;
use super::schedule::learning_rate;
use super::scoring::{Judged, judge_part};
use super::setup::{Ending, TrainReport, TrainSetup, architecture, now};
use super::step::take_step;
use super::step_log::{StepLoss, add_step, begin_steps};
use super::stepper::Stepper;
use super::trained_model::{card, model_file};
use crate::dataset::{Batch, EpochPlan, Loader};
use crate::domain::{Part, TrainingPoint};
use crate::model::{Classifier, ModelCard, ModelFile};
use crate::work::{Canceled, NoThread, Progress, Watch};
use thorax_engine::{LossWeights, NamedTensors};

/// A running training.
pub(super) struct Run<'a> {
    prepared: &'a Prepared,
    folder: &'a RunFolder,
    setup: &'a TrainSetup,
    watch: &'a dyn Watch,
    on_event: &'a mut dyn FnMut(TrainEvent),
    config: &'a TrainConfig,
    card: ModelCard,
    loss: LossWeights,
    stepper: Stepper,
    checkpoint: Checkpoint,
    last_save: Instant,
    /// Recent seconds per step.
    step_secs: Option<f64>,
    /// Time of this epoch's steps in which the loader was waited for.
    waited: Duration,
    /// Whether losses of steps are written, as long as that succeeds.
    logs_steps: bool,
}

impl<'a> Run<'a> {
    pub fn new(
        prepared: &'a Prepared,
        folder: &'a RunFolder,
        setup: &'a TrainSetup,
        checkpoint: Checkpoint,
        watch: &'a dyn Watch,
        on_event: &'a mut dyn FnMut(TrainEvent),
    ) -> Result<Self, TrainError> {
        let plan = &prepared.plan;
        let started = folder.info()?.started;
        let date = started.split('T').next().unwrap_or_default();
        let architecture = architecture(plan)?;
        let n_films = plan.config.batch_size.min(prepared.train.films.len());
        let n_parts = setup.ranks.size() * plan.config.batch_parts;
        let n_films = n_films.div_ceil(n_parts);
        architecture.check(&checkpoint.state.parameters)?;
        Ok(Self {
            card: card(plan, date)?,
            loss: plan.loss(),
            stepper: Stepper::new(architecture, n_films, &setup.device)?,
            config: &plan.config,
            last_save: Instant::now(),
            step_secs: None,
            waited: Duration::ZERO,
            logs_steps: false,
            prepared,
            folder,
            setup,
            watch,
            on_event,
            checkpoint,
        })
    }

    pub fn go(mut self) -> Result<TrainReport, TrainError> {
        self.announce();
        let (ending, test_auc) = match self.run_to_end() {
            Err(error) if Canceled::caused(&error) => {
                self.save_checkpoint();
                self.say("stopped; the run can be resumed".to_owned());
                (Ending::Stopped, None)
            }
            ended => ended?,
        };
        Ok(TrainReport {
            folder: self.folder.root().to_owned(),
            ending,
            epochs: self.checkpoint.place.history,
            test_auc,
        })
    }

    /// All epochs, then the test films. Stopped between any two films it goes on from there.
    fn run_to_end(&mut self) -> Result<(Ending, Option<AucTable>), TrainError> {
        let ending = self.epochs()?;
        Ok((ending, self.judge()?))
    }

    fn announce(&mut self) {
        let steps_done = self.begin_steps();
        let place = &self.checkpoint.place;
        let prepared = PreparedRun {
            folder: self.folder.root().to_owned(),
            n_films: self.prepared.parts.each_ref().map(|part| part.films.len()),
            labels: self.card.labels.iter().map(ToOwned::to_owned).collect(),
            n_steps_per_epoch: self.n_steps(),
            n_epochs: self.config.epochs,
            epochs_done: place.history.clone(),
            steps_done,
            n_unreadable: self.prepared.unreadable.len(),
        };
        let [train, valid, test] = prepared.n_films;
        let mut lines = vec![format!(
            "{}: {train} train, {valid} valid, {test} test films on {}, epoch {} from step {}",
            now(),
            self.setup.device.name(),
            place.epoch,
            place.next_batch + 1
        )];
        if !self.prepared.plan.leaks.is_empty() {
            let n_patients = self.prepared.plan.leaks.len();
            lines.push(format!(
                "{n_patients} patients appear in more than one part: scores will look better than they are"
            ));
        }
        lines.extend(self.prepared.plan.soft_text());
        lines.extend(self.prepared.unreadable.iter().cloned());
        (self.on_event)(TrainEvent::Prepared(prepared));
        for line in lines {
            self.say(line);
        }
    }

    /// The losses of the steps before the checkpoint; a file that cannot be written costs the file, not the run.
    fn begin_steps(&mut self) -> Vec<StepLoss> {
        let place = &self.checkpoint.place;
        if !self.writes() {
            return Vec::new();
        }
        let path = self.folder.steps_path();
        let begun = begin_steps(&path, place.epoch, place.next_batch);
        self.logs_steps = begun.is_ok();
        begun.unwrap_or_else(|error| {
            self.save_failed(&error);
            Vec::new()
        })
    }

    /// After a failure, none is added: a line may be torn, and a gap says more than a false neighbor.
    fn log_step(&mut self, step: &StepMetrics) {
        if !self.logs_steps {
            return;
        }
        if let Err(error) = add_step(&self.folder.steps_path(), &step.into()) {
            self.logs_steps = false;
            self.save_failed(&error);
        }
    }

    /// A line for the log, in the folder and for whoever listens.
    fn say(&mut self, line: String) {
        if self.writes()
            && let Err(error) = self.folder.log(&line)
        {
            (self.on_event)(TrainEvent::SaveFailed(format!("the log: {error}")));
        }
        (self.on_event)(TrainEvent::Log(line));
    }

    fn n_steps(&self) -> usize {
        self.prepared.train.n_batches(self.config.batch_size)
    }

    fn epochs(&mut self) -> Result<Ending, TrainError> {
        while self.checkpoint.place.epoch <= self.config.epochs {
            if self.patience_left() == Some(0) {
                let n_epochs = self.config.patience;
                self.say(format!(
                    "no improvement for {n_epochs} epochs: training stops"
                ));
                return Ok(Ending::StoppedEarly);
            }
            self.steps()?;
            self.finish_epoch()?;
        }
        Ok(Ending::Finished)
    }

    fn patience_left(&self) -> Option<usize> {
        let patience = self.config.patience;
        (patience > 0).then(|| patience.saturating_sub(self.checkpoint.place.n_without_gain))
    }

    /// Runs the remaining steps of an epoch.
    fn steps(&mut self) -> Result<(), TrainError> {
        let plan = EpochPlan {
            seed: self.config.seed,
            epoch: self.checkpoint.place.epoch,
            batch_size: self.config.batch_size,
            augmentation: self.config.augment,
            share: self.setup.ranks.share(),
        };
        let first_batch = self.checkpoint.place.next_batch;
        let mut loader =
            Loader::start(Arc::clone(&self.prepared.train), plan, first_batch).map_err(NoThread)?;
        self.waited = Duration::ZERO;
        loop {
            self.stop_together()?;
            self.pause()?;
            let started = Instant::now();
            let Some(batch) = loader.next() else {
                return Ok(());
            };
            self.waited += started.elapsed();
            self.step(&batch)?;
            self.count_time(started.elapsed().as_secs_f64());
            if self.last_save.elapsed().as_secs_f64() > self.config.checkpoint_minutes * 60.0 {
                self.save_checkpoint();
            }
        }
    }

    /// An error in all processes where one of them is to stop: none waits for a step that another does not take.
    fn stop_together(&self) -> Result<(), TrainError> {
        if self.setup.ranks.any(self.watch.check().is_err())? {
            return Err(Canceled.into());
        }
        Ok(())
    }

    /// Waits through a pause, if there is one.
    fn pause(&mut self) -> Result<(), TrainError> {
        if self.setup.control.is_paused() {
            self.save_checkpoint();
            let file = model_file(&self.card_now(), self.weights(), None)?;
            (self.on_event)(TrainEvent::Paused(Arc::new(file)));
            self.setup.control.wait_while_paused(self.watch)?;
            (self.on_event)(TrainEvent::Resumed);
        }
        Ok(())
    }

    fn step(&mut self, batch: &Batch) -> Result<(), TrainError> {
        let place = &self.checkpoint.place;
        let (epoch, step, n_steps) = (place.epoch, place.next_batch, self.n_steps());
        let rate = learning_rate(self.config, epoch, step, n_steps, place.n_cuts);
        let loss = take_step(
            &mut self.stepper,
            self.config,
            &self.loss,
            rate,
            batch,
            &mut self.checkpoint,
            &self.setup.ranks,
        )?;
        if !loss.total().is_finite() {
            let images = batch.films.iter();
            let films: Vec<_> = images
                .map(|&film| self.prepared.train_image(film))
                .collect();
            let error = TrainError::NotFinite {
                epoch,
                step: step + 1,
                films,
            };
            self.say(error.to_string());
            return Err(error);
        }
        self.checkpoint.place.next_batch += 1;
        let n_left = n_steps * (self.config.epochs + 1 - epoch) - (step + 1);
        let step_secs = self.step_secs.unwrap_or_default();
        let metrics = StepMetrics {
            epoch,
            step: step + 1,
            n_steps,
            loss: loss.cross_entropy,
            penalty: loss.penalty,
            learning_rate: rate,
            films_per_s: if step_secs > 0.0 {
                batch.n_whole as f64 / step_secs
            } else {
                0.0
            },
            eta_secs: n_left as f64 * step_secs,
        };
        self.log_step(&metrics);
        (self.on_event)(TrainEvent::StepDone(metrics));
        Ok(())
    }

    fn count_time(&mut self, secs: f64) {
        // The average of about the last ten steps.
        let before = self.step_secs.unwrap_or(secs);
        self.step_secs = Some(0.9 * before + 0.1 * secs);
        self.checkpoint.place.epoch_secs += secs;
        self.checkpoint.place.elapsed_secs += secs;
    }

    /// The weights that are scored and saved: the EMA if enabled.
    fn weights(&self) -> &NamedTensors {
        let averaged = self.checkpoint.averaged.as_ref();
        averaged.unwrap_or(&self.checkpoint.state.parameters)
    }

    /// The card of the weights as they are now, with run and epoch.
    fn card_now(&self) -> ModelCard {
        let place = &self.checkpoint.place;
        let (run, n_steps) = (self.folder.name(), self.n_steps());
        let mut card = self.card.clone();
        let now = TrainingPoint::at(run, place.epoch, place.next_batch, n_steps);
        card.provenance.run = Some(now);
        card
    }

    /// Whether this process keeps the run's files: the first does, the others have nothing that it has not.
    fn writes(&self) -> bool {
        self.setup.ranks.is_first()
    }

    fn save_checkpoint(&mut self) {
        self.last_save = Instant::now();
        if !self.writes() {
            return;
        }
        let path = self.folder.checkpoint_path();
        match self.checkpoint.save(&path) {
            Ok(()) => (self.on_event)(TrainEvent::Saved(path)),
            Err(error) => self.save_failed(&error),
        }
    }

    /// A full disk costs the file, not the run.
    fn save_failed(&mut self, error: &dyn ToString) {
        (self.on_event)(TrainEvent::SaveFailed(error.to_string()));
    }

    /// Scores and judges the films of a part; `None` if it has none.
    fn score(&mut self, file: &ModelFile, part: Part) -> Result<Option<Judged>, TrainError> {
        let films = self.prepared.parts.get(part.index());
        let Some(films) = films.filter(|part| !part.films.is_empty()) else {
            return Ok(None);
        };
        let n_films = films.films.len();
        // Before the event: who hears of it sees no progress of something else.
        self.watch.progress(Progress {
            n_done: 0,
            n_total: n_films,
            unit: "films scored",
        });
        (self.on_event)(TrainEvent::ScoringStarted { part, n_films });
        let classifier = Classifier::new(file, None, &self.setup.device)?;
        let judged = judge_part(
            self.prepared,
            films,
            &classifier,
            &self.loss,
            &self.setup.ranks,
            self.watch,
        )?;
        (self.on_event)(TrainEvent::ScoringDone(PartFigures {
            part,
            n_films,
            loss: judged.loss,
            auc: judged.auc.clone(),
        }));
        Ok(Some(judged))
    }
}
