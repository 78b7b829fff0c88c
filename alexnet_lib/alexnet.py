"""Three AlexNets, each written out like the table in its source: tutorial, paper, torchvision.

And a fourth, scaled to images of 28 × 28, which learns within a minute without a GPU.
"""

import torch
from torch import nn


class AlexNet(nn.Module):
    """The tutorial's AlexNet: (N, 3, 224, 224) → (N, num_classes); 28,868,968 parameters at 1000.

    Module names and order are the tutorial's, so its saved weights load strictly. With
    `init_weights=True` the weights are drawn as the tutorial draws them: convolutions Kaiming
    normal by fan-out, linear layers N(0, 0.01), biases 0.
    """

    def __init__(self, num_classes=1000, init_weights=False):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 96, kernel_size=11, stride=4, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),
            nn.Conv2d(96, 256, kernel_size=5, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),
            nn.Conv2d(256, 384, kernel_size=3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(384, 384, kernel_size=3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(384, 256, kernel_size=3, padding=1),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),
        )
        self.classifier = nn.Sequential(
            nn.Dropout(p=0.5),
            nn.Linear(256 * 6 * 6, 2048),
            nn.ReLU(inplace=True),
            nn.Dropout(p=0.5),
            nn.Linear(2048, 2048),
            nn.ReLU(inplace=True),
            nn.Linear(2048, num_classes),
        )
        if init_weights:
            initialise(self)

    def forward(self, x):
        """Scores for a batch of images: (N, 3, 224, 224) → (N, num_classes)."""
        x = self.features(x)
        x = torch.flatten(x, start_dim=1)
        return self.classifier(x)


def initialise(model):
    """Draw the tutorial's starting weights in place (`nn.init.kaiming_normal_`, `nn.init.normal_`).

    A convolution's standard deviation is sqrt(2 / fan_out), fan_out = kernels · height · width.
    """
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        elif isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, 0, 0.01)
        if isinstance(module, nn.Conv2d | nn.Linear) and module.bias is not None:
            nn.init.zeros_(module.bias)


class PaperAlexNet(nn.Module):
    """The paper's AlexNet: (N, 3, 224, 224) → (N, num_classes); 60,965,224 parameters at 1000.

    The halves of both its GPUs are one model. `groups=2` is the split over two GPUs: a kernel
    sees only the half of the maps that lies on its own GPU. LRN's alpha is 1e-4 in the paper's
    formula; PyTorch divides alpha by the 5 neighbours, so here it is 5e-4. The paper's 224 pixels
    give its 55 × 55 with padding 2 or 3, not with none. Its weights start as
    `initialise_as_paper` draws them.
    """

    def __init__(self, num_classes=1000):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 96, kernel_size=11, stride=4, padding=2),
            nn.ReLU(inplace=True),
            nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2),
            nn.MaxPool2d(kernel_size=3, stride=2),
            nn.Conv2d(96, 256, kernel_size=5, padding=2, groups=2),
            nn.ReLU(inplace=True),
            nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2),
            nn.MaxPool2d(kernel_size=3, stride=2),
            nn.Conv2d(256, 384, kernel_size=3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(384, 384, kernel_size=3, padding=1, groups=2),
            nn.ReLU(inplace=True),
            nn.Conv2d(384, 256, kernel_size=3, padding=1, groups=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),
        )
        self.classifier = nn.Sequential(
            nn.Dropout(p=0.5),
            nn.Linear(256 * 6 * 6, 4096),
            nn.ReLU(inplace=True),
            nn.Dropout(p=0.5),
            nn.Linear(4096, 4096),
            nn.ReLU(inplace=True),
            nn.Linear(4096, num_classes),
        )
        initialise_as_paper(self)

    def forward(self, x):
        """Scores for a batch of images: (N, 3, 224, 224) → (N, num_classes)."""
        x = self.features(x)
        x = torch.flatten(x, start_dim=1)
        return self.classifier(x)


def initialise_as_paper(model):
    """Draw the paper's starting weights in place: N(0, 0.01), and some biases of 1, the others 0.

    Those of 1 are in conv 2, 4 and 5 and in the hidden linear layers. Layers are counted in the
    order in which the model lists them, as in its section 5: eight of them.
    """
    layers = [module for module in model.modules() if isinstance(module, nn.Conv2d | nn.Linear)]
    for number, layer in enumerate(layers, start=1):
        nn.init.normal_(layer.weight, 0, 0.01)
        nn.init.constant_(layer.bias, 1 if number in (2, 4, 5, 6, 7) else 0)


class TorchvisionAlexNet(nn.Module):
    """Torchvision's AlexNet: (N, 3, 224, 224) → (N, num_classes).

    After "One weird trick for parallelizing convolutional neural networks" (Krizhevsky 2014).
    One tower of 64-192-384-256-256 kernels, no LRN; 61,100,840 parameters at 1000. Module names are
    torchvision's, so its published weights load strictly (see `weights`). `AdaptiveAvgPool2d`
    changes nothing at 224.
    """

    def __init__(self, num_classes=1000):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 64, kernel_size=11, stride=4, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),
            nn.Conv2d(64, 192, kernel_size=5, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),
            nn.Conv2d(192, 384, kernel_size=3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(384, 256, kernel_size=3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(256, 256, kernel_size=3, padding=1),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),
        )
        self.avgpool = nn.AdaptiveAvgPool2d((6, 6))
        self.classifier = nn.Sequential(
            nn.Dropout(p=0.5),
            nn.Linear(256 * 6 * 6, 4096),
            nn.ReLU(inplace=True),
            nn.Dropout(p=0.5),
            nn.Linear(4096, 4096),
            nn.ReLU(inplace=True),
            nn.Linear(4096, num_classes),
        )

    def forward(self, x):
        """Scores for a batch of images: (N, 3, H, W), H and W at least 63, → (N, num_classes)."""
        x = self.avgpool(self.features(x))
        x = torch.flatten(x, start_dim=1)
        return self.classifier(x)


class SmallAlexNet(nn.Module):
    """AlexNet's eight layers for small images: (N, channels, 28, 28) → (N, num_classes).

    Not a published network; 239,578 parameters for grey images and ten classes. The order is
    AlexNet's, with a quarter to a sixth of its kernels; the first ones are 5 × 5 with stride 1
    instead of 11 × 11 with stride 4, so that three overlapping poolings fit: 28, 13, 6, 2. It
    starts with `nn.init.kaiming_normal_` weights, as thin layers learn nothing from N(0, 0.01) in a
    minute; only the last layer is N(0, 0.01), so that all classes start equal.
    """

    def __init__(self, num_classes=10, channels=1):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(channels, 24, kernel_size=5, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),
            nn.Conv2d(24, 48, kernel_size=5, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),
            nn.Conv2d(48, 64, kernel_size=3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(64, 64, kernel_size=3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(64, 48, kernel_size=3, padding=1),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),
        )
        self.classifier = nn.Sequential(
            nn.Dropout(p=0.5),
            nn.Linear(48 * 2 * 2, 256),
            nn.ReLU(inplace=True),
            nn.Dropout(p=0.5),
            nn.Linear(256, 256),
            nn.ReLU(inplace=True),
            nn.Linear(256, num_classes),
        )
        for layer in (*self.features, *self.classifier):
            if isinstance(layer, nn.Conv2d | nn.Linear):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
                nn.init.zeros_(layer.bias)
        nn.init.normal_(self.classifier[-1].weight, 0, 0.01)

    def forward(self, x):
        """Scores for a batch of small images: (N, channels, 28, 28) → (N, num_classes)."""
        x = self.features(x)
        x = torch.flatten(x, start_dim=1)
        return self.classifier(x)
