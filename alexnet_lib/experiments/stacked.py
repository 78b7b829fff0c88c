"""Many small networks as one: of one shape, each with its own weights, trained side by side.

A small network leaves most of a computer idle. Laid side by side as the groups of one grouped
convolution (分组卷积), twenty of them take little longer than a few, and none sees anything of the
others. `torch.func.vmap` over `functional_call` says the same in fewer lines and gives the same
losses, but took 1.6 times as long on a CPU, and 1.8 times with local response normalisation.
"""

import torch
from torch import nn
from torch.func import stack_module_state
from torch.nn import functional as F

from alexnet_lib.dropout import draw_mask, dropout

ACTIVATIONS = (nn.ReLU, nn.Tanh, nn.Sigmoid)
PLAIN = {"padding_mode": "zeros", "start_dim": 1, "end_dim": -1, "return_indices": False}


class Stack:
    """M networks of one shape, given as `nn.Sequential` models.

    `weights` maps a name to the M weights of that name (M, …). It knows Conv2d, Linear, ReLU, Tanh,
    Sigmoid, MaxPool2d, LocalResponseNorm, Dropout and Flatten. The models given are copied, not
    changed. Raises ValueError for models of different shapes, or with another layer.
    """

    def __init__(self, models, device=None):
        if len({repr(model) for model in models}) != 1:
            raise ValueError("networks of different shapes cannot be stacked")
        if not isinstance(models[0], nn.Sequential):
            raise ValueError(
                f"a stack is built from nn.Sequential models, not from {type(models[0]).__name__}"
            )
        self.layers, self.count = list(models[0]), len(models)
        for layer in self.layers:
            plain = all(getattr(layer, name, value) == value for name, value in PLAIN.items())
            if type(layer) not in LAYERS or not plain:
                raise ValueError(f"a stack does not know the layer {layer}")
        weights, _ = stack_module_state(list(models))
        self.weights = {
            name: w.detach().clone().to(device).requires_grad_() for name, w in weights.items()
        }

    def __call__(self, x, coins=None):
        """Scores for a batch of its own for every network: (M, N, C, H, W) → (M, N, classes).

        `coins` are generators, one a network, for dropout while training; without them dropout does
        nothing.
        """
        h = x.transpose(0, 1).flatten(1, 2).contiguous(memory_format=torch.channels_last)
        for index, layer in enumerate(self.layers):
            h = LAYERS[type(layer)](self, layer, index, h, coins)
        return h

    def losses(self, x, y, coins=None):
        """The mean cross-entropy of every network on its own batch: labels (M, N) → (M,)."""
        scores = self(x, coins).flatten(0, 1)  # (M · N, classes)
        return F.cross_entropy(scores, y.flatten(), reduction="none").view(y.shape).mean(1)

    def gradients(self, losses):
        """The gradient of each network's loss for its own weights: {name: (M, …)}."""
        found = torch.autograd.grad(losses.sum(), list(self.weights.values()))
        return dict(zip(self.weights, found, strict=True))

    def _pair(self, index):
        return self.weights[f"{index}.weight"], self.weights.get(f"{index}.bias")

    def _convolve(self, layer, index, h, _coins):
        weight, bias = self._pair(index)
        bias = None if bias is None else bias.flatten()
        groups = self.count * layer.groups
        return F.conv2d(
            h, weight.flatten(0, 1), bias, layer.stride, layer.padding, layer.dilation, groups
        )

    def _multiply(self, _layer, index, h, _coins):
        weight, bias = self._pair(index)
        y = h @ weight.transpose(1, 2)
        return y if bias is None else y + bias[:, None]

    def _activate(self, layer, _index, h, _coins):
        return layer(h)

    def _flatten(self, _layer, _index, h, _coins):
        return h.unflatten(1, (self.count, -1)).transpose(0, 1).flatten(2)

    def _normalise(self, layer, _index, h, _coins):
        """Local response normalisation among the maps of each network alone.

        The sum over neighbours is a product with a matrix of zeros and ones.
        """
        x = h.permute(0, 2, 3, 1).unflatten(3, (self.count, -1))
        places = torch.arange(x.shape[-1], device=h.device)
        ahead = places - places[:, None]
        near = (ahead >= -(layer.size // 2)) & (ahead <= (layer.size - 1) // 2)
        total = x.square() @ near.T.to(h.dtype)
        scale = (layer.k + layer.alpha / layer.size * total) ** -layer.beta
        return (x * scale).flatten(3).permute(0, 3, 1, 2)

    def _drop(self, layer, _index, h, coins):
        """Networks with the same generator get the same mask, so that their runs stay comparable.

        Before Flatten the networks lie side by side as channels (N, M · C, H, W), after it they are
        (M, N, units).
        """
        if coins is None or layer.p == 0:
            return h
        maps = h.dim() == 4
        shape = (len(h), h.shape[1] // self.count, *h.shape[2:]) if maps else h.shape[1:]
        masks = {coin: draw_mask(shape, layer.p, coin) for coin in dict.fromkeys(coins)}
        each = [masks[coin] for coin in coins]
        mask = torch.cat(each, 1) if maps else torch.stack(each)
        return dropout(h, layer.p, mask.to(h.device))


LAYERS = {
    nn.Conv2d: Stack._convolve,
    nn.Linear: Stack._multiply,
    nn.LocalResponseNorm: Stack._normalise,
    nn.Dropout: Stack._drop,
    nn.Flatten: Stack._flatten,
    nn.MaxPool2d: Stack._activate,
    **dict.fromkeys(ACTIVATIONS, Stack._activate),
}


class Momentum:
    """Momentum and weight decay: v ← 0.9 v + g + decay · w, then w ← w − rate · v.

    Each network has its own rate and decay. The paper (section 5) has the rate inside v, which is
    the same as long as the rate stays. The same as `torch.optim.SGD(momentum=0.9,
    weight_decay=decay)` on every network alone.
    """

    def __init__(self, stack, rates, decays, momentum=0.9):
        self.stack, self.momentum = stack, momentum
        self.velocity = {name: torch.zeros_like(w) for name, w in stack.weights.items()}
        device = next(iter(self.velocity.values())).device
        self.rates, self.decays = (torch.tensor(each, device=device) for each in (rates, decays))

    @torch.no_grad()
    def step(self, gradients, share=1.0):
        """Move every weight by one step, in place, at this share of its rate."""
        for name, weight in self.stack.weights.items():
            over = (-1, *[1] * (weight.dim() - 1))
            force = gradients[name] + self.decays.view(over) * weight
            self.velocity[name].mul_(self.momentum).add_(force)
            weight.sub_(share * self.rates.view(over) * self.velocity[name])
