use crate::domain::Finding;

/// The prevalence of a finding for which PPV and NPV are computed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Prevalence {
    /// As in the films at hand.
    #[default]
    ThisSet,
    /// As in all 112,120 films of NIH ChestX-ray14.
    NaturalNih,
    /// As in the notebook's pool of 63,831, which keeps one film without a finding in five.
    NotebookPool,
    /// As stated, in `(0, 1)`.
    Stated(f64),
}

/// Films of NIH ChestX-ray14.
const N_NIH: f64 = 112_120.0;
/// Films of the notebook's pool.
const N_POOL: f64 = 63_831.0;
/// Films by finding, alphabetical, as in `Data_Entry_2017`; undersampling takes none of these.
const NIH_COUNTS: [f64; 14] = [
    11_559.0, 2_776.0, 4_667.0, 2_303.0, 13_317.0, 2_516.0, 1_686.0, 227.0, 19_894.0, 5_782.0,
    6_331.0, 3_385.0, 1_431.0, 5_302.0,
];

impl Prevalence {
    /// The share for one label, whose share of the set is `own`; `None` where it is not known, as
    /// NIH's for a label that is not one of its 14.
    pub fn of(self, label: &str, own: f64) -> Option<f64> {
        let of_nih = |n_films: f64| {
            let findings = Finding::ALL.iter().zip(NIH_COUNTS);
            let mut found = findings.filter(|(finding, _)| finding.name() == label);
            found.next().map(|(_, count)| count / n_films)
        };
        match self {
            Self::ThisSet => Some(own),
            Self::NaturalNih => of_nih(N_NIH),
            Self::NotebookPool => of_nih(N_POOL),
            Self::Stated(share) => Some(share),
        }
    }

    /// In words.
    pub fn text(self) -> String {
        match self {
            Self::ThisSet => "as in this set".to_owned(),
            Self::NaturalNih => "as in NIH ChestX-ray14".to_owned(),
            Self::NotebookPool => "as in the notebook's undersampled pool".to_owned(),
            Self::Stated(share) => format!("{:.1} %", share * 100.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_those_of_nihs_table() {
        let natural = Prevalence::NaturalNih.of("Hernia", 0.5).unwrap();
        assert!((natural - 227.0 / 112_120.0).abs() < 1e-12);
        let pool = Prevalence::NotebookPool.of("Infiltration", 0.5).unwrap();
        assert!((pool - 19_894.0 / 63_831.0).abs() < 1e-12);
        assert_eq!(Prevalence::NaturalNih.of("Fracture", 0.5), None);
        assert_eq!(Prevalence::ThisSet.of("Fracture", 0.5), Some(0.5));
    }
}
