use crate::state::{AppState, FilmMetadata};

/// What the metadata window shows.
pub struct MetadataView<'a> {
    /// The lines.
    pub metadata: &'a FilmMetadata,
    /// The name of the film in view.
    pub film: &'a str,
}

impl<'a> MetadataView<'a> {
    /// The metadata of the film in view, while they are shown.
    pub fn of(state: &'a AppState) -> Option<Self> {
        let film = state.shared.films.current_entry()?;
        state.shows_metadata().then_some(Self {
            metadata: &state.metadata,
            film: &film.name,
        })
    }
}
