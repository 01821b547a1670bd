use crate::domain::Threshold;
use crate::model::{ModelCard, ScoreHistogram};
use crate::state::Loaded;
use crate::ui::panels::findings::HARDLY_ABOVE_CHANCE;

/// What the card does not say.
const UNKNOWN: &str = "The model's file does not say";

/// Facts that the sections have, or that the name and the table say.
const TOLD: [&str; 7] = [
    "Labels",
    "Data",
    "Split",
    "Date",
    "Evaluation",
    "Limits",
    "Terms",
];

/// What there is to know of a model, for a reader of films first and for its builder last.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelPage {
    /// Name of the model.
    pub name: String,
    /// Headings and paragraphs, in reading order, above the figures.
    pub sections: Vec<(&'static str, Vec<String>)>,
    /// Which films the figures of the test are of; `None` without a test.
    pub tested_on: Option<String>,
    /// One row for each finding.
    pub findings: Vec<AboutFinding>,
    /// Headings and paragraphs below the figures.
    pub remarks: Vec<(&'static str, Vec<String>)>,
    /// What identifies the model: names and values.
    pub identity: Vec<(&'static str, String)>,
}

/// What there is to know of a finding; what nobody measured is `n/a`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AboutFinding {
    /// As the window shows it.
    pub name: String,
    /// AUC on test films.
    pub auc: String,
    /// Its 95 % interval.
    pub interval: String,
    /// Test films with the finding.
    pub n_pos: String,
    /// AUC on validation films.
    pub validation_auc: String,
    /// The threshold that the model brings.
    pub threshold: String,
    /// Share of films with it in training.
    pub share: String,
    /// No AUC that is known tells it well from chance.
    pub unreliable: bool,
}

impl ModelPage {
    /// The page of the model in use.
    pub fn of(loaded: &Loaded) -> Self {
        let id = loaded.classifier.id().to_owned();
        Self::of_card(loaded.classifier.card(), id, loaded.origin.words())
    }

    fn of_card(card: &ModelCard, id: String, file: String) -> Self {
        let told = &card.provenance;
        let known = |value: &Option<String>| value.clone().unwrap_or_else(|| UNKNOWN.to_owned());
        let side = card.preprocessing.side();
        let mut trained = vec![known(&told.data)];
        trained.extend(told.split.as_ref().map(|split| format!("Split: {split}")));
        trained.extend(told.date.as_ref().map(|date| format!("Date: {date}")));
        let facts = card.facts().into_iter();
        let technical = facts.filter(|(name, value)| !TOLD.contains(name) && value != "n/a");
        let tests = card.tests.values().iter().flatten();
        Self {
            name: card.name.clone(),
            sections: vec![
                (
                    "What it is for",
                    vec![
                        format!(
                            "Scores {} findings on a frontal chest film (PA or AP). A score ranks films; it is no \
                             probability and no diagnosis.",
                            card.labels.len()
                        ),
                        format!(
                            "It is fed every film at {side} x {side} pixels: small signs, such as nodules, may be lost."
                        ),
                    ],
                ),
                (
                    "What it must not be used for",
                    vec![
                        "Decisions about patients: to diagnose, to rule out, to sort whom to see first. Nothing above \
                         threshold does not mean normal."
                            .to_owned(),
                        "Lateral films, parts of films, CT and other modalities.".to_owned(),
                    ],
                ),
                ("What it was trained on", trained),
                ("Known limits", vec![known(&told.limits)]),
                ("How good it is", vec![known(&told.evaluation)]),
            ],
            tested_on: tests.map(|test| test.measured_on.clone()).next(),
            findings: (0..card.labels.len())
                .filter_map(|idx| AboutFinding::of(card, idx))
                .collect(),
            remarks: vec![("Terms", vec![known(&told.terms)])],
            identity: [("Model", id), ("File", file)]
                .into_iter()
                .chain(technical)
                .collect(),
        }
    }
}

impl AboutFinding {
    fn of(card: &ModelCard, finding_idx: usize) -> Option<Self> {
        let name = card.labels.get(finding_idx)?;
        let test = card.tests.get(finding_idx).and_then(Option::as_ref);
        let histogram = card.validation_scores.get(finding_idx)?.as_ref();
        let validation_auc = histogram.and_then(ScoreHistogram::auc);
        let point = card.operating_points.get(finding_idx)?.as_ref();
        let threshold = Threshold::of_model(point);
        let or_na = |text: Option<String>| text.unwrap_or_else(|| "n/a".to_owned());
        let interval = test.and_then(|test| test.interval);
        let share = card.class_frequencies.get(finding_idx).copied().flatten();
        let auc = test.map(|test| test.auc).or(validation_auc);
        Some(Self {
            name: name.replace('_', " "),
            auc: or_na(test.map(|test| format!("{:.3}", test.auc))),
            interval: or_na(interval.map(|(low, high)| format!("{low:.2} to {high:.2}"))),
            n_pos: or_na(test.map(|test| test.n_pos.to_string())),
            // From a histogram: no third decimal.
            validation_auc: or_na(validation_auc.map(|auc| format!("{auc:.2}"))),
            threshold: if threshold.is_set() {
                format!("{:.3}", threshold.value())
            } else {
                "not set".to_owned()
            },
            share: or_na(share.map(|share| format!("{:.1} %", share * 100.0))),
            unreliable: auc.is_some_and(|auc| auc < HARDLY_ABOVE_CHANCE),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Classifier;

    fn page() -> ModelPage {
        let file = Classifier::default_file().unwrap();
        ModelPage::of_card(file.card(), "id".to_owned(), "built in".to_owned())
    }

    #[test]
    fn a_reader_of_films_comes_first_and_what_identifies_the_model_last() {
        let page = page();
        let said = |words: &str| {
            let texts = page.sections.iter().flat_map(|(_, texts)| texts);
            texts.into_iter().any(|text| text.contains(words))
        };
        assert!(said("frontal chest film") && said("Decisions about patients"));
        assert!(said("NIH ChestX-ray14") && said("macro AUC"));
        assert!(
            !said("cycle") && !said("learning rate"),
            "words of its builder"
        );
        let names: Vec<&str> = page.identity.iter().map(|(name, _)| *name).collect();
        assert_eq!(names[..2], ["Model", "File"]);
        assert!(names.contains(&"Training") && !names.contains(&"Limits"));
    }

    #[test]
    fn every_finding_has_its_figures_and_what_is_hardly_above_chance_is_marked() {
        let page = page();
        assert_eq!(page.tested_on.as_deref(), Some("1719 test films"));
        let of = |name: &str| page.findings.iter().find(|row| row.name == name).unwrap();
        let pneumonia = of("Pneumonia");
        assert_eq!(
            (pneumonia.auc.as_str(), pneumonia.unreliable),
            ("0.571", true)
        );
        let effusion = of("Effusion");
        assert_eq!(effusion.interval, "0.80 to 0.85");
        assert_eq!(
            (effusion.n_pos.as_str(), effusion.unreliable),
            ("212", false)
        );
        assert_eq!(of("Hernia").threshold, "not set");
    }

    #[test]
    fn what_nobody_measured_is_not_made_up() {
        let mut card = Classifier::default_file().unwrap().card().clone();
        card.tests = card.labels.map(|_, _| None);
        card.validation_scores = card.labels.map(|_, _| None);
        card.provenance.evaluation = None;
        let page = ModelPage::of_card(&card, String::new(), String::new());
        assert_eq!(page.tested_on, None);
        let first = &page.findings[0];
        assert_eq!(
            [&first.auc, &first.n_pos, &first.validation_auc],
            ["n/a"; 3]
        );
        assert!(!first.unreliable);
        assert!(page.sections.iter().any(|(_, texts)| texts == &[UNKNOWN]));
    }
}
