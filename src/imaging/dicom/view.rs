//! How the film was taken and how it lies: views from the side, and films that are not upright.

use dicom_dictionary_std::tags;

use crate::domain::PatientOrientation;

use super::attributes::Attributes;

/// The projection that words tell of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Projection {
    Frontal,
    Lateral,
    Oblique,
}

/// What the file says about view and orientation.
#[derive(Debug, Default)]
pub(super) struct View {
    /// View Position in capitals.
    pub(super) position: Option<String>,
    /// Why it is no frontal view, as a sentence.
    pub(super) not_frontal: Option<String>,
    /// As the file has it, in capitals.
    pub(super) orientation: Option<PatientOrientation>,
}

/// Codes of views of the chest (PS3.16 CID 4010), in SNOMED CT and in the older SRT.
const FRONTAL_CODES: [&str; 7] = [
    "399348003",
    "R-10206",
    "272479007",
    "R-40888",
    "R-10214",
    "399033003",
    "R-10202",
];
const LATERAL_CODES: [&str; 12] = [
    "399067008",
    "R-102CD",
    "399173006",
    "R-10236",
    "399198007",
    "R-10232",
    "399352003",
    "R-10228",
    "399260004",
    "R-10224",
    "30730003",
    "G-A145",
];

impl View {
    /// From View Position, View Code Sequence, Patient Orientation, and descriptions, in this order.
    pub(super) fn read(attributes: &mut Attributes<'_>) -> Self {
        let position = attributes.code(tags::VIEW_POSITION);
        let orientation = orientation(attributes);
        let by_orientation = orientation.as_ref().and_then(projection_of_orientation);
        let along = |o: &PatientOrientation| format!("{}\\{}", o.columns_towards, o.rows_towards);
        let mut said = vec![
            (
                position.as_deref().and_then(projection_of_words),
                "View Position",
                position.clone().unwrap_or_default(),
            ),
            code(attributes),
            (
                by_orientation,
                "Patient Orientation",
                orientation.as_ref().map(along).unwrap_or_default(),
            ),
        ];
        for (tag, name) in [
            (tags::SERIES_DESCRIPTION, "Series Description"),
            (
                tags::ACQUISITION_DEVICE_PROCESSING_DESCRIPTION,
                "Acquisition Device Processing Description",
            ),
            (tags::PROTOCOL_NAME, "Protocol Name"),
        ] {
            let text = attributes.text(tag).unwrap_or_default();
            said.push((projection_of_words(&text), name, text));
        }
        let mut said = said
            .into_iter()
            .filter_map(|(projection, name, text)| Some((projection?, name, text)));
        let mut view = Self {
            position,
            orientation,
            ..Self::default()
        };
        // The first that says anything decides.
        let Some((first, name, text)) = said.next() else {
            return view;
        };
        let sentence = |projection, name, text: &str| match projection {
            Projection::Frontal => format!("Frontal view by the file's {name} ({text})."),
            Projection::Lateral => format!("Lateral view by the file's {name} ({text})."),
            Projection::Oblique => format!("Oblique view by the file's {name} ({text})."),
        };
        if first != Projection::Frontal {
            view.not_frontal = Some(sentence(first, name, &text));
        } else if let Some((other, other_name, other_text)) =
            said.find(|(projection, ..)| *projection != Projection::Frontal)
        {
            attributes.warn(format!(
                "The file contradicts itself. {} {}",
                sentence(first, name, &text),
                sentence(other, other_name, &other_text),
            ));
        }
        view
    }
}

fn code(attributes: &mut Attributes<'_>) -> (Option<Projection>, &'static str, String) {
    let name = "View Code Sequence";
    let items = attributes.items(tags::VIEW_CODE_SEQUENCE, name);
    let Some(item) = items.first() else {
        return (None, name, String::new());
    };
    let item = Attributes::new(item);
    let code = item.code(tags::CODE_VALUE).unwrap_or_default();
    let meaning = item.text(tags::CODE_MEANING).unwrap_or_default();
    let projection = if FRONTAL_CODES.contains(&code.as_str()) {
        Some(Projection::Frontal)
    } else if LATERAL_CODES.contains(&code.as_str()) {
        Some(Projection::Lateral)
    } else {
        projection_of_words(&meaning)
    };
    let text = if meaning.is_empty() { code } else { meaning };
    (projection, name, text)
}

/// What a view position or description tells of the projection.
///
/// Of a description with a frontal and a lateral word, as in `CHEST PA AND LATERAL`, nothing is
/// known: it describes the series.
fn projection_of_words(text: &str) -> Option<Projection> {
    let plain = text.to_uppercase().replace('.', "");
    let words = || {
        plain
            .split(|c: char| !c.is_alphanumeric())
            .filter(|w| !w.is_empty())
    };
    let is_lateral = |word: &str| {
        const BEGINNINGS: [&str; 8] = [
            "LATERA",
            "LATERO",
            "PROFIL",
            "PERFIL",
            "SEITLICH",
            "SAGIT",
            "БОКОВ",
            "侧位",
        ];
        const WORDS: [&str; 14] = [
            "LAT", "LL", "RL", "LLD", "RLD", "LLO", "RLO", "LLAT", "RLAT", "LATL", "LATR", "LTLAT",
            "RTLAT", "SEITL",
        ];
        WORDS.contains(&word)
            || BEGINNINGS.iter().any(|b| word.starts_with(b))
            || word.contains("側面")
    };
    let is_oblique = |word: &str| {
        word.starts_with("OBLI") || ["OBL", "LAO", "RAO", "LPO", "RPO"].contains(&word)
    };
    let is_frontal = |word: &str| {
        const BEGINNINGS: [&str; 4] = ["FRONT", "POSTERO", "ANTERO", "FRENTE"];
        ["PA", "AP", "DV", "VD", "FACE"].contains(&word)
            || BEGINNINGS.iter().any(|b| word.starts_with(b))
    };
    match (
        words().any(is_frontal),
        words().any(is_lateral),
        words().any(is_oblique),
    ) {
        (true, false, false) => Some(Projection::Frontal),
        (false, true, _) => Some(Projection::Lateral),
        (false, false, true) => Some(Projection::Oblique),
        _ => None,
    }
}

fn orientation(attributes: &Attributes<'_>) -> Option<PatientOrientation> {
    let texts = attributes.texts(tags::PATIENT_ORIENTATION);
    let [columns, rows] = texts.as_slice() else {
        return None;
    };
    let known = |side: &str| {
        let side = side.to_uppercase();
        let letters = side.chars().all(|letter| "LRAPHF".contains(letter));
        (letters && !side.is_empty()).then_some(side)
    };
    Some(PatientOrientation {
        columns_towards: known(columns)?,
        rows_towards: known(rows)?,
    })
}

/// The first letter is the main direction (PS3.3 C.7.6.1.1.1).
fn main_directions(orientation: &PatientOrientation) -> Option<(char, char)> {
    let first = |side: &str| side.chars().next();
    Some((
        first(&orientation.columns_towards)?,
        first(&orientation.rows_towards)?,
    ))
}

fn projection_of_orientation(orientation: &PatientOrientation) -> Option<Projection> {
    let (columns, rows) = main_directions(orientation)?;
    // Left, right, head and feet are what writers fill in by default.
    ("AP".contains(columns) || "AP".contains(rows)).then_some(Projection::Lateral)
}

/// How the pixels of a frontal film are moved to have the patient's left at the right and the feet
/// at the bottom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Turn {
    /// Rows become columns, before anything is mirrored.
    pub(super) transposed: bool,
    /// Left and right of the result are exchanged.
    pub(super) mirrored: bool,
    /// Top and bottom of the result are exchanged.
    pub(super) upside_down: bool,
}

impl Turn {
    /// `None` for films that are upright, or are not frontal.
    pub(super) fn of(orientation: &PatientOrientation) -> Option<Self> {
        let (columns, rows) = main_directions(orientation)?;
        let transposed = "HF".contains(columns);
        let (across, down) = if transposed {
            (rows, columns)
        } else {
            (columns, rows)
        };
        let turn = Self {
            transposed,
            mirrored: across == 'R',
            upside_down: down == 'H',
        };
        let is_frontal = "LR".contains(across) && "HF".contains(down);
        let is_upright = !(turn.transposed || turn.mirrored || turn.upside_down);
        (is_frontal && !is_upright).then_some(turn)
    }

    /// In words.
    pub(super) fn describe(self) -> &'static str {
        match (self.transposed, self.mirrored, self.upside_down) {
            (false, false, false) => "left as it is",
            (false, true, false) => "mirrored left to right",
            (false, false, true) => "mirrored top to bottom",
            (false, true, true) => "turned by 180°",
            (true, false, false) => "rows and columns exchanged",
            (true, true, false) => "turned clockwise by 90°",
            (true, false, true) => "turned counterclockwise by 90°",
            (true, true, true) => "turned clockwise by 90° and mirrored top to bottom",
        }
    }

    /// The moved values, row by row, and their width.
    pub(super) fn apply(self, values: &[u16], width_px: usize) -> (Vec<u16>, usize) {
        let height_px = values.len() / width_px.max(1);
        let (new_width, new_height) = if self.transposed {
            (height_px, width_px)
        } else {
            (width_px, height_px)
        };
        let mut moved = Vec::with_capacity(values.len());
        for y in 0..new_height {
            let y = if self.upside_down {
                new_height - 1 - y
            } else {
                y
            };
            for x in 0..new_width {
                let x = if self.mirrored { new_width - 1 - x } else { x };
                let idx = if self.transposed {
                    x * width_px + y
                } else {
                    y * width_px + x
                };
                moved.push(values.get(idx).copied().unwrap_or_default());
            }
        }
        (moved, new_width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_tell_the_projection() {
        let check = |text: &str, expected: Option<Projection>| {
            assert_eq!(projection_of_words(text), expected, "{text}");
        };
        for lateral in [
            "LL",
            "ll",
            "LAT",
            "lateral",
            "Left Lateral",
            "Thorax LL",
            "CHEST LAT.",
            "profil",
        ] {
            check(lateral, Some(Projection::Lateral));
        }
        for frontal in [
            "PA",
            "ap",
            "Thorax p.a.",
            "postero-anterior",
            "CHEST AP PORTABLE",
        ] {
            check(frontal, Some(Projection::Frontal));
        }
        check("RAO", Some(Projection::Oblique));
        for open in ["", "Chest", "CHEST PA AND LATERAL", "bilateral"] {
            check(open, None);
        }
    }

    #[test]
    fn every_orientation_is_turned_upright() {
        // Seen upright: 1 2 3 above 4 5 6.
        let check = |columns: &str, rows: &str, values: [u16; 6], width_px: usize| {
            let orientation = PatientOrientation {
                columns_towards: columns.to_owned(),
                rows_towards: rows.to_owned(),
            };
            let turned = Turn::of(&orientation).map(|turn| turn.apply(&values, width_px));
            let (values, width_px) = turned.unwrap_or((values.to_vec(), width_px));
            assert_eq!(
                (values, width_px),
                (vec![1, 2, 3, 4, 5, 6], 3),
                "{columns}\\{rows}"
            );
        };
        check("L", "F", [1, 2, 3, 4, 5, 6], 3);
        check("R", "F", [3, 2, 1, 6, 5, 4], 3);
        check("L", "H", [4, 5, 6, 1, 2, 3], 3);
        check("RP", "HL", [6, 5, 4, 3, 2, 1], 3);
        check("F", "L", [1, 4, 2, 5, 3, 6], 2);
        check("H", "L", [4, 1, 5, 2, 6, 3], 2);
        check("F", "R", [3, 6, 2, 5, 1, 4], 2);
        check("H", "R", [6, 3, 5, 2, 4, 1], 2);
    }
}
