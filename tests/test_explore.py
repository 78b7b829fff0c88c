import nbformat
import pytest
from ipywidgets import IntSlider
from nbclient import NotebookClient

from alexnet_lib.explore.explorer import explore
from alexnet_lib.shown import Shown


def picture(text, height=30):
    return Shown(f"<b>{text}</b>", "a picture", height, style="b{color:red}")


def echo(stride=2, padding=0):
    if stride == 4:
        raise ValueError("stride 4 does not fit <here>")
    if stride == 3:
        raise ZeroDivisionError("a mistake of ours")
    return picture(f"stride {stride}, padding {padding}")


def test_a_control_moves_and_the_same_view_shows_the_new_answer():
    explorer = explore(echo, stride=(1, 4), padding=[0, 1, 2])
    view = explorer.children[2]
    assert explorer.markup == "<b>stride 2, padding 0</b>"
    explorer.controls["stride"].value = 1
    explorer.controls["padding"].value = 2
    assert explorer.markup == "<b>stride 1, padding 2</b>" and explorer.children[2] is view
    assert view.layout.min_height == "30px"


def test_room_is_kept_for_the_tallest_picture_wherever_it_is_among_the_controls():
    def tall(a=1, b=1, c=1, d=1, e=1, f=1, g=1, h=1, i=1):
        return picture("", 10 * a + 100 * b + i)

    explorer = explore(tall, **{name: (1, 2) for name in "abcdefghi"})
    assert explorer.children[2].layout.min_height == "222px"


def test_controls_start_at_the_functions_default_else_at_their_first_value():
    def no_defaults(size, name, loud, ready):
        return picture("")

    explorer = explore(
        no_defaults, size=(3, 9), name=["b", "a"], loud=True, ready=IntSlider(value=5)
    )
    assert [widget.value for widget in explorer.controls.values()] == [3, "b", True, 5]
    assert [widget.description for widget in explorer.controls.values()] == [
        "size",
        "name",
        "loud",
        "ready",
    ]


def test_an_impossible_setting_is_explained_and_the_last_picture_kept():
    explorer = explore(echo, stride=(1, 4))
    explorer.controls["stride"].value = 4
    assert explorer.message == "stride 4 does not fit <here>"
    assert "stride 4 does not fit &lt;here&gt;" in explorer.children[1].value
    assert (
        explorer.markup == "<b>stride 2, padding 0</b>"
        and "ax-stale" in explorer.children[2]._dom_classes
    )
    explorer.controls["stride"].value = 1
    assert (
        explorer.message == "" == explorer.children[1].value
        and explorer.children[2]._dom_classes == ()
    )
    assert explorer.markup == "<b>stride 1, padding 0</b>"


def test_any_other_exception_is_shown_and_raised():
    explorer = explore(echo, stride=(1, 4))
    with pytest.raises(ZeroDivisionError):
        explorer.controls["stride"].value = 3
    assert explorer.message == "ZeroDivisionError: a mistake of ours"


def test_what_is_no_control_is_explained():
    with pytest.raises(ValueError, match="stride=None is no control"):
        explore(lambda stride: picture(stride), stride=None)


def test_it_carries_a_still_that_is_the_same_every_time():
    first, second = (explore(echo, stride=(1, 4))._repr_mimebundle_()[0] for _ in range(2))
    assert (
        first["text/html"]
        == second["text/html"]
        == "<style>b{color:red}</style><b>stride 2, padding 0</b>"
    )
    assert "application/vnd.jupyter.widget-view+json" in first


def test_whatever_a_notebook_can_show_is_shown():
    page = nbformat.v4.new_notebook()
    sources = (
        "import matplotlib.pyplot as plt; plt.close(plt.figure())",
        "def figure(n): f = plt.figure(figsize=(n, n)); f.add_subplot(); plt.close(f); return f",
        "from alexnet_lib.explore import explore",
        'assert explore(figure, n=(1, 3)).markup.startswith("<img alt=\\"&lt;Figure")',
        "assert explore(lambda n: n + 0.5, n=(1, 3)).markup == '<pre>1.5</pre>'",
    )
    page.cells = [nbformat.v4.new_code_cell(source) for source in sources]
    NotebookClient(page, timeout=60, kernel_name="python3").execute()
