"""Fashion-MNIST (Zalando, MIT licence): grey 28 × 28 pictures of clothes in ten classes.

The course brings a balanced subset. The whole set is used when it is on this computer, or is
downloaded on request.
"""

import gzip
import hashlib
import zlib
from pathlib import Path
from urllib.request import urlopen
from zipfile import BadZipFile

import numpy as np
import torch

from alexnet_lib.data.download import DownloadError, fetch
from alexnet_lib.data.photographs import Images

NAMES = (
    "T-shirt",
    "trousers",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
)
SUBSET = Path(__file__).parent / "fashion_mnist" / "subset.npz"
DEBIAN = Path("/usr/share/datasets/fashion-mnist")
MIRRORS = (
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
)
SHA256 = {
    "train-images-idx3-ubyte": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    "train-labels-idx1-ubyte": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    "t10k-images-idx3-ubyte": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    "t10k-labels-idx1-ubyte": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
}
HEADERS = (16, 8, 16, 8)  # bytes before the images, the labels, and so on


def load(source="subset", download=False, opener=urlopen):
    """The images as `data.Images`: uint8 (N, 1, 28, 28), labels 0 to 9 in the order of NAMES.

    source "subset": the course's own 5,000 + 1,000. "whole": 60,000 + 10,000, from Debian's package
    dataset-fashion-mnist or the cache, and with `download` fetched into the cache (30 MB) if it is
    in neither. "best": the whole set if it is there, else the subset. Every file of the whole set
    is checked by its sha256. Raises ValueError for another source, OSError (FileNotFoundError,
    `download.DownloadError`) without a sound copy.
    """
    if source not in ("subset", "whole", "best"):
        raise ValueError(f'source is "subset", "whole" or "best", not {source!r}')
    if source == "subset":
        return _subset()
    folders, complaints = (DEBIAN, cache_folder()), []
    for folder in folders:
        try:
            return _whole(folder)
        except (OSError, EOFError, zlib.error) as error:
            complaints += [str(error)] if _files(folder) else []
    if download:
        _download(opener)
        return _whole(cache_folder())
    if source == "best":
        return _subset(" ".join(complaints))
    raise FileNotFoundError(
        " ".join(complaints)
        + ("; a" if complaints else "A")
        + " sound copy of the whole Fashion-MNIST is not on this "
        'computer: ask for it with download=True (30 MB), or use load("subset")'
    )


def cache_folder():
    """The folder that downloads go to: beside PyTorch's own, so TORCH_HOME moves it."""
    return Path(torch.hub.get_dir()).parent / "fashion-mnist"


def _subset(complaint=""):
    try:
        with np.load(SUBSET) as arrays:
            parts = [torch.from_numpy(arrays[name]) for name in Images._fields[:4]]
    except (OSError, ValueError, EOFError, zlib.error, BadZipFile) as error:
        raise OSError(
            f"{SUBSET} is missing or damaged ({error}): get the course again, or this one file"
        ) from error
    why = f" ({complaint})" if complaint else ""
    return _images(*parts, "the course's balanced subset: {}" + why)


def _whole(folder):
    """The four files of a folder, each the bytes of its numbers behind a header."""
    parts = [
        torch.frombuffer(_checked(folder, name)[header:], dtype=torch.uint8)
        for name, header in zip(SHA256, HEADERS, strict=True)
    ]
    return _images(*parts, f"whole: {{}}, from {folder}")


def _images(images, labels, val_images, val_labels, source):
    counts = f"{len(labels):,} training and {len(val_labels):,} validation images"
    images, val_images = (part.view(-1, 1, 28, 28) for part in (images, val_images))
    source = f"Fashion-MNIST, {source.format(counts)}"
    return Images(images, labels.long(), val_images, val_labels.long(), NAMES, source)


def _files(folder):
    return [
        path for name in SHA256 for path in (folder / name, folder / f"{name}.gz") if path.exists()
    ]


def _checked(folder, name):
    plain, packed = folder / name, folder / f"{name}.gz"
    path = plain if plain.exists() else packed
    if not path.exists():
        raise FileNotFoundError(f"{folder} has no {name}")
    try:
        content = plain.read_bytes() if path == plain else gzip.decompress(packed.read_bytes())
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise OSError(
            f"{path} is broken or only part of a file ({error}) and was not used"
        ) from error
    if hashlib.sha256(content).hexdigest() != SHA256[name]:
        raise OSError(f"{path} does not have the content it should have and was not used")
    return bytearray(content)


def _download(opener):
    for name, sha256 in SHA256.items():
        complaints = []
        for mirror in MIRRORS:
            try:
                fetch(f"{mirror}{name}.gz", cache_folder() / name, sha256, opener)
                break
            except DownloadError as error:
                complaints.append(str(error))
        else:
            raise DownloadError("Fashion-MNIST was not downloaded: " + "; ".join(complaints))
