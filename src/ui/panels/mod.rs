//! The parts of the window. Each draws a view, the part of the state that it needs, and sends commands.

mod about;
mod compare;
mod evaluation;
mod film_menu;
mod findings;
mod histogram;
mod keys;
mod map_controls;
mod messages;
mod metadata;
mod palette;
mod path_prompt;
mod list;
mod session;
mod small_films;
mod status_bar;
mod tool_strip;
mod toolbar;
mod training;
mod view;
mod viewer;
mod tour;
mod welcome;

pub use about::about_ui;
pub use compare::compare_ui;
pub use evaluation::{
    ComparisonRow, ComparisonTable, EvaluationCurves, EvaluationView, EvaluationViews, FigureRow,
    FigureTable, IdentityLine, MapTable, RateRow, SubgroupRow, SubgroupTable, back_ui,
    evaluation_ui, rate_rows,
};
pub use findings::{FindingRow, FindingsView, FindingsViews, Verdict, finding_rows, findings_ui};
pub use histogram::histogram_ui;
pub use keys::keys_ui;
pub use list::{ListView, ListViews, film_list_ui};
pub use map_controls::{MapControlsView, map_bar_ui};
pub use messages::messages_ui;
pub use metadata::{MetadataView, metadata_ui};
pub use palette::palette_ui;
pub use path_prompt::path_prompt_ui;
pub use session::{SessionView, answers_ui, session_report_ui};
pub use status_bar::status_bar_ui;
pub use tool_strip::tool_strip_ui;
pub use toolbar::toolbar_ui;
pub use tour::{TourPlaces, tour_ui};
pub use training::{
    CheckVerdict, LabelBar, LabelRow, LabelRowKind, PlottedCurve, PlottedRuns, RunLine,
    TrainingView, TrainingViews, bytes_text, check_verdicts, close_ui, duration_text,
    epoch_scrubber_ui, label_bars, label_rows, running_text, training_ui,
};
pub use view::{PaletteView, ToolStripView, ToolbarView};
pub use viewer::{CompareView, Pane, ViewerViews, all_maps_ui, viewer_ui};
pub use welcome::{WelcomeView, welcome_ui};
