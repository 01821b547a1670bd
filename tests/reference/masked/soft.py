"""Prints soft.json: PyTorch's loss and gradients of soft targets, of which some are not known (null).

    pip install -r versions.txt && python soft.py > soft.json

`binary_cross_entropy_with_logits` has one weight for both sides and one for positives: with weights p and n of
positives and negatives these are n and p / n. Unknown targets are left out by indexing, as PyTorch has no mask.
"""
import json

import torch
from torch.nn.functional import binary_cross_entropy_with_logits

torch.manual_seed(3)
N_FILMS, N_OUTPUTS = 6, 4


def case(share, missing):
    """Targets (1 - share) * label + share * soft; `missing` is the fraction of unknown ones."""
    shape = (N_FILMS, N_OUTPUTS)
    logits = (torch.randn(shape) * 3).round(decimals=3)
    logits[0, 0], logits[1, 1] = 100.0, -100.0
    labels = torch.randint(0, 2, shape).double()
    soft = torch.rand(shape, dtype=torch.float64).round(decimals=4)
    targets = ((1 - share) * labels + share * soft).float()
    targets[torch.rand(shape) < missing] = torch.nan
    positive, negative = (torch.rand(2, N_OUTPUTS) * 0.9 + 0.05).round(decimals=2)

    z = logits.double().requires_grad_()
    known = ~targets.isnan()
    weight, pos_weight = (w.double().expand(shape)[known] for w in (negative, positive / negative.double()))
    loss = binary_cross_entropy_with_logits(z[known], targets.double()[known], weight, pos_weight=pos_weight)
    loss.backward()
    holes = [None if v != v else v for v in targets.flatten().tolist()]
    return {"logits": logits.flatten().tolist(), "targets": holes, "positive": positive.tolist(),
            "negative": negative.tolist(), "loss": loss.item(), "gradient": z.grad.flatten().tolist()}


print(json.dumps({"losses": [case(share, missing) for share in (0.0, 0.6, 1.0) for missing in (0.0, 0.4)]}))
