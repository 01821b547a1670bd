use std::fs;
use std::process::ExitCode;

use anyhow::Context as _;

use super::{ImportArgs, output};
use crate::domain::Labels;
use crate::model::{KerasImport, Provenance, import_keras};

/// Writes a model file from Keras weights.
pub fn run(args: &ImportArgs) -> anyhow::Result<ExitCode> {
    let labels = match args.labels.as_slice() {
        [] => None,
        names => Some(Labels::new(names.to_vec())?),
    };
    let provenance = match &args.provenance {
        Some(path) => {
            let text = fs::read_to_string(path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            serde_json::from_str(&text)
                .with_context(|| format!("expected provenance as JSON: {}", path.display()))?
        }
        None => Provenance::default(),
    };
    let stem = args.weights.file_stem().unwrap_or_default();
    let name = match &args.name {
        Some(name) => name.clone(),
        None => stem.to_string_lossy().into_owned(),
    };
    let model = import_keras(
        &args.weights,
        KerasImport {
            name,
            labels,
            interpolation: args.interpolation.into(),
            provenance,
        },
    )?;
    model.save(&args.output)?;
    output::answer(&format!("{}\n", args.output.display()))?;
    Ok(ExitCode::SUCCESS)
}
