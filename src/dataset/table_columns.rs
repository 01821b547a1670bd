//! Where the cells of a row are, and which labels a table has.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;

use crate::domain::{Labels, is_no_finding, label_name};

use super::columns::HeaderTraits;
use super::error::excerpt;
use super::table::MAX_LABELS;
use super::{ColumnMap, DataError, FilmRow, FindingSet, LabelColumns, TableFile};

/// Column indices of a row.
pub(super) struct Columns {
    pub header: Vec<String>,
    pub traits: HeaderTraits,
    pub image: usize,
    pub path: Option<usize>,
    pub patient: PatientColumn,
    pub labels: LabelCells,
    pub follow_up: Option<usize>,
    pub age: Option<usize>,
    pub sex: Option<usize>,
    pub view_position: Option<usize>,
    pub names: LabelNames,
}

pub(super) enum PatientColumn {
    Own(usize),
    /// In the path of the film, else the path itself unless a patient is needed.
    InPath {
        column: usize,
        is_needed: bool,
    },
}

pub(super) enum LabelCells {
    /// In the order of the labels.
    OneEach {
        columns: Vec<usize>,
        no_finding: Option<usize>,
    },
    Joined {
        column: usize,
    },
}

/// The names of a table's labels.
pub(super) enum LabelNames {
    Fixed(Vec<String>),
    /// Those that are found, by name, with the index that rows know them by.
    Found(RefCell<BTreeMap<String, usize>>),
}

impl Columns {
    /// Finds the columns of a map, which is guessed where there is none.
    pub fn find(path: &Path, file: &TableFile, map: Option<&ColumnMap>) -> Result<Self, DataError> {
        let header = file.header().to_vec();
        let guessed = match map {
            Some(_) => None,
            None => ColumnMap::guess(&header),
        };
        let is_guessed = map.is_none();
        let Some(map) = map.or(guessed.as_ref()) else {
            return Err(file.header_error(ColumnMap::EXPECTED));
        };
        let position = |name: &str| header.iter().position(|cell| cell == name);
        let names = map.columns();
        if !names.iter().all(|name| position(name).is_some()) {
            let quoted: Vec<String> = names.iter().map(|name| excerpt(name)).collect();
            return Err(file.header_error(&quoted.join(", ")));
        }
        let twin = names.iter().find(|name| {
            let mut same = header.iter().filter(|cell| cell == *name);
            same.nth(1).is_some()
        });
        if let Some(name) = twin {
            return Err(DataError::TwinColumns {
                path: path.to_owned(),
                column: (*name).to_owned(),
            });
        }
        // All are there: what a map names is found from here on.
        let at = |name: &String| position(name).unwrap_or(usize::MAX);
        let traits = HeaderTraits::of(&header);
        let (labels, names) = match &map.labels {
            LabelColumns::OneEach { columns } => {
                let of_labels = columns.iter().filter(|name| !is_no_finding(name));
                let names = of_labels
                    .clone()
                    .map(|name| traits.label_of(at(name), name).to_owned());
                let names = LabelNames::Fixed(names.collect());
                let no_finding = columns.iter().find(|name| is_no_finding(name)).map(at);
                let columns = of_labels.map(at).collect();
                (
                    LabelCells::OneEach {
                        columns,
                        no_finding,
                    },
                    names,
                )
            }
            LabelColumns::Joined { column, labels } => {
                let names = if labels.is_empty() {
                    LabelNames::Found(RefCell::default())
                } else {
                    let names = labels.iter().map(|name| label_name(name).to_owned());
                    LabelNames::Fixed(names.collect())
                };
                let column = at(column);
                (LabelCells::Joined { column }, names)
            }
        };
        let patient = at(&map.patient);
        let names_film = patient == at(&map.image) || map.path.as_ref().map(at) == Some(patient);
        let patient = if names_film {
            PatientColumn::InPath {
                column: patient,
                is_needed: is_guessed && !traits.patients_are_unknown,
            }
        } else {
            PatientColumn::Own(patient)
        };
        Ok(Self {
            image: at(&map.image),
            path: map.path.as_ref().map(at),
            patient,
            labels,
            follow_up: map.follow_up.as_ref().map(at),
            age: map.age.as_ref().map(at),
            sex: map.sex.as_ref().map(at),
            view_position: map.view_position.as_ref().map(at),
            names,
            traits,
            header,
        })
    }
}

impl LabelNames {
    /// The index of a label; a new one where names are those that are found.
    pub fn index(&self, name: &str) -> Option<usize> {
        match self {
            Self::Fixed(names) => names.iter().position(|known| known == name),
            Self::Found(names) => {
                let mut names = names.borrow_mut();
                let next = names.len();
                Some(*names.entry(name.to_owned()).or_insert(next))
            }
        }
    }

    /// Whether commas in a cell can only be between labels.
    pub fn may_be_joined_by_commas(&self, cell: &str) -> bool {
        match self {
            Self::Fixed(_) => !cell.contains('|') && self.index(cell).is_none(),
            Self::Found(_) => false,
        }
    }

    /// What a cell of findings may hold, for messages.
    pub fn expected(&self) -> String {
        match self {
            Self::Fixed(names) => format!("{} or No Finding, joined by '|'", names.join(", ")),
            Self::Found(_) => "findings joined by '|', or No Finding".to_owned(),
        }
    }

    /// The labels in output order, with the rows' indices changed to it: as a map or the columns
    /// say, else sorted by name.
    pub fn settle(self, path: &Path, films: &mut [FilmRow]) -> Result<Labels, DataError> {
        let names = match self {
            Self::Fixed(names) => names,
            Self::Found(names) => {
                let names = names.into_inner();
                // By the old index, the place in order of names.
                let mut places = vec![0; names.len()];
                for (place, old) in names.values().enumerate() {
                    if let Some(slot) = places.get_mut(*old) {
                        *slot = place;
                    }
                }
                for film in &mut *films {
                    let found = film.findings.iter();
                    film.findings = found.filter_map(|idx| places.get(idx).copied()).collect();
                }
                names.into_keys().collect()
            }
        };
        // A blank cell of findings says nothing of any label, whatever their number.
        let labels: FindingSet = (0..names.len()).collect();
        for film in films {
            film.unknown = film.unknown.intersection(labels);
        }
        let path = path.to_owned();
        if names.len() > MAX_LABELS {
            let n_labels = names.len();
            return Err(DataError::TooManyLabels { path, n_labels });
        }
        Labels::new(names).map_err(|source| DataError::Labels { path, source })
    }
}
