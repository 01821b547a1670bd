use super::plot_axis::{Axis, AxisScale, tick_text};
use crate::domain::NOTICE;
use crate::drawing::{PlotColor, escape};

/// A plot of lines, as the window shows it and as files hold it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LinePlot<'a> {
    /// Above the plot.
    pub title: &'a str,
    /// From left to right.
    pub x: PlotAxis<'a>,
    /// From bottom to top.
    pub y: PlotAxis<'a>,
    /// Width and height between the axes, in pixels.
    pub size_px: [f64; 2],
    /// Draws the line from (0, 0) to (1, 1).
    pub has_diagonal: bool,
    /// The lines, in the order of the legend, each over those before it.
    pub lines: Vec<PlotLine>,
    /// Places with a name of their own.
    pub marks: Vec<(String, PlotMark)>,
    /// Small lines at the foot: whose scores these are, and who wrote the file when.
    pub foot: &'a [String],
}

/// An axis of a plot.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PlotAxis<'a> {
    /// Beside it.
    pub name: &'a str,
    /// What it measures.
    pub scale: AxisScale,
    /// Figures that are on it in any case, besides those of the lines.
    pub spans: &'a [f64],
}

/// A line of a plot.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlotLine {
    /// The name in the legend; without one it has no entry.
    pub name: String,
    /// `[x, y]`.
    pub points: Vec<[f64; 2]>,
    /// An area around it: x, low, high; empty for none.
    pub band: [Vec<f64>; 3],
    /// What it is.
    pub color: PlotColor,
    /// Drawn in dashes.
    pub dashed: bool,
    /// Drawn with a dot at each point, for few of them.
    pub dotted: bool,
}

/// A place in a plot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PlotMark {
    /// A filled point of a line.
    Point([f64; 2]),
    /// A ring around a point.
    Ring([f64; 2]),
    /// An upright line.
    Rule(f64),
}

const LEFT_PX: f64 = 54.0;
const TOP_PX: f64 = 26.0;
const RIGHT_PX: f64 = 26.0;
/// From the plot to the first entry of the legend.
const BELOW_PX: f64 = 44.0;
const LEGEND_PX: f64 = 16.0;
/// Of a line at the foot, and of a letter in it.
const FOOT_PX: f64 = 10.0;
const FOOT_LETTER_PX: f64 = 4.4;
/// Between two marks of an axis.
const TICK_PX: [f64; 2] = [44.0, 40.0];

impl LinePlot<'_> {
    /// As SVG, without scripts and without anything from elsewhere.
    pub fn svg(&self) -> String {
        let frame = Frame::of(self);
        let foot: Vec<String> = self
            .foot
            .iter()
            .flat_map(|line| wrapped(line, frame.width))
            .collect();
        let n_entries = self.lines.iter().filter(|l| !l.name.is_empty()).count() + self.marks.len();
        let entries_end = frame.bottom + BELOW_PX + LEGEND_PX * n_entries as f64;
        let height = entries_end + 8.0 + FOOT_PX * foot.len() as f64;
        let width = frame.width;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
             width=\"{width}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"11\" \
             role=\"img\" aria-label=\"{title}\">\n\
             <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n\
             <text x=\"{LEFT_PX}\" y=\"16\" font-size=\"13\">{title}</text>\n",
            title = escape(self.title)
        );
        svg += &frame.axes_svg(self);
        let mut legend = frame.bottom + BELOW_PX;
        for line in &self.lines {
            svg += &frame.line_svg(line);
            if !line.name.is_empty() {
                let (color, dashes) = (line.color.hex(), dashes(line));
                let sign = format!(
                    "<path d=\"M{LEFT_PX} {:.1}h18\" stroke=\"{color}\" stroke-width=\"3\"{dashes}/>\n",
                    legend - 4.0
                );
                svg += &entry_svg(&sign, &line.name, legend);
                legend += LEGEND_PX;
            }
        }
        for (name, mark) in &self.marks {
            svg += &frame.mark_svg(*mark);
            let sign = match mark {
                PlotMark::Ring(_) => ring_svg(LEFT_PX + 9.0, legend - 4.0),
                PlotMark::Point(_) | PlotMark::Rule(_) => dot_svg(LEFT_PX + 9.0, legend - 4.0),
            };
            svg += &entry_svg(&sign, name, legend);
            legend += LEGEND_PX;
        }
        for (line, row) in foot.iter().zip(0_u32..) {
            let y = entries_end + FOOT_PX * f64::from(row);
            svg += &format!(
                "<text x=\"8\" y=\"{y:.1}\" font-size=\"8\" fill=\"#444444\">{}</text>\n",
                escape(line)
            );
        }
        svg + &format!(
            "<text x=\"8\" y=\"{:.1}\" font-size=\"8\" fill=\"#666666\">{NOTICE}</text>\n</svg>\n",
            height - 5.0
        )
    }
}

/// Where figures are in the drawing.
struct Frame {
    x_axis: Axis,
    y_axis: Axis,
    size: [f64; 2],
    width: f64,
    right: f64,
    bottom: f64,
}

impl Frame {
    fn of(plot: &LinePlot<'_>) -> Self {
        let points = || plot.lines.iter().flat_map(|line| &line.points);
        let bands = || plot.lines.iter().map(|line| &line.band);
        let edges = bands().flat_map(|[_, lows, highs]| lows.iter().chain(highs));
        let (x, y) = (plot.x, plot.y);
        let xs = points().map(|[x, _]| *x).chain(x.spans.iter().copied());
        let ys = points().map(|[_, y]| *y).chain(edges.copied());
        let ys = ys.chain(y.spans.iter().copied());
        let [width, height] = plot.size_px;
        let [x_tick, y_tick] = TICK_PX;
        Self {
            x_axis: Axis::over(xs, width / x_tick, x.scale),
            y_axis: Axis::over(ys, height / y_tick, y.scale),
            size: plot.size_px,
            width: LEFT_PX + width + RIGHT_PX,
            right: LEFT_PX + width,
            bottom: TOP_PX + height,
        }
    }

    fn x_of(&self, x: f64) -> f64 {
        LEFT_PX + self.x_axis.share(x) * self.size[0]
    }

    fn y_of(&self, y: f64) -> f64 {
        TOP_PX + (1.0 - self.y_axis.share(y)) * self.size[1]
    }

    fn axes_svg(&self, plot: &LinePlot<'_>) -> String {
        let (right, bottom) = (self.right, self.bottom);
        let mut svg = String::new();
        for &tick in &self.x_axis.ticks {
            let x = self.x_of(tick);
            svg += &format!(
                "<path d=\"M{x:.1} {TOP_PX}V{bottom}\" stroke=\"#dddddd\" fill=\"none\"/>\n\
                 <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>\n",
                bottom + 14.0,
                tick_text(tick)
            );
        }
        for &tick in &self.y_axis.ticks {
            let y = self.y_of(tick);
            svg += &format!(
                "<path d=\"M{LEFT_PX} {y:.1}H{right}\" stroke=\"#dddddd\" fill=\"none\"/>\n\
                 <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>\n",
                LEFT_PX - 5.0,
                y + 4.0,
                tick_text(tick)
            );
        }
        let [width, height] = self.size;
        svg += &format!(
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>\n\
             <text transform=\"translate(12 {:.1}) rotate(-90)\" text-anchor=\"middle\">{}</text>\n",
            LEFT_PX + width / 2.0,
            bottom + 29.0,
            escape(plot.x.name),
            TOP_PX + height / 2.0,
            escape(plot.y.name)
        );
        if plot.has_diagonal {
            let path = self.path([[0.0, 0.0], [1.0, 1.0]].into_iter());
            svg += &format!(
                "<path d=\"{path}\" stroke=\"#888888\" stroke-dasharray=\"4 4\" fill=\"none\"/>\n"
            );
        }
        svg
    }

    fn path(&self, points: impl Iterator<Item = [f64; 2]>) -> String {
        let mut path = String::new();
        for [x, y] in points {
            let (x, y) = (self.x_of(x), self.y_of(y));
            // A loss of 0 has no place on a logarithmic axis.
            if y.is_finite() {
                let order = if path.is_empty() { 'M' } else { 'L' };
                path += &format!("{order}{x:.2} {y:.2}");
            }
        }
        path
    }

    fn line_svg(&self, line: &PlotLine) -> String {
        let color = line.color.hex();
        let mut svg = String::new();
        let [xs, lows, highs] = &line.band;
        if !xs.is_empty() {
            let edge = |(x, y): (&f64, &f64)| [*x, *y];
            let forth = xs.iter().zip(lows).map(edge);
            let back = xs.iter().zip(highs).rev().map(edge);
            let area = self.path(forth.chain(back));
            svg += &format!("<path d=\"{area}Z\" fill=\"{color}\" fill-opacity=\"0.2\"/>\n");
        }
        let width = match line.color {
            PlotColor::Behind => 0.8,
            _ => 1.6,
        };
        svg += &format!(
            "<path d=\"{}\" stroke=\"{color}\" stroke-width=\"{width}\" fill=\"none\"{}/>\n",
            self.path(line.points.iter().copied()),
            dashes(line)
        );
        let dots = line.points.iter().filter(|_| line.dotted);
        for &[x, y] in dots {
            let (x, y) = (self.x_of(x), self.y_of(y));
            svg += &format!("<circle cx=\"{x:.2}\" cy=\"{y:.2}\" r=\"3\" fill=\"{color}\"/>\n");
        }
        svg
    }

    fn mark_svg(&self, mark: PlotMark) -> String {
        match mark {
            PlotMark::Point([x, y]) => dot_svg(self.x_of(x), self.y_of(y)),
            PlotMark::Ring([x, y]) => ring_svg(self.x_of(x), self.y_of(y)),
            PlotMark::Rule(x) => {
                let (x, bottom) = (self.x_of(x), self.bottom);
                format!("<path d=\"M{x:.2} {TOP_PX}V{bottom}\" stroke=\"#000000\"/>\n")
            }
        }
    }
}

fn entry_svg(sign: &str, name: &str, y: f64) -> String {
    let x = LEFT_PX + 24.0;
    format!(
        "{sign}<text x=\"{x:.1}\" y=\"{y:.1}\">{}</text>\n",
        escape(name)
    )
}

fn dot_svg(x: f64, y: f64) -> String {
    format!("<circle cx=\"{x:.2}\" cy=\"{y:.2}\" r=\"4.5\" fill=\"#000000\"/>\n")
}

fn ring_svg(x: f64, y: f64) -> String {
    format!("<circle cx=\"{x:.2}\" cy=\"{y:.2}\" r=\"4.5\" stroke=\"#000000\" fill=\"none\"/>\n")
}

fn dashes(line: &PlotLine) -> &'static str {
    if line.dashed {
        " stroke-dasharray=\"5 3\""
    } else {
        ""
    }
}

/// A text in lines that fit the foot, broken between words.
fn wrapped(text: &str, width_px: f64) -> Vec<String> {
    let n_letters = (width_px / FOOT_LETTER_PX) as usize;
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < n_letters => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
#[path = "line_plot_tests.rs"]
mod tests;
