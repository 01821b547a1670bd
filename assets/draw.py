"""Draws the phantom film and the icon: `python draw.py` with numpy and Pillow.

No patient is behind either; shapes are ellipses and arcs, noise is seeded.
"""

import numpy as np
from PIL import Image, ImageFilter

SIDE = 1024
rng = np.random.default_rng(7)
yy, xx = np.mgrid[0:SIDE, 0:SIDE] / SIDE


def soft(distance, width):
    """1 inside (distance < 0), 0 outside, blurred over `width`."""
    return 1 / (1 + np.exp(np.clip(distance / width, -60, 60)))


def ellipse(cx, cy, rx, ry, angle=0.0, width=0.012):
    a = np.deg2rad(angle)
    u = (xx - cx) * np.cos(a) + (yy - cy) * np.sin(a)
    v = -(xx - cx) * np.sin(a) + (yy - cy) * np.cos(a)
    r = np.sqrt((u / rx) ** 2 + (v / ry) ** 2)
    return soft((r - 1) * min(rx, ry), width)


def phantom():
    shoulders = ellipse(0.5, 0.36, 0.47, 0.25, width=0.015)
    trunk = ellipse(0.5, 0.72, 0.40, 0.62, width=0.012)
    neck = ellipse(0.5, 0.06, 0.11, 0.20)
    body = np.clip(shoulders + trunk + neck, 0, 1)
    film = 0.04 + 0.56 * body

    right = ellipse(0.315, 0.50, 0.135, 0.315, 6, 0.014)
    left = ellipse(0.685, 0.49, 0.130, 0.305, -6, 0.014)
    dome = soft(yy - (0.745 + 0.35 * (xx - 0.31) ** 2), 0.010)
    dome_left = soft(yy - (0.765 + 0.35 * (xx - 0.69) ** 2), 0.010)
    film -= 0.40 * right * dome + 0.40 * left * dome_left

    spine = soft(np.abs(xx - 0.5) - 0.042, 0.012) * body
    film += 0.13 * spine
    for level in np.arange(0.06, 1.0, 0.052):
        film -= 0.035 * spine * soft(np.abs(yy - level) - 0.003, 0.003)

    heart = np.maximum(ellipse(0.545, 0.625, 0.135, 0.145, -28), ellipse(0.52, 0.47, 0.07, 0.17, 4))
    film += 0.24 * heart * body
    film += 0.10 * ellipse(0.565, 0.335, 0.05, 0.045)
    film -= 0.17 * soft(np.abs(xx - 0.5) - 0.016, 0.006) * soft(yy - 0.375, 0.02) * soft(0.03 - yy, 0.02)

    for n in range(9):
        top = 0.20 + 0.061 * n
        for side in (-1, 1):
            u = (xx - 0.5) * side
            arc = top + 0.10 * np.sqrt(np.clip(u / 0.33, 0, 1)) - 0.05 + 0.55 * np.clip(u - 0.05, 0, 1) ** 2
            rib = soft(np.abs(yy - arc) - 0.011, 0.004)
            inside = soft(u - 0.335 + 0.25 * (yy - 0.55) ** 2, 0.008) * soft(0.035 - u, 0.006)
            film += 0.075 * rib * inside * body
    for side in (-1, 1):
        u = (xx - 0.5) * side
        clavicle = 0.225 - 0.10 * u + 0.03 * np.sin(u * 12)
        film += 0.13 * soft(np.abs(yy - clavicle) - 0.012, 0.004) * soft(u - 0.33, 0.01) * soft(0.04 - u, 0.01)
        for k in range(14):
            angle = rng.uniform(-1.0, 1.1)
            t = np.clip((u - 0.085) / 0.2, 0, 1)
            y0 = 0.50 + 0.02 * rng.standard_normal()
            vessel = np.abs(yy - (y0 + angle * (u - 0.085) + 0.25 * rng.standard_normal() * (u - 0.085) ** 2))
            film += 0.05 * soft(vessel - 0.006 * (1 - t), 0.003) * (1 - t) * soft(0.085 - u, 0.01) * (u > 0)

    film = np.clip(film, 0, 1) + 0.03 * rng.standard_normal((SIDE, SIDE))
    grey = Image.fromarray((np.clip(film, 0, 1) * 255).astype(np.uint8))
    grey = grey.filter(ImageFilter.GaussianBlur(1.0))
    return grey


def icon(film):
    side = 256
    small = film.resize((side, side), Image.LANCZOS)
    grey = np.asarray(small).astype(float) / 255
    rgb = np.stack([grey * 0.75 + 0.02, grey * 0.88 + 0.05, grey * 1.0 + 0.08], -1)
    y, x = np.mgrid[0:side, 0:side] / side
    heat = np.exp(-(((x - 0.32) / 0.12) ** 2 + ((y - 0.60) / 0.12) ** 2))[..., None]
    rgb = rgb * (1 - 0.75 * heat) + np.array([1.0, 0.55, 0.12]) * 0.75 * heat
    r = 0.18
    dx = np.maximum(np.abs(x - 0.5) - (0.5 - r), 0)
    dy = np.maximum(np.abs(y - 0.5) - (0.5 - r), 0)
    alpha = np.clip((r - np.hypot(dx, dy)) * side, 0, 1)[..., None]
    rgba = np.concatenate([np.clip(rgb, 0, 1), alpha], -1)
    return Image.fromarray((rgba * 255).astype(np.uint8))


if __name__ == "__main__":
    film = phantom()
    film.save("phantom.png", optimize=True)
    icon(film).save("icon.png", optimize=True)
