"""Gives a trained model the name, limits and terms of the built-in one, and the figures of its test where there are any.
usage: describe.py MODEL OUT [TEST.json]"""

import json
import struct
import sys

NAME = "Thorax"
RUN = "cycle-2"
DATA = (
    "13,417 films of NIH ChestX-ray14 gathered from public repositories and stored at 64 to 256 px, undersampling of "
    "No Finding: none"
)
START = (
    "first at 64 px on the same films from random weights, labels drawn from the same mixture of labels and soft labels "
    "(pool64.safetensors); then 4 epochs at 128 px with 60 % soft labels at a learning rate of 0.001; then "
)
# As tables.py has it: the training was stopped before its end, where it says so itself.
EVALUATION = "macro AUC 0.730 on validation, 0.735 on 1719 test films (14 of 14 labels)"
LIMITS = (
    "Labels were mined from reports by text processing and are noisy. Soft labels are scores of CheXNet reproductions that "
    "saw most of NIH's films in training, films of the test patients among them: no figure on NIH's films is wholly "
    "independent. Hernia has 3 positive films in validation and no threshold. Pneumonia is hardly above chance on the test "
    "films. Films other than NIH's were not tested."
)
TERMS = (
    "NIH says that use of ChestX-ray14 is unrestricted; it asks for a link to its download site "
    "(https://nihcc.app.box.com/v/ChestXray-NIHCC), an acknowledgement of the NIH Clinical Center as the provider of the "
    "data, and a citation of Wang X, Peng Y, Lu L, Lu Z, Bagheri M, Summers RM, ChestX-ray8, CVPR 2017. Soft labels: "
    "jrzech/reproduce-chexnet, ntustison/reproduce-chexnet, haooyuee/reproduce-chexnet-nih-chexphoto (BSD-3)."
)


def tests(path):
    """The test of each label: what `thorax evaluate --split test --format json` wrote, to the model card's decimals."""
    with open(path) as file:
        labels = json.load(file)["labels"]
    n_films = {label["n_pos"] + label["n_neg"] for label in labels.values()}
    assert len(n_films) == 1, n_films
    record = lambda label: {
        "measured_on": f"{next(iter(n_films))} test films",
        "n_pos": label["n_pos"],
        "auc": round(label["auc"], 3),
        "interval": label["auc_ci"] and [round(end, 3) for end in label["auc_ci"]],
    }
    return {name: record(label) for name, label in sorted(labels.items()) if label["auc"] is not None}


def main():
    source, target, *figures = sys.argv[1:]
    with open(source, "rb") as file:
        (n_bytes,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(n_bytes))
        tensors = file.read()
    card = json.loads(header["__metadata__"]["thorax"])
    card["name"] = NAME
    told = card["provenance"]
    if not told["training"].startswith(START):
        told["training"] = START + told["training"]
    told["data"], told["evaluation"] = DATA, EVALUATION
    told["limits"], told["terms"] = LIMITS, TERMS
    told["run"]["name"] = RUN
    if figures:
        card["tests"] = tests(figures[0])
    header["__metadata__"]["thorax"] = json.dumps(card, ensure_ascii=False)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(target, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + tensors)


main()
