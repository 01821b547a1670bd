use super::SplitChoice;
use crate::train::{SplitKind, TrainConfig, TrainError};

/// The configuration being edited, by widgets or as text: both show the same values.
#[derive(Clone, Debug, Default)]
pub struct RunForm {
    /// Configuration of the next run.
    pub config: TrainConfig,
    /// Folder of the next run.
    pub run_folder: String,
    /// Nobody has chosen a split of this data: the lists that are in its folder are taken, if they are good.
    pub(super) takes_own_lists: bool,
    /// Error in the configuration.
    pub error: Option<String>,
    /// Configuration as text, while it is shown.
    pub text: Option<String>,
    /// Error in the text; the last valid configuration stays in force.
    pub text_error: Option<String>,
}

impl RunForm {
    /// Restores saved settings; an invalid configuration is ignored.
    pub fn remembered(config: Option<&str>, run_folder: Option<&str>) -> Self {
        let config = config.and_then(|text| TrainConfig::from_toml(text, &[]).ok());
        let mut form = Self {
            run_folder: run_folder.unwrap_or_default().to_owned(),
            ..Self::default()
        };
        form.set(config.unwrap_or_default());
        form
    }

    /// Puts another configuration in force; the text follows.
    pub fn set(&mut self, config: TrainConfig) {
        self.error = config.check().err().map(|error| error.to_string());
        self.config = config;
        if self.text.is_some() {
            self.show_text(true);
        }
    }

    /// The user's edit of the configuration, whose split stays as it is from then on if it is changed.
    pub fn edit(&mut self, mut config: TrainConfig) {
        let before = SplitChoice::of(&self.config);
        let is_same_split = SplitChoice::of(&config) == before;
        if config.data != self.config.data {
            let is_default = before == SplitChoice::Rule(SplitKind::default());
            if is_same_split && self.takes_own_lists {
                // They were those of the folder before.
                SplitChoice::Rule(SplitKind::default()).choose(&mut config);
            }
            self.takes_own_lists = is_same_split && (is_default || self.takes_own_lists);
        } else if !is_same_split {
            self.takes_own_lists = false;
        }
        self.set(config);
    }

    /// Puts the lists of the data's own folder in force, unless a split was chosen.
    pub(super) fn take_own_lists(&mut self, lists: &SplitChoice) -> bool {
        let takes = self.takes_own_lists && !lists.is_chosen(&self.config);
        if takes {
            let mut config = self.config.clone();
            lists.choose(&mut config);
            self.set(config);
        }
        takes
    }

    /// Shows or hides all keys as text.
    pub fn show_text(&mut self, shown: bool) {
        (self.text, self.text_error) = (None, None);
        if shown {
            match self.config.to_toml() {
                Ok(text) => self.text = Some(text),
                Err(error) => self.text_error = Some(error.to_string()),
            }
        }
    }

    /// Takes the text as it is typed; it is in force as soon as it can be read.
    pub fn set_text(&mut self, text: String) {
        match TrainConfig::from_toml(&text, &[]) {
            Ok(config) => {
                if SplitChoice::of(&config) != SplitChoice::of(&self.config) {
                    self.takes_own_lists = false;
                }
                (self.config, self.error, self.text_error) = (config, None, None);
            }
            Err(error) => self.text_error = Some(located(&text, &error.to_string())),
        }
        self.text = Some(text);
    }

    /// As it is remembered and saved.
    pub fn to_toml(&self) -> Result<String, TrainError> {
        self.config.to_toml()
    }
}

/// An error of a configuration as text, in one sentence that begins with its line.
fn located(text: &str, error: &str) -> String {
    if let Err(syntax) = text.parse::<toml::Table>() {
        let before = syntax.span().and_then(|span| text.get(..span.start));
        let n_line = before.map_or(1, |before| before.matches('\n').count() + 1);
        let reason = syntax.message().replace('\n', ", ");
        return format!("line {n_line} cannot be read: {reason}");
    }
    // A list of all keys, of which one is meant, helps nobody.
    let (reason, _) = error.split_once(", expected one of").unwrap_or((error, ""));
    let reason = reason.trim().replace("unknown field", "unknown setting");
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let words: Vec<&str> = reason.split(|c| !is_word(c)).collect();
    let keys = text
        .lines()
        .map(|line| line.split('=').next().unwrap_or("").trim());
    let mut lines = (1..).zip(keys).filter(|(_, key)| !key.is_empty());
    match lines.find(|(_, key)| words.contains(key)) {
        Some((n_line, _)) => format!("line {n_line}: {reason}"),
        None => reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widgets_and_text_are_one_configuration() {
        let mut form = RunForm::default();
        form.show_text(true);
        let text = form.text.clone().unwrap();
        form.set_text(text.replace("depth = 56", "depth = 11"));
        assert_eq!((form.config.depth, form.text_error.clone()), (11, None));
        form.set(TrainConfig {
            epochs: 3,
            ..form.config.clone()
        });
        assert!(form.text.as_ref().unwrap().contains("epochs = 3"));
    }

    #[test]
    fn a_text_that_is_none_leaves_the_configuration_as_it_was() {
        let mut form = RunForm::default();
        form.set_text("depth = 12".to_owned());
        assert_eq!(form.config, TrainConfig::default());
        assert!(form.text_error.is_some() && form.text.is_some());
    }

    #[test]
    fn an_error_of_the_text_names_its_line() {
        let error = |text: &str| {
            let mut form = RunForm::default();
            form.set_text(text.to_owned());
            form.text_error.unwrap()
        };
        let range = error("depth = 56\nepochs = 0\n");
        assert_eq!(range, "line 2: expected at least 1 for epochs, got 0");
        let unknown = error("name = \"a\"\n\nepoch = 3\n");
        assert_eq!(unknown, "line 3: unknown setting `epoch`");
        let kind = error("epochs = \"many\"\n");
        assert_eq!(
            kind,
            "line 1: expected a whole number for epochs, got \"many\""
        );
        let comma = error("depth = 56\nlearning_rate = 0,01\n");
        assert!(comma.starts_with("line 2 cannot be read: "), "{comma}");
        let angle = error("[augment]\nrotation_degrees = 500.0\n");
        assert!(angle.starts_with("line 2: expected 0 to 180"), "{angle}");
    }

    fn lists(of: &str) -> SplitChoice {
        let test = Some(format!("{of}/test.txt").into());
        SplitChoice::Lists {
            lists: [None, None, test],
            in_folder: true,
        }
    }

    /// The form after its data was set to `path`.
    fn with_data(form: &RunForm, path: &str) -> RunForm {
        let mut form = form.clone();
        form.edit(TrainConfig {
            data: path.into(),
            ..form.config.clone()
        });
        form
    }

    #[test]
    fn a_folders_own_lists_are_taken_where_no_split_was_chosen() {
        let mut form = with_data(&RunForm::default(), "a");
        assert!(form.take_own_lists(&lists("a")));
        assert!(lists("a").is_chosen(&form.config));
        assert!(!form.take_own_lists(&lists("a")), "once");
        let other = with_data(&form, "b");
        let rule = SplitChoice::Rule(SplitKind::Patient);
        assert!(rule.is_chosen(&other.config), "those of a are not b's");
        assert!(other.clone().take_own_lists(&lists("b")));
        // Chosen by hand, it stays.
        let mut config = form.config.clone();
        rule.choose(&mut config);
        form.edit(config);
        assert!(!form.take_own_lists(&lists("a")));
        let mut remembered = RunForm::remembered(Some("data = \"a\""), None);
        assert!(!remembered.take_own_lists(&lists("a")));
    }

    #[test]
    fn chosen_lists_and_a_split_by_image_are_kept_for_other_data() {
        for chosen in [lists("own"), SplitChoice::Rule(SplitKind::Image)] {
            let mut form = with_data(&RunForm::default(), "a");
            let mut config = form.config.clone();
            chosen.choose(&mut config);
            form.edit(config);
            let mut form = with_data(&form, "b");
            assert!(chosen.is_chosen(&form.config));
            assert!(!form.take_own_lists(&lists("b")));
        }
    }

    #[test]
    fn what_is_out_of_range_is_said() {
        let mut form = RunForm::default();
        form.set(TrainConfig {
            epochs: 0,
            ..TrainConfig::default()
        });
        assert!(form.error.as_ref().unwrap().contains("epochs"));
    }

    #[test]
    fn a_configuration_is_remembered_and_a_broken_one_forgotten() {
        let config = TrainConfig {
            depth: 20,
            ..TrainConfig::default()
        };
        let text = config.to_toml().unwrap();
        let form = RunForm::remembered(Some(&text), Some("runs/a"));
        assert_eq!(
            (form.config.depth, form.run_folder.as_str()),
            (20, "runs/a")
        );
        let form = RunForm::remembered(Some("no_such_key = 1"), None);
        assert_eq!(form.config, TrainConfig::default());
    }
}
