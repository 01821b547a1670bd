use crate::domain::Point;

/// A rectangle in a plane; units are those of the plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    /// Left edge.
    pub left: f32,
    /// Top edge; y runs downwards.
    pub top: f32,
    /// At least 0.
    pub width: f32,
    /// At least 0.
    pub height: f32,
}

/// Which part of an area lies at a place: 0 its left or top, 0.5 its middle, 1 its right or bottom.
type Anchor = [f32; 2];

impl Area {
    /// The area of this size whose anchor is at a place.
    fn anchored(at: Point, [across, down]: Anchor, [width, height]: [f32; 2]) -> Self {
        Self {
            left: at.x - across * width,
            top: at.y - down * height,
            width,
            height,
        }
    }

    fn right(&self) -> f32 {
        self.left + self.width
    }

    fn bottom(&self) -> f32 {
        self.top + self.height
    }

    fn contains(&self, other: &Self) -> bool {
        self.left <= other.left
            && self.top <= other.top
            && other.right() <= self.right()
            && other.bottom() <= self.bottom()
    }

    fn meets(&self, other: &Self) -> bool {
        self.left <= other.right()
            && other.left <= self.right()
            && self.top <= other.bottom()
            && other.top <= self.bottom()
    }
}

/// Beside a place, on the plane: where nothing else is written, if there is such a place.
pub(super) fn beside(at: Point, size: [f32; 2], gap: f32, plane: Area, taken: &[Area]) -> Area {
    let places = [
        ([0.0, 1.0], [gap, -gap]),
        ([0.0, 0.0], [gap, gap]),
        ([1.0, 1.0], [-gap, -gap]),
        ([1.0, 0.0], [-gap, gap]),
        ([0.5, 1.0], [0.0, -4.0 * gap]),
        ([0.5, 0.0], [0.0, 4.0 * gap]),
    ];
    let places = places.map(|(anchor, [dx, dy])| {
        let at = Point {
            x: at.x + dx,
            y: at.y + dy,
        };
        Area::anchored(at, anchor, size)
    });
    let all = || places.iter().filter(|place| plane.contains(place));
    let free = |place: &&Area| !taken.iter().any(|other| other.meets(place));
    let found = all().find(free).or_else(|| all().next());
    let [first, ..] = places;
    found.copied().unwrap_or(first)
}

/// Behind the tail of an arrow.
pub(super) fn behind(tail: Point, head: Point, size: [f32; 2], gap: f32) -> Area {
    let (x, y) = (tail.x - head.x, tail.y - head.y);
    let anchor = match (y.abs() > x.abs(), y > 0.0, x > 0.0) {
        (true, true, _) => [0.5, 0.0],
        (true, false, _) => [0.5, 1.0],
        (false, _, true) => [0.0, 0.5],
        (false, _, false) => [1.0, 0.5],
    };
    let length = x.hypot(y);
    let share = if length > 0.0 { gap / length } else { 0.0 };
    let at = Point {
        x: tail.x + x * share,
        y: tail.y + y * share,
    };
    Area::anchored(at, anchor, size)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GAP: f32 = 8.0;

    #[test]
    fn words_stand_where_nothing_is_written_and_on_the_film() {
        let plane = Area {
            left: 0.0,
            top: 0.0,
            width: 800.0,
            height: 600.0,
        };
        let size = [100.0, 20.0];
        let mut taken = Vec::new();
        // Five results at one place, and one in each of two corners.
        let mut places = vec![Point { x: 400.0, y: 300.0 }; 5];
        places.extend([Point { x: 2.0, y: 2.0 }, Point { x: 798.0, y: 598.0 }]);
        for at in places {
            let label = beside(at, size, GAP, plane, &taken);
            assert!(plane.contains(&label), "{label:?}");
            assert_eq!([label.width, label.height], size);
            let free = !taken.iter().any(|other: &Area| other.meets(&label));
            assert!(free, "{label:?} {taken:?}");
            taken.push(label);
        }
    }

    #[test]
    fn words_of_an_arrow_are_away_from_its_head() {
        let tail = Point { x: 100.0, y: 100.0 };
        for (x, y) in [(50.0, 1.0), (-50.0, 1.0), (3.0, 50.0), (3.0, -50.0)] {
            let head = Point {
                x: tail.x + x,
                y: tail.y + y,
            };
            let label = behind(tail, head, [40.0, 10.0], GAP);
            let (dx, dy) = (label.left + 20.0 - tail.x, label.top + 5.0 - tail.y);
            assert!(dx * x + dy * y < 0.0, "{x} {y}");
        }
    }
}
