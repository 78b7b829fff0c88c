import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
import torch
from clock import Clock
from torch import nn

from alexnet_lib.training import device as devices


def test_without_an_accelerator_the_cpu_is_picked(monkeypatch):
    monkeypatch.setattr(torch.accelerator, "current_accelerator", lambda check_available: None)
    assert devices.pick_device() == torch.device("cpu")


@pytest.mark.parametrize("name", ["cuda", "mps", "xpu"])
def test_whatever_accelerator_there_is_gets_picked(monkeypatch, name):
    monkeypatch.setattr(
        torch.accelerator, "current_accelerator", lambda check_available: torch.device(name)
    )
    assert devices.pick_device().type == name


@pytest.mark.parametrize(("native", "short"), [(True, torch.bfloat16), (False, torch.float16)])
def test_a_gpu_without_bfloat16_of_its_own_has_float16(monkeypatch, native, short):
    monkeypatch.setattr(
        torch.cuda,
        "is_bf16_supported",
        lambda including_emulation: native and not including_emulation,
    )
    assert devices.short_format(torch.device("cuda")) == short


@pytest.mark.parametrize(
    ("library", "short"),
    [
        (SimpleNamespace(_is_mkldnn_bf16_supported=lambda: True), torch.bfloat16),
        (SimpleNamespace(_is_mkldnn_bf16_supported=lambda: False), None),
        (SimpleNamespace(), None),
    ],
    ids=["new", "old", "without oneDNN"],
)
def test_a_processor_has_bfloat16_only_if_pytorchs_library_says_so(monkeypatch, library, short):
    monkeypatch.setattr(torch.ops, "mkldnn", library)
    assert devices.short_format(torch.device("cpu")) == short


def test_an_old_processor_can_be_imitated_and_has_no_short_format():
    code = "import torch; from alexnet_lib.training.device import short_format; "
    code += "print(short_format(torch.device('cpu')))"
    old = os.environ | {"ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=old, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "None"


def test_freed_memory_is_given_back(monkeypatch):
    module = SimpleNamespace(empty_cache=lambda: given.append("device"))
    given = []
    monkeypatch.setattr(torch, "get_device_module", lambda device: module)
    devices.give_back(torch.device("xpu"))
    monkeypatch.setattr(
        devices.ctypes, "CDLL", lambda name: SimpleNamespace(malloc_trim=given.append)
    )
    for platform in ("linux", "darwin", "win32"):
        monkeypatch.setattr(sys, "platform", platform)
        devices.give_back(torch.device("cpu"))
    assert given == ["device", 0]
    monkeypatch.undo()
    devices.give_back(torch.device("cpu"))


def test_the_clock_waits_for_an_accelerator_and_not_for_the_cpu(monkeypatch):
    waited = []
    monkeypatch.setattr(devices, "clock", Clock())
    monkeypatch.setattr(torch.accelerator, "synchronize", waited.append)
    devices.synchronise(torch.device("cpu"))
    assert waited == []
    images = torch.empty(4, 3, device="meta")
    assert devices.images_per_second(nn.Linear(3, 2, device="meta"), images, repeats=2) > 0
    assert waited == [torch.device("meta")] * 6, "before and after the warm-up and each of two runs"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell")
def test_peak_memory_is_in_bytes():
    before = devices.peak_memory(torch.device("cpu"))
    block = torch.ones(300 * 2**20, dtype=torch.uint8)
    after = devices.peak_memory(torch.device("cpu"))
    assert 50 * 2**20 < before < 100 * 2**30 and after >= len(block)


def test_what_is_small_is_sent_to_the_device():
    assert devices.send(torch.ones(2), torch.device("meta")).device.type == "meta"
    assert torch.equal(devices.send(torch.ones(2), torch.device("cpu")), torch.ones(2))
