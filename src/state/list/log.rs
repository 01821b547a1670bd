use std::fs::OpenOptions;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use anyhow::Context as _;

use crate::files::csv_line;

/// Columns of the log, one row a film and label.
const HEADER: [&str; 16] = [
    "reading",
    "number",
    "film",
    "label",
    "reader",
    "score",
    "threshold",
    "model_decision",
    "agree",
    "truth",
    "seconds",
    "committed",
    "model_id",
    "window",
    "input",
    "notice",
];

/// Adds rows to a log, all or none, and sees them onto the disk; begins it where there is none.
///
/// A file that is not such a log, or whose last line is truncated, is refused and left unchanged.
pub fn append(path: &Path, rows: &[Vec<String>]) -> anyhow::Result<()> {
    let context = || format!("cannot write the session log: {}", path.display());
    let mut file = OpenOptions::new()
        .create(true)
        .read(true)
        .append(true)
        .open(path)
        .with_context(context)?;
    let n_bytes = file.metadata().with_context(context)?.len();
    let mut text = String::new();
    if n_bytes == 0 {
        text += &csv_line(HEADER);
    } else {
        let expected = csv_line(HEADER);
        // No more than the header is read: what the path names may be of any size.
        let mut header = Vec::new();
        let limit = expected.len() as u64;
        (&mut file)
            .take(limit)
            .read_to_end(&mut header)
            .with_context(context)?;
        anyhow::ensure!(
            header == expected.as_bytes(),
            "expected a log of blinded sessions: {}",
            path.display()
        );
        let mut last = [0];
        file.seek(SeekFrom::End(-1)).with_context(context)?;
        file.read_exact(&mut last).with_context(context)?;
        anyhow::ensure!(
            last == *b"\n",
            "the last line of the session log is truncated: {}",
            path.display()
        );
    }
    for row in rows {
        text += &csv_line(row);
    }
    let written = file
        .write_all(text.as_bytes())
        .and_then(|()| file.sync_data());
    if written.is_err() {
        // For example on a full disk: a partial write of these rows must not precede the next ones.
        let _ = file.set_len(n_bytes);
    }
    written.with_context(context)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(text: &str) -> Vec<String> {
        vec![text.to_owned(); HEADER.len()]
    }

    #[test]
    fn a_log_is_begun_once_and_then_continued() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.csv");
        append(&path, &[row("a"), row("b, c")]).unwrap();
        append(&path, &[row("d")]).unwrap();
        let mut reader = csv::Reader::from_path(&path).unwrap();
        assert_eq!(reader.headers().unwrap(), HEADER.as_slice());
        let firsts: Vec<String> = reader.records().map(|r| r.unwrap()[0].to_owned()).collect();
        assert_eq!(firsts, ["a", "b, c", "d"]);
    }

    #[test]
    fn a_file_that_is_no_whole_log_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.csv");
        let header = HEADER.join(",");
        let more = format!("{header},more\n");
        let cut = format!("{header}\na,b");
        for text in ["not a log\n", more.as_str(), cut.as_str()] {
            std::fs::write(&path, text).unwrap();
            let error = append(&path, &[row("x")]).unwrap_err();
            assert!(error.to_string().contains("log.csv"), "{error}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_an_error_that_names_the_log() {
        let error = append(Path::new("/dev/full"), &[row("x")]).unwrap_err();
        let text = format!("{error:#}");
        assert!(
            text.contains("/dev/full") && text.contains("space"),
            "{text}"
        );
    }
}
