import re

import numpy as np
import pytest
import torch

from alexnet_lib.checks import whole


@pytest.mark.parametrize("value", [3, np.int64(3), torch.tensor(3)])
def test_whatever_can_index_is_whole(value):
    assert whole("size", value) == 3 and type(whole("size", value)) is int


@pytest.mark.parametrize("value", [0, -1, 2.5, 3.0, True, "3", None, torch.tensor([1, 2])])
def test_all_else_is_named_with_what_it_should_be(value):
    told = f"batch must be a whole number of images from 1, not {value!r}"
    with pytest.raises(ValueError, match=re.escape(told)):
        whole("batch", value, of=" of images")


def test_padding_may_be_nothing():
    assert whole("padding", 0, 0) == 0
