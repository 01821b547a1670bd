use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::recent::put_first;
use super::session::Session;
use super::{EvaluationSettings, KeyChoices};
use crate::explain::{CamMethod, Colormap, OverlayStyle};

/// Settings saved between runs of the program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Dark, light, or that of the system.
    pub theme: ThemeChoice,
    /// How maps are shown.
    pub map: MapSettings,
    /// Scale of text and buttons: 1 is that of the system, up to 2.
    pub scale: f32,
    /// Keys other than the first ones.
    pub keys: KeyChoices,
    /// Folders opened last, newest first.
    pub recent_folders: Vec<PathBuf>,
    /// Films opened last, newest first.
    pub recent_films: Vec<PathBuf>,
    /// Where exports were written last.
    pub export_folder: Option<PathBuf>,
    /// The model that the user wants at every start in place of the built-in one.
    pub pinned_model: Option<PathBuf>,
    /// The last session.
    pub session: Session,
    /// Whether the next start opens that again.
    pub restore_session: bool,
    /// How films are shown, whichever film it is.
    pub viewer: ViewerSettings,
    /// The last training settings.
    pub training: TrainingSettings,
    /// How evaluation shows its figures.
    pub evaluation: EvaluationSettings,
}

/// Saved settings of training.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TrainingSettings {
    /// The configuration as text: one that an older program wrote must not cost the settings.
    pub config: Option<String>,
    /// Folder of the next run.
    pub run_folder: Option<String>,
    /// Runs that were started or opened, newest first.
    pub recent_runs: Vec<PathBuf>,
    /// Folders that are searched for runs, newest first.
    pub runs_folders: Vec<PathBuf>,
}

impl TrainingSettings {
    /// Puts a run at the top of the recent ones.
    pub fn remember_run(&mut self, folder: &Path) {
        put_first(&mut self.recent_runs, folder);
    }

    /// Puts a folder at the top of those that are searched for runs.
    pub fn remember_runs_folder(&mut self, folder: &Path) {
        put_first(&mut self.runs_folders, folder);
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: ThemeChoice::System,
            map: MapSettings::default(),
            scale: 1.0,
            keys: KeyChoices::default(),
            recent_folders: Vec::new(),
            recent_films: Vec::new(),
            export_folder: None,
            pinned_model: None,
            session: Session::default(),
            restore_session: true,
            viewer: ViewerSettings::default(),
            training: TrainingSettings::default(),
            evaluation: EvaluationSettings::default(),
        }
    }
}

impl Settings {
    /// Whether every number is one that the window can set.
    pub fn is_sound(&self) -> bool {
        let map = &self.map;
        (1.0..=2.0).contains(&self.scale)
            && (0.0..=1.0).contains(&map.opacity)
            && (0.0..1.0).contains(&map.cut_off)
    }

    /// Puts a folder at the top of the recent ones.
    pub fn remember_folder(&mut self, folder: &Path) {
        put_first(&mut self.recent_folders, folder);
    }

    /// Puts a film at the top of the recent ones, by its whole path: the next run may start elsewhere.
    pub fn remember_film(&mut self, path: &Path) {
        put_first(&mut self.recent_films, path);
    }
}

/// Saved settings of the viewer.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each holds or not, whatever the others do"
)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ViewerSettings {
    /// A window drag up and down changes the width, left and right the center.
    pub window_axes_swapped: bool,
    /// Whether the film's histogram is shown.
    pub histogram_shown: bool,
    /// Whether the finding in view stays from film to film; or else each film shows its top finding.
    pub finding_kept: bool,
    /// Whether the list of films gives its place to the film.
    pub list_hidden: bool,
    /// Whether the findings do.
    pub findings_hidden: bool,
}

/// Colors of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ThemeChoice {
    /// As the desktop has it, dark where it does not say.
    System,
    /// Dark, as in a reading room.
    Dark,
    /// Light.
    Light,
}

/// Settings of the map overlay.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MapSettings {
    /// Whether it is shown at all.
    pub visible: bool,
    /// Of the hottest place, in `[0, 1]`.
    pub opacity: f32,
    /// From values to colors.
    pub colormap: Colormap,
    /// Which map; that of covered places is made film by film, when it is asked for.
    pub method: CamMethod,
    /// Whether the head's cells are blended for display; numbers are of the exact map.
    pub smooth: bool,
    /// Share of the map's maximum below which nothing is drawn, in `[0, 1)`.
    pub cut_off: f32,
    /// Lines of equal evidence in place of colors.
    pub contours: bool,
}

impl Default for MapSettings {
    fn default() -> Self {
        let style = OverlayStyle::default();
        Self {
            visible: true,
            opacity: style.opacity,
            colormap: style.colormap,
            method: CamMethod::default(),
            smooth: style.smooth,
            cut_off: style.cut_off,
            contours: false,
        }
    }
}

impl MapSettings {
    /// How a map is drawn over a film.
    pub fn style(&self) -> OverlayStyle {
        OverlayStyle {
            colormap: self.colormap,
            opacity: self.opacity,
            strength: 1.0,
            cut_off: self.cut_off,
            smooth: self.smooth,
            outline: self.contours,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_survive_a_version_that_knows_fewer_of_them() {
        let settings: Settings = serde_json::from_str(r#"{"theme":"Light"}"#).unwrap();
        assert_eq!(settings.theme, ThemeChoice::Light);
        assert_eq!(settings.map, MapSettings::default());
    }

    #[test]
    fn a_model_that_an_older_version_remembered_is_not_pinned() {
        let settings: Settings =
            serde_json::from_str(r#"{"model":"/runs/a/best.safetensors"}"#).unwrap();
        assert_eq!(settings, Settings::default());
    }

    #[test]
    fn settings_that_name_a_map_keep_it_and_others_get_the_exact_one() {
        let map = |text: &str| serde_json::from_str::<Settings>(text).unwrap().map;
        let old = map(
            r#"{"map":{"method":"GradCam","scale":"Absolute","colormap":"Inferno","cut_off":0.0}}"#,
        );
        assert_eq!(
            (old.method, old.colormap),
            (CamMethod::GradCam, Colormap::Inferno)
        );
        assert_eq!(old.cut_off, 0.0);
        let new = map("{}");
        assert_eq!((new.method, new.cut_off), (CamMethod::HiResCam, 0.3));
        assert!(new.smooth);
    }
}
