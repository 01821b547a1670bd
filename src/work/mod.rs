//! Background work: threads that report, can be cancelled, and never take the window with them.
//!
//! Nothing here knows what the work means or who shows it.

mod job;
mod latest;
mod task;

pub use job::{Cancelled, Job, JobContext, Outcome, Progress, Wake, cause_chain, panic_message};
pub use latest::Latest;
pub use task::{RunningTask, Task};
