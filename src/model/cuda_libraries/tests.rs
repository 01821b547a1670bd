use std::ffi::c_int;
use std::ptr::null_mut;

use super::forwards::{self, slots};
use super::*;

#[test]
fn functions_refuse_until_the_libraries_are_there() {
    // Whether this machine has a driver or not: nothing in these tests points this slot elsewhere.
    let function = forwards::cuEventRecord as *const c_void;
    // SAFETY: the slot holds a function that takes nothing and returns an int.
    let function: extern "C" fn() -> c_int = unsafe { std::mem::transmute(function) };
    if slots::cuEventRecord.load(Ordering::Acquire) == slots::cuInit.load(Ordering::Acquire) {
        assert_eq!(function(), 801);
    } else {
        println!("skipped: the driver's functions are loaded");
    }
}

#[test]
#[expect(
    clippy::many_single_char_names,
    reason = "arguments whose place alone counts"
)]
fn a_forward_hands_on_every_argument() {
    type Eight = extern "C" fn(u64, u64, u64, u64, u64, u64, u64, f64) -> u64;
    extern "C" fn digits(
        a: u64,
        b: u64,
        c: u64,
        d: u64,
        e: u64,
        f: u64,
        on_stack: u64,
        h: f64,
    ) -> u64 {
        [a, b, c, d, e, f, on_stack, h as u64]
            .iter()
            .fold(0, |number, digit| 10 * number + digit)
    }
    let slot = &slots::cuMemcpyPeerAsync;
    let before = slot.swap(digits as *mut c_void, Ordering::AcqRel);
    let function = forwards::cuMemcpyPeerAsync as *const c_void;
    // SAFETY: the slot holds a function of this very type.
    let function: Eight = unsafe { std::mem::transmute(function) };
    assert_eq!(function(1, 2, 3, 4, 5, 6, 7, 8.0), 12_345_678);
    slot.store(before, Ordering::Release);
}

static COSINE: Slot = AtomicPtr::new(null_mut());
static NOTHING: Slot = AtomicPtr::new(null_mut());

const MATHEMATICS: Library = Library {
    files: &["libthorax_has_no_such.so", "libm.so.6"],
    functions: &[("cos", &COSINE)],
};
const ABSENT: Library = Library {
    files: &["libthorax_has_no_such.so"],
    functions: &[("cos", &NOTHING)],
};
const POOR: Library = Library {
    files: &["libm.so.6"],
    functions: &[("cos", &NOTHING), ("thorax_has_no_such", &NOTHING)],
};

#[test]
fn a_library_fills_its_slots() {
    MATHEMATICS.load().unwrap();
    // SAFETY: `cos` of the C library takes and returns a double.
    let cosine: extern "C" fn(f64) -> f64 =
        unsafe { std::mem::transmute(COSINE.load(Ordering::Acquire)) };
    assert!((cosine(0.0) - 1.0).abs() < f64::EPSILON);
}

#[test]
fn what_is_missing_is_named_and_fills_nothing() {
    let error = ABSENT.load().unwrap_err().to_string();
    assert!(
        error.ends_with("libthorax_has_no_such.so was not found"),
        "{error}"
    );
    let error = POOR.load().unwrap_err().to_string();
    assert!(error.contains("thorax_has_no_such in libm.so.6"), "{error}");
    assert!(NOTHING.load(Ordering::Acquire).is_null());
}

#[test]
fn the_libraries_load_or_say_what_is_missing() {
    if let Err(error) = load() {
        let error = error.to_string();
        assert!(error.contains(".so."), "{error}");
    }
}
