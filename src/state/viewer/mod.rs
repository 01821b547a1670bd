//! The viewer: the film in view, how it is shown, what the network says about it, and a film beside.

mod apply;
mod area;
mod box_overlap;
mod command;
mod compare;
mod cover;
mod displays;
mod exports;
mod film;
mod finding_groups;
mod jitter;
mod linked;
mod measure;
mod measuring;
mod occlusion;
mod pane;
mod probe;
mod state;
mod tool;
mod undo;

#[cfg(test)]
mod tests;

pub use area::ViewerArea;
pub use box_overlap::BoxOverlap;
pub use command::{DisplayChange, DisplayCommand, MapCommand, MeasureCommand, ViewerCommand};
pub use compare::{Compare, CompareCommand, CompareWith};
pub use displays::Displays;
pub use exports::{Clip, ExportCommand, Exports};
pub use finding_groups::FindingGroups;
pub use jitter::Jitter;
pub use measuring::{Measuring, Writing};
pub use occlusion::Occlusion;
pub use pane::Pane;
pub use probe::{BRUSH_RANGE, Probe};
pub use state::{ViewOptions, ViewerState};
pub use tool::Tool;
