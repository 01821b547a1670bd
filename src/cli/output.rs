use std::io::{self, Write as _};

use indicatif::{ProgressBar, ProgressStyle};

/// Writes a whole answer to stdout. A reader that has gone away (`| head`) is no error.
pub fn answer(text: &str) -> anyhow::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// Writes one line to stderr, with the program's name before it.
pub fn complain(text: &str) {
    // Nobody is left to hear that stderr is closed.
    let _ = writeln!(io::stderr(), "thorax: {text}");
}

/// How many films of all are done.
pub fn progress_bar(n_films: u64) -> ProgressBar {
    // Drawn on stderr, and only where that is a terminal.
    let bar = ProgressBar::new(n_films);
    match ProgressStyle::with_template("{bar:30} {pos}/{len} films, {eta} left") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
