import sys

import pytest
import torch
from torch import nn

from alexnet_lib import device as devices
from alexnet_lib.alexnet import AlexNet


def test_without_an_accelerator_the_cpu_is_picked(monkeypatch):
    monkeypatch.setattr(torch.accelerator, "current_accelerator", lambda check_available: None)
    assert devices.pick_device() == torch.device("cpu")


@pytest.mark.parametrize("name", ["cuda", "mps", "xpu"])
def test_whatever_accelerator_there_is_gets_picked(monkeypatch, name):
    monkeypatch.setattr(torch.accelerator, "current_accelerator", lambda check_available: torch.device(name))
    assert devices.pick_device().type == name


def test_the_clock_waits_for_an_accelerator_and_not_for_the_cpu(monkeypatch):
    waited = []
    monkeypatch.setattr(torch.accelerator, "synchronize", waited.append)
    devices.synchronise(torch.device("cpu"))
    assert waited == []
    images = torch.empty(4, 3, device="meta")
    assert devices.images_per_second(nn.Linear(3, 2, device="meta"), images, repeats=2) > 0
    assert waited == [torch.device("meta")] * 6, "before and after the warm-up and each of two runs"


def test_the_report_names_the_device_and_moves_everything_to_it(monkeypatch):
    rows = dict(devices.device_report(AlexNet(10), (2, 3, 224, 224), torch.device("cpu")))
    assert rows["device"] == f"CPU, {torch.get_num_threads()} threads" and rows["GPU used"] == "no"
    assert rows["forward, batches of 2"].endswith("images per second")
    assert rows["peak memory"].endswith("MiB") or sys.platform == "win32"
    monkeypatch.setattr(torch.accelerator, "synchronize", lambda device: None)
    monkeypatch.setattr(torch.accelerator, "max_memory_allocated", lambda device: 3 * 2**20)
    monkeypatch.setattr(devices, "device_name", lambda device: "stand-in")
    model = AlexNet(10)
    rows = dict(devices.device_report(model, (2, 3, 224, 224), torch.device("meta")))
    assert rows["GPU used"] == "yes" and rows["peak memory"] == "3 MiB"
    assert {p.device.type for p in model.parameters()} == {"meta"}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell")
def test_peak_memory_is_in_bytes():
    before = devices.peak_memory(torch.device("cpu"))
    block = torch.ones(300 * 2**20, dtype=torch.uint8)
    after = devices.peak_memory(torch.device("cpu"))
    assert 50 * 2**20 < before < 100 * 2**30 and after >= len(block)


def test_what_is_small_is_sent_to_the_device():
    assert devices.send(torch.ones(2), torch.device("meta")).device.type == "meta"
    assert torch.equal(devices.send(torch.ones(2), torch.device("cpu")), torch.ones(2))


def test_a_report_without_memory_figures_says_so(monkeypatch):
    monkeypatch.setattr(devices, "peak_memory", lambda device: None)
    rows = dict(devices.device_report(nn.Linear(3, 2), (1, 3), torch.device("cpu")))
    assert rows["peak memory"] == "not known here"
