"""Checkpoints: what a training run needs to go on, in a file that need not be trusted."""

import os
from dataclasses import asdict
from pathlib import Path

import torch

from alexnet_lib.files import replacing
from alexnet_lib.training.history import History

COUNTS = ("batch", "step", "epoch", "position", "order")
LEARNING = ("model", "adam", "scaler")
PARTS = {*COUNTS, *LEARNING, "seconds", "history", "task", "generator", "random"}


def state_of(run, seconds):
    """All that a `run.Run` needs to go on, as a dict for `save`; it has lasted so many seconds."""
    return {
        **{name: getattr(run, name) for name in COUNTS},
        **{name: getattr(run, name).state_dict() for name in LEARNING},
        "seconds": seconds,
        "history": asdict(run.history),
        "task": _task(run),
        "generator": run.generator.get_state(),
        "random": random_state(run.plan.device),
    }


def go_on(run, state):
    """Put a `run.Run` where the one was whose `state_of` was saved.

    Raises ValueError when it is not whole, or of another task; then the run is left as it was.
    """
    if lacking := PARTS - state.keys():
        raise ValueError(f"the checkpoint is not whole: it lacks {', '.join(sorted(lacking))}")
    for name, mine in _task(run).items():
        if (other := state["task"].get(name)) != mine:
            raise ValueError(
                f"the checkpoint is of another run: its {name} is {other}, here it is {mine}"
            )
    for name in LEARNING:
        part = getattr(run, name)
        if part is not run.scaler or (state["scaler"] and part.is_enabled()):
            part.load_state_dict(state[name])
    for name in COUNTS:
        setattr(run, name, state[name])
    run.generator.set_state(state["generator"])
    restore_random_state(state["random"], run.plan.device)
    history = History(**state["history"])
    history.plan, history.ended = run.history.plan, False
    history.notes += run.history.notes
    run.history = history
    run.began -= state["seconds"]


def _task(run):
    """What must be the same for a run to go on: the network's shape, the images, the training."""
    weights = run.model.state_dict()
    return {
        "number of weights": sum(weight.numel() for weight in weights.values()),
        **{f"shape of {name}": list(weight.shape) for name, weight in weights.items()},
        "number of images": len(run.data.images),
        "list of classes": list(run.data.names),
        "seed": run.seed,
        "lr": run.lr,
        "batch": run.asked,
    }


def save(path, state):
    """Write a dict of tensors, numbers, strings, lists and dicts; an old file stays till then."""
    path = Path(path).expanduser()
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary, temporary.open("wb") as target:
        torch.save(state, target)
        target.flush()
        os.fsync(target.fileno())


def load(path):
    """The dict that `save` wrote, its tensors on the CPU; nothing in the file is executed.

    Raises FileNotFoundError when there is none, OSError when it cannot be opened, ValueError when
    the file is no checkpoint or is damaged.
    """
    path = Path(path).expanduser()
    if not path.exists():
        raise FileNotFoundError(
            f"there is no checkpoint {str(path)!r} (looked in {path.absolute().parent})"
        )
    with path.open("rb"):
        pass
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # the unpickler raises whatever a damaged file happens to spell
        raise ValueError(f"{path.name!r} is not a checkpoint, or is damaged") from error


def writable(path):
    """Make sure, before a long training, that a checkpoint can be written there.

    Raises OSError or ValueError if not. A file that holds no training run, such as weights alone,
    is not to be replaced.
    """
    path = Path(path).expanduser()
    if path.is_dir() or not path.name:
        raise ValueError(f"the checkpoint {str(path)!r} is a folder; name a file in it")
    path.parent.mkdir(parents=True, exist_ok=True)
    if not os.access(path.parent, os.W_OK):
        raise PermissionError(f"no checkpoint can be written in {path.parent.absolute()}")
    if path.exists():
        try:
            state = load(path)
        except ValueError as error:
            raise ValueError(f"{error}; name another file, this one would be lost") from error
        if not isinstance(state, dict) or "task" not in state:
            raise ValueError(
                f"{path.name!r} holds weights, but no training run; "
                "name another file, it would be lost"
            )


def random_state(device):
    """The state of PyTorch's own generators, from which dropout draws, on CPU and device."""
    state = {"cpu": torch.get_rng_state()}
    if device.type != "cpu":
        state[device.type] = torch.get_device_module(device).get_rng_state().cpu()
    return state


def restore_random_state(state, device):
    """Put those generators back; one that the checkpoint does not know is left alone."""
    torch.set_rng_state(state["cpu"])
    if device.type != "cpu" and device.type in state:
        torch.get_device_module(device).set_rng_state(state[device.type])
