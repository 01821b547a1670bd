use super::*;

fn plot(points: Vec<[f64; 2]>, scale: AxisScale) -> LinePlot<'static> {
    let line = PlotLine {
        name: "<script>".to_owned(),
        points,
        ..PlotLine::default()
    };
    LinePlot {
        title: "a & b",
        x: PlotAxis {
            name: "epoch",
            ..PlotAxis::default()
        },
        y: PlotAxis {
            name: "loss",
            scale,
            spans: &[],
        },
        size_px: [440.0, 240.0],
        lines: vec![line],
        marks: vec![("best".to_owned(), PlotMark::Ring([2.0, 10.0]))],
        ..LinePlot::default()
    }
}

#[test]
fn the_line_fills_the_plot_and_its_axes_have_round_marks() {
    let svg = plot(vec![[1.0, 0.0], [9.0, 10.0]], AxisScale::Linear).svg();
    assert!(svg.contains("M54.00 266.00L494.00 26.00"), "{svg}");
    for tick in ["1", "5", "9"] {
        assert!(svg.contains(&format!("middle\">{tick}</text>")), "{tick}");
    }
    for tick in ["0", "2", "10"] {
        assert!(svg.contains(&format!("end\">{tick}</text>")), "{tick}");
    }
    assert!(svg.contains(NOTICE));
}

#[test]
fn names_from_elsewhere_cannot_become_markup() {
    let foot = ["Scores: <b>, test".to_owned()];
    let mut plot = plot(vec![[0.0, 0.0]], AxisScale::Linear);
    plot.foot = &foot;
    plot.marks = vec![("threshold < 0.5".to_owned(), PlotMark::Rule(0.5))];
    let svg = plot.svg();
    assert!(svg.contains("&lt;script&gt;") && !svg.contains("<script"));
    assert!(svg.contains("threshold &lt; 0.5") && svg.contains("Scores: &lt;b&gt;, test"));
    assert!(svg.contains("a &amp; b"));
}

#[test]
fn a_logarithmic_axis_leaves_out_what_has_no_logarithm() {
    let svg = plot(vec![[1.0, 0.1], [2.0, 10.0], [3.0, 0.0]], AxisScale::Log).svg();
    assert!(svg.contains("M54.00 266.00L274.00 26.00\""), "{svg}");
    for tick in ["0.1", "0.5", "1", "10"] {
        assert!(svg.contains(&format!("end\">{tick}</text>")), "{tick}");
    }
}

#[test]
fn nothing_to_draw_is_an_empty_plot() {
    let mut plot = plot(Vec::new(), AxisScale::Linear);
    plot.marks.clear();
    let svg = plot.svg();
    assert!(svg.contains("d=\"\"") && !svg.contains("NaN"), "{svg}");
}

#[test]
fn a_unit_square_has_its_diagonal_marks_dots_and_a_band_forth_and_back() {
    let unit = PlotAxis {
        spans: &[0.0, 1.0],
        ..PlotAxis::default()
    };
    let mut plot = LinePlot {
        x: unit,
        y: unit,
        ..plot(vec![[0.0, 0.25], [0.5, 0.75]], AxisScale::Linear)
    };
    plot.size_px = [220.0, 220.0];
    plot.has_diagonal = true;
    plot.lines[0].dotted = true;
    plot.lines[0].band = [vec![0.0, 1.0], vec![0.0, 0.5], vec![0.5, 1.0]];
    plot.marks = vec![
        ("point".to_owned(), PlotMark::Point([0.5, 0.5])),
        ("rule".to_owned(), PlotMark::Rule(0.5)),
    ];
    let svg = plot.svg();
    for drawn in [
        "M54.00 246.00L274.00 26.00\" stroke=\"#888888\"",
        "M54.00 246.00L274.00 136.00L274.00 26.00L54.00 136.00Z",
        "cx=\"164.00\" cy=\"136.00\" r=\"4.5\"",
        "M164.00 26V246",
        "cx=\"54.00\" cy=\"191.00\" r=\"3\"",
        "viewBox=\"0 0 300 ",
    ] {
        assert!(svg.contains(drawn), "{drawn}: {svg}");
    }
}

#[test]
fn a_line_without_a_name_has_no_entry_in_the_legend() {
    let mut plot = plot(vec![[0.0, 0.0], [1.0, 1.0]], AxisScale::Linear);
    let with_entry = plot.svg();
    plot.lines[0].name.clear();
    assert!(plot.svg().len() < with_entry.len());
    assert!(!plot.svg().contains("h18"), "no sign of a line");
    assert!(plot.svg().contains("M54.00 266.00L494.00 26.00"));
}
