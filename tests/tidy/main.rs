//! Watches over the shape of the source.

#[cfg(test)]
mod circles;
#[cfg(test)]
mod source;
