"""Times scikit-learn and Thorax in turn on the same arrays and prints medians and ratios.

usage: metrics.py METRICS_LOOP [ROUNDS]
"""

import statistics
import subprocess
import sys
import time

import numpy as np
import sklearn
from sklearn.metrics import (average_precision_score, precision_recall_curve, roc_auc_score,
                             roc_curve)

# NIH's test split, and the share of films with each of its 14 findings.
N_FILMS = 25_596
PREVALENCE = [0.128, 0.042, 0.071, 0.036, 0.182, 0.043, 0.017, 0.003, 0.239, 0.068, 0.063, 0.045,
              0.022, 0.104]
FILMS_A_PATIENT = 9  # as in metrics_loop.rs
REPLICATES = 1000
TIMED_REPLICATES = 10


def arrays():
    """Truth and scores, label by label; scores are f32 numbers as networks give them."""
    random = np.random.default_rng(1)
    truth = random.random((len(PREVALENCE), N_FILMS)) < np.array(PREVALENCE)[:, None]
    logits = random.normal(size=truth.shape) + truth - 2
    scores = (1 / (1 + np.exp(-logits))).astype(np.float32).astype(np.float64)
    return truth.astype(np.uint8), scores


def curves():
    for positive, score in zip(truth, scores):
        roc_curve(positive, score, drop_intermediate=False)
        roc_auc_score(positive, score)
        precision_recall_curve(positive, score)
        average_precision_score(positive, score)


def bootstrap(n_replicates):
    """Patients drawn with putting back, as scikit-learn's users write it."""
    random = np.random.default_rng(2)
    n_patients = -(-N_FILMS // FILMS_A_PATIENT)
    for _ in range(n_replicates):
        drawn = random.integers(n_patients, size=n_patients)
        films = (drawn[:, None] * FILMS_A_PATIENT + np.arange(FILMS_A_PATIENT)).ravel()
        films = films[films < N_FILMS]
        for positive, score in zip(truth, scores):
            roc_auc_score(positive[films], score[films])


def timed(work, *args):
    start = time.perf_counter()
    work(*args)
    return (time.perf_counter() - start) * 1e3


def ask(order):
    thorax.stdin.write(order + "\n")
    thorax.stdin.flush()
    return [float(number) for number in thorax.stdout.readline().split()]


rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 10
truth, scores = arrays()
scores.tofile("scores.f64")
truth.tofile("truth.u8")
command = [sys.argv[1], str(N_FILMS), str(len(PREVALENCE))]
thorax = subprocess.Popen(command, text=True, bufsize=1, stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE)
expected = [area for positive, score in zip(truth, scores)
            for area in (roc_auc_score(positive, score), average_precision_score(positive, score))]
worst = np.abs(np.array(ask("areas")) - expected).max()
print(f"scikit-learn {sklearn.__version__}, numpy {np.__version__}; "
      f"areas agree within {worst:.1e}", flush=True)

peers = {
    "scikit-learn, curves and areas": lambda: timed(curves),
    "curves and areas": lambda: ask("curves")[0],
    "curves and areas, threads": lambda: ask("curves-threads")[0],
    "scikit-learn, bootstrap":
        lambda: timed(bootstrap, TIMED_REPLICATES) * REPLICATES / TIMED_REPLICATES,
    "bootstrap, threads": lambda: ask("bootstrap")[0],
    "DeLong": lambda: ask("delong")[0],
    "threshold move": lambda: ask("move")[0],
    "threshold move, all figures": lambda: ask("figures")[0],
}
took = {name: [] for name in peers}
for round in range(rounds + 1):
    for name, peer in peers.items():
        ms = peer()
        if round > 0:  # the first warms up
            took[name].append(ms)
thorax.stdin.close()
thorax.wait()
medians = {name: statistics.median(values) for name, values in took.items()}
print("| work | median ms | best ms | scikit-learn / Thorax |\n| --- | ---: | ---: | ---: |")
for name, median in medians.items():
    sklearn_name = "scikit-learn, " + name.split(",")[0]
    ratio = f"{medians[sklearn_name] / median:.1f}" if sklearn_name in medians else ""
    print(f"| {name} | {median:.4g} | {min(took[name]):.4g} | {ratio} |")
