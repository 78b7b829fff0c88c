"""A training run: where it stands, when it ends, and what it reads into its history on the way."""

import math
from time import perf_counter as clock

import torch

from alexnet_lib.checks import whole
from alexnet_lib.training import checkpoints
from alexnet_lib.training.device import is_out_of_memory, release, send
from alexnet_lib.training.evaluation import evaluate
from alexnet_lib.training.history import History
from alexnet_lib.training.plan import Plan, choose, optimiser

READ_EVERY, SAVE_EVERY = 0.5, 30.0  # seconds
WARM_UP = 50  # steps


class Run:
    """All that goes on from one step to the next, and so all that a checkpoint must hold.

    The arguments are those of `fit`; impossible ones raise ValueError.
    """

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
        self.seconds, self.epochs, self.lr, self.seed = seconds, epochs, lr, seed
        self.batch = self.asked = batch
        self.validate_every = validate
        self.history = History()
        self.plan = plan or self._measured_plan()
        self.history.plan = str(self.plan)
        self.began = clock()
        self.plan.model(model).train()
        self.images = data.images.to(self.plan.device)
        self.labels = data.labels.to(self.plan.device)
        torch.manual_seed(seed)
        self.generator = torch.Generator().manual_seed(seed)
        self.adam, self.scaler = optimiser(model, lr), self.plan.scaler()
        self.step = self.epoch = self.position = 0
        self.stopped = self.torn = False
        self.order = torch.randperm(len(self.images), generator=self.generator)
        if resume:
            checkpoints.go_on(self, checkpoints.load(checkpoint))
        self.totals, self.seen = torch.zeros(2, device=self.plan.device), 0
        self.mark = self.saved = self.validated = clock()

    def over(self):
        """Whether the run ends here; if not, the learning rate is set: it rises, then falls."""
        progress = min(1.0, self._share_done()) if self.step else 0.0
        rate = self.lr * min(1.0, (self.step + 1) / WARM_UP) * (1 - 0.95 * progress)
        for group in self.adam.param_groups:
            group["lr"] = rate
        self.history.progress = progress
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
        self.step += 1
        self.position += images
        self.seen += images

    def reading_is_due(self):
        """Whether to read the sums: twice a second, so that the device is rarely waited for."""
        return clock() - self.mark > READ_EVERY

    def read(self, on_progress=None):
        """Read the sums into the history, save and validate if it is time, tell `on_progress`."""
        if self.seen:
            self._read_sums()
        now = clock()
        if self.path is not None and now - self.saved >= SAVE_EVERY:
            self._save()
        if self.validate_every is not None and now - self.validated >= self.validate_every:
            self._validate()
        if on_progress is not None and on_progress(self.history):
            self.stopped = True
        self.mark = clock()

    def tell(self, sentence):
        """Keep a sentence among the history's notes, and print it, as not every page draws them."""
        self.history.notes.append(sentence)
        print(sentence)

    def finish(self, on_progress=None):
        """The last reading, saving and validation; the model is left in evaluation mode."""
        self.history.ended = True
        self.validated = -math.inf
        self.saved = math.inf if self.torn else -math.inf
        try:
            self.read(on_progress)
        finally:
            self.model.eval()

    def _share_done(self):
        by_time = (clock() - self.began) / self.seconds if self.seconds else 0.0
        epochs = self.epoch + self.position / len(self.order)
        return max(by_time, epochs / self.epochs if self.epochs else 0.0)

    def _read_sums(self):
        loss, accuracy = _numbers(self.totals / self.seen)
        if not math.isfinite(loss):
            raise FloatingPointError(
                f"the loss is no longer a number ({loss}) by step {self.step}: the weights took "
                "steps too large. "
                f"Begin again with a fresh network and a smaller lr than {self.lr:g}"
            )
        now = clock()
        speed = self.seen / (now - self.mark)
        self.history.note_reading(self.step, now - self.began, loss, accuracy, speed)
        self.totals.zero_()
        self.seen = 0

    def _validate(self):
        try:
            found = self._evaluated(self.batch)
        except RuntimeError as error:
            if not is_out_of_memory(error) or self.batch == 1:
                raise
            release(error, self.plan.device)
            found = self._evaluated(1)
        self.validated = clock()
        seconds = self.validated - self.began
        self.history.note_validation(self.step, seconds, found.loss, found.accuracy)

    def _evaluated(self, batch):
        images, labels = self.data.val_images, self.data.val_labels
        return evaluate(self.model, images, labels, self.plan, self.prepare, batch)

    def _save(self):
        self.saved = clock()
        try:
            checkpoints.save(self.path, checkpoints.state_of(self, self.saved - self.began))
        except (OSError, RuntimeError) as error:  # torch.save tells of a full disk with the latter
            self.tell(f"The checkpoint could not be written ({error}); training goes on.")

    def _measured_plan(self):
        while True:
            x, y = self.prepare(self.data.images[: self.batch]), self.data.labels[: self.batch]
            try:
                return choose(self.model, x, y)
            except RuntimeError as error:
                if not is_out_of_memory(error) or self.batch == 1:
                    raise
                self.batch //= 2
                self.history.notes.append(
                    f"The device was out of memory: training begins with batches of {self.batch}."
                )


def _numbers(totals):
    return totals.tolist()


def _check(data, seconds, epochs, lr, batch, plan, validate, checkpoint, resume):
    if seconds is None and epochs is None:
        raise ValueError("say how long to train: seconds=…, epochs=… or both")
    for name, value in (("seconds", seconds), ("epochs", epochs), ("lr", lr)):
        if value is not None and not (isinstance(value, int | float) and value > 0):
            raise ValueError(f"{name} must be a number above 0, not {value!r}")
    no_number = isinstance(validate, bool) or not isinstance(validate, int | float | None)
    if no_number or not (validate is None or validate >= 0):
        raise ValueError(f"validate must be seconds from 0, or None for never, not {validate!r}")
    whole("batch", batch, of=" of images")
    if plan is not None and not isinstance(plan, Plan):
        raise ValueError(
            "plan is a plan.Plan, such as Plan(torch.device('cpu')), or None to measure, "
            f"not {plan!r}"
        )
    if len(data.images) == 0:
        raise ValueError("there are no images to train on")
    if resume and checkpoint is None:
        raise ValueError("resume=True needs the checkpoint to go on from: checkpoint=path")
    if validate is not None and len(data.val_images) == 0:
        raise ValueError("there are no images to validate on; train without with validate=None")
    if checkpoint is not None:
        checkpoints.writable(checkpoint)
