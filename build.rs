//! Nothing, unless CUDA is built in.
//!
//! candle's CUDA asks the linker for NVIDIA's libraries, and a program linked with them does not
//! start without a driver. `src/model/cuda_libraries` defines the functions itself and fetches them
//! when a GPU is asked for; the linker gets empty archives by the names it looks for.

use std::path::PathBuf;
use std::{env, fs, io};

/// What cudarc and candle's kernels name. `src/model/cuda_libraries` has their functions.
const LIBRARIES: [&str; 6] = ["cuda", "cublas", "cublasLt", "curand", "nvrtc", "cudart"];

/// An archive without members.
const EMPTY_ARCHIVE: &[u8] = b"!<arch>\n";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    let forwards = is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ARCH", "x86_64");
    let (true, Some(folder)) = (
        env::var_os("CARGO_FEATURE_CUDA").is_some() && forwards,
        env::var_os("OUT_DIR"),
    ) else {
        return Ok(());
    };
    let folder = PathBuf::from(folder);
    for library in LIBRARIES {
        fs::write(folder.join(format!("lib{library}.a")), EMPTY_ARCHIVE)?;
    }
    println!("cargo::rustc-link-search=native={}", folder.display());
    Ok(())
}
