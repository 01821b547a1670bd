use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How the maps of one label meet radiologists' boxes, by map method.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MapRecord {
    /// Which films, as text: `validation films`.
    pub measured_on: String,
    /// Share of a map's maximum from which places count for the overlap, in `(0, 1]`.
    pub map_threshold: f64,
    /// By the method's name on the command line, `hires-cam`.
    pub methods: BTreeMap<String, MapFigures>,
}

/// How well maps by one method meet boxes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MapFigures {
    /// Films with a box.
    pub n: usize,
    /// Films whose map maximum is inside a box.
    pub hits: usize,
    /// Mean intersection over union of boxes and the map above its threshold, in `[0, 1]`.
    pub mean_iou: f64,
    /// Mean share of positive evidence outside the body, in `[0, 1]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_outside_body: Option<f64>,
    /// Mean area under the deletion curve, in `[0, 1]`; lower is better.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion: Option<f64>,
    /// Mean area under the insertion curve, in `[0, 1]`; higher is better.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insertion: Option<f64>,
}

impl MapRecord {
    /// `Maximum in the box on 12 of 19 validation films`; `None` where nobody counted for this method.
    pub fn hits_text(&self, method: &str) -> Option<String> {
        let figures = self.methods.get(method)?;
        let MapFigures { n, hits, .. } = figures;
        let on = &self.measured_on;
        Some(format!(
            "Hit {hits} of {n} boxes on {on} (mean IoU {:.2})",
            figures.mean_iou
        ))
    }

    /// Whether every number is one that can have been measured.
    pub(super) fn is_sound(&self) -> bool {
        let is_share = |value: f64| (0.0..=1.0).contains(&value);
        let are_sound = self.methods.values().all(|figures| {
            let others = [
                Some(figures.mean_iou),
                figures.mean_outside_body,
                figures.deletion,
                figures.insertion,
            ];
            figures.hits <= figures.n && others.into_iter().flatten().all(is_share)
        });
        are_sound && is_share(self.map_threshold)
    }
}
