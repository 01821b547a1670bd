use std::process::ExitCode;

use anyhow::Context as _;

use super::{ImportArgs, output};
use crate::domain::Labels;
use crate::files::{Existing, read_text_bounded};
use crate::imaging::is_kept_film;
use crate::model::{KerasImport, Provenance, import_keras};

/// Larger files are no provenance, which is a page of text.
const MAX_PROVENANCE_BYTES: u64 = 1 << 20;

/// Writes a model file from Keras weights.
pub fn run(args: &ImportArgs) -> anyhow::Result<ExitCode> {
    let existing = Existing::for_output(args.overwrite, is_kept_film);
    existing.check(&args.output).with_context(|| {
        let path = args.output.display();
        format!("cannot write {path}; --overwrite replaces files")
    })?;
    let labels = match args.labels.as_slice() {
        [] => None,
        names => Some(Labels::new(names.to_vec())?),
    };
    let provenance = match &args.provenance {
        Some(path) => {
            let text = read_text_bounded(path, MAX_PROVENANCE_BYTES)
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
    model.save_as(&args.output, existing)?;
    output::answer(&format!("{}\n", args.output.display()))?;
    Ok(ExitCode::SUCCESS)
}
