use std::sync::{Arc, LazyLock};

use ab_glyph::{Font as _, FontRef};
use resvg::usvg::fontdb::{Database, ID};
use resvg::usvg::{Options, Tree};

use super::{DrawingError, escape};

/// The program's own font: the same words on every machine.
static OWN: LazyLock<Arc<Database>> = LazyLock::new(|| Arc::new(own_fonts()));

/// With those of the system, for scripts that the program's own lack. Looking for them takes a moment, so only
/// when a text needs them.
static WITH_SYSTEM: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = own_fonts();
    fonts.load_system_fonts();
    Arc::new(fonts)
});

fn own_fonts() -> Database {
    let mut fonts = Database::new();
    fonts.load_font_data(epaint_default_fonts::UBUNTU_LIGHT.to_vec());
    let family = fonts.faces().next().and_then(|face| face.families.first());
    if let Some((family, _)) = family.cloned() {
        fonts.set_sans_serif_family(family);
    }
    fonts
}

/// How a drawing is read: with fonts for all its letters where there are such.
pub(super) fn options_for(svg: &str) -> Options<'static> {
    let fonts = if lacks_letters(&OWN, svg) {
        &WITH_SYSTEM
    } else {
        &OWN
    };
    Options {
        fontdb: Arc::clone(fonts),
        ..Options::default()
    }
}

fn lacks_letters(fonts: &Database, text: &str) -> bool {
    let ids: Vec<ID> = fonts.faces().map(|face| face.id).collect();
    let has = |c: char| {
        let has = |data: &[u8], index| {
            let face = FontRef::try_from_slice_and_index(data, index);
            face.is_ok_and(|face| face.glyph_id(c).0 != 0)
        };
        let of_face = |id: &ID| fonts.with_face_data(*id, has);
        ids.iter().any(|id| of_face(id).unwrap_or(false))
    };
    let mut others: Vec<char> = text.chars().filter(|c| !c.is_ascii()).collect();
    others.sort_unstable();
    others.dedup();
    !others.into_iter().all(has)
}

/// Width of a line of words at a font size of 1; 0 where nothing of it can be drawn.
pub fn text_width(line: &str) -> Result<f32, DrawingError> {
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1\" height=\"1\" font-family=\"sans-serif\" \
         font-size=\"100\"><text xml:space=\"preserve\">{}</text></svg>",
        escape(line)
    );
    let tree = Tree::from_str(&svg, &options_for(&svg))?;
    Ok(tree.root().bounding_box().right().max(0.0) / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_beyond_the_program_s_own_are_looked_for_in_the_system_s_fonts() {
        assert!(!lacks_letters(&OWN, "Größe ± 3 µm, Łódź, Грудь, ≥ 0.5"));
        assert!(lacks_letters(&OWN, "胸部"));
        assert!(WITH_SYSTEM.len() >= OWN.len());
    }

    #[test]
    fn a_longer_line_is_wider_and_a_line_without_letters_has_no_width() {
        let width = |line| text_width(line).unwrap();
        let one = width("score");
        // A light sans-serif face has letters about half as wide as high.
        assert!((1.5..3.5).contains(&one), "{one}");
        let two = width("score score");
        assert!((2.0 * one..2.5 * one).contains(&two), "{two}");
        assert_eq!(width(""), 0.0);
        assert!(width("a < b & c") > width("a b c"));
    }
}
