use std::path::Path;
use std::sync::Arc;

use crate::domain::{Display, Measurement, PerFinding, StudyDate, Threshold, Visit};
use crate::explain::OverlayStyle;
use crate::film::{OpenedFilm, ScoredFilm};
use crate::imaging::FilmRecord;
use crate::model::ModelCard;
use crate::state::{
    AppState, CommandSender, Compare, CompareCommand, CompareWith, DisplayCommand, FilmState,
    Films, Loaded, MapSettings, Measuring, Probe, Tool,
};
use crate::ui::shortcuts::Actions;

/// The model of one viewer pane: the film in view, or the one beside it.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each holds or not, whatever the others do"
)]
pub struct Pane<'a> {
    /// Names it for screen readers and tests.
    pub name: &'static str,
    /// Whether it is the film beside the one in view.
    pub beside: bool,
    /// The film, as far as it has come.
    pub film: &'a FilmState,
    /// How it is shown.
    pub display: &'a Display,
    /// What is measured on it.
    pub measurements: &'a [Measurement],
    /// What is being measured, and which measurement is selected.
    pub measuring: &'a Measuring,
    /// How maps are shown.
    pub map: &'a MapSettings,
    /// The finding whose map is over the film.
    pub selected: Option<usize>,
    /// The thresholds in use.
    pub thresholds: Option<&'a PerFinding<Threshold>>,
    /// The tool: the effect of a drag with the left button.
    pub tool: Tool,
    /// A window drag up and down changes the width.
    pub window_axes_swapped: bool,
    /// The network input, shown in place of the film.
    pub input_shown: bool,
    /// The card of its model; `None` without a model.
    pub card: Option<&'a ModelCard>,
    /// The covered area of the film, and the resulting scores.
    pub probe: Option<&'a Probe>,
    /// The actions, for its menu.
    pub actions: Actions<'a>,
    /// Its place on the list.
    pub film_idx: Option<usize>,
    /// Nothing of the network's answer may be seen.
    pub blinded: bool,
    /// The film was refused as input, and nobody asked for its scores.
    pub refused: bool,
    /// The findings, which say what to know of the film, are hidden: the film's corner says it.
    pub concerns_shown: bool,
    /// Nor the file's name: a reader of a blinded session is asked.
    pub name_hidden: bool,
    /// Whose film it is and when it was taken; empty where the name is hidden.
    pub identity: Identity,
    /// Part of its fitted size at which the whole film is shown.
    pub fit: f32,
}

/// Whose film it is and when it was taken, in lines of words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The patient alone, as in `Patient 13`.
    pub patient_id: Option<String>,
    /// Patient, sex, age and moment.
    pub patient: Option<String>,
    /// Descriptions of study and series; the accession number too where names are shown.
    pub study: Option<String>,
    /// The moment alone.
    pub moment: Option<String>,
    /// The day alone.
    pub date: Option<StudyDate>,
    /// `PA`, `AP`, `LL` and so on, from the file or the table beside it.
    pub view: Option<Box<str>>,
}

impl Identity {
    /// The identity of a film by its place on the list, or else by its file.
    fn of(opened: &OpenedFilm, films: &Films, names_shown: bool) -> Self {
        let info = &opened.film.info;
        let entry = films.entry_of(&opened.film.path);
        // A directory knows less than the film.
        let mut visit = entry.map_or_else(Visit::default, |entry| entry.visit.clone());
        visit.complete_with(FilmRecord::of_film(info).visit);
        let patient = entry.and_then(|entry| entry.patient_id.as_ref());
        let patient = patient.or(info.patient_id.as_ref());
        let patient = patient.map(|id| format!("Patient {id}"));
        let study = visit.study.as_deref();
        let accession = study.and_then(|study| study.accession.as_ref());
        let accession = accession.filter(|_| names_shown);
        let descriptions = study
            .into_iter()
            .flat_map(|study| [study.description.clone(), study.series_description.clone()]);
        let words = |parts: Vec<String>| (!parts.is_empty()).then(|| parts.join(" · "));
        Self {
            patient_id: patient.clone(),
            patient: words(
                [patient, visit.person(), visit.moment()]
                    .into_iter()
                    .flatten()
                    .collect(),
            ),
            study: words(
                descriptions
                    .flatten()
                    .chain(accession.map(|number| format!("Accession {number}")))
                    .collect(),
            ),
            moment: visit.moment(),
            date: visit.date(),
            view: visit.view,
        }
    }
}

/// The film in view and the one beside it.
pub struct CompareView<'a> {
    /// The film in view.
    pub main: Pane<'a>,
    /// The film beside it.
    pub beside: Pane<'a>,
    /// The comparison.
    pub compare: &'a Compare,
    /// How much earlier or later the film beside was taken, in words; `None` where a date is not known.
    pub between: Option<String>,
    /// The selected finding by name: another model may have its labels in another order, or others.
    pub finding: Option<&'a str>,
}

impl<'a> CompareView<'a> {
    /// The comparison in this state; `display` is how the film beside is shown.
    pub fn of(state: &'a AppState, compare: &'a Compare, display: &'a Display) -> Self {
        let classifier = state.shared.model.classifier();
        let labels = classifier.map(|classifier| &classifier.card().labels);
        let selected = state.viewer.selected.zip(labels);
        let [fit, fit_beside] = state.viewer.fits(&state.shared.films);
        let main = Pane {
            fit,
            ..Pane::main(state)
        };
        let beside = Pane {
            fit: fit_beside,
            ..Pane::beside(state, compare, display)
        };
        let days = beside.identity.date.zip(main.identity.date);
        let days = days.filter(|_| matches!(compare.with, CompareWith::Film(_)));
        Self {
            between: days.map(|(beside, main)| beside.relative_to(main)),
            main,
            beside,
            compare,
            finding: selected.and_then(|(idx, labels)| labels.get(idx)),
        }
    }
}

impl<'a> Pane<'a> {
    /// The film in view.
    pub fn main(state: &'a AppState) -> Self {
        Self {
            name: "Film",
            beside: false,
            film: &state.shared.films.film,
            display: state.viewer.display(),
            measurements: measurements_of(state, &state.shared.films.film),
            measuring: &state.viewer.main.measuring,
            map: &state.shared.settings.map,
            selected: state.viewer.selected,
            thresholds: state
                .shared
                .model
                .loaded
                .as_ref()
                .map(|loaded| loaded.thresholds.current()),
            tool: state.viewer.tool,
            window_axes_swapped: state.shared.settings.viewer.window_axes_swapped,
            input_shown: state.viewer.options.input_shown,
            card: state.shared.model.loaded.as_ref().map(card_of),
            probe: Some(&state.viewer.probe),
            actions: Actions::of(state),
            film_idx: state.shared.films.current(),
            blinded: state.hides_answer(),
            concerns_shown: state.shared.settings.viewer.findings_hidden && !state.is_blinded(),
            refused: state.viewer.is_refused(&state.shared.films) && !state.is_blinded(),
            name_hidden: state.is_blinded(),
            identity: identity(state, &state.shared.films.film, state.is_blinded()),
            fit: 1.0,
        }
    }

    /// The film beside it, shown so; what is covered is a matter of the film in view.
    pub fn beside(state: &'a AppState, compare: &'a Compare, display: &'a Display) -> Self {
        let main = Self::main(state);
        // By name: another model may have its labels in another order, or others.
        let name = main.thresholds.zip(main.selected);
        let name = name.and_then(|(cuts, idx)| cuts.labels().get(idx));
        let scored = compare.film.reading();
        let opened = compare.film.opened();
        let name_hidden =
            opened.is_some_and(|opened| state.list.is_blinded_to(Some(&opened.film.path)));
        let selected = scored
            .zip(name)
            .and_then(|(scored, name)| scored.maps.labels().position(name));
        Self {
            selected,
            name: "Film beside",
            beside: true,
            film: &compare.film,
            display,
            measurements: measurements_of(state, &compare.film),
            measuring: &compare.pane.measuring,
            thresholds: match compare.with {
                CompareWith::Film(_) => main.thresholds,
                CompareWith::Model(_) => compare.thresholds(),
            },
            card: compare.card().or(main.card),
            probe: None,
            film_idx: compare
                .film
                .opened()
                .and_then(|opened| state.shared.films.place_of(&opened.film.path)),
            blinded: state.hides_answer_beside(compare),
            refused: opened.is_some_and(|opened| opened.concerns.is_refused()) && !name_hidden,
            name_hidden,
            identity: identity(state, &compare.film, name_hidden),
            ..main
        }
    }

    /// Queues a command about how this film is shown.
    pub fn send(&self, command: impl Into<DisplayCommand>, commands: &CommandSender) {
        let command = command.into();
        if self.beside {
            commands.compare(CompareCommand::Display(command));
        } else {
            commands.display(command);
        }
    }

    /// The film itself, once it is decoded.
    pub fn opened(&self) -> Option<&'a Arc<OpenedFilm>> {
        self.film.opened()
    }

    /// Whether a finding's score is at or above its threshold; `None` without a score, or a threshold that somebody
    /// chose.
    pub fn is_above(&self, finding_idx: usize) -> Option<bool> {
        let score = self.scored()?.inference.scores.get(finding_idx)?;
        let threshold = self.thresholds?.get(finding_idx)?;
        threshold.is_set().then(|| score.is_positive(threshold))
    }

    /// How the map of a finding is drawn: fainter below its threshold.
    pub fn style_of(&self, finding_idx: usize) -> OverlayStyle {
        let above = self.is_above(finding_idx).unwrap_or(true);
        self.map.style().of_finding(above)
    }

    /// Scores and maps, where they are there and may be seen; of the covered film, if it is.
    pub fn scored(&self) -> Option<&'a Arc<ScoredFilm>> {
        let covered = self.probe.and_then(|probe| probe.reading.as_ref());
        covered.or(self.film.reading()).filter(|_| !self.blinded)
    }
}

fn identity(state: &AppState, film: &FilmState, hidden: bool) -> Identity {
    let names_shown = state.viewer.options.patient_name_shown;
    let opened = film.opened().filter(|_| !hidden);
    opened.map_or_else(Identity::default, |opened| {
        Identity::of(opened, &state.shared.films, names_shown)
    })
}

fn measurements_of<'a>(state: &'a AppState, film: &FilmState) -> &'a [Measurement] {
    let opened = film.opened();
    let path: Option<&Path> = opened.map(|opened| opened.film.path.as_path());
    let entry = path.and_then(|path| state.shared.films.entry_of(path));
    entry.map_or(&[], |entry| &entry.measurements)
}

fn card_of(loaded: &Loaded) -> &ModelCard {
    loaded.classifier.card()
}
