//! The reading list at the left of the film, and the answers of a blinded reading.

mod answers;
mod filter;
mod list;

pub use answers::{answers_ui, log_prompt_ui};
pub use list::{ListViews, film_list_ui};
