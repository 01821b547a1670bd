use crate::state::{RunPhase, TrainingState};

/// A time in the two units that matter, as in `1 h 12 min`.
pub fn duration_text(secs: f64) -> String {
    if !secs.is_finite() || secs < 0.0 {
        return "n/a".to_owned();
    }
    let secs = secs.round() as u64;
    let (days, hours, minutes) = (secs / 86_400, secs / 3600 % 24, secs / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{secs} s"),
        (0, 0, _) => format!("{minutes} min {} s", secs % 60),
        (0, ..) => format!("{hours} h {minutes} min"),
        _ => format!("{days} d {hours} h"),
    }
}

/// A count with its thousands apart, as in `112,120`.
pub(super) fn count_text(n: usize) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Bytes in the unit that keeps the number short.
pub fn bytes_text(n_bytes: u64) -> String {
    let n_bytes = n_bytes as f64;
    match n_bytes {
        n if n < 1e6 => format!("{:.0} kB", n / 1e3),
        n if n < 1e9 => format!("{:.0} MB", n / 1e6),
        n => format!("{:.1} GB", n / 1e9),
    }
}

/// The running training as one line for the status bar; `None` if there is none.
pub fn running_text(training: &TrainingState) -> Option<String> {
    let run = training.run.as_ref().filter(|run| run.is_running())?;
    let record = &run.record;
    let phase = run.phase();
    let mut parts = vec![phase.words().to_owned()];
    if let Some(progress) = run.progress() {
        parts.push(format!("{} of {} films", progress.n_done, progress.n_total));
    }
    if let Some(step) = &record.live.last_step {
        parts.push(format!("epoch {} of {}", step.epoch, record.config.epochs));
        if phase == RunPhase::Training {
            parts.push(format!("{} left", duration_text(step.eta_secs)));
        }
    }
    Some(parts.join("   ·   "))
}

/// A figure of three decimals, or that there is none.
pub(super) fn figure_text(value: Option<f64>) -> String {
    value.map_or("n/a".to_owned(), |value| format!("{value:.3}"))
}

/// A share as percent.
pub(super) fn percent_text(share: Option<f64>) -> String {
    share.map_or("n/a".to_owned(), |share| format!("{:.1} %", share * 100.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said_in_two_units() {
        let texts = [0.4, 59.0, 61.0, 3725.0, 200_000.0].map(duration_text);
        assert_eq!(texts, ["0 s", "59 s", "1 min 1 s", "1 h 2 min", "2 d 7 h"]);
        assert_eq!(duration_text(f64::NAN), "n/a");
    }

    #[test]
    fn thousands_are_apart() {
        let texts = [0, 356, 2266, 109_854, 1_000_000].map(count_text);
        assert_eq!(texts, ["0", "356", "2,266", "109,854", "1,000,000"]);
    }

    #[test]
    fn bytes_are_said_in_a_fitting_unit() {
        let texts = [2000, 3_400_000, 1_800_000_000].map(bytes_text);
        assert_eq!(texts, ["2 kB", "3 MB", "1.8 GB"]);
    }

    #[test]
    fn what_is_undefined_is_no_number() {
        assert_eq!(figure_text(None), "n/a");
        assert_eq!(figure_text(Some(0.5)), "0.500");
        assert_eq!(percent_text(Some(0.123)), "12.3 %");
    }
}
