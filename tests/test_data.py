import pytest
import torch
from PIL import Image

from alexnet_lib.data.photographs import FOLDER, PHOTOS, folder, load_image, photo, to_grey


@pytest.mark.parametrize("name", PHOTOS)
def test_a_photograph_is_a_colour_tensor_from_0_to_1_with_a_named_licence(name):
    image = photo(name)
    assert image.shape == (3, 256, 256) and image.dtype == torch.float32
    assert 0 <= image.min() < 0.2 and 0.8 < image.max() <= 1
    assert f"`{name}.jpg`" in (FOLDER / "LICENSES.md").read_text(encoding="utf-8")


def test_a_photograph_comes_in_the_size_asked_for():
    assert photo("cat", 64).shape == (3, 64, 64)
    with pytest.raises(ValueError, match="no photograph 'dog'; the course has cat, astronaut"):
        photo("dog")
    with pytest.raises(ValueError, match="size must be a whole number of pixels from 1, not 0"):
        photo("cat", 0)


def saved(folder, image, name="image.png", **options):
    image.save(folder / name, **options)
    return folder / name


def test_pixels_arrive_exactly_and_in_order(tmp_path):
    image = Image.new("RGB", (3, 2))
    image.putpixel((2, 1), (255, 51, 0))
    tensor = load_image(saved(tmp_path, image))
    assert tensor.shape == (3, 2, 3)
    torch.testing.assert_close(tensor[:, 1, 2], torch.tensor([1, 0.2, 0]))
    assert tensor.sum() == tensor[:, 1, 2].sum()


def test_transparent_is_white_grey_is_three_equal_channels_and_cmyk_is_read(tmp_path):
    clear = load_image(saved(tmp_path, Image.new("RGBA", (2, 2), (9, 9, 9, 0))))
    assert (clear == 1).all()
    grey = load_image(saved(tmp_path, Image.new("L", (2, 2), 51)))
    torch.testing.assert_close(grey, torch.full((3, 2, 2), 0.2))
    cmyk = load_image(saved(tmp_path, Image.new("CMYK", (8, 8), (0, 0, 0, 0)), "image.jpg"))
    assert (cmyk > 0.98).all()


def test_sixteen_bit_grey_keeps_its_range(tmp_path):
    deep = load_image(saved(tmp_path, Image.new("I;16", (2, 2), 2**15)))
    torch.testing.assert_close(deep, torch.full((3, 2, 2), 0.5), atol=0.01, rtol=0)


def test_a_photograph_taken_sideways_is_turned_upright(tmp_path):
    exif = Image.Exif()
    exif[274] = 6
    path = saved(tmp_path, Image.new("RGB", (40, 20)), "image.jpg", exif=exif)
    assert load_image(path).shape == (3, 40, 20)


def test_a_file_that_is_no_image_is_explained(tmp_path):
    text, broken = tmp_path / "notes.txt", tmp_path / "half.jpg"
    text.write_text("not a picture")
    broken.write_bytes((FOLDER / "cat.jpg").read_bytes()[:2000])
    with pytest.raises(ValueError, match="'notes.txt' is not an image"):
        load_image(text)
    with pytest.raises(ValueError, match="'half.jpg' looks like an image but is damaged"):
        load_image(broken)
    with pytest.raises(ValueError, match="is a folder; name one image file"):
        load_image(tmp_path)
    with pytest.raises(FileNotFoundError, match="there is no file"):
        load_image(tmp_path / "missing.png")


def test_grey_is_brightness_as_pillow_has_it():
    cat = photo("cat")
    with Image.open(FOLDER / "cat.jpg") as image:
        expected = torch.frombuffer(
            bytearray(image.convert("L").tobytes()), dtype=torch.uint8
        ).view(256, 256)
    torch.testing.assert_close(to_grey(cat), expected / 255, atol=1.1 / 255, rtol=0)
    with pytest.raises(ValueError, match=r"\(3, H, W\), not \(256, 256\)"):
        to_grey(cat[0])


def own(path, counts, side=8):
    for label, (name, count) in enumerate(counts.items()):
        (path / name).mkdir()
        for index in range(count):
            Image.new("RGB", (side, side), (label * 100, index, 7)).save(
                path / name / f"{index:02}.png"
            )
    return path


def test_a_folder_of_the_readers_own_is_split_class_by_class_and_always_alike(tmp_path):
    data = folder(own(tmp_path, {"dogs": 10, "cats": 2}), size=6)
    assert (
        data.names == ("cats", "dogs")
        and data.images.shape == (9, 3, 6, 6)
        and data.images.dtype == torch.uint8
    )
    assert data.labels.tolist() == [0] + [1] * 8 and data.val_labels.tolist() == [0, 1, 1]
    assert data.labels.dtype == torch.int64
    colours = {
        label: data.images[data.labels == label][:, 0, 0, 0].unique().tolist() for label in (0, 1)
    }
    assert colours == {0: [100], 1: [0]}, "the first folder made was dogs, with red 0"
    indices = torch.cat([data.images, data.val_images])[:, 1, 0, 0].tolist()
    assert sorted(indices) == sorted([0, 1, *range(10)]), "every image is used once"
    again = folder(tmp_path, size=6)
    assert torch.equal(again.val_images, data.val_images)
    assert data.source == f"your folder {tmp_path.name!r}: 9 training and 3 validation images"


def test_files_that_computers_leave_in_folders_are_passed_over(tmp_path):
    own(tmp_path, {"a": 2, "b": 2})
    (tmp_path / ".ipynb_checkpoints").mkdir()
    (tmp_path / "notes.txt").write_text("")
    for name in (".DS_Store", "Thumbs.db"):
        (tmp_path / "a" / name).write_bytes(b"x")
    assert len(folder(tmp_path, size=4).images) == 2


def test_a_folder_that_cannot_be_trained_on_is_explained(tmp_path):
    with pytest.raises(ValueError, match="there is no folder .*nowhere"):
        folder(tmp_path / "nowhere", size=8)
    with pytest.raises(ValueError, match="subfolder for each class, at least two; it has none"):
        folder(tmp_path, size=8)
    own(tmp_path, {"one": 2})
    with pytest.raises(ValueError, match="at least two; it has only 'one'"):
        folder(tmp_path, size=8)
    (tmp_path / "two").mkdir()
    with pytest.raises(ValueError, match="class 'two' needs at least two images.*has 0"):
        folder(tmp_path, size=8)
    for name in ("good.png", "bad.png"):
        Image.new("RGB", (4, 4)).save(tmp_path / "two" / name)
    (tmp_path / "two" / "bad.png").write_text("no picture")
    with pytest.raises(ValueError, match="class 'two': 'bad.png' is not an image"):
        folder(tmp_path, size=8)


def test_bytes_are_not_silently_taken_for_brightness():
    with pytest.raises(ValueError, match="numbers from 0 to 1, not torch.uint8: image / 255"):
        to_grey(torch.zeros(3, 4, 4, dtype=torch.uint8))


@pytest.mark.parametrize("share", [0, 1, 20, -1, True, float("nan"), "x"])
def test_a_share_for_validation_that_is_none_is_refused(share, tmp_path):
    with pytest.raises(ValueError, match="a share between 0 and 1"):
        folder(tmp_path, 16, validation=share)
