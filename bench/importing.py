"""Print the seconds that the library's import takes after torch's: `python -m bench.importing`."""

import time

import torch  # noqa: F401

start = time.perf_counter()
import alexnet_lib.conv  # noqa: E402, F401

print(time.perf_counter() - start)
