use std::path::{Path, PathBuf};

use crate::files::Existing;
use crate::imaging::is_kept_film;
use crate::train::{TrainConfig, TrainError};

/// A configuration that was read or written.
#[derive(Clone, Debug, PartialEq)]
pub enum ConfigFile {
    /// What the file says.
    Loaded(Box<TrainConfig>),
    /// The configuration was saved here.
    Saved(PathBuf),
}

impl ConfigFile {
    pub(super) fn load(path: &Path) -> Result<Self, TrainError> {
        Ok(Self::Loaded(Box::new(TrainConfig::load(path)?)))
    }

    /// Paths are written whole, so that the file runs wherever the program is started.
    pub(super) fn save(config: &TrainConfig, path: &Path) -> Result<Self, TrainError> {
        // The dialog has asked whether a file is replaced.
        let existing = Existing::ReplaceUnless(is_kept_film);
        config.with_absolute_paths().save_as(path, existing)?;
        Ok(Self::Saved(path.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_saved_loads_as_the_same_training() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        let config = TrainConfig {
            data: PathBuf::from("films"),
            depth: 11,
            ..TrainConfig::default()
        };
        ConfigFile::save(&config, &path).unwrap();
        let ConfigFile::Loaded(loaded) = ConfigFile::load(&path).unwrap() else {
            panic!("expected a configuration");
        };
        assert!(loaded.data.is_absolute() && loaded.data.ends_with("films"));
        assert_eq!(*loaded, config.with_absolute_paths());
    }
}
