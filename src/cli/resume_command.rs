//! The command that resumes a run, as a shell takes it.

use std::borrow::Cow;
use std::env;
use std::path::Path;

use clap::ValueEnum;

use super::{DeviceArgs, DeviceChoice, EngineChoice};

/// The command that goes on with the run at `root` on the same device, with the same cache: to be
/// copied into a shell in the folder in which this program was started.
pub fn resume_command(root: &Path, cache: Option<&Path>, device: DeviceArgs) -> String {
    let program = env::args_os().next().unwrap_or_else(|| "thorax".into());
    let mut words = vec![
        word(&program.to_string_lossy()).into_owned(),
        "train".to_owned(),
    ];
    let mut option = |name: &str, value: &str| {
        words.push(format!("--{name}"));
        words.push(word(value).into_owned());
    };
    option("resume", &root.to_string_lossy());
    if let Some(folder) = cache {
        option("cache", &folder.to_string_lossy());
    }
    if device.device != DeviceChoice::Cpu {
        option("device", &value_name(&device.device));
    }
    if let Some(n_threads) = device.threads {
        option("threads", &n_threads.to_string());
    }
    if device.engine != EngineChoice::Native {
        option("engine", &value_name(&device.engine));
    }
    if let Some(precision) = device.precision {
        option("precision", &value_name(&precision));
    }
    words.join(" ")
}

fn value_name(value: &impl ValueEnum) -> String {
    let value = value.to_possible_value();
    value.map_or_else(String::new, |value| value.get_name().to_owned())
}

/// A word as a shell takes it: in quotes where it has spaces or anything that a shell reads differently.
fn word(text: &str) -> Cow<'_, str> {
    let is_plain =
        |c: char| c.is_alphanumeric() || "/-._:+,=@".contains(c) || c == '\\' && cfg!(windows);
    if !text.is_empty() && text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(if cfg!(windows) {
        format!("\"{text}\"")
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::cli::PrecisionChoice;

    fn plain() -> DeviceArgs {
        DeviceArgs {
            device: DeviceChoice::Cpu,
            threads: None,
            engine: EngineChoice::Native,
            precision: None,
        }
    }

    #[test]
    fn what_is_said_again_is_what_was_said() {
        let check = |cache: Option<&str>, device, expected: &str| {
            let command = resume_command(Path::new("runs/a"), cache.map(Path::new), device);
            let (_, found) = command.split_once(" train ").unwrap();
            assert_eq!(found, expected);
        };
        check(None, plain(), "--resume runs/a");
        let gpu = DeviceArgs {
            device: DeviceChoice::Cuda,
            threads: Some(3),
            precision: Some(PrecisionChoice::Tf32),
            ..plain()
        };
        check(
            Some("my cache"),
            gpu,
            "--resume runs/a --cache 'my cache' --device cuda --threads 3 --precision tf32",
        );
    }

    #[test]
    fn a_shell_reads_the_word_that_was_meant() {
        for text in ["runs/a", "", "my films", "it's $HOME", "a\"b\\c", "фильм*"] {
            let echo = format!("printf %s {}", word(text));
            let output = std::process::Command::new("sh")
                .args(["-c", &echo])
                .output();
            assert_eq!(output.unwrap().stdout, text.as_bytes());
        }
    }
}
