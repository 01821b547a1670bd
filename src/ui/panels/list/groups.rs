use egui::{Align2, FontId, Sense, Ui, Vec2};

use crate::state::FilmEntry;
use crate::ui::theme;

/// Whose films follow: identifier, sex, ages, how many; `ends` are the first and the last.
pub fn patient_words(ends: [Option<&FilmEntry>; 2], n_films: usize) -> String {
    let [Some(first), Some(last)] = ends else {
        return String::new();
    };
    let films = if n_films == 1 { "film" } else { "films" };
    let Some(patient) = &first.patient_id else {
        return format!("No patient id · {n_films} {films}");
    };
    let sex = first.visit.sex.or(last.visit.sex);
    let mut ages: Vec<String> = [&first.visit, &last.visit]
        .into_iter()
        .filter_map(|visit| visit.age.map(|age| age.to_string()))
        .collect();
    ages.dedup();
    let person: Vec<String> = sex
        .map(|sex| sex.letter().to_owned())
        .into_iter()
        .chain((!ages.is_empty()).then(|| ages.join(" to ")))
        .collect();
    let mut words = vec![patient.clone()];
    words.extend((!person.is_empty()).then(|| person.join(" ")));
    words.push(format!("{n_films} {films}"));
    words.join(" · ")
}

/// When the films of a study were taken, and how it is described.
pub fn study_words(first: &FilmEntry) -> String {
    let moment = first.visit.moment();
    let moment = moment.unwrap_or_else(|| "No study date".to_owned());
    let study = first.visit.study.as_deref();
    let description = study.and_then(|study| study.description.as_ref());
    match description {
        Some(description) => format!("{moment} · {description}"),
        None => moment,
    }
}

/// The same for the strip: identifier and how many.
pub fn short_patient_words(first: Option<&FilmEntry>, n_films: usize) -> String {
    let patient = first.and_then(|first| first.patient_id.as_deref());
    format!("{} · {n_films}", patient.unwrap_or("No id"))
}

/// The same of a study for the strip: the day, or the follow-up number.
pub fn short_study_words(first: &FilmEntry) -> String {
    let date = first.visit.date().map(|date| date.to_string());
    let moment = date.or_else(|| first.visit.moment());
    moment.unwrap_or_else(|| "No date".to_owned())
}

/// A heading in the list: of a patient, or of a study below it; `painted` is `words` where they are too long.
pub fn heading_row_ui(ui: &mut Ui, words: &str, painted: &str, of_patient: bool) {
    let size = Vec2::new(ui.available_width(), theme::LIST_HEADING_HEIGHT_PT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, words));
    if !ui.is_rect_visible(rect) {
        return;
    }
    let visuals = ui.visuals();
    let (indent, color, size_pt) = if of_patient {
        ui.painter().rect_filled(rect, 2.0, visuals.faint_bg_color);
        (3.0, visuals.strong_text_color(), 12.0)
    } else {
        (3.0, visuals.weak_text_color(), 11.0)
    };
    let font = FontId::proportional(size_pt);
    let mut job = egui::text::LayoutJob::simple_singleline(painted.to_owned(), font, color);
    let width = (rect.width() - indent - 2.0).max(10.0);
    job.wrap = egui::text::TextWrapping::truncate_at_width(width);
    let galley = ui.painter().layout_job(job);
    let left = egui::pos2(rect.left() + indent, rect.center().y);
    let place = Align2::LEFT_CENTER.anchor_size(left, galley.size());
    ui.painter().galley(place.min, galley, color);
    response.on_hover_text(words);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{PatientAge, PatientSex, StudyDate, StudyInfo};

    fn film(name: &str, age: &str) -> FilmEntry {
        let mut film = FilmEntry::new(name.into());
        film.visit.sex = Some(PatientSex::Female);
        film.visit.age = PatientAge::of_dicom(age);
        film
    }

    #[test]
    fn a_patient_is_told_by_what_is_known() {
        let (first, last) = (
            film("00000013_000.png", "057Y"),
            film("00000013_004.png", "061Y"),
        );
        let words = patient_words([Some(&first), Some(&last)], 5);
        assert_eq!(words, "13 · F 57 y to 61 y · 5 films");
        assert_eq!(
            patient_words([Some(&first), Some(&first)], 1),
            "13 · F 57 y · 1 film"
        );
        let unknown = FilmEntry::new("a.png".into());
        let words = patient_words([Some(&unknown), Some(&unknown)], 2);
        assert_eq!(words, "No patient id · 2 films");
        assert_eq!(short_patient_words(Some(&first), 5), "13 · 5");
        assert_eq!(short_patient_words(Some(&unknown), 2), "No id · 2");
    }

    #[test]
    fn a_study_is_told_by_its_date_or_follow_up_and_nothing_is_invented() {
        let mut film = FilmEntry::new("00000013_002.png".into());
        assert_eq!(study_words(&film), "Follow-up 2");
        assert_eq!(short_study_words(&film), "Follow-up 2");
        film.visit.study = Some(Box::new(StudyInfo {
            date: StudyDate::of_dicom("20110304"),
            description: Some("CHEST PA".to_owned()),
            ..StudyInfo::default()
        }));
        assert_eq!(study_words(&film), "2011-03-04 · CHEST PA");
        assert_eq!(short_study_words(&film), "2011-03-04");
        assert_eq!(
            study_words(&FilmEntry::new("a.dcm".into())),
            "No study date"
        );
    }
}
