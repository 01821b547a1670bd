"""Writes resize.safetensors: one smooth and one noisy gray picture, resized by PIL and OpenCV.

    pip install -r versions.txt && python generate.py
"""
from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from safetensors.numpy import save_file

HERE = Path(__file__).parent
SIZES = [(32, 32), (40, 24), (17, 19), (61, 47), (122, 94), (150, 33)]  # width, height


def main():
    rng = np.random.default_rng(7)
    y, x = np.mgrid[:94, :122]
    smooth = 120 + 80 * np.sin(x / 9.0) * np.cos(y / 13.0) + 40 * ((x - 60) ** 2 + (y - 40) ** 2 < 500)
    pictures = {
        "smooth": np.clip(smooth, 0, 255).astype(np.uint8),
        "noise": rng.integers(0, 256, (94, 122), dtype=np.uint8),
    }
    tensors = {}
    for name, picture in pictures.items():
        tensors[name] = picture
        for size in SIZES:
            key = f"{name}/{size[0]}x{size[1]}"
            pil = Image.fromarray(picture)
            tensors[f"{key}/nearest"] = np.asarray(pil.resize(size, Image.NEAREST))
            tensors[f"{key}/area"] = np.asarray(pil.resize(size, Image.BOX))
            tensors[f"{key}/lanczos"] = np.asarray(pil.resize(size, Image.LANCZOS))
            tensors[f"{key}/bilinear"] = cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR)
    tensors = {key: np.ascontiguousarray(value) for key, value in tensors.items()}
    save_file(tensors, HERE / "resize.safetensors")


main()
