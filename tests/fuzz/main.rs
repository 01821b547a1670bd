//! Every decoder and reader of files of strangers, given changed bytes of sound files: it ends, in bounded time and
//! memory, with a result or an error in words.
//!
//! The changes are seeded, so that a fault comes again. `THORAX_FUZZ_INPUTS` says how many inputs each reader is
//! given; `THORAX_CASES` adds files as people have them to the sound ones.

#[cfg(test)]
mod mutate;
#[cfg(test)]
mod readers;
