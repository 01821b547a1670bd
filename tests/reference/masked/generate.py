"""Prints masked.json: losses, gradients and metrics of labels of which some are not known (null).

    pip install -r versions.txt && python generate.py > masked.json

The loss is written anew with numpy's complex numbers; its gradient is the complex step (Squire and Trapp
1998), which has no rounding of differences. Metrics are scikit-learn's on the films whose label is known.
"""
import json

import numpy as np
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

rng = np.random.default_rng(5)


def loss(logits, labels, positive, negative, gamma):
    known = ~np.isnan(labels)
    y = np.where(known, labels, 0.0)
    p = 1 / (1 + np.exp(-logits))
    terms = positive * y * (1 - p) ** gamma * -np.log(p) + negative * (1 - y) * p**gamma * -np.log(1 - p)
    return np.where(known, terms, 0).sum() / max(known.sum(), 1)


def gradient(logits, *rest):
    slopes = np.zeros(logits.shape)
    for place in np.ndindex(logits.shape):
        step = np.zeros(logits.shape, complex)
        step[place] = 1e-30j
        slopes[place] = loss(logits + step, *rest).imag / 1e-30
    return slopes


def holes(values):
    return [None if np.isnan(v) else float(v) for v in values.ravel()]


losses = []
for gamma in (0.0, 2.0):
    for share in (0.0, 0.4):
        logits = rng.normal(0, 2, (4, 3)).round(3)
        labels = rng.integers(0, 2, (4, 3)).astype(float)
        labels[rng.random((4, 3)) < share] = np.nan
        weights = rng.random((2, 3)).round(2)
        case = (logits, labels, weights[0], weights[1], gamma)
        losses.append({"gamma": gamma, "logits": logits.ravel().tolist(), "labels": holes(labels),
                       "positive": weights[0].tolist(), "negative": weights[1].tolist(),
                       "loss": float(loss(*case)), "gradient": gradient(*case).ravel().tolist()})

scores = rng.random(60).round(2)  # with ties
labels = (rng.random(60) < scores).astype(float)
labels[rng.random(60) < 0.3] = np.nan
known = ~np.isnan(labels)
metrics = {"scores": scores.tolist(), "labels": holes(labels), "n_known": int(known.sum()),
           "auc": roc_auc_score(labels[known], scores[known]),
           "average_precision": average_precision_score(labels[known], scores[known]),
           "brier": brier_score_loss(labels[known], scores[known])}
print(json.dumps({"losses": losses, "metrics": metrics}))
