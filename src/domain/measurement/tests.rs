use super::*;
use crate::domain::{
    Contrast, Film, FilmInfo, ModalityMap, NamedWindow, Orientation, Pixels, ScreenFromImage, Voi,
    Window,
};

fn point(x: f32, y: f32) -> Point {
    Point { x, y }
}

fn spacing(source: SpacingSource) -> PixelSpacing {
    PixelSpacing {
        row_mm: 0.2,
        column_mm: 0.1,
        source,
    }
}

/// Numbers below 1 that look random, the same in each run.
fn random(state: &mut u64) -> f32 {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1);
    (*state >> 40) as f32 / (1_u64 << 24) as f32
}

#[test]
fn lengths_are_in_pixels_unless_the_file_knows_better() {
    let length = Measurement::Length([point(10.0, 10.0), point(40.0, 50.0)]);
    assert_eq!(length.text(None), "50 px");
    // 30 columns of 0.1 mm and 40 rows of 0.2 mm.
    let expected = (3.0_f64 * 3.0 + 8.0 * 8.0).sqrt();
    let text = length.text(Some(spacing(SpacingSource::PixelSpacing)));
    assert_eq!(text, format!("{expected:.1} mm (Pixel Spacing)"));
    let text = length.text(Some(spacing(SpacingSource::ImagerPixelSpacing)));
    assert!(text.ends_with("mm at the detector"), "{text}");
}

#[test]
fn an_angle_is_taken_at_the_second_place() {
    let angle = |a, vertex, b| Measurement::Angle([a, vertex, b]).text(None);
    let vertex = point(5.0, 5.0);
    assert_eq!(angle(point(9.0, 5.0), vertex, point(5.0, 1.0)), "90.0°");
    assert_eq!(angle(point(9.0, 5.0), vertex, point(1.0, 5.0)), "180.0°");
    assert_eq!(angle(point(9.0, 5.0), vertex, point(9.0, 9.0)), "45.0°");
    assert_eq!(angle(vertex, vertex, point(9.0, 9.0)), "n/a");
}

#[test]
fn angles_on_pixels_that_are_not_square_are_those_of_the_body() {
    let angle = Measurement::Angle([point(10.0, 0.0), point(0.0, 0.0), point(10.0, 10.0)]);
    let expected = 2.0_f64.atan().to_degrees();
    let text = angle.text(Some(spacing(SpacingSource::PixelSpacing)));
    assert_eq!(text, format!("{expected:.1}°"));
}

#[test]
fn a_ratio_needs_no_spacing_and_names_both_lengths_where_there_is_one() {
    let ratio = Measurement::Ratio([
        point(40.0, 50.0),
        point(88.0, 50.0),
        point(10.0, 70.0),
        point(110.0, 70.0),
    ]);
    assert_eq!(ratio.text(None), "CTR 0.48");
    let text = ratio.text(Some(spacing(SpacingSource::ImagerPixelSpacing)));
    assert_eq!(
        text,
        "CTR 0.48\nheart 4.8 mm, chest 10.0 mm at the detector"
    );
    let no_chest = Measurement::Ratio([point(1.0, 1.0); 4]);
    assert_eq!(no_chest.text(None), "CTR n/a");
}

#[test]
fn a_ratio_is_the_same_however_the_film_is_turned_zoomed_and_spaced() {
    let film = Size {
        width: 300.0,
        height: 200.0,
    };
    let mut state = 7;
    for _ in 0..200 {
        let mut place = || point(300.0 * random(&mut state), 200.0 * random(&mut state));
        let places = [place(), place(), place(), place()];
        let expected = cardiothoracic_ratio(places, None).unwrap();
        let square = PixelSpacing {
            row_mm: 0.3,
            column_mm: 0.3,
            source: SpacingSource::PixelSpacing,
        };
        let spaced = cardiothoracic_ratio(places, Some(square)).unwrap();
        assert!((spaced / expected - 1.0).abs() < 1e-9);
        for turns in 0..4 {
            let turned = Orientation::default().turned(turns);
            for orientation in [turned, turned.flipped_horizontally()] {
                let view = ScreenFromImage {
                    zoom: 0.1 + 3.0 * random(&mut state),
                    origin: point(-20.0, 9.0),
                };
                let shown = places.map(|p| view.apply(orientation.shown_from_image(p, film)));
                let ratio = cardiothoracic_ratio(shown, None).unwrap();
                // Positions on screen are of 24 bits.
                assert!((ratio / expected - 1.0).abs() < 1e-3, "{ratio} {expected}");
            }
        }
    }
}

#[test]
fn a_measurement_that_is_moved_keeps_its_form_and_stays_on_the_film() {
    let film = Size {
        width: 300.0,
        height: 200.0,
    };
    let mut state = 3;
    for _ in 0..500 {
        let ends = [(); 2].map(|()| point(300.0 * random(&mut state), 200.0 * random(&mut state)));
        let by = point(
            900.0 * (random(&mut state) - 0.5),
            900.0 * (random(&mut state) - 0.5),
        );
        let moved = Measurement::Length(ends).moved(by, film);
        let [from, to] = *moved.points() else {
            panic!("{moved:?}");
        };
        let (before, after) = (
            separation(ends[0], ends[1], None),
            separation(from, to, None),
        );
        assert!((before - after).abs() < 1e-3, "{before} {after}");
        for place in [from, to] {
            assert!((-1e-3..=300.001).contains(&place.x) && (-1e-3..=200.001).contains(&place.y));
        }
    }
}

#[test]
fn every_handle_moves_what_it_is_at_and_nothing_else() {
    let pos = point(77.0, 66.0);
    for kind in MeasurementKind::ALL {
        let points: Vec<Point> = (0..kind.n_points())
            .map(|n| point(10.0 + 20.0 * n as f32, 15.0 + 7.0 * n as f32))
            .collect();
        let measurement = Measurement::new(kind, &points, "x".to_owned()).unwrap();
        assert_eq!((measurement.kind(), measurement.points()), (kind, &*points));
        for handle in 0..measurement.handles().len() {
            let moved = measurement.clone().with_handle(handle, pos);
            assert_eq!(moved.handles()[handle], pos, "{kind:?}");
            assert_eq!(moved.words(), measurement.words());
            // The corner across stays.
            if kind == MeasurementKind::Rectangle {
                let across = (handle + 2) % 4;
                assert_eq!(moved.handles()[across], measurement.handles()[across]);
            }
        }
        assert_eq!(MeasurementKind::from_key(kind.key()), Some(kind));
        let too_many = [&points[..], &[pos]].concat();
        assert_eq!(Measurement::new(kind, &too_many, String::new()), None);
        let infinite = vec![point(f32::NAN, 1.0); kind.n_points()];
        assert_eq!(Measurement::new(kind, &infinite, String::new()), None);
    }
}

fn film(modality: ModalityMap, offset: i32) -> Film {
    let mut state = 11;
    let values = (0..40 * 30).map(|_| (random(&mut state) * 4095.0) as u16);
    Film {
        path: "film.dcm".into(),
        info: FilmInfo::default(),
        pixels: Pixels::new(40, 30, values.collect(), offset).unwrap(),
        modality,
        default_window: NamedWindow {
            name: "Full range".to_owned(),
            voi: Voi::Window(Window::spanning(0.0, 4095.0)),
        },
        other_windows: vec![],
        inverted: false,
        steps: vec![],
        warnings: vec![],
        doubts: vec![],
        contrast: Contrast::File,
    }
}

/// Pixel by pixel, whose center is asked for.
fn by_a_plain_loop(film: &Film, [a, b]: [Point; 2], value_of: impl Fn(i32) -> f64) -> Vec<f64> {
    let between = |pos: f32, a: f32, b: f32| a.min(b) <= pos && pos < a.max(b);
    let mut values = Vec::new();
    for row in 0..30 {
        for column in 0..40 {
            if between(column as f32 + 0.5, a.x, b.x) && between(row as f32 + 0.5, a.y, b.y) {
                let value = i32::from(film.pixels.values()[row * 40 + column]);
                values.push(value_of(value + film.pixels.offset()));
            }
        }
    }
    values
}

fn check(stats: GrayStats, values: &[f64]) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values
        .iter()
        .map(|value| (value - mean).powi(2))
        .sum::<f64>()
        / n;
    let min = values.iter().copied().fold(f64::INFINITY, f64::min);
    let max = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    for (got, expected) in [
        (stats.mean, mean),
        (stats.deviation, variance.sqrt()),
        (stats.min, min),
        (stats.max, max),
    ] {
        assert!((got - expected).abs() < 1e-6, "{got} {expected}");
    }
}

#[test]
fn gray_values_of_a_rectangle_are_those_of_a_plain_loop() {
    let table = ModalityMap::Table {
        first: 100,
        entries: (0..3000).map(|n: u16| n.wrapping_mul(7) % 5000).collect(),
    };
    let linear = ModalityMap::Linear {
        slope: -0.5,
        intercept: 1024.0,
    };
    let films = [
        film(ModalityMap::IDENTITY, 0),
        film(linear, -32_768),
        film(table, 0),
    ];
    let mut state = 5;
    for film in &films {
        for n in 0..100 {
            let mut place = || {
                let x = 44.0 * random(&mut state) - 2.0;
                point(x, 34.0 * random(&mut state) - 2.0)
            };
            let mut corners = [place(), place()];
            if n % 3 == 0 {
                // On the edges and centers of pixels.
                corners =
                    corners.map(|p| point((p.x * 2.0).round() / 2.0, (p.y * 2.0).round() / 2.0));
            }
            let stored = by_a_plain_loop(film, corners, f64::from);
            let Some(stats) = RegionStats::of(film, corners) else {
                assert!(stored.is_empty());
                continue;
            };
            assert_eq!(stats.n_pixels, stored.len() as u64);
            check(stats.stored, &stored);
            let rescaled = film.modality != ModalityMap::IDENTITY;
            assert_eq!(stats.modality.is_some(), rescaled);
            if let Some(modality) = stats.modality {
                let values = by_a_plain_loop(film, corners, |stored| film.modality.apply(stored));
                check(modality, &values);
            }
            assert_eq!(stats.text().contains("modality"), rescaled);
        }
    }
}
