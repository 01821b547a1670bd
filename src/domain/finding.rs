use std::fmt;

/// One of the 14 findings of NIH ChestX-ray14; "No Finding" is the empty set, not one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are the field's own terms")]
pub enum Finding {
    Atelectasis,
    Cardiomegaly,
    Consolidation,
    Edema,
    Effusion,
    Emphysema,
    Fibrosis,
    Hernia,
    Infiltration,
    Mass,
    Nodule,
    PleuralThickening,
    Pneumonia,
    Pneumothorax,
}

impl Finding {
    /// All findings in alphabetical order, which is the order of the default model's outputs.
    pub const ALL: [Self; 14] = [
        Self::Atelectasis,
        Self::Cardiomegaly,
        Self::Consolidation,
        Self::Edema,
        Self::Effusion,
        Self::Emphysema,
        Self::Fibrosis,
        Self::Hernia,
        Self::Infiltration,
        Self::Mass,
        Self::Nodule,
        Self::PleuralThickening,
        Self::Pneumonia,
        Self::Pneumothorax,
    ];

    /// The spelling of NIH's `Finding Labels` column, as in `Pleural_Thickening`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Atelectasis => "Atelectasis",
            Self::Cardiomegaly => "Cardiomegaly",
            Self::Consolidation => "Consolidation",
            Self::Edema => "Edema",
            Self::Effusion => "Effusion",
            Self::Emphysema => "Emphysema",
            Self::Fibrosis => "Fibrosis",
            Self::Hernia => "Hernia",
            Self::Infiltration => "Infiltration",
            Self::Mass => "Mass",
            Self::Nodule => "Nodule",
            Self::PleuralThickening => "Pleural_Thickening",
            Self::Pneumonia => "Pneumonia",
            Self::Pneumothorax => "Pneumothorax",
        }
    }
}

/// The name of the empty set of findings in tables and lists.
pub const NO_FINDING: &str = "No Finding";

impl Finding {
    /// The finding that data sets call `text`. Letter case, spaces, hyphens and underscores do not
    /// count; other names of the same finding are known, as `Infiltrate` or `Pleural Effusion`.
    pub fn named(text: &str) -> Option<Self> {
        let plain = plain_name(text);
        let other = match plain.as_str() {
            "infiltrate" | "infiltrates" => Some(Self::Infiltration),
            "pleuraleffusion" => Some(Self::Effusion),
            "pulmonaryfibrosis" => Some(Self::Fibrosis),
            "hiatalhernia" => Some(Self::Hernia),
            "oedema" | "pulmonaryedema" | "pulmonaryoedema" => Some(Self::Edema),
            "pulmonarymass" => Some(Self::Mass),
            _ => None,
        };
        let named = |finding: &Self| plain_name(finding.name()) == plain;
        other.or_else(|| Self::ALL.into_iter().find(named))
    }
}

/// One spelling for each label: that of [`Finding::name`] or [`NO_FINDING`] where `text` means one
/// of these, else `text` itself.
pub fn label_name(text: &str) -> &str {
    match Finding::named(text) {
        Some(finding) => finding.name(),
        None if is_no_finding(text) => NO_FINDING,
        None => text,
    }
}

/// Whether data sets call the empty set of findings so.
pub fn is_no_finding(text: &str) -> bool {
    ["nofinding", "nofindings", "normal"].contains(&plain_name(text).as_str())
}

/// A name without letter case, spaces, hyphens and underscores.
pub fn plain_name(text: &str) -> String {
    let letters = text.chars().filter(|letter| !" -_".contains(*letter));
    letters.flat_map(char::to_lowercase).collect()
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_finding_has_many_spellings_and_another_none_of_them() {
        for (text, name) in [
            ("Pleural Thickening", "Pleural_Thickening"),
            ("pleural_thickening", "Pleural_Thickening"),
            ("Infiltrate", "Infiltration"),
            ("PLEURAL EFFUSION", "Effusion"),
            ("no finding", NO_FINDING),
            ("normal", NO_FINDING),
            ("Nodule/Mass", "Nodule/Mass"),
            ("Lung Opacity", "Lung Opacity"),
        ] {
            assert_eq!(label_name(text), name);
        }
        for finding in Finding::ALL {
            assert_eq!(Finding::named(finding.name()), Some(finding));
        }
        assert_eq!(Finding::named("Masses"), None);
    }
}
