//! Figures held against other software's, and real films read from the folder `CXR_DATA`.

mod films;
mod imaging;
