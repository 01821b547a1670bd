//! Measurements as the notes file has them: kind, places in film pixels, and words.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::{Measurement, MeasurementKind, Point};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    kind: String,
    /// Column and row of each place, the center of the first pixel at 0.5, 0.5.
    points: Vec<[f32; 2]>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    words: String,
}

pub fn serialize<S: Serializer>(
    measurements: &[Measurement],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(measurements.iter().map(|measurement| Kept {
        kind: measurement.kind().key().to_owned(),
        points: measurement.points().iter().map(|p| [p.x, p.y]).collect(),
        words: measurement.words().unwrap_or_default().to_owned(),
    }))
}

pub fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<Measurement>, D::Error> {
    let kept = Vec::<Kept>::deserialize(deserializer)?;
    kept.into_iter().map(measurement_of).collect()
}

fn measurement_of<E: serde::de::Error>(kept: Kept) -> Result<Measurement, E> {
    let Some(kind) = MeasurementKind::from_key(&kept.kind) else {
        let kinds = MeasurementKind::ALL.map(MeasurementKind::key).join(", ");
        return Err(E::custom(format!("expected {kinds}, got {}", kept.kind)));
    };
    let points: Vec<Point> = kept.points.iter().map(|&[x, y]| Point { x, y }).collect();
    Measurement::new(kind, &points, kept.words).ok_or_else(|| {
        let (n_expected, n_points) = (kind.n_points(), points.len());
        let key = kind.key();
        E::custom(format!(
            "expected {n_expected} places of {key}, all finite, got {n_points}"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct File(#[serde(with = "super")] Vec<Measurement>);

    #[test]
    fn every_measurement_comes_back_to_the_bit() {
        let points = [[0.1, 7.0], [1.0 / 3.0, 2e3], [5.5, 1e-3], [9.0, 4.25]];
        let points = points.map(|[x, y]| Point { x, y });
        let measurements = MeasurementKind::ALL.map(|kind| {
            let points = &points[..kind.n_points()];
            Measurement::new(kind, points, "nodule, ∅ 8".to_owned()).unwrap()
        });
        let file = File(measurements.to_vec());
        let text = serde_json::to_string(&file).unwrap();
        assert_eq!(serde_json::from_str::<File>(&text).unwrap(), file);
    }

    #[test]
    fn what_is_no_measurement_is_an_error_that_says_why() {
        for (text, why) in [
            (r#"[{"kind": "volume", "points": []}]"#, "got volume"),
            (
                r#"[{"kind": "length", "points": [[1, 2]]}]"#,
                "expected 2 places of length, all finite, got 1",
            ),
            (
                r#"[{"kind": "text", "points": [[1e300, 2]]}]"#,
                "out of range",
            ),
        ] {
            let error = serde_json::from_str::<File>(text).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
    }
}
