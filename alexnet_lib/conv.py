"""Cross-correlation, convolution and pooling, computed window by window with strided views.

For floating-point numbers every function agrees with its PyTorch counterpart, if it has one, and
raises ValueError, in words, where sizes do not fit. Whole numbers are taken as well. A size,
kernel, stride, padding or dilation is one int for both directions or a pair (height, width).
"""

import torch
from torch.nn import functional as F

from alexnet_lib.checks import whole


def output_size(size, kernel, stride=1, padding=0, dilation=1):
    """How many windows fit: ⌊(size + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1.

    Returns an int when every argument is an int, else a pair (height, width). Raises ValueError
    when a number is impossible or the kernel does not fit into the padded input. The formula is
    that of `torch.nn.Conv2d` and, with dilation 1, of the tutorial and of pooling layers, unless
    they round up (`ceil_mode`).
    """
    numbers = (size, kernel, stride, padding, dilation)
    if not any(isinstance(number, tuple | list) for number in numbers):
        return _size_out("", *numbers)
    pairs = [_pair(number) for number in numbers]
    height = _size_out("height: ", *(pair[0] for pair in pairs))
    width = _size_out("width: ", *(pair[1] for pair in pairs))
    return height, width


def _size_out(where, size, kernel, stride, padding, dilation):
    """`output_size` in one direction; `where` stands in front of what is wrong."""
    size, kernel = whole(f"{where}input size", size), whole(f"{where}kernel", kernel)
    stride, padding = whole(f"{where}stride", stride), whole(f"{where}padding", padding, 0)
    dilation = whole(f"{where}dilation", dilation)
    room = size + 2 * padding - dilation * (kernel - 1) - 1
    if room < 0:
        span = dilation * (kernel - 1) + 1
        spread = f" with dilation {dilation} spans {span} and" if span > kernel else ""
        padded = f"input {size} + 2·{padding} padding"
        raise ValueError(f"{where}kernel {kernel}{spread} does not fit into {padded}")
    return room // stride + 1


def windows(x, kernel, stride=1, padding=0, dilation=1, fill=0):
    """Every window of the padded input, not copied: (…, H, W) → (…, out_h, out_w, kh, kw).

    Raises ValueError as `output_size` does. The tensor method behind it is `torch.Tensor.unfold`.
    """
    output_size(tuple(x.shape[-2:]), kernel, stride, padding, dilation)
    (kh, kw), (sh, sw), (ph, pw), (dh, dw) = map(_pair, (kernel, stride, padding, dilation))
    if ph or pw:
        x = F.pad(x, (pw, pw, ph, ph), value=fill)
    x = x.unfold(-2, dh * (kh - 1) + 1, sh).unfold(-2, dw * (kw - 1) + 1, sw)
    return x[..., ::dh, ::dw]


def correlate2d(x, kernel, stride=1, padding=0, dilation=1, groups=1, bias=None):
    """Slide the kernel over the input; multiply elementwise and sum: what a convolution layer does.

    x (H, W) with kernel (kh, kw) gives (out_h, out_w); bias is then one number.
    x (C, H, W) with kernel (O, C/groups, kh, kw) gives (O, out_h, out_w); bias is then (O,).
    Integers stay integers and exact (as int64; on the CPU, GPUs do not multiply those).
    Equals `torch.nn.functional.conv2d`.
    Raises ValueError when shapes do not match or the kernel does not fit.
    """
    if x.dim() == 2 and kernel.dim() == 2:
        bias = None if bias is None else _vector(bias, x)
        settings = (stride, padding, dilation, groups, bias)
        return correlate2d(x[None], kernel[None, None], *settings)[0]
    _check_channels(x, kernel, groups, bias)
    dtype = torch.result_type(x, kernel)
    dtype = dtype if dtype.is_floating_point or dtype.is_complex else torch.int64
    views = windows(x.to(dtype), tuple(kernel.shape[-2:]), stride, padding, dilation)
    views = views.unflatten(0, (groups, -1))
    kernels = kernel.to(dtype).unflatten(0, (groups, -1))
    y = torch.einsum("gchwij,gocij->gohw", views, kernels).flatten(0, 1)
    return y if bias is None else y + bias[:, None, None]


def convolve2d(x, kernel, stride=1, padding=0, dilation=1, groups=1, bias=None):
    """True convolution: flip the kernel both ways, then correlate; shapes as in `correlate2d`.

    Raises what that raises. In two dimensions, with whole windows only, this is
    `scipy.signal.convolve2d(x, kernel, mode="valid")`.
    """
    return correlate2d(x, kernel.flip(-2, -1), stride, padding, dilation, groups, bias)


def pool2d(x, window, stride=None, padding=0, mode="max"):
    """The maximum or average of every window of each channel: (…, H, W) → (…, out_h, out_w).

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
            raise ValueError(f"padding {p} is more than half of window {w}, which PyTorch refuses")
    if mode == "average":
        x = x if x.is_floating_point() else x.to(torch.get_default_dtype())
        return windows(x, window, stride, padding).mean((-2, -1))
    lowest = -torch.inf if x.is_floating_point() else torch.iinfo(x.dtype).min
    return windows(x, window, stride, padding, fill=lowest).amax((-2, -1))


def _check_channels(x, kernel, groups, bias):
    """Raises ValueError where input, kernels, groups and bias do not belong together."""
    if x.dim() != 3 or kernel.dim() != 4:
        raise ValueError(
            "give an (H, W) input with a (kh, kw) kernel, or a (C, H, W) input with an "
            f"(O, C/groups, kh, kw) kernel, not {tuple(x.shape)} with {tuple(kernel.shape)}"
        )
    if x.device != kernel.device:
        places = f"the input is on {x.device}, the kernel on {kernel.device}"
        raise ValueError(f"{places}: move one to the other")
    channels, kernels, reads = x.shape[0], *kernel.shape[:2]
    whole("groups", groups)
    if channels % groups or kernels % groups:
        both = f"{channels} input channels and {kernels} kernels"
        raise ValueError(f"groups {groups} does not divide {both} evenly")
    if reads != channels // groups:
        offered = f"{channels} / {groups} groups = {channels // groups}"
        raise ValueError(f"each kernel has {reads} channels, but the input offers {offered}")
    if bias is not None and tuple(bias.shape) != (kernels,):
        wanted = f"one number for each of the {kernels} kernels"
        raise ValueError(f"bias needs {wanted}, not shape {tuple(bias.shape)}")


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
