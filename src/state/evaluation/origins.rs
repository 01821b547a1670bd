//! Which model made the scores in view, and who chose their thresholds.

use std::path::PathBuf;
use std::sync::Arc;

use super::EvaluationState;
use crate::domain::{Part, Threshold, ThresholdOrigin};
use crate::evaluate::ScoreAuthor;
use crate::model::{ModelCard, ModelSource};
use crate::state::{Model, ModelOrigin};

impl EvaluationState {
    /// The model that made the scores in view; `None` where they name none, or its file is not known.
    pub fn author(&self) -> Option<&Arc<ScoreAuthor>> {
        self.set.as_ref()?.author.as_ref()
    }

    /// Its card, whose thresholds and calibration are those of the scores.
    pub fn author_card(&self) -> Option<&ModelCard> {
        self.author().map(|author| &author.card)
    }

    /// Whether the scores say that the model in use made them.
    pub fn is_of_model_in_use(&self, model: &Model) -> bool {
        let classifier = model.classifier();
        let pair = self.scored().zip(classifier);
        pair.is_some_and(|(set, classifier)| set.names(classifier.identity()))
    }

    /// The model in use has made the scores: its file and operating points count from now on.
    pub(super) fn take_author(&mut self, model: &Model) {
        if !self.is_of_model_in_use(model) {
            return;
        }
        let (Some(opened), Some(loaded)) = (&mut self.set, &model.loaded) else {
            return;
        };
        let source = match &loaded.origin {
            ModelOrigin::Default => Some(ModelSource::Default),
            ModelOrigin::File(path) => Some(ModelSource::File(path.clone())),
            ModelOrigin::Moment(_) => None,
        };
        opened.author = Some(Arc::new(ScoreAuthor::of(&loaded.classifier, source)));
    }

    /// Locked thresholds, or else those of the model that made the scores, or else unset; those that
    /// were moved stay.
    pub(super) fn take_thresholds(&mut self, model: &Model) {
        let Some(set) = self.scored().filter(|_| !self.chosen.has_moved()) else {
            return;
        };
        let loaded = model.loaded.as_ref();
        let loaded = loaded.filter(|_| self.is_of_model_in_use(model));
        let of_author = |label: &str| {
            if let Some(loaded) = loaded {
                return loaded.thresholds.current().of(label).cloned();
            }
            let points = &self.author_card()?.operating_points;
            points
                .of(label)
                .map(|point| Threshold::of_model(point.as_ref()))
        };
        let locked = self.chosen.locked();
        let of_label = |label: &str| {
            let own = locked.and_then(|locked| locked.threshold(label)).cloned();
            own.or_else(|| of_author(label))
                .unwrap_or_else(Threshold::unset)
        };
        let found = set.columns.iter().map(|column| of_label(&column.name));
        let found = found.collect();
        self.chosen.replace(found);
    }

    /// Why thresholds cannot be saved: they mean something only to the model that made the scores.
    pub fn why_not_saved(&self) -> Option<String> {
        let named = self.scored()?.predictions.model.as_ref();
        let Some(named) = named else {
            let text = "These scores name no model, so that their thresholds belong to none";
            return Some(text.to_owned());
        };
        match self.author().map(|author| &author.source) {
            Some(Some(_)) => None,
            Some(None) => Some(
                "The model that made these scores is in memory only: use one of the run's saved \
                 epochs to save thresholds"
                    .to_owned(),
            ),
            None => Some(format!(
                "These scores were made by {named}, whose file is not known: open it in the \
                 viewer to save thresholds into a copy of it"
            )),
        }
    }

    /// The thresholds that were chosen here, for a copy of the model file; the others stay as the
    /// file has them.
    pub(super) fn points(&self) -> Vec<(String, Threshold)> {
        let (Some(set), Some(card)) = (self.scored(), self.author_card()) else {
            return Vec::new();
        };
        let columns = set.columns.iter().zip(self.chosen.thresholds());
        let chosen = columns.filter(|(column, threshold)| {
            card.labels.position(&column.name).is_some() && threshold.origin().is_chosen_here()
        });
        let points = chosen.map(|(column, threshold)| (column.name.clone(), threshold.clone()));
        points.collect()
    }

    /// Whether the films in view are those on which figures are reported.
    pub(super) fn is_of_test_films(&self) -> bool {
        self.scored()
            .is_some_and(|set| set.part == Some(Part::Test))
    }

    /// The films whose test part can be scored by the model in use, once a threshold was chosen on the
    /// validation films that it has scored here; `None` where a table has the test scores.
    pub fn films_to_judge(&self, model: &Model) -> Option<&PathBuf> {
        let set = self.set.as_ref()?;
        let of_films = set.set.part == Some(Part::Valid) && self.test_table().is_none();
        let mut thresholds = self.chosen.thresholds().iter();
        let chosen = thresholds.any(|threshold| threshold.origin().is_chosen_here());
        let possible = of_films && chosen && self.is_of_model_in_use(model);
        set.films.as_ref().filter(|_| possible)
    }

    /// Where the films of the scores have their table and their boxes, if that is known.
    pub fn films_table(&self) -> Option<&PathBuf> {
        let chosen = self.analyses.films.as_ref();
        chosen.or(self.set.as_ref()?.films.as_ref())
    }

    /// The test films' scores, once a threshold was chosen on the validation films in view.
    pub fn test_table(&self) -> Option<&PathBuf> {
        let mut thresholds = self.chosen.thresholds().iter();
        let chosen = thresholds.any(|threshold| threshold.origin().is_chosen_here());
        self.set.as_ref()?.test_table.as_ref().filter(|_| chosen)
    }

    /// Whether thresholds to be saved were chosen on the test films in view.
    pub(super) fn has_points_of_test_films(&self) -> bool {
        let Some(set) = self.scored().filter(|_| self.is_of_test_films()) else {
            return false;
        };
        let here = set.films_text();
        let points = self.points();
        points
            .iter()
            .any(|(_, threshold)| match threshold.origin() {
                ThresholdOrigin::Solved { set, .. } => *set == here,
                ThresholdOrigin::Moved { at } => *at == here,
                ThresholdOrigin::Model { .. } | ThresholdOrigin::Unset => false,
            })
    }
}
