use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::boxes::{BOX_LIST, FindingBox, MAX_FOLDERS_ABOVE, read_boxes};
use super::files::{FileIndex, Found};
use super::parsed_row::TableWarning;
use super::table_csv::{TableCsv, read_table};
use super::{ColumnMap, DataError, FilmTable, LabelRules, TableFile, read_header};

/// File name of the original table of a folder, as opposed to derived tables.
const NIH_TABLE: &str = "Data_Entry_2017";

/// A table of films, where their files are, and radiologists' boxes where there are any.
#[derive(Clone, Debug)]
pub struct DataSet {
    /// The folder that the films were looked for in.
    pub root: PathBuf,
    /// The table's file.
    pub table_path: PathBuf,
    /// The films in the table's order; none is left out for lacking a file.
    pub table: FilmTable,
    /// Mismatches between the table and the folder.
    pub files: FileReport,
    /// Of films that the table has.
    pub boxes: Vec<FindingBox>,
}

/// Mismatches between a table and the files below its folder; nothing is dropped silently.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileReport {
    /// Rows of the table's file, twins included.
    pub n_rows: usize,
    /// Images for which there is no file, in the table's order.
    pub missing: Vec<String>,
    /// Images for which several files fit equally well, with these; the first is used.
    pub duplicates: Vec<(String, Vec<PathBuf>)>,
    /// Images whose file has another ending or letter case than the table says, with the file.
    pub found_by_stem: Vec<(String, PathBuf)>,
    /// Images of rows that repeat an earlier row's; the first row of an image counts.
    pub duplicate_rows: Vec<String>,
    /// Rows among these that give the film other labels or another patient.
    pub conflicts: Vec<TableWarning>,
    /// Films whose rows, such as boxes or readers, were united.
    pub n_united: usize,
    /// Words of lists of findings that are no label, with the number of films.
    pub other_words: BTreeMap<String, usize>,
    /// Studies of the table that have no film.
    pub empty_studies: Vec<String>,
    /// Files named like films that no row names, in order of their paths.
    pub unlisted: Vec<PathBuf>,
    /// Folders that could not be listed, or are nested too deep.
    pub unreadable_folders: Vec<PathBuf>,
    /// Boxes of images that the table has not, and that were therefore left out.
    pub n_foreign_boxes: usize,
    /// Cells of the table that were not believed.
    pub warnings: Vec<TableWarning>,
}

impl DataSet {
    /// Opens a folder that holds one table and, anywhere below, films; or a table itself, whose
    /// films are looked for below its folder. All films may be missing.
    ///
    /// Without `columns` they are guessed: NIH's tables and the notebook's are known. Of several
    /// tables in a folder, NIH's `Data_Entry_2017` is taken. No film is opened.
    pub fn open(source: &Path, columns: Option<&ColumnMap>) -> Result<Self, DataError> {
        Self::open_by(source, columns, LabelRules::default())
    }

    /// The same, with rules for labels that are uncertain or of several readers.
    pub fn open_by(
        source: &Path,
        columns: Option<&ColumnMap>,
        rules: LabelRules,
    ) -> Result<Self, DataError> {
        let metadata = fs::metadata(source).map_err(|cause| DataError::Unreadable {
            path: source.to_owned(),
            cause,
        })?;
        let root = match source.parent() {
            _ if metadata.is_dir() => source,
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        // A table that cannot be read should say so before a large folder is walked.
        let read = |path: &Path| read_table(path, columns, rules);
        let (index, table_path, csv) = if metadata.is_dir() {
            let index = FileIndex::walk(root);
            let table_path = choose_table(root, &index, columns)?;
            let csv = read(&table_path)?;
            (index, table_path, csv)
        } else {
            let csv = read(source)?;
            (FileIndex::walk(root), source.to_owned(), csv)
        };
        let TableCsv {
            mut table,
            places,
            n_rows,
            repeats,
            warnings,
            other_words,
            empty_studies,
        } = csv;
        let mut files = FileReport {
            n_rows,
            duplicate_rows: repeats.left_out,
            conflicts: repeats.conflicts,
            n_united: repeats.n_united,
            warnings,
            other_words,
            empty_studies,
            ..FileReport::default()
        };
        locate(&mut table, &places, &index, root, &mut files);
        let boxes = find_boxes(&table, &table_path, &index, &mut files)?;
        files.unreadable_folders = index.unreadable;
        Ok(Self {
            root: root.to_owned(),
            table_path,
            table,
            files,
            boxes,
        })
    }
}

impl DataSet {
    /// An error unless at least one film of the table has a file.
    pub fn check_images(&self) -> Result<(), DataError> {
        if self.table.rows.iter().any(|row| row.path.is_some()) {
            return Ok(());
        }
        let root = self.root.clone();
        Err(DataError::NoImages { root })
    }
}

/// NIH's table in a folder of films or one above it; `None` where there is none.
pub fn table_above(folder: &Path) -> Result<Option<FilmTable>, DataError> {
    let Some(table) = path_above(folder) else {
        return Ok(None);
    };
    Ok(Some(read_table(&table, None, LabelRules::default())?.table))
}

/// Where that table is.
fn path_above(folder: &Path) -> Option<PathBuf> {
    folder
        .ancestors()
        .take(MAX_FOLDERS_ABOVE)
        .find_map(|folder| {
            let entries = fs::read_dir(folder).into_iter().flatten().flatten();
            let tables = entries.map(|entry| entry.path()).filter(|path| {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                name.starts_with(NIH_TABLE) && name.to_ascii_lowercase().ends_with(".csv")
            });
            tables.min()
        })
}

/// A row of a table as it is written: names of the columns, and their cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedCells {
    /// The table's file.
    pub table: PathBuf,
    /// Line of the file, from 1.
    pub line: u64,
    /// In the table's order.
    pub cells: Vec<(String, String)>,
}

/// The first row of a film in the table that [`table_above`] finds; `None` where there is none.
pub fn row_above(folder: &Path, image: &str) -> Result<Option<NamedCells>, DataError> {
    let Some(path) = path_above(folder) else {
        return Ok(None);
    };
    let mut table = TableFile::open(&path)?;
    let header = table.header().to_vec();
    let Some(columns) = ColumnMap::guess(&header) else {
        return Ok(None);
    };
    let Some(column) = header.iter().position(|name| *name == columns.image) else {
        return Ok(None);
    };
    while let Some(row) = table.next_row()? {
        if row.cell(column) == image {
            let cells = header.iter().enumerate();
            let cells = cells.map(|(idx, name)| (name.clone(), row.cell(idx).to_owned()));
            return Ok(Some(NamedCells {
                line: row.line,
                cells: cells.collect(),
                table: path,
            }));
        }
    }
    Ok(None)
}

/// The table of a folder: of those least deep, the one that fits.
fn choose_table(
    root: &Path,
    index: &FileIndex,
    columns: Option<&ColumnMap>,
) -> Result<PathBuf, DataError> {
    let is_csv = |name: &str| {
        let name = name.to_ascii_lowercase();
        let plain = name.strip_suffix(".gz").unwrap_or(&name);
        Path::new(plain)
            .extension()
            .is_some_and(|extension| extension == "csv")
    };
    let candidates = index.named(is_csv);
    let fits = |path: &&PathBuf| {
        read_header(path).is_ok_and(|header| match columns {
            Some(map) => {
                let has = |name: &&str| header.iter().any(|cell| cell == name);
                map.columns().iter().all(has)
            }
            None => ColumnMap::guess(&header).is_some(),
        })
    };
    let depth = |path: &PathBuf| path.components().count();
    let Some(first) = candidates.iter().find(fits) else {
        return Err(DataError::NoTable {
            path: root.to_owned(),
            expected: match columns {
                Some(map) => map.columns().join(", "),
                None => ColumnMap::EXPECTED.to_owned(),
            },
            others: shown(&candidates),
        });
    };
    let level = candidates.iter().filter(|path| depth(path) == depth(first));
    let mut fitting: Vec<PathBuf> = level.filter(fits).cloned().collect();
    let is_nih = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(NIH_TABLE)
    };
    if fitting.iter().any(is_nih) {
        fitting.retain(is_nih);
    }
    match fitting.as_slice() {
        [table] => Ok(table.clone()),
        _ => Err(DataError::SeveralTables {
            tables: shown(&fitting),
        }),
    }
}

fn shown(paths: &[PathBuf]) -> Vec<String> {
    paths
        .iter()
        .map(|path| path.display().to_string())
        .collect()
}

/// Fills in the rows' paths and reports what does not fit.
fn locate(
    table: &mut FilmTable,
    places: &[String],
    index: &FileIndex,
    root: &Path,
    files: &mut FileReport,
) {
    for (row, place) in table.rows.iter_mut().zip(places) {
        // A path that leads somewhere is taken at its word, also out of the folder.
        let direct = Some(root.join(place)).filter(|path| place.contains('/') && path.is_file());
        row.path = match direct.map_or_else(|| index.find(place), Found::One) {
            Found::One(path) => Some(path),
            Found::Several(paths) => {
                let first = paths.first().cloned();
                files.duplicates.push((row.image.clone(), paths));
                first
            }
            Found::Nothing => None,
        };
    }
    find_by_stem(table, places, index, files);
    let without = table.rows.iter().filter(|row| row.path.is_none());
    files.missing = without.map(|row| row.image.clone()).collect();
    let used = table.rows.iter().filter_map(|row| row.path.as_deref());
    let twins = files.duplicates.iter().flat_map(|(_, paths)| paths);
    let taken: BTreeSet<&Path> = used.chain(twins.map(PathBuf::as_path)).collect();
    files.unlisted = index.other_films(&taken);
}

/// Films that have a file with another ending, unless two rows or an exact name claim it.
fn find_by_stem(
    table: &mut FilmTable,
    places: &[String],
    index: &FileIndex,
    files: &mut FileReport,
) {
    let rows = table.rows.iter();
    let mut n_claims: BTreeMap<PathBuf, usize> = BTreeMap::new();
    for path in rows.filter_map(|row| row.path.clone()) {
        *n_claims.entry(path).or_default() += 1;
    }
    let rows = table.rows.iter().zip(places).enumerate();
    let without = rows.filter(|(_, (row, _))| row.path.is_none());
    let found =
        without.filter_map(|(row_idx, (_, place))| Some((row_idx, index.find_by_stem(place)?)));
    let found: Vec<(usize, PathBuf)> = found.collect();
    for (_, path) in &found {
        *n_claims.entry(path.clone()).or_default() += 1;
    }
    for (row_idx, path) in found {
        let is_alone = n_claims.get(&path) == Some(&1);
        if let Some(row) = table.rows.get_mut(row_idx).filter(|_| is_alone) {
            files.found_by_stem.push((row.image.clone(), path.clone()));
            row.path = Some(path);
        }
    }
}

impl FileReport {
    /// What was done with the table that its user should know: films found under another name, rows
    /// that contradict each other or were united, words that are no label.
    pub fn notices(&self) -> Vec<String> {
        let mut notices = Vec::new();
        if let Some(first) = self.conflicts.first() {
            notices.push(format!(
                "{} rows list a film again with other labels or another patient, such as line {}: \
                 {}; the first row of a film counts",
                self.conflicts.len(),
                first.line,
                first.text
            ));
        }
        if let Some((image, path)) = self.found_by_stem.first() {
            notices.push(format!(
                "{} films were found under another file name, such as {image} as {}",
                self.found_by_stem.len(),
                path.display()
            ));
        }
        if self.n_united > 0 {
            let n_united = self.n_united;
            notices.push(format!("the rows of {n_united} films were united"));
        }
        let most = self.other_words.iter().max_by_key(|(_, n_films)| **n_films);
        if let Some((word, n_films)) = most {
            notices.push(format!(
                "{} other words among the findings are no label, such as {word:?} of {n_films} films",
                self.other_words.len()
            ));
        }
        if let Some(first) = self.empty_studies.first() {
            let n_studies = self.empty_studies.len();
            notices.push(format!("{n_studies} studies have no film, such as {first}"));
        }
        notices
    }
}

/// The boxes beside the table or, if there are none, the least deep below the folder.
fn find_boxes(
    table: &FilmTable,
    table_path: &Path,
    index: &FileIndex,
    files: &mut FileReport,
) -> Result<Vec<FindingBox>, DataError> {
    let candidates = index.named(|name| name.strip_suffix(".gz").unwrap_or(name) == BOX_LIST);
    let beside = |path: &&PathBuf| path.parent() == table_path.parent();
    let Some(path) = candidates.iter().find(beside).or(candidates.first()) else {
        return Ok(vec![]);
    };
    let mut boxes = read_boxes(path)?;
    let n_boxes = boxes.len();
    let rows = table.rows_by_image();
    boxes.retain(|finding_box| rows.contains_key(finding_box.image.as_str()));
    files.n_foreign_boxes = n_boxes - boxes.len();
    Ok(boxes)
}

#[cfg(test)]
#[path = "folder_tests.rs"]
mod tests;
