"""A training run: where it stands, when it ends, what it has seen, and how it is saved and goes on."""

import math
import signal
import threading
from contextlib import contextmanager
from dataclasses import asdict
from time import perf_counter as clock

import torch

from alexnet_lib.training import checkpoints
from alexnet_lib.training.device import release, send
from alexnet_lib.training.evaluation import evaluate
from alexnet_lib.training.history import History
from alexnet_lib.training.plan import Plan, choose, optimiser

READ_EVERY, SAVE_EVERY = 0.5, 30.0
WARM_UP = 50
FULL = (
    "out of memory",
    "can't allocate memory",
    "not enough memory",
    "Invalid buffer size",
    "_ALLOC_FAILED",
)


class Run:
    """All that goes on from one step to the next, and so all that a checkpoint must hold."""

    def __init__(
        self,
        model,
        data,
        seconds,
        epochs,
        lr,
        batch,
        seed,
        plan,
        prepare,
        validate,
        checkpoint,
        resume,
    ):
        _check(data, seconds, epochs, lr, batch, plan, validate, checkpoint, resume)
        self.model, self.data, self.prepare, self.path = model, data, prepare, checkpoint
        self.seconds, self.epochs, self.lr, self.batch, self.seed = seconds, epochs, lr, batch, seed
        self.asked, self.every = batch, validate
        self.history = History()
        self.plan = plan or self._measured_plan()
        self.history.plan = str(self.plan)
        self.began = clock()
        self.plan.model(model).train()
        self.images, self.labels = (
            data.images.to(self.plan.device),
            data.labels.to(self.plan.device),
        )
        torch.manual_seed(seed)
        self.generator = torch.Generator().manual_seed(seed)
        self.adam, self.scaler = optimiser(model, lr), self.plan.scaler()
        self.step, self.epoch, self.position, self.stopped, self.torn = 0, 0, 0, False, False
        self.order = torch.randperm(len(self.images), generator=self.generator)
        if resume:
            self._restore(checkpoints.load(checkpoint))
        self.totals, self.seen = torch.zeros(2, device=self.plan.device), 0
        self.mark = self.saved = self.validated = clock()

    def over(self):
        """Whether the run is at its end; if not, the learning rate is set: a short rise, then a straight fall."""
        self.history.progress = progress = min(1.0, max(self._shares())) if self.step else 0.0
        rate = self.lr * min(1.0, (self.step + 1) / WARM_UP) * (1 - 0.95 * progress)
        for group in self.adam.param_groups:
            group["lr"] = rate
        return progress >= 1 or self.stopped

    def next_batch(self):
        """The places of the next images, on the device: the order is drawn anew for every epoch."""
        if self.position >= len(self.order):
            self.order = torch.randperm(len(self.order), generator=self.generator)
            self.epoch, self.position = self.epoch + 1, 0
        return send(self.order[self.position : self.position + self.batch], self.plan.device)

    def count(self, loss, right, images):
        """Note one finished step; the sums stay on the device, so that nothing waits for it."""
        self.totals += torch.stack((loss.float() * images, right.float()))
        self.step, self.position, self.seen = (
            self.step + 1,
            self.position + images,
            self.seen + images,
        )

    def reading_is_due(self):
        """Whether it is time to read the sums: about twice a second, so that the device is rarely waited for."""
        return clock() - self.mark > READ_EVERY

    def read(self, on_progress=None):
        """Read the sums into the history, validate and save if it is time, and tell `on_progress`."""
        if self.seen:
            loss, right = _numbers(self.totals / self.seen)
            if not math.isfinite(loss):
                raise FloatingPointError(
                    f"the loss is no longer a number ({loss}) by step {self.step}: the weights took steps too large. "
                    f"Begin again with a fresh network and a smaller lr than {self.lr:g}"
                )
            now = clock()
            values = (self.step, now - self.began, loss, right, self.seen / (now - self.mark))
            for name, value in zip(
                ("step", "seconds", "loss", "accuracy", "speed"), values, strict=True
            ):
                getattr(self.history, name).append(value)
            self.totals.zero_()
            self.seen = 0
        now = clock()
        if self.path is not None and now - self.saved >= SAVE_EVERY:
            self._save()
        if self.every is not None and now - self.validated >= self.every:
            self._validate()
        if on_progress is not None and on_progress(self.history):
            self.stopped = True
        self.mark = clock()

    def halve_the_batch(self, error):
        """When the device is out of memory: free what the failed step holds, halve the batch and say so.

        Any other error, and a batch of one that does not fit, is raised again.
        """
        if not _out_of_memory(error) or self.batch == 1:
            raise error
        self.adam.zero_grad()
        release(error, self.plan.device)
        scale, self.scaler = self.scaler.state_dict(), self.plan.scaler()
        if scale:
            self.scaler.load_state_dict(scale)
        if self.step == 0:
            self.adam = optimiser(self.model, self.lr)
        self.batch = max(1, self.batch // 2)
        self.history.notes.append(
            f"The device was out of memory: training goes on with batches of {self.batch}."
        )
        print(self.history.notes[-1])

    @contextmanager
    def finishing_the_step_when_interrupted(self):
        """Let an interruption end the run after the step at hand, and nothing is lost; a second one ends it at once.

        Then a step may be half done, and what was last saved is the better place to go on from.
        """

        def stop(*_):
            if self.stopped:
                raise KeyboardInterrupt
            self.stopped = True
            self.history.notes.append("You stopped it; what was learned so far is kept.")

        here = threading.current_thread() is threading.main_thread()
        before = signal.signal(signal.SIGINT, stop) if here else None
        try:
            yield
        except KeyboardInterrupt:
            self.stopped = self.torn = True
        finally:
            if here:
                signal.signal(signal.SIGINT, before)

    def finish(self, on_progress=None):
        """The last reading, saving and validation; the model is left in evaluation mode."""
        self.history.ended = True
        self.validated = -math.inf
        self.saved = math.inf if self.torn else -math.inf
        try:
            self.read(on_progress)
        finally:
            self.model.eval()

    def _shares(self):
        elapsed, images = clock() - self.began, len(self.order)
        yield from () if self.seconds is None else (elapsed / self.seconds,)
        yield from (
            () if self.epochs is None else ((self.epoch + self.position / images) / self.epochs,)
        )

    def _validate(self):
        images, labels = self.data.val_images, self.data.val_labels
        try:
            found = evaluate(self.model, images, labels, self.plan, self.prepare, self.batch)
        except RuntimeError as error:
            if not _out_of_memory(error) or self.batch == 1:
                raise
            release(error, self.plan.device)
            found = evaluate(self.model, images, labels, self.plan, self.prepare, 1)
        self.validated = clock()
        values = (self.step, self.validated - self.began, found.loss, found.accuracy)
        for name, value in zip(
            ("val_step", "val_seconds", "val_loss", "val_accuracy"), values, strict=True
        ):
            getattr(self.history, name).append(value)

    def _measured_plan(self):
        while True:
            x, y = self.prepare(self.data.images[: self.batch]), self.data.labels[: self.batch]
            try:
                return choose(self.model, x, y)
            except RuntimeError as error:
                if not _out_of_memory(error) or self.batch == 1:
                    raise
                self.batch //= 2
                self.history.notes.append(
                    f"The device was out of memory: training begins with batches of {self.batch}."
                )

    def _save(self):
        names = ("batch", "step", "epoch", "position", "order")
        state = {name: getattr(self, name) for name in names}
        state |= {
            "seconds": clock() - self.began,
            "history": asdict(self.history),
            "task": self._task(),
        }
        state |= {
            "generator": self.generator.get_state(),
            "random": checkpoints.random_state(self.plan.device),
        }
        state |= {
            "model": self.model.state_dict(),
            "adam": self.adam.state_dict(),
            "scaler": self.scaler.state_dict(),
        }
        self.saved = clock()
        try:
            checkpoints.save(self.path, state)
        except (
            OSError,
            RuntimeError,
        ) as error:  # torch.save tells of a full disk with a RuntimeError
            self.history.notes.append(
                f"The checkpoint could not be written ({error}); training goes on."
            )
            print(self.history.notes[-1])

    def _restore(self, state):
        for name, mine in self._task().items():
            if (other := state["task"].get(name)) != mine:
                raise ValueError(
                    f"the checkpoint is of another run: its {name} is {other}, here it is {mine}"
                )
        self.model.load_state_dict(state["model"])
        self.adam.load_state_dict(state["adam"])
        if state["scaler"] and self.scaler.is_enabled():
            self.scaler.load_state_dict(state["scaler"])
        for name in ("batch", "step", "epoch", "position", "order"):
            setattr(self, name, state[name])
        self.generator.set_state(state["generator"])
        checkpoints.restore_random_state(state["random"], self.plan.device)
        began = self.history
        self.history = History(**state["history"])
        self.history.plan, self.history.notes, self.history.ended = (
            began.plan,
            self.history.notes + began.notes,
            False,
        )
        self.began -= state["seconds"]

    def _task(self):
        weights = self.model.state_dict()
        return {
            "number of weights": sum(weight.numel() for weight in weights.values()),
            **{f"shape of {name}": list(weight.shape) for name, weight in weights.items()},
            "number of images": len(self.data.images),
            "list of classes": list(self.data.names),
            "seed": self.seed,
            "lr": self.lr,
            "batch": self.asked,
        }


def _numbers(totals):
    return totals.tolist()


def _out_of_memory(error):
    return isinstance(error, torch.OutOfMemoryError) or any(words in str(error) for words in FULL)


def _check(data, seconds, epochs, lr, batch, plan, validate, checkpoint, resume):
    if seconds is None and epochs is None:
        raise ValueError("say how long to train: seconds=…, epochs=… or both")
    for name, value in (("seconds", seconds), ("epochs", epochs), ("lr", lr)):
        if value is not None and not value > 0:
            raise ValueError(f"{name} must be above 0, not {value!r}")
    if isinstance(batch, bool) or not isinstance(batch, int) or batch < 1:
        raise ValueError(f"batch must be a whole number of images from 1, not {batch!r}")
    if plan is not None and not isinstance(plan, Plan):
        raise ValueError(
            f"plan is a plan.Plan, such as Plan(torch.device('cpu')), or None to measure, not {plan!r}"
        )
    if len(data.images) == 0:
        raise ValueError("there are no images to train on")
    if resume and checkpoint is None:
        raise ValueError("resume=True needs the checkpoint to go on from: checkpoint=path")
    if validate is not None and len(data.val_images) == 0:
        raise ValueError("there are no images to validate on; train without with validate=None")
    if checkpoint is not None:
        checkpoints.writable(checkpoint)
