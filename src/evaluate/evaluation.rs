use std::sync::Arc;

use super::{
    Bootstrap, BootstrapInterval, ComparedSet, EvaluateError, EvaluationData, Figures,
    Localization, MapRule, OpenedSet, Prevalence, Subgroup, bootstrap_aucs, localize, subgroups,
};
use crate::dataset::FilmTable;
use crate::domain::Threshold;
use crate::model::Classifier;
use crate::scores::ScoredSet;
use crate::work::Watch;

/// What an evaluation is asked for; by default figures alone.
#[derive(Default)]
pub struct Choices<'a> {
    /// One for each label of the set.
    pub thresholds: &'a [Threshold],
    /// The prevalence for PPV and NPV.
    pub prevalence: Prevalence,
    /// Intervals by patients drawn again and again.
    pub bootstrap: Option<Bootstrap>,
    /// The films' table, for subgroups.
    pub table: Option<&'a FilmTable>,
    /// Maps to compare with boxes.
    pub maps: Option<MapsOfFilms<'a>>,
    /// Other scores of the same films.
    pub comparison: Option<ComparedSet>,
    /// Plots have the curves of all labels behind those of their own.
    pub curves_behind: bool,
    /// Warnings about these choices.
    pub warnings: Vec<String>,
}

/// Maps of films with boxes.
#[derive(Clone, Copy)]
pub struct MapsOfFilms<'a> {
    /// The model that makes the maps.
    pub classifier: &'a Classifier,
    /// The films and their boxes.
    pub data: &'a EvaluationData,
    /// Which maps tables show, and the map threshold.
    pub rule: MapRule,
}

/// Everything that was asked for about one set of scores; sections not asked for are empty.
#[derive(Clone, Debug)]
pub struct Evaluation {
    /// The films and scores.
    pub set: Arc<ScoredSet>,
    /// Their figures at the thresholds in use.
    pub figures: Figures,
    /// The prevalence for PPV and NPV.
    pub prevalence: Prevalence,
    /// Intervals by patients drawn again and again, for each label and the macro AUC.
    pub bootstrap: Option<(Bootstrap, Vec<Option<BootstrapInterval>>)>,
    /// By view, sex, age, visit.
    pub subgroups: Vec<Subgroup>,
    /// How maps meet boxes, by method.
    pub localization: Option<Localization>,
    /// Against other scores of the same films.
    pub comparison: Option<ComparedSet>,
    /// Plots have the curves of all labels behind those of their own.
    pub curves_behind: bool,
    /// Warnings, such as patients shared with training.
    pub warnings: Vec<String>,
}

impl Evaluation {
    /// Evaluates scores at the chosen thresholds, with what else is asked for.
    pub fn of(
        opened: &OpenedSet,
        choices: Choices<'_>,
        watch: &dyn Watch,
    ) -> Result<Self, EvaluateError> {
        let (set, thresholds) = (&opened.set, choices.thresholds);
        let mut warnings = opened.all_warnings();
        warnings.extend(choices.warnings);
        let bootstrap = choices.bootstrap.map(|settings| {
            let intervals = bootstrap_aucs(set, &settings, watch)?;
            Ok::<_, EvaluateError>((settings, intervals))
        });
        let bootstrap = bootstrap.transpose()?;
        let subgroups = choices.table.map(|table| subgroups(set, table, thresholds));
        let localization = choices
            .maps
            .map(|maps| maps.localize(set, thresholds, watch));
        let localization = localization.transpose()?.map(|(found, unreadable)| {
            warnings.extend(unreadable);
            found
        });
        Ok(Self {
            figures: Figures::of(set, thresholds),
            set: Arc::clone(set),
            prevalence: choices.prevalence,
            bootstrap,
            subgroups: subgroups.unwrap_or_default(),
            localization,
            comparison: choices.comparison,
            curves_behind: choices.curves_behind,
            warnings,
        })
    }
}

impl MapsOfFilms<'_> {
    /// Figures by label of the model, and why films were left out.
    fn localize(
        self,
        set: &ScoredSet,
        thresholds: &[Threshold],
        watch: &dyn Watch,
    ) -> Result<(Localization, Vec<String>), EvaluateError> {
        let of_label = |name: &str| {
            let place = set.position(name).ok();
            let threshold = place.and_then(|place| thresholds.get(place));
            threshold.map_or_else(Threshold::unset, Threshold::clone)
        };
        let labels = self.classifier.card().labels.iter();
        localize(
            self.classifier,
            &self.data.films(),
            &self.data.data.boxes,
            &labels.map(of_label).collect::<Vec<_>>(),
            self.rule,
            watch,
        )
    }
}
