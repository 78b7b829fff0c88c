import sys

import pytest
import torch
from clock import Clock

from alexnet_lib.alexnet import AlexNet, SmallAlexNet
from alexnet_lib.anatomy import multiply_adds
from alexnet_lib.training import device as devices
from alexnet_lib.training import report

CPU = torch.device("cpu")


class Tiny(SmallAlexNet):
    def __init__(self):
        super().__init__(10, channels=3)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    clock = Clock()
    for module in (report, devices):
        monkeypatch.setattr(module, "clock", clock)
    return clock


@pytest.fixture
def rated(monkeypatch):
    """A machine with bfloat16, of 1e9 multiply-adds a second; the formats that were measured."""
    asked = []
    monkeypatch.setattr(report, "short_format", lambda device: torch.bfloat16)
    monkeypatch.setattr(report, "matmul_rate", lambda device, dtype: asked.append(dtype) or 1e9)
    return asked


def tiny_table(**options):
    return report.speeds({"tiny": Tiny, "other": Tiny}, CPU, batch=2, size=28, repeats=1, **options)


def test_the_report_names_the_device_and_moves_everything_to_it(monkeypatch):
    rows = dict(report.device_report(AlexNet(10), (2, 3, 224, 224), CPU))
    assert rows["device"] == f"CPU, {torch.get_num_threads()} threads" and rows["GPU used"] == "no"
    assert rows["forward, batches of 2"].endswith("images per second")
    assert rows["peak memory"].endswith("MiB") or sys.platform == "win32"
    monkeypatch.setattr(torch.accelerator, "synchronize", lambda device: None)
    monkeypatch.setattr(torch.accelerator, "max_memory_allocated", lambda device: 3 * 2**20)
    monkeypatch.setattr(report, "device_name", lambda device: "stand-in")
    model = AlexNet(10)
    rows = dict(report.device_report(model, (2, 3, 224, 224), torch.device("meta")))
    assert rows["GPU used"] == "yes" and rows["peak memory"] == "3 MiB"
    assert {p.device.type for p in model.parameters()} == {"meta"}


def test_a_report_without_memory_figures_says_so(monkeypatch):
    monkeypatch.setattr(report, "peak_memory", lambda device: None)
    rows = dict(report.device_report(torch.nn.Linear(3, 2), (1, 3), CPU))
    assert rows["peak memory"] == "not known here"


def test_the_rate_is_the_best_over_sizes_and_ways_to_multiply(monkeypatch):
    seconds = iter([4.0, 2.0, 5.0, 10.0])
    monkeypatch.setattr(report, "_best", lambda work, *_: next(seconds))
    assert report.matmul_rate(CPU, sizes=(32, 64), seconds=1e9) == 64**3 / 5


def test_a_product_is_the_same_as_a_convolution():
    a, b = torch.rand(64, 64), torch.rand(64, 64)
    y = report._as_convolution(a, b)()
    torch.testing.assert_close(y.permute(0, 2, 3, 1).reshape(64, 64), a @ b)


def test_a_size_that_would_take_too_long_is_not_tried(monkeypatch):
    sizes = []
    monkeypatch.setattr(report, "_best", lambda work, *_: sizes.append(work().numel()) or 1.0)
    report.matmul_rate(CPU, sizes=(32, 64, 160), seconds=9)
    assert sizes == [32 * 32] * 2 + [64 * 64] * 2, (
        "after 64³ products in a second, 160³ would take 15.6"
    )


def test_every_network_has_a_row_for_both_kinds_of_work_in_both_formats_and_a_rate_is_measured_once(
    rated,
):
    rows, notes = tiny_table()
    kinds = [
        ("forward", "float32"),
        ("training", "float32"),
        ("forward", "bfloat16"),
        ("training", "bfloat16"),
    ]
    assert [row[:3] for row in rows] == [
        (name, *kind) for name in ("tiny", "other") for kind in kinds
    ]
    assert rated == [torch.float32, torch.bfloat16]


def test_images_per_second_and_the_share_of_the_rate_are_those_of_the_best_time(rated, monkeypatch):
    monkeypatch.setattr(report, "_best", lambda *_: 0.5)
    rows, notes = tiny_table()
    share = 100 * multiply_adds(Tiny().to("meta"), (2, 3, 28, 28)) / 0.5 / 1e9
    assert [row[3:] for row in rows[:2]] == [("4", f"{share:.0f} %"), ("4", f"{3 * share:.0f} %")]
    assert notes == []


def test_a_share_above_the_whole_says_why(rated, monkeypatch):
    monkeypatch.setattr(report, "_best", lambda *_: 1e-3)
    rows, notes = tiny_table()
    assert all(int(row[4].split()[0]) > 100 for row in rows) and notes == [report.QUICKER]


def test_a_device_without_a_short_format_is_not_asked_for_it_and_the_table_says_so(
    rated, monkeypatch
):
    monkeypatch.setattr(report, "short_format", lambda device: None)
    rows, notes = tiny_table()
    assert (
        rated == [torch.float32]
        and {row[2] for row in rows} == {"float32"}
        and report.NO_SHORT in notes
    )


def test_nothing_begins_after_the_time_is_up_and_what_is_missing_is_named(
    rated, monkeypatch, clock
):
    def slow(*_):
        clock.now += 3.0
        return 3.0

    monkeypatch.setattr(report, "_best", slow)
    rows, notes = tiny_table(seconds=17)
    assert len(rows) == 6
    assert notes == [
        "Left out, as 17 seconds were up: other forward bfloat16, other training bfloat16."
    ]


def test_what_fails_is_left_out_and_named(rated, monkeypatch):
    def rate(device, dtype):
        if dtype == torch.bfloat16:
            raise NotImplementedError("no kernel for bfloat16\nand much more")
        return 1e9

    monkeypatch.setattr(report, "matmul_rate", rate)
    rows, notes = tiny_table()
    assert {row[2] for row in rows} == {"float32"}
    assert "Left out: tiny forward bfloat16, which failed here (no kernel for bfloat16)." in notes


def test_repeats_end_with_the_time_and_the_first_time_counts_if_there_is_no_other(clock):
    took = iter([9.0, 2.0, 1.0, 1.0])

    def work():
        clock.now += next(took)

    assert report._best(work, CPU, 3, end=11.5) == pytest.approx(1.0, abs=1e-3)
    took = iter([9.0])
    assert report._best(work, CPU, 3, end=0.0) == pytest.approx(9.0, abs=1e-3)


def test_training_steps_let_go_of_every_gradient_and_leave_the_weights_as_they_were():
    model = report._descending(Tiny())
    before = [weight.detach().clone() for weight in model.parameters()]
    report._work(model, report.Plan(CPU), 2, 28, "training")()
    assert all(weight.grad is None for weight in model.parameters())
    assert all(torch.equal(*pair) for pair in zip(model.parameters(), before, strict=True))


def test_on_cuda_matrices_are_multiplied_as_precisely_as_convolutions_and_afterwards_as_before():
    products, convolutions = torch.backends.cuda.matmul, torch.backends.cudnn.conv
    before = products.fp32_precision
    with report._convolutions_precision(torch.device("cuda")):
        assert products.fp32_precision == convolutions.fp32_precision != before
    with report._convolutions_precision(CPU):
        assert products.fp32_precision == before
    assert products.fp32_precision == before
