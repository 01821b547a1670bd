use std::borrow::Cow;
use std::io::{self, IsTerminal as _, Write as _};

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use crate::imaging::{Concerns, PassedOver};

/// Whether a film is fit as input; a contract with scripts.
#[derive(Serialize)]
pub struct JsonInput {
    /// `fine`, `doubtful` or `refused`.
    pub level: &'static str,
    /// Why it is not fine.
    pub reasons: Vec<String>,
}

impl JsonInput {
    /// What the concerns of a film say.
    pub fn of(concerns: &Concerns) -> Self {
        Self {
            level: concerns.verdict(),
            reasons: concerns.reasons().map(ToOwned::to_owned).collect(),
        }
    }
}

/// Writes a whole answer to stdout. A reader that has gone away (`| head`) is no error.
///
/// On a terminal control characters are escaped: a file's name must not give it orders.
pub fn answer(text: &str) -> anyhow::Result<()> {
    match answer_part(text) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// Writes a part of an answer to stdout, where a reader that has gone away is an error: the rest is not needed.
pub fn answer_part(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    let shown = if stdout.is_terminal() {
        escaped(text, |c| is_order(c) && !matches!(c, '\n' | '\t'))
    } else {
        Cow::Borrowed(text)
    };
    stdout.write_all(shown.as_bytes())?;
    stdout.flush()
}

/// Writes one line to stderr, with the program's name before it.
pub fn complain(text: &str) {
    // Nobody is left to hear that stderr is closed.
    let _ = writeln!(io::stderr(), "thorax: {}", printable(text));
}

/// Says on stderr which files of a folder were passed over.
pub fn tell_passed_over(passed_over: &PassedOver, faults: &[String]) {
    for fault in faults {
        complain(fault);
    }
    if let Some(words) = passed_over.words() {
        complain(&words);
    }
}

/// A text in one line that is safe on a terminal: control characters as `\\n` or `\\u{1b}`.
pub fn printable(text: &str) -> Cow<'_, str> {
    escaped(text, is_order)
}

fn escaped(text: &str, is_escaped: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::new();
    for c in text.chars() {
        if is_escaped(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// Control characters, and those that turn the direction of writing or break a line.
fn is_order(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// How many films of all are done.
pub fn progress_bar(n_films: u64) -> ProgressBar {
    styled(
        ProgressBar::new(n_films),
        "{bar:30} {pos}/{len} films, {eta} left",
    )
}

/// How many films are done of a number that nobody knows yet.
pub fn progress_count() -> ProgressBar {
    styled(
        ProgressBar::no_length(),
        "{pos} films in {elapsed}, {per_sec:.1}",
    )
}

fn styled(bar: ProgressBar, template: &str) -> ProgressBar {
    // Drawn on stderr, and only where that is a terminal.
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_gives_a_terminal_no_orders() {
        assert_eq!(printable("фильм 胸.png"), "фильм 胸.png");
        assert_eq!(printable("a\nb\x1b[31m.png"), "a\\nb\\u{1b}[31m.png");
        assert_eq!(printable("gnp\u{202e}.exe"), "gnp\\u{202e}.exe");
        assert_eq!(printable("\u{9b}2J"), "\\u{9b}2J");
    }
}
