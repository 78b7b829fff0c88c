import pytest

from alexnet_lib.files import replacing


def test_a_file_takes_its_place_only_when_it_is_whole(tmp_path):
    path = tmp_path / "kept.txt"
    with replacing(path) as temporary:
        temporary.write_text("one")
        assert not path.exists()
    assert path.read_text() == "one"
    with pytest.raises(ZeroDivisionError), replacing(path) as temporary:
        temporary.write_text("half of t")
        raise ZeroDivisionError
    assert path.read_text() == "one" and list(tmp_path.iterdir()) == [path]


def test_an_error_of_the_disk_is_told(tmp_path):
    with pytest.raises(OSError), replacing(tmp_path / "nowhere" / "kept.txt") as temporary:
        temporary.write_text("one")
    assert list(tmp_path.iterdir()) == []
