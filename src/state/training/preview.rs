use crate::dataset::{Augmentation, EpochPlan};
use crate::train::{Preflight, Prepared, TrainConfig};
use crate::work::JobContext;
use thorax_ranks::Share;

/// Training films shown, and changed versions of each.
const N_FILMS: usize = 6;
const N_VERSIONS: usize = 5;

/// Some training films as they are and as training will see them.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    /// Pixels along one side of every picture.
    pub side: usize,
    /// One row a film.
    pub films: Vec<PreviewFilm>,
    /// What they were changed by.
    pub augmentation: Augmentation,
}

/// One film and its changed versions, `side * side` grays each.
#[derive(Clone, Debug, PartialEq)]
pub struct PreviewFilm {
    /// Its name in the table.
    pub image: String,
    /// Unchanged, then augmented as in epochs 1, 2, ….
    pub pictures: Vec<Vec<u8>>,
}

impl Preview {
    /// Decodes a few films spread over the training part and changes each as training would.
    pub(super) fn make(
        preflight: &Preflight,
        config: &TrainConfig,
        ctx: &JobContext,
    ) -> anyhow::Result<Self> {
        let augmentation = config.augment;
        let mut plan = preflight.plan.clone();
        plan.config = config.clone();
        // Leaks are shown where they matter; they do not hide a picture.
        plan.config.allow_leaks = true;
        let [train, valid, test] = &mut plan.parts;
        let every = train.rows.len().div_ceil(N_FILMS).max(1);
        train.rows = train.rows.iter().copied().step_by(every).collect();
        valid.rows.clear();
        test.rows.clear();
        let (seed, batch_size) = (plan.config.seed, plan.config.batch_size);
        // These few films do not belong next to the real cache, which has all films.
        let folder = tempfile::tempdir()?;
        let prepared = Prepared::new(plan, folder.path(), 1, ctx)?;
        let set = &prepared.train;
        let [.., white] = *set.input_of_gray;
        let gray = |value: &f32| (value / white * 255.0).round().clamp(0.0, 255.0) as u8;
        let picture = |place: usize, epoch: usize, augmentation: Augmentation| {
            let plan = EpochPlan {
                seed,
                epoch,
                batch_size,
                augmentation,
                share: Share::WHOLE,
            };
            set.batch(&plan, &[place]).pixels.iter().map(gray).collect()
        };
        let film = |place: usize| {
            let versions = (1..=N_VERSIONS).map(|epoch| picture(place, epoch, augmentation));
            let plain = picture(place, 1, Augmentation::NONE);
            PreviewFilm {
                image: prepared.train_image(place),
                pictures: std::iter::once(plain).chain(versions).collect(),
            }
        };
        Ok(Self {
            side: set.cache.side(),
            films: (0..set.films.len()).map(film).collect(),
            augmentation,
        })
    }
}
