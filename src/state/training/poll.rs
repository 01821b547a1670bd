use super::{
    Activity, Closing, ConfigFile, RunRecord, RunState, ShownRun, TrainingNews, TrainingPage,
    TrainingState,
};
use crate::state::{NoticeKind, Shared};
use crate::train::{Ending, TrainEvent, TrainReport};
use crate::work::{Outcome, Progress, Task, Wake, cause_chain, panic_message};

impl TrainingState {
    /// Takes in what the jobs of training have reported.
    pub fn poll(&mut self, shared: &mut Shared) {
        self.poll_run(shared);
        self.poll_checks(shared);
        self.poll_config_file(shared);
        self.poll_opened_runs(shared);
        self.gallery.poll();
        if self.closing == Closing::Finishing && !self.is_running() {
            self.closing = Closing::Now;
        }
    }

    /// Reads the validation films of the best epoch, while their page is shown.
    pub fn keep_gallery_current(&mut self, wake: &Wake) {
        if self.page != TrainingPage::Films {
            return;
        }
        let source = self.run.as_ref().and_then(|run| {
            let best = run.record.best_epoch()?;
            Some((run.record.folder.clone(), best.epoch))
        });
        self.gallery.keep_up(source, wake);
    }

    fn poll_run(&mut self, shared: &mut Shared) {
        let Some(run) = &mut self.run else {
            return;
        };
        let ShownRun { record, state } = run;
        let RunState::Running { job, activity } = state else {
            return;
        };
        let (news, outcome) = job.poll();
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
        let Some(outcome) = outcome else {
            return;
        };
        let ended = ended(record, outcome);
        let (kind, text) = ending_notice(record, &ended);
        shared.notices.push(kind, text);
        *state = ended;
        if self.closing == Closing::Asked {
            // There is nothing left to ask about.
            self.closing = Closing::No;
        }
    }

    fn poll_checks(&mut self, shared: &mut Shared) {
        let over = [
            self.check.poll(),
            self.dry_run.poll(),
            self.preview.poll(),
            self.columns.poll(),
        ];
        let errors = [
            self.check.error(),
            self.dry_run.error(),
            self.preview.error(),
            self.columns.error(),
        ];
        for (over, error) in over.into_iter().zip(errors) {
            if let (true, Some(error)) = (over, error) {
                shared.say_error(error);
            }
        }
    }

    fn poll_config_file(&mut self, shared: &mut Shared) {
        if !self.config_file.poll() {
            return;
        }
        match std::mem::take(&mut self.config_file) {
            Task::Done(ConfigFile::Loaded(config)) => self.edit_config(*config, shared),
            Task::Done(ConfigFile::Saved(path)) => shared.say(format!("Saved {}", path.display())),
            Task::Failed(error) => shared.say_error(error),
            Task::Idle | Task::Running(_) => {}
        }
    }

    fn poll_opened_runs(&mut self, shared: &mut Shared) {
        if self.opening.poll() {
            match std::mem::take(&mut self.opening) {
                Task::Done(record) => {
                    shared.settings.training.remember_run(&record.folder);
                    self.run = Some(ShownRun::at_rest(record));
                }
                Task::Failed(error) => shared.say_error(error),
                Task::Idle | Task::Running(_) => {}
            }
        }
        if self.compared.opening.poll() {
            match std::mem::take(&mut self.compared.opening) {
                Task::Done(record) => {
                    let records = &mut self.compared.records;
                    records.retain(|known| known.folder != record.folder);
                    records.push(record);
                }
                Task::Failed(error) => shared.say_error(error),
                Task::Idle | Task::Running(_) => {}
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
        TrainEvent::Decoding { n_done, n_total } => {
            record.live.decoding = Some(Progress { n_done, n_total });
        }
        TrainEvent::Prepared(prepared) => {
            record.take_prepared(prepared);
            *activity = Activity::Training;
        }
        TrainEvent::StepDone(step) => record.take_steps(&[step]),
        TrainEvent::EpochDone(epoch) => record.take_epoch(*epoch),
        TrainEvent::Paused(model) => *activity = Activity::Paused(model),
        TrainEvent::Resumed => *activity = Activity::Training,
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

fn ended(record: &mut RunRecord, outcome: Outcome<TrainReport>) -> RunState {
    record.live.decoding = None;
    record.revision += 1;
    match outcome {
        Outcome::Done(report) => {
            record.epochs = report.epochs;
            record.test_auc = report.test_auc;
            RunState::Ended(report.ending)
        }
        Outcome::Cancelled => RunState::Abandoned,
        Outcome::Failed(error) => RunState::Failed(cause_chain(&error)),
        Outcome::Panicked(text) => RunState::Failed(panic_message(&text)),
    }
}

fn ending_notice(record: &RunRecord, state: &RunState) -> (NoticeKind, String) {
    let name = record.name();
    let n_epochs = record.epochs.len();
    let text = match state {
        RunState::Failed(error) => return (NoticeKind::Error, format!("{name}: {error}")),
        RunState::Ended(Ending::Finished) => format!("{name}: all {n_epochs} epochs are done"),
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
