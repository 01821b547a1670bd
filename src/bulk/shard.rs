use std::path::Path;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::files::path_text;

/// The part of the films that one of several processes scores.
///
/// A film belongs to shard `h mod n`, where `h` is the first 8 bytes of the SHA-256 of its path's text (UTF-8, as the
/// results write it) as a big-endian number: the same on every machine and in every version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    index: u32,
    n_shards: u32,
}

/// Numbers that make no shard.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum ShardError {
    #[error("expected a shard I/N with I from 0 to N - 1, such as 0/16, got {text:?}")]
    Text { text: String },
    #[error("expected a number in the environment variable {name}, got {text:?}")]
    Variable { name: &'static str, text: String },
    #[error("{index} is set, but not {count}, the number of shards: set it or pass --shard I/N")]
    NoCount {
        index: &'static str,
        count: &'static str,
    },
    #[error(
        "expected {index} below {count}, got {index}={index_value}, {count}={count_value}: pass --shard I/N"
    )]
    Range {
        index: &'static str,
        count: &'static str,
        index_value: u32,
        count_value: u32,
    },
    #[error("an array with the step {step} has no shards without gaps: pass --shard I/N")]
    Step { step: u32 },
}

/// Variables by which schedulers tell a process which of how many it is.
const VARIABLES: [(&str, &str); 4] = [
    ("SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT"),
    ("JOB_COMPLETION_INDEX", "JOB_COMPLETIONS"),
    ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"),
    ("PMI_RANK", "PMI_SIZE"),
];

impl Shard {
    /// All films.
    pub const ALL: Self = Self {
        index: 0,
        n_shards: 1,
    };

    /// Shard `index`, from 0, of `n_shards`; `None` unless it is one of them.
    pub fn new(index: u32, n_shards: u32) -> Option<Self> {
        (index < n_shards).then_some(Self { index, n_shards })
    }

    /// From 0.
    pub fn index(self) -> u32 {
        self.index
    }

    /// At least 1.
    pub fn n_shards(self) -> u32 {
        self.n_shards
    }

    /// Whether a film is in it.
    pub fn holds(self, film: &Path) -> bool {
        self.n_shards == 1 || self.holds_text(&path_text(film))
    }

    /// The same by the text of the film's path.
    pub fn holds_text(self, path: &str) -> bool {
        let digest: [u8; 32] = Sha256::digest(path.as_bytes()).into();
        let first = digest.iter().take(8);
        let number = first.fold(0, |number, &byte| number << 8 | u64::from(byte));
        number % u64::from(self.n_shards) == u64::from(self.index)
    }

    /// The shard that a scheduler gives this process, with the variable that says so; `None` without a scheduler.
    ///
    /// `variable` looks up the environment. Indices of a SLURM array count from its lowest one.
    pub fn of_environment(
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<(Self, &'static str)>, ShardError> {
        let number = |name: &'static str| -> Result<Option<u32>, ShardError> {
            let text = variable(name).filter(|text| !text.trim().is_empty());
            let parsed = text.map(|text| text.trim().parse().map_err(|_| text));
            let parsed = parsed.transpose();
            parsed.map_err(|text| ShardError::Variable { name, text })
        };
        for (index, count) in VARIABLES {
            let Some(index_value) = number(index)? else {
                continue;
            };
            let Some(count_value) = number(count)? else {
                return Err(ShardError::NoCount { index, count });
            };
            let mut from_zero = Some(index_value);
            if index == "SLURM_ARRAY_TASK_ID" {
                let step = number("SLURM_ARRAY_TASK_STEP")?.unwrap_or(1);
                if step != 1 && count_value > 1 {
                    return Err(ShardError::Step { step });
                }
                let least = number("SLURM_ARRAY_TASK_MIN")?.unwrap_or(0);
                from_zero = index_value.checked_sub(least);
            }
            let shard = from_zero.and_then(|from_zero| Self::new(from_zero, count_value));
            return match shard {
                Some(shard) => Ok(Some((shard, index))),
                None => Err(ShardError::Range {
                    index,
                    count,
                    index_value,
                    count_value,
                }),
            };
        }
        Ok(None)
    }
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let numbers = text.split_once('/');
        let numbers = numbers.and_then(|(index, n)| Some((index.parse().ok()?, n.parse().ok()?)));
        let shard = numbers.and_then(|(index, n_shards)| Self::new(index, n_shards));
        shard.ok_or_else(|| ShardError::Text {
            text: text.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_film_is_in_one_shard_and_always_the_same() {
        let paths: Vec<String> = (0..1000).map(|n| format!("/films/{n:08}.png")).collect();
        let shards: Vec<Shard> = (0..7).map(|index| Shard::new(index, 7).unwrap()).collect();
        let mut n_films = [0; 7];
        for path in &paths {
            let holding: Vec<_> = shards.iter().filter(|s| s.holds(Path::new(path))).collect();
            assert_eq!(holding.len(), 1, "{path}");
            n_films[holding[0].index() as usize] += 1;
        }
        assert!(
            n_films.iter().all(|n| (100..200).contains(n)),
            "{n_films:?}"
        );
        // Python: int.from_bytes(hashlib.sha256(b"/films/00000001.png").digest()[:8], "big") % 16
        let place = (0..16).find(|&index| {
            let shard = Shard::new(index, 16).unwrap();
            shard.holds_text("/films/00000001.png")
        });
        assert_eq!(place, Some(PLACE_BY_PYTHON));
        assert!(paths.iter().all(|path| Shard::ALL.holds(Path::new(path))));
    }

    const PLACE_BY_PYTHON: u32 = 10;

    #[test]
    fn texts_are_read_and_others_refused() {
        assert_eq!("3/16".parse(), Ok(Shard::new(3, 16).unwrap()));
        for text in ["", "3", "16/16", "-1/2", "1/0", "a/b", "1/2/3"] {
            let error = text.parse::<Shard>().unwrap_err().to_string();
            assert!(error.contains("expected a shard I/N"), "{error}");
        }
    }

    fn given(variables: &[(&str, &str)]) -> Result<Option<(Shard, &'static str)>, ShardError> {
        Shard::of_environment(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn schedulers_say_which_shard_it_is() {
        let check = |variables: &[(&str, &str)], index, n_shards| {
            let found = given(variables).unwrap().unwrap().0;
            assert_eq!(found, Shard::new(index, n_shards).unwrap(), "{variables:?}");
        };
        assert_eq!(given(&[]), Ok(None));
        let slurm = |id| {
            [
                ("SLURM_ARRAY_TASK_ID", id),
                ("SLURM_ARRAY_TASK_COUNT", "16"),
                ("SLURM_ARRAY_TASK_MIN", "1"),
            ]
        };
        check(&slurm("1"), 0, 16);
        check(&slurm("16"), 15, 16);
        check(
            &[("JOB_COMPLETION_INDEX", "2"), ("JOB_COMPLETIONS", "3")],
            2,
            3,
        );
        check(
            &[("OMPI_COMM_WORLD_RANK", "1"), ("OMPI_COMM_WORLD_SIZE", "2")],
            1,
            2,
        );
        check(&[("PMI_RANK", "0"), ("PMI_SIZE", "4")], 0, 4);
    }

    #[test]
    fn what_a_scheduler_leaves_open_is_asked_for() {
        let check = |variables: &[(&str, &str)], named: &str| {
            let error = given(variables).unwrap_err().to_string();
            assert!(error.contains(named), "{error}");
        };
        check(&[("JOB_COMPLETION_INDEX", "2")], "JOB_COMPLETIONS");
        check(&[("PMI_RANK", "x")], "PMI_RANK");
        check(&[("PMI_RANK", "4"), ("PMI_SIZE", "4")], "PMI_RANK=4");
        let stepped = [
            ("SLURM_ARRAY_TASK_ID", "4"),
            ("SLURM_ARRAY_TASK_COUNT", "3"),
            ("SLURM_ARRAY_TASK_STEP", "2"),
        ];
        check(&stepped, "step 2");
    }
}
