"""The network in PyTorch, with the names and the head that Thorax' model files have."""

import torch
from torch import nn
from torch.nn import functional as F

STAGES = [(16, 16, 64), (64, 64, 128), (128, 128, 256)]  # in, inside, out


def norm(channels):
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)


class Block(nn.Module):
    def __init__(self, n_in, mid, out, stride, is_stem_next, is_first):
        super().__init__()
        self.bn1 = None if is_stem_next else norm(n_in)
        self.conv1 = nn.Conv2d(n_in, mid, 1, stride)
        self.bn2, self.conv2 = norm(mid), nn.Conv2d(mid, mid, 3, padding=1)
        self.bn3, self.conv3 = norm(mid), nn.Conv2d(mid, out, 1)
        self.shortcut = nn.Conv2d(n_in, out, 1, stride) if is_first else None

    def forward(self, xs):
        ys = F.relu(self.bn1(xs)) if self.bn1 is not None else xs
        ys = self.conv1(ys)
        ys = self.conv2(F.relu(self.bn2(ys)))
        ys = self.conv3(F.relu(self.bn3(ys)))
        return ys + (self.shortcut(xs) if self.shortcut is not None else xs)


class ResNetV2(nn.Module):
    def __init__(self, depth=56, n_outputs=14, side=128):
        super().__init__()
        self.stem, self.head = nn.Module(), nn.Module()
        self.stem.conv, self.stem.bn = nn.Conv2d(1, 16, 3, padding=1), norm(16)
        for s, (n_in, mid, out) in enumerate(STAGES):
            stage = nn.Module()
            for b in range((depth - 2) // 9):
                stride = 2 if s > 0 and b == 0 else 1
                block = Block(n_in if b == 0 else out, mid, out, stride, s + b == 0, b == 0)
                stage.add_module(f"block{b}", block)
            self.add_module(f"stage{s}", stage)
        self.head.bn = norm(256)
        self.head.dense = nn.Linear((side // 32) ** 2 * 256, n_outputs)

    def features(self, films):
        xs = F.relu(self.stem.bn(self.stem.conv(films)))
        for s in range(3):
            for block in getattr(self, f"stage{s}").children():
                xs = block(xs)
        return F.relu(self.head.bn(xs))

    def logits(self, features):
        # Keras flattens row, column, channel.
        return self.head.dense(F.avg_pool2d(features, 8).permute(0, 2, 3, 1).flatten(1))

    def forward(self, films):
        return torch.sigmoid(self.logits(self.features(films)))


def weighted_loss(logits, labels, positive, negative):
    """Binary cross-entropy from logits, positives and negatives weighted, mean over all."""
    losses = positive * labels * F.softplus(-logits) + negative * (1 - labels) * F.softplus(logits)
    return losses.mean()


def random_network(seed=0):
    """Random weights; running statistics of random films, so that activations stay natural."""
    g = torch.Generator().manual_seed(seed)
    network = ResNetV2()
    for module in network.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            spread = (2 / module.weight[0].numel()) ** 0.5
            module.weight.data = torch.randn(module.weight.shape, generator=g) * spread
            module.bias.data = torch.randn(module.bias.shape, generator=g) * 0.05
        if isinstance(module, nn.BatchNorm2d):
            module.weight.data = 1 + 0.2 * torch.randn(module.weight.shape, generator=g)
            module.bias.data = 0.1 * torch.randn(module.bias.shape, generator=g)
            module.momentum = 0.5
    with torch.no_grad():
        for _ in range(4):
            network.train()(torch.rand(4, 1, 128, 128, generator=g))
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 0.01
    return network.eval()
