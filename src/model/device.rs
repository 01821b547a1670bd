use candle_core::Device;
use thiserror::Error;

/// Where the network runs; chosen when the program starts.
#[derive(Clone, Debug)]
pub struct ComputeDevice(Device);

/// Why a device is not to be had.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum DeviceError {
    #[error("this build knows no GPU: build with `--features cuda`")]
    NotBuilt,
    #[error("the GPU cannot be used: {0}")]
    Failed(String),
}

impl ComputeDevice {
    /// The processor; always to be had.
    pub fn cpu() -> Self {
        Self(Device::Cpu)
    }

    /// The first NVIDIA GPU.
    #[cfg(feature = "cuda")]
    pub fn cuda() -> Result<Self, DeviceError> {
        let device = Device::new_cuda(0).map_err(|error| DeviceError::Failed(error.to_string()))?;
        Ok(Self(device))
    }

    /// The first NVIDIA GPU; this build has no support for it.
    #[cfg(not(feature = "cuda"))]
    pub fn cuda() -> Result<Self, DeviceError> {
        Err(DeviceError::NotBuilt)
    }

    /// As it stands in the status line.
    pub fn name(&self) -> &'static str {
        if self.0.is_cuda() {
            "GPU (CUDA)"
        } else {
            "CPU"
        }
    }

    /// candle's own handle.
    pub(super) fn candle(&self) -> &Device {
        &self.0
    }
}

#[cfg(all(test, not(feature = "cuda")))]
mod tests {
    use super::*;

    #[test]
    fn a_build_without_cuda_says_so() {
        assert_eq!(ComputeDevice::cuda().unwrap_err(), DeviceError::NotBuilt);
        assert_eq!(ComputeDevice::cpu().name(), "CPU");
    }
}
