use std::collections::BTreeMap;
use std::path::PathBuf;

use super::FilmRecord;
use super::sniff::FileKind;

/// Films with what was passed over beside them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundFilms {
    /// Their paths, in the order of their names, or of the patients of a DICOMDIR; at least one.
    pub films: Vec<PathBuf>,
    /// DICOM objects without an image.
    pub passed_over: PassedOver,
    /// They are those that a DICOMDIR names.
    pub of_medium: bool,
    /// What a DICOMDIR says of its films; empty without one.
    pub records: BTreeMap<PathBuf, FilmRecord>,
    /// What is wrong with a DICOMDIR, a sentence each.
    pub faults: Vec<String>,
}

/// DICOM objects without an image, by their kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PassedOver(BTreeMap<&'static str, usize>);

impl PassedOver {
    /// Counts those of another folder, too.
    pub fn extend(&mut self, other: &Self) {
        for (kind, n) in &other.0 {
            *self.0.entry(kind).or_default() += n;
        }
    }

    /// Counts one.
    pub(super) fn count(&mut self, kind: &'static str) {
        *self.0.entry(kind).or_default() += 1;
    }

    /// How many there are of which kind, as a sentence without a period; `None` without any.
    pub fn words(&self) -> Option<String> {
        let kinds = self.0.iter().map(|(kind, n)| match n {
            1 => (*kind).to_owned(),
            n => format!("{kind} ({n})"),
        });
        let kinds: Vec<String> = kinds.collect();
        Some(match self.0.values().sum::<usize>() {
            0 => return None,
            1 => format!(
                "1 file without a film was passed over: {}",
                kinds.join(", ")
            ),
            n => format!(
                "{n} files without a film were passed over: {}",
                kinds.join(", ")
            ),
        })
    }
}

impl FoundFilms {
    /// Takes in a file of a folder.
    pub(super) fn add(&mut self, path: PathBuf, kind: FileKind) {
        match kind {
            FileKind::Film => self.films.push(path),
            FileKind::WithoutImage(name) => self.pass_over(name),
            FileKind::Other => {}
        }
    }

    /// Counts a DICOM object without an image.
    pub(super) fn pass_over(&mut self, name: &'static str) {
        self.passed_over.count(name);
    }
}
