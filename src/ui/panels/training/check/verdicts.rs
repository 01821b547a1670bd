use egui::{Label, RichText, TextStyle, TextWrapMode, Ui, WidgetText};

use crate::state::{CheckReport, CommandSender, LabelCheck, TrainingCommand, TrainingPage};
use crate::ui::panels::training::bytes_text;
use crate::ui::panels::training::steps::{MARK_WIDTH_PT, mark_ui};
use crate::ui::panels::training::text::count_text;
use crate::ui::panels::training::verdict::{Grade, Verdict};
use crate::ui::theme;

/// Room for the widest action.
const ACTION_WIDTH_PT: f32 = 130.0;

/// One line of the check: what was found, and where something can be done about it.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckVerdict {
    /// What was found.
    pub verdict: Verdict,
    /// The page to go to, with the words on its button.
    pub action: Option<(&'static str, TrainingPage)>,
}

/// All that the check found, what is worst first.
pub fn check_verdicts(check: &CheckReport) -> Vec<CheckVerdict> {
    let mut verdicts = Vec::new();
    let mut add = |grade, text: String, action| {
        let verdict = Verdict { grade, text };
        verdicts.push(CheckVerdict { verdict, action });
    };
    let other_data = Some(("Choose the data", TrainingPage::Data));
    for obstacle in &check.obstacles {
        add(Grade::Problem, obstacle.clone(), other_data);
    }
    let plan = &check.preflight.plan;
    let (n_films, n_missing) = (plan.data.table.rows.len(), plan.data.files.missing.len());
    let text = match n_missing {
        0 => format!("all {} films found", count_text(n_films)),
        _ => format!(
            "{} of {} films missing",
            count_text(n_missing),
            count_text(n_films)
        ),
    };
    if n_missing == 0 {
        add(Grade::Ok, text, None);
    } else if 2 * n_missing > n_films {
        add(Grade::Problem, text, other_data);
    } else {
        add(Grade::Warning, text, other_data);
    }
    if check.leaks.is_empty() {
        add(Grade::Ok, "no patient in two parts".to_owned(), None);
    }
    let counted = check.preflight.missing_text();
    for warning in &check.preflight.warnings {
        if Some(warning) != counted.as_ref() {
            add(Grade::Warning, warning.clone(), None);
        }
    }
    let balance = Some(("See the balance", TrainingPage::Balance));
    let weak = || check.labels.iter().filter(|label| label.is_weak());
    let name = |label: &LabelCheck| label.name.replace('_', " ");
    let absent: Vec<String> = weak()
        .filter(|label| label.n_positives() == 0)
        .map(name)
        .collect();
    match absent.as_slice() {
        [] => {}
        [name] => add(
            Grade::Warning,
            format!("{name} has no positive: it is not trained"),
            balance,
        ),
        names => add(
            Grade::Warning,
            format!(
                "{} findings have no positive, they are not trained: {}",
                names.len(),
                names.join(", ")
            ),
            balance,
        ),
    }
    for label in weak().filter(|label| label.n_positives() > 0) {
        let fate = match label.weights {
            None => "is not trained",
            Some(_) => "will not be learned",
        };
        let (name, n_pos) = (name(label), label.n_positives());
        let positives = if n_pos == 1 { "positive" } else { "positives" };
        add(
            Grade::Warning,
            format!("{name} has {n_pos} {positives}: it {fate}"),
            balance,
        );
    }
    let preflight = &check.preflight;
    let needed = bytes_text(preflight.cache_bytes + preflight.run_bytes);
    if let Some(free) = preflight.free_bytes {
        add(
            Grade::Ok,
            format!("{needed} of disk needed, {} free", bytes_text(free)),
            None,
        );
    }
    // Stable: within a grade what was found first comes first.
    verdicts.sort_by_key(|line| match line.verdict.grade {
        Grade::Problem => 0,
        Grade::Warning => 1,
        Grade::Open => 2,
        Grade::Ok => 3,
    });
    verdicts
}

/// The lines, each with its action at its end; all actions begin at one line.
pub fn verdicts_ui(ui: &mut Ui, check: &CheckReport, commands: &CommandSender) {
    let verdicts = check_verdicts(check);
    let room = ui.available_width() - MARK_WIDTH_PT - ui.spacing().item_spacing.x;
    let with_action = verdicts.iter().filter(|line| line.action.is_some());
    let widths = with_action.map(|line| text_width(ui, &line.verdict));
    let column = widths.fold(0.0, f32::max).min(room - ACTION_WIDTH_PT);
    for CheckVerdict { verdict, action } in verdicts {
        ui.horizontal_top(|ui| {
            mark_ui(ui, verdict.grade);
            let text = Label::new(words(ui, &verdict)).wrap();
            let Some((name, page)) = action else {
                ui.add(text);
                return;
            };
            let size = egui::vec2(column.max(0.0), 0.0);
            ui.allocate_ui(size, |ui| {
                ui.set_min_width(size.x);
                ui.add(text);
            });
            if ui.small_button(name).clicked() {
                commands.train(TrainingCommand::ShowPage(page));
            }
        });
    }
    ui.add_space(theme::SMALL_GAP_PT);
}

fn words(ui: &Ui, verdict: &Verdict) -> RichText {
    let palette = theme::palette(ui.visuals());
    let text = theme::sentence(&verdict.text);
    match verdict.grade {
        Grade::Problem => text.color(palette.error),
        Grade::Warning => text.color(palette.warning),
        Grade::Ok | Grade::Open => text,
    }
}

/// Of the text in one line.
fn text_width(ui: &Ui, verdict: &Verdict) -> f32 {
    let text = WidgetText::from(words(ui, verdict));
    let galley = text.into_galley(
        ui,
        Some(TextWrapMode::Extend),
        f32::INFINITY,
        TextStyle::Body,
    );
    // Rounded up: the last word must not wrap.
    galley.size().x.ceil() + 1.0
}
