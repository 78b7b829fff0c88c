import copy
import weakref

import pytest
import torch
from clock import Clock
from torch import nn
from torch.nn import functional as F

from alexnet_lib.alexnet import SmallAlexNet
from alexnet_lib.training import device as devices
from alexnet_lib.training import plan as plans
from alexnet_lib.training.plan import Plan, choose, optimiser, train_step

CPU, META = torch.device("cpu"), torch.device("meta")


def test_one_step_is_pytorchs_own_step():
    torch.manual_seed(0)
    ours = nn.Sequential(nn.Conv2d(1, 4, 3), nn.Flatten(), nn.Linear(16, 3))
    theirs = copy.deepcopy(ours)
    x, y = torch.randn(8, 1, 4, 4), torch.arange(8) % 3
    adam, other = optimiser(ours, 1e-2), torch.optim.Adam(theirs.parameters(), 1e-2)
    for _ in range(3):
        loss, right = train_step(ours, adam, Plan().scaler(), Plan(), x, y)
        scores = theirs(x)
        wanted = F.cross_entropy(scores, y)
        other.zero_grad()
        wanted.backward()
        other.step()
        assert loss.item() == pytest.approx(wanted.item(), rel=1e-5)
        assert right.item() == (scores.argmax(1) == y).sum() and not loss.requires_grad
    for mine, reference in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(mine, reference)


def test_the_optimiser_is_fused_where_that_exists():
    model = nn.Linear(2, 2)
    assert optimiser(model, 0.1).param_groups[0]["fused"]
    assert not optimiser(nn.Linear(2, 2, device="meta"), 0.1).param_groups[0]["fused"], (
        "meta has no fused kernels"
    )


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_a_plan_puts_model_and_batch_into_its_layout_and_mixes_precision(layout):
    plan = Plan(CPU, torch.bfloat16, layout)
    model = plan.model(nn.Conv2d(3, 4, 3))
    x = plan.batch(torch.randn(2, 3, 5, 5))
    assert model.weight.is_contiguous(memory_format=layout) and x.is_contiguous(
        memory_format=layout
    )
    assert plan.batch(torch.randn(2, 3)).shape == (2, 3)
    with plan.autocast():
        assert model(x).dtype == torch.bfloat16
    with Plan().autocast():
        assert model(x).dtype == torch.float32
    assert model.weight.dtype == torch.float32


def test_a_plan_says_what_it_is():
    assert str(Plan()) == "cpu, float32, NCHW"
    assert (
        str(Plan(CPU, torch.bfloat16, torch.channels_last))
        == "cpu, bfloat16 mixed, NHWC (channels_last)"
    )


def test_only_float16_needs_its_gradients_scaled():
    assert Plan(CPU, torch.float16).scaler().is_enabled()
    assert not Plan(CPU, torch.bfloat16).scaler().is_enabled() and not Plan().scaler().is_enabled()


@pytest.mark.parametrize("short", [torch.bfloat16, torch.float16, None])
def test_candidates_are_two_layouts_in_float32_first_and_in_a_short_format_if_there_is_one(
    monkeypatch, short
):
    monkeypatch.setattr(plans, "short_format", lambda device: short)
    found = plans.candidates(CPU)
    formats = [torch.float32, torch.float32] + ([short, short] if short else [])
    assert [plan.dtype for plan in found] == formats and len(set(found)) == len(found)
    assert {plan.layout for plan in found} == {torch.contiguous_format, torch.channels_last}


class Steps:
    """Time that passes only in `train_step`: as many seconds as the table says for the plan."""

    def __init__(self, monkeypatch, table):
        self.clock, self.steps, self.table = Clock(tick=0.0), [], table
        monkeypatch.setattr(devices, "clock", self.clock)
        monkeypatch.setattr(plans, "short_format", lambda device: torch.bfloat16)
        monkeypatch.setattr(plans, "train_step", self.step)

    def step(self, model, adam, scaler, plan, x, y):
        self.steps.append(plan)
        seconds = self.table[plan.dtype, plan.layout]
        if isinstance(seconds, Exception):
            raise seconds
        self.clock.now += seconds


NHWC, NCHW = torch.channels_last, torch.contiguous_format
KEYS = [
    (torch.float32, NHWC),
    (torch.float32, NCHW),
    (torch.bfloat16, NHWC),
    (torch.bfloat16, NCHW),
]


@pytest.mark.parametrize("fastest", range(4))
def test_the_fastest_plan_is_chosen_and_the_model_is_left_as_it_was(monkeypatch, fastest):
    Steps(monkeypatch, {key: 0.5 if index == fastest else 0.6 for index, key in enumerate(KEYS)})
    model = SmallAlexNet()
    before, timings = copy.deepcopy(model.state_dict()), {}
    plan = choose(model, torch.zeros(2, 1, 28, 28), torch.zeros(2).long(), CPU, timings=timings)
    assert (plan.dtype, plan.layout) == KEYS[fastest]
    assert sorted(timings.values()) == pytest.approx([0.5, 0.6, 0.6, 0.6])
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
    assert all(weight.grad is None for weight in model.parameters())


def test_a_network_given_by_its_class_is_in_memory_once_at_a_time():
    alive, most = weakref.WeakSet(), []

    def build():
        network = nn.Sequential(nn.Conv2d(1, 4, 3), nn.Flatten(), nn.Linear(16, 3))
        alive.add(network)
        most.append(len(alive))
        return network

    timings = {}
    assert (
        choose(build, torch.randn(8, 1, 4, 4), torch.arange(8) % 3, CPU, timings=timings) in timings
    )
    assert most == [1] * len(plans.candidates(CPU))


def test_a_much_slower_plan_gets_one_step_only_and_one_that_fails_none(monkeypatch):
    broken = NotImplementedError("no bfloat16 here")
    steps = Steps(monkeypatch, dict(zip(KEYS, (1.0, 0.9, 9.0, broken), strict=True)))
    plan = choose(SmallAlexNet(), torch.zeros(2, 1, 28, 28), torch.zeros(2).long(), CPU)
    assert (plan.dtype, plan.layout) == KEYS[1]
    assert [(step.dtype, step.layout) for step in steps.steps] == [
        *[KEYS[0]] * 3,
        *[KEYS[1]] * 3,
        KEYS[2],
        KEYS[3],
    ]


def test_when_nothing_works_the_last_problem_is_told(monkeypatch):
    Steps(monkeypatch, dict.fromkeys(KEYS, torch.OutOfMemoryError("too big")))
    with pytest.raises(torch.OutOfMemoryError, match="too big"):
        choose(SmallAlexNet(), torch.zeros(2, 1, 28, 28), torch.zeros(2).long(), CPU)


def test_a_plan_that_ran_out_of_memory_holds_nothing_while_the_next_is_timed(monkeypatch):
    alive, seen = weakref.WeakSet(), []
    monkeypatch.setattr(plans, "short_format", lambda device: torch.bfloat16)

    def full(model, adam, scaler, plan, x, y):
        held = nn.Linear(2, 2)  # stands for the activations of a step that fails
        alive.add(held)
        seen.append(len(alive))
        raise torch.OutOfMemoryError("too big")

    monkeypatch.setattr(plans, "train_step", full)
    with pytest.raises(torch.OutOfMemoryError):
        choose(SmallAlexNet(), torch.zeros(2, 1, 28, 28), torch.zeros(2).long(), CPU)
    assert seen == [1] * 4 and len(alive) == 0


def test_a_choice_times_what_this_machine_has_and_waits_for_the_device(monkeypatch):
    waited, timings = [], {}
    monkeypatch.setattr(devices, "clock", Clock())
    monkeypatch.setattr(devices, "synchronise", waited.append)
    plan = choose(SmallAlexNet(), torch.randn(8, 1, 28, 28), torch.arange(8), CPU, timings=timings)
    assert plan == min(timings, key=timings.get) and list(timings) == plans.candidates(CPU)
    assert waited == [CPU] * 2 * 3 * len(timings), "before and after every step"


def test_a_step_leaves_nothing_behind_on_another_device():
    plan = Plan(META)
    model = plan.model(SmallAlexNet()).train()
    adam = optimiser(model, 1e-3)
    x, y = plan.batch(torch.zeros(4, 1, 28, 28)), torch.zeros(4, dtype=torch.int64, device="meta")
    loss, right = train_step(model, adam, plan.scaler(), plan, x, y)
    found = [loss, right, *model.parameters(), *(weight.grad for weight in model.parameters())]
    found += [state[name] for state in adam.state.values() for name in ("exp_avg", "exp_avg_sq")]
    assert len(found) == 2 + 16 * 4 and {tensor.device.type for tensor in found} == {"meta"}
