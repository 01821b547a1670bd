use std::fmt;

/// Number of hexadecimal digits of the checksum.
const N_DIGITS: usize = 8;

/// Which network made scores: its name and a checksum of its weights.
///
/// Written as `name checksum`, for example `Thorax NIH 174a1ab0`.
#[derive(Clone, Debug)]
pub struct ModelIdentity {
    name: String,
    weights: String,
}

impl ModelIdentity {
    /// `weights` are the first 8 hexadecimal digits of a checksum of the weights.
    pub fn new(name: impl Into<String>, weights: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            weights: weights.into(),
        }
    }

    /// Reads `name checksum`; `None` where no checksum ends the text.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (name, weights) = text.rsplit_once(' ').unwrap_or(("", text));
        let hex = |c: char| c.is_ascii_hexdigit();
        (weights.len() == N_DIGITS && weights.chars().all(hex)).then(|| Self::new(name, weights))
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
        if self.name.is_empty() {
            f.write_str(&self.weights)
        } else {
            write!(f, "{} {}", self.name, self.weights)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_is_read_back_as_it_is_written() {
        for text in ["Thorax NIH 174a1ab0", "174a1ab0"] {
            assert_eq!(ModelIdentity::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "Thorax", "Thorax 174a", "Thorax 174a1abz"] {
            assert!(ModelIdentity::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_renamed_model_is_the_same_and_other_weights_are_not() {
        let model = ModelIdentity::new("a", "174a1ab0");
        assert_eq!(model, ModelIdentity::new("b", "174a1ab0"));
        assert_ne!(model, ModelIdentity::new("a", "174a1ab1"));
    }
}
