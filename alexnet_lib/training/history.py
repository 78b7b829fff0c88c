"""What happened in a training run, reading by reading."""

from dataclasses import dataclass, field


@dataclass
class History:
    """What happened, for drawing: one number a reading in `step`, `seconds`, `loss`, `accuracy` and `speed`.

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

    @property
    def sentence(self):
        """The newest figures, in words."""
        parts = (
            [f"{self.speed[-1]:,.0f} images per second, loss {self.loss[-1]:.3f}"]
            if self.speed
            else []
        )
        parts += [f"validation accuracy {self.val_accuracy[-1]:.3f}"] if self.val_accuracy else []
        return ". ".join([", ".join(parts), *self.notes[-1:]])
