use crate::evaluate::{BootstrapInterval, Figure, Figures, LabelFigures, Prevalence};
use crate::scores::LabelColumn;
use crate::state::{EvaluationSettings, EvaluationState, TableColumn};

/// The table of findings, complete, in the order in which it is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FigureTable {
    /// The columns after the name.
    pub columns: Vec<TableColumn>,
    /// One for each finding.
    pub rows: Vec<FigureRow>,
    /// Means over the findings where a figure is defined.
    pub macro_row: FigureRow,
    /// For how many findings the AUC is defined.
    pub n_defined: usize,
}

/// One row of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FigureRow {
    /// The finding's place in the scores' table.
    pub label_idx: usize,
    /// Its name.
    pub name: String,
    /// One for each column.
    pub cells: Vec<String>,
    /// Too few positive films to tell from chance.
    pub is_rare: bool,
}

impl FigureTable {
    /// The figures of the scores in view at their thresholds, as the settings want them.
    pub fn of(evaluation: &EvaluationState, settings: EvaluationSettings) -> Self {
        let Some(set) = evaluation.scored() else {
            return Self::default();
        };
        let figures = Figures::of(set, evaluation.chosen.thresholds());
        let by_patients = evaluation.analyses.patient_intervals();
        let source = Source {
            prevalence: evaluation.prevalence,
            by_patients,
        };
        let columns = settings.columns.list(by_patients.is_some());
        let row = |(label_idx, label): (usize, &LabelFigures)| {
            let cells = columns.iter();
            FigureRow {
                label_idx,
                name: label.name.replace('_', " "),
                cells: cells
                    .map(|&column| source.text(label_idx, label, column))
                    .collect(),
                is_rare: set.columns.get(label_idx).is_some_and(LabelColumn::is_rare),
            }
        };
        let mut rows: Vec<FigureRow> = figures.labels.iter().enumerate().map(row).collect();
        if let Some(sort) = settings.sort {
            let order = if sort.by == TableColumn::Finding {
                let mut names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
                names.sort_unstable();
                let rank = |row: &FigureRow| names.iter().position(|name| *name == row.name);
                let ranks = rows.iter().map(|row| rank(row).map(|rank| rank as f64));
                sort.order(&ranks.collect::<Vec<_>>())
            } else {
                let labels = figures.labels.iter().enumerate();
                let values = labels.map(|(place, label)| source.value(place, label, sort.by));
                sort.order(&values.collect::<Vec<_>>())
            };
            let sorted = order.iter().filter_map(|&place| rows.get(place).cloned());
            rows = sorted.collect();
        }
        let macro_cells = columns.iter();
        let macro_cells = macro_cells.map(|&column| source.macro_text(&figures, column));
        let macro_row = FigureRow {
            label_idx: rows.len(),
            name: "Macro mean".to_owned(),
            cells: macro_cells.collect(),
            is_rare: false,
        };
        Self {
            macro_row,
            n_defined: figures.auc.map_or(0, |auc| auc.n_defined),
            columns,
            rows,
        }
    }
}

/// What cells are made of besides the figures of their label.
#[derive(Clone, Copy)]
struct Source<'a> {
    prevalence: Prevalence,
    /// One for each label, and last that of the macro AUC.
    by_patients: Option<&'a [Option<BootstrapInterval>]>,
}

impl Source<'_> {
    fn patient_interval(self, place: usize) -> Option<(f64, f64)> {
        let found = self.by_patients?.get(place).copied().flatten()?;
        Some((found.low, found.high))
    }

    /// By which a column is sorted.
    fn value(self, place: usize, label: &LabelFigures, column: TableColumn) -> Option<f64> {
        match column {
            TableColumn::Finding => None,
            TableColumn::AucInterval => label.auc_interval.map(|(low, _)| low),
            TableColumn::PatientInterval => self.patient_interval(place).map(|(low, _)| low),
            TableColumn::Figure(figure) => figure.of(label, self.prevalence),
        }
    }

    fn text(self, place: usize, label: &LabelFigures, column: TableColumn) -> String {
        match column {
            TableColumn::Finding => label.name.clone(),
            TableColumn::AucInterval => interval_text(label.auc_interval),
            TableColumn::PatientInterval => interval_text(self.patient_interval(place)),
            TableColumn::Figure(figure) => figure.text(figure.of(label, self.prevalence)),
        }
    }

    fn macro_text(self, figures: &Figures, column: TableColumn) -> String {
        match column {
            // DeLong's variance is that of one area.
            TableColumn::Finding | TableColumn::AucInterval => String::new(),
            TableColumn::PatientInterval => {
                interval_text(self.patient_interval(figures.labels.len()))
            }
            TableColumn::Figure(Figure::Positives | Figure::Negatives | Figure::Threshold) => {
                String::new()
            }
            TableColumn::Figure(figure) => {
                let mean = figure.macro_of(figures, self.prevalence);
                figure.text(mean.map(|mean| mean.mean))
            }
        }
    }
}

/// With two decimals, or `n/a`.
fn interval_text(interval: Option<(f64, f64)>) -> String {
    interval.map_or_else(
        || "n/a".to_owned(),
        |(low, high)| format!("{low:.2}–{high:.2}"),
    )
}
