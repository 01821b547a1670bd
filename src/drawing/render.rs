use image::RgbImage;
use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::Tree;

use super::DrawingError;
use super::fonts::options_for;

/// A drawing as a PNG file of `scale` pixels for each of its own.
pub fn svg_png(svg: &str, scale: f32) -> Result<Vec<u8>, DrawingError> {
    let tree = Tree::from_str(svg, &options_for(svg))?;
    let size = tree.size();
    let side = |length: f32| (length * scale).ceil() as u32;
    let mut pixels = pixmap(side(size.width()), side(size.height()))?;
    let transform = Transform::from_scale(scale, scale);
    resvg::render(&tree, transform, &mut pixels.as_mut());
    let encoded = pixels.encode_png();
    encoded.map_err(|error| DrawingError::Encode(error.to_string()))
}

/// Draws an SVG over a picture, one unit a pixel, from the top left corner.
pub fn draw_over(picture: &mut RgbImage, svg: &str) -> Result<(), DrawingError> {
    let tree = Tree::from_str(svg, &options_for(svg))?;
    let mut pixels = pixmap(picture.width(), picture.height())?;
    pixels.fill(Color::BLACK);
    let (drawn, _) = pixels.data_mut().as_chunks_mut::<4>();
    for (to, from) in drawn.iter_mut().zip(picture.pixels()) {
        let [red, green, blue] = from.0;
        *to = [red, green, blue, u8::MAX];
    }
    resvg::render(&tree, Transform::identity(), &mut pixels.as_mut());
    let (drawn, _) = pixels.data().as_chunks::<4>();
    for (to, &[red, green, blue, _]) in picture.pixels_mut().zip(drawn) {
        to.0 = [red, green, blue];
    }
    Ok(())
}

fn pixmap(width: u32, height: u32) -> Result<Pixmap, DrawingError> {
    Pixmap::new(width, height).ok_or(DrawingError::Memory { width, height })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_over_a_picture_changes_its_place_and_nothing_else() {
        let mut picture = RgbImage::from_pixel(20, 10, image::Rgb([7, 90, 201]));
        let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"20\" height=\"10\">\
                   <rect x=\"5\" y=\"2\" width=\"4\" height=\"3\" fill=\"#ff0000\"/></svg>";
        draw_over(&mut picture, svg).unwrap();
        for (x, y, pixel) in picture.enumerate_pixels() {
            let within = (5..9).contains(&x) && (2..5).contains(&y);
            let expected = if within { [255, 0, 0] } else { [7, 90, 201] };
            assert_eq!(pixel.0, expected, "{x} {y}");
        }
        assert!(draw_over(&mut picture, "<svg").is_err());
    }
}
