//! The MPI library, opened at run time. Constants and signatures are those of the ABI of MPI 5 (MPI 5.0, chapter 20), which
//! all libraries named `libmpi_abi` share.

#![expect(
    unsafe_code,
    reason = "functions of a library opened at run time; each block says why its buffers are as long as it is told"
)]

use std::ffi::{c_int, c_void};
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use libloading::os::unix::{Library, RTLD_GLOBAL, RTLD_NOW};

use crate::{RanksError, WeightedSum};

/// A handle of the ABI: a pointer, of which the predefined ones are small numbers.
type Handle = *mut c_void;

const COMM_WORLD: usize = 0x101;
const FLOAT: usize = 0x210;
const BYTE: usize = 0x247;
const REQUEST_NULL: usize = 0x180;
/// `MPI_STATUS_IGNORE`.
const STATUS_IGNORE: usize = 0;
/// Calls from several threads, one at a time.
const THREAD_SERIALIZED: c_int = 2048;
/// Between two looks at whether all have arrived.
const WAIT: Duration = Duration::from_millis(5);
/// Environment variable that names the library.
const LIBRARY_VARIABLE: &str = "THORAX_MPI";

fn handle(number: usize) -> Handle {
    std::ptr::without_provenance_mut(number)
}

type InitThread = unsafe extern "C" fn(*mut c_int, *mut c_void, c_int, *mut c_int) -> c_int;
type OfComm = unsafe extern "C" fn(Handle, *mut c_int) -> c_int;
type AllOfAll =
    unsafe extern "C" fn(*const c_void, c_int, Handle, *mut c_void, c_int, Handle, Handle) -> c_int;
type Allgatherv = unsafe extern "C" fn(
    *const c_void,
    c_int,
    Handle,
    *mut c_void,
    *const c_int,
    *const c_int,
    Handle,
    Handle,
) -> c_int;
type Ibarrier = unsafe extern "C" fn(Handle, *mut Handle) -> c_int;
type Test = unsafe extern "C" fn(*mut Handle, *mut c_int, Handle) -> c_int;
type Abort = unsafe extern "C" fn(Handle, c_int) -> c_int;
type Finalize = unsafe extern "C" fn() -> c_int;

/// The functions that are used.
struct Calls {
    alltoall: AllOfAll,
    allgather: AllOfAll,
    allgatherv: Allgatherv,
    ibarrier: Ibarrier,
    test: Test,
    abort: Abort,
    finalize: Finalize,
    /// Keeps them in memory.
    _library: Library,
}

/// The processes of this program, joined.
pub struct Mpi {
    calls: Calls,
    rank: usize,
    size: usize,
}

impl Mpi {
    /// Opens the library and joins the `n_ranks` processes that the launcher says there are.
    pub fn open(n_ranks: usize) -> Result<Self, RanksError> {
        let library = open_library(n_ranks)?;
        let missing = |error: libloading::Error| RanksError::Library {
            n_ranks,
            reason: error.to_string(),
        };
        // SAFETY: the library has the ABI of MPI 5 by its name; the types above are its signatures.
        let (init, comm_rank, comm_size, calls) = unsafe {
            let init = *library
                .get::<InitThread>(b"MPI_Init_thread")
                .map_err(missing)?;
            let comm_rank = *library.get::<OfComm>(b"MPI_Comm_rank").map_err(missing)?;
            let comm_size = *library.get::<OfComm>(b"MPI_Comm_size").map_err(missing)?;
            let calls = Calls {
                alltoall: *library.get(b"MPI_Alltoall").map_err(missing)?,
                allgather: *library.get(b"MPI_Allgather").map_err(missing)?,
                allgatherv: *library.get(b"MPI_Allgatherv").map_err(missing)?,
                ibarrier: *library.get(b"MPI_Ibarrier").map_err(missing)?,
                test: *library.get(b"MPI_Test").map_err(missing)?,
                abort: *library.get(b"MPI_Abort").map_err(missing)?,
                finalize: *library.get(b"MPI_Finalize").map_err(missing)?,
                _library: library,
            };
            (init, comm_rank, comm_size, calls)
        };
        let (mut provided, mut rank, mut size) = (0, 0, 0);
        let nothing: *mut c_void = std::ptr::null_mut();
        // SAFETY: the arguments may be null; the others point to numbers that outlive the calls.
        unsafe {
            let code = init(
                nothing.cast(),
                nothing,
                THREAD_SERIALIZED,
                &raw mut provided,
            );
            check("MPI_Init_thread", code)?;
            check(
                "MPI_Comm_rank",
                comm_rank(handle(COMM_WORLD), &raw mut rank),
            )?;
            check(
                "MPI_Comm_size",
                comm_size(handle(COMM_WORLD), &raw mut size),
            )?;
        }
        Ok(Self {
            calls,
            rank: usize::try_from(rank).unwrap_or_default(),
            size: usize::try_from(size).unwrap_or(1).max(1),
        })
    }

    pub fn rank(&self) -> usize {
        self.rank
    }

    pub fn size(&self) -> usize {
        self.size
    }

    pub fn gather(&mut self, own: &[u8]) -> Result<Vec<Vec<u8>>, RanksError> {
        let n_own = count(own.len(), "what is gathered")?.to_ne_bytes();
        let mut lengths = vec![0; size_of::<c_int>() * self.size];
        let one = count(n_own.len(), "a number")?;
        // SAFETY: every process sends as many bytes as a number has, and there is room for `size` of them.
        let code = unsafe {
            (self.calls.allgather)(
                n_own.as_ptr().cast(),
                one,
                handle(BYTE),
                lengths.as_mut_ptr().cast(),
                one,
                handle(BYTE),
                handle(COMM_WORLD),
            )
        };
        check("MPI_Allgather", code)?;
        let (lengths, _) = lengths.as_chunks::<{ size_of::<c_int>() }>();
        let lengths: Vec<c_int> = lengths
            .iter()
            .map(|&bytes| c_int::from_ne_bytes(bytes))
            .collect();
        let mut starts = Vec::with_capacity(self.size);
        let mut n_bytes = 0;
        for &length in &lengths {
            starts.push(count(n_bytes, "what is gathered")?);
            n_bytes += usize::try_from(length).unwrap_or_default();
        }
        count(n_bytes, "what is gathered")?;
        let mut all = vec![0; n_bytes];
        // SAFETY: the lengths are those that every process sends; they and their starts lie within `all`.
        let code = unsafe {
            (self.calls.allgatherv)(
                own.as_ptr().cast(),
                count(own.len(), "what is gathered")?,
                handle(BYTE),
                all.as_mut_ptr().cast(),
                lengths.as_ptr(),
                starts.as_ptr(),
                handle(BYTE),
                handle(COMM_WORLD),
            )
        };
        check("MPI_Allgatherv", code)?;
        let mut rest = all.as_slice();
        let parts = lengths.iter().map(|&length| {
            let (part, after) = rest.split_at(usize::try_from(length).unwrap_or_default());
            rest = after;
            part.to_vec()
        });
        Ok(parts.collect())
    }

    pub fn weighted_mean(&mut self, values: &mut [f32], weights: &[f64]) -> Result<(), RanksError> {
        // Every process gets one slice of all others, sums it, and hands the result around.
        let slice = values.len().div_ceil(self.size);
        let mut sent = values.to_vec();
        sent.resize(slice * self.size, 0.0);
        let mut received = vec![0.0_f32; slice * self.size];
        let n = count(slice, "a slice of the gradient")?;
        // SAFETY: `size` slices of `slice` numbers are sent and received; both buffers are that long.
        let code = unsafe {
            (self.calls.alltoall)(
                sent.as_ptr().cast(),
                n,
                handle(FLOAT),
                received.as_mut_ptr().cast(),
                n,
                handle(FLOAT),
                handle(COMM_WORLD),
            )
        };
        check("MPI_Alltoall", code)?;
        let own = mean_of_slices(&received, slice, weights);
        // SAFETY: every process sends `slice` numbers, and there is room for `size` times as many.
        let code = unsafe {
            (self.calls.allgather)(
                own.as_ptr().cast(),
                n,
                handle(FLOAT),
                received.as_mut_ptr().cast(),
                n,
                handle(FLOAT),
                handle(COMM_WORLD),
            )
        };
        check("MPI_Allgather", code)?;
        for (value, mean) in values.iter_mut().zip(received) {
            *value = mean;
        }
        Ok(())
    }

    pub fn wait(&mut self) -> Result<(), RanksError> {
        let mut request = handle(REQUEST_NULL);
        // SAFETY: the request outlives the call.
        let code = unsafe { (self.calls.ibarrier)(handle(COMM_WORLD), &raw mut request) };
        check("MPI_Ibarrier", code)?;
        loop {
            let mut done = 0;
            // SAFETY: the request is the one begun above; no status is asked for.
            let code = unsafe {
                (self.calls.test)(&raw mut request, &raw mut done, handle(STATUS_IGNORE))
            };
            check("MPI_Test", code)?;
            if done != 0 {
                return Ok(());
            }
            thread::sleep(WAIT);
        }
    }

    pub fn abort(&mut self) {
        // SAFETY: any time is right.
        unsafe { (self.calls.abort)(handle(COMM_WORLD), 1) };
    }
}

// SAFETY: the library was asked for calls from several threads, one at a time, and `&mut self` is one at a time.
unsafe impl Send for Mpi {}

impl Drop for Mpi {
    fn drop(&mut self) {
        // SAFETY: joined once, left once.
        unsafe { (self.calls.finalize)() };
    }
}

/// The mean of `slice` numbers of every process, one process after the other.
fn mean_of_slices(received: &[f32], slice: usize, weights: &[f64]) -> Vec<f32> {
    let mut sum = WeightedSum::new(slice);
    for (values, &weight) in received.chunks_exact(slice.max(1)).zip(weights) {
        // What a process without films sends is nothing.
        sum.add(values, weight);
    }
    sum.mean().collect()
}

/// Opens the library by the name in the environment, or by the system's search, or beside `mpiexec`.
fn open_library(n_ranks: usize) -> Result<Library, RanksError> {
    let named = std::env::var_os(LIBRARY_VARIABLE).map(PathBuf::from);
    let mut names: Vec<PathBuf> = match named {
        Some(named) => vec![named],
        None => vec!["libmpi_abi.so.1".into(), "libmpi_abi.so".into()],
    };
    if std::env::var_os(LIBRARY_VARIABLE).is_none() {
        let folders = std::env::var_os("PATH");
        let folders = folders.iter().flat_map(std::env::split_paths);
        let with_launcher = folders.filter(|folder| folder.join("mpiexec").exists());
        names.extend(with_launcher.map(|folder| folder.join("../lib/libmpi_abi.so.1")));
    }
    let mut reason = String::new();
    for name in names {
        // SAFETY: an MPI library, whose initializers are made to be run at any time. Global: it opens parts of itself
        // that look for its symbols.
        match unsafe { Library::open(Some(&name), RTLD_NOW | RTLD_GLOBAL) } {
            Ok(library) => return Ok(library),
            Err(error) => {
                if reason.is_empty() {
                    reason = error.to_string();
                }
            }
        }
    }
    Err(RanksError::Library { n_ranks, reason })
}

fn count(n: usize, what: &'static str) -> Result<c_int, RanksError> {
    c_int::try_from(n).map_err(|_| RanksError::TooLong { what })
}

fn check(call: &'static str, code: c_int) -> Result<(), RanksError> {
    if code == 0 {
        Ok(())
    } else {
        Err(RanksError::Call { call, code })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_slices_come_back_to_the_bit_whatever_the_weights() {
        let values: Vec<f32> = (0..1000).map(|i| (i as f32 * 0.37).sin() * 1e-3).collect();
        for n_ranks in 1..7 {
            let weights: Vec<f64> = (0..n_ranks)
                .map(|rank| f64::from(rank * 14 + 448))
                .collect();
            let received = values.repeat(weights.len());
            assert_eq!(mean_of_slices(&received, values.len(), &weights), values);
        }
    }

    #[test]
    fn a_process_without_films_does_not_count() {
        let received = [1.0, 2.0, f32::NAN, f32::INFINITY, 3.0, 6.0];
        let mean = mean_of_slices(&received, 2, &[1.0, 0.0, 3.0]);
        assert_eq!(mean, [2.5, 5.0]);
    }
}
