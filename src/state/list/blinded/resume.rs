use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::BlindedSession;
use super::committed::CommittedFilm;
use super::log::{cut_at_line, read};
use super::session_file::{SavedSession, read_sessions, session_path};

/// A session that was ended, closed or killed, as it can be taken up again.
#[derive(Debug)]
pub struct Resumed {
    pub session: BlindedSession,
    /// The last film was not written whole to the log, and is asked for again.
    pub repaired: bool,
}

/// The last session of a log that is not finished, or else the last one.
pub fn resume(log: &Path) -> anyhow::Result<Resumed> {
    let log = log_of(log);
    let sessions = if session_path(&log).exists() {
        read_sessions(&log)?
    } else {
        // The reason first: a log of an earlier version says so itself.
        read(&log, &|_| 0)?;
        anyhow::bail!(
            "expected the saved session beside its log, got none: {}",
            session_path(&log).display()
        );
    };
    let n_findings = |seed| {
        let mut of_log = sessions.iter().filter(|saved| saved.start.seed == seed);
        of_log.next().map_or(0, |saved| saved.start.findings.len())
    };
    let mut repaired = false;
    let mut committed: BTreeMap<u64, BTreeMap<usize, CommittedFilm>> = BTreeMap::new();
    // A session without a commit may have no log yet.
    if std::fs::metadata(&log).is_ok_and(|metadata| metadata.len() > 0) {
        let content = read(&log, &n_findings)?;
        if let Some(line) = content.partial_from {
            cut_at_line(&log, line)?;
            repaired = true;
        }
        for (key, film) in content.films {
            let films = committed.entry(key.seed).or_default();
            films.insert(key.number, film);
        }
    }
    let n_committed = |saved: &SavedSession| {
        let films = committed.get(&saved.start.seed);
        films.map_or(0, BTreeMap::len)
    };
    let is_open = |saved: &&SavedSession| n_committed(saved) < saved.start.films().count();
    let saved = sessions.iter().rev().find(is_open);
    let saved = saved.or(sessions.last());
    let saved = saved
        .cloned()
        .filter(|saved| saved.start.films().count() > 0);
    let saved = saved.with_context(|| {
        let path = session_path(&log);
        format!("expected a saved session, got none: {}", path.display())
    })?;
    let of_session = committed.remove(&saved.start.seed).unwrap_or_default();
    Ok(Resumed {
        session: BlindedSession::resumed(saved, of_session, log),
        repaired,
    })
}

/// The log, where the file with its sessions was chosen instead.
fn log_of(path: &Path) -> PathBuf {
    let name = path.file_name().and_then(|name| name.to_str());
    match name.and_then(|name| name.strip_suffix(".session.json")) {
        Some(log) => path.with_file_name(log),
        None => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::log::append;
    use super::super::session_file::save_session;
    use super::super::session_tests::{prepared, session};
    use super::super::{Answer, BlindedSession};
    use super::*;

    /// A session of three films with the first committed, as it is on the disk.
    fn left(folder: &Path) -> BlindedSession {
        let mut left = session(folder, 3);
        save_session(&left.log, left.saved()).unwrap();
        left.answer(1, Some(Answer::Present));
        let committing = prepared(&left, 0.5).unwrap();
        append(&left.log, &committing.rows).unwrap();
        left.accept(committing);
        left
    }

    #[test]
    fn a_session_that_was_killed_goes_on_after_its_last_commit() {
        let folder = tempfile::tempdir().unwrap();
        let left = left(folder.path());
        for chosen in [left.log.clone(), session_path(&left.log)] {
            let again = resume(&chosen).unwrap();
            assert!(!again.repaired);
            assert_eq!(again.session.log, left.log);
            assert_eq!(again.session.progress(), (2, 3));
            assert!(again.session.films().eq(left.films()));
            let [a, b] = [&again.session, &left].map(|s| s.committed_films().next().cloned());
            let seconds = |film: Option<CommittedFilm>| CommittedFilm {
                seconds: 0.0,
                ..film.unwrap()
            };
            assert_eq!(seconds(a), seconds(b));
        }
    }

    #[test]
    fn a_film_that_was_being_written_is_asked_for_again() {
        let folder = tempfile::tempdir().unwrap();
        let left = left(folder.path());
        let whole = std::fs::read(&left.log).unwrap();
        std::fs::write(&left.log, &whole[..whole.len() - 40]).unwrap();
        let again = resume(&left.log).unwrap();
        assert!(again.repaired);
        assert_eq!(again.session.progress(), (1, 3));
        assert_eq!(again.session.committed_films().count(), 0);
        assert!(!resume(&left.log).unwrap().repaired);
    }

    #[test]
    fn an_open_session_comes_before_a_newer_one_that_is_finished() {
        let folder = tempfile::tempdir().unwrap();
        let left = left(folder.path());
        let mut finished = left.saved();
        let start = super::super::session_file::SessionStart::clone(&finished.start);
        finished.start =
            std::sync::Arc::new(super::super::session_file::SessionStart { seed: 8, ..start });
        save_session(&left.log, finished.clone()).unwrap();
        let mut newer = BlindedSession::resumed(finished, BTreeMap::new(), left.log.clone());
        for _ in 0..3 {
            newer.answer(0, Some(Answer::Absent));
            let committing = prepared(&newer, 0.5).unwrap();
            append(&newer.log, &committing.rows).unwrap();
            newer.accept(committing);
            newer.step(1);
        }
        assert!(newer.is_finished());
        assert_eq!(resume(&left.log).unwrap().session.seed(), left.seed());
    }

    #[test]
    fn without_its_saved_session_a_log_says_what_is_missing() {
        let folder = tempfile::tempdir().unwrap();
        let left = left(folder.path());
        std::fs::remove_file(session_path(&left.log)).unwrap();
        let error = resume(&left.log).unwrap_err().to_string();
        assert!(error.contains("log.csv.session.json"), "{error}");
        std::fs::write(&left.log, "reading,number,film,label,reader,score\n").unwrap();
        let error = resume(&left.log).unwrap_err().to_string();
        assert!(error.contains("earlier version"), "{error}");
        assert!(resume(Path::new("/no/such/log.csv")).is_err());
    }
}
