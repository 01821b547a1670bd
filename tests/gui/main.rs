//! The real program in a window without a display, found by role and label, judged by its state.

#[cfg(test)]
mod blinded;
#[cfg(test)]
mod compare;
#[cfg(test)]
mod evaluation;
#[cfg(test)]
mod evaluation_columns;
#[cfg(test)]
mod evaluation_table;
#[cfg(test)]
mod evaluation_tabs;
#[cfg(test)]
mod exports;
#[cfg(test)]
mod film_menu;
#[cfg(test)]
mod films;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod measurements;
#[cfg(test)]
mod opening;
#[cfg(test)]
mod panels;
#[cfg(test)]
mod list;
#[cfg(test)]
mod messages;
#[cfg(test)]
mod reasons;
#[cfg(test)]
mod snapshots;
#[cfg(test)]
mod studies;
#[cfg(test)]
mod thresholds;
#[cfg(test)]
mod training;
#[cfg(test)]
mod training_data;
mod training_form;
#[cfg(test)]
mod training_runs;
#[cfg(test)]
mod training_steps;
#[cfg(test)]
mod viewer;
