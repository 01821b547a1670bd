//! Scores any number of films in constant memory.
//!
//! [`FilmSource`] finds the films of a [`Shard`] one at a time; [`open_ahead()`] opens them on threads of their own ahead
//! of whoever scores them; [`score_opened()`] scores a batch, and
//! [`BulkScoring`] writes chunks of results that a kill does not lose. Knows neither window nor command line.

mod open_ahead;
mod path_list;
mod score;
mod shard;
mod source;
mod to_folder;

pub use open_ahead::{OpenedAhead, Opening, ReadyFilm, open_ahead};
pub use path_list::PathList;
pub use score::{BulkFilm, score_opened};
pub use shard::{Shard, ShardError};
pub use source::{FilmSource, SourceFilm};
pub use to_folder::{BulkError, BulkScoring, ScoredShard};
