use super::svg::COLORS;
use crate::domain::NOTICE;
use crate::drawing::escape;

/// A plot of lines over axes of any range.
#[derive(Clone, Debug, PartialEq)]
pub struct LinePlot<'a> {
    /// Above the plot.
    pub title: &'a str,
    /// Below the axis from left to right.
    pub x: &'a str,
    /// Beside the axis from bottom to top.
    pub y: &'a str,
    /// Whether the axis from bottom to top is logarithmic; figures that are not positive are left out.
    pub log_y: bool,
    /// The lines, in the order of the legend.
    pub lines: Vec<PlotLine>,
    /// Points with a name of their own.
    pub marks: Vec<(String, [f64; 2])>,
}

/// A line of a plot.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlotLine {
    /// The name in the legend.
    pub name: String,
    /// `[x, y]`.
    pub points: Vec<[f64; 2]>,
    /// Lower and upper edge at each point; empty for none.
    pub band: Vec<[f64; 2]>,
    /// Drawn in dashes.
    pub dashed: bool,
    /// Gray and thin, behind what matters.
    pub faint: bool,
}

const WIDTH_PX: f64 = 520.0;
const LEFT_PX: f64 = 54.0;
const TOP_PX: f64 = 26.0;
const PLOT_PX: [f64; 2] = [440.0, 240.0];
const LEGEND_PX: f64 = 16.0;

/// The next of 1, 2, 5 times a power of ten that is at least `least`, which is positive.
pub fn round_step(least: f64) -> f64 {
    let power = 10_f64.powf(least.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * power);
    // Powers of ten are rounded.
    let step = steps.into_iter().find(|step| *step >= least * (1.0 - 1e-9));
    step.unwrap_or(least)
}

/// An axis: from a figure to its place in `[0, 1]`, and the marks on it.
struct Axis {
    low: f64,
    high: f64,
    log: bool,
    ticks: Vec<f64>,
}

impl Axis {
    fn over(values: impl Iterator<Item = f64>, n_ticks: f64, log: bool) -> Self {
        let values = values.filter(|value| value.is_finite());
        let (low, high) = values.fold((f64::MAX, f64::MIN), |(low, high), value| {
            (low.min(value), high.max(value))
        });
        let (low, high) = match high - low {
            // Nothing to draw, or one figure.
            range if range < 0.0 => (0.0, 1.0),
            0.0 => (low - 0.5, low + 0.5),
            _ => (low, high),
        };
        let ticks = if log {
            let (first, last) = (low.floor() as i32 - 1, high.ceil() as i32);
            let ticks = |steps: &[f64]| -> Vec<f64> {
                let decades = (first..=last).map(f64::from);
                let ticks =
                    decades.flat_map(|decade| steps.iter().map(move |m| decade + m.log10()));
                ticks.filter(|tick| (low..=high).contains(tick)).collect()
            };
            let coarse = ticks(&[1.0, 2.0, 5.0]);
            // Less than a decade.
            if coarse.len() < 3 {
                ticks(&[1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0])
            } else {
                coarse
            }
        } else {
            let step = round_step((high - low) / n_ticks);
            let first = (low / step).ceil() as i64;
            let last = (high / step).floor() as i64;
            (first..=last).map(|n| n as f64 * step).collect()
        };
        Self {
            low,
            high,
            log,
            ticks,
        }
    }

    fn share(&self, value: f64) -> f64 {
        (value - self.low) / (self.high - self.low)
    }

    /// A mark's figure, without the tails of its rounding.
    fn text(&self, tick: f64) -> String {
        let value = if self.log { 10_f64.powf(tick) } else { tick };
        let digits = (2.0 - value.abs().max(1e-9).log10().floor()).clamp(0.0, 9.0) as usize;
        let text = format!("{value:.digits$}");
        match text.split_once('.') {
            Some(_) => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
            None => text,
        }
    }
}

impl LinePlot<'_> {
    /// As SVG, without scripts and without anything from elsewhere.
    pub fn svg(&self) -> String {
        let up = |y: f64| if self.log_y { y.log10() } else { y };
        let points = || self.lines.iter().flat_map(|line| &line.points);
        let edges = self
            .lines
            .iter()
            .flat_map(|line| line.band.iter().flatten());
        let x_axis = Axis::over(points().map(|[x, _]| *x), 8.0, false);
        let ys = points().map(|[_, y]| *y).chain(edges.copied()).map(up);
        let y_axis = Axis::over(ys, 6.0, self.log_y);
        let [width, height] = PLOT_PX;
        let x_of = |x: f64| LEFT_PX + x_axis.share(x) * width;
        let y_of = |y: f64| TOP_PX + (1.0 - y_axis.share(up(y))) * height;
        let n_rows = (self.lines.len() + self.marks.len()) as f64;
        let total = TOP_PX + height + 52.0 + LEGEND_PX * n_rows;
        let (right, bottom) = (LEFT_PX + width, TOP_PX + height);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH_PX} {total}\" \
             width=\"{WIDTH_PX}\" height=\"{total}\" font-family=\"sans-serif\" font-size=\"11\" \
             role=\"img\" aria-label=\"{title}\">\n\
             <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n\
             <text x=\"{LEFT_PX}\" y=\"16\" font-size=\"13\">{title}</text>\n",
            title = escape(self.title)
        );
        for &tick in &x_axis.ticks {
            let x = LEFT_PX + x_axis.share(tick) * width;
            svg += &format!(
                "<path d=\"M{x:.1} {TOP_PX}V{bottom}\" stroke=\"#dddddd\" fill=\"none\"/>\n\
                 <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>\n",
                bottom + 14.0,
                x_axis.text(tick)
            );
        }
        for &tick in &y_axis.ticks {
            let y = TOP_PX + (1.0 - y_axis.share(tick)) * height;
            svg += &format!(
                "<path d=\"M{LEFT_PX} {y:.1}H{right}\" stroke=\"#dddddd\" fill=\"none\"/>\n\
                 <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>\n",
                LEFT_PX - 5.0,
                y + 4.0,
                y_axis.text(tick)
            );
        }
        svg += &format!(
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>\n\
             <text transform=\"translate(12 {:.1}) rotate(-90)\" text-anchor=\"middle\">{}</text>\n",
            LEFT_PX + width / 2.0,
            bottom + 29.0,
            escape(self.x),
            TOP_PX + height / 2.0,
            escape(self.y)
        );
        let mut legend = bottom + 44.0;
        let mut colors = COLORS.iter().cycle();
        for line in &self.lines {
            let color = if line.faint {
                "#aaaaaa"
            } else {
                colors.next().copied().unwrap_or("#000000")
            };
            svg += &line_svg(line, color, &x_of, &y_of);
            svg += &format!(
                "<path d=\"M{LEFT_PX} {:.1}h18\" stroke=\"{color}\" stroke-width=\"3\"{}/>\n\
                 <text x=\"{:.1}\" y=\"{legend:.1}\">{}</text>\n",
                legend - 4.0,
                dashes(line),
                LEFT_PX + 24.0,
                escape(&line.name)
            );
            legend += LEGEND_PX;
        }
        for (name, [x, y]) in &self.marks {
            let mark = |x: f64, y: f64| {
                format!(
                    "<circle cx=\"{x:.2}\" cy=\"{y:.2}\" r=\"4.5\" stroke=\"#000000\" fill=\"none\"/>\n"
                )
            };
            svg += &mark(x_of(*x), y_of(*y));
            svg += &mark(LEFT_PX + 9.0, legend - 4.0);
            svg += &format!(
                "<text x=\"{:.1}\" y=\"{legend:.1}\">{}</text>\n",
                LEFT_PX + 24.0,
                escape(name)
            );
            legend += LEGEND_PX;
        }
        svg + &format!(
            "<text x=\"{LEFT_PX}\" y=\"{:.1}\" font-size=\"8\" fill=\"#666666\">{NOTICE}</text>\n</svg>\n",
            total - 5.0
        )
    }
}

fn dashes(line: &PlotLine) -> &'static str {
    if line.dashed {
        " stroke-dasharray=\"5 3\""
    } else {
        ""
    }
}

fn line_svg(
    line: &PlotLine,
    color: &str,
    x_of: &dyn Fn(f64) -> f64,
    y_of: &dyn Fn(f64) -> f64,
) -> String {
    let path = |points: &mut dyn Iterator<Item = [f64; 2]>| {
        let mut path = String::new();
        for [x, y] in points {
            let (x, y) = (x_of(x), y_of(y));
            // A loss of 0 has no place on a logarithmic axis.
            if y.is_finite() {
                let order = if path.is_empty() { 'M' } else { 'L' };
                path += &format!("{order}{x:.2} {y:.2}");
            }
        }
        path
    };
    let mut svg = String::new();
    if !line.band.is_empty() {
        let edges = || line.points.iter().zip(&line.band);
        let lower = edges().map(|([x, _], [low, _])| [*x, *low]);
        let upper = edges().rev().map(|([x, _], [_, high])| [*x, *high]);
        let area = path(&mut lower.chain(upper));
        svg += &format!("<path d=\"{area}Z\" fill=\"{color}\" fill-opacity=\"0.2\"/>\n");
    }
    let width = if line.faint { 0.8 } else { 1.6 };
    let points = path(&mut line.points.iter().copied());
    svg + &format!(
        "<path d=\"{points}\" stroke=\"{color}\" stroke-width=\"{width}\" fill=\"none\"{}/>\n",
        dashes(line)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plot(points: Vec<[f64; 2]>, log_y: bool) -> LinePlot<'static> {
        let line = PlotLine {
            name: "<b>".to_owned(),
            points,
            ..PlotLine::default()
        };
        LinePlot {
            title: "a & b",
            x: "epoch",
            y: "loss",
            log_y,
            lines: vec![line],
            marks: vec![("best".to_owned(), [2.0, 10.0])],
        }
    }

    #[test]
    fn steps_are_round() {
        for (least, expected) in [
            (0.3, 0.5),
            (1.0, 1.0),
            (0.01, 0.01),
            (7.0, 10.0),
            (110.0, 200.0),
        ] {
            assert!((round_step(least) - expected).abs() < 1e-9, "{least}");
        }
    }

    #[test]
    fn the_line_fills_the_plot_and_its_axes_have_round_marks() {
        let svg = plot(vec![[1.0, 0.0], [9.0, 10.0]], false).svg();
        assert!(svg.contains("M54.00 266.00L494.00 26.00"), "{svg}");
        for tick in ["1", "5", "9"] {
            assert!(svg.contains(&format!("middle\">{tick}</text>")), "{tick}");
        }
        for tick in ["0", "2", "10"] {
            assert!(svg.contains(&format!("end\">{tick}</text>")), "{tick}");
        }
        assert!(svg.contains("&lt;b&gt;") && svg.contains("a &amp; b") && svg.contains(NOTICE));
    }

    #[test]
    fn a_logarithmic_axis_leaves_out_what_has_no_logarithm() {
        let svg = plot(vec![[1.0, 0.1], [2.0, 10.0], [3.0, 0.0]], true).svg();
        assert!(svg.contains("M54.00 266.00L274.00 26.00\""), "{svg}");
        for tick in ["0.1", "0.5", "1", "10"] {
            assert!(svg.contains(&format!("end\">{tick}</text>")), "{tick}");
        }
    }

    #[test]
    fn nothing_to_draw_is_an_empty_plot() {
        let svg = plot(Vec::new(), false).svg();
        assert!(svg.contains("d=\"\"") && !svg.contains("NaN"), "{svg}");
    }

    #[test]
    fn a_band_is_an_area_between_its_edges() {
        let mut plot = plot(vec![[0.0, 1.0], [1.0, 1.0]], false);
        plot.lines[0].band = vec![[0.0, 2.0], [0.0, 2.0]];
        let svg = plot.svg();
        let area = "M54.00 266.00L494.00 266.00L494.00 26.00L54.00 26.00Z";
        assert!(svg.contains(area), "{svg}");
    }
}
