//! What was open at the end, to be opened again at the next start.

use std::path::{PathBuf, absolute};

use serde::{Deserialize, Serialize};

/// How many paths that were opened one by one are opened again at the next start.
const MAX_SESSION: usize = 200;

/// The open session: paths as given, and the film in view.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Session {
    /// Films and folders, in the order in which they were opened.
    pub opened: Vec<PathBuf>,
    /// The film in view.
    pub current: Option<PathBuf>,
    /// The log of the blinded session that was running: its films are not shown without it.
    pub blinded: Option<PathBuf>,
}

impl Session {
    /// Takes out paths that are not there any more.
    pub fn forget(&mut self, paths: &[PathBuf]) {
        self.opened.retain(|known| !paths.contains(known));
    }

    /// Adds paths by their whole names, each once.
    pub fn remember(&mut self, paths: &[PathBuf]) {
        for path in paths {
            let path = absolute(path).unwrap_or_else(|_| path.clone());
            if !self.opened.contains(&path) {
                self.opened.push(path);
            }
        }
        let n_older = self.opened.len().saturating_sub(MAX_SESSION);
        self.opened.drain(..n_older);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_names_each_path_once_and_whole() {
        let mut session = Session::default();
        session.remember(&[PathBuf::from("a"), PathBuf::from("b")]);
        session.remember(&[PathBuf::from("a")]);
        assert_eq!(session.opened.len(), 2);
        assert!(session.opened.iter().all(|path| path.is_absolute()));
        let gone = session.opened[0].clone();
        session.forget(&[gone]);
        assert_eq!(session.opened.len(), 1);
    }
}
