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

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
