//! The built program, run as users run it.

#[cfg(test)]
mod archives;
#[cfg(test)]
mod average;
#[cfg(test)]
mod data;
#[cfg(test)]
mod evaluation;
#[cfg(test)]
mod export;
#[cfg(test)]
mod maps;
#[cfg(test)]
mod names;
#[cfg(test)]
mod program;
#[cfg(test)]
mod ranks;
#[cfg(test)]
mod run;
#[cfg(test)]
mod runs;
#[cfg(test)]
mod training;
#[cfg(test)]
mod tutorial;
#[cfg(test)]
mod writing;
