use super::{
    Activity, Closing, ConfigFile, RunRecord, RunState, ShownRun, TrainingNews, TrainingPage,
    TrainingState,
};
use crate::state::{NoticeKind, Services, Shared};
use crate::train::{AucTable, Ending, RunPlaces, TrainEvent, TrainReport};

impl TrainingState {
    /// Takes in what the jobs of training have reported.
    pub fn poll(&mut self, shared: &mut Shared) {
        self.live.echo.poll();
        self.take_own_lists(shared);
        self.live.speed.poll();
        self.poll_run(shared);
        self.poll_checks(shared);
        self.poll_config_file(shared);
        self.poll_opened_runs(shared);
        self.runs.poll();
        self.gallery.poll();
        if self.closing == Closing::Finishing && !self.is_running() {
            self.closing = Closing::Now;
        }
    }

    /// Looks at the data that the form names, and reads the validation films of the best epoch while
    /// their page is shown.
    pub fn keep_current(&mut self, shared: &Shared) {
        let services = &shared.services;
        self.keep_runs_current(shared);
        self.live
            .echo
            .keep_up(&self.form.config, &self.form.run_folder);
        self.keep_speed_current(services);
        if self.page != TrainingPage::Films {
            return;
        }
        let source = self.run.as_ref().and_then(|run| {
            let best = run.record.best_epoch()?;
            Some((run.record.folder.clone(), best.epoch))
        });
        self.gallery.keep_up(source, &services.wake);
    }

    /// Looks for runs while their list is shown: where the settings say, and where the next run goes.
    fn keep_runs_current(&mut self, shared: &Shared) {
        if self.page != TrainingPage::Runs {
            return;
        }
        let settings = &shared.settings.training;
        let mut runs = settings.recent_runs.clone();
        let next = self.form.run_folder.trim();
        if !next.is_empty() {
            runs.push(next.into());
        }
        let places = RunPlaces {
            folders: settings.runs_folders.clone(),
            runs,
        };
        let run = self.run.as_ref();
        let progress = run.map(|run| (run.record.epochs.len(), run.is_running()));
        self.runs.keep_up(places, progress);
    }

    /// Times a few steps once the check is in view and found nothing against a start.
    fn keep_speed_current(&mut self, services: &Services) {
        if self.page != TrainingPage::Check || self.is_running() || self.is_checking() {
            return;
        }
        let Some(check) = self.check.done() else {
            return;
        };
        let is_valid = self.form.error.is_none() && self.form.text_error.is_none();
        if is_valid && check.obstacles.is_empty() {
            let plan = &check.preflight.plan;
            self.live
                .speed
                .keep_up(&self.form.config, plan, &services.device);
        }
    }

    fn poll_run(&mut self, shared: &mut Shared) {
        let Some(run) = &mut self.run else {
            return;
        };
        let ShownRun { record, state, .. } = run;
        let RunState::Running { job, activity } = state else {
            return;
        };
        let (news, over) = job.poll();
        for news in news {
            match news {
                TrainingNews::Steps(steps) => record.take_steps(&steps),
                TrainingNews::Event(event) => {
                    if let Some(text) = take_event(record, activity, event) {
                        shared.say_error(text);
                    }
                }
            }
        }
        if !over {
            return;
        }
        let ended = ended(record, job.take_end());
        let (kind, text) = ending_notice(record, &ended);
        shared.notices.push(kind, text);
        *state = ended;
        if self.closing == Closing::Asked {
            // There is nothing left to ask about.
            self.closing = Closing::No;
        }
    }

    fn poll_checks(&mut self, shared: &mut Shared) {
        self.poll_check(shared);
        shared.polled(&mut self.dry_run);
        shared.polled(&mut self.preview);
        shared.polled(&mut self.files.columns);
    }

    /// A start that waited for its check begins if that found nothing against it.
    fn poll_check(&mut self, shared: &mut Shared) {
        if !shared.polled(&mut self.check) || !std::mem::take(&mut self.live.start_after_check) {
            return;
        }
        if self
            .valid_check()
            .is_some_and(|check| check.obstacles.is_empty())
        {
            self.begin(shared);
        }
    }

    fn poll_config_file(&mut self, shared: &mut Shared) {
        match shared.finished(&mut self.files.config) {
            Some(ConfigFile::Loaded(config)) => {
                self.edit_config(*config, shared);
                // The file says which split, if only by leaving it out.
                self.form.takes_own_lists = false;
            }
            Some(ConfigFile::Saved(path)) => shared.say(format!("Saved {}", path.display())),
            None => {}
        }
    }

    fn poll_opened_runs(&mut self, shared: &mut Shared) {
        if shared.polled(&mut self.runs.opening) {
            let resumed = self.runs.resumed.take();
            if let Some(Ok(record)) = self.runs.opening.take() {
                shared.settings.training.remember_run(&record.folder);
                if resumed.as_ref() == Some(&record.folder) && !self.is_running() {
                    self.resume_from(record, shared);
                } else {
                    self.run = Some(ShownRun::at_rest(record));
                }
            }
        }
        if let Some(folder) = shared.finished(&mut self.compared.saving) {
            shared.say(format!("Saved: {}", folder.display()));
        }
        if let Some(read) = shared.finished(&mut self.compared.opening) {
            let records = &mut self.compared.records;
            for record in read {
                records.retain(|known| known.folder != record.folder);
                records.push(record);
            }
        }
    }
}

/// Takes in one event; the words of a notice, if it needs one.
fn take_event(
    record: &mut RunRecord,
    activity: &mut Activity,
    event: TrainEvent,
) -> Option<String> {
    match event {
        TrainEvent::Prepared(prepared) => {
            record.take_prepared(prepared);
            *activity = Activity::Training;
        }
        TrainEvent::StepDone(step) => record.take_steps(&[step]),
        TrainEvent::ScoringStarted { .. } => *activity = Activity::Scoring,
        TrainEvent::EpochDone(epoch) => record.take_epoch(*epoch),
        TrainEvent::Paused(model) => *activity = Activity::Paused(model),
        TrainEvent::ScoringDone(_) | TrainEvent::Resumed => *activity = Activity::Training,
        TrainEvent::Saved(_) => {
            record.has_checkpoint = true;
            record.live.save_error = None;
        }
        TrainEvent::SaveFailed(error) => {
            let text = format!("could not be saved, training continues: {error}");
            record.live.save_error = Some(text.clone());
            return Some(text);
        }
        TrainEvent::Log(line) => record.take_line(line),
    }
    None
}

fn ended(record: &mut RunRecord, end: Option<Result<TrainReport, String>>) -> RunState {
    record.revision += 1;
    match end {
        Some(Ok(report)) => {
            record.epochs = report.epochs;
            record.test_auc = report.test_auc;
            RunState::Ended(report.ending)
        }
        Some(Err(error)) => RunState::Failed(error),
        None => RunState::Abandoned,
    }
}

fn ending_notice(record: &RunRecord, state: &RunState) -> (NoticeKind, String) {
    let name = record.name();
    let n_epochs = record.epochs.len();
    let text = match state {
        RunState::Failed(error) => return (NoticeKind::Error, format!("{name}: {error}")),
        RunState::Ended(Ending::Finished) => {
            let test = record.test_auc.as_ref().and_then(AucTable::macro_mean);
            let auc = test.map(|auc| format!(", macro AUC {auc:.3} on test films"));
            let auc = auc.unwrap_or_default();
            format!("{name}: all {n_epochs} epochs are done{auc}")
        }
        RunState::Ended(Ending::StoppedEarly) => {
            format!(
                "{name}: stopped after {n_epochs} epochs: no improvement for {} epochs",
                record.config.patience
            )
        }
        RunState::Ended(Ending::Stopped) => format!("{name}: stopped and kept, can be resumed"),
        _ => format!("{name}: stopped before the first step"),
    };
    (NoticeKind::Info, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Part;
    use crate::train::PartFigures;

    #[test]
    fn a_training_scores_from_the_event_that_says_so_to_the_one_that_ends_it() {
        let (mut record, mut activity) = (RunRecord::default(), Activity::Training);
        for part in [Part::Valid, Part::Test] {
            let started = TrainEvent::ScoringStarted { part, n_films: 8 };
            assert_eq!(take_event(&mut record, &mut activity, started), None);
            assert!(matches!(activity, Activity::Scoring), "{part}");
            let done = TrainEvent::ScoringDone(PartFigures {
                part,
                n_films: 8,
                loss: 0.5,
                auc: AucTable::default(),
            });
            assert_eq!(take_event(&mut record, &mut activity, done), None);
            assert!(matches!(activity, Activity::Training), "{part}");
        }
    }
}
