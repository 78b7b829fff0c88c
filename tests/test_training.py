import copy
import inspect
import math
import signal
import threading
import weakref

import pytest
import torch
from clock import Clock
from torch import nn

from alexnet_lib.alexnet import SmallAlexNet
from alexnet_lib.data.photographs import Images
from alexnet_lib.training import checkpoints, loop, mishaps, plan, run
from alexnet_lib.training import device as devices
from alexnet_lib.training.loop import fit
from alexnet_lib.training.plan import Plan

LABELS = torch.arange(40) % 2
GREY = torch.randint(
    0, 40, (40, 1, 8, 8), generator=torch.Generator().manual_seed(0), dtype=torch.uint8
)
DATA = Images(
    GREY + (LABELS * 200).byte().view(-1, 1, 1, 1),
    LABELS,
    GREY[:10],
    LABELS[:10],
    ("dark", "light"),
    "made",
)


def network(seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Dropout(0.5), nn.Linear(144, 2)
    )


def train(model=None, **options):
    model = model or network()
    options = {"epochs": 3, "batch": 8, "plan": Plan(), **options}
    return model, fit(model, DATA, **options)


def same(one, other):
    pairs = zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """A step takes some microseconds: nothing falls due by the clock unless a test asks."""
    clock = Clock()
    for module in (run, devices):
        monkeypatch.setattr(module, "clock", clock)
    return clock


@pytest.fixture
def read_every_step(monkeypatch):
    monkeypatch.setattr(run, "READ_EVERY", -1)


def test_it_learns_and_tells_what_it_saw(read_every_step):
    data = DATA._replace(val_images=DATA.images[:10])
    model = network()
    history = fit(model, data, epochs=20, batch=8, plan=Plan(), lr=1e-2, validate=0)
    assert history.step[:3] == [1, 2, 3] and history.step[-1] == 100
    assert history.loss[0] > 0.3 > history.loss[-1] and history.val_accuracy[-1] == 1
    assert (
        history.val_step[-1] == 100
        and history.plan == "cpu, float32, NCHW"
        and history.progress == 1
    )
    lengths = {
        len(getattr(history, name)) for name in ("step", "seconds", "loss", "accuracy", "speed")
    }
    assert (
        len(lengths) == 1 and min(history.speed) > 0 and history.seconds == sorted(history.seconds)
    )
    assert not model.training


def test_the_loss_it_reads_is_the_mean_over_the_images(monkeypatch):
    losses, real = [], loop.train_step

    def noted(*arguments):
        loss, right = real(*arguments)
        losses.append((loss.item(), right.item(), len(arguments[-1])))
        return loss, right

    monkeypatch.setattr(loop, "train_step", noted)
    monkeypatch.setattr(run, "READ_EVERY", math.inf)
    _, history = train(epochs=1, batch=16)
    assert [count for *_, count in losses] == [16, 16, 8]
    assert history.loss == pytest.approx([sum(loss * count for loss, _, count in losses) / 40])
    assert history.accuracy == pytest.approx([sum(right for _, right, _ in losses) / 40])


def test_the_same_seed_twice_gives_the_same_weights_and_another_seed_others():
    (one, _), (two, _), (three, _) = train(), train(), train(seed=1)
    assert same(one, two) and not same(one, three) and not same(one, network())


def test_every_image_is_used_once_an_epoch_in_a_new_order(monkeypatch):
    seen, real = [], run.Run.next_batch

    def noted(self):
        seen.append(real(self))
        return seen[-1]

    monkeypatch.setattr(run.Run, "next_batch", noted)
    train(epochs=2, batch=16)
    first, second = torch.cat(seen[:3]), torch.cat(seen[3:])
    assert sorted(first.tolist()) == sorted(second.tolist()) == list(range(40))
    assert not torch.equal(first, second)


def stop_after(readings):
    return lambda history: len(history.step) >= readings


@pytest.mark.parametrize("steps", [2, 5, 7, 10])
def test_a_resumed_run_gives_the_weights_of_an_uninterrupted_one(tmp_path, read_every_step, steps):
    whole, long = train()
    path = tmp_path / "run.pt"
    first, short = train(checkpoint=path, on_progress=stop_after(steps))
    assert short.step[-1] == steps and not same(first, whole)
    torch.rand(17)
    second, history = train(network(seed=9), checkpoint=path, resume=True)
    assert same(second, whole) and history.step == long.step == list(range(1, 16))
    assert history.loss == pytest.approx(long.loss)


def test_a_checkpoint_is_made_on_the_way_and_a_crash_loses_only_what_came_after(
    tmp_path, read_every_step, monkeypatch
):
    monkeypatch.setattr(run, "SAVE_EVERY", -1)

    def crash(history):
        if history.step[-1] == 7:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        train(checkpoint=tmp_path / "run.pt", on_progress=crash)
    assert checkpoints.load(tmp_path / "run.pt")["step"] == 7
    resumed, _ = train(network(seed=9), checkpoint=tmp_path / "run.pt", resume=True)
    assert same(resumed, train()[0])


def test_a_checkpoint_of_another_run_is_refused(tmp_path):
    train(checkpoint=tmp_path / "run.pt")
    with pytest.raises(ValueError, match="another run: its seed is 0, here it is 1"):
        train(seed=1, checkpoint=tmp_path / "run.pt", resume=True)
    with pytest.raises(
        ValueError, match="another run: its number of weights is 330, here it is 185"
    ):
        train(
            nn.Sequential(nn.Conv2d(1, 4, 3), nn.Flatten(), nn.Linear(144, 1)),
            checkpoint=tmp_path / "run.pt",
            resume=True,
        )
    with pytest.raises(ValueError, match="another run: its batch is 8, here it is 2"):
        train(batch=2, checkpoint=tmp_path / "run.pt", resume=True)
    with pytest.raises(FileNotFoundError, match="no checkpoint"):
        train(checkpoint=tmp_path / "other.pt", resume=True)


def test_a_checkpoint_that_lacks_a_part_is_refused_and_the_network_stays(tmp_path):
    train(checkpoint=tmp_path / "run.pt")
    state = checkpoints.load(tmp_path / "run.pt")
    del state["adam"], state["history"]
    checkpoints.save(tmp_path / "run.pt", state)
    other = network(seed=1)
    with pytest.raises(ValueError, match="not whole: it lacks adam, history"):
        train(other, checkpoint=tmp_path / "run.pt", resume=True)
    assert same(other, network(seed=1))


def test_a_checkpoint_of_another_network_or_of_weights_alone_leaves_the_network_as_it_was(tmp_path):
    train(checkpoint=tmp_path / "run.pt")
    other = nn.Sequential(network(seed=1))
    with pytest.raises(
        ValueError, match="another run: its shape of 0.0.weight is None, here it is"
    ):
        train(other, checkpoint=tmp_path / "run.pt", resume=True)
    assert same(other, network(seed=1))
    weights = tmp_path / "weights.pt"
    torch.save(network().state_dict(), weights)
    for resume in (True, False):
        with pytest.raises(ValueError, match="weights.pt' holds weights, but no training run"):
            train(checkpoint=weights, resume=resume)
    assert torch.load(weights).keys() == network().state_dict().keys()


def test_an_interruption_ends_the_run_after_the_step_at_hand_and_keeps_it_all(
    tmp_path, read_every_step
):
    class Interrupted(nn.Flatten):
        calls = 0

        def forward(self, x):
            Interrupted.calls += 1
            if Interrupted.calls == 4:
                signal.raise_signal(signal.SIGINT)
            return super().forward(x)

    def with_flatten(layer):
        model = network()
        model[2] = layer
        return model

    handler = signal.getsignal(signal.SIGINT)
    path = tmp_path / "run.pt"
    model, history = train(with_flatten(Interrupted()), validate=None, checkpoint=path)
    assert history.step == [1, 2, 3, 4] and history.notes == [
        "You stopped it; what was learned so far is kept."
    ]
    assert signal.getsignal(signal.SIGINT) is handler and not model.training
    assert same(train(checkpoint=path, resume=True)[0], train()[0])


def test_after_a_second_interruption_the_last_whole_checkpoint_stays(
    tmp_path, read_every_step, monkeypatch
):
    monkeypatch.setattr(run, "SAVE_EVERY", -1)
    path, real, steps = tmp_path / "run.pt", loop.train_step, []

    def torn(*arguments):
        answer = real(*arguments)
        steps.append(answer)
        if len(steps) == 6:
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)
        return answer

    monkeypatch.setattr(loop, "train_step", torn)
    _, history = train(checkpoint=path)
    assert history.ended and checkpoints.load(path)["step"] == 5
    monkeypatch.setattr(loop, "train_step", real)
    assert same(train(network(seed=9), checkpoint=path, resume=True)[0], train()[0])


def test_an_interruption_of_the_last_validation_keeps_network_history_and_checkpoint(
    tmp_path, monkeypatch
):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "evaluate", stopped)
    model, history = train(checkpoint=tmp_path / "run.pt")
    assert (
        checkpoints.load(tmp_path / "run.pt")["step"] == 15
        and not model.training
        and history.step == [15]
    )


@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), RuntimeError("No space left on device")]
)
def test_a_checkpoint_that_cannot_be_written_is_told_and_training_goes_on(
    tmp_path, monkeypatch, capsys, error
):
    def full(*_):
        raise error

    monkeypatch.setattr(checkpoints, "save", full)
    model, history = train(checkpoint=tmp_path / "run.pt")
    assert "could not be written" in history.notes[0] and "No space left" in capsys.readouterr().out
    assert same(model, train()[0])


def test_a_run_goes_on_with_another_number_format(tmp_path, read_every_step):
    path, half = tmp_path / "run.pt", Plan(torch.device("cpu"), torch.float16)
    train(checkpoint=path, on_progress=stop_after(5))
    _, history = train(plan=half, checkpoint=path, resume=True, on_progress=stop_after(8))
    assert history.step[-1] == 8 and history.plan == str(half)
    _, history = train(checkpoint=path, resume=True)
    assert history.step[-1] == 15 and history.plan == str(Plan()) and history.ended


def test_an_interruption_raised_anywhere_keeps_what_was_learned(read_every_step):
    def interrupt(history):
        if len(history.step) == 3:
            history.step.append("once")
            raise KeyboardInterrupt

    model, history = train(on_progress=interrupt)
    assert history.step[:3] == [1, 2, 3] and not same(model, network()) and not model.training


def test_it_runs_in_a_thread_beside_the_page():
    results = []
    thread = threading.Thread(target=lambda: results.append(train()[0]))
    thread.start()
    thread.join()
    assert same(results[0], train()[0])


def test_the_time_budget_ends_it(clock, read_every_step):
    clock.tick = 1.0
    _, history = train(epochs=None, seconds=100, validate=None)
    assert 90 < history.seconds[-1] < 110 and history.progress == 1
    assert history.step[-1] > 3


def test_one_step_is_taken_however_short_the_time_and_without_images_to_validate_on():
    data = DATA._replace(val_images=GREY[:0], val_labels=LABELS[:0])
    history = fit(network(), data, seconds=1e-9, plan=Plan(), validate=None)
    assert history.step == [1] and history.ended
    with pytest.raises(ValueError, match="no images to validate on; train without"):
        fit(network(), data, seconds=1, plan=Plan())


def test_readings_validations_and_checkpoints_fall_due_by_the_clock(tmp_path, monkeypatch, clock):
    """At 1/4 s a step, more than half a second is 3 steps, five seconds 21, half a minute 120."""
    real, saved, clock.tick = loop.train_step, [], 0.0

    def slow(*arguments):
        clock.now += 0.25
        return real(*arguments)

    monkeypatch.setattr(loop, "train_step", slow)
    monkeypatch.setattr(checkpoints, "save", lambda path, state: saved.append(state["step"]))
    _, history = train(epochs=32, checkpoint=tmp_path / "run.pt")
    assert history.step == [*range(3, 160, 3), 160] and history.seconds[0] == pytest.approx(
        0.75, abs=0.01
    )
    assert history.speed[0] == pytest.approx(8 / 0.25, rel=0.01)
    assert history.val_step == [*range(21, 160, 21), 160] and saved == [120, 160]


def test_the_learning_rate_rises_and_falls(monkeypatch, read_every_step):
    rates = []
    monkeypatch.setattr(run, "WARM_UP", 3)
    real = loop.train_step

    def noted(model, adam, *rest):
        rates.append(adam.param_groups[0]["lr"])
        return real(model, adam, *rest)

    monkeypatch.setattr(loop, "train_step", noted)
    train(epochs=2, lr=0.3)
    wanted = [0.3 * min(1, (step + 1) / 3) * (1 - 0.95 * step / 10) for step in range(10)]
    assert rates == pytest.approx(wanted)


def test_a_loss_that_is_not_finite_stops_it_with_an_explanation(tmp_path):
    model = network()
    nn.init.constant_(model[4].weight, math.inf)
    with pytest.raises(FloatingPointError, match="no longer a number .* smaller lr than 0.5"):
        train(model, lr=0.5, checkpoint=tmp_path / "run.pt")
    assert list(tmp_path.iterdir()) == [], "rubbish is not saved"


class Full(nn.Module):
    """A device with room for `room` images: more are out of memory."""

    def __init__(self, room, error=torch.OutOfMemoryError):
        super().__init__()
        self.inner, self.room, self.error, self.sizes = network(), room, error, []
        self.held, self.most = weakref.WeakSet(), 0

    def forward(self, x):
        self.sizes.append(len(x))
        activations = torch.zeros(len(x))
        self.held.add(activations)
        self.most = max(self.most, len(self.held))
        if len(x) > self.room:
            raise self.error("the device is out of memory")
        return self.inner(x)


@pytest.mark.parametrize("error", [torch.OutOfMemoryError, RuntimeError])
def test_out_of_memory_halves_the_batch_says_so_and_goes_on_with_the_same_images(error, capsys):
    model, history = train(Full(9, error), epochs=1, batch=32, validate=None)
    assert model.sizes == [32, 16, 8, 8, 8, 8, 8] and model.most == 1, (
        "what failed is let go before the next try"
    )
    assert history.notes == [
        f"The device was out of memory: training goes on with batches of {n}." for n in (16, 8)
    ]
    assert capsys.readouterr().out.splitlines() == history.notes


def test_out_of_memory_in_the_optimiser_starts_it_anew(monkeypatch, capsys):
    real, broken = torch.optim.Adam.step, []

    def half_done(self, *arguments):
        if not broken and len(self.param_groups[0]["params"]) > 1:
            broken.append(1)
            self.state[self.param_groups[0]["params"][0]] = {"step": torch.tensor(1.0)}
            raise torch.OutOfMemoryError("no room for the second moments")
        return real(self, *arguments)

    monkeypatch.setattr(torch.optim.Adam, "step", half_done)
    _, history = train(epochs=1, batch=16)
    assert history.notes == ["The device was out of memory: training goes on with batches of 8."]


def test_a_validation_that_is_too_large_is_made_image_by_image():
    model, history = train(Full(9), epochs=1, batch=8)
    assert len(history.val_loss) == 1
    model, history = train(Full(1), epochs=1, batch=8)
    assert len(history.val_loss) == 1 and model.sizes[-10:] == [1] * 10


def test_out_of_memory_before_the_first_step_halves_too(monkeypatch):
    monkeypatch.setattr(plan, "candidates", lambda device: [Plan()])
    model, history = train(Full(9), epochs=1, batch=32, plan=None, validate=None)
    assert history.notes == [
        f"The device was out of memory: training begins with batches of {n}." for n in (16, 8)
    ]
    assert model.sizes == [8] * 5


def test_a_single_image_that_does_not_fit_and_any_other_error_are_raised():
    with pytest.raises(torch.OutOfMemoryError):
        train(Full(0))
    with pytest.raises(RuntimeError, match="shape"):
        train(nn.Sequential(nn.Flatten(), nn.Linear(3, 2)))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"epochs": None}, "say how long to train"),
        ({"seconds": 0}, "seconds must be a number above 0, not 0"),
        ({"seconds": "10"}, "seconds must be a number above 0, not '10'"),
        ({"lr": -1}, "lr must be a number above 0"),
        ({"validate": False}, "validate must be seconds from 0, or None for never, not False"),
        ({"validate": float("nan")}, "validate must be seconds"),
        ({"batch": 0}, "batch must be a whole number of images from 1"),
        ({"plan": "cpu"}, "plan is a plan.Plan, .* not 'cpu'"),
        ({"resume": True}, "needs the checkpoint to go on from"),
    ],
)
def test_impossible_settings_are_explained(options, words):
    with pytest.raises(ValueError, match=words):
        train(**options)


def test_model_data_and_optimiser_all_move_and_nothing_is_read_before_it_is_due(monkeypatch):
    """On 'meta' no value can be read: a forgotten tensor or an `.item()` in a step would raise."""
    made, reads = [], []
    monkeypatch.setattr(run, "_numbers", lambda totals: reads.append(totals) or [0.5, 0.5])
    monkeypatch.setattr(run, "READ_EVERY", math.inf)
    monkeypatch.setattr(loop, "Run", lambda *arguments: made.append(run.Run(*arguments)) or made[0])
    model = SmallAlexNet()
    data = DATA._replace(images=torch.zeros(40, 1, 28, 28, dtype=torch.uint8))
    fit(model, data, epochs=2, batch=8, plan=Plan(torch.device("meta")), validate=None)
    (state,) = made
    found = [
        *model.parameters(),
        *(weight.grad for weight in model.parameters()),
        *reads,
        state.images,
        state.labels,
    ]
    found += [one[name] for one in state.adam.state.values() for name in ("exp_avg", "exp_avg_sq")]
    assert (
        {tensor.device.type for tensor in found} == {"meta"}
        and len(reads) == 1
        and state.step == 10
    )


def test_no_device_is_named_in_the_loop_and_a_step_waits_for_nothing():
    for module in (loop, mishaps, run):
        assert "cuda" not in inspect.getsource(module)
    source = (
        inspect.getsource(fit)
        + inspect.getsource(plan.train_step)
        + inspect.getsource(run.Run.count)
    )
    assert ".item()" not in source and ".tolist()" not in source and ".cpu()" not in source


def test_mixed_precision_and_the_other_layout_train_too():
    for dtype in (torch.bfloat16, torch.float16):
        model, history = train(
            plan=Plan(torch.device("cpu"), dtype, torch.channels_last), epochs=8, lr=1e-2
        )
        assert history.loss[-1] < 0.69 and model[0].weight.dtype == torch.float32


def test_the_loop_itself_fits_on_a_page():
    body = inspect.getsource(fit).split('"""')[2].strip().splitlines()
    assert len(body) <= 18


def test_the_readers_images_stay_as_they_were():
    before = copy.deepcopy(DATA.images)
    train()
    assert torch.equal(DATA.images, before)
