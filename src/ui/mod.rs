//! The user interface: panels read the state and send commands, widgets take plain values.

pub mod panels;
pub mod shortcuts;
pub mod theme;
pub mod widgets;
