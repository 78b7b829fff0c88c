from functools import partial

import nbformat
import pytest
import record_claims
import torch
from torch import nn

from alexnet_lib.data import fashion
from alexnet_lib.experiments.trials import Setting

DATA = fashion.load()
FEW = {"images": 64, "seeds": 2, "steps": 2, "readings": 1, "others": 0}


def tiny(spread=0.1):
    network = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
    nn.init.normal_(network[1].weight, std=spread)
    return network


@pytest.fixture
def kept(tmp_path, monkeypatch):
    monkeypatch.setattr(record_claims, "KEPT", tmp_path)
    return lambda settings, **options: [
        *record_claims.kept_race(settings, DATA, **FEW | {"device": "cpu"} | options)
    ]


def training(*_, **__):
    raise AssertionError("it trains")


def test_what_was_measured_is_not_measured_again(kept, monkeypatch):
    settings = {"a": Setting(tiny)}
    before = kept(settings)[-1]
    monkeypatch.setattr(record_claims, "race", training)
    (again,) = kept(settings)
    assert again.names == before.names and again.steps == before.steps
    assert torch.equal(again.values["training loss"], before.values["training loss"])


@pytest.mark.parametrize(
    "other, options",
    [
        (Setting(tiny, lr=0.02), {}),
        (Setting(tiny, decay=0.0), {}),
        (Setting(partial(tiny, 0.2)), {}),
        (Setting(tiny), {"seeds": 3}),
        (Setting(tiny), {"first_seed": 7}),
    ],
)
def test_other_settings_weights_or_seeds_are_measured_anew(kept, monkeypatch, other, options):
    kept({"a": Setting(tiny)})
    monkeypatch.setattr(record_claims, "race", training)
    with pytest.raises(AssertionError, match="it trains"):
        kept({"a": other}, **options)


def test_a_run_that_was_stopped_leaves_nothing(kept, tmp_path):
    stopped = record_claims.kept_race({"a": Setting(tiny)}, DATA, **FEW, device="cpu")
    next(stopped)
    stopped.close()
    assert not list(tmp_path.iterdir())


def test_the_page_is_prepared_to_run_long_and_to_store_what_it_finds():
    page = record_claims.prepare(nbformat.read(record_claims.PAGE, 4), "there.json", "a machine")
    sources = [cell.source for cell in page.cells]
    assert "kept_race" in sources[0] and "thorough = True" in "\n".join(sources)
    assert "claims.save('there.json', answers, 'a machine'" in sources[-1]


def test_a_page_without_the_switch_is_refused():
    page = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])
    with pytest.raises(ValueError, match="no cell with 'thorough = False'"):
        record_claims.prepare(page, "there.json", "a machine")
