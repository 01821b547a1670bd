use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{FilmState, Shared};
use crate::dataset::row_above;
use crate::film::OpenedFilm;
use crate::imaging::{Metadata, MetadataRow, dicom_metadata, place_of_film};
use crate::work::Task;

/// What is shown in place of a value that may say who somebody is.
pub const HIDDEN_VALUE: &str = "hidden (View > Patient name)";

/// The metadata of the film in view: the elements of its DICOM file, or the facts of its picture, and its row in the
/// table above it. Read when it is asked for.
#[derive(Default)]
pub struct FilmMetadata {
    /// What is searched for.
    query: String,
    /// The film whose lines are read.
    film: Option<PathBuf>,
    lines: Task<Metadata>,
    /// Places of the lines that are found.
    found: Vec<usize>,
    /// Whether values that may say who somebody is are shown.
    names_shown: bool,
    /// What is found is older than what it follows from.
    stale: bool,
}

impl FilmMetadata {
    /// What is searched for.
    pub fn query(&self) -> &str {
        &self.query
    }

    /// Whether the lines are being read.
    pub fn is_reading(&self) -> bool {
        self.lines.is_running()
    }

    /// Why there are no lines.
    pub fn error(&self) -> Option<&str> {
        self.lines.error()
    }

    /// How many lines there are, and how many more are left out; `None` until they are read.
    pub fn n_lines(&self) -> Option<(usize, usize)> {
        let lines = self.lines.done()?;
        Some((lines.rows().len(), lines.n_left_out()))
    }

    /// How many lines are found.
    pub fn n_found(&self) -> usize {
        self.found.len()
    }

    /// One of the lines that are found, and its value as it may be shown.
    pub fn found(&self, idx: usize) -> Option<(&MetadataRow, &str)> {
        let row = self.lines.done()?.rows().get(*self.found.get(idx)?)?;
        Some((row, value_of(row, self.names_shown)))
    }

    /// Searches tags, names and values.
    pub(super) fn search(&mut self, query: String) {
        self.query = query;
        self.stale = true;
    }

    /// Reads the lines of the film in view, unless that is done; of none where `shown` is false.
    pub(super) fn follow(&mut self, shown: bool, names_shown: bool, shared: &Shared) {
        let settled = !matches!(shared.films.film, FilmState::Empty | FilmState::Opening);
        let film = shared.films.current_path().filter(|_| shown);
        if self.film.as_deref() != film {
            self.lines.detach();
            self.film = None;
            self.stale = true;
        }
        if let (None, true, Some(path)) = (&self.film, settled, film) {
            let (path, opened) = (path.to_owned(), shared.films.film.opened().cloned());
            self.film = Some(path.clone());
            self.lines
                .start("metadata", &shared.services.wake, move |_| {
                    read(&path, opened.as_ref())
                });
        }
        self.stale |= std::mem::replace(&mut self.names_shown, names_shown) != names_shown;
        if std::mem::take(&mut self.stale) {
            self.found = self.lines.done().map_or_else(Vec::new, |lines| {
                found(lines.rows(), &self.query, names_shown)
            });
        }
    }

    /// Takes in what was read.
    pub(super) fn poll(&mut self) {
        self.stale |= self.lines.poll();
    }
}

fn value_of(row: &MetadataRow, names_shown: bool) -> &str {
    let hidden = row.identifies && !names_shown && !row.value.is_empty();
    if hidden { HIDDEN_VALUE } else { &row.value }
}

/// Places of the rows that hold a query in tag, name or shown value, with those that they are within.
fn found(rows: &[MetadataRow], query: &str, names_shown: bool) -> Vec<usize> {
    let query = query.trim().to_lowercase();
    // `00100010`, `0010,0010` and `(0010,0010)` are one tag.
    let digits = |text: &str| text.replace(['(', ')', ',', ' '], "").to_lowercase();
    let tag = digits(&query);
    let holds = |row: &MetadataRow| {
        let hidden = row.identifies && !names_shown;
        query.is_empty()
            || (!tag.is_empty() && digits(&row.tag).contains(&tag))
            || row.name.to_lowercase().contains(&query)
            || (!hidden && row.value.to_lowercase().contains(&query))
    };
    let mut places = Vec::new();
    // The rows that a row is within, and whether they are taken.
    let mut above: Vec<(usize, bool)> = Vec::new();
    for (place, row) in rows.iter().enumerate() {
        let is_within = |&(above, _): &(usize, bool)| {
            rows.get(above).is_some_and(|above| above.depth < row.depth)
        };
        above.truncate(above.iter().take_while(|above| is_within(above)).count());
        let taken = holds(row);
        if taken {
            for (above, taken) in &mut above {
                if !std::mem::replace(taken, true) {
                    places.push(*above);
                }
            }
            places.push(place);
        }
        above.push((place, taken));
    }
    places
}

/// The lines of a film.
fn read(path: &Path, opened: Option<&Arc<OpenedFilm>>) -> anyhow::Result<Metadata> {
    let mut lines = Metadata::default();
    if let Some(opened) = opened {
        picture_facts(&mut lines, opened);
    }
    let (folder, name) = place_of_film(path);
    let bytes = std::fs::metadata(folder.join(&name)).map(|metadata| metadata.len());
    if let Ok(n_bytes) = bytes {
        lines.add(MetadataRow::named("File size", format!("{n_bytes} bytes")));
    }
    table_row(&mut lines, path)?;
    // A film that could not be opened may be no image at all.
    if let Some(elements) = dicom_metadata(path)? {
        lines.append(elements);
    }
    Ok(lines)
}

fn picture_facts(lines: &mut Metadata, opened: &OpenedFilm) {
    let film = &opened.film;
    let info = &film.info;
    let (width_px, height_px) = (film.pixels.width_px(), film.pixels.height_px());
    let colored = if info.colored { "yes" } else { "no" };
    for (name, value) in [
        ("Format", info.format.clone()),
        ("Picture size", format!("{width_px} x {height_px} px")),
        ("Bits", info.bits.to_string()),
        ("Colored", colored.to_owned()),
        ("Largest stored value", film.pixels.max_value().to_string()),
        ("Window", film.default_window.name.clone()),
    ] {
        lines.add(MetadataRow::named(name, value));
    }
}

/// The film's row in the table above it.
fn table_row(lines: &mut Metadata, path: &Path) -> anyhow::Result<()> {
    let (folder, _) = place_of_film(path);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let Some(row) = row_above(&folder, &name)? else {
        return Ok(());
    };
    let table = row.table.file_name().unwrap_or_default().to_string_lossy();
    let heading = format!("Row of {table}, line {}", row.line);
    lines.add(MetadataRow::named(heading, ""));
    for (name, value) in row.cells {
        lines.add(MetadataRow {
            depth: 1,
            identifies: names_somebody(&name),
            ..MetadataRow::named(name, value)
        });
    }
    Ok(())
}

/// Whether a column of this name may say who somebody is.
fn names_somebody(column: &str) -> bool {
    const WORDS: [&str; 9] = [
        "patientname",
        "birth",
        "address",
        "accession",
        "physician",
        "institution",
        "hospital",
        "phone",
        "comment",
    ];
    let plain: String = column
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect::<String>()
        .to_lowercase();
    WORDS.iter().any(|word| plain.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<MetadataRow> {
        let row = |depth, tag: &str, name: &str, value: &str, identifies| MetadataRow {
            depth,
            tag: tag.to_owned(),
            identifies,
            ..MetadataRow::named(name, value)
        };
        vec![
            row(0, "(0008,0060)", "Modality", "DX", false),
            row(0, "(0010,0010)", "PatientName", "Doe^Jane", true),
            row(0, "(0008,2218)", "AnatomicRegionSequence", "1 item", false),
            row(1, "", "Item 1", "", false),
            row(2, "(0008,0104)", "CodeMeaning", "Chest", false),
            row(0, "(0018,5101)", "ViewPosition", "PA", false),
        ]
    }

    #[test]
    fn tags_names_and_values_are_found_with_what_they_are_within() {
        let check = |query: &str, expected: &[usize]| {
            assert_eq!(found(&rows(), query, false), expected, "{query}");
        };
        check("", &[0, 1, 2, 3, 4, 5]);
        check("(0010,0010)", &[1]);
        check("00100010", &[1]);
        check("0008,0060", &[0]);
        check("viewpos", &[5]);
        check("chest", &[2, 3, 4]);
        check("nothing", &[]);
        check("()", &[]);
    }

    #[test]
    fn values_that_are_hidden_are_neither_shown_nor_found() {
        let rows = rows();
        assert_eq!(found(&rows, "jane", false), [0; 0]);
        assert_eq!(found(&rows, "jane", true), [1]);
        // The word that stands for it does not give it away either.
        assert_eq!(found(&rows, "hidden", false), [0; 0]);
        assert_eq!(value_of(&rows[1], false), HIDDEN_VALUE);
        assert_eq!(value_of(&rows[1], true), "Doe^Jane");
        assert_eq!(value_of(&rows[0], false), "DX");
    }

    #[test]
    fn columns_that_may_name_somebody_are_known_by_their_words() {
        for column in [
            "Patient Name",
            "birth_date",
            "AccessionNumber",
            "Referring Physician",
        ] {
            assert!(names_somebody(column), "{column}");
        }
        for column in [
            "Image Index",
            "Patient ID",
            "Follow-up #",
            "Patient Age",
            "View Position",
        ] {
            assert!(!names_somebody(column), "{column}");
        }
    }
}
