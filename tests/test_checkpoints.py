import os
import pickle

import pytest
import torch

from alexnet_lib.training import checkpoints

STATE = {
    "weights": torch.arange(6.0).view(2, 3),
    "step": 7,
    "notes": ["one"],
    "deep": {0: torch.tensor(True)},
}


def test_what_is_saved_is_loaded_by_anyone_who_trusts_no_file(tmp_path):
    path = tmp_path / "new" / "run.pt"
    checkpoints.save(path, STATE)
    for loaded in (checkpoints.load(path), torch.load(path, weights_only=True)):
        assert torch.equal(loaded["weights"], STATE["weights"]) and loaded["deep"][0]
        assert loaded["step"] == 7 and loaded["notes"] == ["one"]
    assert list(path.parent.iterdir()) == [path]


def test_an_interruption_while_saving_leaves_the_old_checkpoint_and_no_rubbish(
    tmp_path, monkeypatch
):
    path = tmp_path / "run.pt"
    checkpoints.save(path, {"step": 1})

    def interrupted(state, target):
        target.write(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(torch, "save", interrupted)
    with pytest.raises(KeyboardInterrupt):
        checkpoints.save(path, {"step": 2})
    assert checkpoints.load(path) == {"step": 1} and list(tmp_path.iterdir()) == [path]


def test_a_missing_or_damaged_file_is_explained(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no checkpoint .*run.pt"):
        checkpoints.load(tmp_path / "run.pt")
    path = tmp_path / "run.pt"
    checkpoints.save(path, STATE)
    whole = path.read_bytes()
    for content in (whole[: len(whole) // 2], b"", b"text", os.urandom(100)):
        path.write_bytes(content)
        with pytest.raises(ValueError, match="'run.pt' is not a checkpoint, or is damaged"):
            checkpoints.load(path)


class Evil:
    def __reduce__(self):
        return os.mkdir, ("executed",)


def test_code_in_a_file_is_not_executed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    torch.save({"model": Evil()}, tmp_path / "run.pt")
    (tmp_path / "old.pt").write_bytes(pickle.dumps(Evil(), protocol=2))
    for name in ("run.pt", "old.pt"):
        with pytest.raises(ValueError, match="is not a checkpoint"):
            checkpoints.load(tmp_path / name)
    assert not (tmp_path / "executed").exists()


def test_random_numbers_go_on_where_they_were(monkeypatch):
    state = checkpoints.random_state(torch.device("cpu"))
    first = torch.rand(3)
    checkpoints.restore_random_state(state, torch.device("cpu"))
    assert torch.equal(torch.rand(3), first) and list(state) == ["cpu"]


class StandIn:
    def __init__(self):
        self.state = torch.tensor([5], dtype=torch.uint8)

    def get_rng_state(self):
        return self.state

    def set_rng_state(self, state):
        self.state = state


def test_the_devices_own_random_numbers_are_kept_too(monkeypatch):
    module = StandIn()
    monkeypatch.setattr(torch, "get_device_module", lambda device: module)
    state = checkpoints.random_state(torch.device("xpu"))
    module.state = None
    checkpoints.restore_random_state(state, torch.device("xpu"))
    assert module.state.tolist() == [5]
    checkpoints.restore_random_state({"cpu": state["cpu"]}, torch.device("cuda"))
    assert module.state.tolist() == [5]


def test_a_place_where_no_checkpoint_can_be_written_is_told_before_training(tmp_path):
    (tmp_path / "thesis.txt").write_text("precious")
    with pytest.raises(ValueError, match="not a checkpoint.*would be lost"):
        checkpoints.writable(tmp_path / "thesis.txt")
    with pytest.raises(ValueError, match="is a folder"):
        checkpoints.writable(tmp_path)
    with pytest.raises(OSError):
        checkpoints.writable(tmp_path / "thesis.txt" / "run.pt")
    checkpoints.writable(tmp_path / "new" / "run.pt")
    assert (tmp_path / "thesis.txt").read_text() == "precious"
