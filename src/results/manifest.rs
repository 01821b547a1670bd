use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{ResultFormat, ResultsError};
use crate::imaging::Preprocessing;

/// What the first line of a manifest says it is.
const KIND: &str = "thorax results 1";

/// What all results in a folder have in common: by another model, of other films or in other parts they would not fit
/// together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// What the file is.
    kind: String,
    /// Version of the program.
    pub version: String,
    /// Name of the model, checksum of its weights, run and epoch where it names them.
    pub model: String,
    /// The findings, in the order of the scores.
    pub findings: Vec<String>,
    /// The threshold of each finding: positive iff score >= threshold.
    pub thresholds: Vec<f64>,
    /// From a film to the network's input.
    pub preprocessing: Preprocessing,
    /// What was changed about every film before it was scored.
    pub changes: FilmChanges,
    /// SHA-256 of the list of films: of its bytes, or of the paths that were named.
    pub list: String,
    /// Parts that the films are scored in.
    pub n_shards: u32,
    /// Films of a chunk; the last one of a shard has fewer.
    pub chunk_films: usize,
    /// Format of the chunks.
    pub format: ResultFormat,
}

/// What is changed about every film before it is scored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilmChanges {
    /// Quarter turns clockwise.
    pub quarter_turns: u8,
    /// Black and white are exchanged.
    pub inverted: bool,
    /// Windows that leave a film without contrast are set aside.
    pub auto_window: bool,
}

impl Manifest {
    /// A manifest of this version of the program.
    pub fn new(
        model: String,
        findings: Vec<String>,
        thresholds: Vec<f64>,
        preprocessing: Preprocessing,
    ) -> Self {
        Self {
            kind: KIND.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            model,
            findings,
            thresholds,
            preprocessing,
            changes: FilmChanges::default(),
            list: String::new(),
            n_shards: 1,
            chunk_films: 4096,
            format: ResultFormat::Parquet,
        }
    }

    /// As the file holds it.
    pub(super) fn text(&self) -> String {
        // Text, numbers and lists only: nothing here can fail.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// Reads what [`Self::text`] wrote.
    pub(super) fn parse(text: &str, path: &Path) -> Result<Self, ResultsError> {
        let manifest: Self =
            serde_json::from_str(text).map_err(|error| ResultsError::broken(path, error))?;
        if manifest.kind != KIND {
            let reason = format!("expected {KIND:?}, got {:?}", manifest.kind);
            return Err(ResultsError::broken(path, reason));
        }
        if manifest.n_shards == 0 || manifest.chunk_films == 0 || manifest.findings.is_empty() {
            return Err(ResultsError::broken(
                path,
                "expected shards, films and findings",
            ));
        }
        Ok(manifest)
    }

    /// An error that names the first thing in which `there`, the manifest in a folder, differs.
    pub(super) fn check_same(&self, there: &Self, path: &Path) -> Result<(), ResultsError> {
        let texts = |manifest: &Self| {
            let list = |values: &[f64]| {
                let texts: Vec<String> = values.iter().map(ToString::to_string).collect();
                texts.join(", ")
            };
            let Self {
                kind: _,
                version,
                model,
                findings,
                thresholds,
                preprocessing,
                changes,
                list: films,
                n_shards,
                chunk_films,
                format,
            } = manifest;
            [
                ("version", version.clone()),
                ("model", model.clone()),
                ("findings", findings.join(", ")),
                ("thresholds", list(thresholds)),
                ("preprocessing", format!("{preprocessing:?}")),
                ("changes", format!("{changes:?}")),
                ("digest of the list", films.clone()),
                ("number of shards", n_shards.to_string()),
                ("films of a chunk", chunk_films.to_string()),
                ("format", format.ending().to_owned()),
            ]
        };
        let pairs = texts(there).into_iter().zip(texts(self));
        for ((field, there), (_, here)) in pairs {
            if there != here {
                return Err(ResultsError::OtherManifest {
                    path: path.to_owned(),
                    field,
                    there,
                    here,
                });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Of two findings in two shards, two films a chunk.
    pub fn manifest(format: ResultFormat) -> Manifest {
        Manifest {
            n_shards: 2,
            chunk_films: 2,
            format,
            list: "00ff".to_owned(),
            ..Manifest::new(
                "Thorax NIH 174a1ab0".to_owned(),
                ["Mass", "Edema"].map(str::to_owned).to_vec(),
                vec![0.5, 0.25],
                Preprocessing::NOTEBOOK,
            )
        }
    }

    #[test]
    fn a_manifest_is_read_as_it_is_written() {
        let manifest = manifest(ResultFormat::Csv);
        let path = Path::new("manifest.json");
        assert_eq!(Manifest::parse(&manifest.text(), path).unwrap(), manifest);
        let other = manifest.text().replace("results 1", "results 2");
        assert!(Manifest::parse(&other, path).is_err());
        let none = manifest
            .text()
            .replace("\"n_shards\": 2", "\"n_shards\": 0");
        assert!(Manifest::parse(&none, path).is_err());
    }

    #[test]
    fn another_manifest_is_refused_and_says_in_what() {
        let here = manifest(ResultFormat::Parquet);
        let check = |there: Manifest, named: &str| {
            let error = here.check_same(&there, Path::new("x/manifest.json"));
            let error = error.unwrap_err().to_string();
            assert!(
                error.contains(named) && error.contains("x/manifest.json"),
                "{error}"
            );
        };
        assert!(here.check_same(&here.clone(), Path::new("x")).is_ok());
        let other = || here.clone();
        check(
            Manifest {
                model: "M".to_owned(),
                ..other()
            },
            "model: M there",
        );
        check(
            Manifest {
                list: "1".to_owned(),
                ..other()
            },
            "digest of the list",
        );
        check(
            Manifest {
                n_shards: 3,
                ..other()
            },
            "number of shards: 3 there, 2 here",
        );
        check(manifest(ResultFormat::Csv), "format: csv there");
        check(
            Manifest {
                thresholds: vec![0.5, 0.5],
                ..other()
            },
            "thresholds",
        );
    }
}
