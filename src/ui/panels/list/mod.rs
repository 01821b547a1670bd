//! The film list at the left of the film.

mod filter;
mod film_list;
mod groups;
mod heading;
mod row;
mod view;
mod words;

pub use film_list::{ListViews, film_list_ui};
pub use view::ListView;
