//! Background work: threads that report, can be canceled, and never take the window with them.
//!
//! [`Watch`] is how work reports progress and hears that it is to stop, on whatever thread;
//! [`Task`] is a thread with its result, [`Latest`] one that answers the newest of many requests,
//! [`map_in_order`] threads that work ahead on the items of a stream.
//! Nothing here knows what the work means or who shows it.

mod caught;
mod job;
mod latest;
mod ordered;
mod task;
mod watch;

pub use caught::caught;
pub use job::{JobContext, NoThread, Wake, cause_chain};
pub use latest::Latest;
pub use ordered::{Ahead, map_in_order};
pub use task::{RunningTask, Task};
pub use watch::{Canceled, Progress, StopSignal, Unwatched, Watch};
