use std::fmt::Write as _;
use std::process::ExitCode;

use super::{InfoArgs, InfoFormat, open_model, output};
use crate::domain::NOTICE;
use crate::model::{Classifier, ComputeDevice};

/// Prints what a model file says of itself.
pub fn run(args: &InfoArgs) -> anyhow::Result<ExitCode> {
    let classifier = open_model(Some(&args.model), &ComputeDevice::cpu())?;
    let text = match args.format {
        InfoFormat::Json => serde_json::to_string_pretty(classifier.card())? + "\n",
        InfoFormat::Text => text(&classifier),
    };
    output::answer(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn text(classifier: &Classifier) -> String {
    let card = classifier.card();
    let mut text = format!("Model: {}\n", classifier.id());
    for (name, value) in card.facts() {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{name}: {value}");
    }
    text.push_str("Labels:\n");
    for (name, point) in card.operating_points.iter() {
        let _ = match point {
            Some(point) => {
                let threshold = point.threshold();
                writeln!(
                    text,
                    "  {name}: threshold {threshold}, {}",
                    point.chosen_by()
                )
            }
            None => writeln!(text, "  {name}: no operating point"),
        };
    }
    text.push_str(NOTICE);
    text.push('\n');
    text
}
