//! What the path of a film tells of its patient and view.

use super::ViewPosition;

/// The patient that a path names: a folder such as `patient00001` (`CheXpert`), `p10000032`
/// (MIMIC-CXR) or `sub-S03044` (BIDS), or a file such as NIH's `00000001_000.png`.
pub fn patient_of_path(path: &str) -> Option<&str> {
    let mut folders = path.rsplit(['/', '\\']).skip(1);
    let in_folder = folders.find(|folder| names_patient(folder));
    in_folder.or_else(|| nih_patient(file_name(path)))
}

fn names_patient(folder: &str) -> bool {
    let lower = folder.to_ascii_lowercase();
    let number = |prefix: &str| {
        let rest = lower.strip_prefix(prefix)?;
        Some(rest.trim_start_matches(['-', '_']))
    };
    let has_digit = |id: &str| id.bytes().any(|byte| byte.is_ascii_digit());
    let named = ["patient", "subject", "sub-"].into_iter().find_map(number);
    let mimic = number("p").is_some_and(|id| id.len() == 8 && is_number(id));
    named.is_some_and(has_digit) || mimic
}

/// NIH numbers films `PPPPPPPP_FFF`; its tables have the patient without leading zeros.
fn nih_patient(name: &str) -> Option<&str> {
    let stem = name.split('.').next()?;
    let (patient, film) = stem.split_once('_')?;
    let is_nih = patient.len() == 8 && film.len() == 3 && is_number(patient) && is_number(film);
    let patient = patient.trim_start_matches('0');
    (is_nih && !patient.is_empty()).then_some(patient)
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The part after the last slash.
pub(super) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// A view from the side, where a path such as `view2_lateral.jpg` says so.
pub(super) fn view_of_path(path: &str) -> Option<ViewPosition> {
    let name = file_name(path).to_ascii_lowercase();
    let parts = name.split(|letter: char| !letter.is_ascii_alphabetic());
    let mut parts = parts.filter(|part| !part.is_empty());
    parts
        .any(|part| part == "lateral")
        .then_some(ViewPosition::Other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patients_are_named_by_folders_or_by_numbers_of_nih() {
        for (path, patient) in [
            (
                "CheXpert-v1.0/train/patient00001/study1/view1.jpg",
                Some("patient00001"),
            ),
            (
                "files/p10/p10000032/s50414267/02aa804e.jpg",
                Some("p10000032"),
            ),
            ("sub-S03044/ses-1/film.png", Some("sub-S03044")),
            ("images/00000013_004.png", Some("13")),
            ("00000013_004", Some("13")),
            ("images/a.png", None),
            ("patients/a.png", None),
            ("p10/a.png", None),
            ("00000000_000.png", None),
        ] {
            assert_eq!(patient_of_path(path), patient, "{path}");
        }
    }

    #[test]
    fn a_lateral_view_is_named_by_the_file() {
        assert_eq!(
            view_of_path("s1/view2_lateral.jpg"),
            Some(ViewPosition::Other)
        );
        assert_eq!(view_of_path("lateral/view1_frontal.jpg"), None);
        assert_eq!(view_of_path("collateral.jpg"), None);
    }
}
