use egui::Ui;

use crate::domain::Part;
use crate::state::{CommandSender, RunPhase, RunRecord, ShownRun, TrainingCommand};
use crate::train::AucTable;
use crate::ui::panels::training::text::figure_text;

/// What a finished run has come to, and what can be done with it next.
pub fn ending_ui(ui: &mut Ui, run: &ShownRun, commands: &CommandSender) {
    let record = &run.record;
    if run.phase() != RunPhase::Finished || record.best_epoch().is_none() {
        return;
    }
    let open = |part| TrainingCommand::OpenScores {
        run: record.folder.clone(),
        part,
    };
    ui.horizontal_wrapped(|ui| {
        ui.strong(ending_text(record));
        if record.test_auc.is_some() && ui.button("Evaluate on test").clicked() {
            commands.train(open(Part::Test));
        }
        if has_valid_scores(record) {
            let choose = ui.button("Choose thresholds on validation");
            if choose
                .on_hover_text("Open the validation films' scores in Evaluation")
                .clicked()
            {
                commands.train(open(Part::Valid));
            }
        }
        let score = ui.button("Use in viewer");
        if score
            .on_hover_text("Score films with the best epoch's weights")
            .clicked()
        {
            commands.train(TrainingCommand::UseInViewer(record.folder.clone()));
        }
    });
}

fn has_valid_scores(record: &RunRecord) -> bool {
    record
        .best_epoch()
        .is_some_and(|best| best.valid_loss.is_some())
}

/// As in `r1: macro AUC 0.663 on test`; on validation where there are no test films.
pub fn ending_text(record: &RunRecord) -> String {
    let test = record.test_auc.as_ref().and_then(AucTable::macro_mean);
    let valid = record
        .best_epoch()
        .and_then(|best| best.valid_auc.macro_mean());
    let (auc, part) = match test {
        Some(_) => (test, Part::Test),
        None => (valid, Part::Valid),
    };
    let name = record.name();
    format!(
        "{name}: macro AUC {} on {}",
        figure_text(auc),
        part.films_text()
    )
}
