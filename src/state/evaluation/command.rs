use std::path::PathBuf;

use super::{EvaluationTab, ScoreColumnsDraft, TableColumn, TableColumns};
use crate::domain::PartChoice;
use crate::evaluate::{MapRule, Prevalence};
use crate::metrics::OperatingTarget;
use crate::state::PickForm;

/// A command of the evaluation panel.
#[derive(Clone, Debug, PartialEq)]
pub enum EvaluationCommand {
    /// Ask for a path by a dialog.
    Pick(EvaluationPick),
    /// Take the path that a dialog or the path field has given.
    Take(EvaluationPick, PathBuf),
    /// Change what the columns of a table of scores are taken for.
    EditColumns(Box<ScoreColumnsDraft>),
    /// Close the choice of columns.
    CloseColumns {
        /// Open the table with it.
        take: bool,
    },
    /// Score this part of a folder's films.
    ScorePart(PartChoice),
    /// Show the film before or after the one in view, in the list that it was opened from.
    StepFilm {
        /// The next; otherwise the one before.
        forward: bool,
    },
    /// Close the scores in view and show the first page.
    Close,
    /// Stop reading, scoring, and what else is being worked out.
    Cancel,
    /// Work out intervals of the AUCs by a bootstrap of patients.
    Bootstrap,
    /// Show this under the plots.
    ShowTab(EvaluationTab),
    /// Work out figures by view, sex, age and visit, at the thresholds of now.
    Subgroups,
    /// Which maps are compared with boxes, and what is measured of them.
    SetMapRule(MapRule),
    /// Compare maps with boxes.
    Maps,
    /// Take the other scores away.
    DropComparison,
    /// Show this label's curves.
    SelectLabel(usize),
    /// Move the threshold of the label in view.
    SetThreshold(f64),
    /// The drag of the threshold ended.
    EndMove,
    /// Take the last move back.
    Undo,
    /// The prevalence for PPV and NPV.
    SetPrevalence(Prevalence),
    /// The target of the thresholds.
    SetTarget(TargetForm),
    /// Find the threshold that achieves it, of the label in view or of all.
    Solve {
        /// All labels.
        all: bool,
    },
    /// Do what was asked for on test films, all the same.
    Confirm,
    /// Leave it.
    Decline,
    /// Lock the thresholds and open the test films' scores.
    JudgeOnTest,
    /// Hold the thresholds fast, or let go of them.
    Lock(bool),
    /// Show these figures in the table of findings.
    ShowColumns(TableColumns),
    /// Sort the table of findings by a column, or the other way, or no longer.
    SortTable(TableColumn),
    /// List the films of a cell of the 2x2 table; of none.
    ShowCell(Option<Cell>),
    /// List the films on which the compared scores differ most, or no longer.
    ShowDifferent(bool),
    /// Draw the curves of all labels behind those in view.
    ShowAllLabels(bool),
    /// Pictures of these films are on screen.
    WantPictures(Vec<PathBuf>),
    /// Show a film in the viewer with the map of the label in view.
    OpenFilm(PathBuf),
    /// Back from the viewer to where one was.
    Back,
}

impl EvaluationCommand {
    /// What it asks a path for.
    pub(super) fn pick(&self) -> Option<EvaluationPick> {
        if let Self::Pick(pick) = self {
            Some(*pick)
        } else {
            None
        }
    }
}

/// A path that evaluation asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EvaluationPick {
    /// A table with scores and labels.
    Predictions,
    /// A folder of films to score now.
    DataFolder,
    /// Other scores of the same films.
    Compared,
    /// The films' folder or table, which has view, sex, age, visit and boxes.
    Films,
    /// A page to be written.
    Report,
    /// A table of figures to be written.
    Figures,
    /// A folder for the plots.
    Plots,
    /// A model file to be written, with the thresholds.
    Model,
}

impl EvaluationPick {
    /// The title of the dialog.
    pub fn question(self) -> &'static str {
        match self {
            Self::Predictions => "Open scores (CSV)",
            Self::DataFolder => "Folder of films to score",
            Self::Films => "Folder of these films, with their table",
            Self::Compared => "Compare with scores (CSV)",
            Self::Report => "Save the report",
            Self::Figures => "Save the metrics",
            Self::Plots => "Folder for the plots (SVG and PNG)",
            Self::Model => "Save the model with these thresholds",
        }
    }

    /// The kind of path that the dialog returns.
    pub fn form(self) -> PickForm {
        match self {
            Self::Predictions | Self::Compared => PickForm::File(&["csv"]),
            Self::DataFolder | Self::Films | Self::Plots => PickForm::Folder,
            Self::Report => PickForm::NewFile("evaluation.html"),
            Self::Figures => PickForm::NewFile("figures.csv"),
            Self::Model => PickForm::NewFile("model.safetensors"),
        }
    }
}

/// A cell of the 2x2 table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Cell {
    TruePositives,
    FalsePositives,
    FalseNegatives,
    TrueNegatives,
}

impl Cell {
    /// In the order of the table: flagged above, positive left.
    pub const ALL: [Self; 4] = [
        Self::TruePositives,
        Self::FalsePositives,
        Self::FalseNegatives,
        Self::TrueNegatives,
    ];

    /// The cell of a film.
    pub fn of(flagged: bool, positive: bool) -> Self {
        match (flagged, positive) {
            (true, true) => Self::TruePositives,
            (true, false) => Self::FalsePositives,
            (false, true) => Self::FalseNegatives,
            (false, false) => Self::TrueNegatives,
        }
    }

    /// In the user's words.
    pub fn name(self) -> &'static str {
        match self {
            Self::TruePositives => "True positives",
            Self::FalsePositives => "False positives",
            Self::FalseNegatives => "False negatives",
            Self::TrueNegatives => "True negatives",
        }
    }
}

/// A target being edited.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TargetForm {
    /// Of what kind.
    pub kind: TargetKind,
    /// Share in `[0, 1]`, or the false alarms that a missed film costs.
    pub value: f64,
}

/// Kinds of targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "`TargetKind::name` says it in the user's words"
)]
pub enum TargetKind {
    Sensitivity,
    Specificity,
    Ppv,
    FlaggedShare,
    MaxF1,
    Youden,
    Cost,
}

impl TargetKind {
    /// All, in the order of the menu.
    pub const ALL: [Self; 7] = [
        Self::Sensitivity,
        Self::Specificity,
        Self::Ppv,
        Self::FlaggedShare,
        Self::MaxF1,
        Self::Youden,
        Self::Cost,
    ];

    /// In the user's words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sensitivity => "Sensitivity at least",
            Self::Specificity => "Specificity at least",
            Self::Ppv => "PPV at least",
            Self::FlaggedShare => "Flagged at most",
            Self::MaxF1 => "Highest F1",
            Self::Youden => "Youden's index",
            Self::Cost => "Cost of a miss, in false alarms",
        }
    }

    /// Whether it needs a number.
    pub fn has_value(self) -> bool {
        !matches!(self, Self::MaxF1 | Self::Youden)
    }
}

impl TargetForm {
    /// The target, at a prevalence where it needs one.
    pub fn target(self, prevalence: f64) -> OperatingTarget {
        match self.kind {
            TargetKind::Sensitivity => OperatingTarget::Sensitivity(self.value),
            TargetKind::Specificity => OperatingTarget::Specificity(self.value),
            TargetKind::Ppv => OperatingTarget::Ppv {
                at_least: self.value,
                prevalence,
            },
            TargetKind::FlaggedShare => OperatingTarget::FlaggedShare(self.value),
            TargetKind::MaxF1 => OperatingTarget::MaxF1,
            TargetKind::Youden => OperatingTarget::Youden,
            TargetKind::Cost => OperatingTarget::Cost(self.value),
        }
    }

    /// In words, for the model file.
    pub fn words(self) -> String {
        if self.kind.has_value() {
            format!("{} {}", self.kind.name(), self.value)
        } else {
            self.kind.name().to_owned()
        }
    }
}
