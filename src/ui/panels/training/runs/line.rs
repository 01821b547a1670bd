use std::path::Path;

use crate::domain::Part;
use crate::train::{RunRow, RunState};
use crate::ui::panels::training::text::figure_text;

/// One run as the list shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct RunLine {
    /// The last component of its folder.
    pub name: String,
    /// What has become of it.
    pub state: &'static str,
    /// Epochs done of those asked for.
    pub epoch: String,
    /// Macro AUC of the validation films at the best epoch.
    pub valid_auc: String,
    /// Macro AUC of the test films.
    pub test_auc: String,
    /// When it was started, UTC.
    pub started: String,
    /// The table or folder that it trains on: its last component.
    pub data: String,
    /// The settings by which it differs from the others, or why it cannot be read.
    pub differs: String,
    /// Whether it can go on.
    pub can_resume: bool,
    /// Whether there is a model of a best epoch.
    pub has_model: bool,
    /// Whose scores can be evaluated.
    pub scored: Option<Part>,
}

impl RunLine {
    /// The line of a row.
    pub fn new(row: &RunRow) -> Self {
        let differs = match &row.state {
            RunState::Broken(why) => why.clone(),
            _ => row.differing_text(),
        };
        let epoch = match row.n_epochs {
            0 => figure_text(None),
            n_epochs => format!("{} of {n_epochs}", row.n_epochs_done),
        };
        Self {
            name: row.name.clone(),
            state: row.state.name(),
            epoch,
            valid_auc: figure_text(row.valid_auc),
            test_auc: figure_text(row.test_auc),
            started: row.started_text(),
            data: short_path(&row.data),
            differs,
            can_resume: row.state == RunState::Interrupted,
            has_model: row.best_epoch.is_some(),
            scored: row.scored_part(),
        }
    }
}

/// The last two components, which tell tables of one name apart.
fn short_path(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    match parts.as_slice() {
        [.., folder, name] if folder != "/" => format!("{folder}/{name}"),
        [.., name] => name.to_string(),
        [] => figure_text(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::{RunFolder, TrainConfig};

    #[test]
    fn a_run_before_its_first_epoch_has_no_figures_and_can_go_on() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("r1");
        let (run, lock) = RunFolder::create(&root).unwrap().keep();
        let config = TrainConfig {
            data: "/films/nih/table.csv".into(),
            epochs: 12,
            ..TrainConfig::default()
        };
        config.save(&run.config_path()).unwrap();
        drop(lock);
        let line = RunLine::new(&RunRow::read(&root).unwrap());
        assert_eq!((line.name.as_str(), line.state), ("r1", "interrupted"));
        assert_eq!(
            (line.epoch.as_str(), line.data.as_str()),
            ("0 of 12", "nih/table.csv")
        );
        assert_eq!([&line.valid_auc, &line.test_auc, &line.started], ["n/a"; 3]);
        assert!(line.can_resume && !line.has_model && line.scored.is_none());
    }

    #[test]
    fn a_run_that_cannot_be_read_says_why() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config.toml"), "epochs = \"many\"").unwrap();
        let line = RunLine::new(&RunRow::read(folder.path()).unwrap());
        assert_eq!((line.state, line.epoch.as_str()), ("broken", "n/a"));
        assert!(line.differs.contains("config.toml"), "{}", line.differs);
        assert!(!line.can_resume);
    }
}
