use std::path::{Path, absolute};

use egui::{Slider, Ui};

use crate::state::{AppState, CommandSender, RunRecord, TrainingCommand, TrainingPage, Workspace};

/// Which epoch of the run in view the viewer scores with, and a slider to change that.
pub fn epoch_scrubber_ui(ui: &mut Ui, state: &AppState, commands: &CommandSender) {
    let Some(run) = &state.training.run else {
        return;
    };
    let record = &run.record;
    let (Some(&first), Some(&last)) = (record.kept_epochs.first(), record.kept_epochs.last())
    else {
        return;
    };
    ui.horizontal(|ui| {
        let shown = state
            .shared
            .model
            .requested_path()
            .and_then(|path| epoch_of(record, path));
        let label = ui.label(format!("{}: model of epoch", record.name()));
        let mut epoch = shown.unwrap_or(last);
        ui.spacing_mut().slider_width = (ui.available_width() - 420.0).clamp(100.0, 500.0);
        let slider = Slider::new(&mut epoch, first..=last);
        let response = ui.add(slider).labelled_by(label.id);
        let response = response.on_hover_text("The viewer scores with the model of this epoch");
        let kept = nearest(&record.kept_epochs, epoch);
        if response.changed() && Some(kept) != shown {
            commands.train(TrainingCommand::ScoreWithEpoch(kept));
        }
        if ui
            .button("Best")
            .on_hover_text("Score with the best epoch's model")
            .clicked()
        {
            commands.train(TrainingCommand::ScoreWithBest);
        }
        match (shown, state.workspace) {
            (None, _) => {
                ui.weak("The viewer uses another model");
            }
            (Some(_), Workspace::Training) => {
                if ui.link("Go to the viewer").clicked() {
                    let viewer = crate::state::Command::ShowWorkspace(Workspace::Viewer);
                    commands.send(viewer);
                }
            }
            (Some(_), Workspace::Viewer | Workspace::Evaluation) => {
                if ui.link("Go to the run").clicked() {
                    commands.train(TrainingCommand::ShowPage(TrainingPage::Run));
                }
            }
        }
    });
}

/// The epoch whose model is at `path`, if it is one of this run's.
fn epoch_of(record: &RunRecord, path: &Path) -> Option<usize> {
    let folder = absolute(&record.folder).ok()?;
    let path = absolute(path).ok()?;
    let below = path.strip_prefix(folder).ok()?;
    if below == Path::new("best.safetensors") {
        return record.best_epoch().map(|epoch| epoch.epoch);
    }
    let number = below.strip_prefix("epochs").ok()?;
    number.file_stem()?.to_str()?.parse().ok()
}

fn nearest(kept: &[usize], epoch: usize) -> usize {
    let distance = |known: &&usize| known.abs_diff(epoch);
    kept.iter().min_by_key(distance).copied().unwrap_or(epoch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_epoch_is_told_by_the_models_place() {
        let record = RunRecord {
            folder: "runs/a".into(),
            ..RunRecord::default()
        };
        let epoch = |path: &str| epoch_of(&record, Path::new(path));
        assert_eq!(epoch("runs/a/epochs/0012.safetensors"), Some(12));
        assert_eq!(epoch("runs/b/epochs/0012.safetensors"), None);
        assert_eq!(epoch("runs/a/last.safetensors"), None);
    }

    #[test]
    fn an_epoch_that_was_not_kept_gives_way_to_its_neighbor() {
        assert_eq!(nearest(&[1, 2, 9], 4), 2);
        assert_eq!(nearest(&[1, 2, 9], 7), 9);
    }
}
