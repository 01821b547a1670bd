//! A blinded session: the reader's answers at the right of the film, what the network said after the commit, and the
//! end page.

mod answers;
mod committed;
mod report;
mod view;

pub use answers::answers_ui;
pub use report::session_report_ui;
pub use view::SessionView;
