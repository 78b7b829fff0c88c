import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from alexnet_lib.conv import convolve2d, correlate2d, output_size, pool2d, windows

sweep = settings(max_examples=300, deadline=None)


def numbers(low, high):
    """One int, or a pair (height, width)."""
    return st.integers(low, high) | st.tuples(st.integers(low, high), st.integers(low, high))


def integers(shape, seed):
    return torch.randint(-9, 10, shape, generator=torch.Generator().manual_seed(seed))


def outcome(function, *arguments):
    """What a function returns, or None where it refuses."""
    try:
        return function(*arguments)
    except (ValueError, RuntimeError):
        return None


@sweep
@given(
    groups=st.integers(1, 3),
    channels=st.integers(1, 3),
    kernels=st.integers(1, 3),
    size=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    kernel=st.tuples(st.integers(1, 5), st.integers(1, 5)),
    stride=numbers(0, 4),
    padding=numbers(-1, 3),
    dilation=numbers(0, 3),
    biased=st.booleans(),
    seed=st.integers(0, 99),
)
def test_correlate2d_is_conv2d_where_that_answers_and_refuses_where_that_refuses(
    groups, channels, kernels, size, kernel, stride, padding, dilation, biased, seed
):
    x = integers((groups * channels, *size), seed)
    weight = integers((groups * kernels, channels, *kernel), seed + 1)
    bias = integers((groups * kernels,), seed + 2) if biased else None
    arguments = (x.double()[None], weight.double(), None if bias is None else bias.double())
    expected = outcome(F.conv2d, *arguments, stride, padding, dilation, groups)
    ours = outcome(correlate2d, x, weight, stride, padding, dilation, groups, bias)
    size_out = outcome(output_size, size, kernel, stride, padding, dilation)
    if expected is None:
        assert ours is None and size_out is None
    else:
        assert ours.dtype == torch.int64 and torch.equal(ours.double(), expected[0])
        assert size_out == tuple(expected.shape[-2:])
        flipped = F.conv2d(
            x.double()[None], weight.flip(-2, -1).double(), None, stride, padding, dilation, groups
        )
        assert torch.equal(
            convolve2d(x, weight, stride, padding, dilation, groups).double(), flipped[0]
        )


@sweep
@given(
    size=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    window=numbers(0, 5),
    stride=st.none() | numbers(0, 4),
    padding=numbers(-1, 3),
    mode=st.sampled_from(["max", "average"]),
    seed=st.integers(0, 99),
)
def test_pool2d_is_pytorchs_pooling_and_refuses_where_that_refuses(
    size, window, stride, padding, mode, seed
):
    x = integers((2, *size), seed)
    peer = F.max_pool2d if mode == "max" else F.avg_pool2d
    expected = outcome(peer, x.double()[None], window, stride, padding)
    ours = outcome(pool2d, x if mode == "max" else x.double(), window, stride, padding, mode)
    if expected is None:
        assert ours is None
    else:
        torch.testing.assert_close(ours.double(), expected[0], rtol=0, atol=1e-12)


@given(
    st.integers(1, 60), st.integers(1, 12), st.integers(1, 5), st.integers(0, 4), st.integers(1, 4)
)
def test_one_direction_gives_an_int_and_counts_the_places_a_window_fits(
    size, kernel, stride, padding, dilation
):
    span = dilation * (kernel - 1) + 1
    starts = range(0, size + 2 * padding - span + 1, stride)
    assert outcome(output_size, size, kernel, stride, padding, dilation) == (len(starts) or None)


def test_the_tutorials_sizes():
    assert output_size(4, 3) == 2
    assert output_size(8, 3, stride=2, padding=1) == 4
    assert output_size(6, 3, stride=2, padding=1) == 3
    assert output_size(224, 11, stride=4, padding=2) == 55


@pytest.mark.parametrize(
    "arguments, reason",
    [
        ((3, 5), "kernel 5 does not fit into input 3 + 2·0 padding"),
        (
            (5, 3, 1, 1, 4),
            "kernel 3 with dilation 4 spans 9 and does not fit into input 5 + 2·1 padding",
        ),
        (((3, 9), 5), "height: kernel 5 does not fit into input 3 + 2·0 padding"),
        (((9, 3), 5), "width: kernel 5 does not fit into input 3 + 2·0 padding"),
        ((7, 3, 0), "stride must be a whole number from 1, not 0"),
        ((7, 3, 1, -1), "padding must be a whole number from 0, not -1"),
        ((7, 3, 1, 0, 0), "dilation must be a whole number from 1, not 0"),
        ((7, 2.5), "kernel must be a whole number from 1, not 2.5"),
        ((7, True), "kernel must be a whole number from 1, not True"),
        (("7", 3), "input size must be a whole number from 1, not '7'"),
        ((7, (3, 3, 3)), "give one number or a pair (height, width), not (3, 3, 3)"),
    ],
)
def test_an_impossible_size_is_explained(arguments, reason):
    with pytest.raises(ValueError) as error:
        output_size(*arguments)
    assert str(error.value) == reason


@pytest.mark.parametrize(
    "x, kernel, options, reason",
    [
        (
            (4, 8, 8),
            (6, 2, 3, 3),
            {"groups": 3},
            "groups 3 does not divide 4 input channels and 6 kernels evenly",
        ),
        (
            (4, 8, 8),
            (6, 3, 3, 3),
            {},
            "each kernel has 3 channels, but the input offers 4 / 1 groups = 4",
        ),
        ((4, 8, 8), (6, 4, 3, 3), {"groups": 0}, "groups must be a whole number from 1, not 0"),
        ((4, 8, 8), (3, 3), {}, "not (4, 8, 8) with (3, 3)"),
        (
            (1, 8, 8),
            (2, 1, 3, 3),
            {"bias": torch.ones(3)},
            "one number for each of the 2 kernels, not shape (3,)",
        ),
        ((8, 8), (3, 3), {"bias": torch.ones(2)}, "takes one bias, not shape (2,)"),
    ],
)
def test_shapes_that_do_not_match_are_explained(x, kernel, options, reason):
    with pytest.raises(ValueError) as error:
        correlate2d(torch.ones(x), torch.ones(kernel), **options)
    assert reason in str(error.value)


def test_pooling_explains_its_errors():
    with pytest.raises(ValueError, match="padding 2 is more than half of window 3"):
        pool2d(torch.ones(5, 5), 3, padding=2)
    with pytest.raises(ValueError, match="mode is"):
        pool2d(torch.ones(5, 5), 3, mode="mean")


def test_integers_stay_exact_where_floats_would_not():
    large = torch.full((2, 2), 2**60)
    assert correlate2d(large, torch.tensor([[1, 1], [-1, 1]])).item() == 2**61
    bright = torch.full((2, 2), 255, dtype=torch.uint8)
    assert correlate2d(bright, torch.ones(2, 2, dtype=torch.uint8)).item() == 1020
    assert pool2d(large, 2).dtype == torch.int64 and pool2d(large, 2).item() == 2**60


def test_a_two_dimensional_call_takes_one_bias():
    x, kernel = integers((5, 5), 0), integers((3, 3), 1)
    assert torch.equal(correlate2d(x, kernel, bias=torch.tensor(7)), correlate2d(x, kernel) + 7)


def test_windows_are_a_view_and_gradients_flow_as_in_pytorch():
    x = torch.randn(2, 6, 6, dtype=torch.float64, requires_grad=True)
    weight = torch.randn(3, 2, 3, 3, dtype=torch.float64, requires_grad=True)
    assert windows(x, 3).untyped_storage().data_ptr() == x.untyped_storage().data_ptr()
    ours = torch.autograd.grad(correlate2d(x, weight, 2, 1).square().sum(), (x, weight))
    theirs = torch.autograd.grad(F.conv2d(x[None], weight, None, 2, 1).square().sum(), (x, weight))
    for a, b in zip(ours, theirs, strict=True):
        torch.testing.assert_close(a, b)


@pytest.mark.parametrize("three", [torch.tensor(3), np.int64(3), np.array(3)])
def test_whole_numbers_of_other_kinds_are_taken(three):
    assert output_size(7, three, stride=three) == 2


@pytest.mark.parametrize(
    "kernel", [torch.tensor(2.5), np.float64(3), "3", None, torch.tensor([1, 2]), 3.0, True]
)
def test_what_is_no_whole_number_is_refused_in_words(kernel):
    with pytest.raises(ValueError, match="kernel must be a whole number from 1, not "):
        output_size(7, kernel)


def test_complex_numbers_keep_their_imaginary_part():
    x, k = torch.randn(5, 5, dtype=torch.complex64), torch.randn(2, 2, dtype=torch.complex64)
    assert torch.allclose(
        correlate2d(x, k), F.conv2d(x[None, None], k[None, None])[0, 0], atol=1e-5
    )
