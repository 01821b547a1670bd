//! What the program holds, the orders that change it, and the settings that outlive it.
//!
//! Nothing here draws. [`AppState::apply`] is the only place that changes state on an order;
//! [`AppState::poll`] takes in what the jobs report.

mod apply;
mod command;
mod jobs;
mod notice;
mod poll;
mod settings;
mod study;
mod thresholds;

pub use apply::{AppState, Loaded, Model};
pub use command::{Command, CommandSender, command_channel};
pub use jobs::{FilePicker, FilmReading, OpenedFilm, PickKind, Picked, Services};
pub use notice::{Notice, NoticeKind, Notices};
pub use settings::{MapSettings, Settings, ThemeChoice};
pub use study::{FilmEntry, FilmState, FilmStatus, Study};
pub use thresholds::Thresholds;
