#!/usr/bin/env bash
# Scores a list of films in N parts, as many at once as there are pairs of cores; then merges them.
#   classify.sh N LIST RESULTS [options of thorax classify]
# JOBS=4                    parts at once
# PARALLEL='--sshlogin …'   other machines, which see LIST, RESULTS and the films under the same paths
# --retries starts a part that has failed again; it goes on where it was. Needs GNU parallel.
set -euo pipefail
parts=$1 list=$2 results=$3
shift 3
jobs=${JOBS:-$(( ($(nproc) + 1) / 2 ))}
program=${THORAX:-thorax}
seq 0 $((parts - 1)) | parallel --jobs "$jobs" --retries 3 --halt soon,fail=1 --quote \
    "$program" classify --list "$list" --out "$results" --shard "{}/$parts" --threads 2 "$@"
"$program" merge "$results" -o "$results/all.parquet" --overwrite
