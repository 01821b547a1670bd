use std::fmt;

use super::TrainingPoint;

/// Number of hexadecimal digits of the checksum.
const N_DIGITS: usize = 8;

/// Which network made scores: its name, a checksum of its weights and, where it is known, the
/// training that they come from.
///
/// Its id is `name checksum`, for example `Thorax NIH 174a1ab0`; [`fmt::Display`] adds the training.
#[derive(Clone, Debug)]
pub struct ModelIdentity {
    name: String,
    weights: String,
    training: Option<TrainingPoint>,
}

impl ModelIdentity {
    /// `weights` are the first 8 hexadecimal digits of a checksum of the weights.
    pub fn new(
        name: impl Into<String>,
        weights: impl Into<String>,
        training: Option<TrainingPoint>,
    ) -> Self {
        Self {
            name: name.into(),
            weights: weights.into(),
            training,
        }
    }

    /// Reads an id, `name checksum`; `None` where no checksum ends the text.
    pub fn parse(id: &str, training: Option<TrainingPoint>) -> Option<Self> {
        let id = id.trim();
        let (name, weights) = id.rsplit_once(' ').unwrap_or(("", id));
        let hex = |c: char| c.is_ascii_hexdigit();
        let known = weights.len() == N_DIGITS && weights.chars().all(hex);
        known.then(|| Self::new(name, weights, training))
    }

    /// Reads what [`fmt::Display`] writes: an id, with or without the training behind it.
    pub fn parse_text(text: &str) -> Option<Self> {
        let with_training = text.rsplit_once(", run ").and_then(|(id, training)| {
            let (run, epoch) = training.rsplit_once(", epoch ")?;
            Self::parse(id, Some(TrainingPoint::parse(run, epoch)?))
        });
        with_training.or_else(|| Self::parse(text, None))
    }

    /// Name and checksum: the same weights, the same last 8 digits.
    pub fn id(&self) -> String {
        format!("{} {}", self.name, self.weights)
            .trim_start()
            .to_owned()
    }

    /// Run and epoch, or else the name, with the checksum: `r1, epoch 12 (174a1ab0)`.
    pub fn short(&self) -> String {
        let weights = &self.weights;
        match &self.training {
            Some(training) => format!(
                "{}, epoch {} ({weights})",
                training.run,
                training.epoch_text()
            ),
            None => format!("{} ({weights})", self.name),
        }
    }

    /// The run, or else the name.
    pub fn run_or_name(&self) -> &str {
        let training = self.training.as_ref();
        training.map_or(&self.name, |training| &training.run)
    }

    /// The run and epoch of the weights; `None` where the model does not say.
    pub fn training(&self) -> Option<&TrainingPoint> {
        self.training.as_ref()
    }
}

/// A model that was renamed, or given other thresholds, is the same network.
impl PartialEq for ModelIdentity {
    fn eq(&self, other: &Self) -> bool {
        self.weights == other.weights
    }
}

impl Eq for ModelIdentity {}

impl fmt::Display for ModelIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.training {
            Some(training) => write!(f, "{}, {training}", self.id()),
            None => f.write_str(&self.id()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_back_as_it_is_written() {
        for text in ["Thorax NIH 174a1ab0", "174a1ab0"] {
            assert_eq!(ModelIdentity::parse(text, None).unwrap().id(), text);
        }
        for text in ["", "Thorax", "Thorax 174a", "Thorax 174a1abz"] {
            assert!(ModelIdentity::parse(text, None).is_none(), "{text}");
        }
    }

    #[test]
    fn a_renamed_model_is_the_same_and_other_weights_are_not() {
        let model = ModelIdentity::new("a", "174a1ab0", None);
        let trained = TrainingPoint::at("r1", 12, 5, 5);
        assert_eq!(model, ModelIdentity::new("b", "174a1ab0", Some(trained)));
        assert_ne!(model, ModelIdentity::new("a", "174a1ab1", None));
    }

    #[test]
    fn a_trained_model_names_its_run_and_epoch() {
        let trained = Some(TrainingPoint::at("r1", 12, 5, 5));
        let model = ModelIdentity::new("Thorax NIH", "174a1ab0", trained);
        assert_eq!(model.to_string(), "Thorax NIH 174a1ab0, run r1, epoch 12");
        assert_eq!(model.id(), "Thorax NIH 174a1ab0");
        let read = ModelIdentity::parse_text(&model.to_string()).unwrap();
        assert_eq!((read.to_string(), read == model), (model.to_string(), true));
        let bare = ModelIdentity::parse_text("Thorax NIH 174a1ab0").unwrap();
        assert_eq!((bare == model, bare.training()), (true, None));
        assert_eq!(model.short(), "r1, epoch 12 (174a1ab0)");
    }
}
