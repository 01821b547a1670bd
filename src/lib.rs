//! Thorax shows what a network sees in a chest film, where, and how far to believe it.
//!
//! Modules in reading order; each may name those before it and none after it
//! (`tests/tidy` checks this, `docs/architecture.md` explains it).

pub mod files;
pub mod work;
pub mod domain;
pub mod drawing;
pub mod metrics;
pub mod imaging;
pub mod dataset;
pub mod phantom;
pub mod model;
pub mod results;
pub mod scores;
pub mod explain;
pub mod film;
pub mod bulk;
pub mod bench;
pub mod export;
pub mod train;
pub mod evaluate;
#[cfg(feature = "gui")]
pub mod state;
#[cfg(feature = "gui")]
pub mod ui;
#[cfg(feature = "gui")]
pub mod app;
pub mod cli;
