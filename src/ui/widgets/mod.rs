//! Builders on plain values, used up by `ui`; they name themselves for screen readers.

mod busy;
mod color_bar;
mod column_choice;
mod icon_button;
mod interval_bar;
mod legend_entry;
mod logit_slider;
mod number_field;
mod number_slider;
mod slider_input;
mod threshold_slider;

pub use busy::Busy;
pub use color_bar::ColorBar;
pub use column_choice::ColumnChoice;
pub use icon_button::{IconButton, icon_ui};
pub use interval_bar::IntervalBar;
pub use legend_entry::{BAND_OPACITY, LegendEntry, LegendSign};
pub use logit_slider::LogitSlider;
pub use number_field::{NumberField, NumberNote, NumberOutput};
pub use number_slider::NumberSlider;
pub use threshold_slider::{ThresholdSlider, paint_score_bar, score_bar_ui};
