"""Torchvision's published AlexNet weights, trained on ImageNet: fetched on request and checked."""

from pathlib import Path
from urllib.request import urlopen

import torch
from torch.nn import functional as F

from alexnet_lib.data.download import DownloadError, fetch, sha256_of

URL = "https://download.pytorch.org/models/alexnet-owt-7be5be79.pth"
SHA256 = "7be5be791159472b1fbf3c69796f7cb30dca7ad8466c2df70058c37116cdee02"
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def published(model, url=URL, sha256=SHA256, opener=urlopen):
    """Load torchvision's weights (244 MB, 56.5 % top-1) into a `TorchvisionAlexNet`; returns it.

    It is then in evaluation mode. The file is kept where `torch.hub` keeps it; one with the wrong
    content is never used but fetched again. Raises DownloadError, in words, when it is not there
    and cannot be fetched, RuntimeError when the model is another.
    """
    path = Path(torch.hub.get_dir()) / "checkpoints" / url.rsplit("/", 1)[1]
    if not path.exists() or sha256_of(path) != sha256:
        try:
            fetch(url, path, sha256, opener)
        except DownloadError as error:
            raise DownloadError(
                "Torchvision's published weights are not on this computer and could not be "
                f"fetched, so the network cannot show here what it learned from ImageNet: {error}"
            ) from error
    device = next(model.parameters()).device
    model.load_state_dict(torch.load(path, map_location=device, weights_only=True), strict=True)
    return model.eval()


def prepare(image):
    """A photograph as those weights expect it: (3, H, W) from 0 to 1 → (1, 3, 224, 224).

    The short side becomes 256 pixels and the middle 224 × 224 is cut out and normalised, as
    torchvision evaluates them.
    """
    height, width = image.shape[-2:]
    scale = 256 / min(height, width)
    size = (round(height * scale), round(width * scale))
    x = F.interpolate(image[None], size=size, mode="bilinear", antialias=True, align_corners=False)
    top, left = (size[0] - 224) // 2, (size[1] - 224) // 2
    mean, std = (torch.tensor(values, device=x.device).view(3, 1, 1) for values in (MEAN, STD))
    return (x[..., top : top + 224, left : left + 224] - mean) / std
