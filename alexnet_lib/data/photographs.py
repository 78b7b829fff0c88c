"""Photographs as tensors: four of the course, any image file, and a folder of one's own."""

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import torch
from PIL import Image, ImageOps, UnidentifiedImageError

from alexnet_lib.checks import whole

PHOTOS = ("cat", "astronaut", "rocket", "coffee")
FOLDER = Path(__file__).parent / "photos"
GREY_WEIGHTS = (0.299, 0.587, 0.114)
NOT_PICTURES = ("Thumbs.db", "desktop.ini")


class Images(NamedTuple):
    """Images to train on and to validate with: uint8 (N, C, H, W), labels int64 (N,).

    `names` are those of the classes; `source` tells in words where they are from.
    """

    images: torch.Tensor
    labels: torch.Tensor
    val_images: torch.Tensor
    val_labels: torch.Tensor
    names: tuple
    source: str


def photo(name, size=256):
    """One of the course's photographs (see PHOTOS): float32 (3, size, size), values 0 to 1.

    Raises ValueError for a name that is not in PHOTOS.
    """
    if name not in PHOTOS:
        raise ValueError(f"there is no photograph {name!r}; the course has {', '.join(PHOTOS)}")
    return _photo(name, size).clone()


@cache
def _photo(name, size):
    return load_image(FOLDER / f"{name}.jpg", size)


def load_image(source, size=None):
    """Any image that Pillow reads, upright: float32 (3, H, W), values 0 to 1.

    `source` is a file's path or its bytes. With `size`, the middle square is cut out and scaled to
    size × size. Transparent pixels become white. Raises FileNotFoundError when there is no such
    file, ValueError when it is not an image or size is impossible.
    """
    if size is not None:
        size = whole("size", size, of=" of pixels")
    name = "what was uploaded"
    if not isinstance(source, bytes):
        path = Path(source).expanduser()
        if not path.exists():
            raise FileNotFoundError(
                f"there is no file {str(path)!r} (looked in {path.absolute().parent})"
            )
        if path.is_dir():
            raise ValueError(f"{str(path)!r} is a folder; name one image file in it")
        name, source = repr(path.name), path.read_bytes()
    try:
        with Image.open(BytesIO(source)) as opened:
            image = ImageOps.exif_transpose(opened)
            image.load()
    except UnidentifiedImageError:
        raise ValueError(
            f"{name} is not an image that can be read (JPEG, PNG, GIF, WebP, BMP, TIFF)"
        ) from None
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(
            f"{name} looks like an image but is damaged or too large: {error}"
        ) from error
    if size is not None:
        image = ImageOps.fit(_rgb(image), (size, size), Image.Resampling.LANCZOS)
    return _tensor(_rgb(image))


def folder(path, size, validation=0.2):
    """The reader's own images, one subfolder a class, as `Images`: uint8 (N, 3, size, size).

    Every class gives its share of `validation`, at least one image; the split depends on the files'
    names alone. Raises ValueError when there is no such folder, fewer than two classes, a class
    with fewer than two images, or a file that is not an image.
    """
    if not (isinstance(validation, int | float) and 0 < validation < 1):
        raise ValueError(
            f"validation must be a share between 0 and 1, such as 0.2, not {validation!r}"
        )
    path = Path(path).expanduser()
    if not path.is_dir():
        raise ValueError(f"there is no folder {str(path)!r} (looked in {path.absolute().parent})")
    classes = sorted(
        entry for entry in path.iterdir() if entry.is_dir() and not entry.name.startswith(".")
    )
    if len(classes) < 2:
        found = f"only {classes[0].name!r}" if classes else "none"
        raise ValueError(
            f"{str(path)!r} needs a subfolder for each class, at least two; it has {found}"
        )
    parts = ([], [], [], [])
    for label, one in enumerate(classes):
        images = _class_images(one, size)
        held = min(len(images) - 1, max(1, round(validation * len(images))))
        order = torch.randperm(len(images), generator=torch.Generator().manual_seed(0))
        for part, chosen in ((0, order[held:]), (2, order[:held])):
            parts[part].append(images[chosen.sort().values])
            parts[part + 1].append(torch.full((len(chosen),), label))
    images, labels, val_images, val_labels = map(torch.cat, parts)
    counts = f"{len(labels):,} training and {len(val_labels):,} validation images"
    names = tuple(one.name for one in classes)
    source = f"your folder {path.name!r}: {counts}"
    return Images(images, labels, val_images, val_labels, names, source)


def to_grey(image):
    """Brightness of a colour image: (3, H, W) → (H, W), weighed as in ITU-R BT.601."""
    if image.dim() != 3 or image.shape[0] != 3:
        raise ValueError(f"a colour image has shape (3, H, W), not {tuple(image.shape)}")
    if not image.is_floating_point():
        raise ValueError(f"give the image as numbers from 0 to 1, not {image.dtype}: image / 255")
    weights = torch.tensor(GREY_WEIGHTS, dtype=image.dtype, device=image.device)
    return torch.einsum("c,chw->hw", weights, image)


def _class_images(one, size):
    files = sorted(
        file
        for file in one.iterdir()
        if file.name not in NOT_PICTURES and not file.name.startswith(".")
    )
    if len(files) < 2:
        raise ValueError(
            f"class {one.name!r} needs at least two images, one to train on and one to validate; "
            f"has {len(files)}"
        )
    images = []
    for file in files:
        try:
            images.append((load_image(file, size) * 255).round().to(torch.uint8))
        except ValueError as error:
            raise ValueError(f"class {one.name!r}: {error}") from error
    return torch.stack(images)


def _rgb(image):
    if image.mode.startswith("I"):
        image = image.convert("I").point(lambda value: value * (1 / 257) + 0).convert("L")
    if not image.has_transparency_data:
        return image.convert("RGB")
    image = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")


def _tensor(image):
    pixels = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8)
    return pixels.view(image.height, image.width, 3).permute(2, 0, 1).float() / 255
