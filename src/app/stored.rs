//! The file of settings that eframe keeps: looked at before eframe reads it.
//!
//! eframe believes what the file says: a zoom of 0 or an infinite width ends the program at every
//! start. So entries that cannot be used are taken out, and the whole file is kept under another name.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::SETTINGS_KEY;
use crate::files::{BoundedReadError, io_reason, read_text_bounded, write_whole};
use crate::state::Settings;

/// The file's name, as eframe has it.
const FILE_NAME: &str = "app.ron";
/// Far above what 200 paths and the places of all panels take.
const MAX_BYTES: u64 = 16 << 20;
/// eframe's entry of what egui remembers: places of panels and how far lists are scrolled.
const MEMORY_KEY: &str = "egui";
/// eframe's entry of place and size of the window.
const WINDOW_KEY: &str = "window";
/// No place on a screen is further out, in points or pixels.
const MAX_PLACE: f64 = 1e5;
/// Lists are scrolled by up to a hundred thousand rows.
const MAX_SCROLL: f64 = 1e8;
/// Zoom factors that egui can lay out.
const ZOOMS: std::ops::RangeInclusive<f32> = 0.2..=5.0;

/// Takes entries that cannot be used out of the settings file in `folder`, or with `all` the whole
/// file; what the user is told of it.
pub fn set_aside_unusable(folder: &Path, all: bool) -> Option<String> {
    let path = folder.join(FILE_NAME);
    let (good, is_lost) = if all {
        (BTreeMap::new(), true)
    } else {
        usable_entries(&path)?
    };
    let aside = match set_aside(&path) {
        Ok(aside) => aside?,
        Err(error) => {
            let reason = io_reason(&error);
            return Some(format!("cannot set aside ({reason}): {}", path.display()));
        }
    };
    if !good.is_empty()
        && let Ok(text) = ron::to_string(&good)
        && let Err(error) = write_whole(&path, text.as_bytes())
    {
        let reason = io_reason(&error);
        return Some(format!("cannot write ({reason}): {}", path.display()));
    }
    let what = if is_lost {
        "The settings could not be used"
    } else {
        "The places of window and panels could not be used"
    };
    Some(format!("{what}. They are kept in {}", aside.display()))
}

/// The entries that can be used, and whether the settings are not among them; `None` where all can.
fn usable_entries(path: &Path) -> Option<(BTreeMap<String, String>, bool)> {
    let text = match read_text_bounded(path, MAX_BYTES) {
        Ok(text) => text,
        Err(BoundedReadError::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => {
            return None;
        }
        Err(_) => return Some((BTreeMap::new(), true)),
    };
    let Ok(mut entries) = ron::from_str::<BTreeMap<String, String>>(&text) else {
        return Some((BTreeMap::new(), true));
    };
    let n_entries = entries.len();
    entries.retain(|key, value| match key.as_str() {
        SETTINGS_KEY => ron::from_str(value).is_ok_and(|settings: Settings| settings.is_sound()),
        MEMORY_KEY => is_sound_memory(value),
        WINDOW_KEY => is_sound_window(value),
        _ => true,
    });
    let is_lost = !entries.contains_key(SETTINGS_KEY);
    (entries.len() < n_entries).then_some((entries, is_lost))
}

/// Whether egui can start with it. An entry in the form of another version is passed over by eframe.
fn is_sound_memory(text: &str) -> bool {
    // Whole numbers are names of widgets too, of any size.
    let is_whole = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    let sound = words(text)
        .filter(|word| !is_whole(word))
        .filter_map(|word| word.parse::<f64>().ok())
        .all(|number| number.abs() <= MAX_SCROLL);
    let memory = ron::from_str::<egui::Memory>(text);
    sound && memory.map_or(true, |memory| ZOOMS.contains(&memory.options.zoom_factor))
}

/// Whether a window can have this place and size.
fn is_sound_window(text: &str) -> bool {
    let numbers = || words(text).filter_map(|word| word.parse::<f64>().ok());
    let scale = text
        .split_once("scale_factor:")
        .map(|(_, rest)| words(rest).next());
    let scale = scale.flatten().and_then(|word| word.parse::<f32>().ok());
    numbers().all(|number| number.abs() <= MAX_PLACE)
        && scale.is_none_or(|scale| ZOOMS.contains(&scale))
}

/// Numbers and names of RON.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let part_of_word = |c: char| c.is_alphanumeric() || "+-._".contains(c);
    let words = text.split(move |c| !part_of_word(c));
    words.filter(|word| !word.is_empty())
}

/// Gives the file a name that no file has, `None` if there is none.
fn set_aside(path: &Path) -> std::io::Result<Option<PathBuf>> {
    if std::fs::symlink_metadata(path).is_err() {
        return Ok(None);
    }
    let mut names = (1..).map(|n| path.with_file_name(format!("app-set-aside-{n}.ron")));
    let aside = names.find(|name| std::fs::symlink_metadata(name).is_err());
    let aside = aside.unwrap_or_else(|| path.with_extension("old"));
    std::fs::rename(path, &aside)?;
    Ok(Some(aside))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(entries: &[(&str, String)]) -> String {
        let entries = entries.iter().map(|(key, value)| (*key, value.as_str()));
        ron::to_string(&entries.collect::<BTreeMap<_, _>>()).unwrap()
    }

    fn settings(change: impl FnOnce(&mut Settings)) -> String {
        let mut settings = Settings {
            recent_films: vec!["/films/inf.png".into(), "/films/1e9.png".into()],
            ..Settings::default()
        };
        change(&mut settings);
        ron::to_string(&settings).unwrap()
    }

    fn window(x: &str, scale: &str) -> String {
        format!(
            "(normal_geometry:(outer_position_pixels:Some((x:{x},y:0.0)),scale_factor:{scale},\
             inner_size_points:(x:1280.0,y:800.0)),fullscreen:false,maximized:false)"
        )
    }

    /// Sound memory as egui writes it, with a panel's place.
    fn memory(zoom: &str, y: &str) -> String {
        let ctx = egui::Context::default();
        let text = ctx.memory(|memory| ron::to_string(memory).unwrap());
        assert!(text.contains("zoom_factor:1.0"), "{text}");
        let text = text.replace("zoom_factor:1.0", &format!("zoom_factor:{zoom}"));
        let place = format!(
            "data:([(3525011215132793894,(type_id:(8163585459094747120),\
             ron:\"(outer_rect:(min:(x:0.0,y:{y}),max:(x:9.0,y:9.0)))\",generation:1))])"
        );
        text.replace("data:([])", &place)
    }

    /// What is said of a file, and the keys that are left in it.
    fn after(text: &str) -> (Option<String>, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        std::fs::write(&path, text).unwrap();
        let said = set_aside_unusable(folder.path(), false);
        let aside = folder.path().join("app-set-aside-1.ron");
        assert_eq!(said.is_some(), aside.exists());
        if said.is_some() {
            assert_eq!(std::fs::read_to_string(aside).unwrap(), text);
        }
        let left = std::fs::read_to_string(&path).unwrap_or_default();
        let left: BTreeMap<String, String> = ron::from_str(&left).unwrap_or_default();
        (said, left.into_keys().collect())
    }

    #[test]
    fn sound_settings_stay_as_they_are() {
        let text = file(&[
            (MEMORY_KEY, memory("1.25", "55.0")),
            (SETTINGS_KEY, settings(|settings| settings.scale = 1.5)),
            (WINDOW_KEY, window("-1200.0", "2.0")),
        ]);
        let (said, left) = after(&text);
        assert_eq!((said, left.len()), (None, 3));
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(set_aside_unusable(folder.path(), false), None);
        assert_eq!(set_aside_unusable(folder.path(), true), None);
    }

    #[test]
    fn entries_of_nonsense_are_set_aside_one_by_one() {
        let sound = settings(|_| {});
        for bad in [
            memory("0", "1.0"),
            memory("inf", "1.0"),
            memory("1.0", "inf"),
            memory("1.0", "NaN"),
            memory("1.0", "-1e30"),
        ] {
            let (said, left) = after(&file(&[(MEMORY_KEY, bad), (SETTINGS_KEY, sound.clone())]));
            assert!(said.unwrap().contains("places of window"));
            assert_eq!(left, [SETTINGS_KEY]);
        }
        for bad in [
            window("inf", "1.0"),
            window("NaN", "1.0"),
            window("1e30", "1.0"),
            window("0.0", "0"),
            window("0.0", "1e-9"),
        ] {
            let (said, left) = after(&file(&[(WINDOW_KEY, bad), (SETTINGS_KEY, sound.clone())]));
            assert!(said.unwrap().contains("places of window"));
            assert_eq!(left, [SETTINGS_KEY]);
        }
        let bad = [
            settings(|settings| settings.scale = 0.0),
            settings(|settings| settings.scale = f32::NEG_INFINITY),
            settings(|settings| settings.map.opacity = f32::NAN),
            settings(|settings| settings.map.cut_off = 7.0),
            sound.replace("scale:1.0", "scale:true"),
            "(".to_owned(),
        ];
        for bad in bad {
            let (said, left) = after(&file(&[
                (SETTINGS_KEY, bad),
                (WINDOW_KEY, window("0.0", "1.0")),
            ]));
            assert!(said.unwrap().contains("settings could not be used"));
            assert_eq!(left, [WINDOW_KEY]);
        }
    }

    #[test]
    fn a_file_of_nonsense_is_set_aside_whole() {
        for text in ["", "{", "nonsense", "{\"settings\": 1}", "\u{0}\u{0}"] {
            let (said, left) = after(text);
            assert!(said.unwrap().contains("settings could not be used"));
            assert_eq!(left, Vec::<String>::new());
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_without_end_is_set_aside_unread() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/dev/zero", folder.path().join(FILE_NAME)).unwrap();
        assert!(set_aside_unusable(folder.path(), false).is_some());
        assert!(std::fs::symlink_metadata(folder.path().join(FILE_NAME)).is_err());
    }

    #[test]
    fn settings_that_ended_the_program_elsewhere_are_set_aside() {
        let Some(cases) = std::env::var_os("THORAX_CASES") else {
            println!("skipped: THORAX_CASES is not set");
            return;
        };
        for name in ["settings_zoom_0", "settings_infinite"] {
            let path = Path::new(&cases).join("hostile").join(name).join(FILE_NAME);
            let (said, left) = after(&std::fs::read_to_string(path).unwrap());
            assert!(
                said.unwrap().contains("settings could not be used"),
                "{name}"
            );
            assert_eq!(left, [WINDOW_KEY], "{name}");
        }
    }
}
