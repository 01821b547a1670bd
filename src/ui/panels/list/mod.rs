//! The film list at the left of the film.

mod filter;
mod film_list;
mod headings;
mod view;

pub use film_list::{ListViews, film_list_ui};
pub use view::ListView;
