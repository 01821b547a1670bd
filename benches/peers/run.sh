#!/usr/bin/env bash
# Times Thorax beside PyTorch, ONNX Runtime, OpenVINO and plain candle on this machine, all in turn in one run.
#   benches/peers/run.sh [ROUNDS] [WEIGHTS.safetensors]
# THREADS=2       threads for everyone
# REALTIME=1      run everyone at real-time priority (needs the right to)
# ONLY='score 32'  one kind of work: score 1, score 32, maps 1, train 32
# THORAX_LOOP=…   a built engine_loop with candle_loop beside it, instead of building them
# Makes its own virtual environment under ~/.cache/thorax/peers (1.5 GB); needs python3, gcc, binutils.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=${PEERS_DIR:-$HOME/.cache/thorax/peers}
mkdir -p "$work"
rounds=${1:-10}
weights=${2:+$(realpath "$2")}

if [ ! -e "$work/venv/ready" ]; then
    python3 -m venv "$work/venv"
    pip=("$work/venv/bin/pip" install --quiet)
    "${pip[@]}" numpy safetensors onnx onnxruntime openvino
    # The plain wheel without its CUDA libraries: its CPU code is the normal one.
    "${pip[@]}" --no-deps torch
    "${pip[@]}" filelock typing-extensions sympy networkx jinja2 fsspec
    "$work/venv/bin/python" "$here/stubs.py" "$(echo "$work"/venv/lib/python3*/site-packages)"
    touch "$work/venv/ready"
fi
if [ -z "${THORAX_LOOP:-}" ]; then
    cargo build --locked --release --example engine_loop --example candle_loop --manifest-path "$here/../../Cargo.toml"
    THORAX_LOOP=${CARGO_TARGET_DIR:-$here/../../target}/release/examples/engine_loop
fi
THORAX_LOOP=$(realpath "$THORAX_LOOP")
cd "$work"
export THREADS=${THREADS:-2}
venv/bin/python "$here/export.py" ${weights:+"$weights"}
venv/bin/pip list 2>/dev/null | grep -iE '^(torch|onnxruntime|openvino|numpy) '
grep -m1 'model name' /proc/cpuinfo || true
date -u +%F
venv/bin/python "$here/compare.py" "$THORAX_LOOP" "$rounds"
