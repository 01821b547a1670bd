"""Writes what all peers load: weights, films, the values they must reproduce, ONNX files.

usage: export.py [WEIGHTS.safetensors]    (random weights without)
"""

import sys

import torch
from network import ResNetV2, random_network, weighted_loss
from safetensors.torch import load_file, save_file

if len(sys.argv) > 1:
    network = ResNetV2()
    network.load_state_dict(load_file(sys.argv[1]), strict=False)
    network.eval()
else:
    network = random_network()
weights = {k: v.contiguous() for k, v in network.state_dict().items() if "num_batches" not in k}
save_file(weights, "weights.safetensors")

g = torch.Generator().manual_seed(7)
films = torch.rand(32, 1, 128, 128, generator=g)
labels = (torch.rand(32, 14, generator=g) > 0.5).float()
positive = torch.rand(14, generator=g)
for n in (1, 32):
    torch.onnx.export(network, (films[:n],), f"network{n}.onnx", input_names=["films"],
                      output_names=["scores"], dynamo=False, opset_version=17)

exact = network.double()
with torch.no_grad():
    features = exact.features(films.double())
    logits = exact.logits(features)
values = {"films": films, "labels": labels, "positive": positive, "negative": 1 - positive,
          "logits": logits, "scores": logits.sigmoid(),
          "activation": features[:1].permute(0, 2, 3, 1)}
exact.train()
loss = weighted_loss(exact.logits(exact.features(films[:4].double())), labels[:4].double(),
                     positive.double(), 1 - positive.double())
loss.backward()
values["loss"] = loss.detach().view(1)
values |= {f"grad/{k}": v.grad for k, v in exact.named_parameters()}
save_file({k: v.float().contiguous() for k, v in values.items()}, "expected.safetensors")
print(f"last activation up to {features.max():.2f}, logits up to {logits.abs().max():.2f}")
