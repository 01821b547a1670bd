#![cfg_attr(
    all(target_os = "linux", target_env = "gnu"),
    expect(
        unsafe_code,
        reason = "plain calls of the C library; each block says why it is sound"
    )
)]

use std::path::Path;

/// Bytes from which a buffer is taken from the system and given back to it, each on its own.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const LEAST_BYTES_OF_ITS_OWN: i32 = 1 << 20;

/// From now on large buffers go back to the system when they are freed (glibc).
///
/// Otherwise every thread that has decoded a film keeps the film's memory for its next one. For the
/// window, which lives long; not for training by candle, which is quicker when it keeps its buffers.
pub fn give_large_buffers_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: a plain call without pointers; its parameters are those that its manual names.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, LEAST_BYTES_OF_ITS_OWN);
    }
}

/// The largest resident size of the process so far, where the system says it (Linux).
pub fn peak_mib() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kib / 1024.0)
}

/// Memory that can be taken without swapping, where the system says it (Linux).
pub fn available_memory_bytes() -> Option<u64> {
    let info = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = info
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kib: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kib * 1024)
}

/// Bytes free on the disk that will hold `path`, which need not exist yet, in absolute or relative
/// form; `None` where the system
/// does not say.
pub fn free_bytes(path: &Path) -> Option<u64> {
    // The last ancestor of a relative path is empty: the current folder.
    let here = |folder: &Path| folder.as_os_str().is_empty();
    let mut folders = path.ancestors();
    let folder = folders.find(|folder| here(folder) || folder.is_dir())?;
    fs4::available_space(if here(folder) { Path::new(".") } else { folder }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_yet_to_be_made_has_the_free_space_of_its_disk() {
        let folder = tempfile::tempdir().unwrap();
        assert!(free_bytes(&folder.path().join("runs/first")).is_some());
        assert!(free_bytes(Path::new("no-such-folder/first")).is_some());
        assert!(free_bytes(Path::new("first")).is_some());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_peak_of_memory_is_that_of_a_running_process() {
        assert!(peak_mib() > Some(1.0));
        assert!(available_memory_bytes() > Some(1 << 20));
    }

    /// Whether the system has no memory at the page in the middle of a buffer that was freed.
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    fn is_given_back(address: usize, n_bytes: usize) -> bool {
        const PAGE: usize = 1 << 16;
        let middle = (address + n_bytes / 2) / PAGE * PAGE;
        let mut resident = [0_u8; 16];
        // SAFETY: `mincore` reads no memory at `middle`, which may be unmapped: it fails then. It
        // writes a byte for each system page of the one byte asked for, so one byte.
        unsafe { libc::mincore(middle as *mut libc::c_void, 1, resident.as_mut_ptr()) != 0 }
    }

    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[test]
    fn a_freed_film_leaves_the_process_though_later_memory_lies_behind_it() {
        const N_BYTES: usize = 28 << 20;
        give_large_buffers_back();
        // By default a first freed buffer teaches glibc to keep others of its size on the heap,
        // where one that is not the last stays with the process.
        drop(std::hint::black_box(vec![7_u8; N_BYTES]));
        let leaves = || {
            let film = std::hint::black_box(vec![7_u8; N_BYTES]);
            let behind = std::hint::black_box(vec![7_u8; 100 << 10]);
            let address = film.as_ptr().addr();
            drop(film);
            let leaves = is_given_back(address, N_BYTES);
            drop(behind);
            leaves
        };
        // Other tests of this process may be given the same place at once: one quiet moment is enough.
        assert!((0..50).any(|_| leaves()));
    }
}
