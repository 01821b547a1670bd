//! What is on screen: panels read the state and send orders, widgets take plain values.

pub mod panels;
pub mod shortcuts;
pub mod theme;
pub mod widgets;
