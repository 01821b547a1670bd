use crate::domain::Part;

use super::SeededRandom;

/// What random numbers are drawn for. Each use has a stream of its own under one seed, so that no
/// two of them draw the same numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "fields count from 0 or are the epoch, from 1")]
pub enum Stream {
    /// Order of the training films in an epoch.
    FilmOrder { epoch: usize },
    /// Augmentation of the film at a place of the training set.
    Augmentation { epoch: usize, place: usize },
    /// Initial values of one tensor.
    InitialWeights { tensor_idx: usize },
    /// Training films drawn by their number of findings.
    FilmDraw,
    /// Films that a maximum per part keeps.
    FilmLimit { part: Part },
    /// Features that the head drops in the step, from 0, of an epoch.
    HeadDropout { epoch: usize, step: usize },
    /// Patients of one replicate of a bootstrap.
    Bootstrap { replicate: usize },
    /// One small change of a film, to see how far its scores move.
    Jitter { change: usize },
    /// Order of the films in a blinded session.
    BlindedOrder,
}

impl Stream {
    /// The generator of this stream under `seed`.
    pub fn random(self, seed: u64) -> SeededRandom {
        SeededRandom::for_stream(seed, &self.numbers())
    }

    /// Never to be changed: shuffles, weights and intervals made before depend on them.
    fn numbers(self) -> Vec<u64> {
        match self {
            Self::FilmOrder { epoch } => vec![1, epoch as u64],
            Self::Augmentation { epoch, place } => vec![2, epoch as u64, place as u64],
            Self::InitialWeights { tensor_idx } => vec![3, tensor_idx as u64],
            Self::FilmDraw => vec![4],
            Self::FilmLimit { part } => vec![5, part.index() as u64],
            Self::HeadDropout { epoch, step } => vec![6, epoch as u64, step as u64],
            Self::Bootstrap { replicate } => vec![11, replicate as u64],
            Self::Jitter { change } => vec![change as u64],
            Self::BlindedOrder => vec![],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_behind_a_stream_are_those_of_earlier_versions() {
        let (epoch, place) = (3, 8);
        for (stream, numbers) in [
            (Stream::FilmOrder { epoch }, &[1, 3][..]),
            (Stream::Augmentation { epoch, place }, &[2, 3, 8]),
            (Stream::InitialWeights { tensor_idx: 7 }, &[3, 7]),
            (Stream::FilmDraw, &[4]),
            (Stream::FilmLimit { part: Part::Test }, &[5, 2]),
            (Stream::HeadDropout { epoch, step: 4 }, &[6, 3, 4]),
            (Stream::Bootstrap { replicate: 9 }, &[11, 9]),
            (Stream::Jitter { change: 6 }, &[6]),
            (Stream::BlindedOrder, &[]),
        ] {
            assert_eq!(stream.random(5), SeededRandom::for_stream(5, numbers));
        }
    }
}
