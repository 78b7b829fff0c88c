import gzip
import hashlib
import io
import runpy
from pathlib import Path
from urllib.error import URLError

import numpy as np
import pytest
import torch

from alexnet_lib.data import fashion
from alexnet_lib.data.download import DownloadError

TOOL = Path(__file__).parents[1] / "tools" / "make_fashion_subset.py"


def test_the_subset_is_balanced_and_says_what_it_is():
    data = fashion.load()
    assert data.images.shape == (5000, 1, 28, 28) and data.val_images.shape == (1000, 1, 28, 28)
    assert data.images.dtype == torch.uint8 and data.labels.dtype == torch.int64
    assert (
        data.labels.bincount().tolist() == [500] * 10
        and data.val_labels.bincount().tolist() == [100] * 10
    )
    assert data.images.min() == 0 and data.images.max() == 255
    assert len(data.names) == 10 and data.names[9] == "ankle boot"
    assert data.source.endswith(
        "the course's balanced subset: 5,000 training and 1,000 validation images"
    )


@pytest.mark.parametrize("content", [None, b"", b"PK no zip", "half"])
def test_a_damaged_subset_names_itself(tmp_path, monkeypatch, content):
    copy = tmp_path / "subset.npz"
    if content is not None:
        copy.write_bytes(fashion.SUBSET.read_bytes()[:100_000] if content == "half" else content)
    monkeypatch.setattr(fashion, "SUBSET", copy)
    with pytest.raises(OSError, match="subset.npz is missing or damaged"):
        fashion.load()


def test_labels_belong_to_their_images():
    data = fashion.load()
    bags, trousers = (
        data.images[data.labels == fashion.NAMES.index(name)].float()
        for name in ("bag", "trousers")
    )
    assert bags[:, 0, 22, 4].mean() > 100 > 20 > trousers[:, 0, 22, 4].mean(), (
        "a bag is wide at the bottom"
    )


def test_no_training_image_is_also_a_validation_image():
    data = fashion.load()
    seen = {image.numpy().tobytes() for image in data.images}
    assert sum(image.numpy().tobytes() in seen for image in data.val_images) == 0


def test_the_licence_lies_beside_it():
    assert "Zalando SE" in (fashion.SUBSET.parent / "LICENSE.md").read_text(encoding="utf-8")


def test_the_subset_is_what_the_tool_takes_from_the_whole_set(tmp_path):
    if not fashion.DEBIAN.exists():
        pytest.skip("Debian's dataset-fashion-mnist is not installed")
    main = runpy.run_path(str(TOOL))["main"]
    main([str(tmp_path / "a.npz")])
    main([str(tmp_path / "b.npz")])
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    with np.load(tmp_path / "a.npz") as made, np.load(fashion.SUBSET) as kept:
        assert made.files == kept.files and all(
            np.array_equal(made[name], kept[name]) for name in made.files
        )


@pytest.fixture
def tiny(monkeypatch, tmp_path):
    """A stand-in for the whole set, 3 + 2 images: its files by name; other folders are empty."""
    files = {}
    for name, count in zip(fashion.SHA256, (3, 3, 2, 2), strict=True):
        images = "images" in name
        body = (
            bytes(index % 251 for index in range(count * 784))
            if images
            else bytes([7, 0, 9][:count])
        )
        files[name] = bytes(16 if images else 8) + body
    monkeypatch.setattr(
        fashion, "SHA256", {name: hashlib.sha256(body).hexdigest() for name, body in files.items()}
    )
    monkeypatch.setattr(fashion, "DEBIAN", tmp_path / "debian")
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(torch.hub, "_hub_dir", None)
    return files


def store(folder, files, packed=True):
    folder.mkdir(parents=True)
    for name, body in files.items():
        (folder / (f"{name}.gz" if packed else name)).write_bytes(
            gzip.compress(body) if packed else body
        )


@pytest.mark.parametrize("packed", [True, False])
def test_the_whole_set_on_disk_is_used_and_named(tiny, packed):
    store(fashion.DEBIAN, tiny, packed)
    data = fashion.load("whole")
    assert data.images.shape == (3, 1, 28, 28) and data.val_images.shape == (2, 1, 28, 28)
    assert data.images[0, 0, 0].tolist() == list(range(28)) and data.images[0, 0, 1, 0] == 28
    assert data.labels.tolist() == [7, 0, 9] and data.val_labels.tolist() == [7, 0]
    assert (
        data.source
        == f"Fashion-MNIST, whole: 3 training and 2 validation images, from {fashion.DEBIAN}"
    )
    assert fashion.load("best").source == data.source


def test_without_the_whole_set_the_reader_is_told_what_to_do_and_best_is_the_subset(tiny):
    with pytest.raises(
        FileNotFoundError, match=r"A sound copy .* ask for it with download=True \(30 MB\)"
    ):
        fashion.load("whole")
    assert len(fashion.load("best").images) == 5000
    with pytest.raises(ValueError, match='"subset", "whole" or "best", not \'all\''):
        fashion.load("all")


def cut_short(path):
    path.write_bytes(path.read_bytes()[:-9])


def exchange(path):
    path.write_bytes(gzip.compress(b"something else"))


@pytest.mark.parametrize(
    ("harm", "words"), [(cut_short, "only part of a file"), (exchange, "not have the content")]
)
def test_a_broken_file_on_disk_is_explained_and_not_used(tiny, harm, words):
    store(fashion.DEBIAN, tiny)
    harm(fashion.DEBIAN / "train-images-idx3-ubyte.gz")
    with pytest.raises(
        FileNotFoundError, match=f"train-images-idx3-ubyte.gz .*{words}.*not used; a sound copy"
    ):
        fashion.load("whole")
    assert "balanced subset" in (source := fashion.load("best").source) and words in source


def mirror(files, asked):
    def opener(url, timeout):
        asked.append(url)
        return io.BytesIO(gzip.compress(files[url.rsplit("/", 1)[1].removesuffix(".gz")]))

    return opener


def test_a_download_goes_to_the_cache_and_is_made_once(tiny, tmp_path):
    asked = []
    data = fashion.load("whole", download=True, opener=mirror(tiny, asked))
    assert (
        data.labels.tolist() == [7, 0, 9]
        and fashion.cache_folder() == tmp_path / "home" / "fashion-mnist"
    )
    assert asked == [f"{fashion.MIRRORS[0]}{name}.gz" for name in tiny]
    assert torch.equal(fashion.load("whole", download=True, opener=None).images, data.images)
    assert sorted(path.name for path in fashion.cache_folder().iterdir()) == sorted(tiny)


def test_a_broken_file_in_the_cache_is_replaced_by_a_download(tiny):
    store(fashion.cache_folder(), tiny, packed=False)
    cut_short(fashion.cache_folder() / "t10k-images-idx3-ubyte")
    assert fashion.load("whole", download=True, opener=mirror(tiny, [])).val_images.shape == (
        2,
        1,
        28,
        28,
    )


def test_the_second_mirror_serves_when_the_first_is_broken_and_without_network_it_is_said(tiny):
    def first_broken(url, timeout):
        return (
            io.BytesIO(b"no")
            if url.startswith(fashion.MIRRORS[0])
            else mirror(tiny, [])(url, timeout)
        )

    assert len(fashion.load("whole", download=True, opener=first_broken).images) == 3
    for path in fashion.cache_folder().iterdir():
        path.unlink()

    def offline(url, timeout):
        raise URLError("no route")

    with pytest.raises(
        DownloadError, match="was not downloaded: .*is there an internet connection"
    ):
        fashion.load("whole", download=True, opener=offline)
    assert list(fashion.cache_folder().iterdir()) == []
