from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from alexnet_lib.data import fashion
from alexnet_lib.experiments import trials
from alexnet_lib.experiments.stacked import Momentum
from alexnet_lib.experiments.trials import NEW, OLD, Record, Setting, race
from alexnet_lib.training.batches import normalise

DATA = fashion.load()
CPU = torch.device("cpu")


def tiny(activation=nn.ReLU, p=0.0):
    first = nn.Conv2d(1, 4, 5, stride=3)
    return nn.Sequential(
        first, activation(), nn.MaxPool2d(2), nn.Flatten(), nn.Dropout(p), nn.Linear(64, 10)
    )


def last(settings, **options):
    return list(
        race(
            settings,
            DATA,
            **{"images": 64, "seeds": 2, "steps": 6, "readings": 2, "device": CPU} | options,
        )
    )[-1]


def test_the_device_may_be_named():
    assert last({"a": Setting(tiny)}, device="cpu").progress == 1
    with pytest.raises(RuntimeError, match="device"):
        last({"a": Setting(tiny)}, device="toaster")


def test_a_record_has_a_number_for_every_setting_seed_and_reading():
    record = last(
        {"a": Setting(tiny), "b": Setting(partial(tiny, nn.Tanh)), "c": Setting(tiny, lr=0.1)},
        seeds=3,
    )
    assert record.names == ("a", "b", "c") and record.steps == (0, 2, 6) and record.progress == 1
    assert all(record.values[quantity].shape == (3, 3, 3) for quantity in OLD + NEW)
    assert torch.equal(record.last("training loss")["b"], record.values["training loss"][1, :, -1])


def test_settings_that_are_the_same_give_the_same_and_seeds_differ():
    record = last({"a": Setting(partial(tiny, p=0.5)), "b": Setting(partial(tiny, p=0.5))}, seeds=3)
    losses = record.values["validation loss"]
    assert torch.equal(losses[0], losses[1])
    assert len(set(losses[0, :, -1].tolist())) == 3


def test_running_a_setting_alone_or_another_seed_beside_it_changes_nothing():
    both = {
        "plain": Setting(partial(tiny, p=0.2), augment=True, wrong=0.3),
        "other": Setting(tiny, lr=0.05),
    }
    together, alone = last(both, seeds=3), last({"plain": both["plain"]}, seeds=1, first_seed=2)
    for quantity in OLD + NEW:
        assert torch.allclose(
            together.values[quantity][0, 2], alone.values[quantity][0, 0], atol=1e-4
        ), quantity


def test_a_run_is_the_plain_loop_and_is_asked_about_pictures_that_it_has_not_chosen():
    options = {"seeds": 1, "first_seed": 5, "steps": 8, "batch": 16, "fall": False, "others": 300}
    record = last({"a": Setting(tiny, lr=0.03)}, **options)
    torch.manual_seed(5)
    net = tiny()
    dice = [torch.Generator().manual_seed(50 + i) for i in range(2)]
    chosen, others, _ = torch.randperm(len(DATA.images), generator=dice[0]).split((64, 300, 4636))
    x, y = normalise(DATA.images[chosen]), DATA.labels[chosen]
    order = torch.cat([torch.randperm(64, generator=dice[1]) for _ in range(2)])
    sgd = torch.optim.SGD(net.parameters(), lr=0.03, momentum=0.9, weight_decay=0.0005)
    for picked in order.split(16):
        loss = F.cross_entropy(net(x[picked]), y[picked])
        sgd.zero_grad()
        loss.backward()
        sgd.step()
    assert abs(F.cross_entropy(net(x), y) - record.values["training loss"][0, 0, -1]) < 1e-3
    new = torch.cat((DATA.val_images, DATA.images[others]))
    wrong = net(normalise(new)).argmax(1) != torch.cat((DATA.val_labels, DATA.labels[others]))
    assert abs(100 * wrong.float().mean() - record.values["validation error"][0, 0, -1]) < 0.3
    gap = record.values["validation error"] - record.values["training error"]
    assert torch.equal(record.values["error gap"], gap)


def test_a_seed_that_has_chosen_every_picture_has_only_those_of_validation_left():
    record = last({"a": Setting(tiny)}, images=5000, seeds=1, steps=1, readings=1)
    assert record.progress == 1
    assert len(trials._Seed(0, DATA, 5000, 2000).new) == len(DATA.val_images)
    assert len(trials._Seed(0, DATA, 4500, 2000).new) == len(DATA.val_images) + 500


def test_without_new_pictures_the_training_is_the_same_and_only_old_ones_are_measured():
    both, old = (last({"a": Setting(tiny)}, seeds=2, others=others) for others in (0, None))
    assert set(old.values) == set(OLD)
    assert all(torch.equal(old.values[quantity], both.values[quantity]) for quantity in OLD)


def test_wrong_labels_are_about_their_share_and_training_still_measures_them():
    record = last(
        {"clean": Setting(tiny, lr=1e-9), "wrong": Setting(tiny, lr=1e-9, wrong=1.0)},
        images=1000,
        steps=2,
    )
    clean, wrong = record.values["training loss"][:, :, 0]
    assert not torch.equal(clean, wrong)
    assert torch.equal(*record.values["validation loss"])
    seed = trials._Seed(7, DATA, 4000, 0)
    for share in (0.0, 0.3, 1.0):
        changed = (seed.labels(share) != seed.true).float().mean()
        assert abs(changed - 0.9 * share) < 0.03, "one wrong label in ten is right by luck"


def test_the_rate_falls_to_a_twentieth_and_every_setting_has_its_own_rate_and_decay(monkeypatch):
    shares, rules, real = [], [], Momentum.step

    def noted(self, gradients, share=1.0):
        shares.append(share)
        rules.append((self.rates.tolist(), self.decays.tolist()))
        return real(self, gradients, share)

    monkeypatch.setattr(Momentum, "step", noted)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 1)
    settings = {"a": Setting(tiny, lr=0.25, decay=0.5), "b": Setting(tiny, lr=0.125, decay=0.0)}
    last(settings, seeds=2, steps=4)
    assert shares == pytest.approx([1, 1 - 0.95 / 4, 1 - 0.95 / 2, 1 - 0.95 * 3 / 4])
    assert rules[0] == ([0.25, 0.25, 0.125, 0.125], [0.5, 0.5, 0.0, 0.0])
    shares.clear()
    last(settings, seeds=2, steps=4, fall=False)
    assert shares == [1] * 4


def test_learning_lowers_the_loss():
    """Tried with 30 seeds: the training loss fell by 0.9 at least; the test asks for 0.3."""
    record = last({"a": Setting(tiny, lr=0.02)}, images=300, seeds=2, steps=80)
    losses = record.values["training loss"][0]
    assert (losses[:, 0] - losses[:, -1] > 0.3).all()


def test_what_diverges_counts_as_wrong_everywhere():
    record = last({"a": Setting(tiny, lr=1e20), "b": Setting(tiny, lr=0.01)}, seeds=2)
    assert record.last("validation error")["a"].tolist() == [100, 100]
    assert record.last("validation error")["b"].isfinite().all()
    assert record.last("error gap")["a"].isnan().all(), "of two errors that mean nothing"
    assert record.last("error gap")["b"].isfinite().all()


def test_records_come_one_by_one_and_stopping_early_ends_the_work_and_restores_the_threads():
    before = torch.get_num_threads()
    running = race(
        {"a": Setting(tiny)}, DATA, images=64, seeds=2, steps=5000, readings=100, device=CPU
    )
    first = next(running)
    running.close()
    assert 0 < first.progress < 1 and len(first.steps) >= 2
    with ThreadPoolExecutor(1) as pool:
        assert torch.get_num_threads() == pool.submit(torch.get_num_threads).result() == before


def test_a_setting_that_cannot_be_built_or_run_is_raised_where_it_is_seen():
    with pytest.raises(ValueError, match="does not know"):
        last({"a": Setting(lambda: nn.Sequential(nn.Identity()))})
    with pytest.raises(RuntimeError):
        last({"a": Setting(lambda: nn.Sequential(nn.Flatten(), nn.Linear(3, 10)))})


@pytest.mark.parametrize("images", [16, 5001])
def test_more_images_than_there_are_or_fewer_than_a_batch_are_refused(images):
    with pytest.raises(ValueError, match=f"from 32 to 5000 images can be used, not {images}"):
        last({"a": Setting(tiny)}, images=images)


@pytest.mark.parametrize("name", ["seeds", "steps", "readings", "batch", "images"])
@pytest.mark.parametrize("count", [0, -3, 2.5])
def test_counts_that_are_none_are_refused_by_name(name, count):
    with pytest.raises(ValueError, match=f"{name} must be a whole number from 1, not {count}"):
        last({"a": Setting(tiny)}, **{name: count})


@pytest.mark.parametrize("name", ["first_seed", "others"])
def test_counts_that_may_be_none_are_not_below(name):
    with pytest.raises(ValueError, match=f"{name} must be a whole number from 0, not -1"):
        last({"a": Setting(tiny)}, **{name: -1})


@pytest.mark.parametrize(
    "mistake",
    [{"lr": "0.1"}, {"wrong": 50}, {"wrong": -1}, {"lr": -1}, {"lr": float("nan")}, {"decay": -1}],
)
def test_a_setting_that_makes_no_sense_is_refused(mistake):
    with pytest.raises(ValueError, match=str(next(iter(mistake)))):
        Setting(tiny, **mistake)
    with pytest.raises(ValueError, match="a function that builds"):
        Setting(tiny())
    with pytest.raises(ValueError, match="no setting"):
        last({})


def test_the_step_that_reaches_a_level_lies_on_a_straight_line_between_two_readings():
    runs = torch.tensor([[[90.0, 50, 10], [90, 80, 70], [20, 5, 1], [90, 25, 30]]])
    record = Record(("a",), (0, 10, 30), {"training error": runs}, 1.0)
    assert record.steps_to("training error", 25)["a"].tolist() == [22.5, float("inf"), 0, 10]
