//! Values computed outside candle's graph, tied into it with a backward pass of our own.

use std::sync::{Mutex, PoisonError};

use candle_core::backend::BackendStorage as _;
use candle_core::{
    CpuStorage, CudaStorage, CustomOp3, Layout, Result, Shape, Storage, Tensor, bail,
};

/// Gradients by the three arguments; `None` for what needs none.
pub type ArgumentGradients = [Option<Tensor>; 3];

/// How a gradient goes back through something that was computed from three tensors.
pub trait Backward {
    /// Name in candle's messages.
    const NAME: &'static str;

    /// Nothing made here is kept in a graph: candle hands detached gradients.
    fn backward(
        &self,
        arguments: [&Tensor; 3],
        result: &Tensor,
        gradient: &Tensor,
    ) -> Result<ArgumentGradients>;
}

/// `result`, which was computed from `arguments` without a graph, as part of their graph.
///
/// Where none of them is tracked it is the very tensor; else a copy, and nothing else of how it
/// came about is kept.
pub fn with_backward<B: Backward + Send + Sync + 'static>(
    result: Tensor,
    arguments: [&Tensor; 3],
    backward: B,
) -> Result<Tensor> {
    if !arguments.iter().any(|argument| argument.track_op()) {
        return Ok(result);
    }
    let [first, second, third] = arguments;
    let result = Mutex::new(Some(result));
    first.apply_op3(second, third, Tied { result, backward })
}

struct Tied<B> {
    /// Until the graph has its copy.
    result: Mutex<Option<Tensor>>,
    backward: B,
}

impl<B: Backward> Tied<B> {
    fn take(&self) -> Result<Tensor> {
        let mut slot = self.result.lock().unwrap_or_else(PoisonError::into_inner);
        match slot.take() {
            Some(result) => result.force_contiguous(),
            None => bail!("{} was asked for its result twice", B::NAME),
        }
    }
}

impl<B: Backward> CustomOp3 for Tied<B> {
    fn name(&self) -> &'static str {
        B::NAME
    }

    fn cpu_fwd(
        &self,
        _: &CpuStorage,
        _: &Layout,
        _: &CpuStorage,
        _: &Layout,
        _: &CpuStorage,
        _: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let result = self.take()?;
        let (storage, layout) = result.storage_and_layout();
        match &*storage {
            Storage::Cpu(storage) => Ok((storage.try_clone(layout)?, layout.shape().clone())),
            _ => bail!("{} came out on another device than its arguments", B::NAME),
        }
    }

    fn cuda_fwd(
        &self,
        _: &CudaStorage,
        _: &Layout,
        _: &CudaStorage,
        _: &Layout,
        _: &CudaStorage,
        _: &Layout,
    ) -> Result<(CudaStorage, Shape)> {
        let result = self.take()?;
        let (storage, layout) = result.storage_and_layout();
        match &*storage {
            Storage::Cuda(storage) => Ok((storage.try_clone(layout)?, layout.shape().clone())),
            _ => bail!("{} came out on another device than its arguments", B::NAME),
        }
    }

    fn bwd(
        &self,
        first: &Tensor,
        second: &Tensor,
        third: &Tensor,
        result: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let arguments = [first, second, third];
        let [first, second, third] = self.backward.backward(arguments, result, gradient)?;
        Ok((first, second, third))
    }
}
