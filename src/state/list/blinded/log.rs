use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use anyhow::{Context as _, ensure};

use super::committed::{CommittedFilm, CommittedFinding, NetworkAnswer, NetworkDecision};
use super::{Answer, Confidence, ReaderAnswer};
use crate::dataset::{TableFile, TableRow};
use crate::domain::NOTICE;
use crate::files::{csv_line, csv_text, path_text};

/// Columns of the log, one row a film and label.
const HEADER: [&str; 17] = [
    "reading",
    "number",
    "film",
    "label",
    "reader",
    "confidence",
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

/// The column that logs of earlier versions lack; their answers are yes and no.
const NEW_COLUMN: &str = "confidence";

/// Which session a committed film belongs to, and its place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogKey {
    /// The session's seed.
    pub seed: u64,
    /// The film's number in the session, from 1.
    pub number: usize,
}

/// The committed films of a log.
#[derive(Debug, Default)]
pub struct LogContent {
    /// By session and number.
    pub films: BTreeMap<LogKey, CommittedFilm>,
    /// The line of the file, from 1, at which a film begins that was not written whole: the last one.
    pub partial_from: Option<u64>,
}

/// The rows of a committed film.
pub fn rows_of(key: LogKey, path: &Path, film: &CommittedFilm) -> Vec<Vec<String>> {
    let yes_no = |answer: Option<bool>| match answer {
        Some(true) => "yes".to_owned(),
        Some(false) => "no".to_owned(),
        None => String::new(),
    };
    let rows = film.findings.iter().map(|found| {
        let answer = found.reader.answer;
        let confidence = found.reader.confidence.filter(|_| answer.is_some());
        let decision = found.network.and_then(|network| network.decision);
        let threshold = decision.map(|decision| decision.threshold);
        let number = |value: Option<f32>| value.map_or_else(String::new, |value| value.to_string());
        vec![
            key.seed.to_string(),
            key.number.to_string(),
            path_text(path).into_owned(),
            found.name.clone(),
            answer.map_or("", Answer::name).to_owned(),
            confidence.map_or_else(String::new, |step| step.get().to_string()),
            number(found.network.map(|network| network.score)),
            number(threshold),
            yes_no(found.network_decision()),
            yes_no(found.agrees()),
            yes_no(found.label),
            format!("{:.1}", film.seconds),
            film.committed.clone(),
            film.model_id.clone(),
            film.window.clone(),
            film.input.clone(),
            NOTICE.to_owned(),
        ]
    });
    rows.collect()
}

/// Reads the committed films of a log; `n_findings` says how many findings a session asks for.
///
/// A film at the end of the file with fewer rows was being written when the program ended: it does not count.
pub fn read(path: &Path, n_findings: &dyn Fn(u64) -> usize) -> anyhow::Result<LogContent> {
    let mut table = TableFile::open(path)?;
    check_header(table.header(), path)?;
    let ends_whole = ends_with_line_feed(path)?;
    let mut content = LogContent::default();
    let mut first_lines = BTreeMap::new();
    let mut last = None;
    while let Some(row) = table.next_row()? {
        let line = row.line;
        let Some((key, film, finding)) = parsed(&row) else {
            // Only the last line may be truncated.
            ensure!(
                !ends_whole && table.next_row()?.is_none(),
                "line {line} of the session log is damaged: {}",
                path.display()
            );
            content.partial_from = Some(line);
            break;
        };
        last = Some(key);
        first_lines.entry(key).or_insert(line);
        let known = content.films.entry(key).or_insert(film);
        known.findings.push(finding);
    }
    // A truncated row may end within its last cell, the notice: what it says is all there, and it is the last one.
    let last_row_truncated = !ends_whole && content.partial_from.is_none();
    let is_partial = |key: &LogKey| {
        let film = content.films.get(key);
        let is_short = film.is_some_and(|film| film.findings.len() < n_findings(key.seed));
        is_short || last_row_truncated
    };
    if let Some(key) = last.filter(is_partial) {
        content.films.remove(&key);
        content.partial_from = first_lines.get(&key).copied();
    }
    Ok(content)
}

/// Takes off the end of a log what is from this line on, from 1: rows of a film that was not written whole.
pub fn cut_at_line(path: &Path, line: u64) -> anyhow::Result<()> {
    let context = || format!("cannot repair the session log: {}", path.display());
    let mut file = open(path).with_context(context)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).with_context(context)?;
    let lines = bytes.split_inclusive(|byte| *byte == b'\n');
    let n_lines = usize::try_from(line.saturating_sub(1)).unwrap_or(usize::MAX);
    let n_bytes: usize = lines.take(n_lines).map(<[u8]>::len).sum();
    let cut = file.set_len(n_bytes as u64).and_then(|()| file.sync_data());
    cut.with_context(context)
}

/// An error unless rows can be added to this log, or it can be begun; one that is not there is made.
pub fn check(path: &Path) -> anyhow::Result<()> {
    let mut file = open(path).with_context(|| context_of(path))?;
    checked_length(&mut file, path).map(|_| ())
}

/// Adds rows to a log, all or none, and sees them onto the disk; begins it where there is none.
///
/// A file that is not such a log, or whose last line is truncated, is refused and left unchanged.
pub fn append(path: &Path, rows: &[Vec<String>]) -> anyhow::Result<()> {
    let context = || context_of(path);
    let mut file = open(path).with_context(context)?;
    let n_bytes = checked_length(&mut file, path)?;
    let mut text = String::new();
    if n_bytes == 0 {
        text += &csv_line(HEADER);
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

fn context_of(path: &Path) -> String {
    format!("cannot write the session log: {}", path.display())
}

fn open(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).read(true).append(true).open(path)
}

/// The length of a whole log in bytes, 0 of a new one.
fn checked_length(file: &mut File, path: &Path) -> anyhow::Result<u64> {
    let context = || context_of(path);
    let n_bytes = file.metadata().with_context(context)?.len();
    if n_bytes == 0 {
        return Ok(0);
    }
    let expected = csv_line(HEADER);
    // No more than the header is read: what the path names may be of any size.
    let mut header = Vec::new();
    let limit = expected.len() as u64;
    file.take(limit)
        .read_to_end(&mut header)
        .with_context(context)?;
    if header != expected.as_bytes() {
        let header = String::from_utf8_lossy(&header).into_owned();
        let names: Vec<String> = header.split(',').map(ToOwned::to_owned).collect();
        check_header(&names, path)?;
        anyhow::bail!("expected a log of blinded sessions: {}", path.display());
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1)).with_context(context)?;
    file.read_exact(&mut last).with_context(context)?;
    ensure!(
        last == *b"\n",
        "the last line of the session log is truncated: {}",
        path.display()
    );
    Ok(n_bytes)
}

fn check_header(header: &[String], path: &Path) -> anyhow::Result<()> {
    let starts = |n: usize| {
        let names = header.iter().take(n).map(String::as_str);
        names.eq(HEADER.into_iter().take(n))
    };
    let is_earlier = starts(5) && header.get(5).is_some_and(|name| name != NEW_COLUMN);
    ensure!(
        !is_earlier,
        "this log is of an earlier version, without confidence, and is not continued: choose a new file instead of {}",
        path.display()
    );
    ensure!(
        header == HEADER || header.len() != HEADER.len() && starts(6),
        "expected a log of blinded sessions: {}",
        path.display()
    );
    Ok(())
}

fn ends_with_line_feed(path: &Path) -> anyhow::Result<bool> {
    Ok(crate::files::read_end(path, 1)? == b"\n")
}

/// What a row says; `None` where it is no row of a log.
fn parsed(row: &TableRow<'_>) -> Option<(LogKey, CommittedFilm, CommittedFinding)> {
    let cell = |name: &str| {
        let column = HEADER.iter().position(|known| *known == name);
        column.map_or("", |column| csv_text(row.cell(column)))
    };
    let yes_no = |text: &str| match text {
        "yes" => Some(Some(true)),
        "no" => Some(Some(false)),
        "" => Some(None),
        _ => None,
    };
    let number = |text: &str| match text {
        "" => Some(None),
        text => text.parse::<f32>().ok().map(Some),
    };
    let key = LogKey {
        seed: cell("reading").parse().ok()?,
        number: cell("number").parse().ok()?,
    };
    let answer = match cell("reader") {
        "" => None,
        name => Some(Answer::named(name)?),
    };
    let confidence = match cell("confidence") {
        "" => None,
        step => Some(Confidence::new(step.parse().ok()?)?),
    };
    let figures = [number(cell("score"))?, number(cell("threshold"))?];
    let network = match (figures, yes_no(cell("model_decision"))?) {
        ([Some(score), Some(threshold)], Some(above)) => Some(NetworkAnswer {
            score,
            decision: Some(NetworkDecision { threshold, above }),
        }),
        ([Some(score), None], None) => Some(NetworkAnswer {
            score,
            decision: None,
        }),
        ([None, None], None) => None,
        // Written together, so part of it is damage.
        _ => return None,
    };
    let finding = CommittedFinding {
        name: cell("label").to_owned(),
        reader: ReaderAnswer { answer, confidence },
        network,
        label: yes_no(cell("truth"))?,
    };
    let film = CommittedFilm {
        findings: Vec::new(),
        seconds: cell("seconds").parse().ok()?,
        committed: cell("committed").to_owned(),
        model_id: cell("model_id").to_owned(),
        window: cell("window").to_owned(),
        input: cell("input").to_owned(),
    };
    (!finding.name.is_empty()).then_some((key, film, finding))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(name: &str, answer: Option<Answer>) -> CommittedFinding {
        CommittedFinding {
            name: name.to_owned(),
            reader: ReaderAnswer {
                answer,
                confidence: answer.and(Confidence::new(4)),
            },
            network: Some(NetworkAnswer {
                score: 0.123_456_79,
                decision: Some(NetworkDecision {
                    threshold: 0.5,
                    above: false,
                }),
            }),
            label: Some(true),
        }
    }

    fn film() -> CommittedFilm {
        let unscored = CommittedFinding {
            network: None,
            label: None,
            ..finding("Mass", None)
        };
        let mut without_threshold = finding("Hernia", Some(Answer::Absent));
        if let Some(network) = &mut without_threshold.network {
            network.decision = None;
        }
        CommittedFilm {
            findings: vec![
                finding("Effusion", Some(Answer::Present)),
                finding("Edema", Some(Answer::Unsure)),
                without_threshold,
                unscored,
            ],
            seconds: 12.5,
            committed: "2026-11-27T12:00:00.000+00:00".to_owned(),
            model_id: "Thorax 0123".to_owned(),
            window: "C 100 W 200".to_owned(),
            input: "=dim, \"very\"".to_owned(),
        }
    }

    fn key(number: usize) -> LogKey {
        LogKey { seed: 7, number }
    }

    fn log(folder: &Path) -> std::path::PathBuf {
        let path = folder.join("log.csv");
        for number in 1..3 {
            let film_path = Path::new("/films/-a, b.png");
            append(&path, &rows_of(key(number), film_path, &film())).unwrap();
        }
        path
    }

    #[test]
    fn what_is_committed_comes_back_from_the_log() {
        let folder = tempfile::tempdir().unwrap();
        let path = log(folder.path());
        let content = read(&path, &|_| 4).unwrap();
        assert_eq!(content.partial_from, None);
        let expected = BTreeMap::from([(key(1), film()), (key(2), film())]);
        assert_eq!(content.films, expected);
        // As people read it.
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(
            text.contains(",Effusion,present,4,0.12345679,0.5,no,no,yes,12.5,"),
            "{text}"
        );
        assert!(
            text.contains(",Edema,unsure,4,0.12345679,0.5,no,,yes,12.5,"),
            "{text}"
        );
        assert!(
            text.contains(",Hernia,absent,4,0.12345679,,,,yes,12.5,"),
            "neither yes nor no: {text}"
        );
    }

    #[test]
    fn a_film_that_was_not_written_whole_does_not_count_and_is_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let path = log(folder.path());
        let whole = std::fs::read(&path).unwrap();
        let lines: Vec<usize> = whole
            .iter()
            .enumerate()
            .filter(|(_, byte)| **byte == b'\n')
            .map(|(at, _)| at + 1)
            .collect();
        // Within the second film: after its first row, within its second, before the last line feed, within its key.
        for n_bytes in [lines[5], lines[5] + 20, whole.len() - 1, lines[4] + 1] {
            std::fs::write(&path, &whole[..n_bytes]).unwrap();
            let content = read(&path, &|_| 4).unwrap();
            assert_eq!(
                content.films.keys().collect::<Vec<_>>(),
                [&key(1)],
                "{n_bytes}"
            );
            assert_eq!(content.partial_from, Some(6), "{n_bytes}");
            cut_at_line(&path, 6).unwrap();
            assert_eq!(std::fs::read(&path).unwrap(), whole[..lines[4]]);
            append(&path, &rows_of(key(2), Path::new("b.png"), &film())).unwrap();
        }
    }

    #[test]
    fn a_row_of_nonsense_is_named_by_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = log(folder.path());
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replacen(",present,", ",perhaps,", 1)).unwrap();
        let error = read(&path, &|_| 4).unwrap_err().to_string();
        assert!(
            error.contains("line 2") && error.contains("log.csv"),
            "{error}"
        );
    }

    #[test]
    fn a_log_of_an_earlier_version_is_refused_with_a_reason() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.csv");
        let earlier: Vec<&str> = HEADER
            .into_iter()
            .filter(|name| *name != NEW_COLUMN)
            .collect();
        let text = csv_line(earlier) + "7,1,a.png,Mass,yes,0.5,0.5,yes,yes,,1.0,,,,,\n";
        std::fs::write(&path, &text).unwrap();
        let refusals = [
            append(&path, &[]).unwrap_err(),
            check(&path).unwrap_err(),
            read(&path, &|_| 14).unwrap_err(),
        ];
        for error in refusals {
            assert!(error.to_string().contains("earlier version"), "{error}");
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
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
            let rows = rows_of(key(1), Path::new("a.png"), &film());
            let error = append(&path, &rows).unwrap_err();
            assert!(error.to_string().contains("log.csv"), "{error}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_an_error_that_names_the_log() {
        let rows = rows_of(key(1), Path::new("a.png"), &film());
        let error = append(Path::new("/dev/full"), &rows).unwrap_err();
        let text = format!("{error:#}");
        assert!(
            text.contains("/dev/full") && text.contains("space"),
            "{text}"
        );
    }
}
