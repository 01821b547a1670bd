use super::config::TrainConfig;
use super::run_row::RunRow;
use super::run_settings::settings_of;
use crate::metrics::Summary;

/// Settings that do not make another experiment: the seed, and the title of the model.
const NOT_COMPARED: [&str; 2] = ["seed", "name"];

/// Runs of one list that differ in their seed only.
#[derive(Clone, Debug, PartialEq)]
pub struct SeedGroup {
    /// Their places in the list, in its order; at least two.
    pub places: Vec<usize>,
    /// Macro AUC of validation over those that are over.
    pub valid: Option<Summary>,
    /// Macro AUC of test over those that are over.
    pub test: Option<Summary>,
}

impl SeedGroup {
    /// The groups among `rows`, in the order of their first runs.
    pub fn among(rows: &[RunRow]) -> Vec<Self> {
        let mut groups: Vec<(String, Vec<usize>)> = Vec::new();
        for (place, row) in rows.iter().enumerate() {
            // Nothing is known of a broken one.
            if row.settings.is_empty() {
                continue;
            }
            let mut key = String::new();
            for (name, value) in &row.settings {
                if !NOT_COMPARED.contains(&name.as_str()) {
                    key += &format!("{name}={value}\n");
                }
            }
            key += &row.data.to_string_lossy();
            match groups.iter_mut().find(|(known, _)| *known == key) {
                Some((_, places)) => places.push(place),
                None => groups.push((key, vec![place])),
            }
        }
        groups.retain(|(_, places)| places.len() > 1);
        let group = |(_, places): (String, Vec<usize>)| {
            let over = || {
                let rows = places.iter().filter_map(|&place| rows.get(place));
                rows.filter(|row| row.state.is_over())
            };
            Self {
                valid: Summary::of(over().map(|row| row.valid_auc)),
                test: Summary::of(over().map(|row| row.test_auc)),
                places,
            }
        };
        groups.into_iter().map(group).collect()
    }
}

/// Whether two runs differ in their seed at most.
pub(super) fn same_but_seed(a: &TrainConfig, b: &TrainConfig) -> bool {
    let key = |config: &TrainConfig| {
        let mut settings = settings_of(config).ok()?;
        for name in NOT_COMPARED {
            settings.remove(name);
        }
        Some((settings, config.data.clone()))
    };
    key(a).is_some_and(|a| Some(a) == key(b))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::train::{RunFolder, RunState};

    fn row(root: &Path, name: &str, config: &TrainConfig, auc: f64) -> RunRow {
        let root = root.join(name);
        let (run, lock) = RunFolder::create(&root).unwrap().keep();
        config.save(&run.config_path()).unwrap();
        drop(lock);
        RunRow {
            state: RunState::Finished,
            valid_auc: Some(auc),
            ..RunRow::read(&root).unwrap()
        }
    }

    #[test]
    fn runs_that_differ_in_their_seed_only_are_a_group_with_mean_and_range() {
        let folder = tempfile::tempdir().unwrap();
        let with = |seed, epochs| TrainConfig {
            epochs,
            seed,
            ..TrainConfig::default()
        };
        let mut rows: Vec<RunRow> = [(1, 3, 0.6), (1, 9, 0.9), (2, 3, 0.7), (3, 3, 0.1)]
            .iter()
            .map(|&(seed, epochs, auc)| {
                let config = with(seed, epochs);
                row(folder.path(), &format!("{seed}-{epochs}"), &config, auc)
            })
            .collect();
        rows[3].state = RunState::Interrupted;
        let groups = SeedGroup::among(&rows);
        assert_eq!(groups.len(), 1);
        assert_eq!(groups[0].places, [0, 2, 3]);
        let valid = groups[0].valid.unwrap();
        assert_eq!((valid.n_defined, valid.min, valid.max), (2, 0.6, 0.7));
        assert!((valid.mean - 0.65).abs() < 1e-12);
        assert_eq!(groups[0].test, None);
        assert!(same_but_seed(&with(1, 3), &with(2, 3)));
        assert!(!same_but_seed(&with(1, 3), &with(1, 4)));
    }
}
