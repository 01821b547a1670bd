use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;

use super::export::{ExportRequest, export_scored};
use super::{device_for_command, n_threads_of, open_model, output};
use crate::bulk::{
    BulkFilm, BulkScoring, FilmSource, OpenedAhead, Opening, PathList, ReadyFilm, Shard,
    open_ahead, score_opened,
};
use crate::domain::{Correction, PerFinding, Score, Threshold};
use crate::explain::{CamMethod, JitterConfig, JitterInterval, score_jitter};
use crate::export::{ExportFolder, ExportKind};
use crate::files::io_reason;
use crate::film::{self, OpenedFilm};
use crate::imaging::Concerns;
use crate::model::Classifier;
use crate::work::{Unwatched, cause_chain};
pub use args::ClassifyArgs;
use args::FilmFormat;
use report::Report;

mod args;
mod report;
mod to_folder;

/// The result for one film.
struct FilmResult {
    film: BulkFilm,
    /// Why maps are missing; the scores are valid without them.
    maps_failed: Option<String>,
    /// How far scores move, where that was asked for.
    jitter: Option<PerFinding<JitterInterval>>,
}

impl FilmResult {
    /// Sentences that say nothing against the scores.
    fn warnings(&self) -> impl Iterator<Item = &str> {
        let notes = self.film.concerns.iter().flat_map(Concerns::notes);
        notes.chain(self.maps_failed.as_deref())
    }

    /// Scores that are missing, or else maps.
    fn failure(&self) -> Option<&String> {
        self.film
            .scores
            .as_ref()
            .err()
            .or(self.maps_failed.as_ref())
    }
}

/// Scores films and prints the results as they come, or writes them into a folder.
pub fn run(args: &ClassifyArgs) -> anyhow::Result<ExitCode> {
    let format = args.format.unwrap_or(match args.out {
        Some(_) => FilmFormat::Parquet,
        None => FilmFormat::Table,
    });
    if let Some(folder) = &args.out {
        return to_folder::run(args, folder, format);
    }
    anyhow::ensure!(
        format != FilmFormat::Parquet,
        "expected --out DIR with --format parquet: Parquet is written to files"
    );
    to_stdout(args, format)
}

/// Prints results in the order of the films; fails if any film did.
fn to_stdout(args: &ClassifyArgs, format: FilmFormat) -> anyhow::Result<ExitCode> {
    let device = device_for_command(args.device)?;
    let classifier = open_model(args.model.as_ref(), &device)?;
    let export = args.cam.as_ref().map(|folder| ExportRequest {
        kinds: vec![ExportKind::Png],
        findings: &args.cam_label,
        folder: ExportFolder::new(folder, args.overwrite),
    });
    ExportRequest::check_labels(&args.cam_label, &classifier)?;
    if let Some(export) = &export {
        export.create_folder()?;
    }
    let jitter = args.jitter.map(usize::from);
    let thresholds = classifier.card().thresholds();
    let mut films = films_of(args, Shard::ALL)?;
    let scoring = BulkScoring {
        classifier: &classifier,
        thresholds: &thresholds,
        opening: opening_of(args, &classifier, export.is_some() || jitter.is_some()),
        n_threads: n_threads_of(&device),
    };
    let mut report = Report::new(format, &scoring);
    let mut extras = Extras {
        classifier: &classifier,
        thresholds: &thresholds,
        jitter,
        export,
    };
    let bar = output::progress_count();
    let mut n_failed = 0;
    let printed = print(&report.start()).and_then(|()| {
        let (opening, n_threads) = (&scoring.opening, scoring.n_threads);
        open_ahead(&mut films, opening, n_threads, |opened| {
            let mut text = String::new();
            for result in extras.results_of(opened) {
                if result.film.window_set_aside {
                    let path = result.film.path.display();
                    // A table of scores alone has no place for it.
                    output::complain(&format!(
                        "the file's window is set aside (--auto-window): {path}"
                    ));
                }
                if let Some(failure) = result.failure() {
                    output::complain(failure);
                    n_failed += 1;
                }
                text += &report.film(&result)?;
                bar.inc(1);
            }
            bar.suspend(|| print(&text))
        })
    });
    bar.finish_and_clear();
    match printed.and_then(|()| print(&report.end())) {
        Err(error) if is_gone(&error) => {}
        other => other?,
    }
    tell_source(&films)?;
    if n_failed == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    let n_films = report.n_films();
    output::complain(&format!("{n_failed} of {n_films} films failed"));
    Ok(ExitCode::FAILURE)
}

fn print(text: &str) -> anyhow::Result<()> {
    Ok(output::answer_part(text)?)
}

/// Whether the reader of the answer has gone away (`| head`), which is no error.
fn is_gone(error: &anyhow::Error) -> bool {
    let cause = error.downcast_ref::<io::Error>();
    cause.is_some_and(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}

/// The films of a shard.
fn films_of(args: &ClassifyArgs, shard: Shard) -> anyhow::Result<FilmSource> {
    let Some(list) = &args.list else {
        return Ok(FilmSource::named(args.paths.clone(), shard));
    };
    let list = if list == Path::new("-") {
        PathList::new(BufReader::<File>::new(standard_input()?))
    } else {
        let opened = PathList::open(list);
        opened.with_context(|| format!("cannot open the list {}", list.display()))?
    };
    Ok(FilmSource::listed(list, shard))
}

/// Standard input as a file of its own: the one of the library is locked to a thread.
fn standard_input() -> io::Result<File> {
    #[cfg(unix)]
    {
        use std::os::fd::AsFd as _;
        Ok(File::from(io::stdin().as_fd().try_clone_to_owned()?))
    }
    #[cfg(windows)]
    {
        use std::os::windows::io::AsHandle as _;
        Ok(File::from(io::stdin().as_handle().try_clone_to_owned()?))
    }
}

fn opening_of(args: &ClassifyArgs, classifier: &Classifier, keeps_films: bool) -> Opening {
    Opening {
        correction: Correction {
            auto_window: false,
            quarter_turns: args.rotate.as_deref().map_or(0, quarter_turns),
            inverted: args.invert,
        },
        auto_window: args.auto_window,
        preprocessing: classifier.card().preprocessing,
        keeps_films,
    }
}

/// Says what the search for films has passed over; an error where a list broke off.
fn tell_source(films: &FilmSource) -> anyhow::Result<()> {
    if let Some(passed_over) = films.passed_over() {
        output::tell_passed_over(passed_over, films.faults());
    }
    match films.unread() {
        Some(error) => Err(anyhow::anyhow!(
            "cannot read the list to its end: {}",
            io_reason(error)
        )),
        None => Ok(()),
    }
}

/// Degrees clockwise, as the command line takes them, in quarter turns.
fn quarter_turns(degrees: &str) -> u8 {
    match degrees {
        "90" => 1,
        "180" => 2,
        "270" => 3,
        _ => 0,
    }
}

/// What is asked for besides scores.
struct Extras<'a> {
    classifier: &'a Classifier,
    thresholds: &'a PerFinding<Threshold>,
    /// Small changes of each film to be scored, where that was asked for.
    jitter: Option<usize>,
    /// Maps to be drawn, where that was asked for.
    export: Option<ExportRequest<'a>>,
}

impl Extras<'_> {
    /// Scores films: together, or one by one where each is to have more than scores.
    fn results_of(&mut self, opened: Vec<OpenedAhead>) -> Vec<FilmResult> {
        if self.jitter.is_none() && self.export.is_none() {
            let films = score_opened(self.classifier, opened).into_iter();
            let plain = films.map(|film| FilmResult {
                film,
                maps_failed: None,
                jitter: None,
            });
            return plain.collect();
        }
        let with_extras = |opened| self.with_extras(opened);
        opened.into_iter().map(with_extras).collect()
    }

    fn with_extras(&mut self, opened: OpenedAhead) -> FilmResult {
        let OpenedAhead { place, path, film } = opened;
        let (mut maps_failed, mut jitter) = (None, None);
        let film = match film {
            Err(error) => BulkFilm::failed(place, path, error),
            Ok(ready) => {
                let mut score = |opened: &Arc<OpenedFilm>| {
                    let scores = self.score(opened, &mut maps_failed)?;
                    jitter = self.jitter_of(opened)?;
                    Ok::<_, anyhow::Error>(scores)
                };
                let ReadyFilm { opened, .. } = &ready;
                let scores = opened.as_ref().context("the film was not kept");
                let scores = scores.and_then(&mut score);
                let scores = scores.map_err(|error| cause_chain(&error));
                BulkFilm::of(place, path, ready, scores)
            }
        };
        FilmResult {
            film,
            maps_failed,
            jitter,
        }
    }

    fn score(
        &mut self,
        opened: &Arc<OpenedFilm>,
        maps_failed: &mut Option<String>,
    ) -> anyhow::Result<PerFinding<Score>> {
        let Some(export) = &mut self.export else {
            return Ok(film::infer(opened, self.classifier)?.scores);
        };
        let scored = film::score(opened, self.classifier, CamMethod::default())?;
        let drawn = export_scored(&scored, self.classifier, self.thresholds, export);
        *maps_failed = drawn.err().map(|error| cause_chain(&error.into()));
        Ok(scored.inference.scores)
    }

    fn jitter_of(&self, opened: &OpenedFilm) -> anyhow::Result<Option<PerFinding<JitterInterval>>> {
        let Some(n) = self.jitter else {
            return Ok(None);
        };
        let config = JitterConfig {
            n,
            ..JitterConfig::default()
        };
        let intervals = score_jitter(self.classifier, opened.picture(), &config, &Unwatched)?;
        Ok(Some(intervals))
    }
}
