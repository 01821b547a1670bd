//! Figures held against other software's, and real films read from the folder `CXR_DATA`.
#[cfg(test)]
mod candle_training;
#[cfg(test)]
mod dataset;
#[cfg(test)]
mod engine;
#[cfg(test)]
mod explain;
#[cfg(test)]
mod films;
#[cfg(test)]
mod imaging;
#[cfg(test)]
mod masked;
#[cfg(test)]
mod metrics;
#[cfg(test)]
mod model;
#[cfg(test)]
mod occlusion;
#[cfg(test)]
mod pictures;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod shared_head;
#[cfg(test)]
mod soft_labels;
#[cfg(test)]
mod training;
