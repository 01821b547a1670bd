"""Drives all peers in turn (A B C A B C …) and prints medians and ratios to Thorax.

usage: compare.py THORAX_LOOP [ROUNDS]
"""

import os
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
# Without this PyTorch maps and unmaps every buffer anew and takes 2.4 times as long.
TUNED = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": "17179869184",
         "MALLOC_TOP_PAD_": "268435456"}
# Real-time priority keeps other programs out of the figures, where we may have it.
PREFIX = ["chrt", "-r", "10"] if os.environ.get("REALTIME") else []

WORK = [  # order, films, times a round, rounds for every 10, peers
    ("score", 1, 6, 10, ["torch", "torch-cl", "torch-jit", "ort", "openvino", "candle",
                         "candle-tuned"]),
    ("score", 32, 1, 5, ["torch-jit", "ort", "openvino"]),
    ("maps", 1, 4, 5, ["thorax-score", "torch", "torch-cl"]),
    ("train", 32, 1, 3, ["torch-cl", "candle", "candle-tuned"]),
]
# Candle keeps 0.86 GB for every film of a batch: its step is timed with 4 and counted by the film.
CANDLE_BATCH = 4


class Peer:
    def __init__(self, name):
        self.order = "score" if name == "thorax-score" else None
        self.is_candle = name.startswith("candle")
        if name.startswith("thorax"):
            command = [sys.argv[1]]
        elif self.is_candle:
            command = [os.path.join(os.path.dirname(sys.argv[1]), "candle_loop")]
        else:
            command = [sys.executable, f"{HERE}/peer.py", name]
        env = os.environ | (TUNED if name.startswith("torch") or name.endswith("tuned") else {})
        self.process = subprocess.Popen(PREFIX + command, env=env, text=True, bufsize=1,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL)

    def time(self, order, n, times):
        batch = min(n, CANDLE_BATCH) if self.is_candle and order == "train" else n
        answer = self.ask(f"{self.order or order} {batch} {times}")
        return [float(ms) * n / batch for ms in answer.split()]

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def race(order, n, times, rounds, names):
    """Medians of every peer, in milliseconds, Thorax first; peak memory in MiB."""
    peers = {name: Peer(name) for name in ["thorax", *names]}
    took = {name: [] for name in peers}
    for peer in peers.values():
        peer.time(order, n, 1)
    for _ in range(rounds):
        for name, peer in peers.items():
            # Threads of the one before may still be spinning for more work.
            time.sleep(0.25)
            took[name] += peer.time(order, n, times)
    medians = {name: statistics.median(values) for name, values in took.items()}
    memory = {name: peer.ask("memory") for name, peer in peers.items()}
    if order == "score" and n == 1:
        limit = float(peers["thorax"].ask("limit"))
        share = 6.165 / medians["thorax"] * 1e3 / limit
        print(f"\nlimit of this machine {limit:.0f} GFLOP/s; "
              f"scoring at {share:.0%} of it, counted as direct convolutions")
    for peer in peers.values():
        peer.close()
    return medians, {name: min(values) for name, values in took.items()}, memory


rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 10
print("agreement with PyTorch in f64")
for name in ["thorax", "torch", "torch-cl", "torch-jit", "ort", "openvino", "candle"]:
    peer = Peer(name)
    print(f"  {name}: {peer.ask('check')}")
    peer.close()
for order, n, times, per_ten, names in WORK:
    if f"{order} {n}" not in os.environ.get("ONLY", f"{order} {n}"):
        continue
    medians, best, memory = race(order, n, times, max(1, rounds * per_ten // 10), names)
    print(f"\n| {order}, {n} film{'s' * (n > 1)} | median ms | best ms | ratio | peak MiB |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name, median in medians.items():
        ratio = median / medians["thorax"]
        print(f"| {name} | {median:.1f} | {best[name]:.1f} | {ratio:.2f} | {memory[name]} |",
              flush=True)
