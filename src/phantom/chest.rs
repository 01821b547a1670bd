use image::{GrayImage, Luma};

use super::canvas::{Area, Canvas, Ellipse, soft};
use super::mark::is_mark;
use crate::dataset::SeededRandom;

/// Findings that are drawn into a chest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DrawnFindings {
    /// A round opacity in a lung.
    pub mass: bool,
    /// Fluid that blunts one costophrenic angle.
    pub effusion: bool,
    /// A heart wider than half of the chest.
    pub cardiomegaly: bool,
}

/// The square around a drawn mass, in parts of the film's side, from the upper left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DrawnBox {
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width and height.
    pub side: f32,
}

/// One drawn chest: what a patient keeps from film to film.
#[derive(Clone, Debug)]
pub struct Chest {
    lung_width: f32,
    heart: f32,
    rib_pitch: f32,
    vessels: Vec<Vessel>,
    mass: Ellipse,
    mass_gray: f32,
    /// A nipple's shadow, which is no finding, in some chests.
    nipple: Option<Ellipse>,
    /// Whether the fluid is on the left of the picture.
    fluid_on_left: bool,
    /// How high it stands at the chest wall.
    fluid: f32,
    enlarged: f32,
}

#[derive(Clone, Copy, Debug)]
struct Vessel {
    side: f32,
    height: f32,
    slope: f32,
    bend: f32,
}

impl Chest {
    /// The chest that follows from `random`; all findings have their places, whether they are drawn or not.
    pub fn new(random: &mut SeededRandom) -> Self {
        let mut between = |low: f32, high: f32| low + (high - low) * random.uniform() as f32;
        let mass_left = between(0.0, 1.0) < 0.5;
        let radius = between(0.032, 0.058);
        let place = if mass_left {
            (between(0.255, 0.345), between(0.36, 0.64))
        } else {
            (between(0.66, 0.745), between(0.34, 0.52))
        };
        let nipple_x = if between(0.0, 1.0) < 0.5 { 0.29 } else { 0.71 };
        let nipple = Ellipse::upright(
            nipple_x + between(-0.02, 0.02),
            between(0.60, 0.66),
            0.017,
            0.017,
        );
        let has_nipple = between(0.0, 1.0) < 0.4;
        let vessel = |n: usize, between: &mut dyn FnMut(f32, f32) -> f32| Vessel {
            side: if n.is_multiple_of(2) { -1.0 } else { 1.0 },
            height: 0.50 + between(-0.04, 0.04),
            slope: between(-1.0, 1.1),
            bend: between(-0.4, 0.4),
        };
        Self {
            lung_width: between(0.93, 1.07),
            heart: between(0.84, 1.14),
            rib_pitch: between(0.057, 0.064),
            vessels: (0..24).map(|n| vessel(n, &mut between)).collect(),
            mass: Ellipse::upright(place.0, place.1, radius, radius * between(0.85, 1.15)),
            mass_gray: between(0.10, 0.24),
            nipple: has_nipple.then_some(nipple),
            fluid_on_left: between(0.0, 1.0) < 0.5,
            fluid: between(0.075, 0.17),
            enlarged: between(1.10, 1.45),
        }
    }

    /// A film of this chest, `side` pixels wide and high, with the box of its mass; position, exposure and noise
    /// follow from `random`.
    pub fn film(
        &self,
        findings: DrawnFindings,
        side: usize,
        random: &mut SeededRandom,
    ) -> (GrayImage, Option<DrawnBox>) {
        let canvas = self.draw(findings, side);
        let mut between = |low: f32, high: f32| low + (high - low) * random.uniform() as f32;
        let pose = Pose::new(&mut between);
        let (gain, gamma, noise) = (
            between(0.92, 1.08),
            between(0.90, 1.12),
            between(0.015, 0.030),
        );
        let film = GrayImage::from_fn(side as u32, side as u32, |column, row| {
            let grain = noise * random.normal() as f32;
            if is_mark(column as usize, row as usize) {
                return Luma([235]);
            }
            let place = |pixel: u32| (pixel as f32 + 0.5) / side as f32;
            let (x, y) = pose.drawing_from_film(place(column), place(row));
            let gray = canvas.at(x, y).clamp(0.0, 1.0).powf(gamma) * gain + grain;
            Luma([(gray.clamp(0.0, 1.0) * 255.0).round() as u8])
        });
        let drawn_box = findings.mass.then(|| {
            let (x, y) = pose.film_from_drawing(self.mass.x, self.mass.y);
            let radius = self.mass.half_width.max(self.mass.half_height) * pose.scale;
            DrawnBox {
                x: x - radius,
                y: y - radius,
                side: 2.0 * radius,
            }
        });
        (film, drawn_box)
    }

    /// The chest without exposure and noise, upright and centered.
    fn draw(&self, findings: DrawnFindings, side: usize) -> Canvas {
        let mut canvas = Canvas::new(side);
        let shoulders = Ellipse::upright(0.5, 0.36, 0.47, 0.25).shape(0.015);
        let trunk = Ellipse::upright(0.5, 0.72, 0.40, 0.62).shape(0.012);
        let neck = Ellipse::upright(0.5, 0.06, 0.11, 0.20).shape(0.012);
        let body = |x, y| (shoulders(x, y) + trunk(x, y) + neck(x, y)).min(1.0);
        canvas.add(Area::ALL, |x, y| 0.04 + 0.56 * body(x, y));
        self.draw_lungs(&mut canvas, findings.effusion);
        draw_spine(&mut canvas);
        self.draw_heart(&mut canvas, findings.cardiomegaly);
        self.draw_ribs(&mut canvas);
        self.draw_vessels(&mut canvas);
        if let Some(nipple) = self.nipple {
            let shape = nipple.shape(0.006);
            let area = Area::around(nipple.x, nipple.y, 0.04);
            canvas.add(area, |x, y| 0.09 * shape(x, y));
        }
        if findings.mass {
            let shape = self.mass.shape(0.010);
            let area = Area::around(self.mass.x, self.mass.y, 0.12);
            canvas.add(area, |x, y| self.mass_gray * shape(x, y));
        }
        canvas
    }

    fn draw_lungs(&self, canvas: &mut Canvas, has_fluid: bool) {
        for (side, x, dome) in [(-1.0, 0.315, 0.745_f32), (1.0, 0.685, 0.765)] {
            let half_width = 0.132 * self.lung_width;
            let lung = Ellipse::upright(x, 0.495, half_width, 0.31).turned(-6.0 * side);
            let (lung, fluid_here) = (
                lung.shape(0.014),
                has_fluid && (side < 0.0) == self.fluid_on_left,
            );
            // Fluid climbs the chest wall and falls off toward the middle.
            let wall = x + side * half_width;
            let area = Area {
                left: x - 0.2,
                right: x + 0.2,
                top: 0.12,
                bottom: 0.88,
            };
            canvas.add(area, |px, py| {
                let diaphragm = soft(py - (dome + 0.35 * (px - x).powi(2)), 0.010);
                let dry = if fluid_here {
                    let from_wall = ((wall - px) * side).max(0.0);
                    soft(py - (0.80 - self.fluid + 0.55 * from_wall), 0.012)
                } else {
                    1.0
                };
                -0.40 * lung(px, py) * diaphragm * dry
            });
        }
    }

    fn draw_heart(&self, canvas: &mut Canvas, is_enlarged: bool) {
        let size = if is_enlarged {
            self.enlarged
        } else {
            self.heart
        };
        // A larger heart grows to its left, which is the right of the picture.
        let x = 0.545 + 0.035 * (size - 1.0);
        let ventricles = Ellipse::upright(x, 0.625, 0.125 * size, 0.128 + 0.012 * size);
        let ventricles = ventricles.turned(28.0).shape(0.012);
        let vessels = Ellipse::upright(0.52, 0.47, 0.07, 0.17)
            .turned(-4.0)
            .shape(0.012);
        let area = Area {
            left: 0.25,
            right: 0.85,
            top: 0.25,
            bottom: 0.90,
        };
        canvas.add(area, |x, y| 0.24 * ventricles(x, y).max(vessels(x, y)));
        let knob = Ellipse::upright(0.565, 0.335, 0.05, 0.045).shape(0.012);
        canvas.add(Area::around(0.565, 0.335, 0.1), |x, y| 0.10 * knob(x, y));
    }

    fn draw_ribs(&self, canvas: &mut Canvas) {
        for side in [-1.0_f32, 1.0] {
            let out = |x: f32| (x - 0.5) * side;
            let spans = |from: f32, to: f32| {
                let (a, b) = (0.5 + side * from, 0.5 + side * to);
                [a.min(b), a.max(b)]
            };
            for n in 0..9_u8 {
                let top = 0.20 + self.rib_pitch * f32::from(n);
                let arc = |x: f32| {
                    let u = out(x).max(0.0);
                    top - 0.05 + 0.10 * (u / 0.33).sqrt() + 0.55 * (u - 0.05).max(0.0).powi(2)
                };
                let inside =
                    |x: f32, y: f32| soft(out(x) - 0.335 + 0.25 * (y - 0.55).powi(2), 0.008);
                canvas.add_stroke(spans(0.035, 0.35), 0.010, arc, |x, y| 0.075 * inside(x, y));
            }
            let clavicle = |x: f32| 0.225 - 0.10 * out(x) + 0.03 * (out(x) * 12.0).sin();
            canvas.add_stroke(spans(0.04, 0.33), 0.011, clavicle, |_, _| 0.13);
        }
    }

    fn draw_vessels(&self, canvas: &mut Canvas) {
        for vessel in &self.vessels {
            let out = |x: f32| (x - 0.5) * vessel.side;
            let (a, b) = (0.5 + vessel.side * 0.085, 0.5 + vessel.side * 0.28);
            let line = |x: f32| {
                let u = out(x) - 0.085;
                vessel.height + vessel.slope * u + vessel.bend * u * u
            };
            let fade = |x: f32| 1.0 - ((out(x) - 0.085) / 0.2).clamp(0.0, 1.0);
            canvas.add_stroke([a.min(b), a.max(b)], 0.004, line, |x, _| 0.05 * fade(x));
        }
    }
}

fn draw_spine(canvas: &mut Canvas) {
    let area = Area {
        left: 0.42,
        right: 0.58,
        top: 0.0,
        bottom: 1.0,
    };
    canvas.add(area, |x, y| {
        let spine = soft((x - 0.5).abs() - 0.042, 0.012);
        let disc = ((y / 0.052).fract() - 0.5).abs() * 0.052;
        let airway =
            soft((x - 0.5).abs() - 0.016, 0.006) * soft(y - 0.375, 0.02) * soft(0.03 - y, 0.02);
        spine * (0.13 - 0.035 * soft(disc - 0.003, 0.003)) - 0.17 * airway
    });
}

/// How the patient stands before the detector.
#[derive(Clone, Copy, Debug)]
struct Pose {
    x: f32,
    y: f32,
    scale: f32,
    sin: f32,
    cos: f32,
}

impl Pose {
    fn new(between: &mut impl FnMut(f32, f32) -> f32) -> Self {
        let (sin, cos) = between(-2.5, 2.5).to_radians().sin_cos();
        Self {
            x: between(-0.02, 0.02),
            y: between(-0.02, 0.02),
            scale: between(0.93, 1.04),
            sin,
            cos,
        }
    }

    fn film_from_drawing(&self, x: f32, y: f32) -> (f32, f32) {
        let (x, y) = (x - 0.5, y - 0.5);
        (
            0.5 + self.x + self.scale * (x * self.cos - y * self.sin),
            0.5 + self.y + self.scale * (x * self.sin + y * self.cos),
        )
    }

    fn drawing_from_film(&self, x: f32, y: f32) -> (f32, f32) {
        let (x, y) = (
            (x - 0.5 - self.x) / self.scale,
            (y - 0.5 - self.y) / self.scale,
        );
        (
            0.5 + x * self.cos + y * self.sin,
            0.5 + y * self.cos - x * self.sin,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A film of one patient, with and without findings alike in all else.
    fn film(findings: DrawnFindings) -> (GrayImage, Option<DrawnBox>) {
        let chest = Chest::new(&mut SeededRandom::new(3));
        chest.film(findings, 200, &mut SeededRandom::new(4))
    }

    fn mean(film: &GrayImage, [x, y, width, height]: [f32; 4]) -> f64 {
        let pixel = |part: f32| (part * film.width() as f32) as u32;
        let (mut sum, mut n) = (0.0, 0.0);
        for row in pixel(y)..pixel(y + height) {
            for column in pixel(x)..pixel(x + width) {
                sum += f64::from(film.get_pixel(column, row)[0]);
                n += 1.0;
            }
        }
        sum / n
    }

    #[test]
    fn the_same_seed_draws_the_same_film() {
        let (a, b) = (
            film(DrawnFindings::default()),
            film(DrawnFindings::default()),
        );
        assert!(a == b && a.1.is_none());
    }

    #[test]
    fn a_mass_is_lighter_than_the_lung_and_lies_in_its_box() {
        let (plain, _) = film(DrawnFindings::default());
        let with = DrawnFindings {
            mass: true,
            ..DrawnFindings::default()
        };
        let (with, found) = film(with);
        let found = found.unwrap();
        let area = [found.x, found.y, found.side, found.side];
        assert!(mean(&with, area) > mean(&plain, area) + 8.0);
        let pairs = with.enumerate_pixels().zip(plain.pixels());
        for ((column, row, lit), gray) in pairs.filter(|((.., a), b)| a[0].abs_diff(b[0]) > 8) {
            let place = |pixel: u32| (pixel as f32 + 0.5) / 200.0;
            let near = |at: f32, from: f32| at > from - 0.02 && at < from + found.side + 0.02;
            assert!(
                near(place(column), found.x) && near(place(row), found.y),
                "{lit:?} {gray:?}"
            );
        }
    }

    #[test]
    fn fluid_fills_one_costophrenic_angle_and_a_large_heart_widens_the_shadow() {
        let (plain, _) = film(DrawnFindings::default());
        let (wet, _) = film(DrawnFindings {
            effusion: true,
            ..DrawnFindings::default()
        });
        let angles = [[0.20, 0.66, 0.10, 0.08], [0.70, 0.66, 0.10, 0.08]];
        let gains = angles.map(|angle| mean(&wet, angle) - mean(&plain, angle));
        assert!(
            gains[0].max(gains[1]) > 3.0 && gains[0].min(gains[1]) < 0.5,
            "{gains:?}"
        );
        let (large, _) = film(DrawnFindings {
            cardiomegaly: true,
            ..DrawnFindings::default()
        });
        let apex = [0.60, 0.60, 0.12, 0.08];
        assert!(mean(&large, apex) > mean(&plain, apex) + 4.0);
    }
}
