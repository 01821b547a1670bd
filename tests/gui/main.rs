//! The real program in a window without a display, found by role and label, judged by its state.

mod films;
mod harness;
mod opening;
mod panels;
mod snapshots;
mod thresholds;
