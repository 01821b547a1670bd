//! The built program, run as users run it.

#[cfg(test)]
mod program;
