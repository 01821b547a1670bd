//! The one place for names of exported files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{ExportError, write_export};
use crate::files::Existing;
use crate::imaging::is_kept_film;

/// Longest name of a file, in bytes, that every usual file system takes.
const MAX_NAME_BYTES: usize = 255;
/// Room for the number of a film and what follows it, as in `-12.Pleural_Thickening.sc.dcm`.
const MAX_REST_BYTES: usize = 100;

/// A folder that films are exported into, one after the other.
#[derive(Debug)]
pub struct ExportFolder {
    folder: PathBuf,
    overwrite: bool,
    /// Names of files that were written here, in lower case.
    written: Vec<String>,
}

impl ExportFolder {
    /// Files that are there are kept: new ones get the next free number. With `overwrite` they are replaced, unless
    /// they were written here or are films.
    pub fn new(folder: &Path, overwrite: bool) -> Self {
        Self {
            folder: folder.to_owned(),
            overwrite,
            written: Vec::new(),
        }
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// Names for the exports of a film.
    pub(super) fn names_for(&self, film: &Path) -> io::Result<ExportNames> {
        if self.overwrite {
            return Ok(ExportNames::beside(&self.folder, film, &self.written));
        }
        ExportNames::in_folder(&self.folder, film)
    }

    /// Writes an export of a film; never over the film.
    pub(super) fn write(
        &mut self,
        path: PathBuf,
        bytes: &[u8],
        film: &Path,
    ) -> Result<PathBuf, ExportError> {
        let existing = Existing::for_output(self.overwrite, is_kept_film);
        write_export(&path, bytes, film, existing)?;
        let name = path.file_name().unwrap_or_default();
        self.written.push(name.to_string_lossy().to_lowercase());
        Ok(path)
    }
}

/// Names of one film's exports in a folder: `film.scores.csv`, or `film-2.scores.csv` and so on where
/// files of an export with that name are there already. All files of one film carry one number.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ExportNames {
    folder: PathBuf,
    /// With the number, if any.
    stem: String,
}

impl ExportNames {
    /// Looks for the first number that is free in the folder.
    pub(super) fn in_folder(folder: &Path, film: &Path) -> io::Result<Self> {
        let mut names = Vec::new();
        for entry in fs::read_dir(folder)? {
            // Two films that differ in case only have one name on some systems.
            names.push(entry?.file_name().to_string_lossy().to_lowercase());
        }
        Ok(Self::beside(folder, film, &names))
    }

    /// The first number that none of these names has, which are in lower case.
    fn beside(folder: &Path, film: &Path, names: &[String]) -> Self {
        let stem = film.file_stem().unwrap_or_default().to_string_lossy();
        let stem = shortened(&stem, MAX_NAME_BYTES - MAX_REST_BYTES);
        let mut numbered = stem.clone();
        let mut n = 2;
        while is_taken(names, &numbered.to_lowercase()) {
            numbered = format!("{stem}-{n}");
            n += 1;
        }
        Self {
            folder: folder.to_owned(),
            stem: numbered,
        }
    }

    /// The path of a file: `rest` is what follows the film's name.
    pub(super) fn path(&self, rest: &str) -> PathBuf {
        self.folder.join(format!("{}.{rest}", self.stem))
    }

    /// What follows the film's name in files about a finding: a model from elsewhere must not choose a folder.
    pub(super) fn part_of_label(label: &str) -> String {
        let kept = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
        let kept = label.chars().map(|c| if kept(c) { c } else { '_' });
        shortened(&kept.collect::<String>(), MAX_REST_BYTES - 20)
    }
}

/// Whether a folder has files of an export under this name; a film itself, `stem.png`, is none.
fn is_taken(names: &[String], stem: &str) -> bool {
    names.iter().any(|name| {
        let rest = name
            .strip_prefix(stem)
            .and_then(|rest| rest.strip_prefix('.'));
        rest.is_some_and(|rest| {
            let ends = [".png", ".sc.dcm"];
            let is_map = ends.iter().any(|end| rest.strip_suffix(end).is_some());
            is_map || rest == "scores.csv" || rest == "sr.dcm"
        })
    })
}

/// The beginning of a name within so many bytes, without line breaks and other control characters.
fn shortened(name: &str, max_bytes: usize) -> String {
    let mut short = String::new();
    for c in name.chars() {
        let c = if c.is_control() { '_' } else { c };
        if short.len() + c.len_utf8() > max_bytes {
            break;
        }
        short.push(c);
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path, film: &str) -> ExportNames {
        ExportNames::in_folder(folder, Path::new(film)).unwrap()
    }

    #[test]
    fn two_films_of_one_name_never_share_a_number() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str| fs::write(folder.path().join(name), b"x").unwrap();
        // The film itself and files of others take no number.
        put("view1.png");
        put("view1.txt");
        put("view11.Mass.png");
        assert_eq!(names(folder.path(), "a/view1.png").stem, "view1");
        put("view1.scores.csv");
        let second = names(folder.path(), "b/VIEW1.dcm");
        assert_eq!(second.stem, "VIEW1-2");
        // A single file of another kind is enough: its film has the number.
        put("view1-2.Mass.sc.dcm");
        assert_eq!(names(folder.path(), "c/view1.png").stem, "view1-3");
    }

    #[test]
    fn long_names_are_shortened_between_letters() {
        let folder = tempfile::tempdir().unwrap();
        for stem in ["x".repeat(240), "é".repeat(120), "a\nb".to_owned()] {
            let names = names(folder.path(), &format!("{stem}.png"));
            let part = ExportNames::part_of_label(&"L".repeat(300));
            let path = names.path(&format!("{part}.sc.dcm"));
            fs::write(&path, b"x").unwrap();
            assert!(!path.to_string_lossy().contains('\n'), "{path:?}");
        }
    }

    #[test]
    fn a_label_chooses_no_folder() {
        assert_eq!(ExportNames::part_of_label("../Mass"), "___Mass");
    }
}
