import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from alexnet_lib.alexnet import AlexNet, PaperAlexNet, SmallAlexNet, TorchvisionAlexNet


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


CLASSES = {AlexNet: (28_868_968, 1_101_750_816), PaperAlexNet: (60_965_224, 724_406_816)}
CLASSES[TorchvisionAlexNet] = (61_100_840, 714_188_480)


def multiply_adds(model, shape=(1, 3, 224, 224)):
    with FlopCounterMode(display=False) as counter:
        model.eval()(torch.empty(shape, device="meta"))
    return counter.get_total_flops() // 2


@pytest.mark.parametrize("network", CLASSES, ids=lambda network: network.__name__)
def test_each_has_the_parameters_and_multiply_adds_that_arithmetic_gives(network):
    with torch.device("meta"):
        model = network()
    assert (sum(p.numel() for p in model.parameters()), multiply_adds(model)) == CLASSES[network]


def test_without_its_two_groups_the_papers_network_is_larger():
    with torch.device("meta"):
        model = PaperAlexNet()
        for index in (4, 10, 12):
            conv = model.features[index]
            model.features[index] = nn.Conv2d(
                conv.in_channels, conv.out_channels, conv.kernel_size, 1, conv.padding
            )
    assert sum(p.numel() for p in model.parameters()) == 62_378_344
    assert multiply_adds(model) == 1_135_256_096


def test_lrn_is_the_papers_formula_with_the_papers_constants():
    k, n, alpha, beta = 2, 5, 1e-4, 0.75
    a = torch.randn(1, 8, 2, 2, generator=torch.Generator().manual_seed(0)) * 100
    b = torch.empty_like(a)
    for i in range(8):
        for x in range(2):
            for y in range(2):
                neighbours = range(max(0, i - n // 2), min(7, i + n // 2) + 1)
                total = sum(a[0, j, x, y] ** 2 for j in neighbours)
                b[0, i, x, y] = a[0, i, x, y] / (k + alpha * total) ** beta
    with torch.device("meta"):
        layers = PaperAlexNet().features
    for index in (2, 6):
        torch.testing.assert_close(layers[index](a), b)
    assert not torch.allclose(nn.LocalResponseNorm(n, alpha=alpha, beta=beta, k=k)(a), b, rtol=0.1)


def test_the_papers_layers_stand_in_its_order_and_224_becomes_55():
    with torch.device("meta"):
        model, x = PaperAlexNet(7), torch.empty(2, 3, 224, 224)
    names = [type(layer).__name__ for layer in model.features[:8]]
    assert names == ["Conv2d", "ReLU", "LocalResponseNorm", "MaxPool2d"] * 2
    assert model.features[0](x).shape == (2, 96, 55, 55)
    assert [layer.groups for layer in model.features if isinstance(layer, nn.Conv2d)] == [
        1,
        2,
        1,
        2,
        2,
    ]
    assert model(x).shape == (2, 7)


def test_the_papers_network_starts_as_the_paper_says():
    torch.manual_seed(0)
    layers = [layer for layer in PaperAlexNet(10).modules() if hasattr(layer, "bias")]
    assert [layer.bias.unique().tolist() for layer in layers] == [
        [0],
        [1],
        [0],
        [1],
        [1],
        [1],
        [1],
        [0],
    ]
    for layer in layers:
        assert (
            abs(layer.weight.std().item() / 0.01 - 1) < 0.02
            and abs(layer.weight.mean().item()) < 2e-4
        )


def test_torchvisions_weights_would_load_strictly():
    shapes = {
        "features.0.weight": (64, 3, 11, 11),
        "features.0.bias": (64,),
        "features.3.weight": (192, 64, 5, 5),
        "features.3.bias": (192,),
        "features.6.weight": (384, 192, 3, 3),
        "features.6.bias": (384,),
        "features.8.weight": (256, 384, 3, 3),
        "features.8.bias": (256,),
        "features.10.weight": (256, 256, 3, 3),
        "features.10.bias": (256,),
        "classifier.1.weight": (4096, 9216),
        "classifier.1.bias": (4096,),
        "classifier.4.weight": (4096, 4096),
        "classifier.4.bias": (4096,),
        "classifier.6.weight": (1000, 4096),
        "classifier.6.bias": (1000,),
    }
    with torch.device("meta"):
        model = TorchvisionAlexNet()
    assert {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()} == shapes
    assert list(model.state_dict()) == list(shapes)


def test_torchvisions_pooling_to_6_by_6_changes_nothing_at_224_and_lets_other_sizes_in():
    with torch.device("meta"):
        model = TorchvisionAlexNet(10)
        assert model.features(torch.empty(1, 3, 224, 224)).shape == (1, 256, 6, 6)
        assert model(torch.empty(1, 3, 63, 300)).shape == (1, 10)
    x = torch.randn(1, 256, 6, 6)
    assert torch.equal(model.avgpool(x), x)


def kinds(model):
    return [type(layer).__name__ for layer in (*model.features, *model.classifier)]


@pytest.mark.parametrize("channels", [1, 3])
def test_the_small_network_has_alexnets_layers_in_alexnets_order(channels):
    with torch.device("meta"):
        model, images = SmallAlexNet(7, channels), torch.empty(2, channels, 28, 28)
        assert kinds(model) == kinds(AlexNet())
        assert model(images).shape == (2, 7)
        sides = [model.features[: index + 1](images).shape[-1] for index in (0, 2, 5, 12)]
    assert sides == [28, 13, 6, 2]
    assert sum(p.numel() for p in SmallAlexNet().parameters()) == 239_578


def test_signals_keep_their_size_through_the_small_network_at_the_start_and_classes_are_equal():
    torch.manual_seed(0)
    model = SmallAlexNet().eval()
    with torch.no_grad():
        hidden = model.classifier[:-1](model.features(torch.randn(64, 1, 28, 28)).flatten(1))
        scores = model.classifier[-1](hidden)
    assert 0.5 < hidden.std() < 10 and scores.std() < 1
