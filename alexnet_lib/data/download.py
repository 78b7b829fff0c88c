"""Files fetched on request: whole and with the right content, or not at all."""

import gzip
import hashlib
import zlib
from http.client import HTTPException
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from alexnet_lib.files import replacing

CHUNK = 1 << 20


class DownloadError(OSError):
    """A file could not be fetched; the message says why, and what it would have been for."""


def fetch(url, path, sha256, opener=urlopen, timeout=30):
    """Download `url` to `path` and return the path; a `.gz` is unpacked on the way.

    `sha256` is that of the result; the file takes its place only when its hash is right, so `path`
    is never half a file. `opener(url, timeout=…)` returns a readable response. Raises DownloadError
    in words.
    """
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as temporary:
            with opener(url, timeout=timeout) as response, temporary.open("wb") as target:
                packed = url.endswith(".gz")
                found = _copy(gzip.GzipFile(fileobj=response) if packed else response, target)
            if found != sha256:
                raise DownloadError(
                    f"what came from {url} is not the file it should be "
                    f"(sha256 {found[:8]}…); it was deleted"
                )
    except (EOFError, zlib.error, gzip.BadGzipFile, HTTPException) as error:
        raise DownloadError(
            f"the download of {url} broke off or arrived damaged; nothing was kept ({error})"
        ) from error
    except DownloadError:
        raise
    except (URLError, ConnectionError, TimeoutError) as error:
        raise DownloadError(
            f"{url} could not be fetched; is there an internet connection? ({error})"
        ) from error
    except OSError as error:
        raise DownloadError(f"{url} could not be kept in {path.parent}: {error}") from error
    return path


def sha256_of(path):
    """The sha256 of a file's content, in hexadecimal; of a `.gz`, that of what is inside it.

    Raises OSError, EOFError or zlib.error when the file cannot be read to its end.
    """
    with gzip.open(path) if str(path).endswith(".gz") else open(path, "rb") as source:
        return _copy(source)


def _copy(source, target=None):
    digest = hashlib.sha256()
    while chunk := source.read(CHUNK):
        digest.update(chunk)
        if target is not None:
            target.write(chunk)
    return digest.hexdigest()
