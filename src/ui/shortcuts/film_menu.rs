use egui::Context;

use super::{Action, Actions};
use crate::state::{Command, CompareCommand, ListCommand, Mark, ViewerCommand};

/// A line of a menu.
#[derive(Clone, Debug, PartialEq)]
pub struct MenuEntry {
    /// What it says.
    pub label: &'static str,
    /// The key that does the same for the film in view; empty without one.
    pub key: String,
    /// What it does; `None` where that is not possible now.
    pub command: Option<Command>,
    /// Why it is not, where that is not to be seen.
    pub obstacle: Option<&'static str>,
    /// For what can be on or off: whether it is on.
    pub selected: Option<bool>,
}

impl Actions<'_> {
    /// The menu of a film of the list, in groups. As in a file manager it is of the film under the pointer, which is not
    /// opened by asking.
    pub fn film_menu(self, ctx: &Context, film_idx: usize) -> Vec<Vec<MenuEntry>> {
        let films = &self.state.shared.films;
        let Some(entry) = films.entries().get(film_idx) else {
            return Vec::new();
        };
        let in_view = films.current() == Some(film_idx);
        let of_action = |action: Action, command| MenuEntry {
            label: action.label(),
            key: self.key_words(ctx, action),
            command,
            obstacle: None,
            selected: None,
        };
        let of_film_in_view = |action| MenuEntry {
            obstacle: self.obstacle(action),
            ..of_action(action, self.command(action))
        };
        let plain = |label, command| MenuEntry {
            label,
            key: String::new(),
            command: Some(command),
            obstacle: None,
            selected: None,
        };
        let first = if in_view {
            vec![
                of_film_in_view(Action::Prior),
                of_film_in_view(Action::CompareNext),
                of_film_in_view(Action::ComparePrevious),
                of_film_in_view(Action::CompareModel),
                of_film_in_view(Action::CloseCompare),
                of_film_in_view(Action::ToggleMap),
            ]
        } else {
            let compare = CompareCommand::ShowFilm(film_idx);
            vec![
                plain(
                    "Show this film",
                    Command::Viewer(ViewerCommand::ShowFilm(film_idx)),
                ),
                plain(
                    "Compare with the film in view",
                    Command::Viewer(ViewerCommand::Compare(compare)),
                ),
            ]
        };
        let marks = [
            (Action::Flag, Mark::Flagged),
            (Action::Reviewed, Mark::Reviewed),
            (Action::Exclude, Mark::Excluded),
        ];
        let marks = marks.map(|(action, mark)| MenuEntry {
            selected: Some(entry.mark == Some(mark)),
            ..of_action(
                action,
                Some(Command::List(ListCommand::MarkFilm(film_idx, mark))),
            )
        });
        let named = !self.state.list.is_blinded_to(Some(&entry.path));
        let path = || named.then(|| entry.path.clone());
        let free = !self.state.viewer.exports.is_running();
        let mut files = Vec::new();
        if in_view {
            files.push(of_film_in_view(Action::ExportPicture));
            files.push(of_film_in_view(Action::CopyPicture));
        }
        files.push(of_action(Action::CopyPath, path().map(Command::CopyPath)));
        let folder = path().filter(|_| free).map(Command::ShowInFolder);
        files.push(of_action(Action::ShowInFolder, folder));
        vec![first, marks.to_vec(), files]
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::Fixture;
    use super::*;

    fn entry(menu: &[Vec<MenuEntry>], label: &str) -> MenuEntry {
        let found = menu.iter().flatten().find(|entry| entry.label == label);
        found.unwrap_or_else(|| panic!("{label}: {menu:?}")).clone()
    }

    #[test]
    fn the_menu_of_a_row_means_its_film_and_leaves_the_one_in_view() {
        let mut stage = Fixture::Film.stage();
        let films = &stage.state.shared.films;
        let current = films.current().unwrap();
        let other = (0..films.entries().len()).find(|idx| *idx != current);
        let other = other.unwrap();
        let path = films.entries()[other].path.clone();
        let ctx = Context::default();
        let menu = Actions::of(&stage.state).film_menu(&ctx, other);
        assert_eq!(
            entry(&menu, "Copy path of film").command,
            Some(Command::CopyPath(path.clone()))
        );
        assert_eq!(
            entry(&menu, "Show in folder").command,
            Some(Command::ShowInFolder(path))
        );
        let mark = entry(&menu, "Mark as flagged");
        assert_eq!(mark.selected, Some(false));
        stage.state.apply(mark.command.unwrap());
        let films = &stage.state.shared.films;
        assert_eq!(films.entries()[other].mark, Some(Mark::Flagged));
        assert_eq!(films.entries()[current].mark, None);
        assert_eq!(films.current(), Some(current));
        let menu = Actions::of(&stage.state).film_menu(&ctx, other);
        assert_eq!(entry(&menu, "Mark as flagged").selected, Some(true));
    }

    #[test]
    fn a_prior_that_there_is_not_is_grayed_and_the_menu_says_why() {
        let mut stage = Fixture::Film.stage();
        let mut priors = Vec::new();
        for film_idx in 0..stage.state.shared.films.entries().len() {
            let show = ViewerCommand::ShowFilm(film_idx);
            stage.state.apply(Command::Viewer(show));
            let menu = Actions::of(&stage.state).film_menu(&Context::default(), film_idx);
            let prior = entry(&menu, Action::Prior.label());
            assert_eq!(prior.command.is_none(), prior.obstacle.is_some());
            assert!(
                prior
                    .obstacle
                    .is_none_or(|text| text.starts_with("No prior:"))
            );
            priors.push(prior.command.is_some());
        }
        assert!(
            priors.contains(&true) && priors.contains(&false),
            "{priors:?}"
        );
    }

    #[test]
    fn keys_in_the_menu_are_those_of_the_user() {
        let mut stage = Fixture::Film.stage();
        let key = Some("Ctrl+Shift+B".to_owned());
        stage.state.apply(Command::SetKey("Flag", key));
        let menu = Actions::of(&stage.state).film_menu(&Context::default(), 0);
        let key = entry(&menu, "Mark as flagged").key;
        assert!(key.contains("Shift") && key.contains('B'), "{key}");
    }

    #[test]
    fn a_blinded_reader_is_not_told_the_name_by_the_menu() {
        let stage = Fixture::Blinded.stage();
        let current = stage.state.shared.films.current().unwrap();
        let menu = Actions::of(&stage.state).film_menu(&Context::default(), current);
        for label in [
            "Copy path of film",
            "Show in folder",
            Action::CopyPicture.label(),
        ] {
            assert_eq!(entry(&menu, label).command, None, "{label}");
        }
    }
}
