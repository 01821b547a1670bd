//! The menus of films and runs opened lately.

use std::path::{Path, PathBuf, absolute};

/// How many films, and how many runs, the menus remember.
const MAX_RECENT: usize = 10;

/// Puts a path at the top, whole, since the next start may be in another folder; the oldest beyond the tenth go.
pub(super) fn put_first(recent: &mut Vec<PathBuf>, path: &Path) {
    let path = absolute(path).unwrap_or_else(|_| path.to_owned());
    recent.retain(|known| *known != path);
    recent.insert(0, path);
    recent.truncate(MAX_RECENT);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recent_paths_are_few_whole_and_never_twice() {
        let mut recent = Vec::new();
        (0..12).for_each(|n| put_first(&mut recent, &PathBuf::from(format!("{n}.png"))));
        put_first(&mut recent, Path::new("5.png"));
        assert_eq!(recent.len(), MAX_RECENT);
        assert!(recent[0].ends_with("5.png"));
        assert!(recent.iter().all(|path| path.is_absolute()));
        let fives = recent.iter();
        assert_eq!(fives.filter(|path| path.ends_with("5.png")).count(), 1);
    }
}
