use super::RunRecord;
use crate::domain::Part;
use crate::train::{AucTable, CurveChoices, EpochMetrics};

/// What the page of the run in view shows of it.
#[derive(Clone, Debug, PartialEq)]
pub struct RunChoices {
    /// Whose figures the table has.
    pub part: Part,
    /// The epoch that the table is of; test films are scored by the best weights only.
    pub epoch: EpochChoice,
    /// The curves.
    pub curves: CurveChoices,
}

/// An epoch of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EpochChoice {
    /// The best one so far.
    #[default]
    Best,
    /// The last one that is done.
    Last,
    /// This one, from 1.
    At(usize),
}

impl Default for RunChoices {
    fn default() -> Self {
        Self {
            part: Part::Valid,
            epoch: EpochChoice::default(),
            curves: CurveChoices::default(),
        }
    }
}

impl RunChoices {
    /// The epoch that is chosen; `None` before it is done.
    pub fn epoch_of<'a>(&self, record: &'a RunRecord) -> Option<&'a EpochMetrics> {
        match self.epoch {
            EpochChoice::Best => record.best_epoch(),
            EpochChoice::Last => record.epochs.last(),
            EpochChoice::At(number) => record.epochs.iter().find(|epoch| epoch.epoch == number),
        }
    }

    /// The figures of the part at that epoch, if there are any yet.
    pub fn table<'a>(&self, record: &'a RunRecord) -> Option<&'a AucTable> {
        match self.part {
            Part::Train => self.epoch_of(record).map(|epoch| &epoch.train_auc),
            Part::Valid => self.epoch_of(record).map(|epoch| &epoch.valid_auc),
            Part::Test => record.test_auc.as_ref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::training::record::tests::epoch;

    #[test]
    fn the_table_follows_the_chosen_epoch() {
        let mut second = epoch(2, 0.9, 0.5);
        second.is_best = false;
        let record = RunRecord {
            epochs: vec![epoch(1, 1.0, 0.7), second],
            ..RunRecord::default()
        };
        let auc = |part, choice| {
            let choices = RunChoices {
                part,
                epoch: choice,
                ..RunChoices::default()
            };
            choices.table(&record).and_then(AucTable::macro_mean)
        };
        assert_eq!(auc(Part::Valid, EpochChoice::Best), Some(0.7));
        assert_eq!(auc(Part::Valid, EpochChoice::Last), Some(0.5));
        assert_eq!(auc(Part::Valid, EpochChoice::At(1)), Some(0.7));
        assert_eq!(auc(Part::Valid, EpochChoice::At(3)), None);
        assert_eq!(auc(Part::Test, EpochChoice::Best), None);
    }
}
