"""What happened in a training run, reading by reading."""

from dataclasses import dataclass, field


@dataclass
class History:
    """What happened: one number a reading in `step`, `seconds`, `loss`, `accuracy` and `speed`.

    Loss and accuracy are those of the training batches since the reading before, with dropout and
    augmentation on; `speed` is in images per second. The `val_` lists have one number a validation;
    `notes` are sentences to show.
    """

    plan: str = ""
    step: list = field(default_factory=list)
    seconds: list = field(default_factory=list)
    loss: list = field(default_factory=list)
    accuracy: list = field(default_factory=list)
    speed: list = field(default_factory=list)
    val_step: list = field(default_factory=list)
    val_seconds: list = field(default_factory=list)
    val_loss: list = field(default_factory=list)
    val_accuracy: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    progress: float = 0.0
    ended: bool = False

    def note_reading(self, step, seconds, loss, accuracy, speed):
        """Add one reading of the training batches."""
        self.step.append(step)
        self.seconds.append(seconds)
        self.loss.append(loss)
        self.accuracy.append(accuracy)
        self.speed.append(speed)

    def note_validation(self, step, seconds, loss, accuracy):
        """Add one validation."""
        self.val_step.append(step)
        self.val_seconds.append(seconds)
        self.val_loss.append(loss)
        self.val_accuracy.append(accuracy)

    @property
    def sentence(self):
        """The newest figures, in words."""
        parts = []
        if self.speed:
            parts.append(f"{self.speed[-1]:,.0f} images per second, loss {self.loss[-1]:.3f}")
        if self.val_accuracy:
            parts.append(f"validation accuracy {self.val_accuracy[-1]:.3f}")
        return ". ".join([", ".join(parts), *self.notes[-1:]])
