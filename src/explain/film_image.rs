use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};
use thiserror::Error;

use super::{Colormap, Heatmap, OverlayStyle, evidence_lines, line_color, overlay_picture};
use crate::domain::{Film, Measurement, NOTICE, Point};
use crate::drawing::{Area, DrawingError, DrawnMeasurement, Plane, draw_over, escape, text_width};
use crate::imaging::{GrayPicture, Interpolation};

/// Smaller films are enlarged, so that the words below them can be read.
const LEAST_SIDE_PX: usize = 512;
/// Maximum enlargement.
const MOST_SIDE_PX: usize = 2048;
/// Height of a line of words, as a share of the picture's width.
const LINE_SHARE: f32 = 0.036;
/// Font size as a share of a line's height.
const FONT_SHARE: f32 = 0.85;
/// Colors of the bar that explains the map.
const N_BAR_COLORS: u8 = 64;
const TEXT_COLOR: &str = "#e1e4e8";
const NOTICE_COLOR: &str = "#f5be5a";
/// Measurements: light in dark, seen on any gray. As on the screen.
const MARK_COLOR: &str = "#ffe26e";
const EDGE_COLOR: &str = "#060709";
const BACKGROUND: Rgb<u8> = Rgb([14, 16, 19]);

/// Errors from making an image of a film.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum FilmImageError {
    #[error(transparent)]
    Drawing(#[from] DrawingError),
    #[error("the image could not be encoded: {0}")]
    Encode(#[from] image::ImageError),
}

/// A picture as a PNG file.
pub fn png_of(image: &RgbImage) -> Result<Vec<u8>, FilmImageError> {
    let mut png = Cursor::new(Vec::new());
    image.write_to(&mut png, ImageFormat::Png)?;
    Ok(png.into_inner())
}

/// What an image of a film shows.
pub struct FilmImage<'a> {
    /// The film.
    pub film: &'a Film,
    /// The same as 8-bit gray.
    pub picture: &'a GrayPicture,
    /// The map over it, and how it is drawn; `None` for the film alone.
    pub map: Option<(&'a Heatmap, OverlayStyle)>,
    /// What is measured and written on the film.
    pub measurements: &'a [Measurement],
    /// Lines of words below it; a color bar and the notice follow.
    pub lines: &'a [String],
}

impl FilmImage<'_> {
    /// Draws it, at the size of the film or larger.
    pub fn draw(&self) -> Result<RgbImage, FilmImageError> {
        let picture = enlarged(self.picture);
        let (width_px, height_px) = (picture.width_px(), picture.height_px());
        let rgb = match &self.map {
            Some((map, style)) if !style.outline => {
                overlay_picture(picture.values(), width_px, map, style)
            }
            _ => picture
                .values()
                .iter()
                .flat_map(|&gray| [gray; 3])
                .collect(),
        };
        let line_px = (width_px as f32 * LINE_SHARE).max(14.0);
        let mut words = Words {
            svg: String::new(),
            width: width_px as f32,
            line_px,
            top: height_px as f32 + line_px * 0.3,
        };
        if let Some((map, style)) = self.map.as_ref().filter(|(_, style)| style.outline) {
            let size = [width_px as f32, height_px as f32];
            words.svg += &outline_svg(map, style, size, line_px);
        }
        words.svg += &self.measurements_svg([width_px, height_px], line_px)?;
        for line in self.lines {
            words.line(line, TEXT_COLOR)?;
        }
        match &self.map {
            Some((map, style)) if map.has_positive_evidence() => {
                words.color_bar(style.colormap, map.max())?;
            }
            Some(_) => words.line("no positive evidence", TEXT_COLOR)?,
            None => {}
        }
        words.line(NOTICE, NOTICE_COLOR)?;
        let height = (words.top + line_px * 0.3).ceil();
        let mut image = RgbImage::from_pixel(width_px as u32, height as u32, BACKGROUND);
        for (pixel, color) in image.pixels_mut().zip(rgb.as_chunks::<3>().0) {
            *pixel = Rgb(*color);
        }
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width_px}\" height=\"{height}\" \
             font-family=\"sans-serif\">{}</svg>",
            words.svg
        );
        draw_over(&mut image, &svg)?;
        Ok(image)
    }

    fn measurements_svg(
        &self,
        [width_px, height_px]: [usize; 2],
        line_px: f32,
    ) -> Result<String, DrawingError> {
        let size = line_px * 0.8;
        let plane = Plane {
            area: Area {
                left: 0.0,
                top: 0.0,
                width: width_px as f32,
                height: height_px as f32,
            },
            gap: size * 0.5,
            arrow_head: size,
        };
        let pixels = &self.film.pixels;
        let across = width_px as f32 / pixels.width_px() as f32;
        let down = height_px as f32 / pixels.height_px() as f32;
        let place = |point: Point| Point {
            x: point.x * across,
            y: point.y * down,
        };
        let mut taken = Vec::new();
        let mut svg = String::new();
        for measurement in self.measurements {
            let text = measurement.text_on(self.film);
            let lines: Vec<&str> = text.lines().collect();
            let mut width = 0.0_f32;
            for line in &lines {
                width = width.max(text_width(line)? * size);
            }
            let words = [width, lines.len() as f32 * size * 1.2];
            let drawn = DrawnMeasurement::new(measurement, words, &plane, place, &mut taken);
            svg += &marks_svg(&drawn, size);
            for (line, row) in lines.iter().zip(1_u8..) {
                let baseline = drawn.label.top + (f32::from(row) * 1.2 - 0.3) * size;
                let _ = write!(
                    svg,
                    "<text x=\"{}\" y=\"{baseline}\" font-size=\"{size}\" fill=\"{MARK_COLOR}\" \
                     stroke=\"{EDGE_COLOR}\" stroke-width=\"{}\" stroke-linejoin=\"round\" \
                     paint-order=\"stroke\" xml:space=\"preserve\">{}</text>",
                    drawn.label.left,
                    size * 0.18,
                    escape(line)
                );
            }
        }
        Ok(svg)
    }
}

/// Lines of a measurement with their ends.
fn marks_svg(drawn: &DrawnMeasurement, size: f32) -> String {
    let mut svg = String::new();
    for (width, color) in [(0.23, EDGE_COLOR), (0.1, MARK_COLOR)] {
        let width = width * size;
        for line in &drawn.lines {
            let places = line.iter().map(|point| [point.x, point.y]);
            svg += &line_svg(places, width, color, 1.0);
        }
        for end in drawn.handles.iter().filter(|_| !drawn.lines.is_empty()) {
            let _ = write!(
                svg,
                "<circle cx=\"{}\" cy=\"{}\" r=\"{width}\" fill=\"{color}\"/>",
                end.x, end.y
            );
        }
    }
    svg
}

/// Lines of equal evidence, as on the screen.
fn outline_svg(
    map: &Heatmap,
    style: &OverlayStyle,
    [width, height]: [f32; 2],
    line_px: f32,
) -> String {
    let mut svg = String::new();
    for (share, line) in evidence_lines(map, style.cut_off) {
        let [red, green, blue] = line_color(style.colormap, share);
        let color = format!("#{red:02x}{green:02x}{blue:02x}");
        for (thick, color) in [(0.2, EDGE_COLOR), (0.1, color.as_str())] {
            let places = line.iter().map(|[x, y]| [x * width, y * height]);
            svg += &line_svg(places, thick * line_px, color, style.strength);
        }
    }
    svg
}

fn line_svg(
    places: impl Iterator<Item = [f32; 2]>,
    width: f32,
    color: &str,
    opacity: f32,
) -> String {
    let places: Vec<String> = places.map(|[x, y]| format!("{x:.2},{y:.2}")).collect();
    let places = places.join(" ");
    format!(
        "<polyline points=\"{places}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"{width}\" \
         stroke-opacity=\"{opacity}\" stroke-linejoin=\"round\"/>"
    )
}

fn enlarged(picture: &GrayPicture) -> Cow<'_, GrayPicture> {
    let (width_px, height_px) = (picture.width_px(), picture.height_px());
    let factor = LEAST_SIDE_PX.div_ceil(width_px.min(height_px));
    // A strip stays as it is: its words are small, but its picture would fill the memory.
    if factor == 1 || width_px.max(height_px) * factor > MOST_SIDE_PX {
        return Cow::Borrowed(picture);
    }
    Cow::Owned(picture.resized(
        width_px * factor,
        height_px * factor,
        Interpolation::Bilinear,
    ))
}

/// Writes lines of words below one another.
struct Words {
    svg: String,
    /// Of the image, in pixels.
    width: f32,
    line_px: f32,
    /// Of the next line.
    top: f32,
}

impl Words {
    fn line(&mut self, text: &str, color: &str) -> Result<(), DrawingError> {
        let left = self.line_px * 0.5;
        self.words(text, left, color)?;
        self.top += self.line_px;
        Ok(())
    }

    /// From no evidence to the map's maximum.
    fn color_bar(&mut self, colormap: Colormap, max: f32) -> Result<(), DrawingError> {
        let left = self.line_px * 0.5;
        let bar_left = self.words("0", left, TEXT_COLOR)? + left * 0.5;
        let width = self.width * 0.3;
        let (top, height) = (self.top + self.line_px * 0.2, self.line_px * 0.6);
        let step = width / f32::from(N_BAR_COLORS);
        for place in 0..N_BAR_COLORS {
            let [red, green, blue] = colormap.color(f32::from(place) / f32::from(N_BAR_COLORS - 1));
            let x = bar_left + f32::from(place) * step;
            let _ = write!(
                self.svg,
                "<rect x=\"{x}\" y=\"{top}\" width=\"{step}\" height=\"{height}\" \
                 fill=\"#{red:02x}{green:02x}{blue:02x}\" shape-rendering=\"crispEdges\"/>"
            );
        }
        let end = bar_left + width + left * 0.5;
        self.words(&format!("{max:.3}"), end, TEXT_COLOR)?;
        self.top += self.line_px;
        Ok(())
    }

    /// Writes words on the current line; where they end.
    fn words(&mut self, text: &str, left: f32, color: &str) -> Result<f32, DrawingError> {
        let mut size = self.line_px * FONT_SHARE;
        let width = text_width(text)?;
        let room = self.width - left * 1.5;
        if width * size > room {
            // The words matter more than their size.
            size = room / width;
        }
        let baseline = self.top + self.line_px * 0.8;
        let _ = write!(
            self.svg,
            "<text x=\"{left}\" y=\"{baseline}\" font-size=\"{size}\" fill=\"{color}\" \
             xml:space=\"preserve\">{}</text>",
            escape(text)
        );
        Ok(left + width * size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imaging::read_film;

    fn image(map: Option<(&Heatmap, OverlayStyle)>, measurements: &[Measurement]) -> RgbImage {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/phantom.png");
        let film = read_film(&path).unwrap();
        let picture = GrayPicture::of_film(&film);
        let image = FilmImage {
            film: &film,
            picture: &picture,
            map,
            measurements,
            lines: &["one line".to_owned()],
        };
        image.draw().unwrap()
    }

    fn colored(image: &RgbImage, film_side: u32) -> Vec<(u32, u32)> {
        let film = image.enumerate_pixels().filter(|(_, y, _)| *y < film_side);
        let colored = film.filter(|(.., pixel)| {
            let [red, green, blue] = pixel.0;
            red.abs_diff(green) > 8 || green.abs_diff(blue) > 8
        });
        colored.map(|(x, y, _)| (x, y)).collect()
    }

    #[test]
    fn without_a_map_the_film_has_no_color_and_no_bar() {
        let heatmap = Heatmap::new(1, vec![1.0]);
        let plain = image(None, &[]);
        assert!(colored(&plain, plain.width()).is_empty());
        let with = image(Some((&heatmap, OverlayStyle::default())), &[]);
        assert!(!colored(&with, with.width()).is_empty());
        // The color bar is a line.
        assert!(with.height() > plain.height());
    }

    #[test]
    fn an_outline_leaves_the_film_within_it_as_it_is() {
        let values = (0..16).map(|i| if i == 5 { 1.0 } else { 0.0 }).collect();
        let heatmap = Heatmap::new(4, values);
        let style = |outline| OverlayStyle {
            outline,
            ..OverlayStyle::default()
        };
        let n_colored = |outline| {
            let image = image(Some((&heatmap, style(outline))), &[]);
            colored(&image, image.width()).len()
        };
        let (lines, filled) = (n_colored(true), n_colored(false));
        assert!(lines > 100 && lines * 2 < filled, "{lines} {filled}");
    }

    #[test]
    fn a_measurement_is_drawn_where_it_was_set_with_its_result() {
        let side =
            read_film(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/phantom.png"))
                .unwrap()
                .pixels
                .width_px() as f32;
        let at = |x: f32, y: f32| Point {
            x: x * side,
            y: y * side,
        };
        let line = Measurement::Length([at(0.25, 0.5), at(0.5, 0.5)]);
        let image = image(None, &[line]);
        let width = image.width();
        let drawn = colored(&image, width);
        let share = |place: u32| place as f32 / width as f32;
        let of_line = |&&(_, y): &&(u32, u32)| (share(y) - 0.5).abs() < 0.005;
        let xs: Vec<f32> = drawn
            .iter()
            .filter(of_line)
            .map(|(x, _)| share(*x))
            .collect();
        let (least, most) = xs
            .iter()
            .fold((1.0_f32, 0.0_f32), |(a, b), x| (a.min(*x), b.max(*x)));
        assert!(
            (least - 0.25).abs() < 0.02 && (most - 0.5).abs() < 0.02,
            "{least} {most}"
        );
        // The result stands above the line's end.
        let words = drawn
            .iter()
            .filter(|(_, y)| (0.44..0.49).contains(&share(*y)));
        assert!(words.count() > 50);
    }
}
