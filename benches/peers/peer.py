"""One framework behind the loop that compare.py drives.

usage: peer.py torch | torch-cl | torch-jit | ort | openvino
Reads `score N TIMES`, `maps N TIMES`, `train N TIMES`, `check`, `memory`; answers with one line.
"""

import os
import sys
import time

THREADS = int(os.environ.get("THREADS", "2"))
os.environ["OMP_NUM_THREADS"] = str(THREADS)

import numpy as np
from safetensors.numpy import load_file

kind = sys.argv[1]
expected = load_file("expected.safetensors")
films = expected["films"]


class Torch:
    """PyTorch: eager, eager channels_last, or frozen and fused by its tracing compiler."""

    def __init__(self):
        import torch
        from network import ResNetV2, weighted_loss

        torch.set_num_threads(THREADS)
        self.torch, self.loss = torch, weighted_loss
        self.layout = torch.contiguous_format if kind == "torch" else torch.channels_last
        self.make = lambda: self.load(ResNetV2())
        self.network = self.make().eval()

    def load(self, network):
        state = {k: self.torch.from_numpy(v) for k, v in load_file("weights.safetensors").items()}
        network.load_state_dict(state, strict=False)
        return network.to(memory_format=self.layout)

    def films(self, n):
        return self.torch.from_numpy(films[:n].copy()).to(memory_format=self.layout)

    def score(self, n):
        xs, network = self.films(n), self.network
        if kind == "torch-jit":
            with self.torch.no_grad():
                traced = self.torch.jit.freeze(self.torch.jit.trace(network, xs))
                network = self.torch.jit.optimize_for_inference(traced)

        def run():
            with self.torch.inference_mode():
                return network(xs).numpy()
        return run

    def maps(self, n):
        """One Grad-CAM as it is usually done: a hook on the last activation, and backward."""
        xs = self.films(n)

        def run():
            self.network.zero_grad(set_to_none=True)
            gradients = []
            features = self.network.features(xs)
            features.register_hook(gradients.append)
            self.network.logits(features)[0, 3].backward()
            weights = gradients[0].mean((2, 3), keepdim=True)
            return (weights * features.detach()).sum(1).relu().numpy()
        return run

    def train(self, n):
        network, torch = self.make().train(), self.torch
        adam = torch.optim.Adam(network.parameters(), 1e-4, foreach=True)
        xs, labels = self.films(n), torch.from_numpy(expected["labels"][:n])
        positive = torch.from_numpy(expected["positive"])

        def run():
            adam.zero_grad(set_to_none=True)
            logits = network.logits(network.features(xs))
            loss = self.loss(logits, labels, positive, 1 - positive)
            loss.backward()
            adam.step()
            return loss.item()
        return run


class OnnxRuntime:
    def score(self, n):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = THREADS, 1
        session = onnxruntime.InferenceSession(
            f"network{n}.onnx", options, providers=["CPUExecutionProvider"])
        return lambda: session.run(None, {"films": films[:n]})[0]


class OpenVino:
    def score(self, n):
        import openvino

        settings = {"INFERENCE_NUM_THREADS": THREADS, "NUM_STREAMS": 1,
                    "PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
        model = openvino.Core().compile_model(f"network{n}.onnx", "CPU", settings)
        request = model.create_infer_request()
        return lambda: request.infer({"films": films[:n]}, share_inputs=True)["scores"]


peer = {"ort": OnnxRuntime, "openvino": OpenVino}.get(kind, Torch)()
ready = {}
for line in sys.stdin:
    order, *numbers = line.split()
    if order == "check":
        error = np.abs(peer.score(32)() - expected["scores"]).max()
        print(f"scores differ by {error:.1e}", flush=True)
    elif order == "memory":
        status = open("/proc/self/status").read()
        print(int(status.split("VmHWM:")[1].split()[0]) // 1024, flush=True)
    else:
        n, times = map(int, numbers)
        if (order, n) not in ready:
            ready[order, n] = getattr(peer, order)(n)
        run = ready[order, n]
        took = []
        for _ in range(times):
            start = time.perf_counter()
            run()
            took.append((time.perf_counter() - start) * 1e3)
        print(*(f"{ms:.3f}" for ms in took), flush=True)
