use serde::{Deserialize, Serialize};

use super::SeededRandom;

/// How far training films are changed at random; every number is a largest change, 0 for none.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Augmentation {
    /// Shift along each side, as a share of it.
    pub shift: f32,
    /// Rotation about the middle, degrees either way.
    pub rotation_degrees: f32,
    /// Zoom: sides grow or shrink by up to this share.
    pub zoom: f32,
    /// Shear, degrees either way.
    pub shear_degrees: f32,
    /// Added to all grays, as a share of white.
    pub brightness: f32,
    /// Grays move from or to mid-gray by up to this share.
    pub contrast: f32,
    /// Grays are raised to a power between `1 / (1 + gamma)` and `1 + gamma`.
    pub gamma: f32,
    /// Mirrors every other film left to right. The heart has a side: off unless asked for.
    pub horizontal_flip: bool,
}

impl Default for Augmentation {
    /// Small changes, as in the field's public kernels; no mirror images.
    fn default() -> Self {
        Self {
            shift: 0.05,
            rotation_degrees: 5.0,
            zoom: 0.1,
            shear_degrees: 0.0,
            brightness: 0.05,
            contrast: 0.1,
            gamma: 0.0,
            horizontal_flip: false,
        }
    }
}

impl Augmentation {
    /// Leaves films as they are.
    pub const NONE: Self = Self {
        shift: 0.0,
        rotation_degrees: 0.0,
        zoom: 0.0,
        shear_degrees: 0.0,
        brightness: 0.0,
        contrast: 0.0,
        gamma: 0.0,
        horizontal_flip: false,
    };

    /// Writes one film as training sees it: `grays` are `side * side` pixels, `input_of_gray` what
    /// the network is fed for each of the 256 grays; `film` gets as many values as `grays` has.
    ///
    /// The same numbers from `random` make the same film. Outside the film its edge repeats.
    pub fn apply(
        &self,
        grays: &[u8],
        side: usize,
        input_of_gray: &[f32; 256],
        random: &mut SeededRandom,
        film: &mut [f32],
    ) {
        // Drawn whether needed or not, so that one setting does not shift the others' numbers.
        let draws: [f32; 9] = std::array::from_fn(|_| random.uniform() as f32 * 2.0 - 1.0);
        let [
            x,
            y,
            angle,
            zoom_x,
            shear,
            brightness,
            contrast,
            gamma,
            flip,
        ] = draws;
        let levels = self.levels(input_of_gray, brightness, contrast, gamma);
        let level = |gray: u8| levels.get(usize::from(gray)).copied().unwrap_or_default();
        let map = InverseMap {
            shift: [x * self.shift, y * self.shift].map(|share| share * side as f32),
            angle: (angle * self.rotation_degrees).to_radians(),
            shear: (shear * self.shear_degrees).to_radians(),
            zoom: 1.0 + zoom_x * self.zoom,
            mirrored: self.horizontal_flip && flip > 0.0,
        };
        if map.is_identity() {
            for (value, &gray) in film.iter_mut().zip(grays) {
                *value = level(gray);
            }
            return;
        }
        let at = |x: usize, y: usize| grays.get(y * side + x).map_or(0.0, |&gray| level(gray));
        let matrix = map.matrix();
        let middle = (side as f32 - 1.0) / 2.0;
        let last = side.saturating_sub(1);
        for (row, values) in film.chunks_exact_mut(side.max(1)).enumerate() {
            for (column, value) in values.iter_mut().enumerate() {
                let (dx, dy) = (column as f32 - middle, row as f32 - middle);
                let from = |[by_x, by_y, shift]: [f32; 3]| {
                    (by_x * dx + by_y * dy + shift + middle).clamp(0.0, last as f32)
                };
                let (x, y) = (from(matrix[0]), from(matrix[1]));
                let (left, top) = (x as usize, y as usize);
                let (right, bottom) = ((left + 1).min(last), (top + 1).min(last));
                let (x, y) = (x - left as f32, y - top as f32);
                let upper = at(left, top) * (1.0 - x) + at(right, top) * x;
                let lower = at(left, bottom) * (1.0 - x) + at(right, bottom) * x;
                *value = upper * (1.0 - y) + lower * y;
            }
        }
    }

    /// The network value of each gray.
    fn levels(
        &self,
        input_of_gray: &[f32; 256],
        brightness: f32,
        contrast: f32,
        gamma: f32,
    ) -> [f32; 256] {
        let [.., white] = *input_of_gray;
        let is_still = [self.brightness, self.contrast, self.gamma] == [0.0; 3];
        if is_still || white <= 0.0 {
            return *input_of_gray;
        }
        let power = (1.0 + self.gamma).powf(gamma);
        input_of_gray.map(|value| {
            let gray = (value / white).powf(power);
            let gray = (gray - 0.5) * (1.0 + contrast * self.contrast) + 0.5;
            (gray + brightness * self.brightness).clamp(0.0, 1.0) * white
        })
    }
}

/// Where in the film the pixels of the changed one come from.
struct InverseMap {
    shift: [f32; 2],
    angle: f32,
    shear: f32,
    zoom: f32,
    mirrored: bool,
}

impl InverseMap {
    fn is_identity(&self) -> bool {
        self.shift == [0.0; 2]
            && self.angle == 0.0
            && self.shear == 0.0
            && self.zoom == 1.0
            && !self.mirrored
    }

    /// Rows for x and y: times x, times y, plus; about the middle.
    fn matrix(&self) -> [[f32; 3]; 2] {
        let (sin, cos) = self.angle.sin_cos();
        let (scale, sheared) = (1.0 / self.zoom, self.shear.tan());
        let mirror = if self.mirrored { -1.0 } else { 1.0 };
        let x = [cos * scale, (cos * sheared - sin) * scale];
        let y = [sin * scale, (sin * sheared + cos) * scale];
        [
            [mirror * x[0], mirror * x[1], self.shift[0]],
            [y[0], y[1], self.shift[1]],
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIDE: usize = 16;

    fn input_of_gray() -> [f32; 256] {
        std::array::from_fn(|gray| gray as f32 / 255.0)
    }

    fn grays() -> Vec<u8> {
        (0..SIDE * SIDE).map(|i| (i * 37 % 251) as u8).collect()
    }

    fn applied(augmentation: &Augmentation, seed: u64) -> Vec<f32> {
        let mut film = vec![0.0; SIDE * SIDE];
        let mut random = SeededRandom::new(seed);
        augmentation.apply(&grays(), SIDE, &input_of_gray(), &mut random, &mut film);
        film
    }

    #[test]
    fn none_leaves_every_bit_alone() {
        let plain: Vec<f32> = grays().iter().map(|&g| f32::from(g) / 255.0).collect();
        assert_eq!(applied(&Augmentation::NONE, 3), plain);
    }

    #[test]
    fn the_same_seed_gives_the_same_film_and_another_seed_another() {
        let augmentation = Augmentation::default();
        assert_eq!(applied(&augmentation, 3), applied(&augmentation, 3));
        assert_ne!(applied(&augmentation, 3), applied(&augmentation, 4));
    }

    #[test]
    fn values_stay_between_black_and_white() {
        let wild = Augmentation {
            shift: 0.5,
            rotation_degrees: 180.0,
            zoom: 0.5,
            shear_degrees: 45.0,
            brightness: 1.0,
            contrast: 1.0,
            gamma: 2.0,
            horizontal_flip: true,
        };
        for seed in 0..50 {
            let film = applied(&wild, seed);
            assert!(
                film.iter().all(|value| (0.0..=1.0).contains(value)),
                "{seed}"
            );
        }
    }

    #[test]
    fn a_mirror_image_swaps_the_sides() {
        let mirror = Augmentation {
            horizontal_flip: true,
            ..Augmentation::NONE
        };
        let plain = applied(&Augmentation::NONE, 0);
        let mirrored: Vec<f32> = plain
            .chunks(SIDE)
            .flat_map(|row| row.iter().rev().copied())
            .collect();
        let films: Vec<_> = (0..20).map(|seed| applied(&mirror, seed)).collect();
        let n_mirrored = films.iter().filter(|&film| *film == mirrored).count();
        let n_plain = films.iter().filter(|&film| *film == plain).count();
        assert_eq!(n_mirrored + n_plain, films.len());
        assert!(n_mirrored > 2 && n_plain > 2, "{n_mirrored} {n_plain}");
    }

    #[test]
    fn a_rotated_disc_stays_where_it_is() {
        let disc: Vec<u8> = (0..SIDE * SIDE)
            .map(|i| {
                let (x, y) = ((i % SIDE) as f32 - 7.5, (i / SIDE) as f32 - 7.5);
                if x.hypot(y) < 5.0 { 255 } else { 0 }
            })
            .collect();
        let turn = Augmentation {
            rotation_degrees: 180.0,
            ..Augmentation::NONE
        };
        let mut film = vec![0.0; SIDE * SIDE];
        let mut random = SeededRandom::new(5);
        turn.apply(&disc, SIDE, &input_of_gray(), &mut random, &mut film);
        let total: f32 = film.iter().sum();
        let expected = disc.iter().filter(|&&gray| gray > 0).count() as f32;
        assert!(
            (total - expected).abs() < expected * 0.05,
            "{total} {expected}"
        );
    }
}
