//! Where the network looked: class-activation maps, their colors, and pictures of them.

mod heatmap;
mod grad_cam;
mod method;
mod smooth;
mod outside;
mod colormap;
mod overlay;
mod film_image;
mod contour;
mod cover;
mod jitter;
mod overlap;
mod occlusion;

pub use colormap::Colormap;
pub use contour::{EvidenceLine, evidence_lines, line_color};
pub use cover::Cover;
pub use film_image::{FilmImage, FilmImageError, png_of};
pub use grad_cam::{CamMethod, class_activation_maps};
pub use heatmap::{Heatmap, MAP_THRESHOLD};
pub use jitter::{JitterConfig, JitterError, JitterInterval, score_jitter};
pub use method::MapMethod;
pub use occlusion::{MapCurves, OcclusionError, map_curves, occlusion_maps};
pub use outside::outside_text;
pub use overlap::Overlap;
pub use overlay::{BELOW_THRESHOLD_OPACITY, OverlayStyle, map_picture, overlay_picture};
pub use smooth::smooth_maps;
