import hashlib
import io
from urllib.error import URLError

import pytest
import torch

from alexnet_lib.alexnet import AlexNet, TorchvisionAlexNet
from alexnet_lib.data import weights
from alexnet_lib.data.download import DownloadError


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Weights of the right names and shapes, one number a tensor: file, hash, content."""
    with torch.device("meta"):
        shapes = {name: tensor.shape for name, tensor in TorchvisionAlexNet(2).state_dict().items()}
    state = {
        name: torch.tensor([0.5 + index]).expand(shape)
        for index, (name, shape) in enumerate(shapes.items())
    }
    path = tmp_path_factory.mktemp("made") / "made-weights.pth"
    torch.save(state, path)
    return path, hashlib.sha256(path.read_bytes()).hexdigest(), state


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(torch.hub, "_hub_dir", None)
    return tmp_path


def empty(network=TorchvisionAlexNet):
    with torch.device("meta"):
        model = network(2)
    return model.to_empty(device="cpu")


def offline(url, timeout):
    raise URLError("no route")


def test_the_weights_are_fetched_once_checked_and_loaded_strictly(made, home):
    path, sha256, state = made
    model = weights.published(empty(), path.as_uri(), sha256)
    assert not model.training
    assert all(torch.equal(tensor, state[name]) for name, tensor in model.state_dict().items())
    kept = home / "hub" / "checkpoints" / path.name
    assert kept.exists()
    again = weights.published(empty(), path.as_uri(), sha256, offline)
    assert torch.equal(again.features[0].weight, state["features.0.weight"])
    kept.write_bytes(kept.read_bytes()[:-1])
    with pytest.raises(DownloadError, match="not on this computer"):
        weights.published(empty(), path.as_uri(), sha256, offline)


def test_another_network_is_refused(made):
    path, sha256, _ = made
    with pytest.raises(RuntimeError, match="size mismatch"):
        weights.published(empty(AlexNet), path.as_uri(), sha256)


def test_offline_it_says_in_words_what_is_missing(home):
    model = empty()
    before = torch.nn.init.ones_(model.classifier[6].weight).clone()
    with pytest.raises(
        DownloadError,
        match="not on this computer and could not be fetched, so the network cannot show",
    ):
        weights.published(model, opener=offline)
    assert torch.equal(model.classifier[6].weight, before)


def test_content_that_is_not_the_published_one_is_never_loaded(home):
    buffer = io.BytesIO()
    torch.save({name: torch.zeros(1) for name in empty().state_dict()}, buffer)
    with pytest.raises(DownloadError, match="is not the file it should be"):
        weights.published(empty(), opener=lambda url, timeout: io.BytesIO(buffer.getvalue()))
    assert list((home / "hub" / "checkpoints").iterdir()) == []


def test_a_photograph_is_prepared_as_torchvision_says():
    x = weights.prepare(
        torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1).expand(3, 300, 600).contiguous()
    )
    torch.testing.assert_close(x, torch.zeros(1, 3, 224, 224), atol=1e-5, rtol=0)
    ramp = torch.linspace(0, 1, 512).expand(3, 256, 512)
    row = weights.prepare(ramp)[0, 0, 0] * 0.229 + 0.485
    torch.testing.assert_close(row, torch.linspace(0, 1, 512)[144:368])
