use super::{PixelSpacing, Point};

/// Columns and rows from one place to another.
pub fn difference(from: Point, to: Point) -> (f64, f64) {
    (
        f64::from(to.x) - f64::from(from.x),
        f64::from(to.y) - f64::from(from.y),
    )
}

/// In mm where the spacing is known, or in pixels.
pub fn separation(from: Point, to: Point, spacing: Option<PixelSpacing>) -> f64 {
    let (dx, dy) = difference(from, to);
    let (column, row) = spacing.map_or((1.0, 1.0), |s| (s.column_mm, s.row_mm));
    (dx * column).hypot(dy * row)
}

/// A length with its unit and the source of the spacing.
pub fn length_text(from: Point, to: Point, spacing: Option<PixelSpacing>) -> String {
    let length = separation(from, to, spacing);
    match spacing {
        None => format!("{length:.0} px"),
        Some(spacing) => format!("{length:.1} mm {}", spacing.source.words()),
    }
}

/// A width along the rows and a height along the columns, with their unit.
pub fn extent_text([width, height]: [f64; 2], spacing: Option<PixelSpacing>) -> String {
    match spacing {
        None => format!("{width:.0} x {height:.0} px"),
        Some(spacing) => {
            let (width, height) = (width * spacing.column_mm, height * spacing.row_mm);
            let source = spacing.source.words();
            format!("{width:.1} x {height:.1} mm {source}")
        }
    }
}

/// At the second place, in degrees, 0 to 180; `None` where two places are one.
///
/// Pixels that are not square are brought to mm first where the spacing is known.
pub fn angle_deg([a, vertex, b]: [Point; 3], spacing: Option<PixelSpacing>) -> Option<f64> {
    let (column, row) = spacing.map_or((1.0, 1.0), |s| (s.column_mm, s.row_mm));
    let arm = |to: Point| {
        let (dx, dy) = difference(vertex, to);
        (dx * column, dy * row)
    };
    let ((ax, ay), (bx, by)) = (arm(a), arm(b));
    if ax.hypot(ay) == 0.0 || bx.hypot(by) == 0.0 {
        return None;
    }
    let (cross, dot) = (ax * by - ay * bx, ax * bx + ay * by);
    Some(cross.abs().atan2(dot).to_degrees())
}
