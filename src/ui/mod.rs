//! The user interface: panels draw views of the state and send commands, widgets take plain values.

pub mod icons;
pub mod panels;
pub mod shortcuts;
pub mod theme;
pub mod widgets;
mod workspaces;

pub use workspaces::{Workspaces, windows_ui};
