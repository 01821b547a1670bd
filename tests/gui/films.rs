use std::path::{Path, PathBuf};

/// The film that we drew.
pub fn phantom() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/phantom.png")
}

/// A folder with `n_films` small films of our own, and one that is broken if so asked.
pub fn folder(n_films: u8, broken: bool) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for n in 0..n_films {
        let gray = |x, y| image::Luma([(x * 2 + y + u32::from(n) * 20) as u8]);
        let film = image::GrayImage::from_fn(100, 90, gray);
        film.save(folder.path().join(format!("film{n}.png")))
            .unwrap();
    }
    if broken {
        let png = std::fs::read(phantom()).unwrap();
        std::fs::write(folder.path().join("broken.png"), &png[..2000]).unwrap();
    }
    folder
}
