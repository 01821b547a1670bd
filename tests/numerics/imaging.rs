//! From film files to network input: real DICOM files, and resizing against PIL and `OpenCV`.

use std::fs;
use std::path::{Path, PathBuf};

use safetensors::SafeTensors;
use thorax::domain::{Film, Voi, Window};
use thorax::film::{OpenedFilm, infer};
use thorax::imaging::{
    Concerns, GrayPicture, Interpolation, Polarity, Preprocessing, film_from_bytes, model_input,
    read_film,
};
use thorax::model::{Classifier, ComputeDevice, ModelSource};

use crate::films;
use crate::reference::inputs;

fn dicom(folder: &Path, name: &str) -> Film {
    read_film(&folder.join("dicom").join(name)).unwrap()
}

fn warns_of(film: &Film, word: &str) -> bool {
    let concerns = Concerns::of(film, &GrayPicture::of_film(film));
    let mut concerns = concerns.all().iter();
    concerns.any(|concern| concern.text.contains(word))
}

fn mean_difference(a: &[u8], b: &[u8]) -> f64 {
    assert_eq!(a.len(), b.len());
    let sum: u64 = a
        .iter()
        .zip(b)
        .map(|(a, b)| u64::from(a.abs_diff(*b)))
        .sum();
    sum as f64 / a.len() as f64
}

#[test]
fn uncompressed_dx_films_are_read() {
    let Some(folder) = films::folder("uncompressed_dx_films_are_read") else {
        return;
    };
    let film = dicom(&folder, "nih_dx_1.dcm");
    assert_eq!(
        (film.pixels.width_px(), film.pixels.height_px()),
        (1024, 1024)
    );
    assert_eq!(film.info.format, "DICOM, uncompressed");
    assert_eq!(film.info.modality.as_deref(), Some("DX"));
    assert_eq!(film.info.patient_id.as_deref(), Some("2"));
    assert_eq!(film.info.spacing, None);
    assert!(!film.inverted);
    assert_eq!(film.warnings, Vec::<String>::new());
}

#[test]
fn ribs_are_warned_of_and_ct_is_shown_but_not_scored() {
    let Some(folder) = films::folder("ribs_are_warned_of_and_ct_is_shown_but_not_scored") else {
        return;
    };
    assert!(warns_of(&dicom(&folder, "nih_dx_4.dcm"), "RIBCAGE"));
    let ct = dicom(&folder, "nih_dx_5.dcm");
    assert!(warns_of(&ct, "Modality is CT"));
    assert!(Concerns::of(&ct, &GrayPicture::of_film(&ct)).is_refused());
}

#[test]
fn a_15_bit_monochrome1_chest_is_inverted_once() {
    let Some(folder) = films::folder("a_15_bit_monochrome1_chest_is_inverted_once") else {
        return;
    };
    let film = dicom(&folder, "RG1_J2KI.dcm");
    assert_eq!(
        (film.pixels.width_px(), film.pixels.height_px()),
        (1841, 1955)
    );
    assert_eq!(film.info.format, "DICOM, JPEG 2000");
    assert_eq!(film.info.bits, 15);
    assert!(film.inverted);
    assert!(Polarity::of_film(&film).correlation() > 0.35);
    assert!(
        warns_of(&film, "Pixel Spacing is ignored"),
        "{:?}",
        film.warnings
    );
    assert!(!warns_of(&film, "MONOCHROME1"));
}

#[test]
fn a_film_that_wrongly_claims_monochrome1_is_shown_like_its_twin() {
    let Some(folder) = films::folder("a_film_that_wrongly_claims_monochrome1") else {
        return;
    };
    let twin = dicom(&folder, "cr_jpeg_baseline.dcm");
    let film = dicom(&folder, "cr_false_monochrome1.dcm");
    assert!(warns_of(&film, "MONOCHROME1"), "{:?}", film.warnings);
    assert!(!warns_of(&twin, "MONOCHROME1") && !warns_of(&twin, "inverted"));
    assert_eq!(film.gray_8bit(), twin.gray_8bit());
    let spacing = film.info.spacing.unwrap();
    assert_eq!((spacing.row_mm, spacing.column_mm), (0.168, 0.168));
}

#[test]
fn one_leg_in_four_codings_gives_one_picture() {
    let Some(folder) = films::folder("one_leg_in_four_codings_gives_one_picture") else {
        return;
    };
    let reference = dicom(&folder, "RG3_RLE.dcm");
    assert_eq!(
        (reference.pixels.width_px(), reference.pixels.height_px()),
        (1760, 1760)
    );
    assert!(reference.inverted);
    assert!(warns_of(&reference, "EXTREMITY"));
    assert_eq!(reference.info.laterality.as_deref(), Some("R"));
    for name in ["RG3_J2KR.dcm", "RG3_JPLL.dcm"] {
        assert!(dicom(&folder, name).pixels == reference.pixels, "{name}");
    }
    // Lossy: close, not equal.
    let lossy = dicom(&folder, "RG3_JPLY.dcm");
    let difference = mean_difference(&lossy.gray_8bit(), &reference.gray_8bit());
    assert!(difference < 2.0, "mean difference {difference}");
}

#[test]
fn jpeg_ls_gives_the_pixels_of_the_lossless_codings() {
    let Some(folder) = films::folder("jpeg_ls_gives_the_pixels") else {
        return;
    };
    let reference = dicom(&folder, "RG3_RLE.dcm");
    assert!(dicom(&folder, "RG3_JLSL.dcm").pixels == reference.pixels);
}

#[test]
fn originals_in_color_or_with_alpha_are_films_all_the_same() {
    let Some(folder) = films::folder("originals_in_color_or_with_alpha") else {
        return;
    };
    let mut n_films = 0;
    for entry in fs::read_dir(folder.join("originals")).unwrap() {
        let film = read_film(&entry.unwrap().path()).unwrap();
        assert_eq!(
            (film.pixels.width_px(), film.pixels.height_px()),
            (1024, 1024)
        );
        assert!(!warns_of(&film, "inverted"), "{}", film.path.display());
        n_films += 1;
    }
    assert_eq!(n_films, 24);
}

#[test]
fn truncated_and_damaged_dicom_files_are_no_panic() {
    let Some(folder) = films::folder("truncated_and_damaged_dicom_files_are_no_panic") else {
        return;
    };
    // A small multiplier of MMIX; any will do, as long as it is the same every time.
    let mut state = 42_u64;
    let mut random = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for entry in fs::read_dir(folder.join("dicom")).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        let lengths = (0..3000)
            .step_by(61)
            .chain((1..12).map(|n| bytes.len() * n / 12));
        let whole = film_from_bytes(&bytes, &path).unwrap();
        for length in lengths.chain([bytes.len() - 1, bytes.len() - 9]) {
            // The last 9 bytes may be padding and the mark at the end of compressed pixels, which are
            // whole without.
            if let Ok(film) = film_from_bytes(&bytes[..length], &path) {
                assert!(
                    length + 9 >= bytes.len(),
                    "{length} bytes of {}",
                    path.display()
                );
                assert_eq!(
                    film.pixels.values(),
                    whole.pixels.values(),
                    "{}",
                    path.display()
                );
            }
        }
        for round in 0..9 {
            let mut damaged = bytes.clone();
            let reach = if round % 3 == 0 {
                bytes.len()
            } else {
                2500.min(bytes.len())
            };
            for _ in 0..=random(4) {
                damaged[random(reach)] = random(256) as u8;
            }
            drop(film_from_bytes(&damaged, &path));
        }
    }
}

/// The six films behind the vectors that Keras made.
const KERAS_FILMS: [&str; 6] = [
    "00000087_000.png",
    "00011402_007.png",
    "00011322_006.png",
    "00020171_000.png",
    "00003672_002.png",
    "00001373_039.png",
];

#[test]
fn inputs_equal_those_of_pil_and_opencv() {
    let Some(folder) = films::folder("inputs_equal_those_of_pil_and_opencv") else {
        return;
    };
    for (interpolation, tensor) in [
        (Interpolation::Nearest, "input_nearest"),
        (Interpolation::Bilinear, "input_bilinear"),
    ] {
        let preprocessing = Preprocessing::new(128, interpolation, 1.0 / 255.0).unwrap();
        let expected = inputs(tensor).unwrap();
        assert_eq!(expected.len(), KERAS_FILMS.len());
        for (name, expected) in KERAS_FILMS.iter().zip(expected) {
            let film = read_film(&folder.join("nih/images").join(name)).unwrap();
            let found = model_input(&GrayPicture::of_film(&film), &preprocessing);
            assert!(found == expected, "{tensor} of {name}");
        }
    }
}

#[test]
fn no_display_setting_reaches_the_input() {
    let Some(folder) = films::folder("no_display_setting_reaches_the_input") else {
        return;
    };
    let film = dicom(&folder, "RG1_J2KI.dcm");
    let before = model_input(&GrayPicture::of_film(&film), &Preprocessing::NOTEBOOK);
    // A display looks at the film through another window; the film itself does not change.
    let auto = Voi::Window(thorax::imaging::GrayCounts::of(&film).auto());
    assert_ne!(
        film.gray_table(&auto),
        film.gray_table(&film.default_window.voi)
    );
    assert_eq!(
        model_input(&GrayPicture::of_film(&film), &Preprocessing::NOTEBOOK),
        before
    );
}

fn check_resize(interpolation: Interpolation, key: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/resize");
    let bytes = fs::read(folder.join("resize.safetensors")).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let mut n_checked = 0;
    for name in ["smooth", "noise"] {
        let source = tensors.tensor(name).unwrap();
        let source = GrayPicture::new(122, 94, source.data().to_vec()).unwrap();
        for (full_name, expected) in tensors.tensors() {
            if !full_name.starts_with(name) || !full_name.ends_with(key) {
                continue;
            }
            let [height, width] = *expected.shape() else {
                panic!("{full_name}")
            };
            let found = source.resized(width, height, interpolation);
            let differences = found
                .values()
                .iter()
                .zip(expected.data())
                .map(|(a, b)| a.abs_diff(*b));
            let (worst, at) = differences.zip(0..).max().unwrap();
            assert!(
                worst == 0,
                "{full_name}: {worst} at {at} of {width} x {height}"
            );
            n_checked += 1;
        }
    }
    assert_eq!(n_checked, 12);
}

#[test]
fn nearest_equals_pil() {
    check_resize(Interpolation::Nearest, "/nearest");
}

#[test]
fn bilinear_equals_opencv() {
    check_resize(Interpolation::Bilinear, "/bilinear");
}

#[test]
fn area_and_lanczos_equal_pil() {
    check_resize(Interpolation::Area, "/area");
    check_resize(Interpolation::Lanczos, "/lanczos");
}

#[test]
fn nih_films_have_dark_air_and_their_negatives_are_caught() {
    let Some(folder) = films::folder("nih_films_have_dark_air") else {
        return;
    };
    let mut paths: Vec<PathBuf> = fs::read_dir(folder.join("nih/images"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let (mut n_films, mut n_false, mut n_caught) = (0, 0, 0);
    for path in &paths {
        let film = read_film(path).unwrap();
        let mut negative = film.clone();
        negative.inverted = !film.inverted;
        n_films += 1;
        n_false += usize::from(Polarity::of_film(&film).is_inverted());
        n_caught += usize::from(Polarity::of_film(&negative).is_inverted());
    }
    assert!(n_films > 2000, "{n_films}");
    assert_eq!(n_false, 0);
    assert!(n_caught * 100 >= n_films * 98, "{n_caught} of {n_films}");
}

/// Films of 8 bits written with 12 of 16 bits, without a window and with two hot pixels: as a 16-bit PNG, and as a
/// DICOM data set in implicit VR without a meta group.
fn at_12_bits(film: &Film) -> [Vec<u8>; 2] {
    let (width, height) = (film.pixels.width_px(), film.pixels.height_px());
    let mut values: Vec<u16> = film
        .pixels
        .values()
        .iter()
        .map(|value| value * 16)
        .collect();
    let middle = values.len() / 2;
    for hot in [middle, middle + width] {
        values[hot] = 65_535;
    }
    let image = image::ImageBuffer::<image::Luma<u16>, _>::from_raw(
        width as u32,
        height as u32,
        values.clone(),
    );
    let mut png = std::io::Cursor::new(vec![]);
    image
        .unwrap()
        .write_to(&mut png, image::ImageFormat::Png)
        .unwrap();
    let mut dicom = vec![];
    let mut put = |group: u16, element: u16, value: &[u8]| {
        dicom.extend(group.to_le_bytes());
        dicom.extend(element.to_le_bytes());
        dicom.extend((value.len() as u32).to_le_bytes());
        dicom.extend(value);
    };
    put(8, 0x60, b"DX");
    let short = |value: usize| (value as u16).to_le_bytes();
    put(0x28, 2, &short(1));
    put(0x28, 4, b"MONOCHROME2 ");
    for (element, value) in [
        (0x10, height),
        (0x11, width),
        (0x100, 16),
        (0x101, 16),
        (0x102, 15),
    ] {
        put(0x28, element, &short(value));
    }
    put(0x28, 0x103, &short(0));
    let pixels: Vec<u8> = values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    put(0x7fe0, 0x10, &pixels);
    [png.into_inner(), dicom]
}

#[test]
fn real_films_of_12_bits_without_a_window_score_as_at_8_bits_whatever_two_hot_pixels_say() {
    let Some(folder) = films::folder("real_films_of_12_bits_without_a_window") else {
        return;
    };
    let classifier = Classifier::open(&ModelSource::Default, &ComputeDevice::cpu()).unwrap();
    let scores = |film: Film| {
        let opened = OpenedFilm::new(film);
        let inference = infer(&opened, &classifier).unwrap();
        let scores = inference.scores.values().iter();
        (
            opened,
            scores.map(|score| score.get()).collect::<Vec<f32>>(),
        )
    };
    let names = fs::read_to_string(folder.join("nih/test_list.txt")).unwrap();
    let mut closeness = [Closeness::default(); 3];
    for name in names.lines().step_by(10).take(30) {
        let path = folder.join("nih/images").join(name);
        let film = read_film(&path).unwrap();
        let copies = at_12_bits(&film);
        // A DICOM film without a window is spread from its least to its largest value.
        let mut spread = film.clone();
        let (min, max) = (
            film.pixels.values().iter().min(),
            film.pixels.values().iter().max(),
        );
        let range = (f64::from(*min.unwrap()), f64::from(*max.unwrap()));
        spread.default_window.voi = Voi::Window(Window::spanning(range.0, range.1));
        let ((_, own), (_, spread)) = (scores(film), scores(spread));
        closeness[2].add(&own, &spread);
        for ((bytes, expected), closeness) in copies.iter().zip([own, spread]).zip(&mut closeness) {
            let (opened, found) = scores(film_from_bytes(bytes, &path).unwrap());
            let doubts = &opened.film.doubts;
            assert!(doubts[0].starts_with("Contrast chosen"));
            assert!(
                !opened.concerns.is_refused(),
                "{name}: {:?}",
                opened.concerns
            );
            closeness.add(&expected, &found);
        }
    }
    let [png, dicom, spreading] = closeness.map(Closeness::mean_and_most);
    eprintln!("PNG {png:?}, DICOM {dicom:?}; by spreading a film over its range {spreading:?}");
    for found in [png, dicom] {
        assert!(
            found.0 < CLOSE_ON_AVERAGE && found.1 < CLOSE_AT_MOST,
            "{found:?}"
        );
    }
}

/// White at 4080 of 4095 darkens a film by 0.4 %, which moves scores so far; spreading it moves them tenfold.
const CLOSE_ON_AVERAGE: f32 = 0.004;
const CLOSE_AT_MOST: f32 = 0.05;

/// How far two ways of scoring the same films are apart.
#[derive(Clone, Copy, Default)]
struct Closeness {
    sum: f32,
    n: f32,
    most: f32,
}

impl Closeness {
    fn add(&mut self, a: &[f32], b: &[f32]) {
        for (a, b) in a.iter().zip(b) {
            self.sum += (a - b).abs();
            self.n += 1.0;
            self.most = self.most.max((a - b).abs());
        }
    }

    fn mean_and_most(self) -> (f32, f32) {
        assert!(self.n > 419.0, "{} scores", self.n);
        (self.sum / self.n, self.most)
    }
}
