import pytest
import torch
from torch import nn

from alexnet_lib.alexnet import AlexNet


class Tutorials(nn.Module):
    """The tutorial's own class, as printed there: the oracle."""

    def __init__(self, num_classes=1000, init_weights=False):
        super(Tutorials, self).__init__()  # noqa: UP008
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
            self._initialize_weights()

    def forward(self, x):
        x = self.features(x)
        x = torch.flatten(x, start_dim=1)
        x = self.classifier(x)
        return x

    def _initialize_weights(self):
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")
                if m.bias is not None:
                    nn.init.constant_(m.bias, 0)
            elif isinstance(m, nn.Linear):
                nn.init.normal_(m.weight, 0, 0.01)
                nn.init.constant_(m.bias, 0)


@pytest.mark.parametrize("init_weights", [False, True])
def test_same_seed_same_weights_same_output_as_the_tutorials_class(init_weights):
    torch.manual_seed(0)
    theirs = Tutorials(10, init_weights).eval()
    torch.manual_seed(0)
    ours = AlexNet(10, init_weights).eval()
    mine, other = ours.state_dict(), theirs.state_dict()
    assert list(mine) == list(other) and all(torch.equal(mine[key], other[key]) for key in mine)
    x = torch.randn(2, 3, 224, 224)
    with torch.no_grad():
        assert torch.equal(ours(x), theirs(x))


def test_weights_of_the_tutorials_class_load_strictly_and_back():
    with torch.device("meta"):
        ours, theirs = AlexNet(), Tutorials()
    ours.load_state_dict(theirs.state_dict(), strict=True, assign=True)
    theirs.load_state_dict(ours.state_dict(), strict=True, assign=True)
    assert list(ours.state_dict())[0] == "features.0.weight"
    assert list(ours.state_dict())[-1] == "classifier.6.bias"


def test_it_has_28868968_parameters():
    with torch.device("meta"):
        assert sum(p.numel() for p in AlexNet().parameters()) == 28_868_968


def test_nothing_is_left_behind_on_another_device():
    with torch.device("meta"):
        model = AlexNet(num_classes=10, init_weights=True)
        out = model(torch.empty(2, 3, 224, 224))
    assert out.shape == (2, 10) and out.device.type == "meta"
    assert all(p.device.type == "meta" for p in model.parameters())


def test_convolutions_start_with_the_fan_out_standard_deviation():
    torch.manual_seed(0)
    conv = AlexNet(10, init_weights=True).features[3]
    fan_out, fan_in = 256 * 25, 96 * 25
    assert abs(conv.weight.std().item() / (2 / fan_out) ** 0.5 - 1) < 0.01
    assert abs(conv.weight.std().item() / (2 / fan_in) ** 0.5 - 1) > 0.3
    assert not conv.bias.any()


def test_dropout_works_in_training_and_rests_in_evaluation():
    model, x = AlexNet(10).train(), torch.randn(1, 3, 224, 224)
    with torch.no_grad():
        assert not torch.equal(model(x), model(x))
        model.eval()
        assert torch.equal(model(x), model(x))
