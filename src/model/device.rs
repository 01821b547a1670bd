use std::sync::Arc;
use std::thread::available_parallelism;

use candle_core::Device;
use thiserror::Error;

use super::Precision;
use thorax_engine::{Engine, EngineError};

/// Where and by what the network is computed; chosen when the program starts.
#[derive(Clone, Debug)]
pub struct ComputeDevice(Kind);

#[derive(Clone, Debug)]
enum Kind {
    /// The processor, by our own kernels.
    Engine(Arc<Engine>),
    /// By candle's tensors.
    Candle(Device, Precision),
}

/// Errors from opening a device.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum DeviceError {
    #[error("this build knows no GPU: build with `--features cuda`")]
    NotBuilt,
    #[error("the GPU cannot be used: {0}")]
    Gpu(String),
    #[error("the CPU threads cannot be started: {0}")]
    Engine(#[from] EngineError),
}

impl ComputeDevice {
    /// The processor by our own kernels, with as many threads as it has cores.
    ///
    /// Falls back to candle if threads cannot be started; [`ComputeDevice::name`] then says so.
    pub fn cpu() -> Self {
        let n_threads = available_parallelism().map_or(1, usize::from);
        Self::cpu_with_threads(n_threads).unwrap_or_else(|_| Self::reference())
    }

    /// The CPU with the built-in kernels and `n_threads` threads, at least one.
    pub fn cpu_with_threads(n_threads: usize) -> Result<Self, DeviceError> {
        Ok(Self(Kind::Engine(Arc::new(Engine::new(n_threads)?))))
    }

    /// The processor by plain candle: slow, and what the kernels are held against.
    pub fn reference() -> Self {
        Self(Kind::Candle(Device::Cpu, Precision::F32))
    }

    /// The same at a GPU's precision, for tests.
    #[cfg(test)]
    pub(super) fn reference_at(precision: Precision) -> Self {
        Self(Kind::Candle(Device::Cpu, precision))
    }

    /// The first NVIDIA GPU; an error where there is no driver, no GPU, or no support in this build.
    ///
    /// [`Precision::Tf32`] is set for the whole program.
    pub fn cuda(precision: Precision) -> Result<Self, DeviceError> {
        let device = first_gpu()?;
        candle_core::cuda::set_gemm_reduced_precision_f32(precision == Precision::Tf32);
        Ok(Self(Kind::Candle(device, precision)))
    }

    /// Name in the status line.
    pub fn name(&self) -> String {
        match &self.0 {
            Kind::Engine(engine) => {
                let instructions = engine.instruction_set().name();
                match engine.n_threads() {
                    1 => format!("CPU, {instructions}, 1 thread"),
                    n_threads => format!("CPU, {instructions}, {n_threads} threads"),
                }
            }
            Kind::Candle(Device::Cpu, _) => "CPU, reference".to_owned(),
            Kind::Candle(_, Precision::F32) => "GPU (CUDA)".to_owned(),
            Kind::Candle(_, precision) => format!("GPU (CUDA), {}", precision.name()),
        }
    }

    /// Our own kernels, if the network runs by them.
    pub fn engine(&self) -> Option<&Arc<Engine>> {
        match &self.0 {
            Kind::Engine(engine) => Some(engine),
            Kind::Candle(..) => None,
        }
    }

    /// How exactly convolutions multiply.
    pub(super) fn precision(&self) -> Precision {
        match self.0 {
            Kind::Engine(_) => Precision::F32,
            Kind::Candle(_, precision) => precision,
        }
    }

    /// candle's handle of the same device.
    pub fn candle(&self) -> &Device {
        match &self.0 {
            Kind::Engine(_) => &Device::Cpu,
            Kind::Candle(device, _) => device,
        }
    }
}

#[cfg(not(feature = "cuda"))]
fn first_gpu() -> Result<Device, DeviceError> {
    Err(DeviceError::NotBuilt)
}

#[cfg(feature = "cuda")]
#[expect(
    clippy::disallowed_methods,
    reason = "candle's bindings panic where a library turns out to be unfit; that is a missing GPU"
)]
fn first_gpu() -> Result<Device, DeviceError> {
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    super::cuda_libraries::load().map_err(|error| DeviceError::Gpu(error.to_string()))?;
    match std::panic::catch_unwind(|| Device::new_cuda(0)) {
        Ok(device) => device.map_err(|error| DeviceError::Gpu(first_line(&error.to_string()))),
        Err(_) => Err(DeviceError::Gpu("its libraries do not fit".to_owned())),
    }
}

/// candle's errors may carry a trace of calls.
#[cfg(feature = "cuda")]
fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_say_what_they_are() {
        let device = ComputeDevice::cpu_with_threads(2).unwrap();
        assert!(device.name().ends_with("2 threads"), "{}", device.name());
        assert!(device.engine().is_some());
        let reference = ComputeDevice::reference();
        assert_eq!(reference.name(), "CPU, reference");
        assert!(reference.engine().is_none());
    }

    #[cfg(not(feature = "cuda"))]
    #[test]
    fn a_build_without_cuda_says_so() {
        let error = ComputeDevice::cuda(Precision::F32).unwrap_err().to_string();
        assert!(error.contains("--features cuda"), "{error}");
    }
}
