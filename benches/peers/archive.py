"""Pillow and ONNX Runtime with a pool of processes: what one writes to score an archive in Python.

    archive.py films PHANTOM.png                        100 films of 1024 pixels, and list.txt with each four times
    archive.py make THORAX.safetensors network.onnx     the network of a model file as ONNX
    archive.py time NAME COMMAND...                     runs a command on list.txt, prints seconds and films/s of the whole
    archive.py score network.onnx LIST PROCESSES        scores a list of films, says films/s without its start
"""

import multiprocessing
import os
import resource
import subprocess
import sys
import time

import numpy as np

STAGES = [(16, 16, 64), (64, 64, 128), (128, 128, 256)]  # in, inside, out


def films(path):
    from PIL import Image

    base = np.asarray(Image.open(path).convert("L").resize((1024, 1024))).astype(np.float32)
    random = np.random.default_rng(1)
    names = [os.path.abspath(f"{n:03}.png") for n in range(100)]
    for n, name in enumerate(names):
        film = base * (0.8 + 0.004 * n) + random.normal(0, 2, base.shape)
        Image.fromarray(np.clip(film, 0, 255).astype(np.uint8)).save(name)
    with open("list.txt", "w") as lines:
        lines.writelines(f"{name}\n" for name in names * 4)


def timed(name, *command):
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    took = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    n_films = len(open("list.txt").read().splitlines())
    cpu_ms = 1000 * (used.ru_utime + used.ru_stime) / n_films
    peak = used.ru_maxrss / 1024
    print(f"{name}: {took:.2f} s, {n_films / took:.1f} films/s, {cpu_ms:.1f} ms of the processor a film, {peak:.0f} MiB")


def make(weights_path, onnx_path, depth=56, side=128):
    import onnx
    from onnx import TensorProto, helper, numpy_helper
    from safetensors.numpy import load_file

    weights = load_file(weights_path)
    nodes, values = [], []

    def node(kind, inputs, **attributes):
        out = f"v{len(nodes)}"
        nodes.append(helper.make_node(kind, inputs, [out], **attributes))
        return out

    def value(name):
        values.append(numpy_helper.from_array(weights[name], name))
        return name

    def conv(xs, name, size, stride=1):
        pad = size // 2
        inputs = [xs, value(f"{name}.weight"), value(f"{name}.bias")]
        return node("Conv", inputs, kernel_shape=[size] * 2, strides=[stride] * 2, pads=[pad] * 4)

    def norm_relu(xs, name):
        parts = [value(f"{name}.{part}") for part in ["weight", "bias", "running_mean", "running_var"]]
        return node("Relu", [node("BatchNormalization", [xs, *parts], epsilon=1e-3)])

    xs = norm_relu(conv("films", "stem.conv", 3), "stem.bn")
    for s in range(3):
        for b in range((depth - 2) // 9):
            name, stride = f"stage{s}.block{b}", 2 if s > 0 and b == 0 else 1
            ys = norm_relu(xs, f"{name}.bn1") if s + b else xs
            ys = norm_relu(conv(ys, f"{name}.conv1", 1, stride), f"{name}.bn2")
            ys = norm_relu(conv(ys, f"{name}.conv2", 3), f"{name}.bn3")
            ys = conv(ys, f"{name}.conv3", 1)
            shortcut = conv(xs, f"{name}.shortcut", 1, stride) if b == 0 else xs
            xs = node("Add", [ys, shortcut])
    xs = node("AveragePool", [norm_relu(xs, "head.bn")], kernel_shape=[8, 8], strides=[8, 8])
    xs = node("Flatten", [node("Transpose", [xs], perm=[0, 2, 3, 1])])
    xs = node("Gemm", [xs, value("head.dense.weight"), value("head.dense.bias")], transB=1)
    nodes.append(helper.make_node("Sigmoid", [xs], ["scores"]))
    films = helper.make_tensor_value_info("films", TensorProto.FLOAT, ["n", 1, side, side])
    scores = helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["n", weights["head.dense.bias"].size])
    graph = helper.make_graph(nodes, "thorax", [films], [scores], values)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, onnx_path)


def start(onnx_path):
    global session
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(onnx_path, options)


def score(path):
    from PIL import Image

    film = Image.open(path).convert("L").resize((128, 128), Image.BOX)
    films = np.asarray(film, np.float32)[None, None] / 255
    return session.run(None, {"films": films})[0][0]


if __name__ == "__main__":
    if sys.argv[1] != "score":
        {"films": films, "make": make, "time": timed}[sys.argv[1]](*sys.argv[2:])
    else:
        paths = open(sys.argv[3]).read().splitlines()
        with multiprocessing.Pool(int(sys.argv[4]), start, [sys.argv[2]]) as pool:
            pool.map(score, paths[:8])  # the pool and its sessions are there
            began = time.perf_counter()
            scores = pool.map(score, paths, chunksize=8)
            took = time.perf_counter() - began
        rate = f"{len(paths) / took:.1f} films/s"
        print(f"  without its start {took:.2f} s, {rate}, first {scores[0][:3]}", file=sys.stderr)
