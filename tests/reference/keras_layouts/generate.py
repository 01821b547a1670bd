"""Writes the files beside it: small networks in the layouts that Keras versions have used.

Made with h5py 3.16.0 on Python 3.11. Each tensor holds one number: 10 times the number in its layer's
name, plus its place in the layer (kernel or gamma 0, then 1, 2, 3), so that a test can tell where it went.
"""

import h5py
import numpy as np

STAGES = [(16, 16, 64), (64, 64, 128), (128, 128, 256)]
OFFSET = 112  # of the numbers in the names, as in the second model of a session


def layers():
    """Depth 11, side 32, 14 outputs: names and shapes in topological order, shortcuts before last convolutions."""
    counts = {"conv2d": OFFSET, "batch_normalization": OFFSET}

    def make(kind, *shapes):
        number = counts[kind]
        counts[kind] += 1
        return f"{kind}_{number}", number, shapes

    def conv(size, n_in, n_out):
        return make("conv2d", (size, size, n_in, n_out), (n_out,))

    def norm(n):
        return make("batch_normalization", (n,), (n,), (n,), (n,))

    out = [("input_1", 0, ()), conv(3, 1, 16), norm(16), ("activation", 0, ())]
    for index, (n_in, n_mid, n_out) in enumerate(STAGES):
        first = [] if index == 0 else [norm(n_in)]
        conv1 = conv(1, n_in, n_mid)
        norm2 = norm(n_mid)
        conv2 = conv(3, n_mid, n_mid)
        norm3 = norm(n_mid)
        conv3 = conv(1, n_mid, n_out)
        shortcut = conv(1, n_in, n_out)
        out += first + [conv1, norm2, conv2, norm3, shortcut, conv3, (f"add_{index}", 0, ())]
    return out + [norm(256), ("flatten", 0, ()), ("dense_7", 7, ((256, 14), (14,)))]


def parts(name):
    if name.startswith("batch"):
        return ["gamma:0", "beta:0", "moving_mean:0", "moving_variance:0"]
    return ["kernel:0", "bias:0"]


def write(group, fixed, dtype="float32"):
    def text(names):
        if fixed:
            return np.array([name.encode() for name in names])
        return np.array(names, dtype=h5py.string_dtype("ascii"))

    everything = layers()
    group.attrs["layer_names"] = text([name for name, _, _ in everything])
    group.attrs["backend"] = "tensorflow"
    for name, number, shapes in everything:
        layer = group.create_group(name)
        if not shapes:
            layer.attrs["weight_names"] = np.array([])
            continue
        names = [f"{name}/{part}" for part in parts(name)]
        layer.attrs["weight_names"] = text(names)
        for place, (path, shape) in enumerate(zip(names, shapes)):
            values = np.full(shape, 10 * number + place, dtype)
            layer.create_dataset(path, data=values, compression="gzip", chunks=shape)


with h5py.File("fixed_strings.h5", "w") as file:
    write(file, fixed=True)
with h5py.File("whole_model.h5", "w") as file:
    file.attrs["model_config"] = "{}"
    write(file.create_group("model_weights"), fixed=False)
with h5py.File("keras3.weights.h5", "w") as file:
    file.create_dataset("layers/conv2d/vars/0", data=np.zeros((3, 3, 1, 16), "float32"))
with h5py.File("foreign.h5", "w") as file:
    file.create_dataset("measurements", data=np.arange(10.0))
with h5py.File("halves.h5", "w") as file:
    write(file, fixed=True, dtype="float16")
with h5py.File("doubles.h5", "w") as file:
    write(file, fixed=True, dtype=">f8")

# Files of a few kilobytes that stand for far more, as a stranger may send them.


def name_layers(file, names, weights):
    file.attrs["layer_names"] = np.array([name.encode() for name in names])
    for name in names:
        file[name].attrs["weight_names"] = np.array([weight.encode() for weight in weights])


with h5py.File("hard_links.h5", "w") as file:
    file.create_dataset("conv2d_0/kernel:0", shape=(1, 1, 16, 16), dtype="float32", chunks=(1, 1, 16, 16))
    file.create_dataset("conv2d_0/bias:0", shape=(16,), dtype="float32", chunks=(16,))
    names = [f"conv2d_{number}" for number in range(200)]
    for name in names[1:]:
        file[name] = file["conv2d_0"]
    name_layers(file, names, ["kernel:0", "bias:0"])
with h5py.File("much_of_nothing.h5", "w") as file:
    names = [f"conv2d_{number}" for number in range(5)]
    for name in names:
        shape = (1, 1, 4096, 4000)
        file.create_dataset(f"{name}/kernel:0", shape=shape, dtype="float32", chunks=(1, 1, 4096, 400))
        file.create_dataset(f"{name}/bias:0", shape=(16,), dtype="float32", chunks=(16,))
    name_layers(file, names, ["kernel:0", "bias:0"])
# Names that are longer than any name.
with h5py.File("long_names.h5", "w") as file:
    names = np.array(["x" * 2000] * 10, dtype=h5py.string_dtype("ascii"))
    file.create_group("conv2d_1").attrs.create("weight_names", names)
    file.attrs["layer_names"] = np.array([b"conv2d_1"])
