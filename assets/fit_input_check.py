"""Fits the network behind `imaging::Concerns` and prints its error rates.

Usage: python fit_input_check.py FILMS PICTURES OUT
  FILMS     folder with images, train_list.txt, val_list.txt and test_list.txt
  PICTURES  folder with photographs and drawings that are no films, searched below
  OUT       input_check.bin

Every film of the training list is shown upright, turned, inverted and cropped; what is no film are
half of the pictures and noise made here. The test list and the other half are only measured.
Needs numpy, pillow and scikit-learn (written with 2.3, 12.0 and 1.9).
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.neural_network import MLPClassifier

SIDE = 24
N_HIDDEN = 40
KINDS = ["upright", "turned 90", "turned 180", "turned 270", "inverted", "cropped", "no chest film"]
RNG = np.random.default_rng(20261125)


def descriptor(picture):
    """24 x 24 means of areas, with mean 0 and standard deviation 1; zeros where flat."""
    grays = np.asarray(picture.resize((SIDE, SIDE), Image.BOX), dtype=np.float64)
    grays = grays - grays.mean()
    spread = grays.std()
    return (grays / spread if spread >= 1.0 else np.zeros_like(grays)).ravel()


def films(folder, name):
    """Their grays; those that are larger than the check sees anything of are brought to 256 px."""
    lines = (folder / name).read_text().split()
    found = []
    for line in lines:
        picture = Image.open(folder / "images" / line).convert("L")
        picture.thumbnail((256, 256), Image.BOX)
        found.append(picture)
    return found


def turned(picture, quarter_turns):
    """Clockwise."""
    return picture.rotate(-90 * quarter_turns, expand=True)


def inverted(picture):
    return Image.fromarray(255 - np.asarray(picture))


def changed(picture):
    """Small changes, as between real films."""
    width, height = picture.size
    angle = RNG.uniform(-6, 6)
    picture = picture.rotate(angle, Image.BILINEAR, fillcolor=int(np.asarray(picture)[0, 0]))
    left, top, right, bottom = RNG.uniform(0, 0.06, 4)
    box = (left * width, top * height, (1 - right) * width, (1 - bottom) * height)
    picture = picture.crop(tuple(int(edge) for edge in box))
    gamma = np.exp(RNG.uniform(-0.5, 0.5))
    return Image.fromarray((255 * (np.asarray(picture) / 255) ** gamma).astype(np.uint8))


CROPS = {
    "left half": (0.0, 0.0, 0.5, 1.0),
    "right half": (0.5, 0.0, 1.0, 1.0),
    "upper half": (0.0, 0.0, 1.0, 0.5),
    "lower half": (0.0, 0.5, 1.0, 1.0),
    "a quarter": (0.0, 0.0, 0.5, 0.5),
}


def cut(picture, box):
    width, height = picture.size
    left, top, right, bottom = box
    return picture.crop((int(left * width), int(top * height), int(right * width), int(bottom * height)))


def random_crop(picture):
    """A part of less than half of the film's area."""
    while True:
        w, h = RNG.uniform(0.25, 1.0, 2)
        if w * h <= 0.5:
            x, y = RNG.uniform(0, 1 - w), RNG.uniform(0, 1 - h)
            return cut(picture, (x, y, x + w, y + h))


def noise():
    """Sums of smooth noise of random coarseness; now and then symmetric, or with shapes."""
    size = 96
    if RNG.random() < 0.15:
        # Fine noise, more or less of it over something smooth.
        n = int(RNG.integers(1, 8))
        layer = RNG.uniform(0, 255, (n, n)).astype(np.uint8)
        smooth = np.asarray(Image.fromarray(layer).resize((size, size), Image.BICUBIC), float)
        fine = RNG.uniform(0, 255, (size, size)) * RNG.uniform(0.3, 3)
        total = smooth * RNG.choice([0.0, 0.0, 0.1, 0.3]) + fine
        return Image.fromarray((255 * total / total.max()).astype(np.uint8))
    total = np.zeros((size, size))
    for _ in range(RNG.integers(1, 4)):
        n = int(RNG.integers(2, 40))
        layer = RNG.uniform(0, 255, (n, n)).astype(np.uint8)
        total += RNG.uniform(0.2, 1) * np.asarray(Image.fromarray(layer).resize((size, size), Image.BICUBIC), float)
    if RNG.random() < 0.3:
        total = total + total[:, ::-1]
    ys, xs = np.mgrid[0:size, 0:size]
    for _ in range(RNG.integers(0, 5)):
        cx, cy, r = RNG.uniform(0, size, 3)
        shape = (xs - cx) ** 2 + (ys - cy) ** 2 < r**2 / 4 if RNG.random() < 0.5 else (abs(xs - cx) < r / 2) & (abs(ys - cy) < r / 3)
        total[shape] += RNG.uniform(-400, 400)
    if RNG.random() < 0.2:
        total = xs * RNG.normal() + ys * RNG.normal() + RNG.normal() * 20 * RNG.normal(size=total.shape)
    total -= total.min()
    return Image.fromarray((255 * total / max(total.max(), 1)).astype(np.uint8))


def pictures(folder):
    """Each once, however often and in how many formats it is there."""
    found, shown = [], []
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in {".png", ".jpg", ".jpeg", ".tif", ".gif"}:
            try:
                picture = Image.open(path)
                picture.load()
            except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
                continue
            if min(picture.size) < 96:
                continue
            gray = picture.convert("RGB").convert("L")
            looks = descriptor(gray)
            if looks.any() and all(looks @ other < 0.95 * SIDE**2 for other in shown):
                found.append(gray)
                shown.append(looks)
    return found


def main():
    data, folder, out = (Path(argument) for argument in sys.argv[1:])
    train, valid, test = (films(data, name) for name in ["train_list.txt", "val_list.txt", "test_list.txt"])
    others = pictures(folder)
    seen, unseen = others[::2], others[1::2]
    print(len(train), "training films,", len(seen), "pictures seen,", len(unseen), "unseen")
    xs, ys = [], []

    def add(picture, kind):
        xs.append(descriptor(picture))
        ys.append(kind)

    for film in train:
        for _ in range(4):
            add(changed(film), 0)
        add(film, 0)
        for kind in (1, 2, 3):
            add(turned(changed(film), kind), kind)
        add(inverted(changed(film)), 4)
        for _ in range(2):
            add(random_crop(film), 5)
        add(cut(film, CROPS[list(CROPS)[RNG.integers(5)]]), 5)
        # Neither upright nor the right way round.
        add(inverted(turned(film, int(RNG.integers(1, 4)))), 6)
    for _ in range(6000):
        add(noise(), 6)
    for picture in seen:
        for _ in range(16):
            part = turned(picture, int(RNG.integers(4)))
            part = part if RNG.random() < 0.3 else random_crop(part)
            add(inverted(part) if RNG.random() < 0.5 else part, 6)
    network = MLPClassifier((N_HIDDEN,), alpha=3e-3, max_iter=60, early_stopping=True, random_state=1)
    network.fit(np.array(xs), np.array(ys))
    weights = [network.coefs_[0].T, network.intercepts_[0], network.coefs_[1].T, network.intercepts_[1]]
    out.write_bytes(b"".join(part.astype("<f4").tobytes() for part in weights))

    def probabilities(shown):
        return network.predict_proba(np.array([descriptor(picture) for picture in shown]))

    groups = {"train": train, "valid": valid, "test": test}
    groups |= {f"test turned {90 * n}": [turned(film, n) for film in test] for n in (1, 2, 3)}
    groups["test inverted"] = [inverted(film) for film in test]
    groups |= {f"test {name}": [cut(film, box) for film in test] for name, box in CROPS.items()}
    groups |= {"pictures seen": seen, "pictures unseen": unseen, "noise": [noise() for _ in range(500)]}
    for name, shown in groups.items():
        upright = probabilities(shown)[:, 0]
        doubtful, refused = (upright < 0.3).mean(), (upright < 0.005).mean()
        print(f"{name:20} {len(shown):5}  doubtful {100 * doubtful:5.1f} %  refused {100 * refused:5.1f} %")


main()
