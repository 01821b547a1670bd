use super::field::Field;
use super::fields;

/// Settings that belong together, in the order of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "`FieldGroup::title` says it in the user's words"
)]
pub enum FieldGroup {
    Data,
    Split,
    Sampling,
    Network,
    Loss,
    Augmentation,
    Optimizer,
    Schedule,
    Run,
}

impl FieldGroup {
    /// All groups, which together have every key of a configuration.
    pub const ALL: [Self; 9] = [
        Self::Data,
        Self::Split,
        Self::Sampling,
        Self::Network,
        Self::Loss,
        Self::Augmentation,
        Self::Optimizer,
        Self::Schedule,
        Self::Run,
    ];

    /// Heading in the form and in `--help`.
    pub fn title(self) -> &'static str {
        match self {
            Self::Data => "Data",
            Self::Split => "Split",
            Self::Sampling => "Sampling",
            Self::Network => "Network",
            Self::Loss => "Loss",
            Self::Augmentation => "Augmentation",
            Self::Optimizer => "Optimizer",
            Self::Schedule => "Schedule",
            Self::Run => "Run",
        }
    }

    /// Settings of the group.
    pub fn fields(self) -> &'static [Field] {
        match self {
            Self::Data => fields::DATA,
            Self::Split => fields::SPLIT,
            Self::Sampling => fields::SAMPLING,
            Self::Network => fields::NETWORK,
            Self::Loss => fields::LOSS,
            Self::Augmentation => fields::AUGMENTATION,
            Self::Optimizer => fields::OPTIMIZER,
            Self::Schedule => fields::SCHEDULE,
            Self::Run => fields::RUN,
        }
    }

    /// The setting with this key in `config.toml`.
    pub fn field(key: &str) -> Option<&'static Field> {
        Self::all_fields().find(|field| field.key == key)
    }

    /// Settings of all groups.
    pub fn all_fields() -> impl Iterator<Item = &'static Field> {
        Self::ALL.into_iter().flat_map(Self::fields)
    }
}
