use std::ffi::{c_char, c_int};
use std::ptr::null_mut;

/// The runtime's `cudaErrorNotSupported`.
const NOT_SUPPORTED: c_int = 801;

/// Functions that fail.
macro_rules! refusals {
    ($($function:ident)*) => {$(
        // SAFETY: nothing else in the program defines the name. Arguments are not looked at.
        #[unsafe(no_mangle)]
        pub extern "C" fn $function() -> c_int {
            NOT_SUPPORTED
        }
    )*};
}

/// Functions that compiled kernels call when the program starts and ends, to no effect.
macro_rules! registrations {
    ($($function:ident)*) => {$(
        // SAFETY: nothing else in the program defines the name. Arguments are not looked at, and
        // the handle returned is only ever handed to its neighbors.
        #[unsafe(no_mangle)]
        pub extern "C" fn $function() -> *mut *mut u8 {
            null_mut()
        }
    )*};
}

registrations! {
    __cudaRegisterFatBinary __cudaRegisterFatBinaryEnd __cudaUnregisterFatBinary
    __cudaRegisterFunction __cudaRegisterVar
}

refusals! {
    __cudaGetKernel __cudaLaunchKernel_ptsz __cudaPopCallConfiguration __cudaPushCallConfiguration
    cudaDeviceGetAttribute cudaFree cudaFreeAsync_ptsz cudaFuncGetAttributes cudaFuncSetAttribute
    cudaGetDevice cudaGetDeviceCount cudaGetLastError cudaMalloc cudaMallocAsync_ptsz
    cudaMemsetAsync_ptsz cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags
    cudaPeekAtLastError cudaSetDevice cudaStreamSynchronize_ptsz
}

// SAFETY: as above.
#[unsafe(no_mangle)]
pub extern "C" fn cudaGetErrorName() -> *const c_char {
    c"cudaErrorNotSupported".as_ptr()
}

// SAFETY: as above.
#[unsafe(no_mangle)]
pub extern "C" fn cudaGetErrorString() -> *const c_char {
    c"the CUDA runtime is not part of this program".as_ptr()
}
