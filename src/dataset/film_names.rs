use std::collections::BTreeMap;

use super::FilmTable;
use super::files::film_stem;
use super::path_parts::file_name;

/// The rows of a table by all names of their films; a name that several films have names none.
pub(super) struct FilmNames<'a> {
    images: BTreeMap<&'a str, usize>,
    files: BTreeMap<&'a str, Option<usize>>,
    stems: BTreeMap<String, Option<usize>>,
}

impl<'a> FilmNames<'a> {
    pub fn of(table: &'a FilmTable) -> Self {
        let images = table.rows_by_image();
        let mut files: BTreeMap<&str, Option<usize>> = BTreeMap::new();
        let mut stems: BTreeMap<String, Option<usize>> = BTreeMap::new();
        for (image, row_idx) in &images {
            files
                .entry(file_name(image))
                .and_modify(|row| *row = None)
                .or_insert(Some(*row_idx));
            stems
                .entry(film_stem(file_name(image)))
                .and_modify(|row| *row = None)
                .or_insert(Some(*row_idx));
        }
        Self {
            images,
            files,
            stems,
        }
    }

    /// The row of a bare name or a path, with or without its ending.
    pub fn row_of(&self, name: &str) -> Option<usize> {
        let name = name.replace('\\', "/");
        if let Some(row) = self.images.get(name.as_str()) {
            return Some(*row);
        }
        let name = file_name(&name);
        match self.files.get(name) {
            Some(row) => *row,
            None => self.stems.get(&film_stem(name)).copied().flatten(),
        }
    }
}
