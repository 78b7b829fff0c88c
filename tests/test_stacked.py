import pytest
import torch
from torch import nn
from torch.func import functional_call, stack_module_state, vmap
from torch.nn import functional as F

from alexnet_lib.experiments.stacked import Momentum, Stack

BATCH = 6


@pytest.fixture(autouse=True)
def one_thread():
    """So small a network waits more than it computes when cores share it."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def small(activation=nn.ReLU, p=0.0):
    return nn.Sequential(
        nn.Conv2d(2, 6, 3, stride=2, padding=1, groups=2),
        activation(),
        nn.LocalResponseNorm(4, alpha=0.5, beta=0.75, k=2),
        nn.MaxPool2d(3, 2),
        nn.Conv2d(6, 4, 3, padding=1, bias=False),
        activation(),
        nn.Flatten(),
        nn.Dropout(p),
        nn.Linear(4 * 9, 10),
        activation(),
        nn.Linear(10, 5),
    )


def models(count=3, **options):
    torch.manual_seed(0)
    return [small(**options) for _ in range(count)]


def batches(count=3):
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(count, BATCH, 2, 14, 14, generator=generator)
    return x, torch.randint(5, (count, BATCH), generator=generator)


@pytest.mark.parametrize("activation", [nn.ReLU, nn.Tanh, nn.Sigmoid])
def test_a_stack_answers_as_its_networks_do_alone(activation):
    nets, (x, _) = models(activation=activation), batches()
    alone = torch.stack([net(part) for net, part in zip(nets, x, strict=True)])
    assert torch.allclose(Stack(nets)(x), alone, atol=1e-5)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_normalisation_is_pytorchs_for_every_window(size):
    nets = [
        nn.Sequential(nn.Conv2d(2, 7, 3), nn.LocalResponseNorm(size, 0.7, 0.6, 1.5), nn.Flatten())
        for _ in "ab"
    ]
    x, _ = batches(2)
    alone = torch.stack([net(part) for net, part in zip(nets, 4 * x, strict=True)])
    assert torch.allclose(Stack(nets)(4 * x), alone, atol=1e-4)


def test_it_is_what_vmap_computes():
    nets, (x, _) = models(), batches()
    weights, buffers = stack_module_state(nets)
    theirs = vmap(lambda w, b, part: functional_call(nets[0], (w, b), (part,)))(weights, buffers, x)
    assert torch.allclose(Stack(nets)(x), theirs, atol=1e-5)


def test_losses_are_those_of_training_one_after_another():
    nets, (x, y) = models(), batches()
    rates, decays = [0.05, 0.01, 0.2], [0.0, 0.01, 0.0005]
    stack = Stack(nets)
    rule, together = Momentum(stack, rates, decays), []
    for _ in range(20):
        together.append(stack.losses(x, y))
        rule.step(stack.gradients(together[-1]))
    for i, net in enumerate(nets):
        sgd = torch.optim.SGD(net.parameters(), lr=rates[i], momentum=0.9, weight_decay=decays[i])
        for step in range(20):
            loss = F.cross_entropy(net(x[i]), y[i])
            assert torch.allclose(loss, together[step][i], atol=1e-3), (i, step)
            sgd.zero_grad()
            loss.backward()
            sgd.step()


def test_a_smaller_share_of_the_rate_is_a_smaller_rate():
    (x, y), stacks = batches(), [Stack(models()), Stack(models())]
    for stack, rate, share in ((stacks[0], 0.1, 0.25), (stacks[1], 0.025, 1.0)):
        Momentum(stack, [rate] * 3, [0.0] * 3).step(stack.gradients(stack.losses(x, y)), share)
    assert all(
        torch.allclose(stacks[0].weights[name], w, atol=1e-6)
        for name, w in stacks[1].weights.items()
    )


def test_the_models_given_stay_as_they_are():
    nets, (x, y) = models(), batches()
    before = [w.clone() for net in nets for w in net.parameters()]
    stack = Stack(nets)
    Momentum(stack, [1.0] * 3, [0.1] * 3).step(stack.gradients(stack.losses(x, y)))
    assert all(
        torch.equal(a, b)
        for a, b in zip(before, (w for net in nets for w in net.parameters()), strict=True)
    )


def test_a_network_that_diverges_harms_no_other():
    nets, (x, y) = models(), batches()
    stack = Stack(nets)
    rule = Momentum(stack, [1e20, 0.01, 0.01], [0.0] * 3)
    for _ in range(4):
        rule.step(stack.gradients(stack.losses(x, y)))
    with torch.no_grad():
        scores = stack(x)
    assert not scores[0].isfinite().all() and scores[1:].isfinite().all()


def test_dropout_needs_coins_and_networks_with_the_same_coins_drop_the_same():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Flatten(), nn.Dropout(0.5))
    stack_of_four = Stack([nn.Sequential(*net, nn.Linear(4, 4, bias=False)) for _ in range(4)])
    for weight in stack_of_four.weights.values():
        weight.data = torch.eye(4).expand(4, 4, 4).clone()
    x = torch.ones(4, 500, 1, 2, 2)
    first, second = (torch.Generator().manual_seed(seed) for seed in (1, 2))
    dropped = stack_of_four(x, [first, second, first, second])
    assert torch.equal(stack_of_four(x), torch.ones(4, 500, 4))
    assert torch.equal(dropped[0], dropped[2]) and torch.equal(dropped[1], dropped[3])
    assert not torch.equal(dropped[0], dropped[1])
    assert set(dropped.unique().tolist()) == {0.0, 2.0} and abs(dropped.mean() - 1) < 0.1


@pytest.mark.parametrize(("count", "images"), [(1, 6), (3, 3), (3, 6), (4, 2)])
def test_dropout_before_flatten_drops_single_places_of_each_network_alone(count, images):
    layers = [
        nn.Conv2d(2, 2, 1, bias=False),
        nn.Dropout(0.5),
        nn.Flatten(),
        nn.Linear(18, 18, bias=False),
    ]
    stack = Stack([nn.Sequential(*layers) for _ in range(count)])
    stack.weights["0.weight"].data = torch.eye(2).view(2, 2, 1, 1).repeat(count, 1, 1, 1, 1)
    stack.weights["3.weight"].data = torch.eye(18).repeat(count, 1, 1)
    x = torch.ones(count, images, 2, 3, 3)
    coins = [torch.Generator().manual_seed(seed) for seed in range(count)]
    dropped = stack(x, coins)
    assert dropped.shape == (count, images, 18) and set(dropped.unique().tolist()) == {0.0, 2.0}
    rows = {tuple(row) for network in dropped.tolist() for row in network}
    assert len(rows) == count * images, "every image of every network has a mask of its own"
    again = stack(x, [torch.Generator().manual_seed(0)] * count)
    assert all(torch.equal(again[0], other) for other in again)


def test_what_cannot_be_stacked_is_refused():
    with pytest.raises(ValueError, match="different shapes"):
        Stack([nn.Sequential(nn.Linear(2, 3)), nn.Sequential(nn.Linear(2, 4))])
    with pytest.raises(ValueError, match="built from nn.Sequential models, not from Linear"):
        Stack([nn.Linear(2, 3)])
    with pytest.raises(ValueError, match="does not know the layer BatchNorm2d"):
        Stack([nn.Sequential(nn.BatchNorm2d(3))])


@pytest.mark.parametrize(
    "layer",
    [
        nn.Conv2d(1, 4, 3, padding=1, padding_mode="reflect"),
        nn.Flatten(1, 2),
        nn.MaxPool2d(2, return_indices=True),
    ],
)
def test_a_layer_with_an_option_that_a_stack_ignores_is_refused(layer):
    with pytest.raises(ValueError, match="does not know the layer"):
        Stack([nn.Sequential(layer)])
