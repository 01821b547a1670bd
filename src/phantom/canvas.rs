/// Grays of a square film that is being drawn; places are in parts of its side, from the upper left.
#[derive(Clone, Debug)]
pub struct Canvas {
    side: usize,
    grays: Vec<f32>,
}

/// The part of a film that a shape touches, in parts of its side.
#[derive(Clone, Copy, Debug)]
pub struct Area {
    pub left: f32,
    pub right: f32,
    pub top: f32,
    pub bottom: f32,
}

impl Area {
    /// The whole film.
    pub const ALL: Self = Self {
        left: 0.0,
        right: 1.0,
        top: 0.0,
        bottom: 1.0,
    };

    /// The square around a point.
    pub fn around(x: f32, y: f32, reach: f32) -> Self {
        Self {
            left: x - reach,
            right: x + reach,
            top: y - reach,
            bottom: y + reach,
        }
    }
}

impl Canvas {
    /// A black film, `side` pixels wide and high.
    pub fn new(side: usize) -> Self {
        let grays = vec![0.0; side * side];
        Self { side, grays }
    }

    /// Adds `shape` at the pixels of `area`.
    pub fn add(&mut self, area: Area, shape: impl Fn(f32, f32) -> f32) {
        let side = self.side as f32;
        let pixels = |from: f32, to: f32| {
            let first = (from * side).floor().clamp(0.0, side) as usize;
            first..(to * side).ceil().clamp(0.0, side) as usize
        };
        let columns = pixels(area.left, area.right);
        for row in pixels(area.top, area.bottom) {
            let y = (row as f32 + 0.5) / side;
            let line = row * self.side;
            for column in columns.clone() {
                let x = (column as f32 + 0.5) / side;
                if let Some(gray) = self.grays.get_mut(line + column) {
                    *gray += shape(x, y);
                }
            }
        }
    }

    /// Adds a curve that runs from left to right: at each `x` a soft stroke around `line(x)`, `half_width` thick to
    /// either side, times `strength(x, y)`.
    pub fn add_stroke(
        &mut self,
        [left, right]: [f32; 2],
        half_width: f32,
        line: impl Fn(f32) -> f32,
        strength: impl Fn(f32, f32) -> f32,
    ) {
        let side = self.side as f32;
        let edge = 1.5 / side;
        let first = (left * side).floor().clamp(0.0, side) as usize;
        let last = (right * side).ceil().clamp(0.0, side) as usize;
        for column in first..last {
            let x = (column as f32 + 0.5) / side;
            let middle = line(x);
            let reach = half_width + 2.0 * edge;
            let area = Area {
                left: column as f32 / side,
                right: (column as f32 + 0.5) / side,
                top: middle - reach,
                bottom: middle + reach,
            };
            self.add(area, |x, y| {
                strength(x, y) * soft((y - middle).abs() - half_width, edge)
            });
        }
    }

    /// The gray at a place between pixels; the nearest pixel's at and beyond the edge.
    pub fn at(&self, x: f32, y: f32) -> f32 {
        let last = self.side.saturating_sub(1);
        let place = |part: f32| {
            let pixel = (part * self.side as f32 - 0.5).clamp(0.0, last as f32);
            let first = pixel.floor() as usize;
            (first, (first + 1).min(last), pixel.fract())
        };
        let ((left, right, x), (top, bottom, y)) = (place(x), place(y));
        let gray = |row: usize, column: usize| {
            let gray = self.grays.get(row * self.side + column);
            gray.copied().unwrap_or_default()
        };
        let above = gray(top, left) * (1.0 - x) + gray(top, right) * x;
        let below = gray(bottom, left) * (1.0 - x) + gray(bottom, right) * x;
        above * (1.0 - y) + below * y
    }
}

/// 1 inside (`distance` below 0), 0 outside, with a soft edge about `width` to either side.
pub fn soft(distance: f32, width: f32) -> f32 {
    let t = (0.5 - distance / (4.0 * width)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// An ellipse that is turned clockwise.
#[derive(Clone, Copy, Debug)]
pub struct Ellipse {
    pub x: f32,
    pub y: f32,
    pub half_width: f32,
    pub half_height: f32,
    pub degrees: f32,
}

impl Ellipse {
    /// One that stands upright.
    pub fn upright(x: f32, y: f32, half_width: f32, half_height: f32) -> Self {
        Self {
            x,
            y,
            half_width,
            half_height,
            degrees: 0.0,
        }
    }

    /// The same, turned.
    pub fn turned(self, degrees: f32) -> Self {
        Self { degrees, ..self }
    }

    /// 1 inside, 0 outside, with a soft edge: to be called at many places.
    pub fn shape(self, edge: f32) -> impl Fn(f32, f32) -> f32 {
        let (sin, cos) = self.degrees.to_radians().sin_cos();
        let least = self.half_width.min(self.half_height);
        move |x, y| {
            let (x, y) = (x - self.x, y - self.y);
            let u = (x * cos + y * sin) / self.half_width;
            let v = (y * cos - x * sin) / self.half_height;
            soft((u.hypot(v) - 1.0) * least, edge)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_one_inside_and_zero_outside() {
        let ellipse = Ellipse::upright(0.5, 0.5, 0.3, 0.1)
            .turned(90.0)
            .shape(0.01);
        let close = |found: f32, expected: f32| assert!((found - expected).abs() < 1e-6);
        close(ellipse(0.5, 0.7), 1.0);
        close(ellipse(0.75, 0.5), 0.0);
        close(soft(0.0, 0.1), 0.5);

        let mut canvas = Canvas::new(10);
        canvas.add(Area::around(0.2, 0.2, 0.08), |_, _| 1.0);
        close(canvas.at(0.15, 0.15), 1.0);
        close(canvas.at(0.2, 0.2), 1.0);
        close(canvas.at(0.3, 0.2), 0.5);
        close(canvas.at(-1.0, 2.0), 0.0);
    }

    #[test]
    fn a_stroke_is_as_thick_as_it_should_be() {
        let mut canvas = Canvas::new(200);
        canvas.add_stroke([0.0, 1.0], 0.05, |x| x, |_, _| 1.0);
        for x in [0.1, 0.5, 0.9] {
            assert!((canvas.at(x, x) - 1.0).abs() < 1e-6);
            assert!((canvas.at(x, x + 0.05) - 0.5).abs() < 0.2);
            assert!(canvas.at(x, x + 0.1).abs() < 1e-6);
        }
    }
}
