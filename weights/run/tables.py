"""The tables of docs/model-card.md, as Markdown, from what the commands in README.md wrote.

usage: tables.py FOLDER POOL
FOLDER holds valid.json, test.json, old-test.json (evaluate --format json), test.csv (--save-predictions), boxes.json
(evaluate --boxes) and scores/ (export --only csv); POOL is the folder of the data's Data_Entry_2017_v2020.csv and
stored_px.csv.
"""

import csv
import json
import pathlib
import sys
from statistics import mean

LEAST_POSITIVES = 10


def auc(scores, labels):
    """Area under the ROC curve by ranks, ties counted half; None without both kinds."""
    order = sorted(range(len(scores)), key=scores.__getitem__)
    rank_sum, place = 0.0, 0
    while place < len(order):
        end = place
        while end < len(order) and scores[order[end]] == scores[order[place]]:
            end += 1
        rank_sum += (place + end + 1) / 2 * sum(labels[i] for i in order[place:end])
        place = end
    n_pos = sum(labels)
    n_neg = len(labels) - n_pos
    return (rank_sum - n_pos * (n_pos + 1) / 2) / (n_pos * n_neg) if n_pos and n_neg else None


def row(*cells):
    print("|", " | ".join(str(cell) for cell in cells), "|")


def figure(value, digits=3):
    return "n/a" if value is None else f"{value:.{digits}f}"


def words(name):
    return name.replace("_", " ")


def aucs(folder):
    parts = {part: json.loads((folder / f"{part}.json").read_text())["labels"] for part in ("valid", "test", "old-test")}
    row("finding", "validation", "test", "95 %", "positive", "old 356", "95 %", "positive")
    row("---", "---:", "---:", "---", "---:", "---:", "---", "---:")
    for name in parts["test"]:
        cells = [words(name), figure(parts["valid"][name]["auc"])]
        for part in ("test", "old-test"):
            found = parts[part][name]
            low, high = found["auc_ci"] or (None, None)
            interval = "n/a" if low is None else f"{low:.3f} to {high:.3f}"
            cells += [figure(found["auc"]), interval, found["n_pos"]]
        row(*cells)
    cells = []
    for labels in parts.values():
        known = [found["auc"] for found in labels.values() if found["n_pos"] >= LEAST_POSITIVES]
        cells += [f"**{mean(known):.3f}** ({len(known)})", "", ""]
    row("**macro, at least 10 positives**", *cells[:1], *cells[3:])
    known = [found["auc"] for found in parts["old-test"].values() if found["auc"] is not None]
    print(f"\nOver all {len(known)} findings the mean on the old 356 is {mean(known):.3f}.")


def thresholds(folder):
    test = json.loads((folder / "test.json").read_text())["labels"]
    with open(folder / "test.csv") as table:
        truth = {film["path"]: film for film in csv.DictReader(line for line in table if not line.startswith("#"))}
    risks = {}
    for path in sorted((folder / "scores").glob("*.csv")):
        with open(path) as table:
            for found in csv.DictReader(table):
                label = truth[found["film"]][f"label:{found['finding']}"]
                if found["calibrated_risk"] != "n/a" and label != "":
                    risks.setdefault(found["finding"], []).append((float(found["calibrated_risk"]), int(label)))
    row("finding", "threshold", "sensitivity", "specificity", "PPV", "mean risk", "films with it", "Brier score of the risk")
    row("---", "---:", "---:", "---:", "---:", "---:", "---:", "---:")
    for name, found in test.items():
        if found["threshold_origin"] == "not set":
            row(words(name), "not set", *["n/a"] * 6)
            continue
        rates = [figure(found[key]) for key in ("threshold", "sensitivity", "specificity", "ppv")]
        known = risks[name]
        risk, observed = mean(risk for risk, _ in known), mean(label for _, label in known)
        brier = mean((risk - label) ** 2 for risk, label in known)
        row(words(name), *rates, f"{risk:.1%}", f"{observed:.1%}", figure(brier))


def outside(folder):
    every, above, hottest = [], [], []
    for path in sorted((folder / "scores").glob("*.csv")):
        with open(path) as table:
            found = [line for line in csv.DictReader(table) if line["evidence_outside_body"] != "n/a"]
        shares = [float(line["evidence_outside_body"]) for line in found]
        every += shares
        above += [share for share, line in zip(shares, found) if line["above"] == "yes"]
        if found:
            hottest.append(float(max(found, key=lambda line: float(line["score"]))["evidence_outside_body"]))
    row("maps of test films", "maps", "mean evidence outside the body")
    row("---", "---:", "---:")
    for name, shares in (("of every finding", every), ("of findings above threshold", above), ("of each film's highest score", hottest)):
        row(name, len(shares), f"{mean(shares):.1%}")


def subgroups(folder, pool):
    with open(pool / "Data_Entry_2017_v2020.csv") as table:
        films = {film["Image Index"]: film for film in csv.DictReader(table)}
    with open(pool / "stored_px.csv") as table:
        columns = csv.reader(table)
        next(columns)
        stored = {film[0]: film[1] for film in columns}
    with open(folder / "test.csv") as table:
        scored = [film for film in csv.DictReader(line for line in table if not line.startswith("#"))]
    names = [column.removeprefix("score:") for column in scored[0] if column.startswith("score:")]

    def age(film):
        years = int(film["Patient Age"].rstrip("YMD"))
        return "age under 40" if years < 40 else "age 40 to 59" if years < 60 else "age 60 and more"

    groups = {}
    for film in scored:
        index = pathlib.PurePath(film["path"]).name
        index = index if index in films else pathlib.PurePath(index).stem + ".png"
        entry = films[index]
        sex = {"M": "men", "F": "women"}[entry["Patient Gender"]]
        size = stored.get(index) or stored.get(pathlib.PurePath(index).stem + ".jpg") or "256"
        for group in (sex, age(entry), f"view {entry['View Position']}", f"stored at {size} px"):
            groups.setdefault(group, []).append(film)
    row("test films", "films", "macro AUC", "findings")
    row("---", "---:", "---:", "---:")
    for group, members in sorted(groups.items()):
        found = []
        for name in names:
            known = [film for film in members if film[f"label:{name}"] not in ("", None)]
            labels = [int(film[f"label:{name}"]) for film in known]
            if sum(labels) >= LEAST_POSITIVES:
                found.append(auc([float(film[f"score:{name}"]) for film in known], labels))
        found = [value for value in found if value is not None]
        row(group, len(members), figure(mean(found) if found else None), len(found))


def places(folder):
    report = json.loads((folder / "boxes.json").read_text())
    methods = report["localization"]
    default = report["default_method"]
    others = [method for method in methods if method != default]
    row("finding", "boxes", f"{default}: inside", "mean IoU", *[f"{method}: inside" for method in others])
    row("---", "---:", "---:", "---:", *["---:" for _ in others])
    totals = {method: [0, 0] for method in methods}
    overlaps = []
    for name, found in methods[default].items():
        if not found["n"]:
            continue
        cells = [f"{methods[method][name]['hits']} of {found['n']}" for method in others]
        row(words(name), found["n"], f"{found['hits']} of {found['n']}", figure(found["mean_iou"]), *cells)
        overlaps.append((found["n"], found["mean_iou"]))
        for method in methods:
            totals[method][0] += methods[method][name]["hits"]
            totals[method][1] += methods[method][name]["n"]
    n = totals[default][1]
    overlap = sum(count * value for count, value in overlaps) / n
    cells = ["{} of {}".format(*totals[method]) for method in others]
    row("**all**", n, "{} of {}".format(*totals[default]), figure(overlap), *cells)


def main():
    folder, pool = map(pathlib.Path, sys.argv[1:])
    tables = {
        "AUC": lambda: aucs(folder),
        "Thresholds and risks": lambda: thresholds(folder),
        "Subgroups": lambda: subgroups(folder, pool),
        "Places": lambda: places(folder),
        "Evidence outside the body": lambda: outside(folder),
    }
    for title, table in tables.items():
        print(f"\n## {title}\n")
        table()


main()
