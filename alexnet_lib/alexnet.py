"""AlexNet as the tutorial builds it: the paper's kernels in one tower, fully connected layers of 2048."""

import torch
from torch import nn


class AlexNet(nn.Module):
    """The tutorial's AlexNet: (N, 3, 224, 224) images in, (N, num_classes) scores out; 28,868,968 parameters at 1000.

    Module names and order are the tutorial's, so its saved weights load strictly. With `init_weights=True` the weights
    are drawn as the tutorial draws them: convolutions Kaiming normal by fan-out, linear layers N(0, 0.01), biases 0.
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
    """Draw the tutorial's starting weights in place (`nn.init.kaiming_normal_` with mode="fan_out", `nn.init.normal_`).

    A convolution's standard deviation is sqrt(2 / fan_out), fan_out = kernels · height · width.
    """
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        elif isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, 0, 0.01)
        if isinstance(module, nn.Conv2d | nn.Linear) and module.bias is not None:
            nn.init.zeros_(module.bias)
