use std::collections::BTreeMap;

use super::TrainError;
use super::config::TrainConfig;

/// Keys as `--set` takes them, such as `augment.shift`, with their values as text; the data is left out.
pub(super) fn settings_of(config: &TrainConfig) -> Result<BTreeMap<String, String>, TrainError> {
    let text = config.to_toml()?;
    let table: toml::Table = text
        .parse()
        .map_err(|error: toml::de::Error| TrainError::Value(error.to_string()))?;
    let mut settings = BTreeMap::new();
    flatten("", &table, &mut settings);
    settings.remove("data");
    Ok(settings)
}

fn flatten(prefix: &str, table: &toml::Table, settings: &mut BTreeMap<String, String>) {
    for (key, value) in table {
        let key = format!("{prefix}{key}");
        match value {
            toml::Value::Table(below) => flatten(&format!("{key}."), below, settings),
            toml::Value::String(text) => drop(settings.insert(key, text.clone())),
            other => drop(settings.insert(key, other.to_string())),
        }
    }
}

/// One setting of several runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingRow {
    /// As `--set` takes it.
    pub key: String,
    /// The value of each run, in their order; empty where it is not set.
    pub values: Vec<String>,
    /// Whether the runs differ in it.
    pub differs: bool,
}

impl SettingRow {
    /// The settings of runs with their data; those in which they differ come first.
    pub fn all(configs: &[&TrainConfig]) -> Vec<Self> {
        let settings: Vec<BTreeMap<String, String>> = configs
            .iter()
            .map(|config| {
                // What a file was read from can be written again.
                let mut settings = settings_of(config).unwrap_or_default();
                settings.insert("data".to_owned(), config.data.display().to_string());
                settings
            })
            .collect();
        let keys: std::collections::BTreeSet<&String> =
            settings.iter().flat_map(BTreeMap::keys).collect();
        let row = |key: &String| {
            let values: Vec<String> = settings
                .iter()
                .map(|settings| settings.get(key).cloned().unwrap_or_default())
                .collect();
            let differs = values.iter().any(|value| Some(value) != values.first());
            Self {
                key: key.clone(),
                values,
                differs,
            }
        };
        let mut rows: Vec<Self> = keys.into_iter().map(row).collect();
        rows.sort_by_key(|row| !row.differs);
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_comes_first_and_the_rest_is_there() {
        let first = TrainConfig::default();
        let mut second = TrainConfig {
            seed: 9,
            data: "films".into(),
            ..first.clone()
        };
        second.augment.shift = 0.3;
        let rows = SettingRow::all(&[&first, &second]);
        let differing: Vec<_> = rows.iter().take_while(|row| row.differs).collect();
        let keys: Vec<_> = differing.iter().map(|row| row.key.as_str()).collect();
        assert_eq!(keys, ["augment.shift", "data", "seed"]);
        assert_eq!(
            differing[2].values,
            [first.seed.to_string(), "9".to_owned()]
        );
        assert!(rows.iter().any(|row| row.key == "depth" && !row.differs));
        assert!(SettingRow::all(&[&first]).iter().all(|row| !row.differs));
    }
}
