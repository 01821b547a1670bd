//! From stored numbers to gray: modality look-up, then windows and VOI tables (PS3.3 C.11).

use dicom_core::Tag;
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;

use crate::domain::{ModalityMap, NamedWindow, Pixels, Voi, VoiFunction, Window};

use super::attributes::Attributes;
use super::header::Header;

/// The Modality LUT Sequence if there is one, else slope and intercept, else the identity.
pub(super) fn modality_map(attributes: &mut Attributes<'_>, header: &Header) -> ModalityMap {
    if let [item, ..] = attributes.items(tags::MODALITY_LUT_SEQUENCE) {
        match LookUp::read(item, header.signed) {
            Some(LookUp { first, entries, .. }) => return ModalityMap::Table { first, entries },
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
}

/// VOI tables first, as the maker's own curve; then windows; then the full range of the picture.
pub(super) fn windows(
    attributes: &mut Attributes<'_>,
    header: &Header,
    modality: &ModalityMap,
    pixels: &Pixels,
) -> Windows {
    let mut offered = voi_tables(attributes, header);
    offered.extend(center_width_windows(attributes));
    offered.push((
        full_range(attributes, modality, pixels),
        "the full range of its values".to_owned(),
    ));
    let mut offered = offered.into_iter();
    // The full range is always among them.
    let (default, described) = offered.next().unwrap_or_else(|| {
        let name = "Full range".to_owned();
        let voi = Voi::Window(Window::spanning(0.0, 65_535.0));
        (NamedWindow { name, voi }, String::new())
    });
    Windows {
        default,
        others: offered.map(|(window, _)| window).collect(),
        described,
    }
}

fn voi_tables(attributes: &mut Attributes<'_>, header: &Header) -> Vec<(NamedWindow, String)> {
    let mut tables = vec![];
    for (idx, item) in attributes.items(tags::VOILUT_SEQUENCE).iter().enumerate() {
        let Some(table) = LookUp::read(item, header.signed) else {
            attributes.warn(format!(
                "VOI LUT {} cannot be read and is ignored.",
                idx + 1
            ));
            continue;
        };
        let explanation = Attributes::new(item).text(tags::LUT_EXPLANATION);
        let name = explanation.unwrap_or_else(|| format!("VOI LUT {}", idx + 1));
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
    let (function, function_name) = match attributes.text(tags::VOILUT_FUNCTION).as_deref() {
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
fn full_range(attributes: &Attributes<'_>, modality: &ModalityMap, pixels: &Pixels) -> NamedWindow {
    let padding = match attributes.integer(tags::PIXEL_PADDING_VALUE) {
        Some(Ok(value)) => Some(value),
        _ => None,
    };
    let mut is_present = vec![false; usize::from(u16::MAX) + 1];
    for &value in pixels.values() {
        if let Some(present) = is_present.get_mut(usize::from(value)) {
            *present = true;
        }
    }
    let stored = (0..).zip(is_present).filter(|(_, present)| *present);
    let stored: Vec<i32> = stored
        .map(|(value, _): (i32, _)| value + pixels.offset())
        .collect();
    let is_padding = |number: i32| Some(i64::from(number)) == padding;
    let values = stored
        .iter()
        .filter(|&&number| stored.len() == 1 || !is_padding(number));
    let mut range: Option<(f64, f64)> = None;
    for value in values.map(|&number| modality.apply(number)) {
        let (low, high) = range.unwrap_or((value, value));
        range = Some((low.min(value), high.max(value)));
    }
    let (low, high) = range.unwrap_or((0.0, 1.0));
    NamedWindow {
        name: "Full range".to_owned(),
        voi: Voi::Window(Window::spanning(low, high)),
    }
}

/// One item of a LUT sequence, C.11.1.1 and C.11.2.1.1.
struct LookUp {
    first: i32,
    entries: Vec<u16>,
    max: u16,
}

impl LookUp {
    fn read(item: &InMemDicomObject, signed: bool) -> Option<Self> {
        let integers = |tag: Tag| item.get(tag)?.to_multi_int::<i32>().ok();
        let [n_entries, first, bits] = *integers(tags::LUT_DESCRIPTOR)? else {
            return None;
        };
        // 65,536 does not fit 16 bits and is written as 0.
        let n_entries = match n_entries & 0xFFFF {
            0 => 65_536,
            n => n as usize,
        };
        // Implicit VR cannot say that the second value is signed.
        let first = if signed && first > 32_767 {
            first - 65_536
        } else {
            first
        };
        if !(8..=16).contains(&bits) {
            return None;
        }
        let bytes = item.get(tags::LUT_DATA)?.value().primitive()?.to_bytes();
        let entries: Vec<u16> = if bytes.len() >= 2 * n_entries {
            let words = bytes.chunks_exact(2).take(n_entries);
            words
                .filter_map(|word| word.try_into().ok().map(u16::from_le_bytes))
                .collect()
        } else if bits == 8 && bytes.len() >= n_entries {
            bytes
                .iter()
                .take(n_entries)
                .map(|&byte| u16::from(byte))
                .collect()
        } else {
            return None;
        };
        let max = ((1_u32 << bits) - 1) as u16;
        Some(Self {
            first,
            entries,
            max,
        })
    }
}
