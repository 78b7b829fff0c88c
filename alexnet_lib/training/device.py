"""The device: which one, what it is called and can do, how fast and how large the work on it is."""

import ctypes
import statistics
import sys
import traceback
from time import perf_counter as clock

import torch

FULL = (
    "out of memory",
    "can't allocate memory",
    "not enough memory",
    "Invalid buffer size",
    "_ALLOC_FAILED",
)


def pick_device():
    """The accelerator that PyTorch sees (CUDA, MPS, XPU …), else the CPU, as a `torch.device`."""
    return torch.accelerator.current_accelerator(check_available=True) or torch.device("cpu")


def short_format(device):
    """The short number format that the device has circuits for, as a dtype; None if it has none.

    A processor without them still computes in bfloat16, but number by number: a large product takes
    50 times as long.
    """
    if device.type == "cuda":
        native = torch.cuda.is_bf16_supported(including_emulation=False)
        return torch.bfloat16 if native else torch.float16
    if device.type == "cpu":
        # oneDNN multiplies on the CPU; some builds of PyTorch come without it
        asks = getattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", None)
        return torch.bfloat16 if asks is not None and asks() else None
    return torch.bfloat16


def synchronise(device):
    """Wait until the device has finished all its work, so that a clock tells the truth."""
    if device.type != "cpu":
        torch.accelerator.synchronize(device)


def send(tensor, device):
    """A small tensor from the CPU, on the device; on CUDA the CPU does not wait for it."""
    if device.type == "cuda":
        return tensor.pin_memory().to(device, non_blocking=True)
    return tensor.to(device)


def release(error, device):
    """Let go of the memory that a failed computation still holds, and give it back."""
    traceback.clear_frames(error.__traceback__)
    give_back(device)


def is_out_of_memory(error):
    """Whether an error tells of too little memory, which each device does in words of its own."""
    return isinstance(error, torch.OutOfMemoryError) or any(words in str(error) for words in FULL)


def give_back(device):
    """Give back to others the freed memory that PyTorch or Linux's C library keeps."""
    if device.type != "cpu":
        torch.get_device_module(device).empty_cache()
    elif sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)):
        trim(0)


def seconds_of(work, device, repeats):
    """How long `work()` takes, each of so many times, its work on the device included."""
    seconds = []
    for _ in range(repeats):
        synchronise(device)
        start = clock()
        work()
        synchronise(device)
        seconds.append(clock() - start)
    return seconds


@torch.no_grad()
def images_per_second(model, images, repeats=5):
    """The median speed of a forward pass, once warm; `images` (N, C, H, W) lie on the device."""
    seconds = seconds_of(lambda: model(images), images.device, repeats + 1)
    return len(images) / statistics.median(seconds[1:])


def device_name(device):
    """What the device calls itself, such as an NVIDIA GPU's name; a CPU by its threads."""
    if device.type == "cpu":
        return f"CPU, {torch.get_num_threads()} threads"
    module = torch.get_device_module(device)
    name = module.get_device_name(device) if hasattr(module, "get_device_name") else "GPU"
    return f"{device.type}: {name}"


def peak_memory(device):
    """The most bytes used so far, by tensors, on a CPU by the process; None if unknown."""
    if device.type == "cpu":
        if sys.platform == "win32":
            return None
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
    try:
        return torch.accelerator.max_memory_allocated(device)
    except (RuntimeError, NotImplementedError):
        return None
