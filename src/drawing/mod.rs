//! Vector drawings (SVG) and pictures of them, and where measurements and their words lie.

mod error;
mod escape;
mod fonts;
mod labels;
mod measured;
mod plot_color;
mod render;

pub use error::DrawingError;
pub use escape::escape;
pub use fonts::text_width;
pub use labels::Area;
pub use measured::{DrawnMeasurement, Plane, begun_lines};
pub use plot_color::{N_SERIES, PlotColor};
pub use render::{draw_over, svg_png};
