//! The film list at the left of the film, and the answers of a blinded session.

mod answers;
mod filter;
mod film_list;
mod headings;
mod view;

pub use answers::answers_ui;
pub use film_list::{ListViews, film_list_ui};
pub use view::ListView;
