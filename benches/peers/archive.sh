#!/usr/bin/env bash
# Times `thorax classify` beside Pillow and ONNX Runtime with a pool of processes, in turn in one run, on 400 films of
# 1024 x 1024 pixels, two threads and two processes.
#   benches/peers/archive.sh [ROUNDS]
# THORAX=…   a built program, instead of building it; for whole cores start it under `chrt -r 10`
# Uses the virtual environment of run.sh where there is one, or makes it; needs python3.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=${PEERS_DIR:-$HOME/.cache/thorax/peers}
mkdir -p "$work/archive"
python=$work/venv/bin/python

[ -e "$work/venv" ] || python3 -m venv "$work/venv"
"$python" -c 'import PIL, numpy, onnx, onnxruntime, safetensors' 2>/dev/null ||
    "$work/venv/bin/pip" install --quiet pillow numpy onnx onnxruntime safetensors
if [ -z "${THORAX:-}" ]; then
    cargo build --locked --release --no-default-features --manifest-path "$here/../../Cargo.toml"
    THORAX=${CARGO_TARGET_DIR:-$here/../../target}/release/thorax
fi
THORAX=$(realpath "$THORAX")
cd "$work/archive"
"$python" "$here/archive.py" films "$here/../../assets/phantom.png"
"$python" "$here/archive.py" make "$here/../../weights/thorax.safetensors" network.onnx
grep -m1 'model name' /proc/cpuinfo || true
date -u +%F
thorax() {
    "$python" "$here/archive.py" time "$1 threads" "$THORAX" classify --list list.txt --format csv --threads "$1"
}
for _ in $(seq "${1:-3}"); do
    thorax 2
    "$python" "$here/archive.py" time "Pillow and ONNX Runtime, 2 processes" \
        "$python" "$here/archive.py" score network.onnx list.txt 2
done
# Seconds of the processor for a film on one thread: two threads can do no better than two in that time.
thorax 1
