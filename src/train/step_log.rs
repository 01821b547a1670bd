//! The losses of single steps in a run's folder, as they were taken.

use std::path::Path;

use super::TrainError;
use crate::files::{append, read_text_bounded, write_whole};

/// Larger files were not written by a training: a line has about 40 bytes, the longest run some million steps.
const MAX_BYTES: u64 = 256 << 20;
/// The columns of `steps.csv`.
const HEADER: &str = "epoch,step,n_steps,loss,learning_rate\n";

/// The loss of one step; a line of `steps.csv`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepLoss {
    /// From 1.
    pub epoch: usize,
    /// Within the epoch, from 1.
    pub step: usize,
    /// Steps of this epoch.
    pub n_steps: usize,
    /// Loss of the batch, without the penalty.
    pub loss: f64,
    /// Learning rate.
    pub learning_rate: f64,
}

impl StepLoss {
    /// Where it is on an axis of epochs: 1 at the end of the first.
    pub fn epochs_done(&self) -> f64 {
        self.epoch.saturating_sub(1) as f64 + self.step as f64 / self.n_steps.max(1) as f64
    }

    fn line(&self) -> String {
        let Self {
            epoch,
            step,
            n_steps,
            loss,
            learning_rate,
        } = self;
        format!("{epoch},{step},{n_steps},{loss},{learning_rate}\n")
    }

    fn parse(line: &str) -> Option<Self> {
        let mut cells = line.split(',');
        let mut cell = || cells.next();
        let step = Self {
            epoch: cell()?.parse().ok().filter(|epoch| *epoch > 0)?,
            step: cell()?.parse().ok()?,
            n_steps: cell()?.parse().ok()?,
            loss: cell()?.parse().ok()?,
            learning_rate: cell()?.parse().ok()?,
        };
        cell().is_none().then_some(step)
    }
}

/// The whole lines of a file, and the number of the first one that no training wrote.
///
/// A last line without its end was torn when the program was killed: it is dropped and is no fault.
fn parse(text: &str) -> (Vec<StepLoss>, Option<usize>) {
    let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
    let Some(lines) = whole.strip_prefix(HEADER) else {
        return (Vec::new(), (!whole.is_empty()).then_some(1));
    };
    let mut steps = Vec::new();
    for (number, line) in (2..).zip(lines.lines()) {
        match StepLoss::parse(line) {
            Some(step) => steps.push(step),
            None => return (steps, Some(number)),
        }
    }
    (steps, None)
}

fn read(path: &Path) -> Result<(Vec<StepLoss>, Option<usize>), TrainError> {
    // Runs of earlier versions have none.
    if !path.exists() {
        return Ok((Vec::new(), None));
    }
    let text = read_text_bounded(path, MAX_BYTES).map_err(|fault| TrainError::Read {
        path: path.to_owned(),
        source: fault.into(),
    })?;
    Ok(parse(&text))
}

/// The steps of the file at `path`, in the order in which they were taken; none where there is no file.
pub(super) fn read_steps(path: &Path) -> Result<Vec<StepLoss>, TrainError> {
    match read(path)? {
        (steps, None) => Ok(steps),
        (_, Some(line)) => Err(TrainError::Broken {
            path: path.to_owned(),
            reason: format!("expected epoch, step, steps, loss and learning rate in line {line}"),
        }),
    }
}

/// Lets the file at `path` end before the step that is taken next: `next_batch`, from 0, of `epoch`.
///
/// Steps after the checkpoint are taken once more; kept, they would be there twice. What follows a line
/// that cannot be read goes too. The steps that stay.
pub(super) fn begin_steps(
    path: &Path,
    epoch: usize,
    next_batch: usize,
) -> Result<Vec<StepLoss>, TrainError> {
    let (mut steps, _) = read(path)?;
    steps.retain(|step| (step.epoch, step.step) <= (epoch, next_batch));
    let lines: String = steps.iter().map(StepLoss::line).collect();
    let text = format!("{HEADER}{lines}");
    write_whole(path, text.as_bytes()).map_err(|source| TrainError::Write {
        path: path.to_owned(),
        source,
    })?;
    Ok(steps)
}

/// Adds a step, at once: a program that is killed loses none.
pub(super) fn add_step(path: &Path, step: &StepLoss) -> Result<(), TrainError> {
    append(path, step.line().as_bytes()).map_err(|source| TrainError::Write {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn step(epoch: usize, step: usize) -> StepLoss {
        StepLoss {
            epoch,
            step,
            n_steps: 4,
            loss: 0.1 + epoch as f64 / 3.0,
            learning_rate: 1e-5,
        }
    }

    fn numbers(steps: &[StepLoss]) -> Vec<(usize, usize)> {
        steps.iter().map(|step| (step.epoch, step.step)).collect()
    }

    #[test]
    fn steps_are_read_as_they_were_added_and_a_torn_line_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("steps.csv");
        assert_eq!(read_steps(&path).unwrap(), []);
        assert_eq!(begin_steps(&path, 1, 0).unwrap(), []);
        let steps = [step(1, 1), step(1, 2), step(1, 3)];
        for step in &steps {
            add_step(&path, step).unwrap();
        }
        assert_eq!(read_steps(&path).unwrap(), steps);
        // Killed in the middle of a write, at any place of the line.
        let whole = fs::read(&path).unwrap();
        for n_lost in 1..steps[2].line().len() {
            fs::write(&path, &whole[..whole.len() - n_lost]).unwrap();
            assert_eq!(
                read_steps(&path).unwrap(),
                steps[..2],
                "{n_lost} bytes lost"
            );
        }
    }

    #[test]
    fn a_resumed_run_has_no_step_twice() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("steps.csv");
        begin_steps(&path, 1, 0).unwrap();
        for (epoch, n) in [(1, 1), (1, 2), (1, 3), (1, 4), (2, 1), (2, 2)] {
            add_step(&path, &step(epoch, n)).unwrap();
        }
        append(&path, b"2,3,4,0.").unwrap();
        // The checkpoint is from after the first step of the second epoch.
        let kept = begin_steps(&path, 2, 1).unwrap();
        let expected = [(1, 1), (1, 2), (1, 3), (1, 4), (2, 1)];
        assert_eq!(numbers(&kept), expected);
        add_step(&path, &step(2, 2)).unwrap();
        let all = read_steps(&path).unwrap();
        assert_eq!(numbers(&all)[5..], [(2, 2)]);
        assert_eq!(all[4].epochs_done(), 1.25);
    }

    #[test]
    fn what_is_no_step_is_named_by_its_line_and_ends_the_file_of_a_resumed_run() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("steps.csv");
        for (text, n_kept) in [
            (
                format!(
                    "{HEADER}{}1,x,4,0.5,1\n{}",
                    step(1, 1).line(),
                    step(1, 3).line()
                ),
                1,
            ),
            ("something else\n".to_owned(), 0),
            (format!("{HEADER}0,1,4,0.5,1\n"), 0),
            (format!("{HEADER}1,1,4,0.5,1,7\n"), 0),
        ] {
            fs::write(&path, &text).unwrap();
            let error = read_steps(&path).unwrap_err().to_string();
            assert!(
                error.contains("in line") && error.ends_with("steps.csv"),
                "{error}"
            );
            assert_eq!(begin_steps(&path, 9, 0).unwrap().len(), n_kept);
            assert_eq!(read_steps(&path).unwrap().len(), n_kept);
        }
    }
}
