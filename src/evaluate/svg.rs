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
}

/// Elements of a plot besides its curves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlotText<'a> {
    /// Above the plot.
    pub title: &'a str,
    /// Below the axis from left to right.
    pub x: &'a str,
    /// Beside the axis from bottom to top.
    pub y: &'a str,
    /// Draws the line from (0, 0) to (1, 1).
    pub diagonal: bool,
}

/// Distinct for people who see colors otherwise too (Okabe and Ito).
pub(super) const COLORS: [&str; 6] = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00",
];
const WIDTH_PX: f64 = 300.0;
const LEFT_PX: f64 = 46.0;
const TOP_PX: f64 = 26.0;
const SIDE_PX: f64 = 220.0;

/// A plot as SVG, without scripts and without anything from elsewhere.
pub fn curve_svg(text: &PlotText<'_>, curves: &[Curve]) -> String {
    let height = TOP_PX + SIDE_PX + 52.0 + 16.0 * curves.len() as f64;
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
        let y = TOP_PX + SIDE_PX + 44.0 + 16.0 * f64::from(row);
        svg += &format!(
            "<path d=\"{path}\" stroke=\"{color}\" stroke-width=\"1.6\" fill=\"none\"/>\n\
             <path d=\"M{LEFT_PX} {:.1}h18\" stroke=\"{color}\" stroke-width=\"3\"/>\n\
             <text x=\"{:.1}\" y=\"{y:.1}\">{}</text>\n",
            y - 4.0,
            LEFT_PX + 24.0,
            escape(&curve.name)
        );
    }
    svg + &format!(
        "<text x=\"{LEFT_PX}\" y=\"{:.1}\" font-size=\"8\" fill=\"#666666\">{NOTICE}</text>\n</svg>\n",
        height - 5.0
    )
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
        };
        let text = PlotText {
            title: "a & b",
            x: "x",
            y: "y",
            diagonal: true,
        };
        let svg = curve_svg(&text, &[curve]);
        assert!(svg.contains("&lt;script&gt;") && !svg.contains("<script"));
        assert!(svg.contains(NOTICE));
        assert!(svg.contains("a &amp; b") && svg.contains("M46.00 246.00L266.00 26.00"));
    }
}
