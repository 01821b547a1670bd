#!/usr/bin/env python3
"""Scores films on a Ray cluster: one task a shard.

    python ray_classify.py --shards 64 --cpus 2 --list films.txt --out results

What follows --shards, --cpus and --program goes to `thorax classify` as it is. Placement and retries are Ray's, and so is
the progress: each shard is a task of its own name in the dashboard. A task that is started again goes on where it was.
All nodes must see the films, the list and the folder of results under the same paths.
"""

import argparse
import os
import subprocess
import sys

import ray


@ray.remote(max_retries=5, retry_exceptions=True)
def classify(program, shard, n_shards, cpus, arguments):
    """Scores one shard; the last line that the program has said."""
    command = [program, "classify", *arguments]
    command += ["--shard", f"{shard}/{n_shards}", "--threads", str(cpus)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"shard {shard} of {n_shards}: {done.stderr.strip()}")
    return done.stdout.strip()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shards", type=int, required=True, help="parts, a few for each pair of cores")
    parser.add_argument("--cpus", type=int, default=2, help="cores of a part")
    parser.add_argument("--program", default=os.environ.get("THORAX", "thorax"))
    options, arguments = parser.parse_known_args()
    ray.init(log_to_driver=False)
    tasks = [
        classify.options(name=f"shard {shard} of {options.shards}", num_cpus=options.cpus).remote(
            options.program, shard, options.shards, options.cpus, arguments
        )
        for shard in range(options.shards)
    ]
    n_done = 0
    while tasks:
        done, tasks = ray.wait(tasks)
        n_done += len(done)
        for said in ray.get(done):
            print(f"[{n_done}/{options.shards}] {said}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
