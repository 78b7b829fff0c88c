import torch

from alexnet_lib import report
from alexnet_lib.alexnet import AlexNet, SmallAlexNet


class Tiny(SmallAlexNet):
    def __init__(self):
        super().__init__(10, channels=3)


def test_multiply_adds_of_a_forward_pass_are_counted_for_the_whole_batch():
    assert report.multiply_adds(AlexNet, (1, 3, 224, 224)) == 1_101_750_816
    assert report.multiply_adds(AlexNet, (3, 3, 224, 224)) == 3 * 1_101_750_816


def test_the_rate_is_the_products_of_a_square_multiplication_over_its_best_time(monkeypatch):
    monkeypatch.setattr(report, "_best", lambda work, *_: work().shape[0] / 1000)
    assert report.matmul_rate(torch.device("cpu"), sizes=(10, 20), repeats=1) == 20**3 / 0.02


def test_every_network_has_a_row_for_both_kinds_of_work_in_both_formats():
    rows = report.table({"tiny": Tiny, "other": Tiny}, torch.device("cpu"), batch=2, size=28, repeats=1)
    assert [row[:3] for row in rows[:4]] == [
        ("tiny", "forward", "float32"),
        ("tiny", "training", "float32"),
        ("tiny", "forward", "bfloat16"),
        ("tiny", "training", "bfloat16"),
    ]
    assert len(rows) == 8 and all(row[4].endswith(" %") for row in rows)
