use std::fs;
use std::path::Path;

use super::plots::label_plots;
use super::{EvaluateError, Evaluation, Written};
use crate::drawing::svg_png;
use crate::files::{Existing, write_file};
use crate::imaging::own_png;
use crate::model::ModelCard;

/// Pixels of a picture for each of the drawing.
pub(super) const SCALE: f32 = 3.0;

/// Writes every plot of every label as SVG and as PNG into a folder, made if need be; how many
/// plots there are. Nothing is written if one file that is to be kept is in the way.
pub fn save_plots(
    evaluation: &Evaluation,
    model: Option<&ModelCard>,
    written: &Written,
    folder: &Path,
    existing: Existing,
) -> Result<usize, EvaluateError> {
    let failed = |path: &Path, source| EvaluateError::Write {
        path: path.to_owned(),
        source,
    };
    let write = |path: &Path, bytes: &[u8]| {
        write_file(path, bytes, existing).map_err(|source| failed(path, source))
    };
    let path_of = |label: &str, plot: &str| {
        let kept = |c: char| if c.is_alphanumeric() { c } else { '_' };
        let label: String = label.chars().map(kept).collect();
        folder.join(format!("{label}.{plot}.svg"))
    };
    fs::create_dir_all(folder).map_err(|source| failed(folder, source))?;
    let columns = || evaluation.set.columns.iter().enumerate();
    for (label_idx, column) in columns() {
        for plot in label_plots(evaluation, label_idx, model, written) {
            let svg = path_of(&column.name, plot.name);
            for path in [svg.with_extension("png"), svg] {
                existing
                    .check(&path)
                    .map_err(|source| failed(&path, source))?;
            }
        }
    }
    let mut n_plots = 0;
    for (label_idx, column) in columns() {
        for plot in label_plots(evaluation, label_idx, model, written) {
            let path = path_of(&column.name, plot.name);
            write(&path, plot.svg.as_bytes())?;
            let png = own_png(&svg_png(&plot.svg, SCALE)?);
            write(&path.with_extension("png"), &png)?;
            n_plots += 1;
        }
    }
    Ok(n_plots)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::{LinePlot, PlotAxis, PlotLine};

    #[test]
    fn a_drawing_becomes_a_picture_with_its_curve_and_its_letters() {
        let unit = PlotAxis {
            spans: &[0.0, 1.0],
            ..PlotAxis::default()
        };
        let line = PlotLine {
            name: "c".to_owned(),
            points: vec![[0.0, 0.5], [1.0, 0.5]],
            ..PlotLine::default()
        };
        let plot = LinePlot {
            title: "ROC",
            x: unit,
            y: unit,
            size_px: [220.0, 220.0],
            lines: vec![line],
            ..LinePlot::default()
        };
        let png = svg_png(&plot.svg(), SCALE).unwrap();
        let picture = image::load_from_memory(&png).unwrap().into_rgb8();
        assert_eq!(picture.width(), 900);
        // The curve runs through the middle of the plot, blue on white.
        let [r, _, b] = picture.get_pixel(492, 408).0;
        assert!(b > r, "{r} {b}");
        // The title is above it, so some pixels there are dark.
        let title = picture.enumerate_pixels().filter(|(_, y, _)| *y < 54);
        assert!(title.filter(|(.., pixel)| pixel.0[0] < 100).count() > 50);
    }
}
