use crate::domain::{FilmInfo, StudyInfo, Visit};

/// What is known of a film before it is opened: whose it is, and when it was taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilmRecord {
    /// Pseudonym or hospital number.
    pub patient_id: Option<String>,
    /// When it was taken, and of whom.
    pub visit: Visit,
}

impl FilmRecord {
    /// What the file of an opened film says.
    pub fn of_film(info: &FilmInfo) -> Self {
        let study = &info.study;
        Self {
            patient_id: info.patient_id.clone(),
            visit: Visit {
                sex: info.patient_sex,
                age: info.patient_age,
                view: info.view_position.as_deref().map(Into::into),
                follow_up: None,
                study: (*study != StudyInfo::default()).then(|| Box::new(study.clone())),
            },
        }
    }

    /// Takes over what is not known yet.
    pub(super) fn complete_with(&mut self, other: Self) {
        self.patient_id = self.patient_id.take().or(other.patient_id);
        self.visit.complete_with(other.visit);
    }
}
