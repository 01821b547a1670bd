//! From stored numbers to gray: modality look-up, then windows and VOI tables (PS3.3 C.11).

use std::ops::RangeInclusive;

use dicom_dictionary_std::tags;

use crate::domain::{Contrast, ModalityMap, NamedWindow, Voi, VoiFunction, Window};
use crate::imaging::contrast::{ChosenContrast, modality_counts};

use super::attributes::Attributes;
use super::header::Header;
use super::look_up::LookUp;
use super::pixels::Stored;

/// The Modality LUT Sequence if there is one, else slope and intercept, else the identity.
///
/// None of them is for color pictures.
pub(super) fn modality_map(
    attributes: &mut Attributes<'_>,
    header: &Header,
    stored: &Stored,
) -> ModalityMap {
    if stored.from_color {
        return ModalityMap::IDENTITY;
    }
    let items = attributes.items(tags::MODALITY_LUT_SEQUENCE, "Modality LUT Sequence");
    if let Some(item) = items.first() {
        match LookUp::of_item(&Attributes::new(item), header.stored_range()) {
            Some(LookUp {
                first,
                entries,
                missing,
                ..
            }) => {
                if let Some(missing) = missing {
                    attributes.warn(format!("The Modality LUT {missing}."));
                }
                return ModalityMap::Table { first, entries };
            }
            None => attributes.warn("The Modality LUT cannot be read and is ignored.".to_owned()),
        }
    }
    let slope = attributes.numbers(tags::RESCALE_SLOPE, "Rescale Slope");
    let intercept = attributes.numbers(tags::RESCALE_INTERCEPT, "Rescale Intercept");
    let slope = slope.first().copied().unwrap_or(1.0);
    let intercept = intercept.first().copied().unwrap_or(0.0);
    if slope == 0.0 {
        attributes.warn("A Rescale Slope of 0 is ignored.".to_owned());
        return ModalityMap::IDENTITY;
    }
    ModalityMap::Linear { slope, intercept }
}

/// The modality map as text.
pub(super) fn describe_modality(map: &ModalityMap) -> String {
    match map {
        map if *map == ModalityMap::IDENTITY => {
            "stored numbers taken as modality values".to_owned()
        }
        ModalityMap::Linear { slope, intercept } => {
            format!("modality value = {slope} * stored + {intercept}")
        }
        ModalityMap::Table { entries, .. } => {
            format!("modality values by a table of {} entries", entries.len())
        }
    }
}

/// The gray mappings that a file offers.
pub(super) struct Windows {
    pub(super) default: NamedWindow,
    pub(super) others: Vec<NamedWindow>,
    /// The default as text.
    pub(super) described: String,
    /// Who chose the default, and why its scores are doubtful then.
    pub(super) contrast: Contrast,
    pub(super) doubt: Option<String>,
}

/// Why the program chooses a contrast.
const NO_WINDOW: &str = "the file names no window";

/// VOI tables first, as the maker's own curve; then windows; then the full range of the picture, or of a film of
/// more than 8 bits without any of them what is left without outliers and borders.
pub(super) fn windows(
    attributes: &mut Attributes<'_>,
    header: &Header,
    modality: &ModalityMap,
    stored: &Stored,
) -> Windows {
    if stored.from_color {
        // Windows and VOI tables are for gray pictures (C.11.2.1).
        let described = "the full range of its bits";
        return Windows::of_file(full_range(0.0, stored.white()), described, vec![]);
    }
    let mut offered = voi_tables(attributes, modality.range(header.stored_range()));
    offered.extend(center_width_windows(attributes));
    let padding = padding(attributes, header);
    let counts = modality_counts(&stored.pixels, modality, padding.as_ref());
    let value = |found: Option<&(f64, u32)>| found.map_or(0.0, |&(value, _)| value);
    let full = full_range(value(counts.first()), value(counts.last()));
    let mut offered = offered.into_iter();
    if let Some((default, described)) = offered.next() {
        let others = offered.map(|(window, _)| window).chain([full]).collect();
        return Windows::of_file(default, &described, others);
    }
    let described = "the full range of its values";
    let chosen = ChosenContrast::of(&counts).filter(|_| stored.bits > 8);
    let Some(chosen) = chosen else {
        return Windows::of_file(full, described, vec![]);
    };
    if !chosen.leaves_out() {
        attributes.warn(format!(
            "Black and white are the least and the largest gray value of the film: {NO_WINDOW}."
        ));
        return Windows::of_file(full, described, vec![]);
    }
    Windows {
        default: chosen.named(),
        others: vec![full],
        described: format!("{}: {NO_WINDOW}", chosen.described()),
        contrast: Contrast::Chosen,
        doubt: Some(chosen.doubt(NO_WINDOW)),
    }
}

impl Windows {
    fn of_file(default: NamedWindow, described: &str, others: Vec<NamedWindow>) -> Self {
        Self {
            default,
            others,
            described: format!("gray by {described}"),
            contrast: Contrast::File,
            doubt: None,
        }
    }
}

fn voi_tables(attributes: &mut Attributes<'_>, input: (f64, f64)) -> Vec<(NamedWindow, String)> {
    let mut tables = vec![];
    let items = attributes.items(tags::VOILUT_SEQUENCE, "VOI LUT Sequence");
    for (idx, item) in items.iter().enumerate() {
        let item = Attributes::new(item);
        let number = idx + 1;
        let Some(table) = LookUp::of_item(&item, input) else {
            attributes.warn(format!("VOI LUT {number} cannot be read and is ignored."));
            continue;
        };
        for oddity in [&table.missing, &table.stretched].into_iter().flatten() {
            attributes.warn(format!("VOI LUT {number} {oddity}."));
        }
        let explanation = item.text(tags::LUT_EXPLANATION);
        let name = explanation.unwrap_or_else(|| format!("VOI LUT {number}"));
        let described = format!("the file's VOI LUT of {} entries", table.entries.len());
        let voi = Voi::Table {
            first: f64::from(table.first),
            max: table.max,
            entries: table.entries,
        };
        tables.push((NamedWindow { name, voi }, described));
    }
    tables
}

fn center_width_windows(attributes: &mut Attributes<'_>) -> Vec<(NamedWindow, String)> {
    let centers = attributes.numbers(tags::WINDOW_CENTER, "Window Center");
    let widths = attributes.numbers(tags::WINDOW_WIDTH, "Window Width");
    if centers.len() != widths.len() {
        let (n_centers, n_widths) = (centers.len(), widths.len());
        attributes.warn(format!(
            "The file has {n_centers} window centers, {n_widths} widths."
        ));
    }
    let names = attributes.texts(tags::WINDOW_CENTER_WIDTH_EXPLANATION);
    let (function, function_name) = match attributes.code(tags::VOILUT_FUNCTION).as_deref() {
        None | Some("LINEAR") => (VoiFunction::Linear, "LINEAR"),
        Some("LINEAR_EXACT") => (VoiFunction::LinearExact, "LINEAR_EXACT"),
        Some("SIGMOID") => (VoiFunction::Sigmoid, "SIGMOID"),
        Some(other) => {
            attributes.warn(format!(
                "VOI LUT Function {other} is not known; LINEAR is taken."
            ));
            (VoiFunction::Linear, "LINEAR")
        }
    };
    let mut windows = vec![];
    for (idx, (&center, &width)) in centers.iter().zip(&widths).enumerate() {
        let voi = match Window::new(center, width, function) {
            Ok(window) => Voi::Window(window),
            Err(error) => {
                attributes.warn(format!("Window {} is ignored: {error}.", idx + 1));
                continue;
            }
        };
        let name = names.get(idx).filter(|name| !name.is_empty()).cloned();
        let name = name.unwrap_or_else(|| format!("Window {}", idx + 1));
        let described =
            format!("the file's window, center {center}, width {width}, {function_name}");
        windows.push((NamedWindow { name, voi }, described));
    }
    windows
}

/// From the smallest to the largest modality value in the picture, padding left out.
fn full_range(low: f64, high: f64) -> NamedWindow {
    NamedWindow {
        name: "Full range".to_owned(),
        voi: Voi::Window(Window::spanning(low, high)),
    }
}

/// The stored numbers that are no picture, C.7.5.1.1.2. They have the sign of the pixels, whatever
/// their VR says.
fn padding(attributes: &Attributes<'_>, header: &Header) -> Option<RangeInclusive<i64>> {
    let stored = |tag| {
        let number = attributes.integer(tag)?.ok()?;
        Some(match number {
            32_768..=65_535 if header.signed => number - 65_536,
            -32_768..=-1 if !header.signed => number + 65_536,
            _ => number,
        })
    };
    let value = stored(tags::PIXEL_PADDING_VALUE)?;
    let limit = stored(tags::PIXEL_PADDING_RANGE_LIMIT).unwrap_or(value);
    Some(value.min(limit)..=value.max(limit))
}
