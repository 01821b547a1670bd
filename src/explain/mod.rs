//! Where the network looked: class-activation maps, their colors, and pictures of them.

mod heatmap;
mod grad_cam;
mod colormap;
mod overlay;
mod caption;
mod contour;
mod cover;
mod jitter;
mod overlap;

pub use caption::{OverlayError, overlay_image, png_of};
pub use colormap::Colormap;
pub use contour::contours;
pub use cover::Cover;
pub use grad_cam::{CamMethod, class_activation_maps};
pub use heatmap::{Heatmap, HeatmapScale, MAP_THRESHOLD};
pub use jitter::{JitterConfig, JitterError, JitterInterval, score_jitter};
pub use overlap::Overlap;
pub use overlay::{OverlayStyle, map_picture, overlay_picture};
