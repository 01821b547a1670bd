"""Times Thorax and PyTorch on the same GPU in turn; fails where scores leave the processor's.

usage: gpu.py GPU_LOOP [ROUNDS]        Never run on a GPU so far.
"""

import os
import statistics
import subprocess
import sys
import time

import torch
from network import ResNetV2, weighted_loss
from safetensors.torch import load_file

WORK = [("score", 1, 20), ("score", 256, 2), ("train", 64, 2), ("train", 256, 1)]  # films, times
PRECISIONS = ["f32", "tf32", "bf16"]
# Of a score, at f32.
TOLERANCE = 1e-3
expected = load_file("expected.safetensors")


class Thorax:
    def __init__(self, precision):
        env = os.environ | {"PRECISION": precision}
        self.process = subprocess.Popen([sys.argv[1]], env=env, text=True, bufsize=1,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        return self.process.stdout.readline().strip()

    def time(self, order, n, times):
        return [float(ms) for ms in self.ask(f"{order} {n} {times}").split()]


class Torch:
    """As its users run it: channels_last, fused Adam; bf16 by autocast."""

    def __init__(self, precision):
        self.precision = precision
        self.network = ResNetV2()
        self.network.load_state_dict(load_file("weights.safetensors"), strict=False)
        self.network = self.network.cuda().to(memory_format=torch.channels_last)
        self.adam = torch.optim.Adam(self.network.parameters(), 1e-4, fused=True)

    def time(self, order, n, times):
        torch.backends.cuda.matmul.allow_tf32 = self.precision == "tf32"
        torch.backends.cudnn.allow_tf32 = self.precision == "tf32"
        repeats = -(-n // 32)
        films, labels = (expected[k].repeat(repeats, *[1] * (expected[k].dim() - 1))[:n]
                         for k in ("films", "labels"))
        took = []
        for _ in range(times):
            torch.cuda.synchronize()
            start = time.perf_counter()
            with torch.autocast("cuda", torch.bfloat16, enabled=self.precision == "bf16"):
                xs = films.cuda().to(memory_format=torch.channels_last)
                if order == "score":
                    with torch.inference_mode():
                        self.network.eval()(xs).cpu()
                else:
                    self.step(xs, labels.cuda())
            torch.cuda.synchronize()
            took.append((time.perf_counter() - start) * 1e3)
        return took

    def step(self, xs, labels):
        self.adam.zero_grad(set_to_none=True)
        network = self.network.train()
        positive = expected["positive"].cuda()
        logits = network.logits(network.features(xs)).float()
        loss = weighted_loss(logits, labels, positive, 1 - positive)
        loss.backward()
        self.adam.step()
        loss.item()


rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 10
print(torch.cuda.get_device_name(), "· PyTorch", torch.__version__)
failed = False
for precision in PRECISIONS:
    peers = {"thorax": Thorax(precision), "torch": Torch(precision)}
    off = float(peers["thorax"].ask("check"))
    failed |= precision == "f32" and not off <= TOLERANCE
    print(f"\n{precision}: scores differ from the processor's by {off:.1e}")
    print("| work | Thorax ms | PyTorch ms | ratio |\n| --- | ---: | ---: | ---: |")
    for order, n, times in WORK:
        took = {name: [] for name in peers}
        for peer in peers.values():
            peer.time(order, n, 3)
        for _ in range(rounds):
            for name, peer in peers.items():
                took[name] += peer.time(order, n, times)
        ours, theirs = (statistics.median(took[name]) for name in ("thorax", "torch"))
        print(f"| {order}, {n} | {ours:.2f} | {theirs:.2f} | {theirs / ours:.2f} |", flush=True)
    peers["thorax"].process.stdin.close()
    peers["thorax"].process.wait()
sys.exit("scores at f32 left the processor's" if failed else 0)
