import re
from xml.etree import ElementTree

import numpy as np
import pytest
import torch

from alexnet_lib.conv import correlate2d, output_size, pool2d
from alexnet_lib.draw import grids
from alexnet_lib.draw.markup import number

X = torch.arange(49).view(7, 7) % 8 - 2
K = torch.tensor([[1, 0, -1], [2, 0, -2], [1, 0, -1]])


def parsed(grid):
    return ElementTree.fromstring(grid.markup.replace("&quot;", "'").replace("&quot", "'"))


def cells(grid, role):
    table = parsed(grid).find(f".//table[@class='ax-t ax-{role}']")
    return [row.findall("td") for row in table.iter("tr")]


def values(grid, role):
    return torch.tensor(
        [[int(cell.text.replace("−", "-")) for cell in row] for row in cells(grid, role)]
    )


@pytest.mark.parametrize(
    "stride, padding, dilation", [(1, 0, 1), (2, 1, 1), (3, 0, 2), ((1, 2), (2, 0), (1, 3))]
)
def test_every_output_cell_carries_its_window_and_its_arithmetic(stride, padding, dilation):
    y = correlate2d(X, K, stride, padding, dilation)
    grid = grids.correlation(X, K, y, stride, padding, dilation)
    shown = values(grid, "input")
    assert torch.equal(values(grid, "output"), y) and torch.equal(values(grid, "kernel"), K)
    rows_apart, columns_apart = dilation if isinstance(dilation, tuple) else (dilation, dilation)
    for r, row in enumerate(cells(grid, "output")):
        for c, cell in enumerate(row):
            left, top, _ = map(int, re.findall(r"\d+", cell.get("style")))
            window = shown[
                top : top + 2 * rows_apart + 1 : rows_apart,
                left : left + 2 * columns_apart + 1 : columns_apart,
            ]
            assert (window * K).sum() == y[r, c], "the overlay lies on the cells that were read"
            place, sentence = cell.get("aria-label").split(": ")
            products, total = sentence.replace("−", "-").split(" = ")
            assert place == f"row {r}, column {c}"
            assert eval(products.replace("·", "*")) == int(total) == y[r, c]
            assert cell.get("tabindex") == "0"


def test_padding_is_dashed_and_cells_that_no_window_reads_are_striped():
    grid = grids.correlation(X, K, correlate2d(X, K, 3, 0), stride=3)
    striped = [
        ["ax-left" in (cell.get("class") or "") for cell in row] for row in cells(grid, "input")
    ]
    assert torch.equal(
        torch.tensor(striped),
        torch.tensor([[r == 6 or c == 6 for c in range(7)] for r in range(7)]),
    )
    assert "read by no window" in cells(grid, "input")[6][0].get("aria-label")
    padded = grids.correlation(X, K, correlate2d(X, K, 1, 1), padding=1)
    dashed = [
        ["ax-pad" in (cell.get("class") or "") for cell in row] for row in cells(padded, "input")
    ]
    assert sum(map(sum, dashed)) == 81 - 49 and all(dashed[0])


def test_a_large_kernel_counts_its_products_instead_of_listing_them():
    x, k = torch.ones(8, 8), torch.ones(6, 6)
    label = cells(grids.correlation(x, k, correlate2d(x, k)), "output")[0][0].get("aria-label")
    assert label == "row 0, column 0: 36 products add up to 36"


@pytest.mark.parametrize("mode, word", [("max", "maximum"), ("average", "average")])
def test_pooling_names_the_numbers_it_chose_from(mode, word):
    y = pool2d(X, 2, mode=mode)
    label = cells(grids.pooling(X, y, 2, mode=mode), "output")[0][0].get("aria-label")
    assert label == f"row 0, column 0: {word} of −2, −1, 5, −2 is {number(y[0, 0])}"


def test_padding_never_shows_as_a_candidate_of_max_pooling():
    grid = grids.pooling(X, pool2d(X, 3, 2, 1), 3, 2, 1)
    assert (
        cells(grid, "output")[0][0].get("aria-label")
        == "row 0, column 0: maximum of −2, −1, 5, −2 is 5"
    )
    assert not cells(grid, "input")[0][0].text


@pytest.mark.parametrize(
    "size, kernel, stride, padding, dilation", [(7, 3, 3, 0, 1), (8, 3, 2, 1, 2), (5, 5, 1, 0, 1)]
)
def test_the_ruler_marks_what_each_window_reads(size, kernel, stride, padding, dilation):
    count = output_size(size, kernel, stride, padding, dilation)
    first, *windows = cells(grids.ruler(size, count, kernel, stride, padding, dilation), "input")
    assert len(windows) == count
    read = set()
    for index, window in enumerate(windows):
        marked = [column for column, cell in enumerate(window) if cell.text == "■"]
        assert marked == [index * stride + tap * dilation for tap in range(kernel)]
        read |= set(marked)
    assert read == {
        column for column, cell in enumerate(first) if "ax-left" not in (cell.get("class") or "")
    }


@pytest.mark.parametrize(
    "value, text",
    [
        (3, "3"),
        (-3, "−3"),
        (0.5, "0.50"),
        (-0.001, "−0.00"),
        (-0.0, "0"),
        (2.0, "2"),
        (1e6, "1000000"),
    ]
    + [(float("nan"), "nan"), (float("inf"), "∞"), (float("-inf"), "−∞")],
)
def test_numbers_are_written_short_with_a_true_minus(value, text):
    assert number(value) == (text if text != "−0.00" else "0")


def test_a_table_separates_thousands_and_escapes_text():
    grid = grids.table([("<conv1>", 28868968, 0.5, True)], ("a", "b", "c", "d"))
    assert [cell.text for cell in parsed(grid).iter("td")] == [
        "<conv1>",
        "28,868,968",
        "0.5",
        "True",
    ]


def test_only_a_matrix_makes_a_grid():
    with pytest.raises(ValueError, match=r"not shape \(2, 2, 2\)"):
        grids.matrix(torch.ones(2, 2, 2))
    assert repr(grids.matrix([1, 2, 3], "row")) == "row 1 × 3"
    assert torch.equal(
        values(grids.matrix(torch.ones(2, 2, requires_grad=True)), "input"), torch.ones(2, 2).long()
    )


@pytest.mark.parametrize(
    "stride, padding, dilation", [(1, 0, 1), (2, 1, 1), (1, 1, 2), (2, 0, 3), (3, 2, 2)]
)
def test_every_input_cell_shows_the_outputs_that_read_it(stride, padding, dilation):
    y = correlate2d(X, K, stride, padding, dilation)
    grid = grids.correlation(X, K, y, stride, padding, dilation)
    shape = torch.Size(n + 2 * padding for n in X.shape)
    readers = {}
    for r, c in torch.cartesian_prod(*map(torch.arange, y.shape)).tolist():
        for i, j in torch.cartesian_prod(torch.arange(3), torch.arange(3)).tolist():
            readers.setdefault((r * stride + i * dilation, c * stride + j * dilation), set()).add(
                (r, c)
            )
    step = int(re.search(r"--px:(\d+)", grid.markup)[1])
    for r in range(shape[0]):
        for c in range(shape[1]):
            cell = cells(grid, "input")[r][c]
            if (r, c) not in readers:
                assert cell.get("style") is None and "read by no window" in cell.get("aria-label")
                continue
            x, y0, w, h = map(int, re.findall(r"\d+", cell.get("style")))
            lit = {(i, j) for i in range(y0, y0 + h, step) for j in range(x, x + w, step)}
            assert lit == readers[r, c]


def test_play_visits_every_output_cell_once():
    grid = grids.correlation(X, K, correlate2d(X, K), play=True)
    turns = [
        int(re.search(r"--i:(\d+)", cell.get("style"))[1])
        for row in cells_after_style(grid)
        for cell in row
    ]
    assert (
        turns == list(range(25))
        and "@keyframes ax-seen25" in grid.markup
        and "ax-play" in grid.markup
    )
    assert "keyframes" not in grids.correlation(X, K, correlate2d(X, K)).markup


def cells_after_style(grid):
    markup = grid.markup.split("</style>")[1].replace("&quot;", "'")
    table = ElementTree.fromstring(markup).find(".//table[@class='ax-t ax-output']")
    return [row.findall("td") for row in table.iter("tr")]


def test_notes_stand_below_and_what_is_in_backticks_is_code():
    grid = grids.matrix(X)
    assert "ax-note" not in grid.markup
    noted = grids.ruler(5, 3, 3, notes=("a < b", "`F.conv2d(x)` agrees"))
    assert '<div class="ax-note">a &lt; b</div>' in noted.markup
    assert '<div class="ax-note"><code>F.conv2d(x)</code> agrees</div>' in noted.markup
    assert noted.height > grids.ruler(5, 3, 3).height


def test_a_table_marks_a_row_and_draws_bars():
    markup = grids.table([("a", 1), ("b", 4)], ("name", "n"), marked=1, bars=[0.25, 1]).markup
    assert markup.count("ax-marked") == 1 and markup.index("ax-marked") > markup.index("<td>a</td>")
    assert re.findall(r"--l:([\d.]+)", markup) == ["0.2500", "1.0000"]


def test_a_table_with_long_text_breaks_its_lines():
    assert (
        "ax-wordy"
        not in grids.table([("conv1", 34944)], ("layer", "parameters")).markup.split("</style>")[-1]
    )
    long = "wrong labels, dropout against wrong labels"
    wordy = grids.table([(long, 1)], ("compared", "pairs"))
    assert "ax-wordy" in wordy.markup.split("</style>")[-1] and long in wordy.markup


def test_a_histogram_has_a_bar_for_every_bin_as_high_as_numpy_counts():
    values = torch.randn(500, generator=torch.Generator().manual_seed(0)).clamp(-3, 3)
    grid = grids.histogram(
        values, "draws", -3, 3, bins=12, marks=[("mean", float(values.mean())), ("zero", 0)]
    )
    counts, _ = np.histogram(values.numpy(), 12, (-3, 3))
    cells = re.findall(r"<td[^>]*>(\d+)</td>", grid.markup)
    assert [int(text) for text in cells] == counts.tolist()
    heights = [float(share) for share in re.findall(r"--l:([\d.]+)", grid.markup)]
    assert heights == pytest.approx(counts[counts > 0] / counts.max(), abs=1e-4)
    places = re.findall(r'ax-mark" style="--x:([\d.]+)"', grid.markup)
    assert [float(place) for place in places] == pytest.approx(
        [(float(values.mean()) + 3) / 6, 0.5], abs=1e-4
    )
    assert (
        f"the highest bar holds {counts.max()} of 500" in grid.markup
        and "dots: zero, 0" in grid.markup
    )
    assert f'aria-label="{counts[5]} from −0.5 to 0"' in grid.markup


def test_a_histogram_loses_no_number_and_stands_for_equal_ones_too():
    with pytest.raises(ValueError, match="from 1 to 5, beyond 0 to 4"):
        grids.histogram([1, 5], "n", 0, 4)
    assert re.findall(r"<td[^>]*>(\d+)</td>", grids.histogram([2, 2, 2], "n", bins=2).markup) == [
        "0",
        "3",
    ]


def test_a_grid_knows_its_height_before_it_is_drawn_and_draws_what_it_was_given(monkeypatch):
    numbers = torch.ones(2, 2)
    grid = grids.matrix(numbers)
    monkeypatch.setattr(grids, "cell_table", lambda *_: pytest.fail("drawn"))
    tall = [
        grids.correlation(X, K, correlate2d(X, K)),
        grids.ruler(7, 5, 3),
        grids.histogram([1.0, 2.0], "n"),
    ]
    assert all(each.height > 100 for each in [*tall, grids.table([("a", 1)] * 4, ("b", "c"))])
    monkeypatch.undo()
    numbers.zero_()
    assert re.findall(r"<td[^>]*>(\d+)</td>", grid.markup) == ["1"] * 4
