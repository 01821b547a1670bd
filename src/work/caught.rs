use std::any::Any;
use std::cell::Cell;
use std::panic::AssertUnwindSafe;
use std::sync::Once;

thread_local! {
    /// Whether panics of this thread are answered here, and need no report on stderr.
    static IS_CAUGHT: Cell<bool> = const { Cell::new(false) };
}

/// Runs work that may panic on what it is given, as a decoder on a damaged file; the panic's text.
///
/// Unwind safe only if nothing outlives the work that it had half changed.
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    be_silent_about_caught_panics();
    let outer = IS_CAUGHT.replace(true);
    #[expect(
        clippy::disallowed_methods,
        reason = "a panic over one file is an error of that file"
    )]
    let result = std::panic::catch_unwind(AssertUnwindSafe(work));
    IS_CAUGHT.set(outer);
    result.map_err(|payload| panic_text(payload.as_ref()))
}

/// The words of a panic.
pub(super) fn panic_text(payload: &(dyn Any + Send)) -> String {
    payload
        .downcast_ref::<&str>()
        .map(ToString::to_string)
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".to_owned())
}

fn be_silent_about_caught_panics() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let report = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !IS_CAUGHT.get() {
                report(info);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_with_its_words() {
        assert_eq!(caught(|| 7), Ok(7));
        let words = caught(|| -> u8 { panic!("on {}", "purpose") });
        assert_eq!(words, Err("on purpose".to_owned()));
        assert!(!IS_CAUGHT.get());
    }
}
