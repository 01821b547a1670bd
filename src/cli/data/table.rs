//! The report for reading.

use std::fmt::Write as _;
use std::path::Path;

use super::{PartReport, Report};
use crate::dataset::{PartSummary, SplitRule, Undersampling};
use crate::domain::{NO_FINDING, NOTICE};

/// Names that a line or list shows before it says how many more there are.
const MAX_NAMES: usize = 10;

/// The report; what must not be overlooked in red where `colored`.
pub fn text(report: &Report, colored: bool) -> String {
    let mut text = format!("Table: {}\n", report.data.table_path.display());
    files_found(&mut text, report);
    let _ = writeln!(text, "Split: {}", split_name(report.rule.as_ref()));
    let _ = writeln!(text, "Undersampling: {}", report.undersampling);
    if report.n_in_no_part > 0 {
        let n = report.n_in_no_part;
        let _ = writeln!(text, "In no part: {n} films");
    }
    for notice in &report.notices {
        let _ = writeln!(text, "{}", red(&format!("Notice: {notice}"), colored));
    }
    leaking_patients(&mut text, report, colored);
    for part in &report.parts {
        part_table(&mut text, part, report.undersampling);
    }
    let _ = writeln!(text, "\n{NOTICE}");
    text
}

fn red(text: &str, colored: bool) -> String {
    if colored {
        format!("\x1b[31m{text}\x1b[0m")
    } else {
        text.to_owned()
    }
}

fn split_name(rule: Option<&SplitRule>) -> String {
    match rule {
        None => "none".to_owned(),
        Some(SplitRule::ByPatient(shares)) => format!("by patient, seed {}", shares.seed),
        Some(SplitRule::ByImage(shares)) => format!("by image, seed {}", shares.seed),
        Some(SplitRule::Lists(lists)) => {
            let lists = [
                ("train", &lists.train),
                ("valid", &lists.valid),
                ("test", &lists.test),
            ];
            let named = lists
                .iter()
                .filter_map(|(name, path)| Some(format!("{name} {}", path.as_ref()?.display())));
            format!("by lists, {}", named.collect::<Vec<_>>().join(", "))
        }
    }
}

/// Up to ten names, and how many there are besides.
fn some_of<T>(names: &[T], show: impl Fn(&T) -> String) -> String {
    let shown: Vec<String> = names.iter().take(MAX_NAMES).map(show).collect();
    let more = names.len().saturating_sub(MAX_NAMES);
    if more > 0 {
        format!("{} and {more} more", shown.join(", "))
    } else {
        shown.join(", ")
    }
}

fn files_found(text: &mut String, report: &Report) {
    let files = &report.data.files;
    let n_films = report.data.table.rows.len();
    let n_found = n_films - files.missing.len();
    let _ = writeln!(text, "Films: {n_films} in the table, {n_found} with a file");
    let path = |path: &Path| path.display().to_string();
    let mut line = |name: &str, n: usize, shown: String| {
        if n > 0 {
            let _ = writeln!(text, "{name}: {n} ({shown})");
        }
    };
    let shown = some_of(&files.missing, Clone::clone);
    line("Missing files", files.missing.len(), shown);
    let shown = some_of(&files.duplicates, |(image, paths)| {
        format!("{image} {} times", paths.len())
    });
    line("Films with several files", files.duplicates.len(), shown);
    let shown = some_of(&files.duplicate_rows, Clone::clone);
    line(
        "Rows that repeat a film (ignored)",
        files.duplicate_rows.len(),
        shown,
    );
    let shown = some_of(&files.unlisted, |file| path(file));
    line("Files in no row", files.unlisted.len(), shown);
    let shown = some_of(&files.unreadable_folders, |folder| path(folder));
    line(
        "Folders that cannot be read",
        files.unreadable_folders.len(),
        shown,
    );
    let shown = some_of(&files.warnings, |warning| {
        format!("line {}: {}", warning.line, warning.text)
    });
    line("Cells ignored", files.warnings.len(), shown);
    let n_foreign = files.n_foreign_boxes;
    if !report.data.boxes.is_empty() || n_foreign > 0 {
        let n_boxes = report.data.boxes.len();
        let _ = writeln!(text, "Boxes: {n_boxes}, and {n_foreign} of other films");
    }
}

fn leaking_patients(text: &mut String, report: &Report, colored: bool) {
    if report.rule.is_none() {
        return;
    }
    if report.leaks.is_empty() {
        text.push_str("Leaks: none, no patient is in two parts\n");
        return;
    }
    let n_leaks = report.leaks.len();
    let heading = format!("Leaks: {n_leaks} patients are in more than one part");
    let _ = writeln!(text, "{}", red(&heading, colored));
    for leak in &report.leaks {
        let [in_train, in_valid, in_test] = leak.parts;
        let line = format!(
            "  patient {}: {in_train} train, {in_valid} valid, {in_test} test",
            leak.patient_id
        );
        let _ = writeln!(text, "{}", red(&line, colored));
    }
}

fn part_table(text: &mut String, part: &PartReport, undersampling: Undersampling) {
    let PartReport {
        name,
        before,
        after,
    } = part;
    let _ = write!(
        text,
        "\n{name}: {} films of {} patients",
        after.n_films, after.n_patients
    );
    if undersampling != Undersampling::None {
        let _ = write!(text, ", {} before undersampling", before.n_films);
    }
    text.push('\n');
    let width = before.counts.labels().iter().map(str::len).max();
    let width = width.unwrap_or(0).max(NO_FINDING.len());
    let (n_before, n_after) = (before.n_films, after.n_films);
    let is_known =
        |part: &PartSummary, n: usize| part.n_known.values().iter().all(|known| *known == n);
    let all_known = is_known(before, n_before) && is_known(after, n_after);
    let _ = writeln!(
        text,
        "  {:<width$}  {:>7}  {:>7}  {:>10}  {:>10}  {:>8}  {:>8}{}",
        "label",
        "before",
        "after",
        "prevalence",
        "after",
        "weight +",
        "weight -",
        if all_known { "" } else { "    known" }
    );
    let (shares, shares_after) = (before.prevalence(), after.prevalence());
    let (positive, negative) = (after.positive_weights(), after.negative_weights());
    for (idx, (label, count)) in before.counts.iter().enumerate() {
        let number = |value: Option<&Option<f64>>| match value.copied().flatten() {
            Some(value) => format!("{value:.4}"),
            None => "n/a".to_owned(),
        };
        let n_known = after.n_known.get(idx).filter(|_| !all_known);
        let n_known = n_known.map_or_else(String::new, |n| format!("  {n:>7}"));
        let _ = writeln!(
            text,
            "  {label:<width$}  {count:>7}  {:>7}  {:>10}  {:>10}  {:>8}  {:>8}{n_known}",
            after.counts.get(idx).copied().unwrap_or_default(),
            number(shares.get(idx)),
            number(shares_after.get(idx)),
            number(positive.get(idx)),
            number(negative.get(idx)),
        );
    }
    let share = |part: &PartSummary| match part.n_films {
        0 => "n/a".to_owned(),
        n_films => format!("{:.4}", part.n_no_finding as f64 / n_films as f64),
    };
    let _ = writeln!(
        text,
        "  {NO_FINDING:<width$}  {:>7}  {:>7}  {:>10}  {:>10}",
        before.n_no_finding,
        after.n_no_finding,
        share(before),
        share(after),
    );
    people(text, after);
}

/// Views, sexes and ages.
fn people(text: &mut String, part: &PartSummary) {
    let counts = |text: &mut String, name: &str, counts: &[(&str, usize)]| {
        let given = counts.iter().filter(|(_, count)| *count > 0);
        let given: Vec<String> = given
            .map(|(name, count)| format!("{name} {count}"))
            .collect();
        let given = if given.is_empty() {
            "n/a".to_owned()
        } else {
            given.join(", ")
        };
        let _ = writeln!(text, "  {name}: {given}");
    };
    let (views, sexes) = (part.views, part.sexes);
    counts(
        text,
        "Views",
        &[
            ("PA", views.pa),
            ("AP", views.ap),
            ("other", views.other),
            ("not given", views.unknown),
        ],
    );
    counts(
        text,
        "Sexes",
        &[
            ("F", sexes.female),
            ("M", sexes.male),
            ("not given", sexes.unknown),
        ],
    );
    let _ = match part.ages {
        Some(ages) => writeln!(
            text,
            "  Ages: {} to {} years, median {}, not given {}",
            ages.min, ages.max, ages.median, part.n_without_age
        ),
        None => writeln!(text, "  Ages: n/a"),
    };
    if let Some(n_first) = part.n_first_films {
        let _ = writeln!(text, "  First film of a patient: {n_first}");
    }
}
