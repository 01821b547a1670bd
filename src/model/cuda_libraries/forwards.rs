#![expect(non_upper_case_globals, reason = "slots have the names of C functions")]

use std::arch::naked_asm;
use std::ffi::c_int;
use std::sync::atomic::AtomicPtr;

use super::{CudaLibraryError, Library};

/// Defines functions by the names that libraries give them, each a jump through a slot of its own.
macro_rules! forwards {
    ($($refusal:ident of $files:expr => $($function:ident)*;)*) => {
        pub(super) mod slots {
            use super::{AtomicPtr, super::Slot};

            $($(
                pub static $function: Slot = AtomicPtr::new(super::$refusal as *mut _);
            )*)*
        }

        $($(
            // SAFETY: a jump keeps every argument where it is, so this is whatever function the
            // slot holds. Nothing else in the program defines the name.
            #[unsafe(naked)]
            #[unsafe(no_mangle)]
            pub extern "C" fn $function() {
                naked_asm!("jmp qword ptr [rip + {slot}]", slot = sym slots::$function)
            }
        )*)*

        const LIBRARIES: &[Library] = &[$(
            Library {
                files: &$files,
                functions: &[$((stringify!($function), &slots::$function)),*],
            }
        ),*];
    };
}

/// Opens the libraries; only then may candle be asked for a GPU.
pub fn load() -> Result<(), CudaLibraryError> {
    LIBRARIES.iter().try_for_each(Library::load)
}

/// Each library's own code for "not supported", or what comes closest: what its functions answer
/// before [`load`]. The callers' enumerations know these values.
extern "C" fn driver_refuses() -> c_int {
    801
}

extern "C" fn cublas_refuses() -> c_int {
    15
}

extern "C" fn curand_refuses() -> c_int {
    999
}

// The symbols that the linker asks for; it names any that a newer candle adds.
forwards! {
    driver_refuses of ["libcuda.so.1"] =>
        cuInit cuGetErrorString cuDeviceGet cuDeviceGetAttribute
        cuDevicePrimaryCtxRetain cuDevicePrimaryCtxRelease_v2
        cuCtxDestroy_v2 cuCtxGetCurrent cuCtxSetCurrent
        cuStreamDestroy_v2 cuStreamIsCapturing cuStreamSynchronize cuStreamWaitEvent
        cuEventCreate cuEventDestroy_v2 cuEventRecord
        cuMemAllocAsync cuMemAlloc_v2 cuMemFreeAsync cuMemFree_v2 cuMemsetD8Async
        cuMemcpyDtoDAsync_v2 cuMemcpyDtoHAsync_v2 cuMemcpyHtoDAsync_v2 cuMemcpyPeerAsync
        cuModuleLoad cuModuleLoadData cuModuleUnload cuModuleGetFunction cuLaunchKernel;
    cublas_refuses of ["libcublas.so.13", "libcublas.so.12"] =>
        cublasCreate_v2 cublasDestroy_v2 cublasSetStream_v2
        cublasDgemmStridedBatched cublasGemmStridedBatchedEx;
    curand_refuses of ["libcurand.so.10"] =>
        curandCreateGenerator curandDestroyGenerator curandSetStream
        curandSetPseudoRandomGeneratorSeed curandGenerateNormal curandGenerateNormalDouble;
}
