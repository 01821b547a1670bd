//! Drawn chest films, to try the program and to learn on without a patient's data.
//!
//! [`Chest`] is one drawn anatomy with its findings, [`SampleSet`] a folder of films with its table, lists and boxes.
//! All of it follows from a seed. The drawings are crude on purpose: a network learns them within minutes,
//! and nothing that it learns is true of patients.

mod canvas;
mod mark;
mod chest;
mod sample_set;

pub use chest::{Chest, DrawnBox, DrawnFindings};
pub use sample_set::{SampleCounts, SampleError, SampleSet};
