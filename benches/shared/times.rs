//! How benches of the window tell their frames.

use std::time::Duration;

/// Median, 95th percentile and longest, in milliseconds.
pub fn print_times(name: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |share: f64| {
        let time = times.get((share * (times.len() - 1) as f64) as usize);
        time.map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
    };
    println!(
        "{name}: median {:.3} ms, 95 % {:.3} ms, longest {:.3} ms",
        at(0.5),
        at(0.95),
        at(1.0)
    );
}
