use chrono::Local;

/// When, and by which program, a file was written; in every table and report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The day, as in 2026-11-23.
    pub day: String,
    /// Name and version of the program.
    pub program: &'static str,
}

impl Written {
    /// Today, by this program.
    pub fn now() -> Self {
        Self {
            day: Local::now().format("%Y-%m-%d").to_string(),
            program: concat!("Thorax ", env!("CARGO_PKG_VERSION")),
        }
    }
}
