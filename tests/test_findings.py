"""What lesson 6 asserts about random networks, with its margin over many more runs."""

import json
import re
from functools import partial
from pathlib import Path

import pytest
import torch
from torch import nn

from alexnet_lib import alexnet
from alexnet_lib.data import fashion
from alexnet_lib.experiments import claims
from alexnet_lib.experiments.trials import Setting, race

PAGE = Path(__file__).parents[1] / "notebooks" / "06_claims.ipynb"
RESULT = PAGE.parent / "results" / "claims.json"


@pytest.fixture(scope="module")
def page():
    """The names that the page's own cells define: its network and what it measures with."""
    names = {}
    for cell in json.loads(PAGE.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code" and source.startswith(
            ("from functools", "def kaiming", "THREE, TWO", "pictures =", "def sizes")
        ):
            exec(source, {**names, "data": fashion.load()} if "data" not in names else names, names)
            names.setdefault("data", fashion.load())
    return names


def first_gradient(page, build, seed):
    torch.manual_seed(seed)
    return page["sizes"](build(), page["pictures"], page["data"].labels[:100])[1][0]


def test_the_sigmoid_loses_its_gradient_on_the_way_to_the_first_layer(page):
    """Tried with 40 seeds each: the factor was 18 at least; the page asks for 10."""
    build = partial(page["network"], middle=(16,), hidden=(64,))
    size = {
        kind: [first_gradient(page, partial(build, kind), seed) for seed in range(5)]
        for kind in (nn.ReLU, nn.Tanh, nn.Sigmoid)
    }
    assert max(size[nn.Sigmoid]) < 0.1 * min(*size[nn.ReLU], *size[nn.Tanh])


def test_the_papers_start_leaves_no_gradient_in_thin_layers(page):
    """Of 40 seeds each, PyTorch's start had 12,000 times as much at least; the page asks 1,000."""

    def build(start):
        model = page["network"](middle=(16, 16, 16, 16))
        start(model)
        return model

    def as_pytorch(model):
        for layer in model:
            if hasattr(layer, "reset_parameters"):
                layer.reset_parameters()

    paper, pytorch = (
        [first_gradient(page, partial(build, start), seed) for seed in range(5)]
        for start in (alexnet.initialise_as_paper, as_pytorch)
    )
    assert max(paper) < 1e-3 * min(pytorch)


def test_the_ends_of_the_grid_of_learning_rates_are_no_good(page):
    """Of 5 seeds, after 200 steps both ends had 1.3 times the error of the middle at least."""
    middle = {nn.ReLU: 0.01, nn.Tanh: 0.04, nn.Sigmoid: 0.16}
    rates = {(kind, lr) for kind, best in middle.items() for lr in (0.0025, best, 0.64)}
    build = {kind: partial(page["network"], kind, middle=(16,), hidden=(64,)) for kind in middle}
    settings = {(kind, lr): Setting(build[kind], lr=lr, decay=0.0) for kind, lr in rates}
    options = {
        "seeds": 2,
        "steps": 200,
        "readings": 2,
        "fall": False,
        "device": torch.device("cpu"),
    }
    *_, record = race(settings, page["data"], **options)
    error = {setting: found.mean() for setting, found in record.last("training error").items()}
    assert all(
        error[kind, best] < min(error[kind, 0.0025], error[kind, 0.64])
        for kind, best in middle.items()
    )


def test_augmentation_makes_learning_by_heart_harder(page):
    """Tried with 20 seeds; the page asks that the mean training error ends 1 point higher."""
    settings = {
        "as they are": Setting(page["network"]),
        "augmented": Setting(page["network"], augment=True),
    }
    *_, record = race(
        settings,
        page["data"],
        images=300,
        seeds=2,
        steps=250,
        readings=2,
        device=torch.device("cpu"),
    )
    last = record.last("training error")
    assert (last["augmented"] - last["as they are"]).mean() > 1


def test_the_stored_table_has_every_claim_and_enough_pairs():
    stored = claims.load(RESULT)
    assert {claim.split()[0] for claim in stored["answers"]} == set("12345678")
    found = [one for answer in stored["answers"].values() for one in answer["differences"]]
    assert all(len(one.values) >= 10 for one in found)
    assert stored["machine"] and stored["date"] and stored["settings"]


SIZE = r"\d+(?:\.\d+)?"
EFFECT = re.compile(
    rf"[+−]{SIZE} ± {SIZE}(?: points)?|{SIZE} × \({SIZE} to {SIZE}\)|at (?:least|most) {SIZE} ×"
)
VERDICT = re.compile(r"\*(shown|excluded|not told)\*")


def told():
    """{claim's number: what the page says was found}."""
    found, number = {}, ""
    for cell in json.loads(PAGE.read_text(encoding="utf-8"))["cells"]:
        text = "".join(cell["source"])
        if cell["cell_type"] != "markdown":
            continue
        if "**Found" in text:
            before = text.split("\n## ")[0]
            found[number] = found.get(number, "") + before[before.index("**Found") :]
        number = (re.findall(r"^## (\d)\.", text, re.M) or [number])[-1]
    return found


@pytest.mark.parametrize("number", "12345678")
def test_the_prose_says_what_was_stored(number):
    answers = claims.load(RESULT)["answers"]
    stored = [
        one
        for claim, answer in answers.items()
        if claim.split()[0] == number
        for one in answer["differences"]
    ]
    prose = told()[number]
    assert set(EFFECT.findall(prose)) == {one.sentence for one in stored}
    verdicts = {one.verdict for one in stored} - {"no claim"}
    assert set(VERDICT.findall(prose)) == verdicts
