//! Where the network looked in one film: maps as numbers and as pictures.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use serde::Serialize;

use super::output::JsonInput;
use super::progress::{INTERRUPTED, ProgressLine};
use super::{DeviceArgs, InfoFormat, device_for_command, open_model, output};
use crate::dataset::{FindingBox, boxes_of_film};
use crate::domain::{NOTICE, PerFinding, Threshold};
use crate::explain::{
    CamMethod, MAP_THRESHOLD, MapCurves, MapMethod, Overlap, OverlayStyle, map_curves,
    occlusion_maps, outside_text,
};
use crate::export::{ExportFolder, FilmExport, Pictures, export_maps};
use crate::files::path_text;
use crate::film::{self, ScoredFilm};
use crate::model::Classifier;
use crate::work::{Canceled, Watch};

#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A film
    film: PathBuf,
    /// Findings to explain; default: those above threshold, or the highest if there is none
    #[arg(long, value_name = "LABEL")]
    finding: Vec<String>,
    /// How maps are made: hires-cam (exact), grad-cam, grad-cam-4x4, guided, guided-4x4, occlusion
    /// (256 forward passes), or all
    #[arg(long, value_name = "METHOD", default_value = MapMethod::default().key())]
    method: Methods,
    /// Folder for a picture of each map over the film, created if missing
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Replaces files of that folder, but never a film
    #[arg(long, requires = "out")]
    overwrite: bool,
    /// Also measures the areas under the deletion and insertion curves of each map
    #[arg(long)]
    curves: bool,
    /// Model file or Keras weights; default: the built-in model
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Output format
    #[arg(long, value_enum, default_value_t = InfoFormat::Text)]
    format: InfoFormat,
    #[command(flatten)]
    device: DeviceArgs,
}

/// One method, or all.
#[derive(Clone, Debug)]
struct Methods(Vec<MapMethod>);

impl FromStr for Methods {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "all" {
            return Ok(Self(MapMethod::ALL.to_vec()));
        }
        let one = text.parse::<MapMethod>();
        one.map(|method| Self(vec![method]))
            .map_err(|error| format!("{error}, or all"))
    }
}

/// The whole answer; a contract with scripts.
#[derive(Serialize)]
struct Explained<'a> {
    path: String,
    model: &'a str,
    input: JsonInput,
    default_method: &'static str,
    map_threshold: f32,
    findings: BTreeMap<String, ExplainedFinding>,
    /// By method and finding.
    maps: BTreeMap<&'static str, BTreeMap<String, ExplainedMap>>,
    files: Vec<String>,
    notice: &'static str,
}

#[derive(Serialize)]
struct ExplainedFinding {
    score: f32,
    threshold: f64,
    above: bool,
}

/// One map, as it is: nothing of it is smoothed.
#[derive(Serialize)]
struct ExplainedMap {
    side: usize,
    /// Row by row from the top left.
    values: Vec<f32>,
    max: f32,
    /// Parts of width and height; null without positive evidence.
    maximum_at: Option<[f32; 2]>,
    /// Null without positive evidence, or where no body was found.
    outside_body: Option<f64>,
    /// Against radiologists' boxes of the film, where a list above it has one of this finding.
    #[serde(rename = "box")]
    overlap: Option<ExplainedBox>,
    #[serde(skip_serializing_if = "Option::is_none")]
    curves: Option<ExplainedCurves>,
}

#[derive(Serialize)]
struct ExplainedBox {
    hit: bool,
    iou: f64,
}

#[derive(Serialize)]
struct ExplainedCurves {
    deletion: f64,
    insertion: f64,
}

/// Explains one film; pictures are written after all is computed.
pub fn run(args: &ExplainArgs) -> anyhow::Result<ExitCode> {
    let device = device_for_command(args.device)?;
    let classifier = open_model(args.model.as_ref(), &device)?;
    for label in &args.finding {
        anyhow::ensure!(
            classifier.card().labels.position(label).is_some(),
            "expected a label of the model after --finding, got {label:?}"
        );
    }
    let line = ProgressLine::new("{bar:30} {pos}/{len} {msg}, {eta} left")?;
    let scored = maps_of(args, &classifier, &line);
    let thresholds = classifier.card().thresholds();
    let work = Work {
        args,
        classifier: &classifier,
        thresholds: &thresholds,
    };
    let explained = scored.and_then(|scored| work.explained(&scored, &line));
    line.bar.finish_and_clear();
    let explained = match explained {
        Err(error) if Canceled::caused(error.as_ref()) => return Ok(ExitCode::from(INTERRUPTED)),
        other => other?,
    };
    output::answer(&match args.format {
        InfoFormat::Json => serde_json::to_string_pretty(&explained)? + "\n",
        InfoFormat::Text => text(&explained),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// The film scored once, with the maps of each method that was asked for.
fn maps_of(
    args: &ExplainArgs,
    classifier: &Classifier,
    watch: &dyn Watch,
) -> anyhow::Result<Vec<ScoredFilm>> {
    let opened = Arc::new(film::open(&args.film)?);
    let scored = film::score(&opened, classifier, CamMethod::default())?;
    let with = |method: &MapMethod| {
        Ok(match *method {
            MapMethod::Cam(method) => scored.with_method(classifier, method),
            MapMethod::Occlusion => {
                scored.with_occlusion(occlusion_maps(classifier, &scored.inference, watch)?)
            }
        })
    };
    args.method.0.iter().map(with).collect()
}

struct Work<'a> {
    args: &'a ExplainArgs,
    classifier: &'a Classifier,
    thresholds: &'a PerFinding<Threshold>,
}

impl Work<'_> {
    fn explained(&self, scored: &[ScoredFilm], watch: &dyn Watch) -> anyhow::Result<Explained<'_>> {
        let first = scored.first().context("no method was asked for")?;
        let export = FilmExport::new(first, self.classifier, self.thresholds);
        let findings = export.findings_to_draw(&self.args.finding);
        let boxes = boxes_of_film(&self.args.film);
        let mut maps = BTreeMap::new();
        for film in scored {
            let mut of_method = BTreeMap::new();
            for &finding_idx in &findings {
                if let Some((name, map)) = self.map(film, finding_idx, &boxes, watch)? {
                    of_method.insert(name, map);
                }
            }
            maps.insert(film.method.key(), of_method);
        }
        let of_finding = |&finding_idx: &usize| {
            let score = *export.scores.get(finding_idx)?;
            let found = ExplainedFinding {
                score: score.get(),
                threshold: self.thresholds.get(finding_idx)?.value(),
                above: export.is_above(finding_idx),
            };
            Some((export.scores.labels().get(finding_idx)?.to_owned(), found))
        };
        let files = match &self.args.out {
            Some(folder) => self.write(scored, &findings, folder)?,
            None => Vec::new(),
        };
        Ok(Explained {
            path: path_text(&self.args.film).into_owned(),
            model: self.classifier.id(),
            input: JsonInput::of(&first.opened.concerns),
            default_method: MapMethod::default().key(),
            map_threshold: MAP_THRESHOLD,
            findings: findings.iter().filter_map(of_finding).collect(),
            maps,
            files: files
                .iter()
                .map(|file| path_text(file).into_owned())
                .collect(),
            notice: NOTICE,
        })
    }

    /// The label of a finding, and its map.
    fn map(
        &self,
        film: &ScoredFilm,
        finding_idx: usize,
        boxes: &[FindingBox],
        watch: &dyn Watch,
    ) -> anyhow::Result<Option<(String, ExplainedMap)>> {
        let name = film.maps.labels().get(finding_idx);
        let Some((name, map)) = name.zip(film.maps.get(finding_idx)) else {
            return Ok(None);
        };
        let boxes = boxes.iter().filter(|found| found.finding.name() == name);
        let boxes: Vec<&FindingBox> = boxes.collect();
        let overlap = (!boxes.is_empty()).then(|| Overlap::of(map, &boxes, MAP_THRESHOLD));
        let curves = self.args.curves.then(|| {
            let inference = &film.inference;
            map_curves(self.classifier, inference, finding_idx, map, watch)
        });
        let of_curves = |curves: MapCurves| ExplainedCurves {
            deletion: curves.deletion,
            insertion: curves.insertion,
        };
        let explained = ExplainedMap {
            side: map.side(),
            values: map.values().to_vec(),
            max: map.max(),
            maximum_at: map.maximum_at(),
            outside_body: film.outside.get(finding_idx).copied().flatten(),
            overlap: overlap.map(|Overlap { hit, iou }| ExplainedBox { hit, iou }),
            curves: curves.transpose()?.map(of_curves),
        };
        Ok(Some((name.to_owned(), explained)))
    }

    fn write(
        &self,
        scored: &[ScoredFilm],
        findings: &[usize],
        folder: &Path,
    ) -> anyhow::Result<Vec<PathBuf>> {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot create the folder {}", folder.display()))?;
        let maps = scored.iter().map(|film| {
            let export = FilmExport::new(film, self.classifier, self.thresholds);
            let drawn = Pictures {
                scored: film,
                maps: Some(OverlayStyle::default()),
                measurements: &[],
                findings,
            };
            (export, drawn)
        });
        let mut folder = ExportFolder::new(folder, self.args.overwrite);
        Ok(export_maps(&maps.collect::<Vec<_>>(), &mut folder)?)
    }
}

fn text(explained: &Explained<'_>) -> String {
    let path = output::printable(&explained.path).into_owned();
    let mut text = format!("{path}\n  input {}\n", explained.input.level);
    for reason in &explained.input.reasons {
        text += &format!("    {}\n", output::printable(reason));
    }
    for (name, finding) in &explained.findings {
        let side = if finding.above { "above" } else { "below" };
        let (score, threshold) = (finding.score, finding.threshold);
        text += &format!("  {name}  score {score:.4}  threshold {threshold:.4}  {side}\n");
        for method in MapMethod::ALL {
            let of_method = explained.maps.get(method.key());
            if let Some(map) = of_method.and_then(|maps| maps.get(name)) {
                text += &format!("    {}: {}\n", method.name(), map_text(map));
            }
        }
    }
    for file in &explained.files {
        text += &format!("  {}\n", output::printable(file));
    }
    text + &format!("Model {}\n{NOTICE}\n", explained.model)
}

fn map_text(map: &ExplainedMap) -> String {
    let Some([x, y]) = map.maximum_at else {
        return "no positive evidence".to_owned();
    };
    let mut parts = vec![
        format!("maximum at {:.0} %, {:.0} %", x * 100.0, y * 100.0),
        outside_text(map.outside_body),
    ];
    if let Some(ExplainedBox { hit, iou }) = &map.overlap {
        let hit = if *hit { "hit" } else { "miss" };
        parts.push(format!("box: {hit}, IoU {iou:.2}"));
    }
    if let Some(curves) = &map.curves {
        let (deletion, insertion) = (curves.deletion, curves.insertion);
        parts.push(format!("deletion {deletion:.3}, insertion {insertion:.3}"));
    }
    parts.join("; ")
}
