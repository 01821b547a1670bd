use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

use crate::work::Watch;

/// A file manager that has not failed by then has opened.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two looks at it.
const BREATH: Duration = Duration::from_millis(30);

/// Opens the folder of a film in the desktop's file manager, with the film selected where that can be asked for.
pub fn show_in_folder(film: &Path, watch: &dyn Watch) -> anyhow::Result<()> {
    let file = existing(film).with_context(|| format!("no such file: {}", film.display()))?;
    let folder = file.parent().unwrap_or(&file).to_owned();
    run(command(&file, &folder), watch)
        .with_context(|| format!("no file manager opened the folder {}", folder.display()))
}

/// The film, or the archive that it is in.
fn existing(film: &Path) -> Option<PathBuf> {
    let found = film.ancestors().find(|path| path.exists())?;
    // Without its film a folder says nothing.
    let is_film = found == film || found.is_file();
    is_film.then(|| std::path::absolute(found).unwrap_or_else(|_| found.to_owned()))
}

fn command(file: &Path, folder: &Path) -> Command {
    if cfg!(windows) {
        let mut command = Command::new("explorer");
        command.arg("/select,").arg(file);
        command
    } else if cfg!(target_os = "macos") {
        let mut command = Command::new("open");
        command.arg("-R").arg(file);
        command
    } else {
        let mut command = Command::new("xdg-open");
        command.arg(folder);
        command
    }
}

fn run(mut command: Command, watch: &dyn Watch) -> anyhow::Result<()> {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null());
    let mut child = quiet.stderr(Stdio::null()).spawn()?;
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        watch.check()?;
        match child.try_wait()? {
            // Explorer answers 1 whether it opened or not.
            Some(status) if status.success() || cfg!(windows) => return Ok(()),
            Some(status) => bail!("it ended with {status}"),
            None => thread::park_timeout(BREATH),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::work::Unwatched;

    #[test]
    fn the_folder_of_a_film_in_an_archive_is_that_of_the_archive() {
        let folder = tempfile::tempdir().unwrap();
        let archive = folder.path().join("films.zip");
        std::fs::write(&archive, b"x").unwrap();
        assert_eq!(existing(&archive.join("a/b.png")), Some(archive.clone()));
        assert_eq!(existing(&archive), Some(archive));
        assert_eq!(existing(&folder.path().join("gone.png")), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_manager_that_is_missing_or_fails_is_an_error() {
        let run = |name: &str| run(Command::new(name), &Unwatched);
        assert!(run("/no/such/file-manager").is_err());
        let error = run("false").unwrap_err().to_string();
        assert!(error.contains("exit status: 1"), "{error}");
        run("true").unwrap();
    }

    #[test]
    fn a_film_that_is_gone_is_named() {
        let error = show_in_folder(Path::new("/no/such/film.png"), &Unwatched).unwrap_err();
        assert_eq!(error.to_string(), "no such file: /no/such/film.png");
    }
}
