//! How films are shown: window, zoom, turns and measurements, with undo. Never what is scored.

mod apply;
mod box_overlap;
mod command;
mod compare;
mod film;
mod displays;
mod jitter;
mod probe;

pub use apply::ViewerArea;
pub use box_overlap::BoxOverlap;
pub use command::{DisplayCommand, Tool};
pub use compare::{Compare, CompareCommand, CompareWith};
pub use displays::Displays;
pub use jitter::Jitter;
pub use probe::{BRUSH_RANGE, Probe};
