"""The device: which one, what it calls itself and can do, and how fast and how large the work on it is."""

import ctypes
import statistics
import sys
import traceback
from time import perf_counter as clock

import torch


def pick_device():
    """The accelerator that PyTorch sees (CUDA, MPS, XPU …), else the CPU, as a `torch.device`."""
    return torch.accelerator.current_accelerator(check_available=True) or torch.device("cpu")


def short_format(device):
    """The short number format that the device computes with circuits of its own, as a dtype; None if it has none.

    A processor without one still computes in bfloat16, but number by number: a large product takes
    50 times as long.
    """
    if device.type == "cuda":
        native = torch.cuda.is_bf16_supported(including_emulation=False)
        return torch.bfloat16 if native else torch.float16
    if device.type == "cpu":
        products = (
            torch.ops.mkldnn
        )  # oneDNN, which multiplies on the CPU; some builds of PyTorch come without it
        asks = getattr(products, "_is_mkldnn_bf16_supported", None)
        return torch.bfloat16 if asks is not None and asks() else None
    return torch.bfloat16


def synchronise(device):
    """Wait until the device has finished all work given to it, so that a clock read next tells the truth."""
    if device.type != "cpu":
        torch.accelerator.synchronize(device)


def send(tensor, device):
    """A small tensor from the CPU on the device; on CUDA the CPU does not wait until it is there."""
    if device.type == "cuda":
        return tensor.pin_memory().to(device, non_blocking=True)
    return tensor.to(device)


def release(error, device):
    """Let go of the memory that a failed computation still holds, and give it back."""
    traceback.clear_frames(error.__traceback__)
    give_back(device)


def give_back(device):
    """Give freed memory back to the others: what PyTorch keeps on the device, or what Linux's C library keeps."""
    if device.type != "cpu":
        torch.get_device_module(device).empty_cache()
    elif sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)):
        trim(0)


def seconds_of(work, device, repeats):
    """How long `work()` takes, so many times one after the other; its work on the device included."""
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
    """The median speed of a forward pass of `images` (N, C, H, W), which lie on the model's device, after a warm-up."""
    seconds = seconds_of(lambda: model(images), images.device, repeats + 1)
    return len(images) / statistics.median(seconds[1:])


def device_name(device):
    """What the device calls itself, such as an NVIDIA GPU's name; for the CPU its number of threads as well."""
    if device.type == "cpu":
        return f"CPU, {torch.get_num_threads()} threads"
    module = torch.get_device_module(device)
    name = module.get_device_name(device) if hasattr(module, "get_device_name") else "GPU"
    return f"{device.type}: {name}"


def peak_memory(device):
    """The most bytes used so far, on an accelerator by tensors, on the CPU by the whole process; None if unknown."""
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
