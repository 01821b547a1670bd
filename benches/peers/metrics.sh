#!/usr/bin/env bash
# Times Thorax' curves, areas, threshold moves and bootstrap beside scikit-learn, in turn in one run.
#   benches/peers/metrics.sh [ROUNDS]
# THORAX_LOOP=…   a built metrics_loop, instead of building it
# Uses the virtual environment of run.sh where there is one, or makes it; needs python3.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=${PEERS_DIR:-$HOME/.cache/thorax/peers}
mkdir -p "$work/metrics"

[ -e "$work/venv" ] || python3 -m venv "$work/venv"
"$work/venv/bin/python" -c 'import sklearn' 2>/dev/null ||
    "$work/venv/bin/pip" install --quiet scikit-learn
if [ -z "${THORAX_LOOP:-}" ]; then
    cargo build --locked --release --example metrics_loop --manifest-path "$here/../../Cargo.toml"
    THORAX_LOOP=${CARGO_TARGET_DIR:-$here/../../target}/release/examples/metrics_loop
fi
THORAX_LOOP=$(realpath "$THORAX_LOOP")
cd "$work/metrics"
grep -m1 'model name' /proc/cpuinfo || true
date -u +%F
"$work/venv/bin/python" "$here/metrics.py" "$THORAX_LOOP" "${1:-10}"
