//! Decoded films in one file: epochs read pixels from there, not from as many PNG files.
//!
//! Layout: a magic line, the header's length (u64, little-endian), the header as JSON, then
//! `side * side` grays a film in the order of the list. A film that could not be decoded has its
//! reason in the header and zeros for pixels.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufWriter, Cursor, Read as _, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::UNIX_EPOCH;

use memmap2::Mmap;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;
use thiserror::Error;

use crate::files::{available_memory_bytes, clean_once, io_reason, open_regular, temporary_in};
use crate::imaging::{GrayPicture, Preprocessing, read_film};
use crate::work::{Canceled, Progress, Watch};

/// Its number counts up where films are decoded to other grays than before.
const MAGIC: &[u8; 16] = b"thorax films 2\n\0";

/// Films as `side * side` grays of 0..=255, mapped from a file, or in memory where none can be written.
#[derive(Debug)]
pub struct FilmCache {
    grays: Grays,
    side: usize,
    n_films: usize,
    unreadable: BTreeMap<usize, String>,
    /// Of the sources: paths, lengths, times.
    sources: String,
    /// CRC-32 of all grays.
    checksum: u32,
    remark: Option<String>,
}

/// The grays of all films, one film after the other.
#[derive(Debug)]
enum Grays {
    /// In a file, from its `first_byte`.
    Mapped {
        map: Mmap,
        first_byte: usize,
    },
    Memory(Vec<u8>),
}

impl Grays {
    fn all(&self) -> &[u8] {
        match self {
            Self::Mapped { map, first_byte } => map.get(*first_byte..).unwrap_or_default(),
            Self::Memory(grays) => grays,
        }
    }
}

/// Errors from a cache of decoded films.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum CacheError {
    #[error("cannot write decoded films ({}), another folder is chosen by --cache DIR: {}", io_reason(source), path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("cannot read decoded films ({}): {}", io_reason(source), path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot write decoded films ({}), and their {n_mb} MB are more than the free memory; \
             another folder is chosen by --cache DIR: {}", io_reason(source), path.display())]
    Memory {
        path: PathBuf,
        source: io::Error,
        n_mb: u64,
    },
    #[error("decoding was canceled")]
    Canceled(#[from] Canceled),
}

#[derive(Serialize, Deserialize)]
struct Header {
    side: usize,
    n_films: usize,
    /// Of paths, lengths and times of the sources, and of how they were brought to size.
    fingerprint: String,
    /// Of all pixels.
    checksum: u32,
    unreadable: BTreeMap<usize, String>,
}

impl FilmCache {
    /// The cache of `films` in `folder`; rebuilt if it is missing, damaged, or
    /// where a source has another length or time than when it was made.
    ///
    /// `watch` is asked after each film. Where it stops the work, and after an error, an older
    /// cache is left as it was.
    pub fn open_or_build(
        folder: &Path,
        films: &[PathBuf],
        preprocessing: &Preprocessing,
        n_threads: usize,
        watch: &dyn Watch,
    ) -> Result<Self, CacheError> {
        let fingerprint = fingerprint(films, preprocessing, true);
        let name = fingerprint_of_list(films, preprocessing);
        let path = folder.join(format!("{name}.films"));
        clean_once(folder);
        if let Some(cache) = Self::open(&path, &fingerprint, films.len()) {
            return Ok(cache);
        }
        let failed = |source| CacheError::Write {
            path: path.clone(),
            source,
        };
        let sources = Sources {
            films,
            preprocessing,
            n_threads,
        };
        let pixels = match fs::create_dir_all(folder).and_then(|()| temporary_in(folder)) {
            Ok(pixels) => pixels,
            Err(source) => return sources.in_memory(path, source, fingerprint, watch),
        };
        let decoded = sources
            .decode_into(pixels.as_file(), watch)
            .map_err(failed)?;
        let Some(unreadable) = decoded else {
            return Err(Canceled.into());
        };
        let header = Header {
            side: preprocessing.side(),
            n_films: films.len(),
            fingerprint: fingerprint.clone(),
            checksum: 0,
            unreadable,
        };
        let file = with_header(folder, header, pixels).map_err(failed)?;
        file.persist(&path).map_err(|error| failed(error.error))?;
        Self::open(&path, &fingerprint, films.len()).ok_or_else(|| CacheError::Read {
            path: path.clone(),
            source: io::Error::other("read back differs from what was written"),
        })
    }

    /// Default location of caches: the user's cache folder, never the films' own.
    pub fn default_folder() -> PathBuf {
        let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let base = set("XDG_CACHE_HOME")
            .map(PathBuf::from)
            .or_else(|| Some(PathBuf::from(set("HOME")?).join(".cache")))
            .or_else(|| set("LOCALAPPDATA").map(PathBuf::from));
        base.unwrap_or_else(std::env::temp_dir).join("thorax/films")
    }

    /// `None` where the file is missing, damaged or of other sources: it is then rebuilt.
    fn open(path: &Path, fingerprint: &str, n_films: usize) -> Option<Self> {
        let mut file = open_regular(path).ok()?;
        let mut magic = [0; MAGIC.len()];
        let mut length = [0; 8];
        file.read_exact(&mut magic).ok()?;
        file.read_exact(&mut length).ok()?;
        let header_len = usize::try_from(u64::from_le_bytes(length)).ok()?;
        let first_byte = (MAGIC.len() + length.len()).checked_add(header_len)?;
        #[expect(
            unsafe_code,
            reason = "pages of the file instead of a copy of up to 2 GB in memory"
        )]
        // SAFETY: the file is ours, in the cache folder, and only ever replaced by renaming, so
        // what is mapped does not change; a truncation from outside would end the program.
        let map = unsafe { Mmap::map(&file) }.ok()?;
        let header: Header =
            serde_json::from_slice(map.get(first_byte - header_len..first_byte)?).ok()?;
        let n_bytes = header.side.checked_pow(2)?.checked_mul(header.n_films)?;
        let pixels = map.get(first_byte..)?;
        let is_whole = magic == *MAGIC
            && header.fingerprint == fingerprint
            && header.n_films == n_films
            && pixels.len() == n_bytes
            && crc32fast::hash(pixels) == header.checksum;
        is_whole.then_some(Self {
            grays: Grays::Mapped { map, first_byte },
            side: header.side,
            n_films: header.n_films,
            unreadable: header.unreadable,
            sources: header.fingerprint,
            checksum: header.checksum,
            remark: None,
        })
    }

    /// Pixels along one side of a film.
    pub fn side(&self) -> usize {
        self.side
    }

    /// Films on the list, unreadable ones included.
    pub fn n_films(&self) -> usize {
        self.n_films
    }

    /// The grays of film `film_idx`, row by row; `None` if it could not be decoded.
    pub fn grays(&self, film_idx: usize) -> Option<&[u8]> {
        if film_idx >= self.n_films || self.unreadable.contains_key(&film_idx) {
            return None;
        }
        let n_pixels = self.side * self.side;
        let first = film_idx * n_pixels;
        self.grays.all().get(first..first + n_pixels)
    }

    /// Films that could not be decoded, by their place on the list, and why.
    pub fn unreadable(&self) -> &BTreeMap<usize, String> {
        &self.unreadable
    }

    /// Why the films are kept in memory only, where they are.
    pub fn remark(&self) -> Option<&str> {
        self.remark.as_deref()
    }

    /// Tells these grays from others, wherever their files are: side, number of films, number of
    /// those that cannot be decoded, and the CRC-32 of all grays.
    pub fn fingerprint(&self) -> String {
        format!(
            "{side}px-{n_films}-{n_unreadable}-{checksum:08x}",
            side = self.side,
            n_films = self.n_films,
            n_unreadable = self.unreadable.len(),
            checksum = self.checksum,
        )
    }

    /// Whether `known` is the fingerprint of these films. Earlier versions took one of the paths,
    /// lengths and times of the files: 64 hexadecimal digits.
    pub fn has_fingerprint(&self, known: &str) -> bool {
        known == self.fingerprint() || known == self.sources
    }
}

/// The inputs of a cache.
struct Sources<'a> {
    films: &'a [PathBuf],
    preprocessing: &'a Preprocessing,
    n_threads: usize,
}

impl Sources<'_> {
    /// Decodes all films into memory, as nothing can be written to `path`.
    fn in_memory(
        &self,
        path: PathBuf,
        source: io::Error,
        fingerprint: String,
        watch: &dyn Watch,
    ) -> Result<FilmCache, CacheError> {
        let side = self.preprocessing.side();
        let n_bytes = (side * side * self.films.len()) as u64;
        if available_memory_bytes().is_some_and(|available| available < n_bytes) {
            let n_mb = n_bytes >> 20;
            return Err(CacheError::Memory { path, source, n_mb });
        }
        let remark = format!(
            "decoded films are kept in memory, for this time only: cannot write ({}): {}",
            io_reason(&source),
            path.display()
        );
        let mut grays = Cursor::new(Vec::new());
        let decoded = self.decode_into(&mut grays, watch);
        let unreadable = decoded.map_err(|source| CacheError::Write { path, source })?;
        let grays = grays.into_inner();
        Ok(FilmCache {
            checksum: crc32fast::hash(&grays),
            grays: Grays::Memory(grays),
            side,
            n_films: self.films.len(),
            unreadable: unreadable.ok_or(Canceled)?,
            sources: fingerprint,
            remark: Some(remark),
        })
    }

    /// Decodes all films to their places in `pixels`; those that cannot be, or `None` if stopped.
    fn decode_into(
        &self,
        pixels: impl Write + Seek,
        watch: &dyn Watch,
    ) -> io::Result<Option<BTreeMap<usize, String>>> {
        let side = self.preprocessing.side();
        let mut writer = BufWriter::new(pixels);
        let mut unreadable = BTreeMap::new();
        let stopped = AtomicBool::new(false);
        let next = AtomicUsize::new(0);
        let (sender, decoded) = mpsc::sync_channel::<(usize, Result<Vec<u8>, String>)>(64);
        let written = std::thread::scope(|scope| {
            for _ in 0..self.n_threads.max(1) {
                let sender = sender.clone();
                let (stopped, next) = (&stopped, &next);
                scope.spawn(move || {
                    while !stopped.load(Ordering::Relaxed) {
                        let film_idx = next.fetch_add(1, Ordering::Relaxed);
                        let Some(path) = self.films.get(film_idx) else {
                            break;
                        };
                        if sender.send((film_idx, self.decoded(path))).is_err() {
                            break;
                        }
                    }
                });
            }
            drop(sender);
            let mut write = || -> io::Result<bool> {
                let blank = vec![0; side * side];
                for (n_done, (film_idx, result)) in decoded.iter().enumerate() {
                    let grays = result.unwrap_or_else(|reason| {
                        unreadable.insert(film_idx, reason);
                        blank.clone()
                    });
                    writer.seek(SeekFrom::Start((film_idx * grays.len()) as u64))?;
                    writer.write_all(&grays)?;
                    watch.progress(Progress {
                        n_done: n_done + 1,
                        n_total: self.films.len(),
                        unit: "films decoded",
                    });
                    if watch.check().is_err() {
                        return Ok(false);
                    }
                }
                writer.flush()?;
                Ok(true)
            };
            let written = write();
            stopped.store(true, Ordering::Relaxed);
            // Threads that wait to hand over a film go on by finding nobody there.
            drop(decoded);
            written
        })?;
        Ok(written.then_some(unreadable))
    }

    fn decoded(&self, path: &Path) -> Result<Vec<u8>, String> {
        let film = read_film(path).map_err(|error| error.to_string())?;
        let side = self.preprocessing.side();
        let picture = GrayPicture::of_film(&film);
        let resized = picture.resized(side, side, self.preprocessing.interpolation());
        Ok(resized.values().to_vec())
    }
}

/// The whole file: magic, header with the checksum of `pixels`, pixels.
fn with_header(
    folder: &Path,
    mut header: Header,
    mut pixels: NamedTempFile,
) -> io::Result<NamedTempFile> {
    let mut checksum = crc32fast::Hasher::new();
    let mut buffer = vec![0; 1 << 20];
    pixels.rewind()?;
    loop {
        let n_read = pixels.read(&mut buffer)?;
        if n_read == 0 {
            break;
        }
        checksum.update(buffer.get(..n_read).unwrap_or_default());
    }
    header.checksum = checksum.finalize();
    let text = serde_json::to_vec(&header)?;
    let mut whole = temporary_in(folder)?;
    whole.write_all(MAGIC)?;
    whole.write_all(&(text.len() as u64).to_le_bytes())?;
    whole.write_all(&text)?;
    pixels.rewind()?;
    io::copy(&mut pixels, &mut whole)?;
    whole.as_file().sync_all()?;
    Ok(whole)
}

/// The name of the cache: which films, brought to size how.
fn fingerprint_of_list(films: &[PathBuf], preprocessing: &Preprocessing) -> String {
    let mut text = fingerprint(films, preprocessing, false);
    text.truncate(16);
    text
}

fn fingerprint(films: &[PathBuf], preprocessing: &Preprocessing, with_times: bool) -> String {
    let mut hash = Sha256::new();
    let how = (preprocessing.side(), preprocessing.interpolation());
    hash.update(format!("{how:?}"));
    for path in films {
        hash.update(path.as_os_str().as_encoded_bytes());
        hash.update([0]);
        if !with_times {
            continue;
        }
        // A film that is not there now has a fingerprint too: it changes when it comes.
        if let Ok(metadata) = fs::metadata(path) {
            let modified = metadata.modified().ok();
            let since = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
            hash.update(metadata.len().to_le_bytes());
            hash.update(since.unwrap_or_default().as_nanos().to_le_bytes());
        }
    }
    format!("{:x}", hash.finalize())
}

#[cfg(test)]
#[path = "cache_tests.rs"]
mod tests;
