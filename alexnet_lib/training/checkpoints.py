"""Checkpoints: what a training run needs to go on, on disk in one step, readable without trusting the file."""

import os
from pathlib import Path

import torch


def save(path, state):
    """Write a dict of tensors, numbers, strings, lists and dicts, replacing the old file only when the new is whole."""
    path = Path(path).expanduser()
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with temporary.open("wb") as target:
            torch.save(state, target)
            target.flush()
            os.fsync(target.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def load(path):
    """The dict that `save` wrote, its tensors on the CPU; nothing in the file is executed (`weights_only=True`).

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
    except (
        Exception
    ) as error:  # a damaged file makes the unpickler raise whatever its bytes happen to spell
        raise ValueError(f"{path.name!r} is not a checkpoint, or is damaged") from error


def writable(path):
    """Make sure, before a long training, that a checkpoint can be written there. Raises OSError or ValueError if not.

    A file that is there and holds no training run, such as weights alone, is not to be replaced.
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
                f"{path.name!r} holds weights, but no training run; name another file, it would be lost"
            )


def random_state(device):
    """The state of PyTorch's own generators, on the CPU and on the device, from which dropout draws."""
    state = {"cpu": torch.get_rng_state()}
    if device.type != "cpu":
        state[device.type] = torch.get_device_module(device).get_rng_state().cpu()
    return state


def restore_random_state(state, device):
    """Put those generators back; one of a device that the checkpoint does not know is left alone."""
    torch.set_rng_state(state["cpu"])
    if device.type != "cpu" and device.type in state:
        torch.get_device_module(device).set_rng_state(state[device.type])
