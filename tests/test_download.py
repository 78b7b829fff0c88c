import gzip
import hashlib
import io
from http.client import IncompleteRead
from urllib.error import URLError

import pytest

from alexnet_lib.data.download import DownloadError, fetch, sha256_of

CONTENT = bytes(range(256)) * 40
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def opener(body, asked=None):
    def open_it(url, timeout):
        if asked is not None:
            asked.append(url)
        return io.BytesIO(body)

    return open_it


def test_a_file_arrives_whole_and_nothing_else_is_left(tmp_path):
    asked = []
    path = fetch(
        "https://a.b/file.bin", tmp_path / "new" / "file.bin", SHA256, opener(CONTENT, asked)
    )
    assert path.read_bytes() == CONTENT and asked == ["https://a.b/file.bin"]
    assert list(path.parent.iterdir()) == [path]


def test_a_packed_file_is_unpacked_on_the_way(tmp_path):
    path = fetch("https://a.b/file.gz", tmp_path / "file", SHA256, opener(gzip.compress(CONTENT)))
    assert path.read_bytes() == CONTENT


class Breaking(io.BytesIO):
    def read(self, size=-1):
        raise IncompleteRead(b"", 5)


@pytest.mark.parametrize(
    ("url", "body", "words"),
    [
        (
            "https://a.b/file.gz",
            gzip.compress(CONTENT)[:-20],
            "broke off or arrived damaged; nothing was kept",
        ),
        ("https://a.b/file.gz", b"<html>not found</html>", "broke off or arrived damaged"),
        (
            "https://a.b/file.gz",
            gzip.compress(CONTENT)[:40] + b"\xff" * 60,
            "broke off or arrived damaged",
        ),
        ("https://a.b/file", CONTENT[:-1], "is not the file it should be"),
        ("https://a.b/file", b"", "is not the file it should be"),
    ],
)
def test_a_broken_or_partial_file_is_explained_and_never_kept(tmp_path, url, body, words):
    (tmp_path / "file").write_bytes(b"the old one")
    with pytest.raises(DownloadError, match=words):
        fetch(url, tmp_path / "file", SHA256, opener(body))
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_bytes() == b"the old one"


def test_a_connection_that_breaks_off_or_is_not_there_is_explained(tmp_path):
    with pytest.raises(DownloadError, match="broke off"):
        fetch("https://a.b/file", tmp_path / "file", SHA256, lambda url, timeout: Breaking())

    def offline(url, timeout):
        raise URLError("no route")

    with pytest.raises(
        DownloadError, match="could not be fetched; is there an internet connection"
    ):
        fetch("https://a.b/file", tmp_path / "file", SHA256, offline)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_take_the_file_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DownloadError, match="could not be kept in .*file: "):
        fetch("https://a.b/x", tmp_path / "file" / "x", SHA256, opener(CONTENT))


def test_the_real_opener_reads_a_url(tmp_path):
    (tmp_path / "there").write_bytes(CONTENT)
    assert fetch((tmp_path / "there").as_uri(), tmp_path / "here", SHA256).read_bytes() == CONTENT


def test_a_hash_is_that_of_the_content_packed_or_not(tmp_path):
    (tmp_path / "a").write_bytes(CONTENT)
    (tmp_path / "a.gz").write_bytes(gzip.compress(CONTENT))
    assert sha256_of(tmp_path / "a") == sha256_of(tmp_path / "a.gz") == SHA256
