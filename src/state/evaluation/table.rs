use serde::{Deserialize, Serialize};

use crate::evaluate::Figure;

/// What of evaluation is remembered between runs of the program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EvaluationSettings {
    /// Which figures the table of findings has.
    pub columns: TableColumns,
    /// How it is sorted; `None` is the order of the scores' table.
    pub sort: Option<TableSort>,
    /// What is shown under the plots.
    pub tab: EvaluationTab,
}

/// What is shown under the plots.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum EvaluationTab {
    /// Films of a cell of the 2x2 table, and others.
    #[default]
    Films,
    /// Figures by view, sex, age and visit.
    Subgroups,
    /// Against other scores of the same films.
    Comparison,
    /// Maps against boxes.
    Maps,
}

impl EvaluationTab {
    /// All, from left to right.
    pub const ALL: [Self; 4] = [Self::Films, Self::Subgroups, Self::Comparison, Self::Maps];

    /// In the user's words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Films => "Films",
            Self::Subgroups => "Subgroups",
            Self::Comparison => "Comparison",
            Self::Maps => "Maps and boxes",
        }
    }
}

/// The figures in the table of findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TableColumns {
    /// Areas under curves, which no threshold changes.
    #[default]
    Areas,
    /// Rates at the thresholds.
    Rates,
}

impl TableColumns {
    /// Both, in the order of the buttons.
    pub const ALL: [Self; 2] = [Self::Areas, Self::Rates];

    /// In the user's words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Areas => "AUC",
            Self::Rates => "Rates at the threshold",
        }
    }

    /// The columns after the name of the finding; `by_patients` where such intervals were made.
    pub fn list(self, by_patients: bool) -> Vec<TableColumn> {
        let figures = |figures: &[Figure]| -> Vec<TableColumn> {
            figures.iter().copied().map(TableColumn::Figure).collect()
        };
        match self {
            Self::Areas => {
                let mut columns = figures(&[Figure::Positives, Figure::Negatives, Figure::Auc]);
                columns.push(TableColumn::AucInterval);
                if by_patients {
                    columns.push(TableColumn::PatientInterval);
                }
                columns.extend(figures(&[Figure::AveragePrecision, Figure::Threshold]));
                columns
            }
            Self::Rates => figures(&[
                Figure::Threshold,
                Figure::Sensitivity,
                Figure::Specificity,
                Figure::Ppv,
                Figure::Npv,
                Figure::F1,
                Figure::MatthewsCorrelation,
                Figure::FlaggedShare,
            ]),
        }
    }
}

/// A column of the table of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TableColumn {
    /// The finding's name.
    Finding,
    /// 95 % of the AUC by `DeLong`; sorted by the lower end.
    AucInterval,
    /// 95 % of the AUC by a bootstrap of patients; sorted by the lower end.
    PatientInterval,
    /// One figure.
    Figure(Figure),
}

impl TableColumn {
    /// The heading, short enough for the column.
    pub fn heading(self) -> &'static str {
        match self {
            Self::Finding => "Finding",
            Self::AucInterval => "95 %",
            Self::PatientInterval => "Patients",
            Self::Figure(Figure::Sensitivity) => "Sens.",
            Self::Figure(Figure::Specificity) => "Spec.",
            Self::Figure(figure) => figure.name(),
        }
    }

    /// What it is, in words, for the tooltip and for screen readers.
    pub fn words(self) -> &'static str {
        match self {
            Self::Finding => "Finding",
            Self::AucInterval => "95 % interval of the AUC (DeLong)",
            Self::PatientInterval => "95 % interval of the AUC (bootstrap of patients)",
            Self::Figure(Figure::Positives) => "Films with the finding",
            Self::Figure(Figure::Negatives) => "Films without the finding",
            Self::Figure(Figure::Auc) => "Area under the ROC curve",
            Self::Figure(Figure::AveragePrecision) => "Average precision",
            Self::Figure(Figure::MatthewsCorrelation) => "Matthews correlation",
            Self::Figure(Figure::FlaggedShare) => "Share of films flagged",
            Self::Figure(figure) => figure.name(),
        }
    }
}

/// By what the table of findings is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableSort {
    /// The column.
    pub by: TableColumn,
    /// Whether the largest is on top.
    pub largest_first: bool,
}

impl TableSort {
    /// What a click on a heading makes of the order: figures from the largest down, then up, then
    /// as in the scores' table; names from A on first.
    pub fn clicked(now: Option<Self>, by: TableColumn) -> Option<Self> {
        let first = by != TableColumn::Finding;
        match now.filter(|now| now.by == by) {
            None => Some(Self {
                by,
                largest_first: first,
            }),
            Some(now) if now.largest_first == first => Some(Self {
                by,
                largest_first: !first,
            }),
            Some(_) => None,
        }
    }

    /// The order of rows by their values; rows without one are last either way, equal ones stay in
    /// their order.
    pub fn order(self, values: &[Option<f64>]) -> Vec<usize> {
        let mut order: Vec<usize> = (0..values.len()).collect();
        let value = |row: usize| values.get(row).copied().flatten();
        order.sort_by(|&a, &b| match (value(a), value(b)) {
            (Some(a), Some(b)) if self.largest_first => b.total_cmp(&a),
            (Some(a), Some(b)) => a.total_cmp(&b),
            (a, b) => a.is_none().cmp(&b.is_none()),
        });
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AUC: TableColumn = TableColumn::Figure(Figure::Auc);

    #[test]
    fn undefined_figures_are_last_in_both_directions() {
        let values = [None, Some(0.5), Some(0.9), None, Some(0.5), Some(0.7)];
        let order = |largest_first| {
            let by = AUC;
            TableSort { by, largest_first }.order(&values)
        };
        assert_eq!(order(true), [2, 5, 1, 4, 0, 3]);
        assert_eq!(order(false), [1, 4, 5, 2, 0, 3]);
    }

    #[test]
    fn a_heading_is_clicked_down_up_and_off_and_names_up_first() {
        let mut sort = None;
        let mut clicks = |by| {
            sort = TableSort::clicked(sort, by);
            sort.map(|sort| (sort.by, sort.largest_first))
        };
        assert_eq!(clicks(AUC), Some((AUC, true)));
        assert_eq!(clicks(AUC), Some((AUC, false)));
        assert_eq!(clicks(AUC), None);
        assert_eq!(
            clicks(TableColumn::Finding),
            Some((TableColumn::Finding, false))
        );
        assert_eq!(clicks(AUC), Some((AUC, true)));
    }
}
