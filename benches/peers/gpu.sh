#!/usr/bin/env bash
# Times Thorax beside PyTorch on this machine's NVIDIA GPU: scoring at 1 and 256 films, training at
# 64 and 256, at f32, tf32 and bf16; checks scores against the processor's. Never run so far.
#   benches/peers/gpu.sh [ROUNDS] [WEIGHTS.safetensors]
# THORAX_GPU_LOOP=…   a built gpu_loop, instead of building it (which needs nvcc)
# Makes its own virtual environment under ~/.cache/thorax/peers-gpu (6 GB).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=${PEERS_DIR:-$HOME/.cache/thorax/peers-gpu}
mkdir -p "$work"
rounds=${1:-10}
weights=${2:+$(realpath "$2")}

nvidia-smi -L
if [ ! -e "$work/venv/ready" ]; then
    python3 -m venv "$work/venv"
    "$work/venv/bin/pip" install --quiet numpy safetensors onnx torch
    touch "$work/venv/ready"
fi
if [ -z "${THORAX_GPU_LOOP:-}" ]; then
    cargo build --locked --release --features cuda --example gpu_loop \
        --manifest-path "$here/../../Cargo.toml"
    THORAX_GPU_LOOP=${CARGO_TARGET_DIR:-$here/../../target}/release/examples/gpu_loop
fi
THORAX_GPU_LOOP=$(realpath "$THORAX_GPU_LOOP")
# cuBLAS and cuRAND come with PyTorch.
for folder in "$work"/venv/lib/python3*/site-packages/nvidia/*/lib; do
    LD_LIBRARY_PATH=$folder:${LD_LIBRARY_PATH:-}
done
export LD_LIBRARY_PATH
cd "$work"
venv/bin/python "$here/export.py" ${weights:+"$weights"}
date -u +%F
PYTHONPATH=$here venv/bin/python "$here/gpu.py" "$THORAX_GPU_LOOP" "$rounds"
