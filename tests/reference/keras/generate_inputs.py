"""Writes inputs.safetensors and inputs.txt from the Keras reference: the network inputs as bytes.

    python generate_inputs.py <folder with reference.safetensors and reference.json>

The reference divides bytes by 255, so nothing is lost on the way back.
"""
import json
import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

HERE = Path(__file__).parent


def main():
    folder = Path(sys.argv[1])
    reference = load_file(folder / "reference.safetensors")
    inputs = {}
    for key in ("input_nearest", "input_bilinear"):
        inputs[key] = np.round(reference[key] * 255).astype(np.uint8)
        assert np.array_equal(inputs[key].astype(np.float32) / np.float32(255), reference[key])
    save_file(inputs, HERE / "inputs.safetensors")
    names = json.loads((folder / "reference.json").read_text())["files"]
    (HERE / "inputs.txt").write_text("".join(f"{name}\n" for name in names))


main()
