use std::sync::Arc;

use thiserror::Error;

use super::{Finding, NO_FINDING};

/// The labels of a model, in the order of its outputs: at least one name, none blank, none twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labels(Arc<[String]>);

/// Errors from building a list of labels.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum LabelsError {
    #[error("expected at least 1 label, got none")]
    Empty,
    #[error("label {position} of the list is blank")]
    Blank { position: usize },
    #[error("label {name:?} is listed twice")]
    Duplicate { name: String },
}

impl Labels {
    /// Takes the names in output order.
    pub fn new(names: Vec<String>) -> Result<Self, LabelsError> {
        if names.is_empty() {
            return Err(LabelsError::Empty);
        }
        for (position, name) in names.iter().enumerate() {
            if name.trim().is_empty() {
                return Err(LabelsError::Blank { position });
            }
            if names.iter().take(position).any(|earlier| earlier == name) {
                return Err(LabelsError::Duplicate { name: name.clone() });
            }
        }
        Ok(Self(names.into()))
    }

    /// The 14 findings of NIH ChestX-ray14, alphabetically.
    pub fn nih_14() -> Self {
        Self(Finding::ALL.iter().map(ToString::to_string).collect())
    }

    /// The 14 findings and "No Finding", alphabetically, as the notebook's later code has them.
    pub fn nih_15() -> Self {
        let mut names: Vec<_> = Finding::ALL.iter().map(ToString::to_string).collect();
        names.push(NO_FINDING.to_owned());
        names.sort();
        Self(names.into())
    }

    /// Number of labels, K.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Never true: a list of labels holds at least one.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names in output order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The name of output `finding_idx`, if there is such an output.
    pub fn get(&self, finding_idx: usize) -> Option<&str> {
        self.0.get(finding_idx).map(String::as_str)
    }

    /// The output that scores `name`, spelled exactly so.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|label| label == name)
    }

    /// One value a label, made by `value(finding_idx, name)`.
    pub fn map<T>(&self, mut value: impl FnMut(usize, &str) -> T) -> PerFinding<T> {
        let values = self.iter().enumerate();
        let values = values.map(|(idx, name)| value(idx, name)).collect();
        PerFinding {
            labels: self.clone(),
            values,
        }
    }

    /// Pairs `values` with the labels; `None` unless there are as many of one as of the other.
    pub fn zip<T>(&self, values: Vec<T>) -> Option<PerFinding<T>> {
        (values.len() == self.len()).then(|| PerFinding {
            labels: self.clone(),
            values,
        })
    }
}

/// One value for each label of a model, in the order of its outputs.
#[derive(Clone, Debug, PartialEq)]
pub struct PerFinding<T> {
    labels: Labels,
    values: Vec<T>,
}

impl<T> PerFinding<T> {
    /// The labels that the values belong to.
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// The value at output `finding_idx`.
    pub fn get(&self, finding_idx: usize) -> Option<&T> {
        self.values.get(finding_idx)
    }

    /// The value at output `finding_idx`, to change.
    pub fn get_mut(&mut self, finding_idx: usize) -> Option<&mut T> {
        self.values.get_mut(finding_idx)
    }

    /// The values in output order, to change.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.values.iter_mut()
    }

    /// The value of the label spelled exactly `name`.
    pub fn of(&self, name: &str) -> Option<&T> {
        self.get(self.labels.position(name)?)
    }

    /// Names and values in output order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &T)> {
        self.labels.iter().zip(&self.values)
    }

    /// The values in output order.
    pub fn values(&self) -> &[T] {
        &self.values
    }

    /// Another value for each label, made from this one's.
    pub fn map<U>(&self, value: impl FnMut(&T) -> U) -> PerFinding<U> {
        PerFinding {
            labels: self.labels.clone(),
            values: self.values.iter().map(value).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn no_labels_blank_labels_and_twins_are_refused() {
        assert_eq!(Labels::new(vec![]), Err(LabelsError::Empty));
        let blank = Labels::new(names(&["Mass", " "]));
        assert_eq!(blank, Err(LabelsError::Blank { position: 1 }));
        let twins = Labels::new(names(&["Mass", "Edema", "Mass"]));
        let name = "Mass".to_owned();
        assert_eq!(twins, Err(LabelsError::Duplicate { name }));
    }

    #[test]
    fn no_finding_stands_between_mass_and_nodule() {
        let labels = Labels::nih_15();
        assert_eq!(labels.len(), 15);
        assert_eq!(labels.position(NO_FINDING), Some(10));
        assert_eq!(labels.get(9), Some("Mass"));
        assert_eq!(labels.get(11), Some("Nodule"));
    }

    #[test]
    fn values_are_found_by_name_and_by_index() {
        let labels = Labels::nih_14();
        let lengths = labels.map(|_, name| name.len());
        assert_eq!(lengths.of("Hernia"), Some(&6));
        assert_eq!(lengths.get(7), Some(&6));
        assert_eq!(lengths.of("hernia"), None);
        assert!(labels.zip(vec![0; 13]).is_none());
    }
}
