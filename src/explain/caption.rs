use std::borrow::Cow;
use std::io::Cursor;

use ab_glyph::{Font as _, FontRef, PxScale, ScaleFont as _, point};
use image::{ImageFormat, Rgb, RgbImage};
use thiserror::Error;

use super::{Colormap, Heatmap, OverlayStyle, overlay_picture};
use crate::domain::NOTICE;
use crate::imaging::{GrayPicture, Interpolation};

/// Smaller films are enlarged, so that the words below them can be read.
const LEAST_SIDE_PX: usize = 512;
/// Maximum enlargement.
const MOST_SIDE_PX: usize = 2048;
/// Height of a line of words, as a share of the picture's width.
const LINE_SHARE: f32 = 0.036;
const TEXT_COLOR: Rgb<u8> = Rgb([225, 228, 232]);
const NOTICE_COLOR: Rgb<u8> = Rgb([245, 190, 90]);
const BACKGROUND: Rgb<u8> = Rgb([14, 16, 19]);

/// Errors from rendering an image.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum OverlayError {
    #[error("the font inside the program is broken: {0}")]
    Font(#[from] ab_glyph::InvalidFont),
    #[error("the image could not be encoded: {0}")]
    Encode(#[from] image::ImageError),
}

/// A picture as a PNG file.
pub fn png_of(image: &RgbImage) -> Result<Vec<u8>, OverlayError> {
    let mut png = Cursor::new(Vec::new());
    image.write_to(&mut png, ImageFormat::Png)?;
    Ok(png.into_inner())
}

/// A film's picture with a map over it; below it `lines`, color bar and notice.
pub fn overlay_image(
    film: &GrayPicture,
    heatmap: &Heatmap,
    style: &OverlayStyle,
    lines: &[String],
) -> Result<RgbImage, OverlayError> {
    let picture = enlarged(film);
    let (width_px, height_px) = (picture.width_px(), picture.height_px());
    let rgb = overlay_picture(picture.values(), width_px, heatmap, style);
    let font = FontRef::try_from_slice(epaint_default_fonts::UBUNTU_LIGHT)?;
    let line_px = (width_px as f32 * LINE_SHARE).max(14.0);
    let n_lines = lines.len() as f32 + 2.0;
    let caption_px = (line_px * (n_lines + 0.6)).ceil() as u32;
    let mut image =
        RgbImage::from_pixel(width_px as u32, height_px as u32 + caption_px, BACKGROUND);
    for (pixel, color) in image.pixels_mut().zip(rgb.as_chunks::<3>().0) {
        *pixel = Rgb(*color);
    }
    let mut pen = Pen {
        image: &mut image,
        font: &font,
        line_px,
        top_px: height_px as f32 + line_px * 0.3,
    };
    for line in lines {
        pen.line(line, TEXT_COLOR);
    }
    if heatmap.has_positive_evidence() {
        pen.color_bar(style.colormap, heatmap.max());
    } else {
        pen.line("no positive evidence", TEXT_COLOR);
    }
    pen.line(NOTICE, NOTICE_COLOR);
    Ok(image)
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
struct Pen<'a> {
    image: &'a mut RgbImage,
    font: &'a FontRef<'static>,
    line_px: f32,
    top_px: f32,
}

impl Pen<'_> {
    fn line(&mut self, text: &str, color: Rgb<u8>) {
        let left = self.line_px * 0.5;
        self.words(text, left, color);
        self.top_px += self.line_px;
    }

    fn color_bar(&mut self, colormap: Colormap, max: f32) {
        let left = self.line_px * 0.5;
        let bar_left = self.words("0", left, TEXT_COLOR) + left * 0.5;
        let width = self.image.width() as f32 * 0.3;
        let (top, bottom) = (
            self.top_px + self.line_px * 0.2,
            self.top_px + self.line_px * 0.8,
        );
        for x in bar_left as u32..(bar_left + width) as u32 {
            let color = colormap.color((x as f32 - bar_left) / width);
            for y in top as u32..bottom as u32 {
                if let Some(pixel) = self.image.get_pixel_mut_checked(x, y) {
                    *pixel = Rgb(color);
                }
            }
        }
        self.words(
            &format!("{max:.3}"),
            bar_left + width + left * 0.5,
            TEXT_COLOR,
        );
        self.top_px += self.line_px;
    }

    /// Draws words on the current line; where they end.
    fn words(&mut self, text: &str, left_px: f32, color: Rgb<u8>) -> f32 {
        let mut scale = PxScale::from(self.line_px * 0.85);
        let room = self.image.width() as f32 - left_px * 1.5;
        let width = self.width(text, scale);
        if width > room {
            // The words matter more than their size.
            scale = PxScale::from(scale.x * room / width);
        }
        let font = self.font.as_scaled(scale);
        let baseline = self.top_px + font.ascent();
        let mut x = left_px;
        for letter in text.chars() {
            let id = font.glyph_id(letter);
            let glyph = id.with_scale_and_position(scale, point(x, baseline));
            x += font.h_advance(id);
            if let Some(outline) = font.outline_glyph(glyph) {
                let bounds = outline.px_bounds();
                outline.draw(|dx, dy, cover| {
                    let (x, y) = (bounds.min.x + dx as f32, bounds.min.y + dy as f32);
                    if x >= 0.0
                        && y >= 0.0
                        && let Some(pixel) = self.image.get_pixel_mut_checked(x as u32, y as u32)
                    {
                        blend(pixel, color, cover.clamp(0.0, 1.0));
                    }
                });
            }
        }
        x
    }

    fn width(&self, text: &str, scale: PxScale) -> f32 {
        let font = self.font.as_scaled(scale);
        text.chars()
            .map(|letter| font.h_advance(font.glyph_id(letter)))
            .sum()
    }
}

fn blend(pixel: &mut Rgb<u8>, color: Rgb<u8>, cover: f32) {
    for (old, new) in pixel.0.iter_mut().zip(color.0) {
        *old = (f32::from(*old) * (1.0 - cover) + f32::from(new) * cover).round() as u8;
    }
}
