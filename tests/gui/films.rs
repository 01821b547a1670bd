use std::path::{Path, PathBuf};

/// The film that we drew.
pub fn phantom() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/phantom.png")
}

/// The film that we drew in a folder of its own, where notes may be written.
pub fn own_phantom() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("phantom.png");
    std::fs::copy(phantom(), &path).unwrap();
    (folder, path)
}

/// A picture that is no chest film, in a folder of its own.
pub fn stripes() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("stripes.png");
    let gray = |x: u32, y: u32| image::Luma([((x * 7) ^ (y * 13)) as u8]);
    image::GrayImage::from_fn(200, 200, gray)
        .save(&path)
        .unwrap();
    (folder, path)
}

/// A folder with `n_films` films of our own, each a little brighter than the one before, and one
/// that is broken if so asked.
pub fn folder(n_films: u8, broken: bool) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let drawn = image::open(phantom())
        .unwrap()
        .thumbnail(200, 200)
        .into_luma8();
    for n in 0..n_films {
        let mut film = drawn.clone();
        for gray in film.pixels_mut() {
            gray.0 = gray.0.map(|gray| gray.saturating_add(n * 6));
        }
        film.save(folder.path().join(format!("film{n}.png")))
            .unwrap();
    }
    if broken {
        let png = std::fs::read(phantom()).unwrap();
        std::fs::write(folder.path().join("broken.png"), &png[..2000]).unwrap();
    }
    folder
}
