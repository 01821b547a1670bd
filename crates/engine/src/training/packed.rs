//! One block's convolution weights, packed anew before every step, for both directions.

use super::super::error::EngineError;
use super::super::gemm::{PanelWidth, Panels};
use super::super::instruction_set::InstructionSet;
use super::super::named_tensors::NamedTensors;
use super::super::network_spec::{BlockId, MID, OUT};
use super::super::winograd::KernelPlanes;
use super::tensor;

pub(super) struct PackedBlock {
    id: BlockId,
    /// First convolution, and turned round for the gradient of its input.
    pub reduce: Panels,
    pub reduce_back: Panels,
    pub kernels: KernelPlanes,
    pub kernels_back: KernelPlanes,
    /// Third convolution, in the first block of a stage followed by the shortcut's weights.
    pub expand: Panels,
    pub expand_back: Panels,
    pub shortcut_back: Option<Panels>,
}

impl PackedBlock {
    pub fn new(id: BlockId) -> Self {
        let (mid, out, n_in) = (MID[id.stage], OUT[id.stage], id.n_in());
        let panels = |n_in, n_out| Panels::zeros(PanelWidth::for_outputs(n_out), n_in, n_out);
        Self {
            id,
            reduce: panels(n_in, mid),
            reduce_back: Panels::zeros(PanelWidth::for_expansion(n_in), mid, n_in),
            kernels: KernelPlanes::zeros(mid),
            kernels_back: KernelPlanes::zeros(mid),
            expand: Panels::zeros(
                PanelWidth::for_expansion(out),
                mid * if id.is_first() { 2 } else { 1 },
                out,
            ),
            expand_back: panels(out, mid),
            shortcut_back: id.is_first().then(|| panels(out, mid)),
        }
    }

    pub fn fill(
        &mut self,
        set: InstructionSet,
        parameters: &NamedTensors,
    ) -> Result<(), EngineError> {
        let id = self.id;
        let (mid, n_in) = (MID[id.stage], id.n_in());
        let reduce = tensor(parameters, &id.name("conv1.weight"))?;
        self.reduce
            .fill(set, |input, output| reduce[output * n_in + input]);
        self.reduce_back
            .fill(set, |output, input| reduce[output * n_in + input]);

        let kernels = tensor(parameters, &id.name("conv2.weight"))?;
        let tap = |input: usize, output: usize, k: usize| kernels[(output * mid + input) * 9 + k];
        let rows = |kernel: &dyn Fn(usize) -> f32| {
            [0, 1, 2].map(|row| [0, 1, 2].map(|column| kernel(row * 3 + column)))
        };
        self.kernels
            .fill(set, |input, output| rows(&|k| tap(input, output, k)));
        // A gradient flows back through the kernel turned by half a circle.
        self.kernels_back
            .fill(set, |output, input| rows(&|k| tap(input, output, 8 - k)));

        let expand = tensor(parameters, &id.name("conv3.weight"))?;
        self.expand_back
            .fill(set, |output, input| expand[output * mid + input]);
        if let Some(back) = &mut self.shortcut_back {
            let shortcut = tensor(parameters, &id.name("shortcut.weight"))?;
            back.fill(set, |output, input| shortcut[output * mid + input]);
            self.expand
                .fill(set, |input, output| match input.checked_sub(mid) {
                    None => expand[output * mid + input],
                    Some(input) => shortcut[output * mid + input],
                });
        } else {
            self.expand
                .fill(set, |input, output| expand[output * mid + input]);
        }
        Ok(())
    }
}
