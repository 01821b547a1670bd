use super::{
    Activity, Closing, ConfigFile, Made, RunRecord, RunState, ShownRun, TrainingNews, TrainingPage,
};
use crate::state::poll::broke;
use crate::state::{AppState, NoticeKind, Workspace};
use crate::train::{Ending, TrainEvent, TrainReport};
use crate::work::{Outcome, Progress, cause_chain};

impl AppState {
    /// Takes in what the jobs of training have reported.
    pub(in crate::state) fn poll_training(&mut self) {
        self.poll_run();
        self.poll_checks();
        self.poll_config_file();
        self.poll_opened_runs();
        self.poll_gallery();
        let desk = &mut self.training;
        if desk.closing == Closing::Finishing && !desk.is_running() {
            desk.closing = Closing::Now;
        }
    }

    fn poll_run(&mut self) {
        let Some(run) = &mut self.training.run else {
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
                        self.shared.notices.push(NoticeKind::Error, text);
                    }
                }
            }
        }
        let Some(outcome) = outcome else {
            return;
        };
        let ended = ended(record, outcome);
        let (kind, text) = ending_notice(record, &ended);
        self.shared.notices.push(kind, text);
        *state = ended;
        if self.training.closing == Closing::Asked {
            // There is nothing left to ask about.
            self.training.closing = Closing::No;
        }
    }

    fn poll_checks(&mut self) {
        let desk = &mut self.training;
        let over = [desk.check.poll(), desk.dry_run.poll(), desk.preview.poll()];
        let errors = [
            desk.check.error(),
            desk.dry_run.error(),
            desk.preview.error(),
        ];
        for (over, error) in over.into_iter().zip(errors) {
            if let (true, Some(error)) = (over, error) {
                self.shared.notices.push(NoticeKind::Error, error);
            }
        }
        if desk.columns.poll()
            && let Some(error) = desk.columns.error()
        {
            self.shared.notices.push(NoticeKind::Error, error);
        }
    }

    fn poll_config_file(&mut self) {
        if !self.training.config_file.poll() {
            return;
        }
        match std::mem::take(&mut self.training.config_file) {
            Made::Done(ConfigFile::Loaded(config)) => self.edit_config(*config),
            Made::Done(ConfigFile::Saved(path)) => {
                let text = format!("Saved {}", path.display());
                self.shared.notices.push(NoticeKind::Info, text);
            }
            Made::Failed(error) => self.shared.notices.push(NoticeKind::Error, error),
            Made::Not | Made::Working(_) => {}
        }
    }

    fn poll_opened_runs(&mut self) {
        if self.training.opening.poll() {
            match std::mem::take(&mut self.training.opening) {
                Made::Done(record) => {
                    self.shared.settings.training.remember_run(&record.folder);
                    self.training.run = Some(ShownRun::at_rest(record));
                }
                made => self.say_error(made),
            }
        }
        if self.training.comparing.poll() {
            match std::mem::take(&mut self.training.comparing) {
                Made::Done(record) => {
                    let compared = &mut self.training.compared;
                    compared.retain(|known| known.folder != record.folder);
                    compared.push(record);
                }
                made => self.say_error(made),
            }
        }
    }

    fn say_error(&mut self, made: Made<RunRecord>) {
        if let Made::Failed(error) = made {
            self.shared.notices.push(NoticeKind::Error, error);
        }
    }

    fn poll_gallery(&mut self) {
        let desk = &mut self.training;
        if let Err(error) = desk.gallery.poll() {
            let text = format!("cannot start a thread: {error}");
            self.shared.notices.push(NoticeKind::Error, text);
        }
        let in_view = self.workspace == Workspace::Training && desk.page == TrainingPage::Films;
        if in_view {
            let run = desk.run.as_ref();
            let source = run.and_then(|run| {
                let best = run.record.best_epoch()?;
                Some((run.record.folder.clone(), best.epoch))
            });
            desk.gallery.keep_up(source, &self.shared.services.wake);
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
            record.decoding = Some(Progress { n_done, n_total });
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
            record.save_error = None;
        }
        TrainEvent::SaveFailed(error) => {
            let text = format!("could not be saved, training continues: {error}");
            record.save_error = Some(text.clone());
            return Some(text);
        }
        TrainEvent::Log(line) => record.take_line(line),
    }
    None
}

fn ended(record: &mut RunRecord, outcome: Outcome<TrainReport>) -> RunState {
    record.decoding = None;
    record.revision += 1;
    match outcome {
        Outcome::Done(report) => {
            record.epochs = report.epochs;
            record.test_auc = report.test_auc;
            RunState::Ended(report.ending)
        }
        Outcome::Cancelled => RunState::Abandoned,
        Outcome::Failed(error) => RunState::Failed(cause_chain(&error)),
        Outcome::Panicked(text) => RunState::Failed(broke(&text)),
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
