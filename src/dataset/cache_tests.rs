use super::*;
use crate::imaging::{Interpolation, model_input};

/// Counts films and stops once there are `most`.
struct Counter {
    n_decoded: AtomicUsize,
    most: usize,
}

impl Counter {
    fn of_at_most(most: usize) -> Self {
        Self {
            n_decoded: AtomicUsize::new(0),
            most,
        }
    }
}

impl Watch for Counter {
    fn progress(&self, progress: Progress) {
        self.n_decoded.store(progress.n_done, Ordering::Relaxed);
    }

    fn check(&self) -> Result<(), Canceled> {
        let n_decoded = self.n_decoded.load(Ordering::Relaxed);
        if n_decoded < self.most {
            Ok(())
        } else {
            Err(Canceled)
        }
    }
}

fn preprocessing() -> Preprocessing {
    Preprocessing::new(32, Interpolation::Area, 1.0 / 255.0).unwrap()
}

/// Films with content of their own, and one that is none.
fn films(folder: &Path) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for n in 0..5u32 {
        let path = folder.join(format!("{n}.png"));
        let picture = image::GrayImage::from_fn(40, 40, |x, y| image::Luma([(x * y * n) as u8]));
        picture.save(&path).unwrap();
        paths.push(path);
    }
    fs::write(&paths[3], b"not a picture").unwrap();
    paths
}

fn build(folder: &Path, films: &[PathBuf]) -> (FilmCache, usize) {
    let counter = Counter::of_at_most(usize::MAX);
    let cache = FilmCache::open_or_build(folder, films, &preprocessing(), 2, &counter);
    (cache.unwrap(), counter.n_decoded.into_inner())
}

#[test]
fn cached_films_are_what_the_network_is_fed() {
    let folder = tempfile::tempdir().unwrap();
    let films = films(folder.path());
    let (cache, _) = build(&folder.path().join("cache"), &films);
    for film_idx in [0, 1, 2, 4] {
        let input = {
            let film = read_film(&films[film_idx]).unwrap();
            model_input(&GrayPicture::of_film(&film), &preprocessing())
        };
        let levels = preprocessing().input_of_gray();
        let cached = cache.grays(film_idx).unwrap().iter();
        let cached: Vec<f32> = cached.map(|&gray| levels[usize::from(gray)]).collect();
        assert_eq!(cached, input.values, "{film_idx}");
    }
}

#[test]
fn a_film_that_cannot_be_decoded_is_named_and_has_no_pixels() {
    let folder = tempfile::tempdir().unwrap();
    let (cache, _) = build(&folder.path().join("cache"), &films(folder.path()));
    assert_eq!(cache.grays(3), None);
    assert_eq!(cache.grays(5), None);
    let (&place, reason) = cache.unreadable().iter().next().unwrap();
    assert_eq!(place, 3);
    assert!(reason.contains("3.png"), "{reason}");
}

#[test]
fn films_are_decoded_once_and_again_when_one_changes() {
    let folder = tempfile::tempdir().unwrap();
    let (place, films) = (folder.path().join("cache"), films(folder.path()));
    assert_eq!(build(&place, &films).1, 5);
    assert_eq!(build(&place, &films).1, 0);
    fs::write(&films[0], b"something else").unwrap();
    let (cache, n_decoded) = build(&place, &films);
    assert_eq!((n_decoded, cache.grays(0)), (5, None));
    assert_eq!(fs::read_dir(&place).unwrap().count(), 1);
}

#[test]
fn a_damaged_cache_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let (place, films) = (folder.path().join("cache"), films(folder.path()));
    build(&place, &films);
    let path = fs::read_dir(&place)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let whole = fs::read(&path).unwrap();
    for n_bytes in [0, 10, 30, whole.len() - 1] {
        fs::write(&path, &whole[..n_bytes]).unwrap();
        assert_eq!(build(&place, &films).1, 5, "{n_bytes}");
    }
    let mut flipped = whole;
    *flipped.last_mut().unwrap() ^= 1;
    fs::write(&path, flipped).unwrap();
    assert_eq!(build(&place, &films).1, 5);
}

#[test]
fn films_are_kept_in_memory_where_nothing_can_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let films = films(folder.path());
    let (on_disk, _) = build(&folder.path().join("cache"), &films);
    // A file in place of the folder.
    let blocked = folder.path().join("blocked");
    fs::write(&blocked, "").unwrap();
    let (in_memory, n_decoded) = build(&blocked, &films);
    assert_eq!((n_decoded, on_disk.remark()), (5, None));
    assert!(in_memory.remark().unwrap().contains("in memory"));
    for film_idx in 0..6 {
        assert_eq!(in_memory.grays(film_idx), on_disk.grays(film_idx));
    }
    assert_eq!(in_memory.fingerprint(), on_disk.fingerprint());
    assert_eq!(in_memory.unreadable(), on_disk.unreadable());
}

#[test]
fn films_are_told_apart_by_what_they_show() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (original, _) = build(&here.path().join("cache"), &films(here.path()));
    let copies = films(there.path());
    let (copied, n_decoded) = build(&there.path().join("cache"), &copies);
    assert_eq!(n_decoded, 5);
    assert!(copied.has_fingerprint(&original.fingerprint()));
    // What earlier versions took: these very files.
    assert!(original.has_fingerprint(&original.sources));
    assert!(!copied.has_fingerprint(&original.sources));

    fs::copy(&copies[1], &copies[2]).unwrap();
    let (changed, _) = build(&there.path().join("cache"), &copies);
    assert!(!changed.has_fingerprint(&original.fingerprint()));
}

#[test]
fn stopping_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let (place, films) = (folder.path().join("cache"), films(folder.path()));
    let stop = Counter::of_at_most(2);
    let result = FilmCache::open_or_build(&place, &films, &preprocessing(), 2, &stop);
    assert!(matches!(result, Err(CacheError::Canceled(_))));
    assert_eq!(fs::read_dir(&place).unwrap().count(), 0);
}
