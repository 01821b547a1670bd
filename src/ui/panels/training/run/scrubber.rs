use std::path::{Path, absolute};

use egui::Ui;

use crate::domain::TrainingPoint;
use crate::state::{
    Command, CommandSender, Loaded, ModelOrigin, RunRecord, TrainingCommand, TrainingPage,
    Workspace,
};
use crate::ui::panels::TrainingView;
use crate::ui::widgets::NumberSlider;

/// Which epoch of the run in view the viewer scores with, and a slider to change that.
pub fn epoch_scrubber_ui(ui: &mut Ui, view: &TrainingView<'_>, commands: &CommandSender) {
    let Some(run) = &view.training.run else {
        return;
    };
    let (record, model) = (&run.record, view.model);
    let loaded = model.loaded.as_ref();
    let in_memory = loaded.and_then(|loaded| point_of_run(record, loaded));
    let saved = in_memory.as_ref().filter(|point| point.step.is_none());
    let shown = match model.requested_path() {
        Some(path) if model.is_loading() => epoch_of_path(record, path),
        _ => saved.map(|point| point.epoch),
    };
    ui.horizontal(|ui| {
        slider_ui(ui, record, shown, commands);
        let Some(point) = in_memory else {
            if !record.kept_epochs.is_empty() {
                let text = ui.weak("The viewer uses another model");
                text.on_hover_text(loaded.map_or("", |loaded| loaded.classifier.id()));
            }
            return;
        };
        ui.strong(format!("In the viewer: epoch {}", point.epoch_text()));
        let (words, command) = match view.workspace {
            Workspace::Training => {
                let viewer = Command::ShowWorkspace(Workspace::Viewer);
                ("Go to the viewer", viewer)
            }
            Workspace::Viewer | Workspace::Evaluation => {
                let page = TrainingCommand::ShowPage(TrainingPage::Run);
                ("Go to the run", Command::Training(page))
            }
        };
        if ui.link(words).clicked() {
            commands.send(command);
        }
    });
}

/// A slider over the epochs whose model is in the folder.
fn slider_ui(ui: &mut Ui, record: &RunRecord, shown: Option<usize>, commands: &CommandSender) {
    let kept = &record.kept_epochs;
    let (Some(&first), Some(&last)) = (kept.first(), kept.last()) else {
        return;
    };
    let label = ui.label(format!("{}: model of epoch", record.name()));
    let mut epoch = shown.unwrap_or(last).clamp(first, last);
    ui.spacing_mut().slider_width = (ui.available_width() - 460.0).clamp(100.0, 500.0);
    let response = NumberSlider::new(&mut epoch, first..=last, label.id).ui(ui);
    let response = response.on_hover_text("The viewer scores with the model of this epoch");
    let epoch = nearest(kept, epoch);
    if response.changed() && Some(epoch) != shown {
        commands.train(TrainingCommand::ScoreWithEpoch(epoch));
    }
    let best = ui.button("Best");
    if best
        .on_hover_text("Score with the best epoch's model")
        .clicked()
    {
        commands.train(TrainingCommand::ScoreWithBest);
    }
}

/// When in the run in view the weights in memory were taken; `None` for those of another run.
///
/// The model itself says so: the best of a run, say, may have been written anew since it was
/// loaded. Files of older versions do not say; then the name of an epoch's file does.
fn point_of_run(record: &RunRecord, loaded: &Loaded) -> Option<TrainingPoint> {
    let path = match &loaded.origin {
        ModelOrigin::Default => return None,
        ModelOrigin::Moment(_) => None,
        ModelOrigin::File(path) => Some(path),
    };
    if path.is_some_and(|path| !is_in_folder(record, path)) {
        return None;
    }
    match loaded.classifier.identity().training() {
        Some(point) => (point.run == record.name()).then(|| point.clone()),
        None => Some(TrainingPoint {
            run: record.name(),
            epoch: epoch_of_name(path?)?,
            step: None,
        }),
    }
}

/// The epoch whose model is at `path` now, if it is one of this run's.
fn epoch_of_path(record: &RunRecord, path: &Path) -> Option<usize> {
    if !is_in_folder(record, path) {
        return None;
    }
    if path.ends_with("best.safetensors") {
        return record.best_epoch().map(|epoch| epoch.epoch);
    }
    epoch_of_name(path)
}

fn is_in_folder(record: &RunRecord, path: &Path) -> bool {
    let both = absolute(path).and_then(|path| Ok((path, absolute(&record.folder)?)));
    both.is_ok_and(|(path, folder)| path.starts_with(folder))
}

/// As in `epochs/0012.safetensors`.
fn epoch_of_name(path: &Path) -> Option<usize> {
    let is_epoch = path.parent()?.ends_with("epochs");
    let number = path.file_stem().filter(|_| is_epoch)?;
    number.to_str()?.parse().ok()
}

fn nearest(kept: &[usize], epoch: usize) -> usize {
    let distance = |known: &&usize| known.abs_diff(epoch);
    kept.iter().min_by_key(distance).copied().unwrap_or(epoch)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Classifier, ComputeDevice, ModelFile};
    use crate::state::Thresholds;

    fn loaded(origin: ModelOrigin, training: Option<TrainingPoint>) -> Loaded {
        let file = Classifier::default_file().unwrap();
        let mut card = file.card().clone();
        card.provenance.run = training;
        let file = ModelFile::new(card, file.weights().clone()).unwrap();
        let classifier = Classifier::new(&file, None, &ComputeDevice::cpu()).unwrap();
        Loaded {
            thresholds: Thresholds::of_model(classifier.card().thresholds()),
            classifier: classifier.into(),
            origin,
        }
    }

    fn run() -> RunRecord {
        RunRecord {
            folder: "runs/a".into(),
            ..RunRecord::default()
        }
    }

    #[test]
    fn the_epoch_that_is_asked_for_follows_from_the_models_path() {
        let epoch = |path: &str| epoch_of_path(&run(), Path::new(path));
        assert_eq!(epoch("runs/a/epochs/0012.safetensors"), Some(12));
        assert_eq!(epoch("runs/b/epochs/0012.safetensors"), None);
        assert_eq!(epoch("runs/a/last.safetensors"), None);
    }

    #[test]
    fn the_epoch_in_memory_is_told_by_the_weights_and_not_by_their_path() {
        let trained = |run: &str, n_done| Some(TrainingPoint::at(run, 4, n_done, 9));
        let point = |origin: ModelOrigin, training: Option<TrainingPoint>| {
            let loaded = loaded(origin, training);
            point_of_run(&run(), &loaded).map(|point| point.epoch_text())
        };
        let file = |path: &str| ModelOrigin::File(absolute(path).unwrap());
        let (best, epoch) = (
            file("runs/a/best.safetensors"),
            file("runs/a/epochs/0012.safetensors"),
        );
        let epoch_4 = Some("4".to_owned());
        assert_eq!(point(best.clone(), trained("a", 9)), epoch_4);
        assert_eq!(
            point(epoch.clone(), trained("a", 9)),
            epoch_4,
            "though 12 is in its name"
        );
        let paused = ModelOrigin::Moment("a, epoch 4 step 3".to_owned());
        assert_eq!(
            point(paused.clone(), trained("a", 3)),
            Some("4 step 3".to_owned())
        );
        for (origin, training) in [
            (paused, trained("b", 3)),
            (file("runs/b/best.safetensors"), trained("a", 9)),
            (ModelOrigin::Default, trained("a", 9)),
            (best, None),
        ] {
            assert_eq!(point(origin, training), None);
        }
        assert_eq!(
            point(epoch, None),
            Some("12".to_owned()),
            "a file of an older version"
        );
    }

    #[test]
    fn an_epoch_that_was_not_kept_gives_way_to_its_neighbor() {
        assert_eq!(nearest(&[1, 2, 9], 4), 2);
        assert_eq!(nearest(&[1, 2, 9], 7), 9);
    }
}
