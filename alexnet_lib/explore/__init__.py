"""Controls to move, and the views that answer."""

from alexnet_lib.explore.controls import Kernel, Photograph, Slider, Unit, numbers
from alexnet_lib.explore.explorer import explore
from alexnet_lib.explore.watch import Monitor, experiment

__all__ = ["Kernel", "Monitor", "Photograph", "Slider", "Unit", "experiment", "explore", "numbers"]
