"""Cross-correlation, convolution and pooling, computed window by window with strided views.

Every function agrees with its PyTorch counterpart and raises ValueError, in words, where PyTorch
would fail. A size, kernel, stride, padding or dilation is one int for both directions or a pair
(height, width).
"""

from operator import index

import torch
from torch.nn import functional as F

AXES = ("height", "width")


def output_size(size, kernel, stride=1, padding=0, dilation=1):
    """How many windows fit: ⌊(size + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1, in each direction.

    Returns an int when every argument is an int, else a pair (height, width). Raises ValueError
    when a number is impossible or the kernel does not fit into the padded input. The formula is
    that of `torch.nn.Conv2d` and, with dilation 1, of the tutorial and of every pooling layer.
    """
    arguments = (size, kernel, stride, padding, dilation)
    if not any(isinstance(argument, tuple | list) for argument in arguments):
        return _positions(*_checked(size, kernel, stride, padding, dilation))
    pairs = zip(*(_pair(argument) for argument in arguments), strict=True)
    return tuple(
        _positions(*_checked(*numbers, axis=axis), axis)
        for axis, numbers in zip(AXES, pairs, strict=True)
    )


def windows(x, kernel, stride=1, padding=0, dilation=1, fill=0):
    """Every window of the padded input, without copying it: (…, H, W) → (…, out_h, out_w, kernel_h, kernel_w).

    Raises ValueError as `output_size` does. The tensor method behind it is `torch.Tensor.unfold`.
    """
    output_size(tuple(x.shape[-2:]), kernel, stride, padding, dilation)
    (kh, kw), (sh, sw), (ph, pw), (dh, dw) = map(_pair, (kernel, stride, padding, dilation))
    if ph or pw:
        x = F.pad(x, (pw, pw, ph, ph), value=fill)
    x = x.unfold(-2, dh * (kh - 1) + 1, sh).unfold(-2, dw * (kw - 1) + 1, sw)
    return x[..., ::dh, ::dw]


def correlate2d(x, kernel, stride=1, padding=0, dilation=1, groups=1, bias=None):
    """Slide the kernel over the input; at every stop multiply elementwise and sum: what a convolution layer computes.

    x (H, W) with kernel (kh, kw) gives (out_h, out_w); bias is then one number.
    x (C, H, W) with kernel (O, C/groups, kh, kw) gives (O, out_h, out_w); bias is then (O,).
    Integers stay integers and exact (as int64; on the CPU, GPUs do not multiply those).
    Equals `torch.nn.functional.conv2d`.
    Raises ValueError when shapes do not match or the kernel does not fit.
    """
    if x.dim() == 2 and kernel.dim() == 2:
        return correlate2d(
            x[None],
            kernel[None, None],
            stride,
            padding,
            dilation,
            groups,
            None if bias is None else _vector(bias, x),
        )[0]
    _check_channels(x, kernel, groups, bias)
    dtype = torch.result_type(x, kernel)
    dtype = dtype if dtype.is_floating_point or dtype.is_complex else torch.int64
    views = windows(x.to(dtype), tuple(kernel.shape[-2:]), stride, padding, dilation)
    views = views.unflatten(0, (groups, -1))
    kernels = kernel.to(dtype).unflatten(0, (groups, -1))
    y = torch.einsum("gchwij,gocij->gohw", views, kernels).flatten(0, 1)
    return y if bias is None else y + bias[:, None, None]


def convolve2d(x, kernel, stride=1, padding=0, dilation=1, groups=1, bias=None):
    """True convolution: flip the kernel in both directions, then correlate. Shapes and errors as `correlate2d`.

    For a whole-window 2-D result this is `scipy.signal.convolve2d(x, kernel, mode="valid")`.
    """
    return correlate2d(x, kernel.flip(-2, -1), stride, padding, dilation, groups, bias)


def pool2d(x, window, stride=None, padding=0, mode="max"):
    """The maximum or the average of every window: (…, H, W) → (…, out_h, out_w), each channel on its own.

    The stride is the window's size unless given. Padding never wins a maximum and counts as 0 in an
    average, as in `torch.nn.functional.max_pool2d` and `avg_pool2d`. A maximum keeps the dtype, an
    average is floating point. Raises ValueError when the window does not fit, the padding exceeds
    half the window, or the mode is unknown.
    """
    if mode not in ("max", "average"):
        raise ValueError(f'mode is "max" or "average", not {mode!r}')
    stride = window if stride is None else stride
    output_size(tuple(x.shape[-2:]), window, stride, padding)
    for w, p in zip(_pair(window), _pair(padding), strict=True):
        if 2 * p > w:
            raise ValueError(
                f"padding {p} is more than half of window {w}: some windows would see nothing but padding"
            )
    if mode == "average":
        x = x if x.is_floating_point() else x.to(torch.get_default_dtype())
        return windows(x, window, stride, padding).mean((-2, -1))
    lowest = -torch.inf if x.is_floating_point() else torch.iinfo(x.dtype).min
    return windows(x, window, stride, padding, fill=lowest).amax((-2, -1))


def _positions(size, kernel, stride, padding, dilation, axis=None):
    span = dilation * (kernel - 1) + 1
    if span > size + 2 * padding:
        where = f"{axis}: " if axis else ""
        spread = (
            f" with dilation {dilation} spans {span} and" if dilation > 1 and kernel > 1 else ""
        )
        raise ValueError(
            f"{where}kernel {kernel}{spread} does not fit into input {size} + 2·{padding} padding"
        )
    return (size + 2 * padding - span) // stride + 1


def _checked(size, kernel, stride, padding, dilation, axis=None):
    given = {
        "input size": size,
        "kernel": kernel,
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
    }
    numbers = []
    for name, number in given.items():
        least = 0 if name == "padding" else 1
        where = f"{axis}: " if axis else ""
        if isinstance(number, bool) or not hasattr(number, "__index__"):
            raise ValueError(f"{where}{name} must be a whole number, not {number!r}")
        try:
            numbers.append(index(number))
        except TypeError:
            raise ValueError(f"{where}{name} must be a whole number, not {number!r}") from None
        if numbers[-1] < least:
            raise ValueError(f"{where}{name} must be at least {least}, not {number}")
    return numbers


def _check_channels(x, kernel, groups, bias):
    if x.dim() != 3 or kernel.dim() != 4:
        raise ValueError(
            "give an (H, W) input with a (kh, kw) kernel, or a (C, H, W) input with an (O, C/groups, kh, kw) kernel, "
            f"not {tuple(x.shape)} with {tuple(kernel.shape)}"
        )
    if x.device != kernel.device:
        raise ValueError(
            f"the input is on {x.device}, the kernel on {kernel.device}: move one to the other"
        )
    channels, kernels = x.shape[0], kernel.shape[0]
    if isinstance(groups, bool) or not isinstance(groups, int) or groups < 1:
        raise ValueError(f"groups must be a whole number from 1, not {groups!r}")
    if channels % groups or kernels % groups:
        raise ValueError(
            f"groups {groups} does not divide {channels} input channels and {kernels} kernels evenly"
        )
    if kernel.shape[1] != channels // groups:
        raise ValueError(
            f"each kernel has {kernel.shape[1]} channels, but the input offers {channels} / {groups} groups "
            f"= {channels // groups}"
        )
    if bias is not None and tuple(bias.shape) != (kernels,):
        raise ValueError(
            f"bias needs one number for each of the {kernels} kernels, not shape {tuple(bias.shape)}"
        )


def _pair(value):
    if not isinstance(value, tuple | list):
        return value, value
    if len(value) != 2:
        raise ValueError(f"give one number or a pair (height, width), not {value!r}")
    return tuple(value)


def _vector(bias, x):
    bias = torch.as_tensor(bias, device=x.device)
    if bias.numel() != 1:
        raise ValueError(f"a 2-D correlation takes one bias, not shape {tuple(bias.shape)}")
    return bias.reshape(1)
