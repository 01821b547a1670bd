//! Watches over the shape of the source.

#[cfg(test)]
mod source;
