"""Fits the network behind `imaging::Concerns`, chooses its thresholds and prints its error rates.

Usage: python fit_input_check.py FILMS PICTURES MORE OUT [BEFORE [FIRST]]
  FILMS     folder with images, train_list.txt, val_list.txt and test_list.txt
  PICTURES  folder with the source archives of scikit-image 0.16.2 and pillow 10.4.0, unpacked
  MORE      folder with further pictures: the Debian packages tuxpaint-stamps-default 2022.06.04,
            gnome-backgrounds 43.1 and plasma-workspace-wallpapers 5.27.5, unpacked (dpkg-deb -x)
  OUT       input_check.bin
  BEFORE    the first input_check.bin (40 hidden units, 32 bits), measured beside the new one
  FIRST     a list of test films that are measured once more by themselves

Every film of the training list is shown upright, turned, inverted and cropped. What is no film: half
of PICTURES, four fifths of MORE, films whose parts are in disorder, noise and shapes made here. The
remaining fifth of MORE and the validation list choose the thresholds; the test list and the other
half of PICTURES are only measured. Groups have fixed shares in each batch, however many there are.
Needs numpy and pillow (written with 2.4 and 13.0); one thread with OMP_NUM_THREADS=1, 12 minutes, 4 GB of memory.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageOps

SIDE = 24
N_HIDDEN = 64  # of each of two networks; their average is one of 128
SEEDS = (1, 2)
N_KINDS = 7  # upright, turned by 90, 180, 270 degrees clockwise, inverted, cropped, not a chest film
# Doubtful: another kind is as likely. Refused: the largest of 0.005, 0.01, 0.02, 0.05 below which at
# most 0.1 % of the validation films lie, those in WRONG apart.
DOUBTFUL, REFUSED = 0.5, 0.02
BEFORE = (0.3, 0.005)  # those of the first file
RNG = np.random.default_rng(20261127)

CROPS = {
    "left half": (0.0, 0.0, 0.5, 1.0),
    "right half": (0.5, 0.0, 1.0, 1.0),
    "upper half": (0.0, 0.0, 1.0, 0.5),
    "lower half": (0.0, 0.5, 1.0, 1.0),
    "a quarter": (0.0, 0.0, 0.5, 0.5),
}

# Films of the lists that are not upright and frontal though NIH's table says so, found by two
# networks, each fitted to half of the training patients, and looked at: the kind that they are; None
# for what shows too little of a chest to be fitted as either.
WRONG = {
    # of the training list
    "00002180_000.png": 1, "00003220_004.png": 1, "00002376_002.png": 2, "00002898_001.png": 2,
    "00003064_030.png": 2, "00003122_004.png": 2, "00003562_000.png": 2, "00000632_003.png": 3,
    "00001491_000.png": 3, "00001814_001.png": 3, "00003693_005.png": 3, "00000583_024.png": 4,
    "00002300_026.png": 4, "00017999_000.png": 4, "00000591_003.png": 6, "00000966_000.png": 6,
    "00001085_000.png": 6, "00001104_011.png": 6, "00001136_001.png": 6, "00001153_005.png": 6,
    "00002299_002.png": 6, "00002354_000.png": 6, "00002359_018.png": 6, "00002391_000.png": 6,
    "00002592_003.png": 6, "00002705_000.png": 6, "00003023_000.png": 6, "00003122_001.png": 6,
    "00010065_000.png": 6, "00011379_029.png": 6, "00000980_004.png": None, "00003510_002.png": None,
    "00012834_024.png": None, "00021481_012.png": None,
    # of the validation list
    "00002720_002.png": 1, "00002815_003.png": 3, "00001602_000.png": 6, "00002639_009.png": 6,
}


def descriptor(picture):
    """24 x 24 means of areas, with mean 0 and standard deviation 1; zeros where flat."""
    grays = np.asarray(picture.resize((SIDE, SIDE), Image.BOX), dtype=np.float64)
    grays = grays - grays.mean()
    spread = grays.std()
    return (grays / spread if spread >= 1.0 else np.zeros_like(grays)).ravel()


def films(folder, name, side=256):
    """Their grays; those that are larger than the check sees anything of are brought to 256 px."""
    found = []
    for line in (folder / name).read_text().split():
        picture = Image.open(folder / "images" / line).convert("L")
        picture.thumbnail((side, side), Image.BOX)
        found.append(picture)
    return found


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
                gray.thumbnail((512, 512), Image.BOX)
                found.append(gray)
                shown.append(looks)
    return found


def turned(picture, quarter_turns):
    """Clockwise."""
    return picture.rotate(-90 * quarter_turns, expand=True)


def inverted(picture):
    return ImageOps.invert(picture)


def cut(picture, box):
    width, height = picture.size
    left, top, right, bottom = box
    return picture.crop((int(left * width), int(top * height), int(right * width), int(bottom * height)))


def random_crop(picture, most=0.5):
    """A part of less than half of the film's area."""
    while True:
        w, h = RNG.uniform(0.25, 1.0, 2)
        if w * h <= most:
            x, y = RNG.uniform(0, 1 - w), RNG.uniform(0, 1 - h)
            return cut(picture, (x, y, x + w, y + h))


def half(picture):
    """One of the crops that are measured, a little off."""
    box = CROPS[list(CROPS)[RNG.integers(5)]]
    return cut(picture, [min(max(edge + RNG.uniform(-0.04, 0.04) * (edge == 0.5), 0.0), 1.0) for edge in box])


def changed(picture):
    """Small changes, as between films of one source, and now and then those between sources."""
    width, height = picture.size
    picture = picture.rotate(RNG.uniform(-6, 6), Image.BILINEAR, fillcolor=picture.getpixel((0, 0)))
    left, top, right, bottom = RNG.uniform(0, 0.06, 4)
    picture = cut(picture, (left, top, 1 - right, 1 - bottom))
    if RNG.random() < 0.1:
        picture = ImageOps.equalize(picture)
    if RNG.random() < 0.15:
        # Collimated, or filled up to another shape.
        most = 0.07 if RNG.random() < 0.5 else 0.25
        border = RNG.uniform(0, most, 4) * (RNG.random(4) < 0.6) * [width, height, width, height]
        gray = int(RNG.choice([0, 0, 0, 255, RNG.integers(256)]))
        picture = ImageOps.expand(picture, tuple(border.astype(int).tolist()), gray)
    if RNG.random() < 0.1:
        # A marker or a label.
        x, y, w, h = RNG.uniform(0, 1, 4) * (0.9 * picture.width, 0.9 * picture.height, 14, 10)
        ImageDraw.Draw(picture).rectangle((x, y, x + w, y + h), fill=int(RNG.choice([0, 255])))
    return bent(picture)


def bent(picture):
    """Its grays by another curve: a power, now and then an S."""
    grays = np.arange(256) / 255
    grays = grays ** np.exp(RNG.uniform(-0.5, 0.5))
    if RNG.random() < 0.2:
        steep, middle = RNG.uniform(2, 8), RNG.uniform(0.35, 0.65)
        grays = 1 / (1 + np.exp(-steep * (grays - middle)))
        grays = (grays - grays[0]) / (grays[-1] - grays[0])
    return picture.point((255 * grays).astype(int).tolist())


def disordered(picture):
    """A film whose parts are not where they belong."""
    way = RNG.integers(4)
    grays = np.asarray(picture)
    if way == 0:  # tiles
        n = int(RNG.integers(2, 5))
        tall, wide = grays.shape[0] // n, grays.shape[1] // n
        tiles = [grays[y * tall : (y + 1) * tall, x * wide : (x + 1) * wide] for y in range(n) for x in range(n)]
        order = RNG.permutation(n * n)
        rows = [np.hstack([tiles[order[y * n + x]] for x in range(n)]) for y in range(n)]
        return Image.fromarray(np.vstack(rows))
    if way == 1:  # two films in one picture, or one and nothing
        other = np.asarray(picture if RNG.random() < 0.5 else picture.point(lambda gray: 0))
        pair = np.hstack([grays, other]) if RNG.random() < 0.5 else np.vstack([grays, other])
        return Image.fromarray(pair)
    if way == 2:  # small within a page
        page = Image.new("L", picture.size, int(RNG.integers(256)))
        share = RNG.uniform(0.2, 0.45)
        small = picture.resize((int(page.width * share), int(page.height * share)), Image.BOX)
        page.paste(small, (int(RNG.uniform(0, page.width - small.width)), int(RNG.uniform(0, page.height - small.height))))
        return page
    return inverted(turned(picture, int(RNG.integers(1, 4))))  # neither upright nor the right way round


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


def drawn():
    """Limbs, heads and trunks without lungs, pages of text, tables and plots, gradients, objects."""
    size = 96
    way = RNG.integers(5)
    dark, bright = sorted(RNG.integers(0, 256, 2).tolist())
    page = Image.new("L", (size, size), dark)
    draw = ImageDraw.Draw(page)
    if way == 0:  # limbs: one or two bars of soft tissue with bones in them, at any angle
        for _ in range(RNG.integers(1, 3)):
            middle, width = RNG.uniform(15, 81), RNG.uniform(8, 40)
            taper = RNG.uniform(-0.3, 0.3) * width
            draw.polygon([(middle - width / 2, -30), (middle + width / 2, -30), (middle + width / 2 + taper, 130), (middle - width / 2 - taper, 130)], fill=(dark + bright) // 2)
            for _ in range(RNG.integers(1, 3)):
                bone, thick = middle + RNG.uniform(-0.3, 0.3) * width, RNG.uniform(0.1, 0.4) * width
                draw.rectangle((bone - thick / 2, -30, bone + thick / 2, 130), fill=bright)
                y = RNG.uniform(10, 86)
                draw.ellipse((bone - thick, y - thick, bone + thick, y + thick), fill=bright)
        page = page.rotate(RNG.normal() * 30, Image.BILINEAR, fillcolor=dark)
    elif way == 1:  # a head or a trunk: an ellipse with an edge and inclusions
        cx, cy, rx, ry = RNG.uniform(38, 58), RNG.uniform(38, 58), RNG.uniform(20, 60), RNG.uniform(20, 60)
        draw.ellipse((cx - rx, cy - ry, cx + rx, cy + ry), fill=(dark + bright) // 2, outline=bright, width=int(RNG.integers(1, 8)))
        for _ in range(RNG.integers(0, 9)):
            x, y, r = cx + rx * RNG.uniform(-0.8, 0.8), cy + ry * RNG.uniform(-0.8, 0.8), RNG.uniform(2, 12)
            draw.ellipse((x - r, y - r * RNG.uniform(0.4, 1.6), x + r, y + r), fill=int(RNG.integers(256)))
        if RNG.random() < 0.5:
            draw.rectangle((cx - 4, cy, cx + 4, size), fill=bright)
    elif way == 2:  # text or a table
        line, margin = RNG.uniform(3, 10), RNG.uniform(2, 16)
        y = margin
        while y < size - margin:
            x, end = margin, size - margin - RNG.uniform(0, 30) * (RNG.random() < 0.3)
            while x < end:
                word = RNG.uniform(2, 12)
                draw.rectangle((x, y, min(x + word, end), y + line * 0.5), fill=bright)
                x += word + 2
            y += line * (1 if RNG.random() < 0.9 else 2.5)
    elif way == 3:  # a gradient, straight or round
        ys, xs = np.mgrid[0:size, 0:size] / size - RNG.uniform(0.2, 0.8)
        slope = xs * RNG.normal() + ys * RNG.normal() + (xs**2 * RNG.normal() + ys**2 * RNG.normal()) * 2 * (RNG.random() < 0.7)
        slope = slope + 0.05 * RNG.normal() * RNG.normal(size=slope.shape)
        page = Image.fromarray((255 * (slope - slope.min()) / np.ptp(slope)).astype(np.uint8))
    else:  # objects: polygons and ellipses, or the bars and lines of a plot
        for _ in range(RNG.integers(1, 12)):
            x, y, w, h = RNG.uniform(-10, 90), RNG.uniform(-10, 90), RNG.uniform(3, 70), RNG.uniform(3, 70)
            shape = [draw.rectangle, draw.ellipse][RNG.integers(2)]
            shape((x, y, x + w, y + h), fill=int(RNG.integers(256)))
    if RNG.random() < 0.5:
        page = page.filter(ImageFilter.GaussianBlur(RNG.uniform(1, 6)))
    if RNG.random() < 0.3:
        page = ImageOps.mirror(page).point(lambda gray: 255 - gray)
    if RNG.random() < 0.5:
        grays = np.asarray(page, float) + RNG.normal(size=(size, size)) * RNG.uniform(0, 30)
        page = Image.fromarray(grays.clip(0, 255).astype(np.uint8))
    return page


def shown_otherwise(picture):
    """A picture turned, mirrored, cut and inverted by chance."""
    part = turned(picture, int(RNG.integers(4)))
    part = ImageOps.mirror(part) if RNG.random() < 0.5 else part
    part = part if RNG.random() < 0.3 else random_crop(part, 0.8)
    return bent(inverted(part) if RNG.random() < 0.5 else part)


def examples(train, seen, more):
    """Groups by name: their share of each batch, their kind, their descriptors."""
    groups = {}

    def add(name, share, kind, shown):
        groups[name] = (share, kind, np.array([descriptor(picture) for picture in shown], dtype=np.float16))

    add("as they are", 0.08, 0, train)
    add("upright", 0.28, 0, (changed(film) for film in train for _ in range(6)))
    for kind in (1, 2, 3):
        share = 0.09 if kind == 2 else 0.06
        add(f"turned {90 * kind}", share, kind, (turned(changed(film), kind) for film in train for _ in range(4)))
    add("inverted", 0.045, 4, (inverted(changed(film)) for film in train for _ in range(2)))
    add("halves", 0.12, 5, (bent(half(film)) for film in train for _ in range(4)))
    add("crops", 0.06, 5, (bent(random_crop(film)) for film in train for _ in range(3)))
    add("disordered", 0.04, 6, (disordered(changed(film)) for film in train for _ in range(2)))
    add("noise", 0.05, 6, (noise() for _ in range(40000)))
    add("drawn", 0.05, 6, (drawn() for _ in range(40000)))
    add("pictures", 0.035, 6, (shown_otherwise(picture) for picture in seen for _ in range(160)))
    add("further pictures", 0.05, 6, (shown_otherwise(picture) for picture in more for _ in range(60)))
    add("pictures as they are", 0.02, 6, seen + more)
    return groups


def add_wrong(groups, wrong):
    """The films that are not upright: few, so each is shown often."""
    for kind in sorted({kind for _, kind in wrong}):
        shown = [changed(film) for film, its in wrong if its == kind for _ in range(100)]
        if kind == 6:
            # Lateral films face either way, and are no better turned or inverted.
            shown = [ImageOps.mirror(film) if n % 2 else film for n, film in enumerate(shown)]
            shown = shown + [turned(film, n % 4) for n, film in enumerate(shown)] + [inverted(film) for film in shown[::4]]
        share = 0.025 if kind == 6 else 0.005
        groups[f"wrong {kind}"] = (share, kind, np.array([descriptor(film) for film in shown], dtype=np.float16))


def fit(groups, seed, n_steps=30000, batch=512, most_rate=2e-3, decay=1e-2):
    """Two layers by Adam with decoupled weight decay; the rate falls to zero as a cosine."""
    rng = np.random.default_rng(seed)
    counts = [max(1, round(share * batch)) for share, _, _ in groups.values()]
    kinds = np.repeat([kind for _, kind, _ in groups.values()], counts)
    wanted = np.eye(N_KINDS, dtype=np.float32)[kinds]
    n_inputs = SIDE * SIDE
    first, second = rng.normal(size=(n_inputs, N_HIDDEN)), rng.normal(size=(N_HIDDEN, N_KINDS))
    weights = [first * 0.5 * np.sqrt(2 / n_inputs), np.zeros(N_HIDDEN), second * np.sqrt(1 / N_HIDDEN), np.zeros(N_KINDS)]
    weights = [part.astype(np.float32) for part in weights]
    means, squares = [np.zeros_like(part) for part in weights], [np.zeros_like(part) for part in weights]
    for step in range(1, n_steps + 1):
        drawn_by_lot = [shown[rng.integers(len(shown), size=n)] for n, (_, _, shown) in zip(counts, groups.values())]
        xs = np.concatenate(drawn_by_lot).astype(np.float32)
        grain = rng.random((len(xs), 1), dtype=np.float32) * 0.1
        xs += rng.standard_normal(xs.shape, dtype=np.float32) * grain
        before = xs @ weights[0] + weights[1]
        hidden = np.maximum(before, 0)
        slopes = (softmax(hidden @ weights[2] + weights[3]) - wanted) / len(xs)
        back = (slopes @ weights[2].T) * (before > 0)
        gradients = [xs.T @ back, back.sum(0), hidden.T @ slopes, slopes.sum(0)]
        rate = most_rate * min(1, step / 500) * (0.5 + 0.5 * np.cos(np.pi * step / n_steps))
        for part, mean, square, gradient in zip(weights, means, squares, gradients):
            mean += 0.1 * (gradient - mean)
            square += 0.001 * (gradient**2 - square)
            if part.ndim == 2:
                part -= rate * decay * part
            part -= rate * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
    return [weights[0].T, weights[1], weights[2].T, weights[3]]


def averaged(networks):
    """One network whose outputs are the means of theirs."""
    n = len(networks)
    first, biases, second, last = zip(*networks)
    return [np.vstack(first), np.concatenate(biases), np.hstack(second) / n, sum(last) / n]


def softmax(outputs):
    powers = np.exp(outputs - outputs.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


def upright(weights, descriptors):
    """Probability of an upright frontal film."""
    first, biases, second, last = (np.asarray(part, dtype=np.float64) for part in weights)
    hidden = np.maximum(descriptors @ first.T + biases, 0)
    return softmax(hidden @ second.T + last)[:, 0]


def stored(path, is_first=False):
    """Weights of a file; the first one has 32 bits each, unit by unit instead of input by input."""
    numbers = np.frombuffer(path.read_bytes(), "<f4" if is_first else "<f2")
    n_hidden = (len(numbers) - N_KINDS) // (SIDE * SIDE + 1 + N_KINDS)
    first, biases, second, last = np.split(numbers, np.cumsum([SIDE * SIDE * n_hidden, n_hidden, N_KINDS * n_hidden]))
    if is_first:
        return first.reshape(n_hidden, -1), biases, second.reshape(N_KINDS, -1), last
    return first.reshape(-1, n_hidden).T, biases, second.reshape(-1, N_KINDS).T, last


def measured(films):
    """Films as they are, turned, inverted and cut: descriptors by name."""
    shown = {"as they are": films}
    shown |= {f"turned {90 * n}": [turned(film, n) for film in films] for n in (1, 2, 3)}
    shown["inverted"] = [inverted(film) for film in films]
    shown |= {name: [cut(film, box) for film in films] for name, box in CROPS.items()}
    return {name: np.array([descriptor(film) for film in some]) for name, some in shown.items()}


def rates(weights, shown, doubtful, refused):
    probabilities = upright(weights, shown)
    return f"doubtful {100 * (probabilities < doubtful).mean():6.2f} %  refused {100 * (probabilities < refused).mean():6.2f} %"


def names_in(path):
    return path.read_text().split()


def main():
    data, folder, more_folder, out = (Path(argument) for argument in sys.argv[1:5])
    before = stored(Path(sys.argv[5]), is_first=True) if len(sys.argv) > 5 else None
    others, more = pictures(folder), pictures(more_folder)
    seen, unseen = others[::2], others[1::2]
    fitted, chosen_on = [picture for idx, picture in enumerate(more) if idx % 5], more[::5]
    train = list(zip(names_in(data / "train_list.txt"), films(data, "train_list.txt", 128)))
    groups = examples([film for name, film in train if name not in WRONG], seen, fitted)
    add_wrong(groups, [(film, WRONG[name]) for name, film in train if WRONG.get(name) is not None])
    print(len(train), "training films,", len(seen + fitted), "pictures seen,", len(unseen), "unseen")
    weights = averaged([fit(groups, seed) for seed in SEEDS])
    out.write_bytes(b"".join(part.T.astype("<f2").tobytes() for part in weights))
    weights = stored(out)

    def table(title, shown):
        print(title)
        for name, some in shown.items():
            old = rates(before, some, *BEFORE) if before else ""
            print(f"  {name:22} {len(some):5}  {rates(weights, some, DOUBTFUL, REFUSED)}    before: {old}")

    valid = measured(films(data, "val_list.txt"))
    is_right = np.array([name not in WRONG for name in names_in(data / "val_list.txt")])
    probabilities = np.sort(upright(weights, valid["as they are"][is_right]))
    print("validation films in the right place, the lowest:", np.array2string(probabilities[:24], precision=4))
    valid["pictures"] = np.array([descriptor(picture) for picture in chosen_on])
    valid["pictures otherwise"] = np.array([descriptor(shown_otherwise(picture)) for picture in chosen_on for _ in range(5)])
    valid["noise"] = np.array([descriptor(noise()) for _ in range(3000)])
    valid["drawn"] = np.array([descriptor(drawn()) for _ in range(3000)])
    table("validation", valid)
    names = names_in(data / "test_list.txt")
    test = films(data, "test_list.txt")
    shown = measured(test)
    shown["stored at 128 px"] = np.array([descriptor(film) for film in test if max(film.size) == 128])
    shown["pictures unseen"] = np.array([descriptor(picture) for picture in unseen])
    shown["noise"] = np.array([descriptor(noise()) for _ in range(2000)])
    table("test", shown)
    if len(sys.argv) > 6:
        first = set(names_in(Path(sys.argv[6])))
        table("test, the first films", measured([film for name, film in zip(names, test) if name in first]))


if __name__ == "__main__":
    main()
