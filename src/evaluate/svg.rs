use crate::domain::NOTICE;
use crate::drawing::escape;

/// A line or a set of bars of a plot whose axes both run from 0 to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// The name in the legend.
    pub name: String,
    /// `[x, y]`, both in `[0, 1]`.
    pub points: Vec<[f64; 2]>,
    /// Draws a dot at each point, for few of them.
    pub dotted: bool,
    /// An interval around it: x, low, high; empty where there is none.
    pub band: [Vec<f64>; 3],
}

/// Where a threshold is in a plot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PlotMark {
    /// A point of a curve.
    Point([f64; 2]),
    /// A score, over its axis.
    Rule(f64),
}

/// Elements of a plot besides its curves.
#[derive(Clone, Debug, PartialEq)]
pub struct PlotText<'a> {
    /// Above the plot.
    pub title: &'a str,
    /// Below the axis from left to right.
    pub x: &'a str,
    /// Beside the axis from bottom to top.
    pub y: &'a str,
    /// Draws the line from (0, 0) to (1, 1).
    pub diagonal: bool,
    /// The operating point, and its words in the legend.
    pub mark: Option<(PlotMark, &'a str)>,
    /// Small lines at the foot: whose scores these are, and who wrote the file when.
    pub foot: &'a [String],
}

/// Distinct for people who see colors otherwise too (Okabe and Ito).
pub(super) const COLORS: [&str; 6] = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00",
];
const WIDTH_PX: f64 = 300.0;
const LEFT_PX: f64 = 46.0;
const TOP_PX: f64 = 26.0;
const SIDE_PX: f64 = 220.0;
/// Of a row of the legend.
const ENTRY_PX: f64 = 16.0;
/// Of a line at the foot.
const FOOT_PX: f64 = 10.0;
/// Letters of a line at the foot.
const FOOT_LETTERS: usize = 68;

/// A plot as SVG, without scripts and without anything from elsewhere.
pub fn curve_svg(text: &PlotText<'_>, curves: &[Curve]) -> String {
    let foot: Vec<String> = text.foot.iter().flat_map(|line| wrapped(line)).collect();
    let n_entries = curves.len() + usize::from(text.mark.is_some());
    let entries_end = TOP_PX + SIDE_PX + 34.0 + ENTRY_PX * n_entries as f64;
    let height = entries_end + 18.0 + FOOT_PX * foot.len() as f64;
    let x_of = |x: f64| LEFT_PX + x * SIDE_PX;
    let y_of = |y: f64| TOP_PX + (1.0 - y) * SIDE_PX;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH_PX} {height}\" \
         width=\"{WIDTH_PX}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"11\" \
         role=\"img\" aria-label=\"{title}\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n\
         <text x=\"{LEFT_PX}\" y=\"16\" font-size=\"13\">{title}</text>\n",
        title = escape(text.title)
    );
    for tick in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let (x, y) = (x_of(tick), y_of(tick));
        let (right, bottom) = (x_of(1.0), y_of(0.0));
        svg += &format!(
            "<path d=\"M{x:.1} {TOP_PX}V{bottom:.1}M{LEFT_PX} {y:.1}H{right:.1}\" \
             stroke=\"#dddddd\" fill=\"none\"/>\n\
             <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{tick}</text>\n\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{tick}</text>\n",
            bottom + 14.0,
            LEFT_PX - 5.0,
            y + 4.0
        );
    }
    let middle = TOP_PX + SIDE_PX / 2.0;
    svg += &format!(
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>\n\
         <text transform=\"translate(12 {middle}) rotate(-90)\" text-anchor=\"middle\">{}</text>\n",
        x_of(0.5),
        y_of(0.0) + 29.0,
        escape(text.x),
        escape(text.y)
    );
    if text.diagonal {
        let (left, bottom, right, top) = (x_of(0.0), y_of(0.0), x_of(1.0), y_of(1.0));
        svg += &format!(
            "<path d=\"M{left} {bottom}L{right} {top}\" stroke=\"#888888\" \
             stroke-dasharray=\"4 4\" fill=\"none\"/>\n"
        );
    }
    for (curve, color) in curves.iter().zip(COLORS.iter().cycle()) {
        svg += &band_path(curve, color, x_of, y_of);
    }
    for (curve, (color, row)) in curves.iter().zip(COLORS.iter().cycle().zip(0_u32..)) {
        let mut path = String::new();
        for &[x, y] in &curve.points {
            let order = if path.is_empty() { 'M' } else { 'L' };
            path += &format!("{order}{:.2} {:.2}", x_of(x), y_of(y));
            if curve.dotted {
                let (x, y) = (x_of(x), y_of(y));
                svg += &format!("<circle cx=\"{x:.2}\" cy=\"{y:.2}\" r=\"3\" fill=\"{color}\"/>\n");
            }
        }
        let y = TOP_PX + SIDE_PX + 44.0 + ENTRY_PX * f64::from(row);
        svg += &format!(
            "<path d=\"{path}\" stroke=\"{color}\" stroke-width=\"1.6\" fill=\"none\"/>\n\
             <path d=\"M{LEFT_PX} {:.1}h18\" stroke=\"{color}\" stroke-width=\"3\"/>\n\
             <text x=\"{:.1}\" y=\"{y:.1}\">{}</text>\n",
            y - 4.0,
            LEFT_PX + 24.0,
            escape(&curve.name)
        );
    }
    if let Some((mark, words)) = text.mark {
        let y = entries_end - 6.0;
        svg += &match mark {
            PlotMark::Point([x, y]) => {
                let (x, y) = (x_of(x), y_of(y));
                format!("<circle cx=\"{x:.2}\" cy=\"{y:.2}\" r=\"4.5\" fill=\"#000000\"/>\n")
            }
            PlotMark::Rule(x) => {
                let (x, bottom) = (x_of(x), y_of(0.0));
                format!("<path d=\"M{x:.2} {TOP_PX}V{bottom:.1}\" stroke=\"#000000\"/>\n")
            }
        };
        svg += &format!(
            "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"4\" fill=\"#000000\"/>\n\
             <text x=\"{:.1}\" y=\"{y:.1}\">{}</text>\n",
            LEFT_PX + 9.0,
            y - 4.0,
            LEFT_PX + 24.0,
            escape(words)
        );
    }
    for (line, row) in foot.iter().zip(0_u32..) {
        let y = entries_end + 8.0 + FOOT_PX * f64::from(row);
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

/// The area between the ends of a curve's intervals; nothing where it has none.
fn band_path(
    curve: &Curve,
    color: &str,
    x_of: impl Fn(f64) -> f64,
    y_of: impl Fn(f64) -> f64,
) -> String {
    let [xs, lows, highs] = &curve.band;
    let forth = xs.iter().zip(lows);
    let back = xs.iter().zip(highs).rev();
    let mut path = String::new();
    for (&x, &y) in forth.chain(back) {
        let order = if path.is_empty() { 'M' } else { 'L' };
        path += &format!("{order}{:.1} {:.1}", x_of(x), y_of(y));
    }
    if path.is_empty() {
        return path;
    }
    format!("<path d=\"{path}Z\" fill=\"{color}\" fill-opacity=\"0.18\"/>\n")
}

/// A text in lines that fit the foot, broken between words.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < FOOT_LETTERS => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_from_elsewhere_cannot_become_markup() {
        let curve = Curve {
            name: "<script>".to_owned(),
            points: vec![[0.0, 0.0], [1.0, 1.0]],
            dotted: true,
            band: [vec![0.0, 1.0], vec![0.0, 0.5], vec![0.5, 1.0]],
        };
        let foot = ["Scores: <b>, test".to_owned()];
        let text = PlotText {
            title: "a & b",
            x: "x",
            y: "y",
            diagonal: true,
            mark: Some((PlotMark::Point([0.5, 0.5]), "threshold < 0.5")),
            foot: &foot,
        };
        let svg = curve_svg(&text, &[curve]);
        assert!(svg.contains("&lt;script&gt;") && !svg.contains("<script"));
        assert!(svg.contains(NOTICE));
        assert!(svg.contains("threshold &lt; 0.5") && svg.contains("Scores: &lt;b&gt;, test"));
        // The band goes forth along its lower ends and back along the upper ones.
        assert!(
            svg.contains("M46.0 246.0L266.0 136.0L266.0 26.0L46.0 136.0Z"),
            "{svg}"
        );
        assert!(svg.contains("cx=\"156.00\" cy=\"136.00\" r=\"4.5\""));
        assert!(svg.contains("a &amp; b") && svg.contains("M46.00 246.00L266.00 26.00"));
    }
}
