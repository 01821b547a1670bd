use crate::domain::{ModelIdentity, Threshold, ThresholdOrigin};
use crate::scores::ScoredSet;

/// Which model made the scores, of which films: `r1, epoch 12 (174a1ab0), test, 356 films of 215
/// patients`.
pub fn scores_text(set: &ScoredSet) -> String {
    let model = set.predictions.model.as_ref();
    let model = model.map_or_else(|| "no model named".to_owned(), ModelIdentity::short);
    let part = set.part.map(|part| format!("{part}, ")).unwrap_or_default();
    let (n_films, n_patients) = (set.n_films(), set.n_patients());
    format!("{model}, {part}{n_films} films of {n_patients} patients")
}

/// Who chose the thresholds, in one line: `r1's, Youden's index on validation for 8 of 14 labels;
/// 0.5, not set for 6 of 14 labels`. `author` is the model that made the scores.
pub fn thresholds_text(author: Option<&ModelIdentity>, thresholds: &[Threshold]) -> String {
    let words = |threshold: &Threshold| match threshold.origin() {
        ThresholdOrigin::Model { how } => {
            let author = author.map_or("the model", ModelIdentity::run_or_name);
            format!("{author}'s, {}", before_comma(how))
        }
        ThresholdOrigin::Solved { target, set } => format!("{target} on {}", before_comma(set)),
        ThresholdOrigin::Moved { at } => format!("set by hand on {}", before_comma(at)),
        ThresholdOrigin::Unset => "0.5, not set".to_owned(),
    };
    let mut kinds: Vec<(String, usize)> = Vec::new();
    for threshold in thresholds {
        let words = words(threshold);
        match kinds.iter_mut().find(|(known, _)| *known == words) {
            Some((_, n_labels)) => *n_labels += 1,
            None => kinds.push((words, 1)),
        }
    }
    let n_all = thresholds.len();
    let kinds = kinds.into_iter().map(|(words, n_labels)| {
        if n_labels == n_all {
            words
        } else {
            format!("{words} for {n_labels} of {n_all} labels")
        }
    });
    kinds.collect::<Vec<_>>().join("; ")
}

/// The rule or the part, without how many films it had or which table.
fn before_comma(words: &str) -> &str {
    words.split_once(", ").map_or(words, |(first, _)| first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{OperatingPoint, Part, TrainingPoint};
    use crate::scores::{FilmPrediction, Predictions};

    fn set(model: Option<ModelIdentity>) -> ScoredSet {
        let film = |patient: &str| FilmPrediction {
            path: "a.png".into(),
            patient_id: patient.to_owned(),
            scores: vec![0.5],
            truth: vec![Some(true)],
        };
        let predictions = Predictions {
            labels: vec!["Mass".to_owned()],
            films: ["1", "1", "2"].map(film).to_vec(),
            model,
        };
        ScoredSet::new("set".to_owned(), predictions).unwrap()
    }

    #[test]
    fn the_line_of_scores_names_model_part_films_and_patients_or_that_no_model_is_named() {
        let training = Some(TrainingPoint::at("r1", 12, 5, 5));
        let model = ModelIdentity::new("Thorax NIH", "174a1ab0", training);
        assert_eq!(
            scores_text(&set(Some(model)).of_part(Some(Part::Test))),
            "r1, epoch 12 (174a1ab0), test, 3 films of 2 patients"
        );
        assert_eq!(
            scores_text(&set(None)),
            "no model named, 3 films of 2 patients"
        );
    }

    #[test]
    fn the_line_of_thresholds_names_whose_they_are() {
        let origin = ThresholdOrigin::Solved {
            target: "Youden's index".to_owned(),
            set: "validation, 37 of 218 films positive".to_owned(),
        };
        let solved = Threshold::new(0.25, origin).unwrap();
        let of_model = Threshold::of_model(Some(&OperatingPoint::of(&solved)));
        let training = Some(TrainingPoint::at("r1", 12, 5, 5));
        let model = ModelIdentity::new("Thorax NIH", "174a1ab0", training);
        let text = |thresholds: &[Threshold]| thresholds_text(Some(&model), thresholds);
        let one = std::slice::from_ref(&of_model);
        assert_eq!(text(one), "r1's, Youden's index on validation");
        assert_eq!(
            text(&[of_model, Threshold::unset(), solved]),
            "r1's, Youden's index on validation for 1 of 3 labels; 0.5, not set for 1 of 3 \
             labels; Youden's index on validation for 1 of 3 labels"
        );
    }
}
