use super::FilmEntry;

/// The rows of the list: films by their places, and headings of patients and studies above them.
#[derive(Debug, Default)]
pub struct ListRows {
    rows: Vec<ListRow>,
    /// How many films come before each row.
    n_films_before: Vec<u32>,
    n_films: usize,
}

/// One row of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListRow {
    /// The films of a patient follow.
    Patient {
        /// The place of the patient's first film in the order of the list.
        first: usize,
        /// That of the last.
        last: usize,
        /// How many there are.
        n_films: usize,
    },
    /// The films of a study follow, whose first film has this place.
    Study(usize),
    /// The film of this place.
    Film(usize),
}

/// Heights of rows, with the space below them.
#[derive(Clone, Copy, Debug)]
pub struct RowHeights {
    /// Of films.
    pub film: f64,
    /// Of headings.
    pub heading: f64,
}

impl ListRows {
    /// Films alone.
    pub(super) fn plain(places: &[usize]) -> Self {
        let mut rows = Self::default();
        for &place in places {
            rows.push(ListRow::Film(place));
        }
        rows
    }

    /// Films below headings of their patients and studies; `places` are in the order of patients.
    pub(super) fn grouped(places: &[usize], entries: &[FilmEntry]) -> Self {
        let mut rows = Self::default();
        let same_patient = |a: &usize, b: &usize| match (entries.get(*a), entries.get(*b)) {
            (Some(a), Some(b)) => a.patient_id == b.patient_id,
            _ => false,
        };
        let same_study = |a: &usize, b: &usize| match (entries.get(*a), entries.get(*b)) {
            (Some(a), Some(b)) => a.visit.is_same_study(&b.visit),
            _ => false,
        };
        for films in places.chunk_by(same_patient) {
            if let (Some(&first), Some(&last)) = (films.first(), films.last()) {
                let n_films = films.len();
                rows.push(ListRow::Patient {
                    first,
                    last,
                    n_films,
                });
            }
            for study in films.chunk_by(same_study) {
                rows.rows.reserve(study.len() + 1);
                if let Some(&first) = study.first() {
                    rows.push(ListRow::Study(first));
                }
                for &place in study {
                    rows.push(ListRow::Film(place));
                }
            }
        }
        rows
    }

    fn push(&mut self, row: ListRow) {
        self.n_films_before.push(self.n_films as u32);
        self.n_films += usize::from(matches!(row, ListRow::Film(_)));
        self.rows.push(row);
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// A row from the top.
    pub fn get(&self, row: usize) -> Option<ListRow> {
        self.rows.get(row).copied()
    }

    /// The row of a film.
    pub fn row_of(&self, place: usize) -> Option<usize> {
        self.rows
            .iter()
            .position(|row| *row == ListRow::Film(place))
    }

    /// How far below the top of the list a row begins; behind the last row the height of all.
    pub fn top(&self, row: usize, heights: RowHeights) -> f64 {
        let row = row.min(self.len());
        let n_films = self
            .n_films_before
            .get(row)
            .map_or(self.n_films, |&n| n as usize);
        n_films as f64 * heights.film + (row - n_films) as f64 * heights.heading
    }

    /// The row that has a distance from the top of the list; behind the last one their number.
    pub fn at(&self, distance: f64, heights: RowHeights) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            if self.top(middle + 1, heights) <= distance {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEIGHTS: RowHeights = RowHeights {
        film: 10.0,
        heading: 3.0,
    };

    fn entries(names: &[&str]) -> Vec<FilmEntry> {
        let names = names.iter();
        names.map(|name| FilmEntry::new((*name).into())).collect()
    }

    #[test]
    fn patients_and_studies_have_headings_and_films_without_a_patient_are_one_group() {
        let entries = entries(&["00000001_000.png", "00000001_001.png", "a.png", "b.png"]);
        let rows = ListRows::grouped(&[0, 1, 2, 3], &entries);
        let patient = |first, last| ListRow::Patient {
            first,
            last,
            n_films: last - first + 1,
        };
        let expected = [
            patient(0, 1),
            ListRow::Study(0),
            ListRow::Film(0),
            ListRow::Study(1),
            ListRow::Film(1),
            patient(2, 3),
            ListRow::Study(2),
            ListRow::Film(2),
            ListRow::Film(3),
        ];
        assert_eq!(rows.rows, expected);
        assert_eq!(rows.row_of(1), Some(4));
        assert_eq!(rows.row_of(9), None);
    }

    #[test]
    fn every_row_is_where_the_heights_above_it_put_it() {
        let entries = entries(&["00000001_000.png", "00000001_001.png", "a.png"]);
        for rows in [
            ListRows::grouped(&[0, 1, 2], &entries),
            ListRows::plain(&[2, 0, 1]),
        ] {
            let mut top = 0.0;
            for row in 0..rows.len() {
                assert_eq!(rows.top(row, HEIGHTS), top);
                assert_eq!(rows.at(top, HEIGHTS), row);
                let is_film = matches!(rows.get(row), Some(ListRow::Film(_)));
                top += if is_film {
                    HEIGHTS.film
                } else {
                    HEIGHTS.heading
                };
                assert_eq!(rows.at(top - 0.5, HEIGHTS), row);
            }
            assert_eq!(rows.top(rows.len(), HEIGHTS), top);
            assert_eq!(rows.at(top, HEIGHTS), rows.len());
        }
        assert_eq!(ListRows::default().at(5.0, HEIGHTS), 0);
    }
}
