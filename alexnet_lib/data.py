"""Photographs as tensors: four that come with the course, and any image file of the reader's."""

from pathlib import Path

import torch
from PIL import Image, ImageOps, UnidentifiedImageError

PHOTOS = ("cat", "astronaut", "rocket", "coffee")
FOLDER = Path(__file__).parent / "photos"
GREY_WEIGHTS = (0.299, 0.587, 0.114)


def photo(name, size=256):
    """One of the course's photographs (see PHOTOS), scaled to size × size: float32 (3, size, size), values 0 to 1.

    Raises ValueError for a name that is not in PHOTOS.
    """
    if name not in PHOTOS:
        raise ValueError(f"there is no photograph {name!r}; the course has {', '.join(PHOTOS)}")
    return load_image(FOLDER / f"{name}.jpg", size)


def load_image(path, size=None):
    """Any image file that Pillow reads, turned upright: float32 (3, H, W), values 0 to 1.

    With `size`, the middle square is cut out and scaled to size × size. Transparent pixels become white.
    Raises FileNotFoundError when there is no such file, ValueError when the file is not an image or size is impossible.
    """
    path = Path(path).expanduser()
    if size is not None and (isinstance(size, bool) or not isinstance(size, int) or size < 1):
        raise ValueError(f"size must be a whole number of pixels from 1, not {size!r}")
    if not path.exists():
        raise FileNotFoundError(f"there is no file {str(path)!r} (looked in {path.absolute().parent})")
    if path.is_dir():
        raise ValueError(f"{str(path)!r} is a folder; name one image file in it")
    try:
        with Image.open(path) as opened:
            image = ImageOps.exif_transpose(opened)
            image.load()
    except UnidentifiedImageError:
        raise ValueError(f"{path.name!r} is not an image that can be read (JPEG, PNG, GIF, WebP, BMP, TIFF)") from None
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"{path.name!r} looks like an image but is damaged or too large: {error}") from error
    if size is not None:
        image = ImageOps.fit(_rgb(image), (size, size), Image.Resampling.LANCZOS)
    return _tensor(_rgb(image))


def to_grey(image):
    """Brightness of a colour image: (3, H, W) → (H, W), with the weights of ITU-R BT.601, as Pillow has them."""
    if image.dim() != 3 or image.shape[0] != 3:
        raise ValueError(f"a colour image has shape (3, H, W), not {tuple(image.shape)}")
    return torch.einsum("c,chw->hw", torch.tensor(GREY_WEIGHTS, dtype=image.dtype, device=image.device), image)


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
