use std::ffi::OsStr;
use std::path::Path;

use super::field::FieldKind;
use super::group::FieldGroup;
use super::train_config::TrainConfig;
use crate::train::TrainError;

impl TrainConfig {
    /// Whether every number is in its range; errors name key, range and value.
    pub fn check(&self) -> Result<(), TrainError> {
        for field in FieldGroup::all_fields() {
            if !field.is_in_range(self) {
                let (allowed, value) = (field.allowed(), field.value(self));
                return Err(TrainError::Value(format!(
                    "expected {allowed} for {}, got {value}",
                    field.key
                )));
            }
        }
        if self.valid_share + self.test_share >= 1.0 {
            return Err(TrainError::Value(format!(
                "expected valid_share and test_share to leave films for training, got {} and {}",
                self.valid_share, self.test_share
            )));
        }
        Ok(())
    }

    /// Whether both are equal character by character. `==` on paths ignores a trailing slash, which
    /// matters while a longer path is being typed.
    pub fn is_written_as(&self, other: &Self) -> bool {
        self == other && self.paths().eq(other.paths())
    }

    fn paths(&self) -> impl Iterator<Item = Option<&OsStr>> {
        FieldGroup::all_fields().filter_map(|field| match &field.kind {
            FieldKind::Data(at) => Some(Some((at.get)(self).as_os_str())),
            FieldKind::DataFile(at) | FieldKind::ModelFile(at) => {
                Some((at.get)(self).as_deref().map(Path::as_os_str))
            }
            _ => None,
        })
    }

    /// The same with paths that hold wherever the program is started.
    #[must_use]
    pub fn with_absolute_paths(&self) -> Self {
        let mut config = self.clone();
        for field in FieldGroup::all_fields() {
            let path = match &field.kind {
                FieldKind::Data(at) => Some((at.get_mut)(&mut config)),
                FieldKind::ModelFile(at) => (at.get_mut)(&mut config).as_mut(),
                // A file that does not exist here is looked for next to the data: left as it is.
                FieldKind::DataFile(at) => {
                    let file = (at.get_mut)(&mut config).as_mut();
                    file.filter(|file| file.exists())
                }
                _ => None,
            };
            if let Some(path) = path
                && let Ok(absolute) = std::path::absolute(&path)
            {
                *path = absolute;
            }
        }
        config
    }
}
