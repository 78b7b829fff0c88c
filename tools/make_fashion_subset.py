"""Make the course's balanced subset of Fashion-MNIST.

    python tools/make_fashion_subset.py [alexnet_lib/data/fashion_mnist/subset.npz]

It has the first 500 training and 100 test images of every class. They are read from Debian's
package dataset-fashion-mnist, whose sha256 is checked, and the same bytes are written every time.
"""

import io
import sys
import zipfile
from pathlib import Path

import numpy as np
import torch

from alexnet_lib.data import fashion
from alexnet_lib.files import replacing

TARGET = fashion.SUBSET
EACH = (500, 100)
NAMES = ("images", "labels", "val_images", "val_labels")


def first_of_each(images, labels, count):
    """The first `count` images of every class, in their original order, with their labels."""
    each = [torch.nonzero(labels == kind).flatten()[:count] for kind in range(10)]
    places = torch.cat(each).sort().values
    return images[places], labels[places]


def write(path, arrays):
    """Write a compressed .npz whose bytes depend on the arrays alone: no date, no system."""
    with replacing(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for name, array in arrays.items():
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 3
            content = io.BytesIO()
            np.save(content, array)
            archive.writestr(entry, content.getvalue(), compresslevel=9)


def main(argv):
    whole = fashion.load("whole")
    parts = (*first_of_each(whole.images, whole.labels, EACH[0]),)
    parts += first_of_each(whole.val_images, whole.val_labels, EACH[1])
    target = Path(argv[0]) if argv else TARGET
    target.parent.mkdir(exist_ok=True)
    write(target, {name: part.byte().numpy() for name, part in zip(NAMES, parts, strict=True)})
    print(f"{target}: {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
