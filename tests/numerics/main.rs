//! Figures held against other software's, and real films read from the folder `CXR_DATA`.
#![expect(
    clippy::unwrap_used,
    reason = "what fails here is to fail loudly, also in functions that tests share"
)]

mod engine;
mod explain;
mod films;
mod imaging;
mod model;
mod reference;
